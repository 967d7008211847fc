#include "codec/value.h"

#include <errno.h>
#include <math.h>

#include "base/reader.h"
#include "records.h"
#include "runner.h"

START_TEST(value_has_bytes_if_string_opaque_or_corelnk)
{
	for (int type = VALUE_NONE; type <= VALUE_CORELNK; type++)
		ck_assert_int_eq(value_has_bytes((enum value_type)type),
			type == VALUE_STRING || type == VALUE_OPAQUE || type == VALUE_CORELNK);
}
END_TEST

START_TEST(value_compares_floats_by_bits)
{
	struct reader r = reader_of(test_golden("value/floats_by_bits"));
	struct value values[5];

	for (size_t i = 0; i < 5; i++) {
		uint64_t bits = rd_be(&r, 8);

		values[i] = (struct value){.type = VALUE_FLOAT};
		memcpy(&values[i].f, &bits, sizeof bits);
	}
	ck_assert_int_eq(r.err, 0);
	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < 5; k++)
			ck_assert_int_eq(value_is_equal(&values[i], &values[k]), i == k);
}
END_TEST

START_TEST(value_of_another_type_is_never_equal)
{
	for (int a = VALUE_NONE; a <= VALUE_CORELNK; a++)
		for (int b = VALUE_NONE; b <= VALUE_CORELNK; b++) {
			struct value x = {.type = (enum value_type)a};
			struct value y = {.type = (enum value_type)b};

			ck_assert_int_eq(value_is_equal(&x, &y), a == b);
		}
}
END_TEST

START_TEST(value_compares_bytes_and_not_where_they_are)
{
	char first[] = "same", second[] = "same";
	struct value a = VALUE_TEXT(first), b = VALUE_TEXT(second), c = VALUE_TEXT("sane");
	struct value shorter = VALUE_TEXT("sam");

	ck_assert(value_is_equal(&a, &b));
	ck_assert(!value_is_equal(&a, &c));
	ck_assert(!value_is_equal(&a, &shorter));
}
END_TEST

START_TEST(value_compares_both_halves_of_a_link)
{
	struct value a = {.type = VALUE_OBJLNK, .link = {10, 3}}, b = a;

	ck_assert(value_is_equal(&a, &b));
	b.link.instance = 4;
	ck_assert(!value_is_equal(&a, &b));
	b.link = (struct objlnk){11, 3};
	ck_assert(!value_is_equal(&a, &b));
}
END_TEST

START_TEST(value_compares_all_bits_of_numbers)
{
	struct value a = VALUE_INT(INT64_MIN), b = VALUE_INT(0);
	struct value c = VALUE_UINT(UINT64_C(1) << 63), d = VALUE_UINT(0);

	ck_assert(!value_is_equal(&a, &b));
	ck_assert(!value_is_equal(&c, &d));
}
END_TEST

START_TEST(value_type_names_are_those_of_the_registry)
{
	ck_assert_str_eq(value_type_name(VALUE_STRING), "string");
	ck_assert_str_eq(value_type_name(VALUE_UNSIGNED), "unsigned integer");
	ck_assert_str_eq(value_type_name(VALUE_OBJLNK), "objlnk");
	for (int type = VALUE_NONE; type <= VALUE_CORELNK; type++)
		ck_assert_ptr_nonnull(value_type_name((enum value_type)type));
}
END_TEST

START_TEST(value_is_equal_to_itself)
{
	uint64_t state = 3;
	uint8_t bytes[32];

	for (unsigned round = 0; round < 1000; round++) {
		enum value_type type = (enum value_type)(round % (VALUE_CORELNK + 1));
		struct value v = random_value(&state, type, bytes, sizeof bytes), copy = v;

		ck_assert(value_is_equal(&v, &copy));
	}
}
END_TEST

struct conversion {
	struct number n;
	enum value_type type;
	int result;
	struct value v;
};

#define NEGATIVE(m)                                                                                \
	{                                                                                          \
		.is_negative = true, .magnitude = (m)                                              \
	}
#define WHOLE(m)                                                                                   \
	{                                                                                          \
		.magnitude = (m)                                                                   \
	}
#define FRACTION(x)                                                                                \
	{                                                                                          \
		.is_float = true, .f = (x)                                                         \
	}

/* clang-format off */
static const struct conversion conversions[] = {
	{WHOLE(5), VALUE_INTEGER, 0, {.type = VALUE_INTEGER, .i = 5}},
	{WHOLE(5), VALUE_TIME, 0, {.type = VALUE_TIME, .i = 5}},
	{WHOLE(5), VALUE_FLOAT, 0, {.type = VALUE_FLOAT, .f = 5}},
	{WHOLE(INT64_MAX), VALUE_INTEGER, 0, {.type = VALUE_INTEGER, .i = INT64_MAX}},
	{WHOLE(1ull << 63), VALUE_INTEGER, -EDOM, {0}},
	{WHOLE(UINT64_MAX), VALUE_UNSIGNED, 0, {.type = VALUE_UNSIGNED, .u = UINT64_MAX}},
	{NEGATIVE(1ull << 63), VALUE_INTEGER, 0, {.type = VALUE_INTEGER, .i = INT64_MIN}},
	{NEGATIVE((1ull << 63) + 1), VALUE_INTEGER, -EDOM, {0}},
	{NEGATIVE(1), VALUE_UNSIGNED, -EDOM, {0}},
	{NEGATIVE(0), VALUE_UNSIGNED, 0, {.type = VALUE_UNSIGNED}},
	{FRACTION(1e3), VALUE_INTEGER, 0, {.type = VALUE_INTEGER, .i = 1000}},
	{FRACTION(-1e3), VALUE_TIME, 0, {.type = VALUE_TIME, .i = -1000}},
	{FRACTION(0x1p63), VALUE_UNSIGNED, 0, {.type = VALUE_UNSIGNED, .u = 1ull << 63}},
	{FRACTION(0x1p63), VALUE_INTEGER, -EDOM, {0}},
	{FRACTION(-0x1p63), VALUE_INTEGER, 0, {.type = VALUE_INTEGER, .i = INT64_MIN}},
	{FRACTION(0x1p64), VALUE_UNSIGNED, -EDOM, {0}},
	{FRACTION(1.5), VALUE_INTEGER, -EDOM, {0}},
	{FRACTION(1.5), VALUE_FLOAT, 0, {.type = VALUE_FLOAT, .f = 1.5}},
	{FRACTION(NAN), VALUE_INTEGER, -EDOM, {0}},
	{FRACTION(INFINITY), VALUE_UNSIGNED, -EDOM, {0}},
	{WHOLE(1), VALUE_STRING, -EDOM, {0}},
	{WHOLE(1), VALUE_BOOLEAN, -EDOM, {0}},
	{WHOLE(1), VALUE_NONE, -EDOM, {0}},
};
/* clang-format on */

START_TEST(value_of_a_number_keeps_it_or_refuses)
{
	const struct conversion *c = &conversions[_i];
	struct value v = VALUE_INT(-7), untouched = v;

	ck_assert_int_eq(value_from_number(c->n, c->type, &v), c->result);
	ck_assert(value_is_equal(&v, c->result == 0 ? &c->v : &untouched));
}
END_TEST

static void assert_sum(struct number a, struct number b, struct number expected)
{
	for (int i = 0; i < 2; i++) {
		struct number sum = i ? number_add(a, b) : number_add(b, a);

		ck_assert(sum.is_float == expected.is_float);
		if (sum.is_float)
			ck_assert(sum.f == expected.f);
		else
			ck_assert(sum.magnitude == expected.magnitude &&
				  (sum.magnitude == 0 || sum.is_negative == expected.is_negative));
	}
}

START_TEST(value_numbers_add_exactly_while_64_bits_are_enough)
{
	assert_sum(number_of_int(5), number_of_int(-7), number_of_int(-2));
	assert_sum(number_of_int(7), number_of_int(-5), number_of_int(2));
	assert_sum(number_of_int(7), number_of_int(-7), number_of_int(0));
	assert_sum(number_of_int(INT64_MIN), number_of_int(INT64_MIN),
		(struct number)FRACTION(-0x1p64));
	assert_sum(number_of_unsigned(UINT64_MAX), number_of_int(-1),
		number_of_unsigned(UINT64_MAX - 1));
	assert_sum(number_of_unsigned(UINT64_MAX), number_of_int(1), number_of_double(0x1p64));
	assert_sum(number_of_int(-1), number_of_double(0.5), number_of_double(-0.5));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("value");
	TCase *t = tcase_create("value");

	tcase_add_test(t, value_has_bytes_if_string_opaque_or_corelnk);
	tcase_add_test(t, value_compares_floats_by_bits);
	tcase_add_test(t, value_of_another_type_is_never_equal);
	tcase_add_test(t, value_compares_bytes_and_not_where_they_are);
	tcase_add_test(t, value_compares_both_halves_of_a_link);
	tcase_add_test(t, value_compares_all_bits_of_numbers);
	tcase_add_test(t, value_type_names_are_those_of_the_registry);
	tcase_add_test(t, value_is_equal_to_itself);
	tcase_add_loop_test(t, value_of_a_number_keeps_it_or_refuses, 0,
		sizeof conversions / sizeof *conversions);
	tcase_add_test(t, value_numbers_add_exactly_while_64_bits_are_enough);
	suite_add_tcase(s, t);
	return s;
}
