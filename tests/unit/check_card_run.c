#include "daemon/card_run.h"

#include <errno.h>
#include <stdlib.h>

#include "card/frame.h"
#include "helper_script.h"
#include "runner.h"
#include "testloop.h"

static struct card_run *run;
static struct card_outcome last;
static bool was_killed;
static unsigned n_done;

static void on_done(void *data, struct card_outcome *outcome, bool is_killed)
{
	(void)data;
	outcome_done(&last);
	last = *outcome;
	*outcome = (struct card_outcome){0};
	was_killed = is_killed;
	n_done++;
}

static void setup(void)
{
	const struct card_run_env env = {
		.loop = &test_loop, .clock = &test_loop_clock, .done = on_done};

	ck_assert_int_eq(card_run_new(&env, &run), 0);
}

static void teardown(void)
{
	run = card_run_free(run);
	outcome_done(&last);
	helper_script_remove();
}

static void start(const char *script, struct span bytes)
{
	struct card_wish wish = {.reader = span_of_text("*"), .pin = span_of_text("1234")};

	helper_script(script, bytes);
	ck_assert_int_eq(card_run_start(run, &wish), 0);
	ck_assert(card_run_is_running(run));
}

static void assert_done(enum card_class class, enum reason reason)
{
	ck_assert(test_loop_until(&n_done, 1, 10000));
	ck_assert_msg(last.class == class, "%s: %s", card_class_name(last.class), last.detail);
	ck_assert_str_eq(reason_id(last.reason), reason_id(reason));
	ck_assert(!card_run_is_running(run));
}

static struct span good_frame(void)
{
	static struct buf frame;
	struct card_outcome o = {.file = 0x6432};

	ck_assert_int_eq(buf_append(&o.content, test_golden("card/two_objects")), 0);
	ck_assert_int_eq(frame_put_outcome(&o, &frame), 0);
	outcome_done(&o);
	return buf_span(&frame);
}

START_TEST(run_brings_the_outcome_of_the_helper)
{
	struct card_wish wish;

	start("cat >said; printf ......; cat file", good_frame());
	assert_done(CARD_CLASS_READ, REASON_NONE);
	ck_assert_uint_eq(last.content.len, 126);
	ck_assert(!was_killed);
	ck_assert_int_eq(frame_take_wish(helper_script_said(), &wish), 0);
	ck_assert(span_is_text(wish.pin, "1234"));
}
END_TEST

START_TEST(run_believes_nothing_that_is_no_outcome)
{
	static const char *const scripts[] = {
		"exit 0",		    /* no word */
		"printf ...; exit 1",	    /* signs of life only */
		"head -c 100 file",	    /* cut */
		"cat file; echo more",	    /* a rest */
		"cat file | tr 'L' 'X'",    /* another beginning */
		"head -c 100000 /dev/zero", /* much */
		"kill -SEGV $$",
	};

	start(scripts[_i], good_frame());
	assert_done(CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE);
	ck_assert_ptr_null(last.content.data);
	ck_assert(!was_killed);
}
END_TEST

START_TEST(run_ends_a_helper_without_any_sign_of_life)
{
	start("exec sleep 600", span_of(NULL, 0));
	test_loop_jump((CARD_FIRST_SIGN_SEC - 1) * USEC_PER_SEC);
	test_loop_for(50);
	ck_assert(card_run_is_running(run));
	test_loop_jump(2 * USEC_PER_SEC);
	assert_done(CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE);
	ck_assert(was_killed);
}
END_TEST

START_TEST(run_ends_a_helper_that_falls_silent)
{
	start("printf .; touch said; exec sleep 600", span_of(NULL, 0));
	test_loop_for(300);
	test_loop_jump((CARD_SILENCE_SEC + 1) * USEC_PER_SEC);
	assert_done(CARD_CLASS_TRANSIENT, REASON_CARD_MUTE);
	ck_assert(was_killed);
}
END_TEST

START_TEST(run_ends_a_helper_that_goes_on_and_on)
{
	start("while printf .; do sleep 0.02; done", span_of(NULL, 0));
	for (int i = 0; i < CARD_TOTAL_SEC / 5 && n_done == 0; i++) {
		test_loop_for(200);
		test_loop_jump(5 * USEC_PER_SEC);
	}
	assert_done(CARD_CLASS_TRANSIENT, REASON_CARD_MUTE);
	ck_assert(strstr(last.detail, "more than 60 s"));
	ck_assert(was_killed);
}
END_TEST

START_TEST(run_says_that_there_is_no_helper_or_no_service)
{
	struct card_wish wish = {0};

	helper_script_none();
	ck_assert_int_eq(card_run_start(run, &wish), 0);
	assert_done(CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE);
	ck_assert(strstr(last.detail, "/nonexistent/lwm2md-card"));

	n_done = 0;
	helper_script("touch said", span_of(NULL, 0));
	setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm", 1);
	ck_assert(!card_run_has_service());
	ck_assert_int_eq(card_run_start(run, &wish), 0);
	assert_done(CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE);
}
END_TEST

START_TEST(run_is_one_at_a_time_and_ends_without_a_word)
{
	struct card_wish wish = {0};

	start("exec sleep 600", span_of(NULL, 0));
	ck_assert_int_eq(card_run_start(run, &wish), -EBUSY);
	run = card_run_free(run);
	test_loop_for(50);
	ck_assert_uint_eq(n_done, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("card_run");
	TCase *t = tcase_create("card_run");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, run_brings_the_outcome_of_the_helper);
	tcase_add_loop_test(t, run_believes_nothing_that_is_no_outcome, 0, 7);
	tcase_add_test(t, run_ends_a_helper_without_any_sign_of_life);
	tcase_add_test(t, run_ends_a_helper_that_falls_silent);
	tcase_add_test(t, run_ends_a_helper_that_goes_on_and_on);
	tcase_add_test(t, run_says_that_there_is_no_helper_or_no_service);
	tcase_add_test(t, run_is_one_at_a_time_and_ends_without_a_word);
	suite_add_tcase(s, t);
	return s;
}
