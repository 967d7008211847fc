#include "daemon/card_inspect.h"

#include <errno.h>
#include <stdio.h>

#include "helper_script.h"
#include "runner.h"
#include "testloop.h"

static struct card_inspect *inspect;
static unsigned n_done;
static char result[40], text[400], reason[40];

static void on_done(void *data, const struct card_outcome *outcome, const struct manage_card *card)
{
	(void)data;
	(void)outcome;
	snprintf(result, sizeof result, "%s", card->result);
	snprintf(text, sizeof text, "%s", card->text);
	snprintf(reason, sizeof reason, "%s", reason_id(card->reason));
	n_done++;
}

static void setup(void)
{
	const struct card_inspect_env env = {
		.loop = &test_loop, .clock = &test_loop_clock, .done = on_done};

	n_done = 0;
	ck_assert_int_eq(card_inspect_new(&env, &inspect), 0);
}

static void teardown(void)
{
	inspect = card_inspect_free(inspect);
	helper_script_remove();
}

START_TEST(card_inspect_tells_in_words_why_there_is_nothing)
{
	const struct card_wish wish = {.reader = span_of_text("*")};

	helper_script("exit 3", span_of(NULL, 0));
	ck_assert_int_eq(card_inspect_start(inspect, &wish), 0);
	ck_assert_int_eq(card_inspect_start(inspect, &wish), -EBUSY);
	ck_assert(test_loop_until(&n_done, 1, 10000));
	ck_assert_str_eq(reason, "card.unreadable");
	ck_assert_msg(strstr(text, "[card.unreadable]"), "%s", text);
	ck_assert_str_eq(result, card_class_name(CARD_CLASS_TRANSIENT));
}
END_TEST

START_TEST(card_inspect_can_be_repeated)
{
	const struct card_wish wish = {.reader = span_of_text("*")};

	helper_script_none();
	for (unsigned i = 1; i <= 2; i++) {
		ck_assert_int_eq(card_inspect_start(inspect, &wish), 0);
		ck_assert(test_loop_until(&n_done, i, 10000));
	}
	ck_assert_str_eq(reason, "card.no-service");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("card_inspect");
	TCase *t = tcase_create("card_inspect");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, card_inspect_tells_in_words_why_there_is_nothing);
	tcase_add_test(t, card_inspect_can_be_repeated);
	suite_add_tcase(s, t);
	return s;
}
