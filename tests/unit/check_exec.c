#include "card/helper/exec.h"

#include <errno.h>

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
	tcase_add_test(t, exec_of_no_program_says_so);
	suite_add_tcase(s, t);
	return s;
}
