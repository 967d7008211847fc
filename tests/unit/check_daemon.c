/*
 * The daemon as a whole: start, signals, what servers execute, and the end.
 */
#include "machine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#define MANAGED CONF_BASE CONF_BS("") ONE_SERVER

static void managed(void)
{
	fake_up(URI_A);
	fake_up(URI_BS);
	machine_start(MANAGED);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
}

static uint8_t server_asks(enum msg_method method, const char *path, const char *text)
{
	return fake_ask(URI_A, method, path, FORMAT_TEXT, span_of_text(text), NULL);
}

/* --- start ------------------------------------------------------------------------------------ */

START_TEST(a_second_daemon_on_the_same_state_ends_and_says_so)
{
	struct daemon *first;
	struct conf_report *report;
	struct conf *conf;
	struct daemon *second;
	int code;

	managed();
	first = machine;
	ck_assert_int_eq(conf_report_new(&report), 0);
	ck_assert_int_eq(conf_load(first->paths, report, &conf), 0);
	conf_report_free(report);
	ck_assert_int_eq(daemon_new(first->paths, conf, &second, &code), -EWOULDBLOCK);
	ck_assert_int_eq(code, EXIT_STATE_BUSY);
	ck_assert_ptr_nonnull(world_log("another lwm2md"));
}
END_TEST

START_TEST(a_start_that_fails_anywhere_leaves_nothing)
{
	struct conf_paths paths;
	unsigned n = 0;
	int r = -ENOMEM;

	managed();
	paths = *machine->paths;
	machine_kill();
	while (r == -ENOMEM) {
		struct conf_report *report;
		struct conf *conf;
		struct daemon *d = NULL;
		int code;

		ck_assert_int_eq(conf_report_new(&report), 0);
		ck_assert_int_eq(conf_load(&paths, report, &conf), 0);
		conf_report_free(report);
		world_fail_source(++n);
		r = daemon_new(&paths, conf, &d, &code);
		world_fail_source(0);
		if (r < 0) {
			ck_assert_int_eq(code, EXIT_FAILURE);
			world_end();
		}
		daemon_free(d);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_gt(n, 8);
}
END_TEST

static void stop(void)
{
	world_signal(SIGTERM);
}

START_TEST(sigterm_de_registers_and_ends_with_0)
{
	fake_up(URI_A);
	machine_start(MANAGED);
	world_at(10, stop);
	ck_assert_int_eq(daemon_run(machine), 0);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_DEREGISTER, 0)->text, "DELETE /rd/0");
	ck_assert(world_seconds() < 11);
}
END_TEST

START_TEST(a_silent_server_delays_the_end_by_5_s_at_most)
{
	fake_up(URI_A);
	machine_start(MANAGED);
	world_run(1);
	fake_down(URI_A);
	world_at(10, stop);
	world_run(13.9);
	ck_assert_int_eq(world_exit_code(), -1);
	world_run(0.1);
	ck_assert_int_eq(world_exit_code(), 0);
}
END_TEST

START_TEST(sigint_ends_as_sigterm_does)
{
	managed();
	world_signal(SIGINT);
	world_run(6);
	ck_assert_int_eq(world_exit_code(), 0);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_DEREGISTER), 1);
}
END_TEST

/* --- restart ---------------------------------------------------------------------------------- */

START_TEST(sigusr1_keeps_the_registration_and_the_next_start_updates_it)
{
	managed();
	uint16_t port = 0;
	struct store_registration kept[2];

	ck_assert_uint_eq(servers_save(machine->servers, kept, 2), 1);
	port = kept[0].local_port;
	world_signal(SIGUSR1);
	ck_assert_int_eq(world_exit_code(), 0);
	machine_kill();
	ck_assert_uint_eq(fake_count(URI_A, FAKE_DEREGISTER), 0);
	machine_start_again();
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 0)->text, "POST /rd/0?lt=86400");
	ck_assert_uint_eq(servers_save(machine->servers, kept, 2), 1);
	ck_assert_uint_eq(kept[0].local_port, port);
}
END_TEST

START_TEST(a_restart_before_step_3_loses_no_registration)
{
	managed();
	world_signal(SIGUSR1);
	machine_kill();
	machine_start_again();
	ck_assert(!machine->is_ready);
	world_signal(SIGUSR1);
	machine_kill();
	machine_start_again();
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 1);
}
END_TEST

START_TEST(a_kept_registration_is_good_for_one_start)
{
	managed();
	world_signal(SIGUSR1);
	machine_kill();
	machine_start_again();
	world_run(1);
	machine_kill();
	machine_start_again();
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 2);
}
END_TEST

START_TEST(a_kept_registration_that_ran_out_meanwhile_is_made_anew)
{
	managed();
	world_signal(SIGUSR1);
	machine_kill();
	world_set_calendar(86400);
	machine_start_again();
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 2);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 0);
}
END_TEST

START_TEST(a_kept_registration_of_another_endpoint_is_made_anew)
{
	managed();
	world_signal(SIGUSR1);
	machine_kill();
	machine_start("device = { endpoint = \"other\"; };\nsmartcard = { enabled = \"no\"; };\n"
		      "security = { allow_nosec = \"yes\"; };\nretry = { jitter = \"0s\"; "
		      "};\n" ONE_SERVER);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 0);
	ck_assert_str_eq(
		fake_sent(URI_A, FAKE_REGISTER, -1)->text, "POST /rd?ep=other&lt=86400&lwm2m=1.2");
}
END_TEST

/* --- reload ----------------------------------------------------------------------------------- */

START_TEST(a_reload_with_errors_changes_nothing)
{
	managed();
	machine_reload("device = { endpoint = ; };\n");
	world_run(10);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_ptr_nonnull(world_log("the former configuration stays in use"));
	ck_assert_uint_eq(fake_count(NULL, FAKE_ANY), 1);
}
END_TEST

START_TEST(a_reload_without_other_accounts_disturbs_no_registration)
{
	managed();
	machine_reload(MANAGED "network = { nat_keepalive = \"2min\"; };\n");
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(NULL, FAKE_ANY), 1);
}
END_TEST

START_TEST(after_a_reload_nothing_looks_into_the_former_configuration)
{
	struct response response = {0};

	managed();
	machine_reload(MANAGED);
	world_run(1);
	ck_assert_int_eq(fake_ask(URI_A, MSG_GET, "/3/0", FORMAT_TLV, span_of_text(""), &response),
		MSG_CONTENT);
	response_done(&response);
	world_run(86400);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(a_reload_that_drops_a_server_de_registers_there)
{
	fake_up(URI_A);
	fake_up(URI_B);
	machine_start(CONF_BASE TWO_SERVERS);
	world_run(1);
	machine_reload(CONF_BASE ONE_SERVER);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_DEREGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert_uint_eq(fake_sessions_to(URI_B), 0);
	ck_assert_uint_eq(servers_count(machine->servers), 1);
}
END_TEST

START_TEST(a_reload_with_another_endpoint_registers_anew)
{
	managed();
	machine_reload(
		"device = { endpoint = \"other\"; };\nsmartcard = { enabled = \"no\"; };\n"
		"security = { allow_nosec = \"yes\"; };\nretry = { jitter = \"0s\"; };\n" CONF_BS(
			"") ONE_SERVER);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_DEREGISTER), 1);
	ck_assert_str_eq(
		fake_sent(URI_A, FAKE_REGISTER, 1)->text, "POST /rd?ep=other&lt=86400&lwm2m=1.2");
}
END_TEST

/* --- what servers do -------------------------------------------------------------------------- */

START_TEST(a_bootstrap_trigger_asks_for_a_bootstrap_without_hold_off)
{
	machine_start(CONF_BASE CONF_BS("client_hold_off_time = \"1h\";") ONE_SERVER);
	fake_up(URI_A);
	fake_up(URI_BS);
	world_run(1);
	ck_assert_int_eq(server_asks(MSG_POST, "/1/0/9", ""), MSG_CHANGED);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0); /* the answer goes first */
	world_settle();
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_BOOTSTRAP), 1);
	ck_assert(machine_has_step(REASON_BS_TRIGGERED, NULL));
	ASSERT_STATE(SEQ_CLIENT_SESSION);
}
END_TEST

START_TEST(a_triggered_bootstrap_that_fails_leaves_the_device_managed)
{
	managed();
	fake_answer(URI_BS, FAKE_BOOTSTRAP, MSG_FORBIDDEN);
	server_asks(MSG_POST, "/1/0/9", "");
	world_run(3600);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_BOOTSTRAP), 1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
}
END_TEST

START_TEST(a_bootstrap_trigger_without_account_or_against_the_configuration_is_4_05)
{
	fake_up(URI_A);
	machine_start(CONF_BASE ONE_SERVER);
	world_run(1);
	ck_assert_int_eq(server_asks(MSG_POST, "/1/0/9", ""), MSG_NOT_ALLOWED);
	machine_reload(CONF_BASE CONF_BS("server_initiated = { trigger = false; };") ONE_SERVER);
	world_run(1);
	ck_assert_int_eq(server_asks(MSG_POST, "/1/0/9", ""), MSG_NOT_ALLOWED);
}
END_TEST

START_TEST(reboot_and_factory_reset_are_4_05)
{
	managed();
	ck_assert_int_eq(server_asks(MSG_POST, "/3/0/4", ""), MSG_NOT_ALLOWED);
	ck_assert_int_eq(server_asks(MSG_POST, "/3/0/5", ""), MSG_NOT_ALLOWED);
}
END_TEST

START_TEST(scenario_14_object_0_is_4_01_for_a_server)
{
	managed();
	ck_assert_int_eq(server_asks(MSG_GET, "/0", ""), MSG_UNAUTHORIZED);
	ck_assert_int_eq(server_asks(MSG_PUT, "/0/1/0", "coap://x"), MSG_UNAUTHORIZED);
	ck_assert_int_eq(server_asks(MSG_DELETE, "/0/1", ""), MSG_UNAUTHORIZED);
}
END_TEST

START_TEST(a_written_lifetime_is_told_by_update_and_outlives_a_restart)
{
	managed();
	ck_assert_int_eq(server_asks(MSG_PUT, "/1/0/1", "120"), MSG_CHANGED);
	world_run(1);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 0)->text, "POST /rd/0?lt=120");
	world_run(2);
	machine_kill();
	machine_start_again();
	world_run(1);
	ck_assert_str_eq(
		fake_sent(URI_A, FAKE_REGISTER, -1)->text, "POST /rd?ep=dev&lt=120&lwm2m=1.2");
}
END_TEST

START_TEST(what_a_server_wrote_is_stored_before_the_daemon_ends)
{
	managed();
	server_asks(MSG_PUT, "/1/0/1", "120");
	world_signal(SIGTERM);
	world_run(0.1);
	ck_assert_int_eq(world_exit_code(), 0);
	machine_kill();
	world_begin(7200 * USEC_PER_SEC);
	machine_start_again();
	world_run(1);
	ck_assert_str_eq(
		fake_sent(URI_A, FAKE_REGISTER, -1)->text, "POST /rd?ep=dev&lt=120&lwm2m=1.2");
}
END_TEST

START_TEST(while_a_bootstrap_session_is_open_servers_get_no_answer)
{
	managed();
	server_asks(MSG_POST, "/1/0/9", "");
	world_run(1);
	ASSERT_STATE(SEQ_CLIENT_SESSION);
	ck_assert_int_eq(server_asks(MSG_GET, "/3/0/0", ""), MSG_NO_RESPONSE);
}
END_TEST

START_TEST(a_device_without_serial_number_has_one_of_its_own)
{
	managed();
	struct span serial = model_get_bytes(machine->model, PATH3(3, 0, 2));

	ck_assert_uint_gt(serial.len, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("daemon");
	TCase *c = machine_case(s, "start and stop");

	tcase_add_test(c, a_second_daemon_on_the_same_state_ends_and_says_so);
	tcase_add_test(c, a_start_that_fails_anywhere_leaves_nothing);
	tcase_add_test(c, sigterm_de_registers_and_ends_with_0);
	tcase_add_test(c, a_silent_server_delays_the_end_by_5_s_at_most);
	tcase_add_test(c, sigint_ends_as_sigterm_does);

	c = machine_case(s, "restart");
	tcase_add_test(c, sigusr1_keeps_the_registration_and_the_next_start_updates_it);
	tcase_add_test(c, a_restart_before_step_3_loses_no_registration);
	tcase_add_test(c, a_kept_registration_is_good_for_one_start);
	tcase_add_test(c, a_kept_registration_that_ran_out_meanwhile_is_made_anew);
	tcase_add_test(c, a_kept_registration_of_another_endpoint_is_made_anew);

	c = machine_case(s, "reload");
	tcase_add_test(c, a_reload_with_errors_changes_nothing);
	tcase_add_test(c, a_reload_without_other_accounts_disturbs_no_registration);
	tcase_add_test(c, after_a_reload_nothing_looks_into_the_former_configuration);
	tcase_add_test(c, a_reload_that_drops_a_server_de_registers_there);
	tcase_add_test(c, a_reload_with_another_endpoint_registers_anew);

	c = machine_case(s, "servers");
	tcase_add_test(c, a_bootstrap_trigger_asks_for_a_bootstrap_without_hold_off);
	tcase_add_test(c, a_triggered_bootstrap_that_fails_leaves_the_device_managed);
	tcase_add_test(c, a_bootstrap_trigger_without_account_or_against_the_configuration_is_4_05);
	tcase_add_test(c, reboot_and_factory_reset_are_4_05);
	tcase_add_test(c, scenario_14_object_0_is_4_01_for_a_server);
	tcase_add_test(c, a_written_lifetime_is_told_by_update_and_outlives_a_restart);
	tcase_add_test(c, what_a_server_wrote_is_stored_before_the_daemon_ends);
	tcase_add_test(c, while_a_bootstrap_session_is_open_servers_get_no_answer);
	tcase_add_test(c, a_device_without_serial_number_has_one_of_its_own);
	return s;
}
