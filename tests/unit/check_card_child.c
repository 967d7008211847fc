#include "daemon/card_child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/parse.h"
#include "helper_script.h"
#include "runner.h"
#include "testloop.h"

static struct card_child *child;
static struct buf said;
static unsigned n_said, n_ended;
static bool frees_itself;

static void on_said(void *data, struct span bytes)
{
	(void)data;
	ck_assert_int_eq(buf_append(&said, bytes), 0);
	n_said++;
	if (frees_itself)
		child = card_child_free(child);
}

static void on_ended(void *data)
{
	(void)data;
	n_ended++;
	if (frees_itself)
		child = card_child_free(child);
}

static const struct card_child_hooks hooks = {.said = on_said, .ended = on_ended};

static void start(const char *script, struct span input)
{
	helper_script(script, span_of(NULL, 0));
	ck_assert_int_eq(card_child_new(&test_loop, "read", input, &hooks, &child), 0);
}

static void done(void)
{
	child = card_child_free(child);
	buf_done(&said);
	helper_script_remove();
}

START_TEST(child_gets_its_command_and_its_input_and_is_heard)
{
	start("echo \"$1:$(cat)\"", span_of_text("question"));
	ck_assert(test_loop_until(&n_ended, 1, 5000));
	ck_assert(span_is_text(buf_span(&said), "read:question\n"));
}
END_TEST

START_TEST(child_gets_little_of_the_environment_and_no_descriptor)
{
	int fd = dup(STDERR_FILENO);

	setenv("SECRET_OF_THE_DAEMON", "x", 1);
	start("env | grep -c -e SECRET -e PATH=/ -e HOME; ls /proc/self/fd | wc -l",
		span_of(NULL, 0));
	ck_assert(test_loop_until(&n_ended, 1, 5000));
	/* 0, 1, 2 and the one that ls reads the directory with */
	ck_assert_msg(buf_span(&said).len > 2 && said.data[said.len - 2] == '4', "%.*s",
		(int)said.len, (const char *)said.data);
	close(fd);
}
END_TEST

START_TEST(child_has_no_signal_blocked_or_ignored)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	signal(SIGPIPE, SIG_IGN);
	start("grep -E '^Sig(Blk|Ign)' /proc/self/status", span_of(NULL, 0));
	ck_assert(test_loop_until(&n_ended, 1, 5000));
	ck_assert_int_eq(buf_append_byte(&said, 0), 0);
	ck_assert(strstr((char *)said.data, "SigBlk:\t0000000000000000"));
	/* but those that the C library keeps to itself, 32 and 33 */
	ck_assert(strstr((char *)said.data, "SigIgn:\t"));
	ck_assert_str_eq((char *)said.data + said.len - 9, "0000000\n");
	sigprocmask(SIG_UNBLOCK, &all, NULL);
}
END_TEST

START_TEST(child_is_killed_at_once)
{
	uint32_t pid;

	/* the daemon buries the children that nobody waits for; here the kernel does */
	signal(SIGCHLD, SIG_IGN);
	start("echo $$; exec sleep 600", span_of(NULL, 0));
	ck_assert(test_loop_until(&n_said, 1, 5000));
	ck_assert_int_eq(parse_u32(span_of(said.data, said.len - 1), &pid), 0);
	ck_assert_int_eq(kill((pid_t)pid, 0), 0);
	child = card_child_free(child);
	for (int i = 0; i < 200 && kill((pid_t)pid, 0) == 0; i++)
		test_loop_for(10);
	ck_assert_int_eq(kill((pid_t)pid, 0), -1);
	ck_assert_int_eq(errno, ESRCH);
}
END_TEST

START_TEST(child_may_be_freed_from_its_own_words)
{
	frees_itself = true;
	start("echo x; exec sleep 600", span_of(NULL, 0));
	ck_assert(test_loop_until(&n_said, 1, 5000));
	ck_assert_ptr_null(child);
	start("exit 3", span_of(NULL, 0));
	ck_assert(test_loop_until(&n_ended, 1, 5000));
	ck_assert_ptr_null(child);
}
END_TEST

START_TEST(child_that_cannot_be_started_is_an_error)
{
	static uint8_t much[1 << 20];

	helper_script_none();
	ck_assert_int_eq(
		card_child_new(&test_loop, "read", span_of(NULL, 0), &hooks, &child), -ENOENT);
	ck_assert_str_eq(card_child_program(), "/nonexistent/lwm2md-card");
	helper_script("cat", span_of(NULL, 0));
	ck_assert_int_eq(
		card_child_new(&test_loop, "read", span_of(much, sizeof much), &hooks, &child),
		-EMSGSIZE);
	unsetenv("LWM2MD_CARD_HELPER");
	ck_assert(strstr(card_child_program(), "/lwm2md-card"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("card_child");
	TCase *t = tcase_create("card_child");

	tcase_add_checked_fixture(t, NULL, done);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, child_gets_its_command_and_its_input_and_is_heard);
	tcase_add_test(t, child_gets_little_of_the_environment_and_no_descriptor);
	tcase_add_test(t, child_has_no_signal_blocked_or_ignored);
	tcase_add_test(t, child_is_killed_at_once);
	tcase_add_test(t, child_may_be_freed_from_its_own_words);
	tcase_add_test(t, child_that_cannot_be_started_is_an_error);
	suite_add_tcase(s, t);
	return s;
}
