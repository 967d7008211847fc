#include "daemon/console.h"

#include <errno.h>

#include "machine.h"

static struct console console;
static const char *why;

static int steer(enum manage_action action, uint16_t ssid, uint32_t seconds)
{
	why = NULL;
	console.d = machine;
	return console_ops.steer(&console, action, ssid, seconds, &why);
}

START_TEST(console_registers_at_once_a_server_that_has_failed)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 1);
	ASSERT_STATE(SEQ_HOLD_OFF);
	fake_up(URI_A);
	ck_assert_int_eq(steer(MANAGE_REGISTER, 7, 0), -ENOENT);
	ck_assert_int_eq(steer(MANAGE_REGISTER, 1, 0), 0);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	/* of one that is registered already nothing is asked */
	ck_assert_int_eq(steer(MANAGE_REGISTER, 0, 0), 0);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 2);
}
END_TEST

START_TEST(console_updates_only_what_is_registered)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(1);
	ck_assert_int_eq(steer(MANAGE_UPDATE, 1, 0), -ENOTCONN);
	ck_assert_str_eq(why, "it is not registered");
	fake_up(URI_A);
	world_run(SILENCE + 200);
	ck_assert_int_eq(steer(MANAGE_UPDATE, 0, 0), 0);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 1);
}
END_TEST

START_TEST(console_deregisters_for_the_time_that_is_said)
{
	machine_start(WITH_BS ONE_SERVER);
	fake_up(URI_A);
	world_run(1);
	ck_assert_int_eq(steer(MANAGE_DEREGISTER, 1, 60), 0);
	world_run(59);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_DEREGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	world_run(2);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 2);
	ASSERT_STATE(SEQ_MANAGED);

	/* the operator can end it earlier */
	ck_assert_int_eq(steer(MANAGE_DEREGISTER, 1, 3600), 0);
	world_run(1);
	ck_assert_int_eq(steer(MANAGE_REGISTER, 1, 0), 0);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 3);
}
END_TEST

START_TEST(console_bootstraps_without_waiting_for_the_hold_off)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 1);
	ck_assert_int_eq(steer(MANAGE_BOOTSTRAP, 0, 0), 0);
	world_run(0.1);
	ASSERT_STATE(SEQ_REQUEST);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_BOOTSTRAP), 1);
	ck_assert_int_eq(steer(MANAGE_BOOTSTRAP, 0, 0), -EBUSY);
	ck_assert_ptr_nonnull(why);
}
END_TEST

START_TEST(console_cannot_bootstrap_without_an_account)
{
	machine_start(CONF_BASE ONE_SERVER);
	world_run(1);
	ck_assert_int_eq(steer(MANAGE_BOOTSTRAP, 0, 0), -EOPNOTSUPP);
	ck_assert_str_eq(why, reason_text(REASON_BS_NO_ACCOUNT));
}
END_TEST

START_TEST(console_does_nothing_inside_a_bootstrap_session)
{
	machine_in_client_session();
	ck_assert_int_eq(steer(MANAGE_REGISTER, 0, 0), -EBUSY);
	ck_assert_int_eq(steer(MANAGE_RESET_ACCOUNTS, 0, 0), -EBUSY);
	ck_assert_str_eq(why, "a bootstrap session is open");
}
END_TEST

START_TEST(console_reset_brings_back_what_is_configured)
{
	machine_in_client_session();
	ck_assert_uint_eq(machine_write_server(URI_BS, 2, URI_B), 0x44);
	ck_assert_uint_eq(machine_finish(URI_BS), 0x44);
	fake_up(URI_B);
	world_run(1);
	ck_assert_int_eq(machine->source, ORIGIN_BOOTSTRAP);

	ck_assert_int_eq(steer(MANAGE_RESET_ACCOUNTS, 0, 0), 0);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_DEREGISTER), 1);
	ck_assert_int_ne(machine->source, ORIGIN_BOOTSTRAP);

	/* and it stays so over a restart */
	machine_kill();
	machine_start_again();
	world_run(1);
	ck_assert_int_ne(machine->source, ORIGIN_BOOTSTRAP);
}
END_TEST

static unsigned problems;

static void count_problem(void *to, const char *line)
{
	(void)to;
	ck_assert_ptr_nonnull(strstr(line, "nonsense"));
	problems++;
}

START_TEST(console_reload_names_the_problems_and_changes_nothing)
{
	machine_start(WITH_BS ONE_SERVER);
	fake_up(URI_A);
	world_run(1);
	fixture_write("/etc/lwm2md/lwm2md.conf", "nonsense = 1;\n", 0600);
	console.d = machine;
	ck_assert_int_eq(console_ops.reload(&console, count_problem, NULL), -EINVAL);
	ck_assert_uint_eq(problems, 1);
	ck_assert_uint_eq(machine->generation, 1);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
	fixture_write("/etc/lwm2md/lwm2md.conf", WITH_BS ONE_SERVER, 0600);
	ck_assert_int_eq(console_ops.reload(&console, count_problem, NULL), 0);
	ck_assert_uint_eq(machine->generation, 2);
	ck_assert_uint_eq(machine->stale_since, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("console");
	TCase *t = machine_case(s, "console");

	tcase_add_test(t, console_registers_at_once_a_server_that_has_failed);
	tcase_add_test(t, console_updates_only_what_is_registered);
	tcase_add_test(t, console_deregisters_for_the_time_that_is_said);
	tcase_add_test(t, console_bootstraps_without_waiting_for_the_hold_off);
	tcase_add_test(t, console_cannot_bootstrap_without_an_account);
	tcase_add_test(t, console_does_nothing_inside_a_bootstrap_session);
	tcase_add_test(t, console_reset_brings_back_what_is_configured);
	tcase_add_test(t, console_reload_names_the_problems_and_changes_nothing);
	return s;
}
