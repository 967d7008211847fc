#include <errno.h>

#include "registration_fixture.h"
#include "runner.h"

static void be_disabling(void)
{
	be_registered();
	ck_assert_uint_eq(step(REG_EV_DISABLE), REG_DO_DEREGISTER | REG_TELL_DOWN);
}

/* Disable */

START_TEST(disable_deregisters_closes_is_silent_and_registers_again)
{
	be_disabling();

	uint64_t end = now + 86400 * USEC_PER_SEC;

	expect_state(REG_DISABLING);
	ck_assert(!reg_is_up(reg));
	now += USEC_PER_SEC;
	ck_assert_uint_eq(step(REG_EV_ACCEPTED), REG_DO_CLOSE);
	expect_state(REG_DISABLED);
	ck_assert_uint_eq(reg_deadline(reg), end);
	ck_assert_uint_eq(step(REG_EV_CHANGED), 0);
	ck_assert_uint_eq(step(REG_EV_START), 0);
	ck_assert_uint_eq(step(REG_EV_SESSION_LOST), 0);
	expect_state(REG_DISABLED);
	now = end - 1;
	ck_assert_uint_eq(step(REG_EV_DUE), 0);
	now = end;
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_REGISTER);
}
END_TEST

START_TEST(disable_ends_also_if_the_deregistration_is_not_answered)
{
	be_disabling();

	uint64_t end = now + 86400 * USEC_PER_SEC;

	wait_for(5);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_CANCEL | REG_DO_CLOSE);
	expect_state(REG_DISABLED);
	ck_assert_uint_eq(reg_deadline(reg), end);
}
END_TEST

START_TEST(disable_ends_with_any_outcome_of_the_deregistration)
{
	static const enum reg_event outcomes[] = {REG_EV_FORGOTTEN, REG_EV_REJECTED, REG_EV_FAILED,
		REG_EV_FATAL, REG_EV_SESSION_LOST, REG_EV_VERSION, REG_EV_CONFLICT};

	be_disabling();
	ck_assert_uint_eq(step(outcomes[_i]), REG_DO_CLOSE);
	expect_state(REG_DISABLED);
}
END_TEST

START_TEST(disable_during_an_update_gives_the_update_up)
{
	be_updating();
	ck_assert_uint_eq(step(REG_EV_DISABLE), REG_DO_CANCEL | REG_DO_DEREGISTER | REG_TELL_DOWN);
}
END_TEST

START_TEST(disable_for_no_time_registers_at_once)
{
	struct reg_params p = params;

	p.disable_timeout = 0;
	setup_with(&p);
	be_disabling();
	step(REG_EV_ACCEPTED);
	ck_assert_uint_le(reg_deadline(reg), now);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_REGISTER);
}
END_TEST

/* Stop */

static void be_idle(void)
{
}

static void be_delayed(void)
{
	struct reg_params p = params;

	p.initial_delay = 20;
	setup_with(&p);
	step(REG_EV_START);
}

static void be_registering(void)
{
	step(REG_EV_START);
}

static void be_retrying(void)
{
	step(REG_EV_START);
	step(REG_EV_FAILED);
}

static void be_disabled(void)
{
	be_disabling();
	step(REG_EV_ACCEPTED);
}

static void be_failed(void)
{
	step(REG_EV_START);
	step(REG_EV_REJECTED);
}

static const struct {
	void (*be)(void);
	enum reg_state from;
	unsigned actions;
} stops[] = {
	{be_idle, REG_IDLE, REG_TELL_STOPPED},
	{be_delayed, REG_DELAY, REG_TELL_STOPPED},
	{be_registering, REG_REGISTERING, REG_DO_CANCEL | REG_DO_CLOSE | REG_TELL_STOPPED},
	{be_retrying, REG_RETRY, REG_DO_CLOSE | REG_TELL_STOPPED},
	{be_registered, REG_REGISTERED, REG_DO_DEREGISTER},
	{be_updating, REG_UPDATING, REG_DO_CANCEL | REG_DO_DEREGISTER},
	{be_disabling, REG_DISABLING, 0},
	{be_disabled, REG_DISABLED, REG_TELL_STOPPED},
	{be_failed, REG_FAILED, REG_TELL_STOPPED},
};

enum { STOPS = sizeof stops / sizeof *stops };

START_TEST(stop_from_each_state_deregisters_what_is_registered)
{
	stops[_i].be();
	expect_state(stops[_i].from);
	ck_assert_uint_eq(step(REG_EV_STOP), stops[_i].actions);
	if (!(stops[_i].actions & REG_TELL_STOPPED)) {
		expect_state(REG_DEREGISTERING);
		ck_assert_uint_eq(step(REG_EV_STOP), 0);
		ck_assert_uint_eq(step(REG_EV_ACCEPTED), REG_DO_CLOSE | REG_TELL_STOPPED);
	}
	expect_state(REG_STOPPED);
	ck_assert_uint_eq(reg_deadline(reg), USEC_NEVER);
}
END_TEST

START_TEST(stop_does_not_wait_longer_than_5_s_for_an_answer)
{
	be_registered();
	step(REG_EV_STOP);
	wait_for(5);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_CANCEL | REG_DO_CLOSE | REG_TELL_STOPPED);
	expect_state(REG_STOPPED);
}
END_TEST

START_TEST(stopped_stays_stopped_whatever_comes)
{
	step(REG_EV_STOP);
	now += 1000 * USEC_PER_SEC;
	for (int i = 0; i < REG_EV_COUNT; i++)
		ck_assert_uint_eq(step((enum reg_event)i), 0);
	expect_state(REG_STOPPED);
}
END_TEST

/* Asked for */

START_TEST(what_is_asked_for_is_sent_at_once_and_what_changes_by_itself_is_collected)
{
	be_registered();
	ck_assert_uint_eq(step(REG_EV_CHANGED), 0);
	ck_assert_uint_eq(reg_deadline(reg), now + USEC_PER_SEC);
	ck_assert_uint_eq(step(REG_EV_ASKED), REG_DO_UPDATE);
	expect_state(REG_UPDATING);
	/* the one on its way may be older than what is asked for now */
	ck_assert_uint_eq(step(REG_EV_ASKED), 0);
	ck_assert_uint_eq(step(REG_EV_ACCEPTED), 0);
	expect_state(REG_REGISTERED);
	ck_assert_uint_eq(reg_deadline(reg), now + USEC_PER_SEC);
}
END_TEST

/* Restart */

START_TEST(resumed_registration_is_updated_at_once)
{
	uint64_t expires = now + 100 * USEC_PER_SEC;

	ck_assert_int_eq(reg_resume(reg, LWM2M_1_1, now, expires), 0);
	expect_state(REG_REGISTERED);
	ck_assert_uint_eq(reg_expires(reg), expires);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);
	ck_assert_str_eq(reg_version_text(reg_version(reg)), "1.1");
	ck_assert_int_eq(reg_resume(reg, LWM2M_1_1, now, expires), -EBUSY);
}
END_TEST

START_TEST(resumed_registration_that_expired_meanwhile_is_made_anew)
{
	ck_assert_int_eq(reg_resume(reg, LWM2M_1_2, now, now - 1), 0);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_REGISTER | REG_TELL_DOWN);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("registration_end");
	TCase *t = tcase_create("end");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, disable_deregisters_closes_is_silent_and_registers_again);
	tcase_add_test(t, disable_ends_also_if_the_deregistration_is_not_answered);
	tcase_add_loop_test(t, disable_ends_with_any_outcome_of_the_deregistration, 0, 7);
	tcase_add_test(t, disable_during_an_update_gives_the_update_up);
	tcase_add_test(t, disable_for_no_time_registers_at_once);
	tcase_add_loop_test(t, stop_from_each_state_deregisters_what_is_registered, 0, STOPS);
	tcase_add_test(t, stop_does_not_wait_longer_than_5_s_for_an_answer);
	tcase_add_test(t, stopped_stays_stopped_whatever_comes);
	tcase_add_test(
		t, what_is_asked_for_is_sent_at_once_and_what_changes_by_itself_is_collected);
	tcase_add_test(t, resumed_registration_is_updated_at_once);
	tcase_add_test(t, resumed_registration_that_expired_meanwhile_is_made_anew);
	suite_add_tcase(s, t);
	return s;
}
