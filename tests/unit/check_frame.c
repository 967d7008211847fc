#include "card/frame.h"

#include <errno.h>
#include <stdio.h>

#include "runner.h"

static struct card_outcome sample(void)
{
	struct card_outcome r = {.file = 0x6432, .status = 0x9000, .is_secure = true};

	snprintf(r.reader, sizeof r.reader, "Reader 00");
	octets_set(&r.iccid, test_hex("98940000000000000010"));
	octets_set(&r.atr, test_hex("3B9F96"));
	octets_set(&r.path, test_hex("6432"));
	ck_assert_int_eq(buf_append(&r.content, test_golden("card/two_objects")), 0);
	return r;
}

static void put(const struct card_outcome *r, struct buf *out)
{
	ck_assert_int_eq(frame_put_outcome(r, out), 0);
}

START_TEST(frame_brings_an_outcome_over)
{
	struct card_outcome there = sample(), here;
	struct buf frame = {0};

	put(&there, &frame);
	ck_assert_int_eq(frame_take_outcome(buf_span(&frame), &here), 0);
	ck_assert_int_eq(here.class, CARD_CLASS_READ);
	ck_assert_str_eq(here.reader, "Reader 00");
	ck_assert(span_is_equal(octets_span(&here.iccid), octets_span(&there.iccid)));
	ck_assert(span_is_equal(octets_span(&here.atr), octets_span(&there.atr)));
	ck_assert(span_is_equal(octets_span(&here.path), octets_span(&there.path)));
	ck_assert_uint_eq(here.file, 0x6432);
	ck_assert_uint_eq(here.status, 0x9000);
	ck_assert(here.is_secure && !here.is_pin_wrong);
	ck_assert(span_is_equal(buf_span(&here.content), buf_span(&there.content)));
	outcome_done(&here);
	outcome_done(&there);
	buf_done(&frame);
}
END_TEST

START_TEST(frame_brings_a_reason_over)
{
	struct card_outcome there = {.is_pin_wrong = true}, here;
	struct buf frame = {0};

	outcome_end(&there, CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG, "so it is");
	put(&there, &frame);
	ck_assert_int_eq(frame_take_outcome(buf_span(&frame), &here), 0);
	ck_assert_int_eq(here.class, CARD_CLASS_LOCKED);
	ck_assert_int_eq(here.reason, REASON_CARD_PIN_WRONG);
	ck_assert(here.is_pin_wrong);
	ck_assert_str_eq(here.detail, "so it is");
	buf_done(&frame);
}
END_TEST

START_TEST(frame_of_an_outcome_is_refused_at_every_cut_and_with_a_rest)
{
	struct card_outcome there = sample(), here;
	struct buf frame = {0};

	put(&there, &frame);
	for (size_t len = 0; len < frame.len; len++)
		ck_assert_int_eq(frame_take_outcome(span_of(frame.data, len), &here), -EBADMSG);
	ck_assert_int_eq(buf_append_byte(&frame, 0), 0);
	ck_assert_int_eq(frame_take_outcome(buf_span(&frame), &here), -EBADMSG);
	ck_assert_ptr_null(here.content.data);
	outcome_done(&there);
	buf_done(&frame);
}
END_TEST

/* A outcome as no helper of ours would send it. */
static void assert_refused(const struct card_outcome *r)
{
	struct card_outcome here;
	struct buf frame = {0};

	put(r, &frame);
	ck_assert_int_eq(frame_take_outcome(buf_span(&frame), &here), -EBADMSG);
	buf_done(&frame);
}

START_TEST(frame_refuses_an_outcome_that_contradicts_itself)
{
	struct card_outcome r = sample();

	r.content.data[1] = 3; /* more objects than there are */
	assert_refused(&r);
	r.content.data[1] = 2;
	r.reason = REASON_CARD_ABSENT; /* read, and why not */
	assert_refused(&r);
	r.class = CARD_CLASS_ABSENT; /* absent, with content */
	snprintf(r.detail, sizeof r.detail, "x");
	assert_refused(&r);
	outcome_done(&r);
	r.class = CARD_CLASS_LOCKED; /* no reason */
	snprintf(r.detail, sizeof r.detail, "x");
	assert_refused(&r);
	r.reason = REASON_CARD_ABSENT;
	snprintf(r.detail, sizeof r.detail, "two\nlines");
	assert_refused(&r);
	snprintf(r.detail, sizeof r.detail, "\xff");
	assert_refused(&r);
	r.detail[0] = 0; /* no words */
	assert_refused(&r);
}
END_TEST

START_TEST(frame_refuses_another_beginning_and_class)
{
	struct card_outcome r = {0}, here;
	struct buf frame = {0};

	outcome_end(&r, CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG, "x");
	put(&r, &frame);
	frame.data[4] = CARD_CLASS_COUNT;
	ck_assert_int_eq(frame_take_outcome(buf_span(&frame), &here), -EBADMSG);
	frame.data[4] = CARD_CLASS_LOCKED;
	frame.data[3] ^= 1;
	ck_assert_int_eq(frame_take_outcome(buf_span(&frame), &here), -EBADMSG);
	frame.data[3] ^= 1;
	frame.data[7] ^= 1; /* a reason that nobody knows */
	ck_assert_int_eq(frame_take_outcome(buf_span(&frame), &here), -EBADMSG);
	buf_done(&frame);
}
END_TEST

static struct card_wish wanted(void)
{
	return (struct card_wish){
		.command = {span_of_text("/usr/bin/modem"), span_of_text("-x")},
		.n_command = 2,
		.reader = span_of_text("Alcor*"),
		.pin = span_of_text("1234"),
		.may_use_basic_channel = true,
		.secure = CARD_SECURE_REQUIRED,
		.key_version = 0x30,
		.key_enc = test_hex("000102030405060708090A0B0C0D0E0F"),
		.key_mac = test_hex("101112131415161718191A1B1C1D1E1F"),
		.has_refused_pin = true,
		.refused_pin = {1, 2, 3},
	};
}

START_TEST(frame_brings_a_wish_over)
{
	struct card_wish there = wanted(), here;
	struct buf frame = {0};

	ck_assert_int_eq(frame_put_wish(&there, &frame), 0);
	ck_assert_int_eq(frame_take_wish(buf_span(&frame), &here), 0);
	ck_assert_uint_eq(here.n_command, 2);
	ck_assert(span_is_text(here.command[1], "-x"));
	ck_assert(span_is_text(here.reader, "Alcor*"));
	ck_assert(span_is_text(here.pin, "1234"));
	ck_assert(here.may_use_basic_channel && here.has_refused_pin);
	ck_assert_int_eq(here.secure, CARD_SECURE_REQUIRED);
	ck_assert_uint_eq(here.key_version, 0x30);
	ck_assert(span_is_equal(here.key_mac, there.key_mac));
	ck_assert_uint_eq(here.refused_pin[2], 3);
	buf_done(&frame);
}
END_TEST

START_TEST(frame_of_a_wish_is_refused_at_every_cut_and_with_a_rest)
{
	struct card_wish there = wanted(), here;
	struct buf frame = {0};

	ck_assert_int_eq(frame_put_wish(&there, &frame), 0);
	for (size_t len = 0; len < frame.len; len++)
		ck_assert_int_eq(frame_take_wish(span_of(frame.data, len), &here), -EBADMSG);
	ck_assert_int_eq(buf_append_byte(&frame, 0), 0);
	ck_assert_int_eq(frame_take_wish(buf_span(&frame), &here), -EBADMSG);
	there.n_command = CARD_COMMAND_MAX + 1;
	ck_assert_int_eq(frame_put_wish(&there, &frame), -ENOSPC);
	buf_done(&frame);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("frame");
	TCase *t = tcase_create("frame");

	tcase_add_test(t, frame_brings_an_outcome_over);
	tcase_add_test(t, frame_brings_a_reason_over);
	tcase_add_test(t, frame_of_an_outcome_is_refused_at_every_cut_and_with_a_rest);
	tcase_add_test(t, frame_refuses_an_outcome_that_contradicts_itself);
	tcase_add_test(t, frame_refuses_another_beginning_and_class);
	tcase_add_test(t, frame_brings_a_wish_over);
	tcase_add_test(t, frame_of_a_wish_is_refused_at_every_cut_and_with_a_rest);
	suite_add_tcase(s, t);
	return s;
}
