#include "daemon/holdoff.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fake_loop.h"
#include "runner.h"

static struct holdoff *holdoff;
static unsigned times_over;
static uint64_t over_at;

static uint64_t now(void)
{
	return clock_now(&clock_system);
}

static void on_over(void *data)
{
	ck_assert_ptr_eq(data, &times_over);
	times_over++;
	over_at = now();
}

static void setup(void)
{
	times_over = 0;
	ck_assert_int_eq(holdoff_new(fake_loop(), on_over, &times_over, &holdoff), 0);
}

static void teardown(void)
{
	holdoff_free_p(&holdoff);
	ck_assert_uint_eq(fake_loop_sources(), 0);
}

/* The text of the timerfd in /proc/self/fdinfo; "" without one. */
static void read_fdinfo(char ret[1024])
{
	DIR *dir = opendir("/proc/self/fdinfo");
	const struct dirent *entry;

	ck_assert_ptr_nonnull(dir);
	ret[0] = '\0';
	while ((entry = readdir(dir)) && !strstr(ret, "clockid")) {
		char path[300];

		snprintf(path, sizeof path, "/proc/self/fdinfo/%s", entry->d_name);

		FILE *f = fopen(path, "re");

		if (!f)
			continue;

		size_t n = fread(ret, 1, 1023, f);

		ret[n] = '\0';
		fclose(f);
	}
	closedir(dir);
	ck_assert_ptr_nonnull(strstr(ret, "clockid"));
}

START_TEST(holdoff_is_a_timerfd_on_boottime)
{
	char info[1024];

	read_fdinfo(info);
	ck_assert_msg(strstr(info, "clockid: 7\n"), "%s", info);
}
END_TEST

START_TEST(holdoff_is_over_once_and_never_early)
{
	uint64_t at = now() + 20 * USEC_PER_MSEC;

	ck_assert_int_eq(holdoff_arm(holdoff, at), 0);
	ck_assert_uint_gt(holdoff_left(holdoff), 0);
	ck_assert(!fake_loop_is_ready() || now() >= at);
	ck_assert(fake_loop_turn(5000));
	ck_assert_uint_eq(times_over, 1);
	ck_assert_uint_ge(over_at, at);
	ck_assert_uint_eq(holdoff_left(holdoff), 0);
	ck_assert(!fake_loop_is_ready());
}
END_TEST

START_TEST(holdoff_in_the_past_is_over_at_once)
{
	const uint64_t past[] = {0, 1, now() - 1};

	ck_assert_int_eq(holdoff_arm(holdoff, past[_i]), 0);
	ck_assert(fake_loop_turn(5000));
	ck_assert_uint_eq(times_over, 1);
}
END_TEST

START_TEST(holdoff_of_32_bits_is_exact)
{
	uint64_t before = now(), sec = UINT32_MAX;

	ck_assert_int_eq(holdoff_arm(holdoff, usec_after(before, sec)), 0);

	uint64_t left = holdoff_left(holdoff), after = now();

	ck_assert_uint_le(left, sec * USEC_PER_SEC);
	ck_assert_uint_ge(left, sec * USEC_PER_SEC - (after - before) - 1);
	ck_assert(!fake_loop_is_ready());

	/* and the kernel has all of it */
	char info[1024], expected[64];

	read_fdinfo(info);
	snprintf(expected, sizeof expected, "it_value: (429496729");
	ck_assert_msg(strstr(info, expected), "%s", info);
}
END_TEST

START_TEST(holdoff_beyond_all_clocks_never_ends)
{
	ck_assert_int_eq(holdoff_arm(holdoff, USEC_NEVER), 0);
	ck_assert_uint_gt(holdoff_left(holdoff), UINT32_MAX * USEC_PER_SEC);
	ck_assert(!fake_loop_is_ready());
}
END_TEST

START_TEST(holdoff_that_is_cancelled_is_not_over)
{
	holdoff_arm(holdoff, now() + USEC_PER_MSEC);
	holdoff_cancel(holdoff);
	ck_assert_uint_eq(holdoff_left(holdoff), 0);
	ck_assert(!fake_loop_turn(20));
	ck_assert_uint_eq(times_over, 0);
}
END_TEST

static void cancel_too_late(void *data)
{
	(void)data;
	ck_abort_msg("called after the cancellation");
}

START_TEST(holdoff_cancelled_between_expiry_and_the_loop_is_not_over)
{
	struct holdoff *other;

	/* what the loop saw before the cancellation is not believed afterwards */
	holdoff_free_p(&holdoff);
	ck_assert_int_eq(holdoff_new(fake_loop(), cancel_too_late, NULL, &other), 0);
	holdoff_arm(other, 1);
	while (!fake_loop_is_ready())
		;
	holdoff_cancel(other);
	ck_assert(!fake_loop_turn(0));
	holdoff_free_p(&other);
}
END_TEST

START_TEST(holdoff_armed_anew_replaces_the_former)
{
	holdoff_arm(holdoff, 1);
	while (!fake_loop_is_ready())
		;
	holdoff_arm(holdoff, now() + 3600 * USEC_PER_SEC);
	ck_assert(!fake_loop_turn(0));
	ck_assert_uint_eq(times_over, 0);
	ck_assert_uint_gt(holdoff_left(holdoff), 3590 * USEC_PER_SEC);
}
END_TEST

static void free_it(void *data)
{
	holdoff_free_p(data);
}

START_TEST(holdoff_may_be_freed_by_its_callback)
{
	struct holdoff *other;

	ck_assert_int_eq(holdoff_new(fake_loop(), free_it, &other, &other), 0);
	holdoff_arm(other, 1);
	ck_assert(fake_loop_turn(5000));
	ck_assert_ptr_null(other);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("holdoff");
	TCase *t = tcase_create("holdoff");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, holdoff_is_a_timerfd_on_boottime);
	tcase_add_test(t, holdoff_is_over_once_and_never_early);
	tcase_add_loop_test(t, holdoff_in_the_past_is_over_at_once, 0, 3);
	tcase_add_test(t, holdoff_of_32_bits_is_exact);
	tcase_add_test(t, holdoff_beyond_all_clocks_never_ends);
	tcase_add_test(t, holdoff_that_is_cancelled_is_not_over);
	tcase_add_test(t, holdoff_cancelled_between_expiry_and_the_loop_is_not_over);
	tcase_add_test(t, holdoff_armed_anew_replaces_the_former);
	tcase_add_test(t, holdoff_may_be_freed_by_its_callback);
	suite_add_tcase(s, t);
	return s;
}
