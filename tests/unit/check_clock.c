#include "base/clock.h"

#include <time.h>

#include "runner.h"

static uint64_t five(void *data)
{
	return *(const uint64_t *)data;
}

START_TEST(clock_asks_the_injected_clock)
{
	uint64_t time = 5;
	struct clock c = {.now = five, .realtime = five, .data = &time};

	ck_assert_uint_eq(clock_now(&c), 5);
	time = 7;
	ck_assert_uint_eq(clock_realtime(&c), 7);
}
END_TEST

START_TEST(clock_of_the_system_is_boottime)
{
	struct timespec before, after;

	clock_gettime(CLOCK_BOOTTIME, &before);

	uint64_t now = clock_now(&clock_system);

	clock_gettime(CLOCK_BOOTTIME, &after);
	ck_assert_uint_ge(
		now, (uint64_t)before.tv_sec * USEC_PER_SEC + (uint64_t)before.tv_nsec / 1000);
	ck_assert_uint_le(
		now, (uint64_t)after.tv_sec * USEC_PER_SEC + (uint64_t)after.tv_nsec / 1000);
}
END_TEST

START_TEST(clock_of_the_calendar_is_after_2020)
{
	ck_assert_uint_gt(clock_realtime(&clock_system), UINT64_C(1577836800) * USEC_PER_SEC);
}
END_TEST

START_TEST(usec_after_the_longest_hold_off_is_exact)
{
	ck_assert_uint_eq(usec_after(1, UINT32_MAX), UINT64_C(4294967295000001));
	ck_assert_uint_eq(usec_after(7, 0), 7);
}
END_TEST

START_TEST(usec_after_more_than_fits_is_never)
{
	ck_assert_uint_eq(usec_after(0, UINT64_MAX), USEC_NEVER);
	ck_assert_uint_eq(usec_after(UINT64_MAX - 5, 1), USEC_NEVER);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("clock");
	TCase *t = tcase_create("clock");

	tcase_add_test(t, clock_asks_the_injected_clock);
	tcase_add_test(t, clock_of_the_system_is_boottime);
	tcase_add_test(t, clock_of_the_calendar_is_after_2020);
	tcase_add_test(t, usec_after_the_longest_hold_off_is_exact);
	tcase_add_test(t, usec_after_more_than_fits_is_never);
	suite_add_tcase(s, t);
	return s;
}
