/*
 * Step 4, client-initiated bootstrap, and what is waited for after it failed, in exact time.
 * Numbers are those of the acceptance scenarios (TS core 6.1.4).
 */
#include "machine.h"

/* --- step 4: client-initiated ----------------------------------------------------------------- */

START_TEST(scenario_12_a_client_initiated_bootstrap_is_asked_for_written_and_used)
{
	machine_in_client_session();
	ck_assert_str_eq(fake_sent(URI_BS, FAKE_BOOTSTRAP, 0)->text, "POST /bs?ep=dev&pct=11542");
	ck_assert_int_eq(machine_write_server(URI_BS, 101, URI_C), MSG_CHANGED);
	ck_assert_int_eq(machine_finish(URI_BS), MSG_CHANGED);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_REGISTER), 1);
	ck_assert_int_eq(machine->source, ORIGIN_BOOTSTRAP);
}
END_TEST

START_TEST(scenario_12_the_new_accounts_are_there_after_a_restart)
{
	machine_in_client_session();
	machine_write_server(URI_BS, 101, URI_C);
	machine_finish(URI_BS);
	machine_kill();
	machine_start_again();
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_REGISTER), 1);
}
END_TEST

START_TEST(scenario_12_killed_before_finish_nothing_of_the_session_is_left)
{
	machine_in_client_session();
	machine_write_server(URI_BS, 101, URI_C);
	machine_kill();
	machine_start_again();
	world_run(1);
	ASSERT_STATE(SEQ_HOLD_OFF);
	ck_assert_uint_eq(account_count_servers(machine->model), 0);
}
END_TEST

START_TEST(scenario_13_an_inconsistent_finish_can_be_corrected_in_the_same_session)
{
	machine_in_client_session();
	ck_assert_int_eq(machine_write_server(URI_BS, 101, URI_C), MSG_CHANGED);
	ck_assert_int_eq(machine_delete(URI_BS, "/1"), MSG_DELETED);
	ck_assert_int_eq(machine_finish(URI_BS), MSG_NOT_ACCEPTABLE);
	ck_assert(machine_has_step(REASON_BS_INCONSISTENT, NULL));
	world_run(15);
	ASSERT_STATE(SEQ_CLIENT_SESSION);
	ck_assert_int_eq(machine_write_server(URI_BS, 101, URI_C), MSG_CHANGED);
	ck_assert_int_eq(machine_finish(URI_BS), MSG_CHANGED);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(a_stalled_client_bootstrap_is_rolled_back_and_backs_off)
{
	machine_in_client_session();
	machine_write_server(URI_BS, 101, URI_C);
	world_run(21);
	ASSERT_STATE(SEQ_BACK_OFF);
	ck_assert_uint_eq(account_count_servers(machine->model), 0);
	ck_assert(!fake_is_connected(URI_BS));
}
END_TEST

START_TEST(a_bootstrap_server_that_leaves_before_finish_ends_the_session)
{
	machine_in_client_session();
	machine_write_server(URI_BS, 101, URI_C);
	fake_lose(URI_BS, REASON_DTLS_CLOSED);
	world_run(1);
	ASSERT_STATE(SEQ_BACK_OFF);
	ck_assert_uint_eq(account_count_servers(machine->model), 0);
}
END_TEST

START_TEST(a_bootstrap_server_that_leaves_right_after_finish_has_finished)
{
	machine_in_client_session();
	machine_write_server(URI_BS, 101, URI_C);
	machine_finish(URI_BS);
	fake_lose(URI_BS, REASON_DTLS_CLOSED);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert(!machine_has_step(REASON_DTLS_CLOSED, NULL));
}
END_TEST

static void finish(void)
{
	ck_assert_int_eq(machine_finish(URI_BS), MSG_CHANGED);
}

START_TEST(a_finish_in_the_last_moment_of_the_session_counts)
{
	machine_in_client_session();
	world_at(51, finish); /* before the write, so that it comes first */
	machine_write_server(URI_BS, 101, URI_C);
	world_run(21);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert(!machine_has_step(REASON_BS_NO_FINISH, NULL));
}
END_TEST

START_TEST(an_operation_that_overtakes_the_answer_opens_the_session)
{
	fake_rule(&(const struct fake_rule){.op = FAKE_BOOTSTRAP, .is_never = true});
	fake_up(URI_C);
	machine_start(WITH_BS);
	world_run(31);
	ASSERT_STATE(SEQ_REQUEST);
	ck_assert_int_eq(machine_write_server(URI_BS, 101, URI_C), MSG_CHANGED);
	ASSERT_STATE(SEQ_CLIENT_SESSION);
	ck_assert_int_eq(machine_finish(URI_BS), MSG_CHANGED);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

/* --- waits ------------------------------------------------------------------------------------ */

START_TEST(the_wait_after_failures_doubles_from_5_s_and_the_fifth_starts_over_at_step_1)
{
	static const double waits[] = {5, 10, 20, 40};
	double at = 0;

	fake_rule(&(const struct fake_rule){
		.op = FAKE_BOOTSTRAP, .code = MSG_FORBIDDEN, .delay = USEC_PER_SEC});
	machine_start(CONF_BASE CONF_BS(""));
	world_run(1000);
	for (int i = 0; i < 4; i++) {
		machine_assert_asked_at(i, at);
		at += 1 + waits[i];
	}
	machine_assert_asked_at(4, at);
	/* step 1 again, and the wait goes on where it was */
	at += 1 + 80;
	machine_assert_asked_at(5, at);
	machine_assert_asked_at(6, at + 1 + 160);
	ck_assert_uint_eq(world_log_count("step 1, smart card"), 2);
}
END_TEST

START_TEST(the_wait_after_failures_is_an_hour_at_most_and_a_fifth_longer_by_chance)
{
	fake_rule(&(const struct fake_rule){.op = FAKE_BOOTSTRAP, .code = MSG_FORBIDDEN});
	world_random(1023);
	machine_start(CONF_BASE CONF_BS(""));
	world_run(86400);

	uint64_t last = fake_sent(URI_BS, FAKE_BOOTSTRAP, -1)->at;
	uint64_t before = fake_sent(URI_BS, FAKE_BOOTSTRAP, -2)->at;

	ck_assert_uint_gt(last - before, 3600 * USEC_PER_SEC);
	ck_assert_uint_le(last - before, 3600 * USEC_PER_SEC * 6 / 5);
}
END_TEST

START_TEST(the_wait_after_failures_begins_with_a_long_hold_off)
{
	fake_rule(&(const struct fake_rule){.op = FAKE_BOOTSTRAP, .code = MSG_FORBIDDEN});
	machine_start(WITH_BS);
	world_run(200);
	machine_assert_asked_at(0, 30);
	machine_assert_asked_at(1, 60);
	machine_assert_asked_at(2, 120);
}
END_TEST

START_TEST(a_server_that_came_back_while_a_bootstrap_was_asked_for_ends_the_back_off)
{
	machine_start(CONF_BASE CONF_BS("") ONE_SERVER);
	world_run(SILENCE + 1);
	ASSERT_STATE(SEQ_REQUEST);
	fake_up(URI_A);
	world_run(SILENCE + 1);
	ASSERT_STATE(SEQ_MANAGED);
	world_run(3600);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_BOOTSTRAP), 1);
}
END_TEST

START_TEST(a_server_that_comes_back_during_the_back_off_ends_it)
{
	fake_answer(URI_BS, FAKE_BOOTSTRAP, MSG_FORBIDDEN);
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"20min\";") ONE_SERVER);
	world_run(SILENCE + 1201);
	ASSERT_STATE(SEQ_BACK_OFF);
	fake_up(URI_A);
	fake_answer(URI_BS, FAKE_BOOTSTRAP, MSG_FORBIDDEN);
	world_run(1199);
	ASSERT_STATE(SEQ_MANAGED);
	world_run(7200);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_BOOTSTRAP), 1);
}
END_TEST

START_TEST(scenario_11_without_a_bootstrap_account_rounds_follow_after_60_s_doubled_to_1_h)
{
	static const double waits[] = {60, 120, 240, 480, 960, 1920, 3600, 3600};
	double at = 0;

	fake_answer(URI_A, FAKE_REGISTER, MSG_FORBIDDEN);
	machine_start(CONF_BASE ONE_SERVER);
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		world_run_to(world_second(at));
		ASSERT_STATE(SEQ_NEXT_ROUND);
		ck_assert(machine_has_step(REASON_BS_NO_ACCOUNT, NULL));
		ck_assert_uint_eq(world_log_count("step 1, smart card"), i + 1);
		at += waits[i];
		world_run_to(world_second(at) - 1);
		ck_assert_uint_eq(world_log_count("step 1, smart card"), i + 1);
	}
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
}
END_TEST

START_TEST(after_a_success_rounds_begin_with_60_s_again)
{
	fake_answer(URI_A, FAKE_REGISTER, MSG_FORBIDDEN);
	machine_start(CONF_BASE CONF_SERVERS(CONF_SERVER(a, 1, "")));
	world_run(1000);
	fake_up(URI_A);
	world_run(4000);
	ASSERT_STATE(SEQ_MANAGED);
	fake_answer(URI_A, FAKE_ANY, MSG_FORBIDDEN);
	world_run(86400);
	struct step step;

	ck_assert(machine_has_step(REASON_BS_NO_ACCOUNT, &step));
	ck_assert_ptr_nonnull(world_log("from step 1 again in 60 s"));
	ck_assert_uint_eq(world_log_count("from step 1 again in 60 s"), 2);
}
END_TEST

START_TEST(without_servers_and_bootstrap_account_the_daemon_is_idle_until_a_reload)
{
	machine_start(CONF_BASE);
	world_run(86400);
	ASSERT_STATE(SEQ_NEXT_ROUND);
	ck_assert(machine_has_step(REASON_CONFIG_NO_SERVER, NULL));
	ck_assert_uint_eq(world_next(), USEC_NEVER);
	fake_up(URI_A);
	machine_reload(CONF_BASE ONE_SERVER);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(scenario_15_the_account_ends_after_0_x_12_and_total_failure_sends_no_request)
{
	fake_up(URI_BS);
	fake_up(URI_C);
	machine_start(CONF_BASE CONF_BS("account_timeout = \"5s\";"));
	world_run(1);
	machine_write_server(URI_BS, 101, URI_C);
	machine_finish(URI_BS);
	world_run(4.999999);
	struct account a;

	ck_assert(account_bootstrap(machine->model, &a));
	world_run(0.000001);
	ck_assert(!account_bootstrap(machine->model, &a));
	ck_assert(machine_has_step(REASON_BS_ACCOUNT_PURGED, NULL));
	ASSERT_STATE(SEQ_MANAGED);
	machine_kill();
	fake_down(NULL);
	machine_start_again();
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 1);
	world_run(86400);
	ck_assert(!account_bootstrap(machine->model, &a));
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 1);
}
END_TEST

START_TEST(scenario_15_the_end_of_the_account_counts_across_a_restart)
{
	struct account a;

	fake_up(URI_BS);
	fake_up(URI_C);
	machine_start(CONF_BASE CONF_BS("account_timeout = \"5s\";"));
	world_run(1);
	machine_write_server(URI_BS, 101, URI_C);
	machine_finish(URI_BS);
	world_run(2);
	machine_kill();
	machine_start_again();
	world_run(1);
	ck_assert(account_bootstrap(machine->model, &a));
	world_run(3);
	ck_assert(!account_bootstrap(machine->model, &a));
	machine_kill();
	machine_start_again();
	world_run(1);
	ck_assert(!account_bootstrap(machine->model, &a));
}
END_TEST

static void add_client_initiated(TCase *c)
{
	tcase_add_test(c, scenario_12_a_client_initiated_bootstrap_is_asked_for_written_and_used);
	tcase_add_test(c, scenario_12_the_new_accounts_are_there_after_a_restart);
	tcase_add_test(c, scenario_12_killed_before_finish_nothing_of_the_session_is_left);
	tcase_add_test(c, scenario_13_an_inconsistent_finish_can_be_corrected_in_the_same_session);
	tcase_add_test(c, a_stalled_client_bootstrap_is_rolled_back_and_backs_off);
	tcase_add_test(c, a_bootstrap_server_that_leaves_before_finish_ends_the_session);
	tcase_add_test(c, a_bootstrap_server_that_leaves_right_after_finish_has_finished);
	tcase_add_test(c, a_finish_in_the_last_moment_of_the_session_counts);
	tcase_add_test(c, an_operation_that_overtakes_the_answer_opens_the_session);
}

static void add_waits(TCase *c)
{
	tcase_add_test(
		c, the_wait_after_failures_doubles_from_5_s_and_the_fifth_starts_over_at_step_1);
	tcase_add_test(c, the_wait_after_failures_is_an_hour_at_most_and_a_fifth_longer_by_chance);
	tcase_add_test(c, the_wait_after_failures_begins_with_a_long_hold_off);
	tcase_add_test(
		c, a_server_that_came_back_while_a_bootstrap_was_asked_for_ends_the_back_off);
	tcase_add_test(c, a_server_that_comes_back_during_the_back_off_ends_it);
	tcase_add_test(
		c, scenario_11_without_a_bootstrap_account_rounds_follow_after_60_s_doubled_to_1_h);
	tcase_add_test(c, after_a_success_rounds_begin_with_60_s_again);
	tcase_add_test(c, without_servers_and_bootstrap_account_the_daemon_is_idle_until_a_reload);
	tcase_add_test(
		c, scenario_15_the_account_ends_after_0_x_12_and_total_failure_sends_no_request);
	tcase_add_test(c, scenario_15_the_end_of_the_account_counts_across_a_restart);
}

Suite *suite(void)
{
	Suite *s = suite_create("client_bootstrap");

	add_client_initiated(machine_case(s, "client-initiated bootstrap"));
	add_waits(machine_case(s, "waits"));
	return s;
}
