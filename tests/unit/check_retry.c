#include "server/retry.h"

#include "runner.h"

static const struct retry_limits defaults = {
	.count = RETRY_DEFAULT_COUNT,
	.timer = RETRY_DEFAULT_TIMER,
	.sequence_delay = RETRY_DEFAULT_SEQUENCE_DELAY,
	.sequence_count = RETRY_DEFAULT_SEQUENCE_COUNT,
};

static void expect_next(const struct retry_limits *limits, struct retry *r, uint64_t delay)
{
	uint64_t got;

	ck_assert(retry_next(limits, *r, r, &got));
	ck_assert_uint_eq(got, delay);
}

static void expect_end(const struct retry_limits *limits, struct retry r)
{
	struct retry next = {.attempt = 77, .sequence = 78};
	uint64_t delay = 79;

	ck_assert(!retry_next(limits, r, &next, &delay));
	ck_assert_uint_eq(next.attempt, 77);
	ck_assert_uint_eq(next.sequence, 78);
	ck_assert_uint_eq(delay, 79);
}

START_TEST(retry_by_default_waits_60_120_240_480_s_and_ends_after_5_attempts)
{
	struct retry r = RETRY_FIRST;

	expect_next(&defaults, &r, 60);
	expect_next(&defaults, &r, 120);
	expect_next(&defaults, &r, 240);
	expect_next(&defaults, &r, 480);
	ck_assert_uint_eq(r.attempt, 5);
	ck_assert_uint_eq(r.sequence, 1);
	expect_end(&defaults, r);
}
END_TEST

START_TEST(retry_counts_attempts_anew_in_each_sequence)
{
	struct retry_limits limits = defaults;
	struct retry r = RETRY_FIRST;

	limits.count = 2;
	limits.sequence_count = 3;
	for (uint32_t sequence = 1; sequence < 3; sequence++) {
		ck_assert_uint_eq(r.sequence, sequence);
		expect_next(&limits, &r, 60);
		expect_next(&limits, &r, 86400);
		ck_assert_uint_eq(r.attempt, 1);
	}
	expect_next(&limits, &r, 60);
	expect_end(&limits, r);
}
END_TEST

START_TEST(retry_with_sequence_delay_of_max_value_has_no_further_sequence)
{
	struct retry_limits limits = defaults;

	limits.sequence_count = 10;
	limits.sequence_delay = UINT32_MAX;
	expect_end(&limits, (struct retry){.attempt = 5, .sequence = 1});
	limits.sequence_delay = UINT32_MAX - 1;

	struct retry r = {.attempt = 5, .sequence = 1};

	expect_next(&limits, &r, UINT32_MAX - 1);
}
END_TEST

START_TEST(retry_doubling_saturates_instead_of_overflowing)
{
	struct retry_limits limits = defaults;

	limits.count = UINT32_MAX;
	limits.timer = 3;

	struct retry r = {.attempt = 31, .sequence = 1};

	expect_next(&limits, &r, UINT64_C(3) << 30);
	expect_next(&limits, &r, UINT32_MAX);
	r.attempt = 33;
	expect_next(&limits, &r, UINT32_MAX);
	r.attempt = UINT32_MAX - 1;
	expect_next(&limits, &r, UINT32_MAX);
	ck_assert_uint_eq(r.attempt, UINT32_MAX);
	expect_end(&limits, r);
}
END_TEST

START_TEST(retry_timer_of_zero_stays_zero_at_any_attempt)
{
	struct retry_limits limits = defaults;
	struct retry r = {.attempt = 1000, .sequence = 1};

	limits.count = 2000;
	limits.timer = 0;
	expect_next(&limits, &r, 0);
}
END_TEST

START_TEST(retry_counts_of_zero_mean_one)
{
	struct retry_limits limits = defaults;

	limits.count = 0;
	limits.sequence_count = 0;
	expect_end(&limits, RETRY_FIRST);
}
END_TEST

START_TEST(retry_sequence_number_does_not_wrap)
{
	struct retry_limits limits = {
		.count = 1, .timer = 1, .sequence_delay = 5, .sequence_count = UINT32_MAX};
	struct retry r = {.attempt = 1, .sequence = UINT32_MAX - 1};

	expect_next(&limits, &r, 5);
	expect_end(&limits, r);
}
END_TEST

START_TEST(retry_round_delay_doubles_from_a_minute_to_an_hour)
{
	static const uint32_t expected[] = {60, 60, 120, 240, 480, 960, 1920, 3600, 3600};

	for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++)
		ck_assert_uint_eq(retry_round_delay(i), expected[i]);
	ck_assert_uint_eq(retry_round_delay(UINT32_MAX), 3600);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("retry");
	TCase *t = tcase_create("retry");

	tcase_add_test(t, retry_by_default_waits_60_120_240_480_s_and_ends_after_5_attempts);
	tcase_add_test(t, retry_counts_attempts_anew_in_each_sequence);
	tcase_add_test(t, retry_with_sequence_delay_of_max_value_has_no_further_sequence);
	tcase_add_test(t, retry_doubling_saturates_instead_of_overflowing);
	tcase_add_test(t, retry_timer_of_zero_stays_zero_at_any_attempt);
	tcase_add_test(t, retry_counts_of_zero_mean_one);
	tcase_add_test(t, retry_sequence_number_does_not_wrap);
	tcase_add_test(t, retry_round_delay_doubles_from_a_minute_to_an_hour);
	suite_add_tcase(s, t);
	return s;
}
