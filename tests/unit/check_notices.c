#include "exchange/notices.h"

#include "runner.h"

static struct notices n;
static struct notice_result got;

static struct token token(char c)
{
	return token_of(span_of(&c, 1));
}

static void ck_assert_result(char c, enum notice_outcome outcome)
{
	ck_assert(notices_take(&n, &got));
	ck_assert(token_is_equal(got.token, token(c)));
	ck_assert_int_eq(got.outcome, outcome);
}

static void setup(void)
{
	notices_forget(&n);
}

START_TEST(notices_tell_an_acknowledgement_once)
{
	notices_add(&n, true, token('a'), 7);
	ck_assert(n.is_waiting && !notices_has_results(&n));
	notices_settle(&n);
	notices_settle(&n);
	notices_lose(&n);
	ck_assert_result('a', NOTICE_ACKNOWLEDGED);
	ck_assert(!notices_take(&n, &got));
}
END_TEST

START_TEST(notices_tell_a_loss)
{
	notices_add(&n, true, token('a'), 7);
	notices_lose(&n);
	ck_assert_result('a', NOTICE_LOST);
	ck_assert(!n.is_waiting);
}
END_TEST

/* RFC 7641 section 3.6: a reset of either kind ends the observation */
START_TEST(notices_find_a_rejected_one_by_its_message_id)
{
	notices_add(&n, false, token('a'), 7);
	notices_add(&n, true, token('b'), 8);
	notices_add(&n, false, token('c'), 9);
	ck_assert(!notices_reject(&n, 10));
	ck_assert(notices_reject(&n, 7));
	ck_assert(notices_reject(&n, 8));
	ck_assert_result('a', NOTICE_REJECTED);
	ck_assert_result('b', NOTICE_REJECTED);
	ck_assert(!n.is_waiting);
	notices_settle(&n);
	ck_assert(!notices_has_results(&n));
}
END_TEST

START_TEST(notices_take_the_newest_of_equal_message_ids)
{
	notices_add(&n, false, token('a'), 7);
	notices_add(&n, false, token('b'), 7);
	ck_assert(notices_reject(&n, 7));
	ck_assert_result('b', NOTICE_REJECTED);
}
END_TEST

START_TEST(notices_remember_the_last_few)
{
	for (uint16_t mid = 0; mid <= NOTICES_KEPT; mid++)
		notices_add(&n, false, token('a'), mid);
	ck_assert(!notices_reject(&n, 0));
	ck_assert(notices_reject(&n, 1));
	ck_assert(notices_reject(&n, NOTICES_KEPT));
}
END_TEST

START_TEST(notices_keep_room_for_what_is_waited_for)
{
	notices_add(&n, true, token('z'), 1000);
	for (uint16_t mid = 0; mid < NOTICES_KEPT; mid++) {
		notices_add(&n, false, token('a'), mid);
		ck_assert(notices_reject(&n, mid));
	}
	ck_assert_uint_eq(n.n_results, NOTICES_RESULTS_MAX - 1);
	notices_settle(&n);
	while (notices_take(&n, &got))
		;
	ck_assert(token_is_equal(got.token, token('z')));
	ck_assert_int_eq(got.outcome, NOTICE_ACKNOWLEDGED);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("notices");
	TCase *t = tcase_create("notices");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, notices_tell_an_acknowledgement_once);
	tcase_add_test(t, notices_tell_a_loss);
	tcase_add_test(t, notices_find_a_rejected_one_by_its_message_id);
	tcase_add_test(t, notices_take_the_newest_of_equal_message_ids);
	tcase_add_test(t, notices_remember_the_last_few);
	tcase_add_test(t, notices_keep_room_for_what_is_waited_for);
	suite_add_tcase(s, t);
	return s;
}
