#include "card/visit.h"

#include <errno.h>
#include <stdio.h>

#include "mini_card.h"
#include "runner.h"

static struct mini_card card;
static struct card_wish wish;
static struct card_outcome outcome;

static void begin(void)
{
	mini_card_start(&card);
	wish = (struct card_wish){0};
	outcome_done(&outcome);
}

static void end(void)
{
	outcome_done(&outcome);
}

static void visit(void)
{
	ck_assert_int_eq(card_visit(&card.port, &wish, &outcome), 0);
}

static void assert_ends(enum card_class class, enum reason reason)
{
	visit();
	ck_assert_msg(
		outcome.class == class, "%s: %s", card_class_name(outcome.class), outcome.detail);
	ck_assert_str_eq(reason_id(outcome.reason), reason_id(reason));
	ck_assert(outcome.detail[0]);
	ck_assert_ptr_null(outcome.content.data);
}

static void assert_reads(void)
{
	visit();
	ck_assert_msg(outcome.class == CARD_CLASS_READ, "%s", outcome.detail);
	ck_assert(span_is_equal(buf_span(&outcome.content), test_golden("card/two_objects")));
}

START_TEST(visit_reads_the_content_and_who_the_card_is)
{
	octets_set(&outcome.atr, test_hex("3B00"));
	snprintf(outcome.reader, sizeof outcome.reader, "Reader");
	assert_reads();
	ck_assert(span_is_equal(octets_span(&outcome.iccid), test_hex("98940000000000000010")));
	ck_assert(span_is_equal(octets_span(&outcome.path), test_hex("6432")));
	ck_assert_uint_eq(outcome.file, 0x6432);
	ck_assert_str_eq(outcome.reader, "Reader");
	ck_assert_uint_eq(outcome.atr.len, 2);
	ck_assert_uint_eq(card.n_open, 0);
	ck_assert_uint_lt(card.n_commands, 25);
}
END_TEST

START_TEST(visit_goes_without_dir_and_without_iccid)
{
	mini_card_file(&card, "2F00")->select_says = 0x6A82;
	assert_reads();
	mini_card_file(&card, "2FE2")->select_says = 0x6A82;
	assert_reads();
	ck_assert_uint_eq(outcome.iccid.len, 0);
	/* broken, or of another kind */
	mini_card_file(&card, "2F00")->select_says = 0;
	mini_card_file(&card, "2F00")->content = test_hex("61 80 00");
	assert_reads();
	mini_card_file(&card, "2F00")->kind = 0x41;
	assert_reads();
}
END_TEST

START_TEST(visit_leaves_padding_alone)
{
	uint8_t padded[300];
	struct span right = test_golden("card/two_objects");

	memset(padded, 0xFF, sizeof padded);
	memcpy(padded, right.data, right.len);
	mini_card_file(&card, "7FFF6432")->content = span_of(padded, sizeof padded);
	assert_reads();
}
END_TEST

START_TEST(visit_without_application_or_data_is_no_data)
{
	static const char *const files[] = {"7FFF5031", "7FFF6430", "7FFF6432"};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		begin();
		mini_card_file(&card, files[i])->select_says = 0x6A82;
		assert_ends(CARD_CLASS_NO_DATA, REASON_CARD_NO_APPLICATION);
		ck_assert_uint_eq(card.n_open, 0);
	}
	begin();
	card.aid = NULL;
	assert_ends(CARD_CLASS_NO_DATA, REASON_CARD_NO_APPLICATION);
	ck_assert_uint_eq(outcome.iccid.len, 10);
}
END_TEST

START_TEST(visit_refuses_content_that_is_wrong)
{
	static const struct {
		const char *content;
		uint32_t told_size;
		const char *detail;
	} cases[] = {
		{"000100FF 0000", 0, "file 6432, octet 2: expected a length that the file has"},
		{"0001", 0, "file 6432, octet 2: expected a header of 4 octets"},
		{"00010005 00", 100, "file 6432, octet 5: expected more octets"},
		{"00000000", 32769, "file 6432, octet 0: expected a file of at most 32768"},
		{"00000002 0000", 0, "file 6432, octet 4: expected no more objects"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin();
		mini_card_file(&card, "7FFF6432")->content = test_hex(cases[i].content);
		mini_card_file(&card, "7FFF6432")->told_size = cases[i].told_size;
		assert_ends(CARD_CLASS_INVALID, REASON_CARD_DATA_INVALID);
		ck_assert_msg(strstr(outcome.detail, cases[i].detail), "%s", outcome.detail);
	}
	begin();
	mini_card_file(&card, "7FFF6432")->kind = 0x42;
	assert_ends(CARD_CLASS_INVALID, REASON_CARD_DATA_INVALID);
}
END_TEST

START_TEST(visit_reads_the_part_that_the_directory_names)
{
	mini_card_file(&card, "7FFF6430")->content = test_hex(
		"A1 18 30 00 A1 14 30 12 06 04 672B0901 30 0A 04 02 6432 02 01 02 80 01 05");
	mini_card_file(&card, "7FFF6432")->content = test_hex("FFFF 00000000 FF AAAA");
	visit();
	ck_assert_int_eq(outcome.class, CARD_CLASS_READ);
	ck_assert(span_is_equal(buf_span(&outcome.content), test_hex("00000000")));
	/* beyond the file, and too short for its header */
	mini_card_file(&card, "7FFF6432")->content = test_hex("FFFF 00000000");
	assert_ends(CARD_CLASS_INVALID, REASON_CARD_DATA_INVALID);
	mini_card_file(&card, "7FFF6432")->content = test_hex("FFFF 00000005 FF AAAA");
	assert_ends(CARD_CLASS_INVALID, REASON_CARD_DATA_INVALID);
}
END_TEST

START_TEST(visit_finds_a_good_directory_behind_bad_ones)
{
	mini_card_file(&card, "7FFF5031")->content =
		test_hex("A7 06 30 04 04 02 4407 A7 06 30 04 04 02 4408 A7 06 30 04 04 02 5031"
			 "A7 06 30 04 04 02 6430");
	mini_card_file(&card, "7FFF4408")->content = test_hex("A1 80 00 00");
	assert_reads();
	/* and tells of the bad ones where there is none */
	mini_card_file(&card, "7FFF6430")->content = test_hex("FF FF");
	assert_ends(CARD_CLASS_INVALID, REASON_CARD_DATA_INVALID);
	ck_assert_uint_eq(outcome.file, 0x4408);
}
END_TEST

START_TEST(visit_is_not_led_in_circles)
{
	mini_card_file(&card, "7FFF5031")->content =
		test_hex("A7 06 30 04 04 02 5031 A7 08 30 06 04 04 7FFF5031"
			 "A7 06 30 04 04 02 6431 A7 06 30 04 04 02 6431");
	mini_card_file(&card, "7FFF6431")->content = test_hex("FF FF");
	assert_ends(CARD_CLASS_NO_DATA, REASON_CARD_NO_APPLICATION);
	ck_assert_uint_lt(card.n_commands, 25);
}
END_TEST

START_TEST(visit_uses_the_basic_channel_only_where_it_may)
{
	card.channel_says = 0x6881;
	assert_ends(CARD_CLASS_LOCKED, REASON_CARD_NO_CHANNEL);
	ck_assert_uint_eq(card.n_commands, 1);
	card.channel_says = 0x6A81;
	assert_ends(CARD_CLASS_TRANSIENT, REASON_CARD_NO_CHANNEL);
	wish.may_use_basic_channel = true;
	assert_reads();
}
END_TEST

START_TEST(visit_verifies_the_pin_where_one_is_wanted)
{
	card.pin = "31323334FFFFFFFF";
	mini_card_file(&card, "7FFF6432")->is_guarded = true;
	assert_ends(CARD_CLASS_LOCKED, REASON_CARD_PIN_REQUIRED);
	ck_assert_uint_eq(card.tries, 3);
	wish.pin = span_of_text("1234");
	assert_reads();
	card.is_verified = false;
	mini_card_file(&card, "7FFF6430")->is_guarded = true;
	assert_reads();
	/* wrong: once, and the content is not there */
	card.is_verified = false;
	wish.pin = span_of_text("9999");
	assert_ends(CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG);
	ck_assert(outcome.is_pin_wrong);
	ck_assert_uint_eq(card.tries, 2);
	assert_ends(CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG);
	ck_assert_uint_eq(card.tries, 2);
}
END_TEST

START_TEST(visit_never_reads_in_clear_where_the_secure_channel_is_required)
{
	wish.secure = CARD_SECURE_REQUIRED;
	wish.key_enc = wish.key_mac = test_hex("404142434445464748494A4B4C4D4E4F");
	assert_ends(CARD_CLASS_LOCKED, REASON_CARD_CHANNEL_FAILED);
	ck_assert_uint_eq(card.n_open, 0);
	wish.secure = CARD_SECURE_OPTIONAL;
	assert_reads();
	ck_assert(!outcome.is_secure);
}
END_TEST

START_TEST(visit_takes_a_failing_secure_channel_for_no_reason_to_go_without)
{
	/* the card knows the command and refuses it */
	wish.secure = CARD_SECURE_OPTIONAL;
	wish.key_enc = wish.key_mac = test_hex("404142434445464748494A4B4C4D4E4F");
	visit();
	for (card.fail_at = 1; card.fail_at < 30; card.fail_at++) {
		card.n_commands = 0;
		card.fail_with = 0x6A88;
		visit();
		if (outcome.reason == REASON_CARD_CHANNEL_FAILED)
			return;
	}
	ck_abort_msg("no INITIALIZE UPDATE was sent");
}
END_TEST

START_TEST(visit_that_a_file_wants_protected_is_told_so)
{
	mini_card_file(&card, "7FFF6432")->is_guarded = true;
	/* no PIN is in the way: it is the channel that is missing */
	card.is_verified = false;
	card.tries = 0;
	card.pin = NULL;
	visit();
	ck_assert_int_eq(outcome.class, CARD_CLASS_LOCKED);
}
END_TEST

/* Each command of a visit fails once, in each way. */
START_TEST(visit_survives_any_failure_of_any_command)
{
	static const struct {
		int error;
		enum card_class class;
	} ways[] = {
		{-EIO, CARD_CLASS_TRANSIENT}, {-EPROTO, CARD_CLASS_TRANSIENT},
		{-ENOMEDIUM, CARD_CLASS_ABSENT}, {-ENOLINK, CARD_CLASS_NO_SERVICE},
		{-ECONNRESET, CARD_CLASS_READ}, /* it starts over */
	};
	unsigned n = (visit(), card.n_commands);

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		for (unsigned at = 1; at <= n; at++) {
			begin();
			card.fail_at = at;
			card.fail_with = ways[i].error;
			visit();
			/* the last but one close of a channel may fail unnoticed */
			if (outcome.class == CARD_CLASS_READ && ways[i].class != CARD_CLASS_READ)
				continue;
			ck_assert_msg(outcome.class == ways[i].class, "%u: %s", at, outcome.detail);
			end();
		}
}
END_TEST

START_TEST(visit_survives_any_status_of_any_command)
{
	static const int statuses[] = {0x6F00, 0x6982, 0x6A82, 0x6283, 0x6281, 0x6985, 0x9000,
		0x6282, 0x6B00, 0x6700, 0x6A86, 0x6988, 0x6100, 0x6C00, 0x0000};
	unsigned n = (visit(), card.n_commands);

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		for (unsigned at = 1; at <= n; at++) {
			begin();
			card.fail_at = at;
			card.fail_with = statuses[i];
			visit();
			ck_assert(outcome.class == CARD_CLASS_READ || outcome.detail[0]);
			ck_assert(outcome.class == CARD_CLASS_READ || outcome.content.data == NULL);
			end();
		}
}
END_TEST

static int reset_always(void *data, struct span command, struct buf *answer)
{
	(void)command;
	(void)answer;
	(*(unsigned *)data)++;
	return -ECONNRESET;
}

static int restart_fine(void *data)
{
	(void)data;
	return 0;
}

START_TEST(visit_starts_over_three_times_at_most)
{
	unsigned n = 0;
	struct card_port port = {.data = &n, .transmit = reset_always, .restart = restart_fine};

	ck_assert_int_eq(card_visit(&port, &wish, &outcome), 0);
	ck_assert_int_eq(outcome.class, CARD_CLASS_TRANSIENT);
	ck_assert_uint_eq(n, 3);
}
END_TEST

START_TEST(visit_of_two_cards_is_none)
{
	card.swap_at = 10;
	card.other_iccid = test_hex("98940000000000000020");
	assert_ends(CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("visit");
	TCase *t = tcase_create("visit");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, visit_reads_the_content_and_who_the_card_is);
	tcase_add_test(t, visit_goes_without_dir_and_without_iccid);
	tcase_add_test(t, visit_leaves_padding_alone);
	tcase_add_test(t, visit_without_application_or_data_is_no_data);
	tcase_add_test(t, visit_refuses_content_that_is_wrong);
	tcase_add_test(t, visit_reads_the_part_that_the_directory_names);
	tcase_add_test(t, visit_finds_a_good_directory_behind_bad_ones);
	tcase_add_test(t, visit_is_not_led_in_circles);
	tcase_add_test(t, visit_uses_the_basic_channel_only_where_it_may);
	tcase_add_test(t, visit_verifies_the_pin_where_one_is_wanted);
	tcase_add_test(t, visit_never_reads_in_clear_where_the_secure_channel_is_required);
	tcase_add_test(t, visit_takes_a_failing_secure_channel_for_no_reason_to_go_without);
	tcase_add_test(t, visit_that_a_file_wants_protected_is_told_so);
	tcase_add_test(t, visit_survives_any_failure_of_any_command);
	tcase_add_test(t, visit_survives_any_status_of_any_command);
	tcase_add_test(t, visit_starts_over_three_times_at_most);
	tcase_add_test(t, visit_of_two_cards_is_none);
	suite_add_tcase(s, t);
	return s;
}
