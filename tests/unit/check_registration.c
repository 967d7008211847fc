#include "registration_fixture.h"
#include "runner.h"

/* The table itself */

START_TEST(table_reaches_every_state)
{
	bool is_reached[REG_STATE_COUNT] = {[REG_IDLE] = true};
	struct reg_row row;

	/* as many passes as there are states follow every chain from IDLE */
	for (int pass = 0; pass < REG_STATE_COUNT; pass++)
		for (size_t i = 0; reg_row(i, &row); i++)
			if (is_reached[row.from])
				is_reached[row.to] = true;
	for (int i = 0; i < REG_STATE_COUNT; i++)
		ck_assert_msg(is_reached[i], "%s", reg_state_name((enum reg_state)i));
}
END_TEST

START_TEST(table_leaves_every_state_but_stopped)
{
	bool is_left[REG_STATE_COUNT] = {false};
	struct reg_row row;

	for (size_t i = 0; reg_row(i, &row); i++)
		if (row.from != row.to)
			is_left[row.from] = true;
	for (int i = 0; i < REG_STATE_COUNT; i++)
		ck_assert_msg(
			is_left[i] == (i != REG_STOPPED), "%s", reg_state_name((enum reg_state)i));
}
END_TEST

START_TEST(table_has_no_pair_twice)
{
	struct reg_row a, b;

	for (size_t i = 0; reg_row(i, &a); i++)
		for (size_t k = i + 1; reg_row(k, &b); k++)
			ck_assert_msg(a.from != b.from || a.event != b.event, "%s, %s",
				reg_state_name(a.from), reg_event_name(a.event));
}
END_TEST

START_TEST(table_stops_from_every_state_but_the_ending_ones)
{
	struct reg_row row;
	unsigned n = 0;

	for (size_t i = 0; reg_row(i, &row); i++)
		if (row.event == REG_EV_STOP)
			n++;
	ck_assert_uint_eq(n, REG_STATE_COUNT - 2);
}
END_TEST

START_TEST(table_tells_of_every_way_into_and_out_of_a_registration)
{
	struct reg_row row;

	for (size_t i = 0; reg_row(i, &row); i++) {
		bool was_up = row.from == REG_REGISTERED || row.from == REG_UPDATING;
		bool is_up = row.to == REG_REGISTERED || row.to == REG_UPDATING;
		bool is_stop = row.event == REG_EV_STOP;

		ck_assert_int_eq(!!(row.actions & REG_TELL_UP), !was_up && is_up);
		ck_assert_int_eq(!!(row.actions & REG_TELL_DOWN), was_up && !is_up && !is_stop);
		ck_assert_int_eq(!!(row.actions & REG_TELL_FAILED), row.to == REG_FAILED);
		ck_assert_int_eq(!!(row.actions & REG_TELL_STOPPED), row.to == REG_STOPPED);
	}
}
END_TEST

START_TEST(table_never_leaves_a_request_behind)
{
	struct reg_row row;

	/* what is left by an event that is no completion of the request must cancel it */
	for (size_t i = 0; reg_row(i, &row); i++) {
		bool has_request = row.from == REG_REGISTERING || row.from == REG_UPDATING ||
				   row.from == REG_DISABLING || row.from == REG_DEREGISTERING;
		bool is_completion = row.event != REG_EV_DUE && row.event != REG_EV_EXPIRED &&
				     row.event != REG_EV_STOP && row.event != REG_EV_DISABLE &&
				     row.event != REG_EV_SESSION_LOST;
		bool keeps = row.from == REG_DISABLING && row.to == REG_DEREGISTERING;

		if (row.from == row.to || keeps)
			continue;
		ck_assert_msg(!!(row.actions & REG_DO_CANCEL) == (has_request && !is_completion),
			"%s, %s", reg_state_name(row.from), reg_event_name(row.event));
	}
}
END_TEST

START_TEST(table_sends_exactly_when_it_enters_a_sending_state)
{
	struct reg_row row;

	for (size_t i = 0; reg_row(i, &row); i++) {
		bool is_change = row.event == REG_EV_CHANGED ||
				 (row.event == REG_EV_ASKED && row.from != REG_REGISTERED);
		bool is_sent = row.from == REG_DISABLING && row.to == REG_DEREGISTERING;

		ck_assert_int_eq(
			!!(row.actions & REG_DO_REGISTER), row.to == REG_REGISTERING && !is_change);
		ck_assert_int_eq(
			!!(row.actions & REG_DO_UPDATE), row.to == REG_UPDATING && !is_change);
		ck_assert_int_eq(!!(row.actions & REG_DO_DEREGISTER),
			(row.to == REG_DISABLING || row.to == REG_DEREGISTERING) && !is_sent);
	}
}
END_TEST

START_TEST(table_names_every_state_and_event)
{
	for (int i = 0; i < REG_STATE_COUNT; i++)
		ck_assert_str_ne(reg_state_name((enum reg_state)i), "?");
	for (int i = 0; i < REG_EV_COUNT; i++)
		ck_assert_str_ne(reg_event_name((enum reg_event)i), "?");
	ck_assert_str_eq(reg_state_name(REG_STATE_COUNT), "?");
	ck_assert_str_eq(reg_event_name(REG_EV_COUNT), "?");
}
END_TEST

START_TEST(table_events_from_inside_cannot_be_sent)
{
	for (int i = REG_EV_DELAYED; i <= REG_EV_COUNT; i++)
		ck_assert_uint_eq(step((enum reg_event)i), 0);
	expect_state(REG_IDLE);
}
END_TEST

/* Register */

START_TEST(register_is_sent_at_its_turn_with_version_1_2)
{
	expect_state(REG_IDLE);
	ck_assert_uint_eq(step(REG_EV_START), REG_DO_REGISTER);
	expect_state(REG_REGISTERING);
	ck_assert_str_eq(reg_version_text(reg_version(reg)), "1.2");
	ck_assert_uint_eq(reg_deadline(reg), USEC_NEVER);
	ck_assert_uint_eq(reg_expires(reg), 0);
	ck_assert_uint_eq(reg_short_server_id(reg), 101);
}
END_TEST

START_TEST(register_accepted_is_told_and_expires_after_the_lifetime)
{
	step(REG_EV_START);
	ck_assert_uint_eq(step(REG_EV_ACCEPTED), REG_TELL_UP);
	ck_assert(reg_is_up(reg));
	ck_assert_uint_eq(reg_expires(reg), now + 300 * USEC_PER_SEC);
	ck_assert_uint_eq(reg_deadline(reg), now + (300 - 93) * USEC_PER_SEC);
}
END_TEST

START_TEST(register_waits_for_the_initial_delay_counted_from_its_turn)
{
	struct reg_params p = params;

	p.initial_delay = 20;
	setup_with(&p);
	ck_assert_uint_eq(step(REG_EV_START), 0);
	expect_state(REG_DELAY);
	wait_for(20);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_REGISTER);
}
END_TEST

START_TEST(register_initial_delay_ends_with_the_first_success_and_comes_back_with_a_bootstrap)
{
	struct reg_params p = params;

	p.initial_delay = 20;
	setup_with(&p);
	step(REG_EV_START);
	wait_for(20);
	step(REG_EV_DUE);
	/* a failure leaves it in force */
	fail_with(REG_EV_REJECTED, REASON_REG_FORBIDDEN);
	ck_assert_uint_eq(step(REG_EV_START), 0);
	wait_for(20);
	step(REG_EV_DUE);
	step(REG_EV_ACCEPTED);
	fail_with(REG_EV_FATAL, REASON_DTLS_ALERT);
	ck_assert_uint_eq(step(REG_EV_START), REG_DO_REGISTER);
	fail_with(REG_EV_REJECTED, REASON_REG_FORBIDDEN);
	reg_bootstrapped(reg);
	ck_assert_uint_eq(step(REG_EV_START), 0);
	expect_state(REG_DELAY);
}
END_TEST

START_TEST(register_4_12_falls_back_1_2_to_1_1_to_1_0_at_once_then_fails)
{
	step(REG_EV_START);
	ck_assert_uint_eq(fail_with(REG_EV_VERSION, REASON_REG_PRECONDITION), REG_DO_REGISTER);
	ck_assert_str_eq(reg_version_text(reg_version(reg)), "1.1");
	ck_assert_uint_eq(fail_with(REG_EV_VERSION, REASON_REG_PRECONDITION), REG_DO_REGISTER);
	ck_assert_str_eq(reg_version_text(reg_version(reg)), "1.0");
	ck_assert_uint_eq(reg_attempt(reg), 1);
	ck_assert_uint_eq(
		fail_with(REG_EV_VERSION, REASON_REG_PRECONDITION), REG_DO_CLOSE | REG_TELL_FAILED);
	expect_state(REG_FAILED);
	ck_assert_int_eq((int)reg_reason(reg), REASON_REG_PRECONDITION);
}
END_TEST

START_TEST(register_keeps_the_version_the_server_took)
{
	step(REG_EV_START);
	step(REG_EV_VERSION);
	step(REG_EV_ACCEPTED);
	now = reg_expires(reg);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_REGISTER | REG_TELL_DOWN);
	ck_assert_str_eq(reg_version_text(reg_version(reg)), "1.1");
	fail_with(REG_EV_REJECTED, REASON_REG_REFUSED);
	step(REG_EV_START);
	ck_assert_str_eq(reg_version_text(reg_version(reg)), "1.2");
}
END_TEST

START_TEST(register_4_09_is_repeated_once_with_the_full_list)
{
	step(REG_EV_START);
	ck_assert_uint_eq(fail_with(REG_EV_CONFLICT, REASON_REG_CONFLICT), REG_DO_REGISTER);
	ck_assert_uint_eq(
		fail_with(REG_EV_CONFLICT, REASON_REG_CONFLICT), REG_DO_CLOSE | REG_TELL_FAILED);
	expect_state(REG_FAILED);
}
END_TEST

START_TEST(register_4_09_may_be_repeated_again_after_a_success)
{
	step(REG_EV_START);
	step(REG_EV_CONFLICT);
	step(REG_EV_ACCEPTED);
	now = reg_expires(reg);
	step(REG_EV_DUE);
	ck_assert_uint_eq(step(REG_EV_CONFLICT), REG_DO_REGISTER);
}
END_TEST

START_TEST(register_rejected_is_final_until_the_next_round)
{
	step(REG_EV_START);
	ck_assert_uint_eq(
		fail_with(REG_EV_REJECTED, REASON_REG_FORBIDDEN), REG_DO_CLOSE | REG_TELL_FAILED);
	expect_state(REG_FAILED);
	ck_assert_int_eq((int)reg_reason(reg), REASON_REG_FORBIDDEN);
	ck_assert_uint_eq(reg_deadline(reg), USEC_NEVER);
	ck_assert_uint_eq(step(REG_EV_DUE), 0);
	ck_assert_uint_eq(step(REG_EV_START), REG_DO_REGISTER);
}
END_TEST

START_TEST(register_fatal_security_error_is_final)
{
	step(REG_EV_START);
	ck_assert_uint_eq(fail_with(REG_EV_FATAL, REASON_DTLS_PSK_UNKNOWN_IDENTITY),
		REG_DO_CLOSE | REG_TELL_FAILED);
	expect_state(REG_FAILED);
}
END_TEST

START_TEST(register_failures_wait_60_120_240_480_s_then_are_final)
{
	step(REG_EV_START);
	for (unsigned i = 0; i < 4; i++) {
		ck_assert_uint_eq(reg_attempt(reg), i + 1);
		ck_assert_uint_eq(fail_with(REG_EV_FAILED, REASON_REG_TIMEOUT), REG_DO_CLOSE);
		expect_state(REG_RETRY);
		ck_assert_uint_eq(reg_attempt(reg), i + 1);
		wait_for(60u << i);
		ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_REGISTER);
	}
	ck_assert_uint_eq(reg_attempt(reg), 5);
	ck_assert_uint_eq(
		fail_with(REG_EV_FAILED, REASON_REG_SERVER_ERROR), REG_DO_CLOSE | REG_TELL_FAILED);
	expect_state(REG_FAILED);
	ck_assert_int_eq((int)reg_reason(reg), REASON_REG_SERVER_ERROR);
}
END_TEST

START_TEST(register_next_sequence_starts_after_the_sequence_delay)
{
	struct reg_params p = params;

	p.retry_count = 1;
	p.sequence_count = 2;
	setup_with(&p);
	step(REG_EV_START);
	ck_assert_uint_eq(fail_with(REG_EV_FAILED, REASON_DTLS_TIMEOUT), REG_DO_CLOSE);
	wait_for(86400);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_REGISTER);
	ck_assert_uint_eq(reg_sequence(reg), 2);
	ck_assert_uint_eq(reg_attempt(reg), 1);
	step(REG_EV_FAILED);
	expect_state(REG_FAILED);
}
END_TEST

START_TEST(register_sequence_delay_of_max_value_means_no_further_sequence)
{
	struct reg_params p = params;

	p.retry_count = 1;
	p.sequence_count = 9;
	p.sequence_delay = UINT32_MAX;
	setup_with(&p);
	step(REG_EV_START);
	step(REG_EV_FAILED);
	expect_state(REG_FAILED);
}
END_TEST

START_TEST(register_counts_attempts_from_1_in_each_round)
{
	step(REG_EV_START);
	step(REG_EV_FAILED);
	now = reg_deadline(reg);
	step(REG_EV_DUE);
	ck_assert_uint_eq(reg_attempt(reg), 2);
	step(REG_EV_FATAL);
	step(REG_EV_START);
	ck_assert_uint_eq(reg_attempt(reg), 1);
}
END_TEST

START_TEST(register_can_be_asked_for_during_the_wait)
{
	step(REG_EV_START);
	step(REG_EV_FAILED);
	ck_assert_uint_eq(step(REG_EV_START), REG_DO_REGISTER);
	ck_assert_uint_eq(reg_attempt(reg), 1);
}
END_TEST

START_TEST(register_is_never_early)
{
	step(REG_EV_START);
	step(REG_EV_FAILED);
	now = reg_deadline(reg) - 1;
	ck_assert_uint_eq(step(REG_EV_DUE), 0);
	expect_state(REG_RETRY);
	now++;
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_REGISTER);
}
END_TEST

/* Update */

START_TEST(update_is_due_before_the_lifetime_ends_and_starts_it_anew)
{
	be_registered();
	now = reg_deadline(reg);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);
	expect_state(REG_UPDATING);
	ck_assert(reg_is_up(reg));
	now += USEC_PER_SEC;
	ck_assert_uint_eq(step(REG_EV_ACCEPTED), 0);
	expect_state(REG_REGISTERED);
	ck_assert_uint_eq(reg_expires(reg), now + 300 * USEC_PER_SEC);
	wait_for(300 - 93);
}
END_TEST

START_TEST(update_of_a_short_lifetime_is_due_at_its_half)
{
	struct reg_params p = params;

	p.lifetime = 60;
	setup_with(&p);
	step(REG_EV_START);
	step(REG_EV_ACCEPTED);
	wait_for(30);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);
}
END_TEST

START_TEST(update_of_an_infinite_lifetime_is_never_due)
{
	struct reg_params p = params;

	p.lifetime = 0;
	setup_with(&p);
	step(REG_EV_START);
	step(REG_EV_ACCEPTED);
	ck_assert_uint_eq(reg_deadline(reg), USEC_NEVER);
	ck_assert_uint_eq(reg_expires(reg), USEC_NEVER);
	step(REG_EV_CHANGED);
	wait_for(1);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);
	ck_assert_uint_eq(reg_deadline(reg), USEC_NEVER);
	step(REG_EV_ACCEPTED);
	ck_assert_uint_eq(reg_deadline(reg), USEC_NEVER);
}
END_TEST

START_TEST(update_refused_with_4_04_or_4_00_is_followed_by_register_at_once)
{
	be_updating();
	ck_assert_uint_eq(
		fail_with(REG_EV_FORGOTTEN, REASON_REG_LOST), REG_DO_REGISTER | REG_TELL_DOWN);
	expect_state(REG_REGISTERING);
	ck_assert(!reg_is_up(reg));
	ck_assert_uint_eq(reg_attempt(reg), 1);
	ck_assert_int_eq((int)reg_reason(reg), REASON_REG_LOST);
}
END_TEST

START_TEST(update_refused_in_any_other_way_is_followed_by_register_at_once)
{
	static const enum reg_event refusals[] = {REG_EV_REJECTED, REG_EV_VERSION, REG_EV_CONFLICT};

	be_updating();
	ck_assert_uint_eq(step(refusals[_i]), REG_DO_REGISTER | REG_TELL_DOWN);
	ck_assert_str_eq(reg_version_text(reg_version(reg)), "1.2");
	/* it does not count as the one repetition that 4.09 to Register gets */
	ck_assert_uint_eq(step(REG_EV_CONFLICT), REG_DO_REGISTER);
}
END_TEST

START_TEST(update_without_answer_is_followed_by_register_on_a_new_session)
{
	be_updating();
	ck_assert_uint_eq(fail_with(REG_EV_FAILED, REASON_REG_TIMEOUT),
		REG_DO_CLOSE | REG_DO_REGISTER | REG_TELL_DOWN);
	/* and only that Register feeds the retries */
	ck_assert_uint_eq(fail_with(REG_EV_FAILED, REASON_REG_TIMEOUT), REG_DO_CLOSE);
	wait_for(60);
}
END_TEST

START_TEST(update_that_is_too_late_is_given_up_for_register)
{
	be_updating();
	now = reg_expires(reg);
	ck_assert_uint_eq(reg_deadline(reg), now);
	ck_assert_uint_eq(
		step(REG_EV_DUE), REG_DO_CANCEL | REG_DO_CLOSE | REG_DO_REGISTER | REG_TELL_DOWN);
}
END_TEST

START_TEST(update_is_replaced_by_register_when_the_lifetime_has_passed)
{
	be_registered();
	now = reg_expires(reg); /* as after a suspend */
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_REGISTER | REG_TELL_DOWN);
}
END_TEST

START_TEST(update_collects_changes_for_one_second)
{
	be_registered();
	ck_assert_uint_eq(step(REG_EV_CHANGED), 0);

	uint64_t first = now;

	now += USEC_PER_SEC / 2;
	ck_assert_uint_eq(step(REG_EV_CHANGED), 0);
	ck_assert_uint_eq(reg_deadline(reg), first + USEC_PER_SEC);
	now = reg_deadline(reg);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);
	step(REG_EV_ACCEPTED);
	wait_for(300 - 93);
}
END_TEST

START_TEST(update_with_another_list_comes_at_most_every_ten_seconds)
{
	be_registered();
	step(REG_EV_CHANGED);
	wait_for(1);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);

	uint64_t told = now;

	step(REG_EV_ACCEPTED);
	now += 2 * USEC_PER_SEC;
	step(REG_EV_CHANGED);
	ck_assert_uint_eq(reg_deadline(reg), told + 10 * USEC_PER_SEC);
	/* who asks for an Update gets it at once, with the new list */
	ck_assert_uint_eq(step(REG_EV_ASKED), REG_DO_UPDATE);
	step(REG_EV_ACCEPTED);
	now += 20 * USEC_PER_SEC;
	step(REG_EV_CHANGED);
	wait_for(1);
}
END_TEST

START_TEST(update_follows_another_one_when_something_changed_meanwhile)
{
	be_updating();
	ck_assert_uint_eq(step(REG_EV_CHANGED), 0);
	ck_assert_uint_eq(reg_deadline(reg), reg_expires(reg));
	now += USEC_PER_SEC / 4;
	ck_assert_uint_eq(step(REG_EV_ACCEPTED), 0);
	ck_assert_uint_eq(reg_deadline(reg), now + USEC_PER_SEC * 3 / 4);
	now = reg_deadline(reg);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);
	step(REG_EV_ACCEPTED);
	wait_for(300 - 93);
}
END_TEST

START_TEST(update_follows_a_register_when_something_changed_meanwhile)
{
	step(REG_EV_START);
	ck_assert_uint_eq(step(REG_EV_CHANGED), 0);
	step(REG_EV_ACCEPTED);
	wait_for(1);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);
}
END_TEST

START_TEST(update_is_not_needed_for_changes_that_a_register_carried)
{
	be_registered();
	step(REG_EV_CHANGED);
	ck_assert_uint_eq(step(REG_EV_SESSION_LOST), REG_DO_REGISTER | REG_TELL_DOWN);
	step(REG_EV_ACCEPTED);
	wait_for(300 - 93);
}
END_TEST

START_TEST(update_uses_new_parameters_from_the_next_one_on)
{
	struct reg_params p = params;

	be_registered();

	uint64_t before = reg_deadline(reg);

	p.lifetime = 60;
	reg_set_params(reg, &p);
	ck_assert_uint_eq(reg_deadline(reg), before);
	step(REG_EV_CHANGED);
	wait_for(1);
	step(REG_EV_DUE);
	step(REG_EV_ACCEPTED);
	ck_assert_uint_eq(reg_expires(reg), now + 60 * USEC_PER_SEC);
	wait_for(30);
}
END_TEST

START_TEST(update_keeps_a_nat_open_when_asked_to)
{
	struct reg_params p = params;

	p.nat_keepalive = 25;
	setup_with(&p);
	step(REG_EV_START);
	step(REG_EV_ACCEPTED);
	wait_for(25);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);
}
END_TEST

/* The session */

START_TEST(session_lost_means_register_not_update)
{
	be_registered();
	ck_assert_uint_eq(fail_with(REG_EV_SESSION_LOST, REASON_DTLS_CLOSED),
		REG_DO_REGISTER | REG_TELL_DOWN);
	expect_state(REG_REGISTERING);
}
END_TEST

START_TEST(session_lost_during_an_update_means_register)
{
	be_updating();
	ck_assert_uint_eq(
		step(REG_EV_SESSION_LOST), REG_DO_CANCEL | REG_DO_REGISTER | REG_TELL_DOWN);
}
END_TEST

START_TEST(session_lost_just_after_the_registration_is_no_tight_loop)
{
	step(REG_EV_START);
	step(REG_EV_ACCEPTED);
	now += USEC_PER_SEC;
	ck_assert_uint_eq(step(REG_EV_SESSION_LOST), REG_TELL_DOWN);
	expect_state(REG_RETRY);
	wait_for(4);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_REGISTER);
	ck_assert_uint_eq(reg_attempt(reg), 1);
}
END_TEST

START_TEST(session_lost_without_registration_means_nothing)
{
	ck_assert_uint_eq(step(REG_EV_SESSION_LOST), 0);
	step(REG_EV_START);
	ck_assert_uint_eq(step(REG_EV_SESSION_LOST), 0);
	expect_state(REG_REGISTERING);
	step(REG_EV_FAILED);
	ck_assert_uint_eq(step(REG_EV_SESSION_LOST), 0);
	expect_state(REG_RETRY);
}
END_TEST

START_TEST(session_fatal_error_ends_a_registration_finally)
{
	be_registered();
	ck_assert_uint_eq(fail_with(REG_EV_FATAL, REASON_DTLS_ALERT),
		REG_DO_CLOSE | REG_TELL_DOWN | REG_TELL_FAILED);
	expect_state(REG_FAILED);
	setup();
	be_updating();
	ck_assert_uint_eq(fail_with(REG_EV_FATAL, REASON_DTLS_ALERT),
		REG_DO_CLOSE | REG_TELL_DOWN | REG_TELL_FAILED);
	expect_state(REG_FAILED);
}
END_TEST

START_TEST(lost_registration_that_cannot_be_renewed_fails_finally)
{
	unsigned told = 0;

	be_updating();
	told |= fail_with(REG_EV_FAILED, REASON_REG_TIMEOUT);
	ck_assert(told & REG_TELL_DOWN);
	for (int i = 0; i < 4; i++) {
		told |= fail_with(REG_EV_FAILED, REASON_REG_TIMEOUT);
		now = reg_deadline(reg);
		told |= step(REG_EV_DUE);
	}
	ck_assert(!(told & REG_TELL_FAILED));
	ck_assert(fail_with(REG_EV_FAILED, REASON_REG_TIMEOUT) & REG_TELL_FAILED);
}
END_TEST

/* Robustness */

START_TEST(reason_of_the_last_failure_stays_until_the_next_success)
{
	step(REG_EV_START);
	fail_with(REG_EV_FAILED, REASON_DNS_TIMEOUT);
	ck_assert_int_eq((int)reg_reason(reg), REASON_DNS_TIMEOUT);
	now = reg_deadline(reg);
	step(REG_EV_DUE);
	ck_assert_int_eq((int)reg_reason(reg), REASON_DNS_TIMEOUT);
	step(REG_EV_ACCEPTED);
	ck_assert_int_eq((int)reg_reason(reg), REASON_NONE);
	/* an event that means nothing leaves none behind */
	fail_with(REG_EV_FAILED, REASON_REG_TIMEOUT);
	ck_assert_int_eq((int)reg_reason(reg), REASON_NONE);
}
END_TEST

START_TEST(waits_of_32_bits_do_not_overflow)
{
	struct reg_params p = {
		.lifetime = UINT32_MAX,
		.initial_delay = UINT32_MAX,
		.retry_count = UINT32_MAX,
		.retry_timer = UINT32_MAX,
		.disable_timeout = UINT32_MAX,
		.max_transmit_wait = 93,
	};

	setup_with(&p);
	step(REG_EV_START);
	wait_for(UINT32_MAX);
	step(REG_EV_DUE);
	for (int i = 0; i < 40; i++) {
		step(REG_EV_FAILED);
		wait_for(UINT32_MAX);
		step(REG_EV_DUE);
	}
	step(REG_EV_ACCEPTED);
	ck_assert_uint_eq(reg_expires(reg), now + UINT32_MAX * USEC_PER_SEC);
	step(REG_EV_DISABLE);
	ck_assert_uint_eq(step(REG_EV_ACCEPTED), REG_DO_CLOSE);
	wait_for(UINT32_MAX);
}
END_TEST

/* What holds in every state: who is up expires, who waits has a deadline. */
static bool is_sound(void)
{
	enum reg_state state = reg_state(reg);
	bool waits = state == REG_RETRY || state == REG_DELAY || state == REG_DISABLED;

	return reg_is_up(reg) == (reg_expires(reg) > 0) &&
	       (!waits || reg_deadline(reg) != USEC_NEVER);
}

START_TEST(any_events_in_any_order_keep_the_machine_sound)
{
	uint32_t random = 1;

	for (int i = 0; i < 20000; i++) {
		random = random * 1664525u + 1013904223u;

		enum reg_event event = (enum reg_event)((random >> 16) % REG_EV_COUNT);
		enum reg_state before = reg_state(reg);

		now += (random >> 8) % (30 * USEC_PER_SEC);
		step(event);
		/* each assertion is a message to the runner: none for what is right */
		if (!is_sound())
			ck_abort_msg("%s, %s", reg_state_name(before), reg_event_name(event));
		if (reg_state(reg) == REG_STOPPED)
			setup();
	}
}
END_TEST

START_TEST(a_day_of_a_registration_passes_in_a_moment)
{
	uint64_t end = now + 86400 * USEC_PER_SEC;
	unsigned updates = 0;

	step(REG_EV_START);
	step(REG_EV_ACCEPTED);
	while (reg_deadline(reg) < end) {
		now = reg_deadline(reg);
		ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);
		step(REG_EV_ACCEPTED);
		updates++;
	}
	ck_assert_uint_eq(updates, 86400 / (300 - 93));
}
END_TEST

static TCase *table_case(void)
{
	TCase *t = tcase_create("table");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, table_reaches_every_state);
	tcase_add_test(t, table_leaves_every_state_but_stopped);
	tcase_add_test(t, table_has_no_pair_twice);
	tcase_add_test(t, table_stops_from_every_state_but_the_ending_ones);
	tcase_add_test(t, table_tells_of_every_way_into_and_out_of_a_registration);
	tcase_add_test(t, table_never_leaves_a_request_behind);
	tcase_add_test(t, table_sends_exactly_when_it_enters_a_sending_state);
	tcase_add_test(t, table_names_every_state_and_event);
	tcase_add_test(t, table_events_from_inside_cannot_be_sent);
	return t;
}

static TCase *register_case(void)
{
	TCase *t = tcase_create("register");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, register_is_sent_at_its_turn_with_version_1_2);
	tcase_add_test(t, register_accepted_is_told_and_expires_after_the_lifetime);
	tcase_add_test(t, register_waits_for_the_initial_delay_counted_from_its_turn);
	tcase_add_test(t,
		register_initial_delay_ends_with_the_first_success_and_comes_back_with_a_bootstrap);
	tcase_add_test(t, register_4_12_falls_back_1_2_to_1_1_to_1_0_at_once_then_fails);
	tcase_add_test(t, register_keeps_the_version_the_server_took);
	tcase_add_test(t, register_4_09_is_repeated_once_with_the_full_list);
	tcase_add_test(t, register_4_09_may_be_repeated_again_after_a_success);
	tcase_add_test(t, register_rejected_is_final_until_the_next_round);
	tcase_add_test(t, register_fatal_security_error_is_final);
	tcase_add_test(t, register_failures_wait_60_120_240_480_s_then_are_final);
	tcase_add_test(t, register_next_sequence_starts_after_the_sequence_delay);
	tcase_add_test(t, register_sequence_delay_of_max_value_means_no_further_sequence);
	tcase_add_test(t, register_counts_attempts_from_1_in_each_round);
	tcase_add_test(t, register_can_be_asked_for_during_the_wait);
	tcase_add_test(t, register_is_never_early);
	return t;
}

static TCase *update_case(void)
{
	TCase *t = tcase_create("update");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, update_is_due_before_the_lifetime_ends_and_starts_it_anew);
	tcase_add_test(t, update_of_a_short_lifetime_is_due_at_its_half);
	tcase_add_test(t, update_of_an_infinite_lifetime_is_never_due);
	tcase_add_test(t, update_refused_with_4_04_or_4_00_is_followed_by_register_at_once);
	tcase_add_loop_test(
		t, update_refused_in_any_other_way_is_followed_by_register_at_once, 0, 3);
	tcase_add_test(t, update_without_answer_is_followed_by_register_on_a_new_session);
	tcase_add_test(t, update_that_is_too_late_is_given_up_for_register);
	tcase_add_test(t, update_is_replaced_by_register_when_the_lifetime_has_passed);
	tcase_add_test(t, update_collects_changes_for_one_second);
	tcase_add_test(t, update_with_another_list_comes_at_most_every_ten_seconds);
	tcase_add_test(t, update_follows_another_one_when_something_changed_meanwhile);
	tcase_add_test(t, update_follows_a_register_when_something_changed_meanwhile);
	tcase_add_test(t, update_is_not_needed_for_changes_that_a_register_carried);
	tcase_add_test(t, update_uses_new_parameters_from_the_next_one_on);
	tcase_add_test(t, update_keeps_a_nat_open_when_asked_to);
	return t;
}

static TCase *session_case(void)
{
	TCase *t = tcase_create("session");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, session_lost_means_register_not_update);
	tcase_add_test(t, session_lost_during_an_update_means_register);
	tcase_add_test(t, session_lost_just_after_the_registration_is_no_tight_loop);
	tcase_add_test(t, session_lost_without_registration_means_nothing);
	tcase_add_test(t, session_fatal_error_ends_a_registration_finally);
	tcase_add_test(t, lost_registration_that_cannot_be_renewed_fails_finally);
	return t;
}

static TCase *whole_case(void)
{
	TCase *t = tcase_create("whole");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, reason_of_the_last_failure_stays_until_the_next_success);
	tcase_add_test(t, waits_of_32_bits_do_not_overflow);
	tcase_add_test(t, any_events_in_any_order_keep_the_machine_sound);
	tcase_add_test(t, a_day_of_a_registration_passes_in_a_moment);
	return t;
}

Suite *suite(void)
{
	Suite *s = suite_create("registration");

	suite_add_tcase(s, table_case());
	suite_add_tcase(s, register_case());
	suite_add_tcase(s, update_case());
	suite_add_tcase(s, session_case());
	suite_add_tcase(s, whole_case());
	return s;
}
