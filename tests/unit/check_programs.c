#include "daemon/programs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "runner.h"
#include "testloop.h"

static struct programs *programs;
static unsigned n_done;
static struct program_result last;
static struct buf output;

static void on_done(void *data, const struct program_result *result)
{
	(void)data;
	last = *result;
	ck_assert_int_eq(buf_set(&output, result->output), 0);
	n_done++;
}

static struct program *run_for(const char *script, struct span input, uint64_t timeout)
{
	/* kept: a program that waits in the queue borrows it */
	static char *argv[128][4];
	static unsigned n;
	char **a = argv[n++ % 128];
	struct program *p = NULL;

	a[0] = (char *)"/bin/sh";
	a[1] = (char *)"-c";
	a[2] = (char *)(uintptr_t)script;
	ck_assert_int_eq(programs_run(programs,
				 &(const struct program_job){.argv = a,
					 .input = input,
					 .path = "/33000/0/1",
					 .short_server_id = 101,
					 .timeout = timeout,
					 .done = on_done},
				 &p),
		0);
	return p;
}

static struct program *run(const char *script)
{
	return run_for(script, span_of_text(""), 60 * USEC_PER_SEC);
}

static void setup(void)
{
	n_done = 0;
	output = (struct buf){.max = 2 * PROGRAM_OUTPUT_MAX};
	ck_assert_int_eq(programs_new(&test_loop, &test_loop_clock, &programs), 0);
}

static void teardown(void)
{
	programs = programs_free(programs);
	test_loop_for(0);
	buf_done(&output);
}

static void wait_for(unsigned n)
{
	ck_assert(test_loop_until(&n_done, n, 10000));
}

START_TEST(programs_get_input_and_environment_and_give_output)
{
	run_for("cat; echo \" $LWM2M_PATH $LWM2M_SERVER\"; pwd >/dev/null; exit 3",
		span_of_text("in"), 60 * USEC_PER_SEC);
	wait_for(1);
	ck_assert(span_is_text(buf_span(&output), "in /33000/0/1 101\n"));
	ck_assert_int_eq(last.end, PROGRAM_EXITED);
	ck_assert_int_eq(last.status, 3);
	ck_assert_str_eq(last.text, "exit status 3");
}
END_TEST

START_TEST(programs_get_no_descriptors_and_signals_of_ours)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	run("ls /proc/self/fd | wc -l; grep SigBlk /proc/self/status");
	wait_for(1);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	/* 0, 1, 2 and the one that ls reads the directory with */
	ck_assert(span_is_text(buf_span(&output), "4\nSigBlk:\t0000000000000000\n"));
}
END_TEST

START_TEST(programs_that_are_late_are_killed_with_their_children)
{
	run_for("sleep 600 & exec sleep 600", span_of_text(""), USEC_PER_SEC);
	test_loop_for(50);
	ck_assert_uint_eq(n_done, 0);
	test_loop_jump(USEC_PER_SEC);
	wait_for(1);
	ck_assert_int_eq(last.end, PROGRAM_TIMED_OUT);
}
END_TEST

START_TEST(programs_that_say_too_much_are_killed)
{
	run("while :; do echo 0123456789012345678901234567890123456789; done");
	wait_for(1);
	ck_assert_int_eq(last.end, PROGRAM_TOO_LONG);
}
END_TEST

START_TEST(programs_may_say_64_kib)
{
	run("head -c 65536 /dev/zero");
	wait_for(1);
	ck_assert_int_eq(last.end, PROGRAM_EXITED);
	ck_assert_uint_eq(output.len, PROGRAM_OUTPUT_MAX);
}
END_TEST

START_TEST(programs_are_done_when_they_end_and_their_children_go_with_them)
{
	run("sleep 600 & echo here");
	wait_for(1);
	ck_assert(span_is_text(buf_span(&output), "here\n"));
}
END_TEST

START_TEST(programs_that_die_say_by_which_signal)
{
	run("kill -TERM $$");
	wait_for(1);
	ck_assert_int_eq(last.end, PROGRAM_SIGNALLED);
	ck_assert_str_eq(last.text, "ended by signal 15");
}
END_TEST

START_TEST(programs_that_cannot_be_started_say_so)
{
	char *argv[] = {(char *)"/nowhere/program", NULL};
	struct program *p;

	ck_assert_int_eq(programs_run(programs,
				 &(const struct program_job){
					 .argv = argv, .timeout = USEC_PER_SEC, .done = on_done},
				 &p),
		0);
	wait_for(1);
	ck_assert_int_eq(last.end, PROGRAM_NOT_STARTED);
	ck_assert_ptr_nonnull(strstr(last.text, "No such file"));
}
END_TEST

START_TEST(programs_run_four_at_a_time_and_64_may_wait)
{
	struct program *p;

	for (unsigned i = 0; i < PROGRAMS_AT_ONCE; i++)
		run("read x; exec sleep 600");
	for (unsigned i = 0; i < PROGRAMS_AT_ONCE; i++)
		run("sleep 600");
	test_loop_for(20);
	for (unsigned i = 0; i < PROGRAMS_WAITING_MAX - PROGRAMS_AT_ONCE; i++)
		run("sleep 600");
	ck_assert_int_eq(
		programs_run(programs, &(const struct program_job){.argv = (char *[]){NULL}}, &p),
		-EBUSY);
	ck_assert_uint_eq(n_done, 0);
}
END_TEST

START_TEST(programs_that_wait_run_when_others_have_ended)
{
	for (unsigned i = 0; i < 3 * PROGRAMS_AT_ONCE; i++)
		run("echo x");
	wait_for(3 * PROGRAMS_AT_ONCE);
}
END_TEST

START_TEST(programs_that_are_cancelled_tell_nobody)
{
	program_cancel(run("sleep 600"));

	struct program *p = run("sleep 600");

	test_loop_for(20);
	program_cancel(p);
	test_loop_for(100);
	program_cancel(NULL);
	ck_assert_uint_eq(n_done, 0);
	run("echo x");
	wait_for(1);
}
END_TEST

START_TEST(programs_that_are_forgotten_run_on)
{
	char name[] = "/tmp/check-programs-XXXXXX", script[128];
	int fd = mkstemp(name);

	snprintf(script, sizeof script, "while [ -e %s ]; do :; done", name);

	struct program *p = run(script);

	test_loop_for(20);
	program_forget(p);
	test_loop_for(50);
	ck_assert_int_eq(unlink(name), 0);
	close(fd);
	run("echo x");
	wait_for(1);
	ck_assert_uint_eq(n_done, 1);
}
END_TEST

START_TEST(programs_know_their_children)
{
	ck_assert(!programs_take_child(programs, getpid()));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("programs");
	TCase *t = tcase_create("programs");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, programs_get_input_and_environment_and_give_output);
	tcase_add_test(t, programs_get_no_descriptors_and_signals_of_ours);
	tcase_add_test(t, programs_that_are_late_are_killed_with_their_children);
	tcase_add_test(t, programs_that_say_too_much_are_killed);
	tcase_add_test(t, programs_may_say_64_kib);
	tcase_add_test(t, programs_are_done_when_they_end_and_their_children_go_with_them);
	tcase_add_test(t, programs_that_die_say_by_which_signal);
	tcase_add_test(t, programs_that_cannot_be_started_say_so);
	tcase_add_test(t, programs_run_four_at_a_time_and_64_may_wait);
	tcase_add_test(t, programs_that_wait_run_when_others_have_ended);
	tcase_add_test(t, programs_that_are_cancelled_tell_nobody);
	tcase_add_test(t, programs_that_are_forgotten_run_on);
	tcase_add_test(t, programs_know_their_children);
	suite_add_tcase(s, t);
	return s;
}
