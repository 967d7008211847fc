#include "daemon/diagnosis.h"

#include <stdio.h>
#include <stdlib.h>

#include "machine.h"

static char told[4000];

static void take(void *to, const struct manage_finding *f)
{
	size_t len = strlen(told);

	(void)to;
	snprintf(told + len, sizeof told - len, "%s %s %s %s\n", f->check, f->result,
		f->reason == REASON_NONE ? "-" : reason_id(f->reason), f->text);
}

static void run(void)
{
	told[0] = '\0';
	diagnosis_run(machine, take, NULL);
}

#define ASSERT_TOLD(text) ck_assert_msg(strstr(told, text), "%s", told)

START_TEST(diagnosis_finds_nothing_wrong_with_what_is_right)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(1);
	run();
	ASSERT_TOLD("config ok -");
	ASSERT_TOLD("keys ok -");
	ASSERT_TOLD("state ok -");
	ASSERT_TOLD("clock ");
	ASSERT_TOLD("card skip card.off");
}
END_TEST

START_TEST(diagnosis_reads_the_configuration_that_is_on_disk_now)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(1);
	fixture_write("/etc/lwm2md/lwm2md.conf", "nonsense = 1;\n", 0600);
	run();
	ASSERT_TOLD("config fail config.invalid");
	ASSERT_TOLD("nonsense");
	ck_assert_uint_eq(machine->generation, 1);
	fixture_write("/etc/lwm2md/lwm2md.conf",
		CONF_BASE "bootstrap = { uri = \"coaps://a.example\"; psk_identity = \"a\"; "
			  "psk_key = \"file:/etc/lwm2md/none\"; };\n",
		0600);
	run();
	ASSERT_TOLD("config ok");
	ASSERT_TOLD("keys fail secret.missing");
}
END_TEST

START_TEST(diagnosis_sees_a_clock_that_was_never_set)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(1);
	world_set_calendar(-1800000000);
	run();
	ASSERT_TOLD("clock warn - the clock is not set");
}
END_TEST

START_TEST(diagnosis_sees_a_state_directory_that_is_gone)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(1);
	free(machine->conf->state_directory);
	machine->conf->state_directory = strdup("/nonexistent/lwm2md");
	run();
	ASSERT_TOLD("state fail state.unwritable");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("diagnosis");
	TCase *t = machine_case(s, "diagnosis");

	tcase_add_test(t, diagnosis_finds_nothing_wrong_with_what_is_right);
	tcase_add_test(t, diagnosis_reads_the_configuration_that_is_on_disk_now);
	tcase_add_test(t, diagnosis_sees_a_clock_that_was_never_set);
	tcase_add_test(t, diagnosis_sees_a_state_directory_that_is_gone);
	return s;
}
