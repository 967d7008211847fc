/* What is sent, what is kept for a server that cannot be reached, and in which order. */
#include <errno.h>
#include <stdlib.h>

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
	ck_assert(t.d.response.has_observe);
}

static void attach(const char *line)
{
	ck_assert_uint_eq(dm_ask(&t.d, line, ""), 204);
}

static void be_offline(void)
{
	observe_online(t.o, 123, false);
}

static void be_online(void)
{
	observe_online(t.o, 123, true);
	observer_run(&t, 0);
}

/* TS core, object 1: with 1/x/6 notifications wait for the server, the oldest first */
START_TEST(stored_ones_are_sent_in_order_when_the_server_is_back)
{
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/3 observe=0 token=b");
	be_offline();
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 1);
	observer_set_float(&t, SAMPLE_FLOAT, 2.5);
	observer_run(&t, 1);
	observer_set_int(&t, SAMPLE_INT, 3);
	observer_run(&t, 100);
	observer_expect_none(&t);
	be_online();
	observer_expect(&t, "a", 102, "2");
	observer_expect(&t, "b", 102, "2.5");
	observer_expect(&t, "a", 102, "3");
	observer_expect_none(&t);
	ck_assert_uint_gt(observer_last(&t)->sequence, 2);
	ck_assert(observer_last(&t)->is_confirmable);
}
END_TEST

/* RFC 8428 section 4.5.3 */
START_TEST(stored_ones_say_when_they_were_measured)
{
	observe("GET /30000/0/1 observe=0 token=a accept=110");
	be_offline();
	observer_run(&t, 5);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 100);
	be_online();
	observer_expect(&t, "a", 105, NULL);
	ck_assert_ptr_nonnull(strstr(observer_last(&t)->payload, "1700000005"));
	observer_set_int(&t, SAMPLE_INT, 3);
	observer_run(&t, 1);
	observer_expect(&t, "a", 105, NULL);
	ck_assert_ptr_null(strstr(observer_last(&t)->payload, "17000"));
}
END_TEST

START_TEST(without_1_x_6_they_are_dropped)
{
	ck_assert_int_eq(model_set(t.d.m, PATH3(1, 0, 6), &VALUE_BOOL(false)), 0);
	observe("GET /30000/0/1 observe=0 token=a");
	be_offline();
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 1);
	be_online();
	observer_expect_none(&t);
	observer_set_int(&t, SAMPLE_INT, 3);
	observer_run(&t, 1);
	observer_expect(&t, "a", 1, "3");
}
END_TEST

/* TS core 1.2, 7.3: only what has an hqmax is kept once hqmax is used */
START_TEST(hqmax_says_how_many_are_kept)
{
	attach("PUT /30000/0/1?hqmax=2");
	attach("PUT /30000/0/4?hqmax=0");
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/3 observe=0 token=b");
	observe("GET /30000/0/4 observe=0 token=c");
	be_offline();
	for (int i = 2; i < 6; i++) {
		observer_set_int(&t, SAMPLE_INT, i);
		observer_set_float(&t, SAMPLE_FLOAT, i);
		observer_set_bool(&t, SAMPLE_BOOL, i % 2 == 0);
		observer_run(&t, 1);
	}
	be_online();
	observer_expect(&t, "a", 4, "4");
	observer_expect(&t, "a", 4, "5");
	observer_expect_none(&t);
	ck_assert_uint_eq(t.n_dropped, 2);
}
END_TEST

START_TEST(beyond_the_limit_the_oldest_are_dropped_and_counted)
{
	observe("GET /30000/0/1 observe=0 token=a");
	be_offline();
	for (int i = 2; i < 14; i++) {
		observer_set_int(&t, SAMPLE_INT, i);
		observer_run(&t, 1);
	}
	ck_assert_uint_eq(t.n_dropped, 4);
	ck_assert_uint_eq(observe_count_dropped(t.o), 4);
	be_online();
	ck_assert_uint_eq(t.n_sent, 8);
	observer_expect(&t, "a", 12, "6");
}
END_TEST

/* As in an answer to Read: what was observed does not end because it is large. */
START_TEST(large_values_are_told_and_stored_as_small_ones_are)
{
	static uint8_t bytes[100 * 1024];
	struct path p = PATH3(SAMPLE, 0, SAMPLE_BYTES);

	ck_assert_int_eq(model_set(t.d.m, p, &VALUE_BYTES(span_of(bytes, 1))), 0);
	observe("GET /30000/0/5 observe=0 token=a");
	ck_assert_int_eq(model_set(t.d.m, p, &VALUE_BYTES(span_of(bytes, sizeof bytes))), 0);
	observer_run(&t, 1);
	ck_assert_uint_eq(observer_last(&t)->code, 205);
	ck_assert_uint_eq(observer_last(&t)->payload_len, sizeof bytes);
	be_offline();
	ck_assert_int_eq(model_set(t.d.m, p, &VALUE_BYTES(span_of(bytes, sizeof bytes - 1))), 0);
	observer_run(&t, 1);
	be_online();
	ck_assert_uint_eq(observer_last(&t)->code, 205);
	ck_assert_uint_eq(observer_last(&t)->payload_len, sizeof bytes - 1);
}
END_TEST

/* Few, but each as large as a value can be. */
START_TEST(beyond_the_limit_of_octets_the_oldest_are_dropped_and_counted)
{
	enum { LEN = 3 * 1024 * 1024 };
	uint8_t *bytes = calloc(1, LEN);
	struct observe_info info;
	size_t cursor = 0;

	ck_assert_int_eq(
		model_set(t.d.m, PATH3(SAMPLE, 0, SAMPLE_BYTES), &VALUE_BYTES(span_of(bytes, 1))),
		0);
	observe("GET /30000/0/5 observe=0 token=a");
	be_offline();
	for (uint8_t i = 1; i <= 4; i++) {
		bytes[0] = i;
		ck_assert_int_eq(model_set(t.d.m, PATH3(SAMPLE, 0, SAMPLE_BYTES),
					 &VALUE_BYTES(span_of(bytes, LEN))),
			0);
		observer_run(&t, 1);
	}
	ck_assert(observe_next(t.o, &cursor, &info));
	ck_assert_uint_eq(info.n_stored, 2);
	ck_assert_uint_eq(t.n_dropped, 2);
	free(bytes);
}
END_TEST

START_TEST(silence_of_the_server_is_told_once_and_the_notification_kept)
{
	t.is_conclusive = false;
	attach("PUT /30000?con=1");
	observe("GET /30000/0/1 observe=0 token=a");
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 1);
	observer_expect(&t, "a", 0, "2");
	observer_set_int(&t, SAMPLE_INT, 3);
	observer_run(&t, 93);
	observe_concluded(t.o, 123, span_of_text("a"), OBSERVE_LOST);
	observer_set_int(&t, SAMPLE_INT, 4);
	observer_run(&t, 1);
	ck_assert_uint_eq(t.n_unreachable, 1);
	ck_assert_uint_eq(t.unreachable, 123);
	observer_expect_none(&t);
	t.is_conclusive = true;
	be_online();
	observer_expect(&t, "a", 95, "2");
	/* what had to wait for its turn has the value of when the server was found to be gone */
	observer_expect(&t, "a", 95, NULL);
	observer_run(&t, 1);
	ck_assert_str_eq(observer_last(&t)->payload, "4");
}
END_TEST

START_TEST(connection_that_is_gone_is_told_and_the_notification_kept)
{
	observe("GET /30000/0/1 observe=0 token=a");
	t.send_result = -ENOTCONN;
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 10);
	ck_assert_uint_eq(t.n_unreachable, 1);
	t.send_result = 0;
	observer_run(&t, 10);
	observer_expect_none(&t);
	be_online();
	observer_expect(&t, "a", 20, "2");
}
END_TEST

START_TEST(what_cannot_be_sent_is_given_up)
{
	observe("GET /30000/0/1 observe=0 token=a");
	t.send_result = -EMSGSIZE;
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 10);
	t.send_result = 0;
	observer_run(&t, 10);
	observer_expect_none(&t);
	observer_set_int(&t, SAMPLE_INT, 3);
	observer_run(&t, 1);
	observer_expect(&t, "a", 20, "3");
}
END_TEST

START_TEST(cancelled_ones_are_not_replayed)
{
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/3 observe=0 token=b");
	be_offline();
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_set_float(&t, SAMPLE_FLOAT, 2);
	observer_run(&t, 1);
	ck_assert(observe_cancel(t.o, 123, span_of_text("a")));
	be_online();
	observer_expect(&t, "b", 1, "2");
	observer_expect_none(&t);
}
END_TEST

/* TS core 8.2: the right is looked at before each notification */
START_TEST(nothing_is_told_without_the_right_to_read)
{
	struct path guard = PATH2(2, 0);

	dm_add_second_server(&t.d);
	observe("GET /30000/0/1 observe=0 token=a");
	ck_assert_int_eq(model_create(t.d.m, guard, ORIGIN_BOOTSTRAP), 0);
	ck_assert_int_eq(model_set(t.d.m, path_child(guard, 0), &VALUE_INT(SAMPLE)), 0);
	ck_assert_int_eq(model_set(t.d.m, path_child(guard, 1), &VALUE_INT(0)), 0);
	ck_assert_int_eq(model_set(t.d.m, path_child(guard, 3), &VALUE_INT(456)), 0);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 100);
	observer_expect_none(&t);
	ck_assert_uint_eq(observe_count(t.o), 1);
	ck_assert_int_eq(model_set(t.d.m, PATH4(2, 0, 2, 123), &VALUE_INT(1)), 0);
	observer_set_int(&t, SAMPLE_INT, 3);
	observer_run(&t, 1);
	observer_expect(&t, "a", 100, "3");
}
END_TEST

START_TEST(composite_tells_all_its_members)
{
	ck_assert_uint_eq(dm_ask(&t.d, "FETCH / cf=110 accept=110 observe=0 token=c",
				  "[{\"n\":\"/30000/0/1\"},{\"n\":\"/30000/0/3\"}]"),
		205);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 1);
	observer_expect(
		&t, "c", 0, "[{\"bn\":\"/30000/0/\",\"n\":\"1\",\"v\":2},{\"n\":\"3\",\"v\":1.5}]");
}
END_TEST

/* ETS 1.1-int-308 and 309: members come and go */
START_TEST(composite_outlives_its_members)
{
	ck_assert_uint_eq(dm_ask(&t.d, "FETCH / cf=110 accept=110 observe=0 token=c",
				  "[{\"n\":\"/30000/7/1\"},{\"n\":\"/30000/0/3\"}]"),
		205);
	ck_assert_int_eq(model_create(t.d.m, PATH2(SAMPLE, 7), ORIGIN_SERVER), 0);
	ck_assert_int_eq(model_set(t.d.m, PATH3(SAMPLE, 7, 1), &VALUE_INT(5)), 0);
	observer_run(&t, 1);
	observer_expect(&t, "c", 0, NULL);
	ck_assert_ptr_nonnull(strstr(observer_last(&t)->payload, "7/1"));
	ck_assert_int_eq(model_delete(t.d.m, PATH2(SAMPLE, 7)), 0);
	observer_run(&t, 1);
	observer_expect(&t, "c", 1, NULL);
	ck_assert_uint_eq(observer_last(&t)->code, 205);
	ck_assert_ptr_null(strstr(observer_last(&t)->payload, "7/1"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("notification");
	TCase *c = tcase_create("notification");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, stored_ones_are_sent_in_order_when_the_server_is_back);
	tcase_add_test(c, stored_ones_say_when_they_were_measured);
	tcase_add_test(c, without_1_x_6_they_are_dropped);
	tcase_add_test(c, hqmax_says_how_many_are_kept);
	tcase_add_test(c, beyond_the_limit_the_oldest_are_dropped_and_counted);
	tcase_add_test(c, large_values_are_told_and_stored_as_small_ones_are);
	tcase_add_test(c, beyond_the_limit_of_octets_the_oldest_are_dropped_and_counted);
	tcase_add_test(c, silence_of_the_server_is_told_once_and_the_notification_kept);
	tcase_add_test(c, connection_that_is_gone_is_told_and_the_notification_kept);
	tcase_add_test(c, what_cannot_be_sent_is_given_up);
	tcase_add_test(c, cancelled_ones_are_not_replayed);
	tcase_add_test(c, nothing_is_told_without_the_right_to_read);
	tcase_add_test(c, composite_tells_all_its_members);
	tcase_add_test(c, composite_outlives_its_members);
	suite_add_tcase(s, c);
	return s;
}
