#include "codec/value.h"

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
	suite_add_tcase(s, t);
	return s;
}
