#include "exchange/body.h"

#include <errno.h>

#include "alloc.h"
#include "runner.h"

START_TEST(body_grows_up_to_its_limit_only)
{
	struct body b = {0};
	struct span text = span_of_text("0123456789");

	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(body_append(&b, text, 100), 0);
	ck_assert_int_eq(body_append(&b, span_of_text("x"), 100), -ENOSPC);
	ck_assert_int_eq(body_append(&b, span_of(NULL, 0), 100), 0);
	ck_assert_uint_eq(b.len, 100);
	ck_assert(span_is_equal(span_slice(body_span(&b), 90, 100), text));
	body_done(&b);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(body_keeps_its_content_without_memory)
{
	struct body b = {0};
	char many[100] = {0};

	ck_assert_int_eq(body_append(&b, span_of_text("abc"), 1000), 0);
	alloc_fail_at(1);

	int r = body_append(&b, span_of(many, sizeof many), 1000);

	alloc_fail_off();
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert(span_is_text(body_span(&b), "abc"));
	body_done(&b);
}
END_TEST

START_TEST(slice_ends_with_the_bytes)
{
	struct span s = span_of_text("abcdef");

	ck_assert(span_is_text(span_slice(s, 0, 4), "abcd"));
	ck_assert(span_is_text(span_slice(s, 4, 4), "ef"));
	ck_assert_uint_eq(span_slice(s, 6, 4).len, 0);
	ck_assert_uint_eq(span_slice(s, 60, 4).len, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("body");
	TCase *t = tcase_create("body");

	tcase_add_test(t, body_grows_up_to_its_limit_only);
	tcase_add_test(t, body_keeps_its_content_without_memory);
	tcase_add_test(t, slice_ends_with_the_bytes);
	suite_add_tcase(s, t);
	return s;
}
