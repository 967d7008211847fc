/*
 * Step 4, the hold-off and server-initiated bootstrap, in exact time. Numbers are those of the
 * acceptance scenarios (TS core 6.1.4); H is ClientHoldOffTime.
 */
#include "machine.h"

#include <errno.h>

/* --- step 4: the hold-off --------------------------------------------------------------------- */

START_TEST(scenario_5_with_all_servers_silent_the_first_request_is_exactly_at_t0_plus_h)
{
	machine_start(WITH_BS TWO_SERVERS);
	world_run(SILENCE + 29.999999);
	ASSERT_STATE(SEQ_HOLD_OFF);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
	world_run(0.000001);
	machine_assert_asked_at(0, SILENCE + 30);
}
END_TEST

START_TEST(scenario_6_without_a_server_t0_is_the_end_of_step_2)
{
	machine_start(WITH_BS);
	world_run(60);
	machine_assert_asked_at(0, 30);
}
END_TEST

START_TEST(scenario_6_a_hold_off_of_0_asks_at_once)
{
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"0s\";"));
	world_run(1);
	machine_assert_asked_at(0, 0);
}
END_TEST

START_TEST(scenario_7_an_unset_hold_off_is_0)
{
	machine_start(CONF_BASE CONF_BS(""));
	world_run(1);
	machine_assert_asked_at(0, 0);
}
END_TEST

START_TEST(scenario_7_an_account_without_0_x_11_waits_the_configured_default)
{
	machine_start(WITH_BS);
	world_run(1);
	ck_assert_int_eq(model_delete(machine->model, PATH3(0, 0, 11)), 0);
	effects_feed(machine, EV_ROUND_OVER);
	world_run(60);
	machine_assert_asked_at(0, 31);
}
END_TEST

START_TEST(scenario_7_4294967295_s_are_waited_to_the_last_one)
{
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"4294967295s\";"));
	world_run(1);
	ck_assert_uint_eq(world_holdoff(), world_second(4294967295.0));
	world_run(4294967293.0);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
	world_run(2);
	machine_assert_asked_at(0, 4294967295.0);
}
END_TEST

START_TEST(scenario_8_a_late_registration_cancels_the_hold_off)
{
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"1h\";") TWO_SERVERS);
	world_run(SILENCE + 5);
	ASSERT_STATE(SEQ_HOLD_OFF);
	ck_assert_uint_eq(fake_listeners(), 1);
	fake_up(URI_B);
	world_run(120);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(world_holdoff(), USEC_NEVER);
	ck_assert_uint_eq(fake_listeners(), 0);
	world_run(7200);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
}
END_TEST

START_TEST(a_server_that_recovers_takes_its_wish_for_a_bootstrap_back)
{
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"1h\";") CONF_SERVERS(CONF_SERVER(
		a, 1, "bootstrap_on_registration_failure = true;") CONF_SERVER(b, 2, "")));
	fake_up(URI_B);
	world_run(SILENCE + 5);
	ASSERT_STATE(SEQ_HOLD_OFF);
	fake_up(URI_A);
	world_run(120);
	ASSERT_STATE(SEQ_MANAGED);
	world_run(7200);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
}
END_TEST

START_TEST(scenario_16_a_set_clock_does_not_change_the_hold_off)
{
	machine_start(WITH_BS);
	world_run(10);
	world_set_calendar(86400 * 365);
	world_run(5);
	world_set_calendar(-2 * 86400 * 365);
	world_run(60);
	machine_assert_asked_at(0, 30);
}
END_TEST

START_TEST(the_name_of_the_bootstrap_server_is_known_and_fresh_when_the_hold_off_ends)
{
	uint64_t at;

	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"1h\";"));
	world_run(1);
	ck_assert_uint_ge(fake_prepared(URI_BS, &at), 1);
	ck_assert_uint_eq(at, world_second(0));
	world_run(3598);
	fake_prepared(URI_BS, &at);
	ck_assert_uint_ge(at, world_second(3600 - 60));
}
END_TEST

START_TEST(the_listener_is_open_during_the_hold_off_only)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE - 1);
	ck_assert_uint_eq(fake_listeners(), 0);
	world_run(2);
	ck_assert_uint_eq(fake_listeners(), 1);
	ck_assert_str_eq(fake_listener(0), "[::]:5683");
	world_run(30);
	ck_assert_uint_eq(fake_listeners(), 0);
}
END_TEST

START_TEST(a_listener_that_never_opens_leaves_the_hold_off_as_it_is)
{
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"30s\"; session_timeout = \"20s\";"
					"server_initiated = { listen = \"never\"; };") ONE_SERVER);
	world_run(SILENCE + 60);
	ck_assert_uint_eq(fake_listeners_opened(), 0);
	machine_assert_asked_at(0, SILENCE + 30);
}
END_TEST

START_TEST(a_busy_port_is_told_and_the_request_still_comes_in_time)
{
	fake_fail_listener(-EADDRINUSE);
	machine_start(WITH_BS);
	world_run(60);
	ck_assert(machine_has_step(REASON_NET_PORT_BUSY, NULL));
	machine_assert_asked_at(0, 30);
}
END_TEST

START_TEST(a_listener_that_is_always_open_closes_for_a_client_initiated_bootstrap_only)
{
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"30s\"; server_initiated = { "
					"listen = \"always\"; };") ONE_SERVER);
	world_run(SILENCE - 1);
	ck_assert_uint_eq(fake_listeners(), 1);
	world_run(2);
	ck_assert_uint_eq(fake_listeners(), 1);
	world_run(30);
	ASSERT_STATE(SEQ_REQUEST);
	ck_assert_uint_eq(fake_listeners(), 0);
	world_run(SILENCE);
	ASSERT_STATE(SEQ_BACK_OFF);
	ck_assert_uint_eq(fake_listeners(), 1);
	ck_assert_uint_eq(fake_listeners_opened(), 2);
}
END_TEST

START_TEST(a_listener_that_is_always_open_stays_when_a_late_success_ends_the_hold_off)
{
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"1h\"; server_initiated = { "
					"listen = \"always\"; };") ONE_SERVER);
	world_run(SILENCE + 1);
	ASSERT_STATE(SEQ_HOLD_OFF);
	fake_up(URI_A);
	world_run(120);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_listeners(), 1);
	ck_assert_uint_eq(fake_listeners_opened(), 1);
}
END_TEST

/* --- step 4: server-initiated ----------------------------------------------------------------- */

START_TEST(scenario_9_a_write_of_the_bootstrap_server_cancels_the_hold_off_and_its_data_are_used)
{
	machine_start(WITH_BS ONE_SERVER);
	fake_up(URI_C);
	world_run(SILENCE + 10);
	ck_assert_int_eq(machine_write_server(NULL, 101, URI_C), MSG_CHANGED);
	ASSERT_STATE(SEQ_HOLD_OFF_SESSION);
	ck_assert_uint_eq(world_holdoff(), USEC_NEVER);
	world_run(5);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_ANY), 0);
	ck_assert_int_eq(machine_finish(NULL), MSG_CHANGED);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_str_eq(
		fake_sent(URI_C, FAKE_REGISTER, 0)->text, "POST /rd?ep=dev&lt=600&lwm2m=1.2");
	ck_assert_int_eq(machine->source, ORIGIN_BOOTSTRAP);
	world_run(300);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
	ck_assert_uint_eq(fake_listeners(), 0);
}
END_TEST

START_TEST(scenario_9_somebody_without_the_credentials_does_not_delay_the_request)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 10);
	fake_intrude();
	world_run(30);
	ck_assert(machine_has_step(REASON_BS_PEER_REFUSED, NULL));
	machine_assert_asked_at(0, SILENCE + 30);
}
END_TEST

START_TEST(a_request_that_is_no_bootstrap_operation_does_not_delay_the_request)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 10);
	ck_assert_int_eq(fake_call(MSG_POST, "/bs?ep=dev", FORMAT_NONE, span_of_text(""), NULL),
		MSG_BAD_REQUEST);
	ck_assert_int_eq(machine_finish(NULL), MSG_BAD_REQUEST);
	world_run(30);
	machine_assert_asked_at(0, SILENCE + 30);
}
END_TEST

START_TEST(an_answer_to_finish_that_was_lost_can_be_repeated)
{
	machine_start(WITH_BS ONE_SERVER);
	fake_up(URI_C);
	world_run(SILENCE + 10);
	machine_write_server(NULL, 101, URI_C);
	machine_finish(NULL);
	world_run(9);
	ck_assert_uint_eq(fake_listeners(), 1);
	world_run(3);
	ck_assert_uint_eq(fake_listeners(), 0);
}
END_TEST

START_TEST(a_hold_off_right_after_a_bootstrap_keeps_its_listener)
{
	fake_answer(URI_C, FAKE_REGISTER, MSG_FORBIDDEN);
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 10);
	machine_write_server(NULL, 101, URI_C);
	machine_finish(NULL);
	world_run(20);
	ASSERT_STATE(SEQ_HOLD_OFF);
	ck_assert_uint_eq(fake_listeners(), 1);
	ck_assert_int_eq(machine_discover(NULL), MSG_CONTENT);
	ASSERT_STATE(SEQ_HOLD_OFF_SESSION);
}
END_TEST

START_TEST(scenario_10_a_stalled_server_bootstrap_is_rolled_back_and_the_rest_of_h_is_waited)
{
	machine_start(CONF_BASE CONF_BS(
		"client_hold_off_time = \"60s\"; session_timeout = \"20s\";") ONE_SERVER);
	world_run(SILENCE + 10);
	machine_write_server(NULL, 101, URI_C);
	world_run(19.999999);
	ASSERT_STATE(SEQ_HOLD_OFF_SESSION);
	world_run(0.000001);
	ASSERT_STATE(SEQ_HOLD_OFF);
	ck_assert(machine_has_step(REASON_BS_NO_FINISH, NULL));
	ck_assert_int_eq(model_get_int(machine->model, PATH3(1, 0, SERVER_SHORT_SERVER_ID), 0), 1);
	ck_assert_uint_eq(fake_listeners(), 1);
	world_run(60);
	machine_assert_asked_at(0, SILENCE + 60);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_ANY), 0);
}
END_TEST

START_TEST(scenario_10_a_hold_off_that_passed_meanwhile_is_not_waited_again)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 25);
	machine_write_server(NULL, 101, URI_C);
	world_run(10);
	machine_discover(NULL); /* the time of the session starts anew */
	world_run(60);
	machine_assert_asked_at(0, SILENCE + 55);
}
END_TEST

START_TEST(a_server_that_came_back_during_a_stalled_session_needs_no_bootstrap)
{
	machine_start(CONF_BASE CONF_BS(
		"client_hold_off_time = \"10min\"; session_timeout = \"2min\";") ONE_SERVER);
	world_run(SILENCE + 10);
	machine_discover(NULL);
	fake_up(URI_A);
	world_run(121);
	ASSERT_STATE(SEQ_MANAGED);
	world_run(3600);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
	ck_assert_uint_eq(fake_listeners(), 0);
}
END_TEST

START_TEST(an_operation_without_hold_off_is_taken_where_the_listener_is_always_open)
{
	machine_start(CONF_BASE CONF_BS("server_initiated = { listen = \"always\"; };") ONE_SERVER);
	fake_up(URI_A);
	fake_up(URI_C);
	world_run(10);
	ck_assert_int_eq(machine_write_server(NULL, 101, URI_C), MSG_CHANGED);
	ASSERT_STATE(SEQ_SERVER_SESSION);
	ck_assert_int_eq(machine_finish(NULL), MSG_CHANGED);
	world_run(5);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_DEREGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_REGISTER), 1);
	/* a lost answer to Finish can be repeated, then the next one may come */
	ck_assert_uint_eq(fake_listeners(), 1);
	ck_assert_uint_eq(fake_listeners_opened(), 1);
	world_run(10);
	ck_assert_uint_eq(fake_listeners(), 1);
	ck_assert_uint_eq(fake_listeners_opened(), 2);
}
END_TEST

START_TEST(news_that_waits_does_not_take_the_listener_from_under_an_operation)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 10);
	effects_feed(machine, EV_SERVER_UP);
	ck_assert_int_eq(machine_discover(NULL), MSG_CONTENT);
	world_run(19);
	ASSERT_STATE(SEQ_SERVER_SESSION);
	ck_assert_uint_eq(fake_listeners(), 1);
	world_run(2);
	ck_assert_uint_eq(fake_listeners(), 0);
}
END_TEST

static void add_hold_off(TCase *c)
{
	tcase_add_test(
		c, scenario_5_with_all_servers_silent_the_first_request_is_exactly_at_t0_plus_h);
	tcase_add_test(c, scenario_6_without_a_server_t0_is_the_end_of_step_2);
	tcase_add_test(c, scenario_6_a_hold_off_of_0_asks_at_once);
	tcase_add_test(c, scenario_7_an_unset_hold_off_is_0);
	tcase_add_test(c, scenario_7_an_account_without_0_x_11_waits_the_configured_default);
	tcase_add_test(c, scenario_7_4294967295_s_are_waited_to_the_last_one);
	tcase_add_test(c, scenario_8_a_late_registration_cancels_the_hold_off);
	tcase_add_test(c, a_server_that_recovers_takes_its_wish_for_a_bootstrap_back);
	tcase_add_test(c, scenario_16_a_set_clock_does_not_change_the_hold_off);
	tcase_add_test(
		c, the_name_of_the_bootstrap_server_is_known_and_fresh_when_the_hold_off_ends);
	tcase_add_test(c, the_listener_is_open_during_the_hold_off_only);
	tcase_add_test(c, a_listener_that_never_opens_leaves_the_hold_off_as_it_is);
	tcase_add_test(c, a_busy_port_is_told_and_the_request_still_comes_in_time);
	tcase_add_test(
		c, a_listener_that_is_always_open_closes_for_a_client_initiated_bootstrap_only);
	tcase_add_test(
		c, a_listener_that_is_always_open_stays_when_a_late_success_ends_the_hold_off);
}

static void add_server_initiated(TCase *c)
{
	tcase_add_test(c,
		scenario_9_a_write_of_the_bootstrap_server_cancels_the_hold_off_and_its_data_are_used);
	tcase_add_test(c, scenario_9_somebody_without_the_credentials_does_not_delay_the_request);
	tcase_add_test(c, a_request_that_is_no_bootstrap_operation_does_not_delay_the_request);
	tcase_add_test(c, an_answer_to_finish_that_was_lost_can_be_repeated);
	tcase_add_test(c, a_hold_off_right_after_a_bootstrap_keeps_its_listener);
	tcase_add_test(c,
		scenario_10_a_stalled_server_bootstrap_is_rolled_back_and_the_rest_of_h_is_waited);
	tcase_add_test(c, scenario_10_a_hold_off_that_passed_meanwhile_is_not_waited_again);
	tcase_add_test(c, a_server_that_came_back_during_a_stalled_session_needs_no_bootstrap);
	tcase_add_test(c, an_operation_without_hold_off_is_taken_where_the_listener_is_always_open);
	tcase_add_test(c, news_that_waits_does_not_take_the_listener_from_under_an_operation);
}

Suite *suite(void)
{
	Suite *s = suite_create("hold_off");

	add_hold_off(machine_case(s, "hold-off"));
	add_server_initiated(machine_case(s, "server-initiated bootstrap"));
	return s;
}
