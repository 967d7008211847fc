#include "server/lifetime.h"

#include "base/clock.h"
#include "runner.h"

enum { WAIT = 93 };

static const uint64_t now = 1000 * USEC_PER_SEC;

static void expect_update(uint32_t lifetime, uint32_t keepalive, uint64_t after_usec)
{
	ck_assert_uint_eq(lifetime_update(now, lifetime, WAIT, keepalive), now + after_usec);
}

START_TEST(lifetime_long_is_renewed_one_max_transmit_wait_before_its_end)
{
	expect_update(86400, 0, (86400 - WAIT) * USEC_PER_SEC);
	expect_update(2 * WAIT, 0, WAIT * USEC_PER_SEC);
}
END_TEST

START_TEST(lifetime_short_is_renewed_at_its_half)
{
	expect_update(2 * WAIT - 1, 0, (2 * WAIT - 1) * USEC_PER_SEC / 2);
	expect_update(60, 0, 30 * USEC_PER_SEC);
	expect_update(1, 0, USEC_PER_SEC / 2);
}
END_TEST

START_TEST(lifetime_zero_is_infinite_and_needs_no_update)
{
	ck_assert_uint_eq(lifetime_update(now, 0, WAIT, 0), USEC_NEVER);
	ck_assert_uint_eq(lifetime_end(now, 0), USEC_NEVER);
}
END_TEST

START_TEST(lifetime_keepalive_makes_updates_earlier_never_later)
{
	expect_update(86400, 300, 300 * USEC_PER_SEC);
	expect_update(60, 300, 30 * USEC_PER_SEC);
	expect_update(0, 300, 300 * USEC_PER_SEC);
}
END_TEST

START_TEST(lifetime_of_32_bits_does_not_overflow)
{
	ck_assert_uint_eq(lifetime_end(now, UINT32_MAX), now + UINT32_MAX * USEC_PER_SEC);
	expect_update(UINT32_MAX, 0, (UINT32_MAX - UINT64_C(93)) * USEC_PER_SEC);
	ck_assert_uint_eq(lifetime_update(now, UINT32_MAX, UINT32_MAX, 0),
		now + UINT32_MAX * (USEC_PER_SEC / 2));
	ck_assert_uint_eq(lifetime_end(USEC_NEVER - 1, 1), USEC_NEVER);
	ck_assert_uint_eq(lifetime_update(USEC_NEVER - 1, 10, WAIT, 0), USEC_NEVER);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lifetime");
	TCase *t = tcase_create("lifetime");

	tcase_add_test(t, lifetime_long_is_renewed_one_max_transmit_wait_before_its_end);
	tcase_add_test(t, lifetime_short_is_renewed_at_its_half);
	tcase_add_test(t, lifetime_zero_is_infinite_and_needs_no_update);
	tcase_add_test(t, lifetime_keepalive_makes_updates_earlier_never_later);
	tcase_add_test(t, lifetime_of_32_bits_does_not_overflow);
	suite_add_tcase(s, t);
	return s;
}
