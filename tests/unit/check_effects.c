/*
 * What the sequence decides is carried out: steps 1 to 3, waiting for a route, reload and stop.
 * Numbers are those of the acceptance scenarios (TS core 6.1.4).
 */
#include "machine.h"

#include <errno.h>
#include <signal.h>

/* --- step 1 and 2 ----------------------------------------------------------------------------- */

START_TEST(scenario_2_without_a_card_service_step_2_follows_and_the_reason_is_told)
{
	machine_start("device = { endpoint = \"dev\"; };\nsmartcard = { enabled = \"auto\"; };\n"
		      "security = { allow_nosec = \"yes\"; };\n" ONE_SERVER);
	fake_up(URI_A);
	world_run(1);
	ck_assert(machine_has_step(REASON_CARD_NO_SERVICE, NULL));
	ck_assert_int_eq(machine->source, ORIGIN_FACTORY);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(scenario_2_a_card_that_is_switched_off_is_told_as_such)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(1);
	ck_assert(machine_has_step(REASON_CARD_OFF, NULL));
}
END_TEST

static struct {
	void (*done)(void *to, const struct card_answer *answer);
	void *to;
	bool is_cancelled;
} card;

static int card_read(void *data, struct model *m,
	void (*done)(void *to, const struct card_answer *answer), void *to)
{
	(void)data, (void)m;
	card.done = done;
	card.to = to;
	return 0;
}

static int card_broken(void *data, struct model *m,
	void (*done)(void *to, const struct card_answer *answer), void *to)
{
	(void)data, (void)m, (void)done, (void)to;
	return -EIO;
}

static void card_cancel(void *data)
{
	(void)data;
	card.is_cancelled = true;
}

static bool card_can_change(void *data)
{
	(void)data;
	return true;
}

static void put_card(int (*read)(void *data, struct model *m,
	void (*done)(void *to, const struct card_answer *answer), void *to))
{
	machine->card.free(machine->card.data);
	machine->card = (struct card_source){
		.read = read, .cancel = card_cancel, .can_change = card_can_change};
	memset(&card, 0, sizeof card);
}

static void put_on_card(uint16_t ssid, const char *uri)
{
	struct model *m = machine->model;

	ck_assert_int_eq(model_create(m, PATH2(0, 7), ORIGIN_CARD), 0);
	model_set(m, PATH3(0, 7, SECURITY_URI), &VALUE_TEXT(uri));
	model_set(m, PATH3(0, 7, SECURITY_BOOTSTRAP_SERVER), &VALUE_BOOL(false));
	model_set(m, PATH3(0, 7, SECURITY_MODE), &VALUE_INT(MODE_NOSEC));
	model_set(m, PATH3(0, 7, SECURITY_SHORT_SERVER_ID), &VALUE_INT(ssid));
	ck_assert_int_eq(model_create(m, PATH2(1, 7), ORIGIN_CARD), 0);
	model_set(m, PATH3(1, 7, SERVER_SHORT_SERVER_ID), &VALUE_INT(ssid));
	model_set(m, PATH3(1, 7, SERVER_LIFETIME), &VALUE_INT(300));
	model_set(m, PATH3(1, 7, SERVER_BINDING), &VALUE_TEXT("U"));
}

START_TEST(scenario_1_accounts_of_a_card_are_used_and_configured_servers_are_not)
{
	machine_start(WITH_BS ONE_SERVER);
	put_card(card_read);
	fake_up(URI_C);
	world_settle();
	ASSERT_STATE(SEQ_CARD);
	put_on_card(9, URI_C);
	card.done(card.to, &(const struct card_answer){
				   .is_configured = true, .origin = ORIGIN_CARD, .detail = "read"});
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_REGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_ANY), 0);
	ck_assert_int_eq(machine->source, ORIGIN_CARD);
}
END_TEST

START_TEST(a_bootstrap_account_of_the_configuration_stands_beside_servers_of_a_card)
{
	machine_start(WITH_BS ONE_SERVER);
	put_card(card_read);
	world_settle();
	put_on_card(9, URI_C);
	card.done(card.to, &(const struct card_answer){
				   .is_configured = true, .origin = ORIGIN_CARD, .detail = "read"});
	world_run(SILENCE + 31);
	machine_assert_asked_at(0, SILENCE + 30);
}
END_TEST

START_TEST(a_card_source_that_cannot_be_asked_is_no_card)
{
	machine_start(WITH_BS ONE_SERVER);
	put_card(card_broken);
	fake_up(URI_A);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(a_stop_while_the_card_is_read_cancels_the_reading)
{
	machine_start(WITH_BS ONE_SERVER);
	put_card(card_read);
	world_settle();
	world_signal(SIGTERM);
	world_run(1);
	ck_assert(card.is_cancelled);
	ck_assert_int_eq(world_exit_code(), 0);
}
END_TEST

/* --- step 3 ----------------------------------------------------------------------------------- */

START_TEST(scenario_3_one_reachable_server_is_enough_and_no_bootstrap_is_asked_for)
{
	machine_start(WITH_BS ONE_SERVER);
	fake_up(URI_A);
	world_run(90);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
	ck_assert_uint_eq(fake_listeners(), 0);
}
END_TEST

START_TEST(scenario_4_one_of_two_servers_is_enough_while_1_x_16_is_absent)
{
	machine_start(WITH_BS TWO_SERVERS);
	fake_up(URI_B);
	world_run(500);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
}
END_TEST

START_TEST(a_failure_with_1_x_16_true_asks_for_a_bootstrap_though_another_server_stands)
{
	machine_start(WITH_BS CONF_SERVERS(CONF_SERVER(
		a, 1, "bootstrap_on_registration_failure = true;") CONF_SERVER(b, 2, "")));
	fake_up(URI_B);
	world_run(SILENCE + 31);
	machine_assert_asked_at(0, SILENCE + 30);
}
END_TEST

START_TEST(servers_with_1_x_16_false_are_tried_again_in_rounds_without_a_bootstrap)
{
	machine_start(WITH_BS CONF_SERVERS(
		CONF_SERVER(a, 1, "bootstrap_on_registration_failure = false;")));
	world_run(SILENCE);
	ASSERT_STATE(SEQ_NEXT_ROUND);
	world_run(60);
	ASSERT_STATE(SEQ_REGISTER);
	world_run(10000);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
}
END_TEST

START_TEST(in_a_round_each_server_gets_one_request_at_a_time)
{
	machine_start(CONF_BASE ONE_SERVER);
	for (int i = 0; i < 2000; i++) {
		world_run(1);
		ck_assert_uint_le(fake_pending(URI_A), 1);
	}
}
END_TEST

START_TEST(a_start_soon_after_boot_spreads_the_first_register_by_the_jitter)
{
	world_begin(10 * USEC_PER_SEC);
	world_random(512);
	machine_start("device = { endpoint = \"dev\"; };\nsmartcard = { enabled = \"no\"; };\n"
		      "security = { allow_nosec = \"yes\"; };\n"
		      "retry = { jitter = \"10s\"; };\n" ONE_SERVER);
	fake_up(URI_A);
	world_run(60);

	uint64_t at = fake_sent(URI_A, FAKE_REGISTER, 0)->at;

	ck_assert(at > world_second(4.9) && at < world_second(5.1));
}
END_TEST

START_TEST(a_start_long_after_boot_registers_at_once)
{
	world_random(512);
	machine_start("device = { endpoint = \"dev\"; };\nsmartcard = { enabled = \"no\"; };\n"
		      "security = { allow_nosec = \"yes\"; };\n"
		      "retry = { jitter = \"10s\"; };\n" ONE_SERVER);
	fake_up(URI_A);
	world_run(60);
	ck_assert_uint_eq(fake_sent(URI_A, FAKE_REGISTER, 0)->at, world_second(0));
}
END_TEST

START_TEST(a_stop_during_the_jitter_registers_nowhere)
{
	world_begin(10 * USEC_PER_SEC);
	world_random(512);
	machine_start("device = { endpoint = \"dev\"; };\nsmartcard = { enabled = \"no\"; };\n"
		      "security = { allow_nosec = \"yes\"; };\n"
		      "retry = { jitter = \"10s\"; };\n" ONE_SERVER);
	world_run(1);
	world_signal(SIGTERM);
	world_run(60);
	ck_assert_int_eq(world_exit_code(), 0);
	ck_assert_uint_eq(fake_count(NULL, FAKE_ANY), 0);
}
END_TEST

START_TEST(an_operation_during_the_jitter_is_not_disturbed_by_the_register)
{
	world_begin(10 * USEC_PER_SEC);
	world_random(512);
	machine_start(
		"device = { endpoint = \"dev\"; };\nsmartcard = { enabled = \"no\"; };\n"
		"security = { allow_nosec = \"yes\"; };\nretry = { jitter = \"10s\"; };\n" CONF_BS(
			"server_initiated = { listen = \"always\"; };") ONE_SERVER);
	world_run(1);
	ck_assert_int_eq(machine_delete(NULL, "/0"), MSG_DELETED);
	world_run(30);
	ASSERT_STATE(SEQ_SERVER_SESSION);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_ANY), 0);
}
END_TEST

/* --- offline ---------------------------------------------------------------------------------- */

START_TEST(without_a_route_nothing_is_tried_until_one_comes)
{
	fake_route(NULL, 0);
	machine_start(WITH_BS ONE_SERVER);
	fake_up(URI_A);
	world_run(7200);
	ASSERT_STATE(SEQ_OFFLINE);
	ck_assert(machine_has_step(REASON_NET_OFFLINE, NULL));
	ck_assert_uint_eq(fake_count(NULL, FAKE_ANY), 0);
	world_change_routes();
	world_run(1);
	ASSERT_STATE(SEQ_OFFLINE);
	fake_route(NULL, 1);
	world_change_routes();
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert(!world_is_watching_routes());
}
END_TEST

START_TEST(one_account_with_a_route_is_enough_to_be_online)
{
	fake_route(NULL, 0);
	fake_route(URI_BS, 1);
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 1);
	ASSERT_STATE(SEQ_HOLD_OFF);
}
END_TEST

START_TEST(a_name_counts_as_reachable_while_anything_is)
{
	fake_route(NULL, 1);
	fake_route(URI_BS, -EAGAIN);
	fake_route(URI_A, -EAGAIN);
	machine_start(WITH_BS ONE_SERVER);
	world_run(1);
	ASSERT_STATE(SEQ_REGISTER);
}
END_TEST

START_TEST(the_hold_off_does_not_begin_while_there_is_no_route)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(50);
	fake_route(NULL, 0);
	world_run(100);
	ASSERT_STATE(SEQ_OFFLINE);
	ck_assert_uint_eq(world_holdoff(), USEC_NEVER);
	fake_route(NULL, 1);
	world_change_routes();
	world_run(SILENCE + 31);
	machine_assert_asked_at(0, 150 + SILENCE + 30);
}
END_TEST

START_TEST(routes_that_cannot_be_watched_are_looked_at_every_minute)
{
	world_fail_routes(-EMFILE);
	fake_route(NULL, 0);
	machine_start(WITH_BS ONE_SERVER);
	fake_up(URI_A);
	world_run(200);
	ASSERT_STATE(SEQ_OFFLINE);
	fake_route(NULL, 1);
	world_run(60);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(a_stop_while_offline_ends_at_once)
{
	fake_route(NULL, 0);
	machine_start(WITH_BS ONE_SERVER);
	world_run(10);
	world_signal(SIGTERM);
	world_run(1);
	ck_assert_int_eq(world_exit_code(), 0);
	ck_assert(!world_is_watching_routes());
}
END_TEST

/* --- reload and stop -------------------------------------------------------------------------- */

START_TEST(a_reload_in_the_hold_off_starts_over_with_the_new_accounts)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 10);
	fake_up(URI_B);
	machine_reload(WITH_BS TWO_SERVERS);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_listeners(), 0);
	world_run(600);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
}
END_TEST

START_TEST(a_reload_during_a_bootstrap_session_counts_when_the_session_has_failed)
{
	machine_in_client_session();
	machine_reload(CONF_BASE CONF_SERVERS(CONF_SERVER(a, 1, "")));
	fake_up(URI_A);
	world_run(1);
	ASSERT_STATE(SEQ_CLIENT_SESSION);
	world_run(60);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_BOOTSTRAP), 1);
}
END_TEST

static void stop(void)
{
	world_signal(SIGTERM);
}

/* Every second of the first minutes of a life with all states in it. */
START_TEST(a_stop_at_any_time_ends_within_5_s)
{
	fake_answer(URI_BS, FAKE_BOOTSTRAP, MSG_FORBIDDEN);
	machine_start(WITH_BS ONE_SERVER);
	world_at(_i, stop);
	world_run(_i + 5);
	ck_assert_int_eq(world_exit_code(), 0);
	ck_assert_uint_eq(fake_listeners(), 0);
}
END_TEST

START_TEST(a_stop_during_a_session_rolls_it_back)
{
	machine_in_client_session();
	machine_write_server(URI_BS, 101, URI_C);
	world_signal(SIGTERM);
	world_run(5);
	ck_assert_int_eq(world_exit_code(), 0);
	ck_assert_uint_eq(account_count_servers(machine->model), 0);
}
END_TEST

START_TEST(too_many_events_at_once_are_dropped_and_told)
{
	machine_start(WITH_BS ONE_SERVER);
	for (int i = 0; i < 2 * EVENTS_MAX; i++)
		effects_feed(machine, i % 2 ? EV_ONLINE : EV_SERVER_UP);
	ck_assert_uint_eq(machine->events.n, EVENTS_MAX);
	ck_assert_ptr_nonnull(world_log("too many events"));
	world_run(1);
	ck_assert_uint_eq(machine->events.n, 0);
}
END_TEST

START_TEST(the_status_names_step_and_servers)
{
	char text[128];

	machine_start(WITH_BS TWO_SERVERS);
	fake_up(URI_A);
	world_run(1);
	effects_status(machine, text, sizeof text);
	ck_assert_str_eq(text, "registered; 1 of 2 servers registered");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("effects");
	TCase *c = machine_case(s, "steps 1 and 2");

	tcase_add_test(c, scenario_1_accounts_of_a_card_are_used_and_configured_servers_are_not);
	tcase_add_test(c, scenario_2_without_a_card_service_step_2_follows_and_the_reason_is_told);
	tcase_add_test(c, scenario_2_a_card_that_is_switched_off_is_told_as_such);
	tcase_add_test(c, a_bootstrap_account_of_the_configuration_stands_beside_servers_of_a_card);
	tcase_add_test(c, a_card_source_that_cannot_be_asked_is_no_card);
	tcase_add_test(c, a_stop_while_the_card_is_read_cancels_the_reading);

	c = machine_case(s, "step 3");
	tcase_add_test(c, scenario_3_one_reachable_server_is_enough_and_no_bootstrap_is_asked_for);
	tcase_add_test(c, scenario_4_one_of_two_servers_is_enough_while_1_x_16_is_absent);
	tcase_add_test(
		c, a_failure_with_1_x_16_true_asks_for_a_bootstrap_though_another_server_stands);
	tcase_add_test(c, servers_with_1_x_16_false_are_tried_again_in_rounds_without_a_bootstrap);
	tcase_add_test(c, in_a_round_each_server_gets_one_request_at_a_time);
	tcase_add_test(c, a_start_soon_after_boot_spreads_the_first_register_by_the_jitter);
	tcase_add_test(c, a_start_long_after_boot_registers_at_once);
	tcase_add_test(c, a_stop_during_the_jitter_registers_nowhere);
	tcase_add_test(c, an_operation_during_the_jitter_is_not_disturbed_by_the_register);

	c = machine_case(s, "offline");
	tcase_add_test(c, without_a_route_nothing_is_tried_until_one_comes);
	tcase_add_test(c, one_account_with_a_route_is_enough_to_be_online);
	tcase_add_test(c, a_name_counts_as_reachable_while_anything_is);
	tcase_add_test(c, the_hold_off_does_not_begin_while_there_is_no_route);
	tcase_add_test(c, routes_that_cannot_be_watched_are_looked_at_every_minute);
	tcase_add_test(c, a_stop_while_offline_ends_at_once);

	c = machine_case(s, "reload and stop");
	tcase_add_test(c, a_reload_in_the_hold_off_starts_over_with_the_new_accounts);
	tcase_add_test(c, a_reload_during_a_bootstrap_session_counts_when_the_session_has_failed);
	tcase_add_loop_test(c, a_stop_at_any_time_ends_within_5_s, 0, 200);
	tcase_add_test(c, a_stop_during_a_session_rolls_it_back);
	tcase_add_test(c, too_many_events_at_once_are_dropped_and_told);
	tcase_add_test(c, the_status_names_step_and_servers);
	return s;
}
