#include "ctl/spawn.h"

#include <errno.h>

#include "base/cleanup.h"
#include "runner.h"

START_TEST(spawn_gives_input_and_takes_both_outputs)
{
	static const char *const words[] = {"sh", "-c", "cat; echo err >&2; exit 3", NULL};
	_cleanup_(buf_done) struct buf out = {0};

	ck_assert_int_eq(spawn_program(words, span_of_text("in\n"), &out), 3);
	ck_assert(span_is_text(buf_span(&out), "in\nerr\n"));
}
END_TEST

START_TEST(spawn_tells_that_there_is_no_such_program)
{
	static const char *const words[] = {"lwm2md-nonexistent", NULL};
	static const char *const path[] = {"/nonexistent/a", NULL};
	_cleanup_(buf_done) struct buf out = {0};

	ck_assert_int_eq(spawn_program(words, span_of(NULL, 0), &out), -ENOENT);
	ck_assert_int_eq(spawn_program(path, span_of(NULL, 0), &out), -ENOENT);
	ck_assert_int_eq(spawn_become(path), -ENOENT);
}
END_TEST

START_TEST(spawn_drops_what_does_not_fit)
{
	static const char *const words[] = {"sh", "-c", "head -c 100000 /dev/zero", NULL};
	_cleanup_(buf_done) struct buf out = {.max = 5000};

	ck_assert_int_eq(spawn_program(words, span_of(NULL, 0), &out), 0);
	ck_assert_uint_le(out.len, 5000);
}
END_TEST

START_TEST(spawn_tells_of_a_signal)
{
	static const char *const words[] = {"sh", "-c", "kill -9 $$", NULL};

	ck_assert_int_eq(spawn_program(words, span_of(NULL, 0), NULL), -ECHILD);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("spawn");
	TCase *t = tcase_create("spawn");

	tcase_add_test(t, spawn_gives_input_and_takes_both_outputs);
	tcase_add_test(t, spawn_tells_that_there_is_no_such_program);
	tcase_add_test(t, spawn_drops_what_does_not_fit);
	tcase_add_test(t, spawn_tells_of_a_signal);
	suite_add_tcase(s, t);
	return s;
}
