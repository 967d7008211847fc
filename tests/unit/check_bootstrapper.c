/*
 * Towards the bootstrap server: the request and its answers, the listeners, who may speak in a
 * session. When all that happens is in check_hold_off.c and check_client_bootstrap.c.
 * (TS core 6.1.4, TS core 6.1.7)
 */
#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define AT_ONCE CONF_BASE CONF_BS("session_timeout = \"20s\";")
#define PSK_BS(more)                                                                               \
	CONF_BASE                                                                                  \
	"bootstrap = { uri = \"coaps://bs.example\"; security = \"psk\"; psk_identity = \"dev\"; " \
	"psk_key = \"hex:000102030405060708090a0b0c0d0e0f\"; client_hold_off_time = \"1h\"; " more \
	" };\n"

/* --- the request ------------------------------------------------------------------------------ */

START_TEST(the_path_of_the_uri_stays_in_front_of_bs)
{
	fake_up(NULL);
	machine_start(CONF_BASE "bootstrap = { uri = \"coap://bs.example/a/b\"; security = "
				"\"nosec\"; };\n");
	world_run(1);
	ck_assert_str_eq(fake_sent(NULL, FAKE_BOOTSTRAP, 0)->text, "POST /a/b/bs?ep=dev&pct=11542");
}
END_TEST

START_TEST(a_server_that_does_not_know_pct_is_asked_at_once_without)
{
	fake_up(URI_BS);
	fake_rule(&(const struct fake_rule){
		.uri = URI_BS, .op = FAKE_BOOTSTRAP, .code = MSG_UNSUPPORTED_FORMAT, .times = 1});
	machine_start(AT_ONCE);
	world_run(1);
	ck_assert_str_eq(fake_sent(URI_BS, FAKE_BOOTSTRAP, 1)->text, "POST /bs?ep=dev");
	machine_assert_asked_at(1, 0);
	ASSERT_STATE(SEQ_CLIENT_SESSION);
}
END_TEST

START_TEST(unsupported_format_without_pct_is_a_failure)
{
	fake_answer(URI_BS, FAKE_BOOTSTRAP, MSG_UNSUPPORTED_FORMAT);
	machine_start(AT_ONCE);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_BOOTSTRAP), 2);
	ASSERT_STATE(SEQ_BACK_OFF);
}
END_TEST

static void assert_failure(uint8_t code, enum reason given, enum reason told)
{
	fake_rule(&(const struct fake_rule){
		.op = FAKE_BOOTSTRAP, .code = code, .reason = given, .delay = 1});
	machine_start(AT_ONCE);
	world_run(1);
	ASSERT_STATE(SEQ_BACK_OFF);
	ck_assert_msg(machine_has_step(told, NULL), "%s is not told", reason_id(told));
	machine_kill();
}

START_TEST(each_failure_of_the_request_has_its_reason)
{
	assert_failure(MSG_BAD_REQUEST, REASON_NONE, REASON_BS_REFUSED);
	assert_failure(MSG_FORBIDDEN, REASON_NONE, REASON_BS_REFUSED);
	assert_failure(MSG_UNAVAILABLE, REASON_NONE, REASON_BS_SERVER_ERROR);
	assert_failure(0, REASON_REG_TIMEOUT, REASON_BS_TIMEOUT);
	assert_failure(0, REASON_DTLS_PSK_WRONG_KEY, REASON_DTLS_PSK_WRONG_KEY);
	assert_failure(0, REASON_NET_REFUSED, REASON_NET_REFUSED);
}
END_TEST

START_TEST(a_request_that_cannot_be_sent_backs_off)
{
	fake_fail_request(-ENOMEM);
	machine_start(AT_ONCE);
	world_run(1);
	ASSERT_STATE(SEQ_BACK_OFF);
}
END_TEST

START_TEST(an_account_that_cannot_be_used_backs_off_and_is_told)
{
	fake_fail_session(-ENOTSUP);
	machine_start(AT_ONCE);
	world_run(1);
	ASSERT_STATE(SEQ_BACK_OFF);
	ck_assert(machine_has_step(REASON_SECURITY_UNSUPPORTED, NULL));
}
END_TEST

START_TEST(a_request_on_its_way_is_dropped_when_a_reload_starts_over)
{
	machine_start(AT_ONCE);
	world_run(1);
	ASSERT_STATE(SEQ_REQUEST);
	machine_reload(CONF_BASE CONF_BS("client_hold_off_time = \"1h\";"));
	world_run(1);
	ASSERT_STATE(SEQ_HOLD_OFF);
	ck_assert_uint_eq(fake_pending(NULL), 0);
}
END_TEST

START_TEST(a_changed_account_makes_a_session_of_its_own)
{
	machine_start(AT_ONCE);
	world_run(1);
	machine_reload(
		CONF_BASE "bootstrap = { uri = \"coap://new.example\"; security = \"nosec\"; };\n");
	world_run(1);
	ck_assert_uint_eq(fake_sessions_to(URI_BS), 0);
	ck_assert_uint_eq(fake_sessions_to("coap://new.example"), 1);
	ck_assert_uint_eq(fake_count("coap://new.example", FAKE_BOOTSTRAP), 1);
}
END_TEST

/* --- the session ------------------------------------------------------------------------------ */

START_TEST(outside_a_session_operations_are_4_00)
{
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"1h\";"));
	world_run(1);
	ck_assert_int_eq(fake_ask(URI_BS, MSG_POST, "/rd", FORMAT_NONE, span_of_text(""), NULL),
		MSG_BAD_REQUEST);
	ASSERT_STATE(SEQ_HOLD_OFF);
}
END_TEST

START_TEST(finish_can_be_repeated_for_a_while)
{
	machine_in_client_session();
	machine_write_server(URI_BS, 101, URI_C);
	ck_assert_int_eq(machine_finish(URI_BS), MSG_CHANGED);
	ck_assert_int_eq(machine_finish(URI_BS), MSG_CHANGED);
	world_run(5);
	ck_assert_int_eq(machine_finish(URI_BS), MSG_CHANGED);
	world_run(6);
	ck_assert_int_eq(machine_finish(URI_BS), MSG_BAD_REQUEST);
	ck_assert(!fake_is_connected(URI_BS));
	ck_assert_uint_eq(fake_count(URI_C, FAKE_REGISTER), 1);
}
END_TEST

START_TEST(a_reflected_request_is_no_finish)
{
	machine_in_client_session();
	machine_write_server(URI_BS, 101, URI_C);
	ck_assert_int_eq(fake_ask(URI_BS, MSG_POST, "/bs?ep=dev&pct=11542", FORMAT_NONE,
				 span_of_text(""), NULL),
		MSG_BAD_REQUEST);
	world_run(1);
	ASSERT_STATE(SEQ_CLIENT_SESSION);
}
END_TEST

START_TEST(accounts_that_cannot_be_stored_are_rolled_back_and_finish_is_5_00)
{
	char path[160];

	machine_in_client_session();
	machine_write_server(URI_BS, 101, URI_C);
	/* in the way of the file that is to be replaced: also root cannot pass */
	snprintf(path, sizeof path, "%s/state/accounts.cbor", fixture_root());
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(machine_finish(URI_BS), MSG_INTERNAL);
	ck_assert(machine_has_step(REASON_STATE_UNWRITABLE, NULL));
	ck_assert_int_ne(machine_finish(URI_BS), MSG_CHANGED);
	world_run(1);
	ASSERT_STATE(SEQ_BACK_OFF);
	ck_assert_uint_eq(account_count_servers(machine->model), 0);
}
END_TEST

START_TEST(what_comes_after_the_time_is_over_is_not_taken)
{
	machine_in_client_session();
	machine_write_server(URI_BS, 101, URI_C);
	world_run(20);
	ck_assert_int_eq(machine_finish(URI_BS), MSG_BAD_REQUEST);
	ck_assert_uint_eq(account_count_servers(machine->model), 0);
}
END_TEST

START_TEST(each_operation_starts_the_time_of_the_session_anew)
{
	machine_in_client_session();
	for (int i = 0; i < 10; i++) {
		world_run(18);
		ck_assert_int_eq(machine_discover(URI_BS), MSG_CONTENT);
	}
	ASSERT_STATE(SEQ_CLIENT_SESSION);
	/* what is no operation does not */
	world_run(18);
	fake_ask(URI_BS, MSG_POST, "/rd", FORMAT_NONE, span_of_text(""), NULL);
	world_run(3);
	ASSERT_STATE(SEQ_BACK_OFF);
}
END_TEST

/* --- listeners -------------------------------------------------------------------------------- */

START_TEST(listeners_have_the_usual_port_of_the_security)
{
	machine_start(PSK_BS(""));
	world_run(1);
	ck_assert_uint_eq(fake_listeners(), 1);
	ck_assert_str_eq(fake_listener(0), "[::]:5684");
}
END_TEST

START_TEST(listeners_are_where_the_configuration_says)
{
	machine_start(PSK_BS("server_initiated = { address = [ \"127.0.0.1:7001\", "
			     "\"[::1]:7002\" ]; };"));
	world_run(1);
	ck_assert_uint_eq(fake_listeners(), 2);
	ck_assert_str_eq(fake_listener(0), "[::1]:7002");
	ck_assert_str_eq(fake_listener(1), "127.0.0.1:7001");
}
END_TEST

START_TEST(without_security_nothing_listens_where_the_configuration_forbids_it)
{
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"1h\";"));
	world_settle();
	machine->conf->security.allow_nosec = NOSEC_NO;
	effects_feed(machine, EV_ROUND_OVER);
	world_run(1);
	ASSERT_STATE(SEQ_HOLD_OFF);
	ck_assert_uint_eq(fake_listeners(), 0);
}
END_TEST

START_TEST(a_purged_account_closes_its_listener)
{
	fake_up(URI_C);
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"1h\"; account_timeout = "
					"\"30s\"; server_initiated = { listen = \"always\"; };"));
	world_run(1);
	ck_assert_int_eq(machine_write_server(NULL, 101, URI_C), MSG_CHANGED);
	ck_assert_int_eq(machine_finish(NULL), MSG_CHANGED);
	world_run(29);
	ck_assert_uint_eq(fake_listeners(), 1);
	world_run(2);
	ck_assert(machine_has_step(REASON_BS_ACCOUNT_PURGED, NULL));
	ck_assert_uint_eq(fake_listeners(), 0);
}
END_TEST

START_TEST(a_bootstrapper_without_memory_for_its_timers_is_not_made)
{
	const struct bootstrapper_env env = {.loop = &world_loop, .clock = &clock_system};
	struct bootstrapper *b;

	for (unsigned n = 1; n <= 4; n++) {
		world_fail_source(n);
		ck_assert_int_eq(bootstrapper_new(&env, &b), -ENOMEM);
		ck_assert_uint_eq(world_sources(), 0);
	}
	ck_assert_ptr_null(bootstrapper_free(NULL));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("bootstrapper");
	TCase *c = machine_case(s, "request");

	tcase_add_test(c, the_path_of_the_uri_stays_in_front_of_bs);
	tcase_add_test(c, a_server_that_does_not_know_pct_is_asked_at_once_without);
	tcase_add_test(c, unsupported_format_without_pct_is_a_failure);
	tcase_add_test(c, each_failure_of_the_request_has_its_reason);
	tcase_add_test(c, a_request_that_cannot_be_sent_backs_off);
	tcase_add_test(c, an_account_that_cannot_be_used_backs_off_and_is_told);
	tcase_add_test(c, a_request_on_its_way_is_dropped_when_a_reload_starts_over);
	tcase_add_test(c, a_changed_account_makes_a_session_of_its_own);

	c = machine_case(s, "session");
	tcase_add_test(c, outside_a_session_operations_are_4_00);
	tcase_add_test(c, finish_can_be_repeated_for_a_while);
	tcase_add_test(c, a_reflected_request_is_no_finish);
	tcase_add_test(c, accounts_that_cannot_be_stored_are_rolled_back_and_finish_is_5_00);
	tcase_add_test(c, what_comes_after_the_time_is_over_is_not_taken);
	tcase_add_test(c, each_operation_starts_the_time_of_the_session_anew);

	c = machine_case(s, "listeners");
	tcase_add_test(c, listeners_have_the_usual_port_of_the_security);
	tcase_add_test(c, listeners_are_where_the_configuration_says);
	tcase_add_test(c, without_security_nothing_listens_where_the_configuration_forbids_it);
	tcase_add_test(c, a_purged_account_closes_its_listener);
	tcase_add_test(c, a_bootstrapper_without_memory_for_its_timers_is_not_made);
	return s;
}
