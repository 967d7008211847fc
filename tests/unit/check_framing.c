#include "ctl/framing.h"

#include <errno.h>
#include <stdlib.h>

#include "alloc.h"
#include "runner.h"

static void feed(struct framing *f, const char *bytes, size_t len)
{
	ck_assert_int_eq(framing_feed(f, span_of(bytes, len)), 0);
}

static void expect(struct framing *f, const char *text)
{
	struct span got;

	ck_assert(framing_has_next(f));
	ck_assert_int_eq(framing_next(f, &got), 1);
	ck_assert(span_is_text(got, text));
}

START_TEST(framing_gives_messages_in_order_however_they_are_cut)
{
	static const char stream[] = "one\0\0three\0four";
	struct span got;

	for (size_t cut = 0; cut <= sizeof stream; cut++) {
		struct framing f = {0};

		feed(&f, stream, cut);
		feed(&f, stream + cut, sizeof stream - cut);
		expect(&f, "one");
		expect(&f, "");
		expect(&f, "three");
		expect(&f, "four");
		ck_assert(!framing_has_next(&f));
		ck_assert_int_eq(framing_next(&f, &got), 0);
		ck_assert(framing_is_empty(&f));
		framing_done(&f);
	}
}
END_TEST

START_TEST(framing_keeps_half_a_message)
{
	struct framing f = {0};
	struct span got;

	feed(&f, "a\0b", 3);
	expect(&f, "a");
	ck_assert_int_eq(framing_next(&f, &got), 0);
	ck_assert(!framing_is_empty(&f));
	for (int i = 0; i < 1000; i++) {
		feed(&f, "b", 1);
		ck_assert_int_eq(framing_next(&f, &got), 0);
	}
	feed(&f, "", 1);
	ck_assert_int_eq(framing_next(&f, &got), 1);
	ck_assert_uint_eq(got.len, 1001);
	framing_done(&f);
}
END_TEST

/* 0: the whole message came; else the error. */
static int feed_long(size_t len, bool is_ended)
{
	static char part[16384];
	struct framing f = {0};
	struct span got;
	int r = 0;

	memset(part, 'a', sizeof part);
	while (r == 0 && len > 0) {
		size_t n = len < sizeof part ? len : sizeof part;

		r = framing_feed(&f, span_of(part, n));
		len -= n;
		if (r == 0)
			r = framing_next(&f, &got);
	}
	if (r == 0 && is_ended)
		r = framing_feed(&f, span_of("", 1));
	if (r == 0)
		r = framing_next(&f, &got);
	ck_assert_uint_le(f.in.cap, 2u * FRAMING_MAX);
	framing_done(&f);
	return r;
}

START_TEST(framing_refuses_more_than_a_mebibyte)
{
	ck_assert_int_eq(feed_long(FRAMING_MAX, true), 1);
	ck_assert_int_eq(feed_long(FRAMING_MAX + 1, true), -EMSGSIZE);
	ck_assert_int_eq(feed_long(2 * FRAMING_MAX, false), -EMSGSIZE);
}
END_TEST

START_TEST(framing_survives_failing_allocations)
{
	struct framing f = {0};

	alloc_fail_at(1);

	int r = framing_feed(&f, span_of("a", 2));

	alloc_fail_off();
	ck_assert_int_eq(r, -ENOMEM);
	feed(&f, "a", 2);
	expect(&f, "a");
	framing_done(&f);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("framing");
	TCase *t = tcase_create("framing");

	tcase_add_test(t, framing_gives_messages_in_order_however_they_are_cut);
	tcase_add_test(t, framing_keeps_half_a_message);
	tcase_add_test(t, framing_refuses_more_than_a_mebibyte);
	tcase_add_test(t, framing_survives_failing_allocations);
	suite_add_tcase(s, t);
	return s;
}
