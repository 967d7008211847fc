/* Information reporting of a whole daemon: servers, journal, state directory. */
#include "machine.h"

#include <signal.h>
#include <stdio.h>

#include "dm/observe.h"

static struct response response;

static uint8_t ask(enum msg_method method, const char *path)
{
	response_done(&response);
	return fake_ask(URI_A, method, path, FORMAT_NONE, (struct span){0}, &response);
}

static void observe(const char *path, const char *token)
{
	ck_assert_uint_eq(fake_observe(URI_A, path, token, &response), MSG_CONTENT);
	ck_assert(response.has_observe);
}

static void write_pmin(int64_t sec)
{
	ck_assert_int_eq(model_set(machine->model, PATH3(1, 0, 2), &VALUE_INT(sec)), 0);
}

static void managed(void)
{
	fake_up(URI_A);
	machine_start(CONF_BASE ONE_SERVER);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	write_pmin(0);
	world_run(1);
}

static struct observe *all(void)
{
	return reporter_observe(machine->reporter);
}

START_TEST(notification_goes_to_the_server_that_observes)
{
	managed();
	observe("/1/0/2", "a");
	write_pmin(0);
	ck_assert_int_eq(model_set(machine->model, PATH3(1, 0, 3), &VALUE_INT(50)), 0);
	world_run(1);
	ck_assert_uint_eq(fake_notices(), 0);
	write_pmin(1);
	world_run(2);
	ck_assert_uint_eq(fake_notices(), 1);
	ck_assert_str_eq(fake_notice(0)->uri, URI_A);
	ck_assert_str_eq(fake_notice(0)->token, "a");
	ck_assert_str_eq(fake_notice(0)->payload, "1");
	ck_assert_int_eq(fake_notice(0)->observe, 2);
}
END_TEST

/* An Update finds out whether the server is there, and what was kept follows it. */
START_TEST(lost_notification_brings_an_update_and_comes_again)
{
	managed();
	ck_assert_int_eq(model_set(machine->model, PATH3(1, 0, 26), &VALUE_INT(1)), 0);
	observe("/1/0/2", "a");
	write_pmin(1);
	world_run(2);
	ck_assert_uint_eq(fake_notices(), 1);
	ck_assert(fake_notice(0)->is_confirmable);

	unsigned updates = fake_count(URI_A, FAKE_UPDATE);

	fake_conclude(URI_A, TP_NOTICE_LOST);
	world_run(3);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), updates + 1);
	ck_assert_uint_eq(fake_notices(), 2);
	ck_assert_str_eq(fake_notice(1)->payload, "1");
}
END_TEST

START_TEST(new_registration_ends_observations)
{
	managed();
	observe("/1/0/2", "a");
	fake_rule(&(const struct fake_rule){
		.uri = URI_A, .op = FAKE_UPDATE, .code = MSG_NOT_FOUND, .times = 1});
	ck_assert_int_eq(servers_trigger_update(machine->servers, 1), 0);
	world_run(5);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 2);
	ck_assert_uint_eq(observe_count(all()), 0);
}
END_TEST

START_TEST(disabled_server_is_told_nothing)
{
	managed();
	observe("/1/0/2", "a");
	ck_assert_uint_eq(ask(MSG_POST, "/1/0/4"), MSG_CHANGED);
	world_run(5);
	write_pmin(7);
	world_run(5);
	ck_assert_uint_eq(fake_notices(), 0);
	ck_assert_uint_eq(observe_count(all()), 0);
}
END_TEST

/* The account has another server now; the De-register from the old one takes its time. */
START_TEST(end_of_the_old_link_is_none_of_the_new_one)
{
	managed();
	observe("/1/0/2", "a");
	fake_up(URI_B);
	fake_rule(&(const struct fake_rule){.uri = URI_A,
		.op = FAKE_DEREGISTER,
		.code = MSG_DELETED,
		.delay = 3 * USEC_PER_SEC});
	machine_reload(CONF_BASE CONF_SERVERS(CONF_SERVER(b, 1, "")));
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 1);
	ck_assert_uint_eq(observe_count(all()), 0);
	ck_assert_uint_eq(fake_observe(URI_B, "/3/0/16", "b", &response), MSG_CONTENT);
	world_run(5);
	ck_assert_uint_eq(observe_count(all()), 1);
}
END_TEST

START_TEST(attributes_are_stored_and_come_back)
{
	managed();
	ck_assert_uint_eq(ask(MSG_PUT, "/1/0/2?gt=5"), MSG_CHANGED);
	world_run(2);
	machine_kill();
	machine_start_again();
	world_run(1);
	ck_assert_uint_eq(attributes_count(observe_attributes(all())), 1);
}
END_TEST

START_TEST(attributes_go_with_the_account)
{
	managed();
	ck_assert_uint_eq(ask(MSG_PUT, "/1/0/2?gt=5"), MSG_CHANGED);
	world_run(2);
	fake_up(URI_B);
	machine_reload(CONF_BASE CONF_SERVERS(CONF_SERVER(b, 2, "")));
	world_run(10);
	ck_assert_uint_eq(attributes_count(observe_attributes(all())), 0);
	machine_kill();
	machine_start_again();
	world_run(1);
	ck_assert_uint_eq(attributes_count(observe_attributes(all())), 0);
}
END_TEST

/* doc/decisions.md: SIGUSR1 keeps registrations and what belongs to them */
START_TEST(restart_keeps_observations)
{
	managed();
	observe("/1/0/2", "a");
	world_run(5);
	world_signal(SIGUSR1);
	machine_kill();
	machine_start_again();
	world_run(2);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert_uint_eq(observe_count(all()), 1);
	write_pmin(9);
	world_run(10);
	ck_assert_uint_ge(fake_notices(), 1);
	ck_assert_str_eq(fake_notice(-1)->payload, "9");
}
END_TEST

START_TEST(kill_keeps_no_observations)
{
	managed();
	observe("/1/0/2", "a");
	world_run(5);
	machine_kill();
	machine_start_again();
	world_run(2);
	ck_assert_uint_eq(observe_count(all()), 0);
}
END_TEST

START_TEST(many_observations_are_few_lines_in_the_journal)
{
	char token[8];

	managed();
	for (unsigned i = 0; i < 100; i++) {
		snprintf(token, sizeof token, "%u", i);
		observe("/1/0/2", token);
	}
	ck_assert_uint_eq(world_log_count("observes /1/0/2"), 20);
	world_run(61);
	ck_assert_uint_eq(world_log_count("80 more observation(s)"), 1);
	observe("/1/0/2", "x");
	ck_assert_uint_eq(world_log_count("observes /1/0/2"), 21);
}
END_TEST

START_TEST(what_falls_into_the_sleep_of_1_0_waits_for_the_update)
{
	fake_up(URI_A);
	fake_rule(&(const struct fake_rule){
		.uri = URI_A, .op = FAKE_REGISTER, .code = MSG_PRECONDITION, .times = 2});
	machine_start(CONF_BASE CONF_SERVERS(CONF_SERVER(a, 1, "queue_mode = true;")));
	world_run(1);
	write_pmin(0);
	observe("/1/0/2", "a");
	world_run(200);

	unsigned updates = fake_count(URI_A, FAKE_UPDATE);

	write_pmin(1);
	world_run(600);
	ck_assert_uint_eq(fake_notices(), 0);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), updates);
	world_run(90000);
	ck_assert_uint_gt(fake_count(URI_A, FAKE_UPDATE), updates);
	ck_assert_uint_eq(fake_notices(), 1);
	ck_assert(fake_notice(0)->is_confirmable);
}
END_TEST

START_TEST(losses_are_counted)
{
	fake_up(URI_A);
	machine_start(CONF_BASE ONE_SERVER "notifications = { max_stored = 2; };\n");
	world_run(1);
	write_pmin(0);
	world_run(1);
	observe("/1/0/2", "a");
	observe_online(all(), 1, false);
	for (int64_t i = 1; i < 6; i++) {
		ck_assert_int_eq(model_set(machine->model, PATH3(1, 0, 5), &VALUE_INT(i)), 0);
		write_pmin(0);
		ck_assert_int_eq(model_set(machine->model, PATH3(1, 0, 2), &VALUE_INT(i % 2)), 0);
		world_run(3);
	}
	ck_assert_uint_ge(observe_count_dropped(all()), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("reporter");
	TCase *t = machine_case(s, "reporter");

	tcase_add_test(t, notification_goes_to_the_server_that_observes);
	tcase_add_test(t, lost_notification_brings_an_update_and_comes_again);
	tcase_add_test(t, new_registration_ends_observations);
	tcase_add_test(t, disabled_server_is_told_nothing);
	tcase_add_test(t, end_of_the_old_link_is_none_of_the_new_one);
	tcase_add_test(t, attributes_are_stored_and_come_back);
	tcase_add_test(t, attributes_go_with_the_account);
	tcase_add_test(t, restart_keeps_observations);
	tcase_add_test(t, kill_keeps_no_observations);
	tcase_add_test(t, many_observations_are_few_lines_in_the_journal);
	tcase_add_test(t, what_falls_into_the_sleep_of_1_0_waits_for_the_update);
	tcase_add_test(t, losses_are_counted);
	return s;
}
