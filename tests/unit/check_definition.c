#include "model/definition.h"

#include <errno.h>

#include "runner.h"
#include "sample.h"

START_TEST(definition_finds_each_resource_and_no_other)
{
	unsigned found = 0;

	for (uint32_t rid = 0; rid <= UINT16_MAX; rid++) {
		const struct resource_def *def = definition_find(&object_sample, (uint16_t)rid);

		if (!def)
			continue;
		ck_assert_uint_eq(def->id, rid);
		found++;
	}
	ck_assert_uint_eq(found, object_sample.n_resources);
}
END_TEST

#define TEXT(t)                                                                                    \
	{                                                                                          \
		.type = VALUE_STRING, .bytes = {(const uint8_t *)(t), sizeof(t) - 1 }              \
	}

/* clang-format off */
static const struct {
	uint16_t rid;
	uint8_t depth;
	struct value v;
	int expected;
} cases[] = {
	{SAMPLE_TEXT, 3, TEXT(""), 0},
	{SAMPLE_TEXT, 3, TEXT("0123456789"), 0},
	{SAMPLE_TEXT, 3, TEXT("0123456789a"), -ERANGE},
	{SAMPLE_TEXT, 3, TEXT("\xC3\xA4"), 0},
	{SAMPLE_TEXT, 3, TEXT("\xC3"), -EDOM},
	{SAMPLE_TEXT, 3, TEXT("a\0b"), -EDOM},
	{SAMPLE_TEXT, 4, TEXT(""), -EDOM},
	{SAMPLE_TEXT, 3, {.type = VALUE_OPAQUE}, -EDOM},
	{SAMPLE_INT, 3, {.type = VALUE_INTEGER, .i = -5}, 0},
	{SAMPLE_INT, 3, {.type = VALUE_INTEGER, .i = -6}, -ERANGE},
	{SAMPLE_INT, 3, {.type = VALUE_INTEGER, .i = 100}, 0},
	{SAMPLE_INT, 3, {.type = VALUE_INTEGER, .i = 101}, -ERANGE},
	{SAMPLE_INT, 3, {.type = VALUE_UNSIGNED, .u = 1}, -EDOM},
	{SAMPLE_INT, 3, {.type = VALUE_NONE}, -EDOM},
	{SAMPLE_UNSIGNED, 3, {.type = VALUE_UNSIGNED, .u = UINT64_MAX}, 0},
	{SAMPLE_FLOAT, 3, {.type = VALUE_FLOAT, .f = 1e300}, 0},
	{SAMPLE_BYTES, 3, {.type = VALUE_OPAQUE, .bytes = {(const uint8_t *)"\xFF\0", 2}}, 0},
	{SAMPLE_CORELNK, 3, {.type = VALUE_CORELNK, .bytes = {(const uint8_t *)"\xFF", 1}}, -EDOM},
	{SAMPLE_RUN, 3, {.type = VALUE_NONE}, -EDOM},
	{SAMPLE_INTS, 3, {.type = VALUE_INTEGER}, -EDOM},
	{SAMPLE_INTS, 4, {.type = VALUE_INTEGER, .i = 100}, 0},
	{SAMPLE_INTS, 4, {.type = VALUE_INTEGER, .i = 101}, -ERANGE},
};
/* clang-format on */

START_TEST(definition_knows_which_value_may_stand_where)
{
	const struct resource_def *def = definition_find(&object_sample, cases[_i].rid);

	ck_assert_int_eq(definition_check(def, cases[_i].depth, &cases[_i].v), cases[_i].expected);
}
END_TEST

START_TEST(definition_keeps_unsigned_values_within_a_range)
{
	const struct resource_def def = {.type = VALUE_UNSIGNED, RESOURCE_RANGE(1, 3)};

	for (uint64_t u = 1; u <= 3; u++)
		ck_assert_int_eq(definition_check(&def, 3, &VALUE_UINT(u)), 0);
	ck_assert_int_eq(definition_check(&def, 3, &VALUE_UINT(0)), -ERANGE);
	ck_assert_int_eq(definition_check(&def, 3, &VALUE_UINT(4)), -ERANGE);
	ck_assert_int_eq(definition_check(&def, 3, &VALUE_UINT(UINT64_MAX)), -ERANGE);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("definition");
	TCase *t = tcase_create("definition");

	tcase_add_test(t, definition_finds_each_resource_and_no_other);
	tcase_add_loop_test(
		t, definition_knows_which_value_may_stand_where, 0, sizeof cases / sizeof *cases);
	tcase_add_test(t, definition_keeps_unsigned_values_within_a_range);
	suite_add_tcase(s, t);
	return s;
}
