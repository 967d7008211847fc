/*
 * The command line of lwm2mctl as a process: what it refuses, and what it says without a daemon.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner.h"

extern char **environ;

static struct {
	const char *words[5];
	int code;
	const char *says;
} cases[] = {
	{{"stauts"}, 2, "did you mean \"status\"?"},
	{{"regsiter"}, 2, "did you mean \"register\"?"},
	{{"xyzzy"}, 2, "try --help"},
	{{"--sockets"}, 2, "unknown or incomplete option"},
	{{"--timeout", "soon"}, 2, "is no time"},
	{{"get"}, 2, "usage: lwm2mctl get PATH..."},
	{{"get", "3/0"}, 2, "is no path"},
	{{"servers", "0"}, 2, "is no Short Server ID"},
	{{"servers", "1", "2"}, 2, "usage: lwm2mctl servers [SSID]"},
	{{"update", "65535"}, 2, "is no Short Server ID"},
	{{"deregister", "--for", "0"}, 2, "is no time"},
	{{"wait", "forever"}, 2, "wait for registered"},
	{{"reset"}, 2, "--accounts"},
	{{"reset", "--all"}, 2, "--yes"},
	{{"monitor", "--kind", "a\"b"}, 2, "--kind is one of"},
	{{"status"}, 6, "lwm2md is not running (/nonexistent/status.sock"},
	{{"why"}, 6, "systemctl start lwm2md"},
	{{"reload"}, 6, "lwm2md is not running"},
	{{"--help"}, 0, "lwm2mctl(1)"},
	{{"--version"}, 0, "lwm2mctl " PACKAGE_VERSION},
};

START_TEST(lwm2mctl_exit_status_and_words_are_those_of_the_manual)
{
	const char *build = getenv("top_builddir");
	char program[512], said[8192] = "";
	char *argv[10] = {program, (char[]){"--socket"}, (char[]){"/nonexistent/status.sock"}};
	posix_spawn_file_actions_t actions;
	int fd[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	snprintf(program, sizeof program, "%s/lwm2mctl", build ? build : ".");
	for (size_t i = 0; i < 5 && cases[_i].words[i]; i++)
		argv[i + 3] = strdup(cases[_i].words[i]);
	ck_assert_int_eq(pipe(fd), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd[1], 1);
	posix_spawn_file_actions_adddup2(&actions, fd[1], 2);
	posix_spawn_file_actions_addclose(&actions, fd[0]);
	ck_assert_int_eq(posix_spawn(&pid, program, &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(fd[1]);
	while ((n = read(fd[0], said + len, sizeof said - 1 - len)) > 0)
		len += (size_t)n;
	close(fd[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	for (size_t i = 3; argv[i]; i++)
		free(argv[i]);
	ck_assert(WIFEXITED(status));
	ck_assert_msg(WEXITSTATUS(status) == cases[_i].code, "%d: %s", WEXITSTATUS(status), said);
	ck_assert_msg(strstr(said, cases[_i].says), "%s", said);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lwm2mctl");
	TCase *t = tcase_create("lwm2mctl");

	tcase_add_loop_test(t, lwm2mctl_exit_status_and_words_are_those_of_the_manual, 0,
		sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
