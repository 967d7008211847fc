/*
 * A server that queues for a client that sleeps, and Send: a day in a moment.
 * (TS core 6.5, 1.1 5.2, object 1)
 */
#include <errno.h>
#include <stdio.h>

#include "machine.h"

static void start(const char *more)
{
	char conf[1024];

	snprintf(conf, sizeof conf, "%s%s%s%s", CONF_BASE,
		"servers = { a = { short_id = 1; uri = \"" URI_A
		"\"; security = \"nosec\"; lifetime = \"1h\"; ",
		more, " }; };\n");
	fake_up(URI_A);
	machine_start(conf);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
}

static const struct server_link *the_link(void)
{
	size_t cursor = 0;
	const struct server_link *l = servers_next(machine->servers, &cursor);

	ck_assert_ptr_nonnull(l);
	return l;
}

static bool is_awake(void)
{
	return server_link_is_awake(the_link());
}

static void read_something(void)
{
	ck_assert_uint_eq(fake_ask(URI_A, MSG_GET, "/1/0/1", FORMAT_NONE, (struct span){0}, NULL),
		MSG_CONTENT);
}

/* ETS 1.1-int-108 */
START_TEST(queue_mode_is_told_by_q_from_1_1_on)
{
	start("queue_mode = true;");
	ck_assert_str_eq(
		fake_sent(URI_A, FAKE_REGISTER, 0)->text, "POST /rd?ep=dev&lt=3600&lwm2m=1.2&Q");
}
END_TEST

START_TEST(queue_mode_is_a_letter_of_the_binding_in_1_0)
{
	fake_rule(&(const struct fake_rule){
		.uri = URI_A, .op = FAKE_REGISTER, .code = MSG_PRECONDITION, .times = 2});
	fake_up(URI_A);
	fake_rule(&(const struct fake_rule){
		.uri = URI_A, .op = FAKE_REGISTER, .code = MSG_PRECONDITION, .times = 2});
	machine_start(CONF_BASE CONF_SERVERS(CONF_SERVER(a, 1, "queue_mode = true;")));
	world_run(1);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_REGISTER, -1)->text,
		"POST /rd?ep=dev&lt=86400&lwm2m=1.0&b=UQ");
}
END_TEST

START_TEST(queue_mode_may_come_with_the_binding_of_1_x_7)
{
	start("");
	ck_assert(is_awake());
	ck_assert_ptr_null(strstr(fake_sent(URI_A, FAKE_REGISTER, 0)->text, "&Q"));
	world_run(10);
	ck_assert_int_eq(
		model_set(machine->model, PATH3(1, 0, SERVER_BINDING), &VALUE_TEXT("UQ")), 0);
	world_run(5);
	/* an Update cannot tell it */
	ck_assert_str_eq(
		fake_sent(URI_A, FAKE_REGISTER, -1)->text, "POST /rd?ep=dev&lt=3600&lwm2m=1.2&Q");
}
END_TEST

START_TEST(without_queue_mode_the_client_never_sleeps)
{
	start("");
	world_run(3000);
	ck_assert(is_awake());
}
END_TEST

START_TEST(a_client_in_queue_mode_listens_for_max_transmit_wait)
{
	start("queue_mode = true;");
	ck_assert(is_awake());
	world_run_to(world_second(92));
	ck_assert(is_awake());
	world_run_to(world_second(94));
	ck_assert(!is_awake());
}
END_TEST

START_TEST(each_message_keeps_a_client_in_queue_mode_awake)
{
	start("queue_mode = true;");
	world_run_to(world_second(60));
	read_something();
	world_run_to(world_second(150));
	ck_assert(is_awake());
	world_run_to(world_second(154));
	ck_assert(!is_awake());
}
END_TEST

/* ETS 1.1-int-109: what the server queues goes out after the Update */
START_TEST(an_update_wakes_a_client_in_queue_mode)
{
	start("queue_mode = true;");
	world_run_to(world_second(3600 - 93 - 1));
	ck_assert(!is_awake());
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 0);
	world_run_to(world_second(3600 - 93 + 1));
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 1);
	ck_assert(is_awake());
	read_something();
}
END_TEST

START_TEST(a_day_in_queue_mode_has_no_message_but_the_updates)
{
	start("queue_mode = true;");
	world_run_to(world_second(86400));
	/* one every 3600 - 93 seconds */
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 24);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_ANY), 25);
}
END_TEST

START_TEST(a_nat_is_not_kept_open_for_a_client_that_sleeps)
{
	fake_up(URI_A);
	machine_start(CONF_BASE "network = { nat_keepalive = \"2min\"; };\n" CONF_SERVERS(
		CONF_SERVER(a, 1, "queue_mode = true;")));
	world_run(3600);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 0);
	machine_reload(CONF_BASE
		"network = { nat_keepalive = \"2min\"; };\n" CONF_SERVERS(CONF_SERVER(a, 1, "")));
	world_run(3600);
	ck_assert_uint_ge(fake_count(URI_A, FAKE_UPDATE), 29);
}
END_TEST

/* --- Disable, trigger, lifetime ----------------------------------------------------------------
 */

static uint8_t execute(const char *path)
{
	return fake_ask(URI_A, MSG_POST, path, FORMAT_NONE, (struct span){0}, NULL);
}

/* ETS 1.1-int-103 */
START_TEST(disable_is_silence_for_1_x_5_and_then_a_registration)
{
	start("disable_timeout = \"1h\";");
	ck_assert_uint_eq(execute("/1/0/4"), MSG_CHANGED);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_DEREGISTER), 1);
	ck_assert(machine_has_step(REASON_REG_DISABLED, NULL));
	unsigned before = fake_count(URI_A, FAKE_ANY);
	world_run(3590);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_ANY), before);
	world_run(20);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 2);
}
END_TEST

/* ETS 1.1-int-104 */
START_TEST(the_update_trigger_is_one_update_without_parameters)
{
	start("");
	ck_assert_uint_eq(execute("/1/0/8"), MSG_CHANGED);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 1);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 0)->text, "POST /rd/0");
}
END_TEST

/* ETS 1.1-int-102, 107 */
START_TEST(writing_lifetime_and_binding_together_is_one_update)
{
	start("");
	ck_assert_uint_eq(fake_ask(URI_A, MSG_POST, "/1/0", FORMAT_SENML_JSON,
				  span_of_text("[{\"bn\":\"/1/0/\",\"n\":\"1\",\"v\":120},"
					       "{\"n\":\"7\",\"vs\":\"UT\"}]"),
				  NULL),
		MSG_CHANGED);
	world_run(2);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 1);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 0)->text, "POST /rd/0?lt=120&b=UT");
	world_run(61);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 1)->text, "POST /rd/0");
}
END_TEST

/* --- Send --------------------------------------------------------------------------------------
 */

#define UNMUTED "mute_send = false; "

static int send_lifetime(void)
{
	const struct path path = PATH3(1, 0, 1);

	return servers_send(machine->servers, 1, &path, 1);
}

/* ETS 1.1-int-306 */
START_TEST(values_are_sent_to_dp)
{
	start(UNMUTED);
	ck_assert_int_eq(send_lifetime(), 0);
	world_run(1);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_SEND, 0)->text, "POST /dp");
	world_run(7200);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_SEND), 1);
	ck_assert_ptr_null(world_log("values kept"));
}
END_TEST

/* ETS 1.1-int-307 */
START_TEST(a_muted_server_is_sent_nothing)
{
	start("");
	ck_assert_int_eq(send_lifetime(), -EPERM);
	ck_assert_uint_eq(fake_ask(URI_A, MSG_PUT, "/1/0/23", FORMAT_TEXT, span_of_text("0"), NULL),
		MSG_CHANGED);
	ck_assert_int_eq(send_lifetime(), 0);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_SEND), 1);
}
END_TEST

START_TEST(only_a_registered_server_is_sent_values)
{
	const struct path path = PATH3(1, 0, 1);

	machine_start(CONF_BASE CONF_SERVERS(CONF_SERVER(a, 1, UNMUTED)));
	world_run(1);
	ck_assert_int_eq(send_lifetime(), -ENOTCONN);
	ck_assert_int_eq(servers_send(machine->servers, 2, &path, 1), -ENOENT);
}
END_TEST

START_TEST(values_wait_for_the_update_that_tells_of_their_instance)
{
	const struct path path = PATH3(1, 0, 1);

	start(UNMUTED);
	ck_assert_int_eq(model_create(machine->model, PATH2(2, 5), ORIGIN_NONE), 0);
	ck_assert_int_eq(servers_send(machine->servers, 0, &path, 1), 0);
	world_run(2);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_SEND), 1);
	ck_assert_uint_le(fake_sent(URI_A, FAKE_UPDATE, 0)->at, fake_sent(URI_A, FAKE_SEND, 0)->at);
}
END_TEST

START_TEST(values_without_an_answer_are_sent_again_after_the_next_update)
{
	start(UNMUTED);
	fake_rule(&(const struct fake_rule){
		.uri = URI_A, .op = FAKE_SEND, .reason = REASON_REG_TIMEOUT, .times = 1});
	ck_assert_int_eq(send_lifetime(), 0);
	world_run(100);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_SEND), 1);
	ck_assert_ptr_nonnull(world_log("values kept"));
	world_run(3600);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_SEND), 2);
	world_run(7200);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_SEND), 2);
}
END_TEST

START_TEST(values_that_are_refused_are_dropped)
{
	start(UNMUTED);
	fake_answer(URI_A, FAKE_SEND, MSG_NOT_FOUND);
	ck_assert_int_eq(send_lifetime(), 0);
	world_run(7200);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_SEND), 1);
	ck_assert_ptr_nonnull(world_log("values dropped"));
}
END_TEST

START_TEST(values_that_wait_survive_a_new_registration)
{
	start(UNMUTED);
	fake_rule(&(const struct fake_rule){
		.uri = URI_A, .op = FAKE_SEND, .reason = REASON_REG_TIMEOUT, .times = 1});
	ck_assert_int_eq(send_lifetime(), 0);
	world_run(100);
	fake_lose(URI_A, REASON_DTLS_CLOSED);
	world_run(10);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 2);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_SEND), 2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("queue_mode");
	TCase *t = machine_case(s, "queue mode");

	tcase_add_test(t, queue_mode_is_told_by_q_from_1_1_on);
	tcase_add_test(t, queue_mode_is_a_letter_of_the_binding_in_1_0);
	tcase_add_test(t, queue_mode_may_come_with_the_binding_of_1_x_7);
	tcase_add_test(t, without_queue_mode_the_client_never_sleeps);
	tcase_add_test(t, a_client_in_queue_mode_listens_for_max_transmit_wait);
	tcase_add_test(t, each_message_keeps_a_client_in_queue_mode_awake);
	tcase_add_test(t, an_update_wakes_a_client_in_queue_mode);
	tcase_add_test(t, a_day_in_queue_mode_has_no_message_but_the_updates);
	tcase_add_test(t, a_nat_is_not_kept_open_for_a_client_that_sleeps);

	t = machine_case(s, "what servers ask for");
	tcase_add_test(t, disable_is_silence_for_1_x_5_and_then_a_registration);
	tcase_add_test(t, the_update_trigger_is_one_update_without_parameters);
	tcase_add_test(t, writing_lifetime_and_binding_together_is_one_update);

	t = machine_case(s, "Send");
	tcase_add_test(t, values_are_sent_to_dp);
	tcase_add_test(t, a_muted_server_is_sent_nothing);
	tcase_add_test(t, only_a_registered_server_is_sent_values);
	tcase_add_test(t, values_wait_for_the_update_that_tells_of_their_instance);
	tcase_add_test(t, values_without_an_answer_are_sent_again_after_the_next_update);
	tcase_add_test(t, values_that_are_refused_are_dropped);
	tcase_add_test(t, values_that_wait_survive_a_new_registration);
	return s;
}
