#include <errno.h>

#include "base/cleanup.h"
#include "observer.h"

static struct observer t;

static void setup(void)
{
	observer_setup(&t);
}

static void teardown(void)
{
	observer_teardown(&t);
}

static void observe(const char *line)
{
	ck_assert_uint_eq(dm_ask(&t.d, line, ""), 205);
}

START_TEST(observations_go_on_after_a_restart)
{
	observe("GET /30000/0/1 observe=0 token=a accept=0");
	observe("GET /30000/0/1?pmin=60&pmax=100 observe=0 token=b");
	ck_assert_uint_eq(dm_ask(&t.d, "FETCH / cf=110 observe=0 token=c",
				  "[{\"n\":\"/30000/0/1\"},{\"n\":\"/3\"}]"),
		205);
	observer_run(&t, 30);
	observer_restart(&t, 5);
	ck_assert_uint_eq(observe_count_of(t.o, 123), 3);
	observe_online(t.o, 123, true);
	observer_run(&t, 5);
	observer_expect_none(&t);
	observer_set_int(&t, SAMPLE_INT, 9);
	observer_run(&t, 30);
	ck_assert_uint_eq(t.n_sent, 3);
	/* pmin counts over the restart; the sequence numbers too */
	ck_assert_uint_eq(observer_last(&t)->sec, 60);
	ck_assert_str_eq(observer_last(&t)->token, "b");
	ck_assert_uint_eq(observer_last(&t)->sequence, 2);
}
END_TEST

START_TEST(nothing_is_sent_before_the_server_is_back)
{
	observe("GET /30000/0/1 observe=0 token=a");
	observer_restart(&t, 5);
	observer_set_int(&t, SAMPLE_INT, 9);
	observer_run(&t, 30);
	observer_expect_none(&t);
	observe_online(t.o, 123, true);
	observer_run(&t, 0);
	observer_expect(&t, "a", 35, "9");
}
END_TEST

START_TEST(change_while_the_daemon_was_off_is_a_change)
{
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/3 observe=0 token=b");

	_cleanup_(buf_done) struct buf state = {0};
	const uint16_t server = 123;

	ck_assert_int_eq(observe_save(t.o, &server, 1, &state), 0);
	observe_void(t.o, 123);
	observer_set_int(&t, SAMPLE_INT, 9);
	ck_assert_int_eq(observe_load(t.o, buf_span(&state), &server, 1), 0);
	observe_online(t.o, 123, true);
	observer_run(&t, 1);
	observer_expect(&t, "a", 0, "9");
	observer_expect_none(&t);
}
END_TEST

START_TEST(stored_notifications_are_kept)
{
	observe("GET /30000/0/1 observe=0 token=a");
	observe_online(t.o, 123, false);
	for (int i = 2; i < 5; i++) {
		observer_set_int(&t, SAMPLE_INT, i);
		observer_run(&t, 1);
	}
	observer_restart(&t, 5);
	observe_online(t.o, 123, true);
	observer_run(&t, 1);
	observer_expect(&t, "a", 8, "2");
	observer_expect(&t, "a", 8, "3");
	observer_expect(&t, "a", 8, "4");
	observer_expect_none(&t);
}
END_TEST

START_TEST(only_the_named_servers_are_kept)
{
	_cleanup_(buf_done) struct buf state = {0};
	const uint16_t server = 456;

	dm_add_second_server(&t.d);
	observe("GET /30000/0/1 observe=0 token=a");
	t.d.peer.short_server_id = 456;
	observe("GET /30000/0/1 observe=0 token=a");
	ck_assert_int_eq(observe_save(t.o, &server, 1, &state), 0);
	observe_void(t.o, 123);
	observe_void(t.o, 456);
	ck_assert_int_eq(observe_load(t.o, buf_span(&state), &server, 1), 0);
	ck_assert_uint_eq(observe_count_of(t.o, 456), 1);
	ck_assert_uint_eq(observe_count(t.o), 1);
}
END_TEST

START_TEST(damaged_state_is_no_observation)
{
	_cleanup_(buf_done) struct buf state = {0};
	const uint16_t server = 123;

	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/1?pmin=1 observe=0 token=b");
	observe_online(t.o, 123, false);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 10);
	ck_assert_int_eq(observe_save(t.o, &server, 1, &state), 0);
	observe_void(t.o, 123);
	for (size_t len = 0; len < state.len; len++) {
		ck_assert_int_eq(observe_load(t.o, span_of(state.data, len), &server, 1), -EBADMSG);
		ck_assert_uint_eq(observe_count(t.o), 0);
	}
	for (size_t i = 0; i < state.len; i++) {
		state.data[i] ^= 0xff;

		int r = observe_load(t.o, buf_span(&state), &server, 1);

		ck_assert(r == 0 || r == -EBADMSG);
		observe_void(t.o, 123);
		state.data[i] ^= 0xff;
	}
	ck_assert_int_eq(observe_load(t.o, buf_span(&state), &server, 1), 0);
	ck_assert_uint_eq(observe_count(t.o), 2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("observe_state");
	TCase *c = tcase_create("observe_state");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, observations_go_on_after_a_restart);
	tcase_add_test(c, nothing_is_sent_before_the_server_is_back);
	tcase_add_test(c, change_while_the_daemon_was_off_is_a_change);
	tcase_add_test(c, stored_notifications_are_kept);
	tcase_add_test(c, only_the_named_servers_are_kept);
	tcase_add_test(c, damaged_state_is_no_observation);
	suite_add_tcase(s, c);
	return s;
}
