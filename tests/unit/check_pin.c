#include "card/pin.h"

#include <errno.h>

#include "runner.h"
#include "script_port.h"

static struct card_outcome outcome;

/* pin_verify() with this PIN against a card that answers so. */
static int verify(
	struct card_wish *wish, const struct fcp *fcp, const struct script_step *steps, size_t n)
{
	struct script_port script;
	struct card_channel channel = {.port = &script.port, .number = 1};

	script_port_start(&script, false, steps, n);
	memset(&outcome, 0, sizeof outcome);
	octets_set(&outcome.iccid, test_hex("98940000000000000010"));

	int r = pin_verify(&channel, wish, fcp, &outcome);

	script_port_assert_over(&script);
	return r;
}

static const struct fcp pin_01 = {.pins = {0x01}, .n_pins = 1};
static const struct fcp pin_81 = {.pins = {0x81}, .n_pins = 1};
static const struct fcp two_pins = {.pins = {0x01, 0x81}, .n_pins = 2};
static const struct fcp unknown;

#define QUERY_01 "01 20 00 01"
#define VERIFY_01 "01 20 00 01 08 31323334FFFFFFFF"

static void assert_locked(int r, enum reason reason)
{
	ck_assert_int_eq(r, -ECANCELED);
	ck_assert_int_eq(outcome.class, CARD_CLASS_LOCKED);
	ck_assert_str_eq(reason_id(outcome.reason), reason_id(reason));
	ck_assert(outcome.detail[0]);
}

START_TEST(pin_is_verified_after_its_tries_were_asked_for)
{
	static const struct script_step steps[] = {
		{.command = QUERY_01, .answer = "63C3"}, {.command = VERIFY_01, .answer = "9000"}};
	struct card_wish wish = {.pin = span_of_text("1234")};

	ck_assert_int_eq(verify(&wish, &pin_01, steps, 2), 1);
	ck_assert(!outcome.is_pin_wrong);
}
END_TEST

START_TEST(pin_of_the_reference_that_the_card_names_is_verified)
{
	static const struct script_step steps[] = {{.command = "01 20 00 81", .answer = "63CA"},
		{.command = "01 20 00 81 08 3132333435363738", .answer = "9000"}};
	struct card_wish wish = {.pin = span_of_text("12345678")};

	ck_assert_int_eq(verify(&wish, &pin_81, steps, 2), 1);
}
END_TEST

START_TEST(pin_that_is_verified_already_is_left_alone)
{
	static const struct script_step steps[] = {{.command = QUERY_01, .answer = "9000"}};
	struct card_wish wish = {.pin = span_of_text("1234")};

	ck_assert_int_eq(verify(&wish, &pin_01, steps, 1), 0);
	ck_assert_int_eq(verify(&wish, &unknown, steps, 1), 0);
}
END_TEST

START_TEST(pin_is_verified_for_each_reference_that_needs_it)
{
	static const struct script_step steps[] = {{.command = QUERY_01, .answer = "9000"},
		{.command = "01 20 00 81", .answer = "63C3"},
		{.command = "01 20 00 81 08 31323334FFFFFFFF", .answer = "9000"}};
	struct card_wish wish = {.pin = span_of_text("1234")};

	ck_assert_int_eq(verify(&wish, &two_pins, steps, 3), 1);
}
END_TEST

START_TEST(pin_is_not_tried_without_one)
{
	static const struct script_step steps[] = {{.command = QUERY_01, .answer = "63C3"}};
	struct card_wish wish = {0};

	assert_locked(verify(&wish, &pin_01, steps, 1), REASON_CARD_PIN_REQUIRED);
}
END_TEST

START_TEST(pin_is_not_tried_with_fewer_than_three_tries_left)
{
	static const struct script_step two[] = {{.command = QUERY_01, .answer = "63C2"}};
	static const struct script_step one[] = {{.command = QUERY_01, .answer = "63C1"}};
	struct card_wish wish = {.pin = span_of_text("1234")};

	assert_locked(verify(&wish, &pin_01, two, 1), REASON_CARD_PIN_WRONG);
	assert_locked(verify(&wish, &pin_01, one, 1), REASON_CARD_PIN_WRONG);
	ck_assert(!outcome.is_pin_wrong);
}
END_TEST

START_TEST(pin_of_an_impossible_length_is_not_tried)
{
	static const struct script_step steps[] = {{.command = QUERY_01, .answer = "63C3"}};
	struct card_wish wish = {.pin = span_of_text("123")};

	assert_locked(verify(&wish, &pin_01, steps, 1), REASON_CARD_PIN_WRONG);
	wish.pin = span_of_text("123456789");
	assert_locked(verify(&wish, &pin_01, steps, 1), REASON_CARD_PIN_WRONG);
}
END_TEST

START_TEST(pin_that_failed_on_this_card_is_never_tried_again)
{
	static const struct script_step first[] = {
		{.command = QUERY_01, .answer = "63CA"}, {.command = VERIFY_01, .answer = "63C9"}};
	static const struct script_step again[] = {{.command = QUERY_01, .answer = "63C9"}};
	static const struct script_step fine[] = {{.command = QUERY_01, .answer = "63C9"},
		{.command = "01 20 00 01 08 31323335FFFFFFFF", .answer = "9000"}};
	struct card_wish wish = {.pin = span_of_text("1234")};

	assert_locked(verify(&wish, &pin_01, first, 2), REASON_CARD_PIN_WRONG);
	ck_assert(outcome.is_pin_wrong);
	wish.has_refused_pin = true;
	ck_assert_int_eq(pin_hash(&outcome.iccid, wish.pin, wish.refused_pin), 0);
	assert_locked(verify(&wish, &pin_01, again, 1), REASON_CARD_PIN_WRONG);
	/* another PIN may be */
	wish.pin = span_of_text("1235");
	ck_assert_int_eq(verify(&wish, &pin_01, fine, 2), 1);
}
END_TEST

START_TEST(pin_that_is_blocked_is_told_so)
{
	static const struct script_step asked[] = {{.command = QUERY_01, .answer = "6983"}};
	static const struct script_step none[] = {{.command = QUERY_01, .answer = "63C0"}};
	static const struct script_step now[] = {
		{.command = QUERY_01, .answer = "63C3"}, {.command = VERIFY_01, .answer = "6983"}};
	struct card_wish wish = {.pin = span_of_text("1234")};

	assert_locked(verify(&wish, &pin_01, asked, 1), REASON_CARD_PIN_BLOCKED);
	assert_locked(verify(&wish, &pin_01, none, 1), REASON_CARD_PIN_BLOCKED);
	assert_locked(verify(&wish, &pin_01, now, 2), REASON_CARD_PIN_BLOCKED);
}
END_TEST

START_TEST(pin_is_one_thing_and_a_lost_card_another)
{
	static const struct script_step steps[] = {{.command = QUERY_01, .error = -ENOMEDIUM}};
	struct card_wish wish = {.pin = span_of_text("1234")};

	ck_assert_int_eq(verify(&wish, &pin_01, steps, 1), -ENOMEDIUM);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("pin");
	TCase *t = tcase_create("pin");

	tcase_add_test(t, pin_is_verified_after_its_tries_were_asked_for);
	tcase_add_test(t, pin_of_the_reference_that_the_card_names_is_verified);
	tcase_add_test(t, pin_that_is_verified_already_is_left_alone);
	tcase_add_test(t, pin_is_verified_for_each_reference_that_needs_it);
	tcase_add_test(t, pin_is_not_tried_without_one);
	tcase_add_test(t, pin_is_not_tried_with_fewer_than_three_tries_left);
	tcase_add_test(t, pin_of_an_impossible_length_is_not_tried);
	tcase_add_test(t, pin_that_failed_on_this_card_is_never_tried_again);
	tcase_add_test(t, pin_that_is_blocked_is_told_so);
	tcase_add_test(t, pin_is_one_thing_and_a_lost_card_another);
	suite_add_tcase(s, t);
	return s;
}
