#include "base/span.h"

#include "runner.h"

START_TEST(span_of_no_text_is_empty)
{
	ck_assert_uint_eq(span_of_text(NULL).len, 0);
	ck_assert_uint_eq(span_of_text("").len, 0);
}
END_TEST

START_TEST(spans_are_equal_by_their_bytes)
{
	ck_assert(span_is_equal(test_hex("00 01 02"), test_hex("00 01 02")));
	ck_assert(!span_is_equal(test_hex("00 01 02"), test_hex("00 01 03")));
	ck_assert(!span_is_equal(test_hex("00 01 02"), test_hex("00 01")));
}
END_TEST

START_TEST(empty_spans_are_equal_whatever_they_point_at)
{
	ck_assert(span_is_equal((struct span){0}, test_hex("")));
	ck_assert(span_is_text((struct span){0}, ""));
}
END_TEST

START_TEST(span_is_text_compares_without_the_nul)
{
	ck_assert(span_is_text(test_hex("61 62"), "ab"));
	ck_assert(!span_is_text(test_hex("61 62 00"), "ab"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("span");
	TCase *t = tcase_create("span");

	tcase_add_test(t, span_of_no_text_is_empty);
	tcase_add_test(t, spans_are_equal_by_their_bytes);
	tcase_add_test(t, empty_spans_are_equal_whatever_they_point_at);
	tcase_add_test(t, span_is_text_compares_without_the_nul);
	suite_add_tcase(s, t);
	return s;
}
