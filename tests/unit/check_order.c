#include "server/order.h"

#include <errno.h>

#include "runner.h"

static struct order order;
static struct order_result result;

static void begin(const struct order_entry *entries, size_t n)
{
	ck_assert_int_eq(order_begin(&order, entries, n, &result), 0);
}

/* ids ends with 0 */
static void expect(enum order_verdict verdict, const uint16_t *ids)
{
	size_t n = 0;

	for (; ids[n]; n++) {
		ck_assert_uint_lt(n, result.n_start);
		ck_assert_uint_eq(result.start[n], ids[n]);
	}
	ck_assert_uint_eq(result.n_start, n);
	ck_assert_int_eq((int)result.verdict, (int)verdict);
}

#define IDS(...) ((const uint16_t[]){__VA_ARGS__ __VA_OPT__(, ) 0})
#define BEGIN(...)                                                                                 \
	begin((const struct order_entry[]){__VA_ARGS__},                                           \
		sizeof((const struct order_entry[]){__VA_ARGS__}) / sizeof(struct order_entry))
#define ORDERED(id, prio, ...)                                                                     \
	{                                                                                          \
		.short_server_id = (id), .has_priority = true, .priority = (prio), __VA_ARGS__     \
	}
#define FREE(id, ...)                                                                              \
	{                                                                                          \
		.short_server_id = (id), __VA_ARGS__                                               \
	}

static void up(uint16_t id)
{
	order_up(&order, id, &result);
}

static void down(uint16_t id)
{
	order_failed(&order, id, &result);
}

START_TEST(order_without_servers_is_empty)
{
	begin(NULL, 0);
	expect(ORDER_EMPTY, IDS());
}
END_TEST

START_TEST(order_starts_servers_without_priority_at_once_and_together)
{
	BEGIN(FREE(3), FREE(1), FREE(2));
	expect(ORDER_PENDING, IDS(1, 2, 3));
}
END_TEST

START_TEST(order_is_ascending_by_priority_one_after_the_other)
{
	BEGIN(ORDERED(1, 30), ORDERED(2, 10), ORDERED(3, 20));
	expect(ORDER_PENDING, IDS(2));
	up(2);
	expect(ORDER_ANY_UP, IDS(3));
	down(3);
	expect(ORDER_PENDING, IDS(1));
	up(1);
	expect(ORDER_PENDING, IDS());
}
END_TEST

START_TEST(order_breaks_equal_priorities_by_short_server_id)
{
	BEGIN(ORDERED(9, 5), ORDERED(7, 5), ORDERED(8, 5));
	expect(ORDER_PENDING, IDS(7));
	up(7);
	expect(ORDER_ANY_UP, IDS(8));
	up(8);
	expect(ORDER_PENDING, IDS(9));
}
END_TEST

START_TEST(order_runs_unordered_servers_beside_the_ordered_ones)
{
	BEGIN(FREE(1), ORDERED(5, 2), ORDERED(4, 1));
	expect(ORDER_PENDING, IDS(4, 1));
	down(1);
	expect(ORDER_PENDING, IDS());
	down(4);
	expect(ORDER_PENDING, IDS(5));
}
END_TEST

START_TEST(order_tells_the_first_success_only)
{
	BEGIN(FREE(1), FREE(2));
	up(1);
	expect(ORDER_ANY_UP, IDS());
	up(2);
	expect(ORDER_PENDING, IDS());
}
END_TEST

START_TEST(order_tells_a_success_again_after_all_were_lost)
{
	BEGIN(FREE(1));
	up(1);
	order_running(&order, 1);
	up(1);
	expect(ORDER_ANY_UP, IDS());
}
END_TEST

START_TEST(order_absent_16_asks_for_bootstrap_only_if_all_failed)
{
	BEGIN(FREE(1), FREE(2));
	down(1);
	expect(ORDER_PENDING, IDS());
	down(2);
	expect(ORDER_ALL_FAILED, IDS());
}
END_TEST

START_TEST(order_one_failure_beside_a_standing_registration_means_nothing)
{
	BEGIN(FREE(1), FREE(2));
	up(1);
	down(2);
	expect(ORDER_PENDING, IDS());
}
END_TEST

START_TEST(order_explicit_true_asks_for_bootstrap_alone)
{
	BEGIN(FREE(1), FREE(2, .bootstrap_on_failure = ON_FAILURE_TRUE));
	up(1);
	down(2);
	expect(ORDER_BOOTSTRAP, IDS());
}
END_TEST

START_TEST(order_explicit_true_goes_on_with_the_next_server)
{
	BEGIN(ORDERED(1, 1, .bootstrap_on_failure = ON_FAILURE_TRUE), ORDERED(2, 2));
	down(1);
	expect(ORDER_BOOTSTRAP, IDS(2));
}
END_TEST

START_TEST(order_explicit_false_of_all_repeats_the_round_without_bootstrap)
{
	BEGIN(FREE(1, .bootstrap_on_failure = ON_FAILURE_FALSE),
		FREE(2, .bootstrap_on_failure = ON_FAILURE_FALSE));
	down(1);
	expect(ORDER_PENDING, IDS());
	down(2);
	expect(ORDER_REPEAT, IDS());
}
END_TEST

START_TEST(order_explicit_false_of_one_does_not_forbid_the_bootstrap_of_the_other)
{
	BEGIN(FREE(1, .bootstrap_on_failure = ON_FAILURE_FALSE), FREE(2));
	down(2);
	down(1);
	expect(ORDER_ALL_FAILED, IDS());
}
END_TEST

START_TEST(order_block_keeps_the_rest_from_starting)
{
	BEGIN(ORDERED(1, 1, .failure_block = true), ORDERED(2, 2), FREE(3));
	expect(ORDER_PENDING, IDS(1, 3));
	down(1);
	expect(ORDER_PENDING, IDS());
	up(3);
	expect(ORDER_ANY_UP, IDS());
}
END_TEST

START_TEST(order_block_does_not_stop_a_success)
{
	BEGIN(ORDERED(1, 1, .failure_block = true), ORDERED(2, 2));
	up(1);
	expect(ORDER_ANY_UP, IDS(2));
}
END_TEST

START_TEST(order_block_with_explicit_true_asks_for_bootstrap_beside_others)
{
	BEGIN(ORDERED(1, 1, .failure_block = true, .bootstrap_on_failure = ON_FAILURE_TRUE),
		ORDERED(2, 2), FREE(3));
	up(3);
	down(1);
	expect(ORDER_BOOTSTRAP, IDS());
}
END_TEST

START_TEST(order_behind_a_block_counts_as_failed_when_nothing_else_runs)
{
	BEGIN(ORDERED(1, 1, .failure_block = true), ORDERED(2, 2));
	down(1);
	expect(ORDER_ALL_FAILED, IDS());
}
END_TEST

START_TEST(order_behind_a_block_that_forbids_bootstrap_repeats)
{
	BEGIN(ORDERED(1, 1, .failure_block = true, .bootstrap_on_failure = ON_FAILURE_FALSE),
		ORDERED(2, 2));
	down(1);
	expect(ORDER_REPEAT, IDS());
}
END_TEST

START_TEST(order_continues_behind_servers_that_are_registered_already)
{
	BEGIN(ORDERED(1, 1, .state = ORDER_UP), ORDERED(2, 2), FREE(3, .state = ORDER_UP), FREE(4));
	expect(ORDER_ANY_UP, IDS(2, 4));
}
END_TEST

START_TEST(order_ignores_the_other_states_it_is_given)
{
	BEGIN(FREE(1, .state = ORDER_FAILED), FREE(2, .state = ORDER_RUNS));
	expect(ORDER_PENDING, IDS(1, 2));
}
END_TEST

START_TEST(order_lost_server_that_fails_finally_completes_the_failure_of_all)
{
	BEGIN(FREE(1), FREE(2));
	down(1);
	up(2);
	order_running(&order, 2);
	down(2);
	expect(ORDER_ALL_FAILED, IDS());
}
END_TEST

START_TEST(order_lost_server_does_not_hold_up_the_order_behind_it)
{
	BEGIN(ORDERED(1, 1), ORDERED(2, 2), ORDERED(3, 3));
	up(1);
	order_running(&order, 1);
	up(2);
	expect(ORDER_ANY_UP, IDS(3));
}
END_TEST

START_TEST(order_another_round_starts_the_failed_servers_only)
{
	BEGIN(ORDERED(1, 1, .failure_block = true), ORDERED(2, 2), FREE(3), FREE(4));
	up(3);
	ck_assert(!order_has_failed(&order));
	down(4);
	down(1);
	ck_assert(order_has_failed(&order));
	order_again(&order, &result);
	expect(ORDER_PENDING, IDS(1, 4));
	ck_assert(!order_has_failed(&order));
	up(1);
	expect(ORDER_PENDING, IDS(2));
}
END_TEST

START_TEST(order_of_too_many_servers_is_refused)
{
	static struct order_entry many[ORDER_SERVERS_MAX + 1];

	for (uint16_t i = 0; i <= ORDER_SERVERS_MAX; i++)
		many[i].short_server_id = (uint16_t)(i + 1);
	ck_assert_int_eq(order_begin(&order, many, ORDER_SERVERS_MAX + 1, &result), -E2BIG);
	begin(many, ORDER_SERVERS_MAX);
	ck_assert_uint_eq(result.n_start, ORDER_SERVERS_MAX);
}
END_TEST

START_TEST(order_ignores_news_of_unknown_servers)
{
	BEGIN(FREE(1));
	up(9);
	expect(ORDER_PENDING, IDS());
	down(9);
	expect(ORDER_PENDING, IDS());
	order_running(&order, 9);
	down(1);
	expect(ORDER_ALL_FAILED, IDS());
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("order");
	TCase *t = tcase_create("order");

	tcase_add_test(t, order_without_servers_is_empty);
	tcase_add_test(t, order_starts_servers_without_priority_at_once_and_together);
	tcase_add_test(t, order_is_ascending_by_priority_one_after_the_other);
	tcase_add_test(t, order_breaks_equal_priorities_by_short_server_id);
	tcase_add_test(t, order_runs_unordered_servers_beside_the_ordered_ones);
	tcase_add_test(t, order_tells_the_first_success_only);
	tcase_add_test(t, order_tells_a_success_again_after_all_were_lost);
	tcase_add_test(t, order_absent_16_asks_for_bootstrap_only_if_all_failed);
	tcase_add_test(t, order_one_failure_beside_a_standing_registration_means_nothing);
	tcase_add_test(t, order_explicit_true_asks_for_bootstrap_alone);
	tcase_add_test(t, order_explicit_true_goes_on_with_the_next_server);
	tcase_add_test(t, order_explicit_false_of_all_repeats_the_round_without_bootstrap);
	tcase_add_test(t, order_explicit_false_of_one_does_not_forbid_the_bootstrap_of_the_other);
	tcase_add_test(t, order_block_keeps_the_rest_from_starting);
	tcase_add_test(t, order_block_does_not_stop_a_success);
	tcase_add_test(t, order_block_with_explicit_true_asks_for_bootstrap_beside_others);
	tcase_add_test(t, order_behind_a_block_counts_as_failed_when_nothing_else_runs);
	tcase_add_test(t, order_behind_a_block_that_forbids_bootstrap_repeats);
	tcase_add_test(t, order_continues_behind_servers_that_are_registered_already);
	tcase_add_test(t, order_ignores_the_other_states_it_is_given);
	tcase_add_test(t, order_lost_server_that_fails_finally_completes_the_failure_of_all);
	tcase_add_test(t, order_lost_server_does_not_hold_up_the_order_behind_it);
	tcase_add_test(t, order_another_round_starts_the_failed_servers_only);
	tcase_add_test(t, order_of_too_many_servers_is_refused);
	tcase_add_test(t, order_ignores_news_of_unknown_servers);
	suite_add_tcase(s, t);
	return s;
}
