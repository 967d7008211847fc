/*
 * All servers together: order, priorities, blocks, background rounds, disable, and accounts that
 * come and go. (object 1, TS core 6.2.1.1)
 */
#include "machine.h"

#include <errno.h>
#include <stdio.h>

static uint64_t registered_at(const char *uri, int n)
{
	return fake_sent(uri, FAKE_REGISTER, n)->at;
}

START_TEST(servers_without_priority_are_registered_at_the_same_time)
{
	machine_start(CONF_BASE TWO_SERVERS);
	world_run(1);
	ck_assert_uint_eq(registered_at(URI_A, 0), world_second(0));
	ck_assert_uint_eq(registered_at(URI_B, 0), world_second(0));
}
END_TEST

START_TEST(servers_with_priority_are_registered_one_after_the_other)
{
	fake_rule(&(const struct fake_rule){
		.op = FAKE_REGISTER, .code = MSG_CREATED, .delay = 2 * USEC_PER_SEC});
	machine_start(CONF_BASE CONF_SERVERS(CONF_SERVER(a, 1, "registration_priority_order = 7;")
			CONF_SERVER(b, 2, "registration_priority_order = 3;")
				CONF_SERVER(c, 3, "")));
	world_run(10);
	ck_assert_uint_eq(registered_at(URI_B, 0), world_second(0));
	ck_assert_uint_eq(registered_at(URI_C, 0), world_second(0));
	ck_assert_uint_eq(registered_at(URI_A, 0), world_second(2));
}
END_TEST

START_TEST(the_initial_delay_counts_from_the_server_before)
{
	fake_rule(&(const struct fake_rule){
		.op = FAKE_REGISTER, .code = MSG_CREATED, .delay = 2 * USEC_PER_SEC});
	machine_start(CONF_BASE CONF_SERVERS(
		CONF_SERVER(a, 1, "registration_priority_order = 1;") CONF_SERVER(b, 2,
			"registration_priority_order = 2; retry = { initial_delay = \"30s\"; };")));
	world_run(100);
	ck_assert_uint_eq(registered_at(URI_B, 0), world_second(32));
}
END_TEST

START_TEST(a_failure_block_keeps_later_servers_waiting)
{
	fake_up(URI_B);
	machine_start(CONF_BASE CONF_SERVERS(CONF_SERVER(
		a, 1, "registration_priority_order = 1; registration_failure_block = true;")
			CONF_SERVER(b, 2, "registration_priority_order = 2;")));
	world_run(SILENCE + 30);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_ANY), 0);
	fake_up(URI_A);
	world_run(600);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 1);
}
END_TEST

START_TEST(a_failed_server_without_block_lets_the_next_one_register)
{
	fake_up(URI_B);
	machine_start(CONF_BASE CONF_SERVERS(CONF_SERVER(a, 1, "registration_priority_order = 1;")
			CONF_SERVER(b, 2, "registration_priority_order = 2;")));
	world_run(SILENCE + 1);
	ck_assert_uint_eq(registered_at(URI_B, 0), world_second(SILENCE));
}
END_TEST

START_TEST(a_failed_server_is_tried_again_in_rounds_while_another_stands)
{
	static const double waits[] = {60, 120, 240, 480, 960, 1920, 3600, 3600};
	double at = 0;

	fake_up(URI_B);
	fake_answer(URI_A, FAKE_REGISTER, MSG_FORBIDDEN);
	machine_start(CONF_BASE TWO_SERVERS);
	world_run(20000);
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
		ck_assert_uint_eq(registered_at(URI_A, (int)i), world_second(at));
		at += waits[i];
	}
}
END_TEST

START_TEST(retries_follow_the_retry_timer_doubled)
{
	fake_answer(URI_A, FAKE_REGISTER, MSG_UNAVAILABLE);
	machine_start(CONF_BASE CONF_SERVERS(
		CONF_SERVER(a, 1, "retry = { count = 4; timer = \"10s\"; };")));
	world_run(100);
	ck_assert_uint_eq(registered_at(URI_A, 1), world_second(10));
	ck_assert_uint_eq(registered_at(URI_A, 2), world_second(30));
	ck_assert_uint_eq(registered_at(URI_A, 3), world_second(70));
	ck_assert(machine_has_step(REASON_RETRY_EXHAUSTED, NULL));
}
END_TEST

START_TEST(an_account_that_cannot_be_used_is_told_and_the_others_are)
{
	fake_up(URI_B);
	machine_start(CONF_BASE TWO_SERVERS);
	world_settle();
	model_set(machine->model, PATH3(0, 1, SECURITY_MODE), &VALUE_INT(MODE_RPK));
	effects_feed(machine, EV_ROUND_OVER);
	world_run(1);
	ck_assert(machine_has_step(REASON_SECURITY_UNSUPPORTED, NULL));
	ck_assert_uint_eq(servers_count(machine->servers), 1);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(servers_that_cannot_be_used_at_all_are_no_servers)
{
	machine_start(CONF_BASE CONF_BS("") ONE_SERVER);
	fake_fail_session(-ENOMEM);
	world_settle();
	ck_assert_uint_eq(servers_count(machine->servers), 0);
	ASSERT_STATE(SEQ_BACK_OFF);
}
END_TEST

static void both_up(void)
{
	fake_up(URI_A);
	fake_up(URI_B);
	machine_start(CONF_BASE TWO_SERVERS);
	world_run(1);
}

START_TEST(disable_de_registers_is_silent_for_1_x_5_and_registers_again)
{
	both_up();
	machine->is_ready = true;
	model_set(machine->model, PATH3(1, 0, SERVER_DISABLE_TIMEOUT), &VALUE_INT(100));
	ck_assert_int_eq(fake_ask(URI_A, MSG_POST, "/1/0/4", FORMAT_NONE, span_of_text(""), NULL),
		MSG_CHANGED);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_DEREGISTER), 0); /* the answer goes first */
	world_run(50);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_DEREGISTER), 1);
	ck_assert(!fake_is_connected(URI_A));
	ck_assert_int_eq(fake_ask(URI_A, MSG_GET, "/3/0/0", FORMAT_TEXT, span_of_text(""), NULL),
		MSG_NO_RESPONSE);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	world_run(51);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 2);
	ck_assert_uint_eq(registered_at(URI_A, 1), world_second(101));
}
END_TEST

START_TEST(the_only_server_disabled_is_no_reason_for_a_bootstrap)
{
	fake_up(URI_A);
	machine_start(CONF_BASE CONF_BS("") ONE_SERVER);
	world_run(1);
	fake_ask(URI_A, MSG_POST, "/1/0/4", FORMAT_NONE, span_of_text(""), NULL);
	world_run(86000);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
}
END_TEST

START_TEST(a_reload_does_not_wake_a_disabled_server)
{
	both_up();
	fake_ask(URI_A, MSG_POST, "/1/0/4", FORMAT_NONE, span_of_text(""), NULL);
	world_run(10);
	fake_up(URI_C);
	machine_reload(CONF_BASE CONF_SERVERS(
		CONF_SERVER(a, 1, "") CONF_SERVER(b, 2, "") CONF_SERVER(c, 3, "")));
	world_run(100);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_REGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
}
END_TEST

START_TEST(an_update_trigger_updates_after_its_answer)
{
	both_up();
	ck_assert_int_eq(fake_ask(URI_A, MSG_POST, "/1/0/8", FORMAT_NONE, span_of_text(""), NULL),
		MSG_CHANGED);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 0);
	world_run(2);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 0)->text, "POST /rd/0");
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), 0);
}
END_TEST

START_TEST(triggers_of_unknown_servers_are_refused)
{
	both_up();
	ck_assert_int_eq(servers_trigger_update(machine->servers, 99), -ENOENT);
	ck_assert_int_eq(servers_disable(machine->servers, 99), -ENOENT);
}
END_TEST

START_TEST(new_instances_are_told_to_each_server_with_the_whole_list)
{
	both_up();
	ck_assert_int_eq(model_create(machine->model, PATH2(2, 0), ORIGIN_SERVER), 0);
	world_run(2);
	ck_assert_ptr_nonnull(strstr(fake_sent(URI_A, FAKE_UPDATE, 0)->payload, "</2/0>"));
	ck_assert_ptr_nonnull(strstr(fake_sent(URI_B, FAKE_UPDATE, 0)->payload, "</2/0>"));
}
END_TEST

START_TEST(a_server_with_other_credentials_is_de_registered_and_registered_anew)
{
	both_up();
	model_set(machine->model, PATH3(0, 1, SECURITY_URI), &VALUE_TEXT(URI_C));
	fake_up(URI_C);
	servers_begin(machine->servers);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_DEREGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_REGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 1);
	ck_assert_uint_eq(servers_count(machine->servers), 2);
	ck_assert_uint_eq(fake_sessions_to(URI_A), 0);
}
END_TEST

START_TEST(a_removed_account_that_never_registered_is_gone_at_once)
{
	machine_start(CONF_BASE TWO_SERVERS);
	world_run(1);
	model_delete(machine->model, PATH2(0, 2));
	model_delete(machine->model, PATH2(1, 1));
	servers_begin(machine->servers);
	world_run(1);
	ck_assert_uint_eq(fake_sessions_to(URI_B), 0);
	ck_assert_uint_eq(fake_pending(URI_A), 1);
}
END_TEST

START_TEST(updates_during_a_session_say_nothing_of_what_is_not_committed)
{
	fake_up(URI_A);
	fake_up(URI_BS);
	machine_start(CONF_BASE CONF_BS("session_timeout = \"1h\";")
			CONF_SERVERS("a = { short_id = 1; uri = \"" URI_A
				     "\"; security = \"nosec\"; lifetime = \"2min\"; };"));
	world_run(1);
	fake_ask(URI_A, MSG_POST, "/1/0/9", FORMAT_NONE, span_of_text(""), NULL);
	world_run(1);
	ck_assert_int_eq(machine_delete(URI_BS, "/1"), MSG_DELETED);
	world_run(100);
	ck_assert_uint_ge(fake_count(URI_A, FAKE_UPDATE), 1);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, -1)->text, "POST /rd/0");
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, -1)->payload, "");
}
END_TEST

START_TEST(registers_during_a_session_wait_until_it_is_over)
{
	fake_up(URI_BS);
	fake_up(URI_B);
	machine_start(CONF_BASE CONF_BS("session_timeout = \"2min\";") TWO_SERVERS);
	world_run(SILENCE + 1);
	fake_ask(URI_B, MSG_POST, "/1/1/9", FORMAT_NONE, span_of_text(""), NULL);
	world_run(1);
	ASSERT_STATE(SEQ_CLIENT_SESSION);
	unsigned before = fake_count(URI_A, FAKE_REGISTER);

	ck_assert_int_eq(machine_delete(URI_BS, "/1"), MSG_DELETED);
	fake_up(URI_A);
	world_run(119);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), before);
	world_run(60);
	ck_assert_str_eq(
		fake_sent(URI_A, FAKE_REGISTER, -1)->text, "POST /rd?ep=dev&lt=86400&lwm2m=1.2");
}
END_TEST

START_TEST(servers_in_all_states_are_stopped_in_parallel)
{
	fake_up(URI_A);
	machine_start(CONF_BASE CONF_SERVERS(
		CONF_SERVER(a, 1, "") CONF_SERVER(b, 2, "") CONF_SERVER(c, 3, "")));
	world_run(100);
	fake_down(URI_A);
	effects_feed(machine, EV_STOP);
	world_run(4.9);
	ck_assert_int_eq(world_exit_code(), -1);
	world_run(0.2);
	ck_assert_int_eq(world_exit_code(), 0);
}
END_TEST

START_TEST(sixty_four_servers_are_served)
{
	struct model *m;

	machine_start(CONF_BASE ONE_SERVER);
	fake_rule(&(const struct fake_rule){.op = FAKE_REGISTER, .code = MSG_CREATED});
	m = machine->model;
	world_settle();
	for (int i = 2; i <= ORDER_SERVERS_MAX + 6; i++) {
		char uri[40];

		snprintf(uri, sizeof uri, "coap://s%d.example", i);
		model_create(m, PATH2(0, i), ORIGIN_BOOTSTRAP);
		model_set(m, PATH3(0, i, SECURITY_URI), &VALUE_TEXT(uri));
		model_set(m, PATH3(0, i, SECURITY_MODE), &VALUE_INT(MODE_NOSEC));
		model_set(m, PATH3(0, i, SECURITY_SHORT_SERVER_ID), &VALUE_INT(i));
		model_create(m, PATH2(1, i), ORIGIN_BOOTSTRAP);
		model_set(m, PATH3(1, i, SERVER_SHORT_SERVER_ID), &VALUE_INT(i));
		model_set(m, PATH3(1, i, SERVER_LIFETIME), &VALUE_INT(86400));
	}
	servers_begin(machine->servers);
	world_run(1);
	ck_assert_uint_eq(servers_count_up(machine->servers), ORDER_SERVERS_MAX);
}
END_TEST

static void verdict(void *data, enum order_verdict v)
{
	(void)data, (void)v;
}

START_TEST(servers_without_memory_for_their_timer_are_not_made)
{
	const struct server_link_env env = {.loop = &world_loop, .clock = &clock_system};
	const struct servers_hooks hooks = {.verdict = verdict};
	struct servers *s;

	world_fail_source(1);
	ck_assert_int_eq(servers_new(&env, &hooks, &s), -ENOMEM);
	ck_assert_ptr_null(servers_free(NULL));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("servers");
	TCase *c = machine_case(s, "order");

	tcase_add_test(c, servers_without_priority_are_registered_at_the_same_time);
	tcase_add_test(c, servers_with_priority_are_registered_one_after_the_other);
	tcase_add_test(c, the_initial_delay_counts_from_the_server_before);
	tcase_add_test(c, a_failure_block_keeps_later_servers_waiting);
	tcase_add_test(c, a_failed_server_without_block_lets_the_next_one_register);
	tcase_add_test(c, a_failed_server_is_tried_again_in_rounds_while_another_stands);
	tcase_add_test(c, retries_follow_the_retry_timer_doubled);

	c = machine_case(s, "requests of servers");
	tcase_add_test(c, disable_de_registers_is_silent_for_1_x_5_and_registers_again);
	tcase_add_test(c, the_only_server_disabled_is_no_reason_for_a_bootstrap);
	tcase_add_test(c, a_reload_does_not_wake_a_disabled_server);
	tcase_add_test(c, an_update_trigger_updates_after_its_answer);
	tcase_add_test(c, triggers_of_unknown_servers_are_refused);
	tcase_add_test(c, new_instances_are_told_to_each_server_with_the_whole_list);

	c = machine_case(s, "accounts");
	tcase_add_test(c, an_account_that_cannot_be_used_is_told_and_the_others_are);
	tcase_add_test(c, servers_that_cannot_be_used_at_all_are_no_servers);
	tcase_add_test(c, a_server_with_other_credentials_is_de_registered_and_registered_anew);
	tcase_add_test(c, a_removed_account_that_never_registered_is_gone_at_once);
	tcase_add_test(c, updates_during_a_session_say_nothing_of_what_is_not_committed);
	tcase_add_test(c, registers_during_a_session_wait_until_it_is_over);
	tcase_add_test(c, servers_in_all_states_are_stopped_in_parallel);
	tcase_add_test(c, sixty_four_servers_are_served);
	tcase_add_test(c, servers_without_memory_for_their_timer_are_not_made);
	return s;
}
