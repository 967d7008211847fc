#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>

#include "runner.h"

/* A value that counts how often it was ended. */
struct thing {
	int *ended;
};

static void thing_done(struct thing *thing)
{
	if (thing->ended)
		++*thing->ended;
}

START_TEST(owner_is_ended_when_its_scope_ends)
{
	int ended = 0;

	{
		_cleanup_(thing_done) struct thing thing = {&ended};

		ck_assert_int_eq(*thing.ended, 0);
	}
	ck_assert_int_eq(ended, 1);
}
END_TEST

START_TEST(taken_pointer_leaves_null_behind)
{
	char *text = strdup("text");
	char *taken = TAKE_PTR(text);

	ck_assert_ptr_null(text);
	ck_assert_str_eq(taken, "text");
	free(taken);
}
END_TEST

START_TEST(free_p_frees_what_the_pointer_holds)
{
	_cleanup_(free_p) char *text = strdup("freed, or the leak checker complains");

	ck_assert_ptr_nonnull(text);
}
END_TEST

START_TEST(close_p_closes_the_descriptor)
{
	int copy;

	{
		_cleanup_(close_p) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		ck_assert_int_ge(fd, 0);
		copy = fd;
	}
	ck_assert_int_eq(fcntl(copy, F_GETFD), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(taken_descriptor_stays_open)
{
	int taken;

	{
		_cleanup_(close_p) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		taken = TAKE_FD(fd);
		ck_assert_int_eq(fd, -EBADF);
	}
	ck_assert_int_ge(fcntl(taken, F_GETFD), 0);
	close(taken);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cleanup");
	TCase *t = tcase_create("cleanup");

	tcase_add_test(t, owner_is_ended_when_its_scope_ends);
	tcase_add_test(t, taken_pointer_leaves_null_behind);
	tcase_add_test(t, free_p_frees_what_the_pointer_holds);
	tcase_add_test(t, close_p_closes_the_descriptor);
	tcase_add_test(t, taken_descriptor_stays_open);
	suite_add_tcase(s, t);
	return s;
}
