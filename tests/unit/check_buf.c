#include "base/buf.h"

#include <errno.h>

#include "alloc.h"
#include "runner.h"

START_TEST(buf_appends_in_order)
{
	struct buf b = {0};

	ck_assert_int_eq(buf_append_text(&b, "ab"), 0);
	ck_assert_int_eq(buf_append_byte(&b, 'c'), 0);
	ck_assert_int_eq(buf_append(&b, test_hex("64 00 66")), 0);
	ck_assert(span_is_equal(buf_span(&b), test_hex("61 62 63 64 00 66")));
	buf_done(&b);
}
END_TEST

START_TEST(buf_appending_nothing_needs_no_memory)
{
	struct buf b = {0};

	alloc_fail_at(1);

	int r = buf_append(&b, (struct span){0});
	bool failed = alloc_failed();

	alloc_fail_off();
	ck_assert_int_eq(r, 0);
	ck_assert(!failed);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(buf_fills_exactly_to_its_maximum)
{
	struct buf b = {.max = 100};

	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(buf_append_byte(&b, (uint8_t)i), 0);
	ck_assert_int_eq(buf_append_byte(&b, 0), -ENOSPC);
	ck_assert_uint_eq(b.len, 100);
	ck_assert_uint_eq(b.data[99], 99);
	buf_done(&b);
}
END_TEST

START_TEST(buf_refuses_more_than_the_default_maximum)
{
	struct buf b = {0};
	uint8_t *to;

	ck_assert_int_eq(buf_reserve(&b, BUF_DEFAULT_MAX + 1, &to), -ENOSPC);
	ck_assert_int_eq(buf_reserve(&b, BUF_DEFAULT_MAX, &to), 0);
	buf_done(&b);
}
END_TEST

START_TEST(buf_refuses_a_length_that_overflows)
{
	struct buf b = {.max = SIZE_MAX};
	uint8_t *to;

	ck_assert_int_eq(buf_append_byte(&b, 1), 0);
	ck_assert_int_eq(buf_reserve(&b, SIZE_MAX, &to), -ENOSPC);
	ck_assert_uint_eq(b.len, 1);
	buf_done(&b);
}
END_TEST

START_TEST(buf_growing_to_a_huge_length_ends)
{
	struct buf b = {.max = SIZE_MAX};
	uint8_t *to;

	alloc_fail_at(1);

	int r = buf_reserve(&b, SIZE_MAX / 2 + 2, &to);

	alloc_fail_off();
	ck_assert_int_eq(r, -ENOMEM);
}
END_TEST

START_TEST(buf_without_memory_keeps_its_content)
{
	struct buf b = {0};
	uint8_t block[100] = {0};

	ck_assert_int_eq(buf_append_text(&b, "kept"), 0);
	alloc_fail_at(1);

	int r = buf_append(&b, span_of(block, sizeof block));

	alloc_fail_off();
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert(span_is_text(buf_span(&b), "kept"));
	buf_done(&b);
}
END_TEST

START_TEST(buf_set_replaces_the_content)
{
	struct buf b = {0};

	ck_assert_int_eq(buf_set(&b, span_of_text("first")), 0);
	ck_assert_int_eq(buf_set(&b, span_of_text("2nd")), 0);
	ck_assert(span_is_text(buf_span(&b), "2nd"));
	buf_done(&b);
}
END_TEST

START_TEST(buf_set_beyond_the_maximum_leaves_the_content)
{
	struct buf b = {.max = 4};

	ck_assert_int_eq(buf_set(&b, span_of_text("old")), 0);
	ck_assert_int_eq(buf_set(&b, span_of_text("too long")), -ENOSPC);
	ck_assert(span_is_text(buf_span(&b), "old"));
	buf_done(&b);
}
END_TEST

START_TEST(buf_truncate_never_makes_it_longer)
{
	struct buf b = {0};

	ck_assert_int_eq(buf_append_text(&b, "abc"), 0);
	buf_truncate(&b, 5);
	ck_assert_uint_eq(b.len, 3);
	buf_truncate(&b, 1);
	ck_assert(span_is_text(buf_span(&b), "a"));
	buf_done(&b);
}
END_TEST

START_TEST(buf_done_leaves_an_empty_one_with_its_maximum)
{
	struct buf b = {.max = 7};

	ck_assert_int_eq(buf_append_text(&b, "abc"), 0);
	buf_done(&b);
	buf_done(&b);
	ck_assert_ptr_null(b.data);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(b.max, 7);
}
END_TEST

START_TEST(buf_wipe_leaves_an_empty_one_with_its_maximum)
{
	struct buf b = {.max = 5};

	buf_wipe(&b);
	ck_assert_int_eq(buf_append_text(&b, "key"), 0);
	buf_wipe(&b);
	ck_assert_ptr_null(b.data);
	ck_assert_uint_eq(b.len + b.cap, 0);
	ck_assert_uint_eq(b.max, 5);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("buf");
	TCase *t = tcase_create("buf");

	tcase_add_test(t, buf_appends_in_order);
	tcase_add_test(t, buf_appending_nothing_needs_no_memory);
	tcase_add_test(t, buf_fills_exactly_to_its_maximum);
	tcase_add_test(t, buf_refuses_more_than_the_default_maximum);
	tcase_add_test(t, buf_refuses_a_length_that_overflows);
	tcase_add_test(t, buf_growing_to_a_huge_length_ends);
	tcase_add_test(t, buf_without_memory_keeps_its_content);
	tcase_add_test(t, buf_set_replaces_the_content);
	tcase_add_test(t, buf_set_beyond_the_maximum_leaves_the_content);
	tcase_add_test(t, buf_truncate_never_makes_it_longer);
	tcase_add_test(t, buf_done_leaves_an_empty_one_with_its_maximum);
	tcase_add_test(t, buf_wipe_leaves_an_empty_one_with_its_maximum);
	suite_add_tcase(s, t);
	return s;
}
