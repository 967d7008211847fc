#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner.h"

/* Runs the program that was built; its exit status. */
static int run(const char *first, const char *second, const char *third)
{
	const char *top = getenv("top_builddir");
	char path[512];
	char *const arguments[] = {path, (char *)(uintptr_t)first, (char *)(uintptr_t)second,
		(char *)(uintptr_t)third, NULL};
	posix_spawn_file_actions_t quiet;
	int status;
	pid_t pid;

	snprintf(path, sizeof path, "%s/lwm2md-card", top ? top : ".");
	ck_assert_int_eq(posix_spawn_file_actions_init(&quiet), 0);
	/* TAP alone goes to standard output */
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	ck_assert_int_eq(posix_spawn(&pid, path, &quiet, NULL, arguments, environ), 0);
	posix_spawn_file_actions_destroy(&quiet);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(card_program_knows_its_commands_and_options)
{
	ck_assert_int_eq(run("--help", NULL, NULL), 0);
	ck_assert_int_eq(run("--version", NULL, NULL), 0);
	ck_assert_int_eq(run(NULL, NULL, NULL), 2);
	ck_assert_int_eq(run("dance", NULL, NULL), 2);
	ck_assert_int_eq(run("--dance", NULL, NULL), 2);
	ck_assert_int_eq(run("list", "show", NULL), 2);
	ck_assert_int_eq(run("show", "--reader", NULL), 2);
	ck_assert_int_eq(run("show", "--key-version", "256"), 2);
	ck_assert_int_eq(run("show", "--pin-file", "/nonexistent/pin"), 1);
}
END_TEST

START_TEST(card_program_says_that_there_is_no_service)
{
	setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm", 1);
	ck_assert_int_eq(run("list", NULL, NULL), 1);
	ck_assert_int_eq(run("show", NULL, NULL), 1);
}
END_TEST

START_TEST(card_program_reaches_a_card_through_a_program)
{
	ck_assert_int_eq(run("show", "--exec", "/bin/false"), 1);
	ck_assert_int_eq(run("show", "--exec", "/nonexistent/modem"), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lwm2md_card");
	TCase *t = tcase_create("lwm2md_card");

	tcase_add_test(t, card_program_knows_its_commands_and_options);
	tcase_add_test(t, card_program_says_that_there_is_no_service);
	tcase_add_test(t, card_program_reaches_a_card_through_a_program);
	suite_add_tcase(s, t);
	return s;
}
