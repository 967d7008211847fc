#include "card/helper/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner.h"

static struct card_outcome outcome;

/* A program that is a line of shell. */
static int start(const char *script, struct exec_card **ret)
{
	struct card_wish wish = {
		.command = {span_of_text("/bin/sh"), span_of_text("-c"), span_of_text(script)},
		.n_command = 3};

	return exec_new(&wish, &outcome, NULL, ret);
}

static int ask(const struct exec_card *e, const char *command, struct buf *answer)
{
	const struct card_port *port = exec_port(e);

	return port->transmit(port->data, test_hex(command), answer);
}

START_TEST(exec_exchanges_lines_of_hex)
{
	struct exec_card *e = NULL;
	struct buf answer = {0};

	ck_assert_int_eq(start("read a; [ \"$a\" = 00a40004023f00 ] && echo 62009000;"
			       "read a; printf '61FF\\r\\n'",
				 &e),
		0);
	ck_assert(!exec_port(e)->is_t0);
	ck_assert_int_eq(ask(e, "00A40004023F00", &answer), 0);
	ck_assert(span_is_equal(buf_span(&answer), test_hex("62009000")));
	ck_assert_int_eq(ask(e, "00B0000000", &answer), 0);
	ck_assert(span_is_equal(buf_span(&answer), test_hex("62009000 61FF")));
	buf_done(&answer);
	exec_free(e);
}
END_TEST

START_TEST(exec_of_a_program_that_ends_is_an_error)
{
	struct exec_card *e = NULL;
	struct buf answer = {0};

	ck_assert_int_eq(start("exit 0", &e), 0);
	ck_assert_int_eq(ask(e, "00A40000", &answer), -EIO);
	exec_free(e);
}
END_TEST

START_TEST(exec_refuses_other_words_than_hex)
{
	struct exec_card *e = NULL;
	struct buf answer = {0};

	ck_assert_int_eq(start("read a; echo ERROR; read a; head -c 5000 /dev/zero", &e), 0);
	ck_assert_int_eq(ask(e, "00A40000", &answer), -EPROTO);
	ck_assert_int_eq(ask(e, "00A40000", &answer), -EIO);
	exec_free(e);
}
END_TEST

START_TEST(exec_tells_a_card_that_is_absent)
{
	struct exec_card *e = NULL;
	struct buf answer = {0};

	ck_assert_int_eq(start("read a; echo absent; read a; echo", &e), 0);
	ck_assert_int_eq(ask(e, "00A40000", &answer), -ENOMEDIUM);
	ck_assert_int_eq(ask(e, "00A40000", &answer), 0);
	ck_assert_uint_eq(answer.len, 0);
	exec_free(e);
}
END_TEST

/* The end of a pipe that a program and all it started have as standard error. */
static int start_and_watch(const char *script, struct exec_card **ret)
{
	int ends[2], saved = dup(STDERR_FILENO);

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	ck_assert_int_eq(start(script, ret), 0);
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	close(ends[1]);
	close(saved);
	return ends[0];
}

static void assert_all_ended(int fd)
{
	struct pollfd watch = {.fd = fd, .events = POLLIN};

	ck_assert_int_eq(poll(&watch, 1, 5000), 1);
	ck_assert(watch.revents & POLLHUP);
	close(fd);
}

START_TEST(exec_lets_a_program_end_by_itself)
{
	char path[] = "/tmp/check_exec.XXXXXX", script[128];
	int fd = mkstemp(path);
	struct exec_card *e = NULL;
	struct stat st;

	snprintf(script, sizeof script, "while read a; do :; done; echo tidy >%s", path);
	ck_assert_int_eq(start(script, &e), 0);
	exec_free(e);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, 5);
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(exec_ends_a_program_that_does_not_with_all_it_started)
{
	struct exec_card *e = NULL;
	int fd = start_and_watch("trap '' TERM; sleep 600 & exec sleep 600", &e);

	exec_free(e);
	assert_all_ended(fd);
}
END_TEST

START_TEST(exec_gives_the_program_a_path_and_nothing_else)
{
	struct exec_card *e = NULL;
	struct buf answer = {0};

	setenv("LWM2MD_SECRET", "90", 1);
	ck_assert_int_eq(start("read a; [ -n \"$PATH\" ] && echo ${LWM2MD_SECRET-6F}00", &e), 0);
	ck_assert_int_eq(ask(e, "00A40000", &answer), 0);
	ck_assert(span_is_equal(buf_span(&answer), test_hex("6F00")));
	buf_done(&answer);
	exec_free(e);
}
END_TEST

START_TEST(exec_of_no_program_says_so)
{
	struct card_wish wish = {.command = {span_of_text("/nonexistent/modem")}, .n_command = 1};
	struct exec_card *e = NULL;

	ck_assert_int_eq(exec_new(&wish, &outcome, NULL, &e), -ECANCELED);
	ck_assert_int_eq(outcome.class, CARD_CLASS_NO_SERVICE);
	ck_assert(strstr(outcome.detail, "/nonexistent/modem"));
	ck_assert_ptr_null(exec_free(NULL));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("exec");
	TCase *t = tcase_create("exec");

	tcase_add_test(t, exec_exchanges_lines_of_hex);
	tcase_add_test(t, exec_of_a_program_that_ends_is_an_error);
	tcase_add_test(t, exec_refuses_other_words_than_hex);
	tcase_add_test(t, exec_tells_a_card_that_is_absent);
	tcase_add_test(t, exec_lets_a_program_end_by_itself);
	tcase_add_test(t, exec_ends_a_program_that_does_not_with_all_it_started);
	tcase_add_test(t, exec_gives_the_program_a_path_and_nothing_else);
	tcase_add_test(t, exec_of_no_program_says_so);
	suite_add_tcase(s, t);
	return s;
}
