/* When notifications are due, in simulated time. */
#include <errno.h>
#include <stdio.h>

#include "alloc.h"
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

START_TEST(change_is_notified_at_once)
{
	observe("GET /30000/0/1 observe=0 token=a");
	ck_assert_uint_eq(t.d.response.observe, 1);
	ck_assert_uint_eq(t.n_added, 1);
	observer_run(&t, 100);
	observer_expect_none(&t);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 10);
	observer_expect(&t, "a", 100, "2");
	ck_assert_uint_eq(observer_last(&t)->sequence, 2);
	ck_assert_int_eq(observer_last(&t)->format, FORMAT_TEXT);
	ck_assert(!observer_last(&t)->is_confirmable && observer_last(&t)->has_observe);
	observer_expect_none(&t);
}
END_TEST

START_TEST(equal_value_is_no_change)
{
	observe("GET /30000/0/1 observe=0 token=a");
	observer_set_int(&t, SAMPLE_INT, 1);
	observer_set_float(&t, SAMPLE_FLOAT, 9);
	observer_run(&t, 100);
	observer_expect_none(&t);
}
END_TEST

/* doc/decisions.md: own writes are told as well */
START_TEST(write_of_the_observing_server_is_notified)
{
	observe("GET /30000/0/1 observe=0 token=a");
	ck_assert_uint_eq(dm_ask(&t.d, "PUT /30000/0/1 cf=0", "7"), 204);
	observer_run(&t, 1);
	observer_expect(&t, "a", 0, "7");
}
END_TEST

START_TEST(pmin_delays_and_the_value_is_that_of_the_sending)
{
	attach("PUT /30000/0/1?pmin=10");
	observe("GET /30000/0/1 observe=0 token=a");
	observer_run(&t, 3);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 3);
	observer_set_int(&t, SAMPLE_INT, 3);
	observer_run(&t, 20);
	observer_expect(&t, "a", 10, "3");
	observer_set_int(&t, SAMPLE_INT, 4);
	observer_run(&t, 1);
	observer_expect(&t, "a", 26, "4");
	observer_expect_none(&t);
}
END_TEST

/* TS core 5.1.2: what became due within pmin is sent when pmin is over, moved back or not */
START_TEST(change_within_pmin_is_not_undone_by_the_way_back)
{
	attach("PUT /30000/0/1?pmin=10");
	observe("GET /30000/0/1 observe=0 token=a");
	observer_run(&t, 1);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 1);
	observer_set_int(&t, SAMPLE_INT, 1);
	observer_run(&t, 30);
	observer_expect(&t, "a", 10, "1");
	observer_expect_none(&t);
}
END_TEST

START_TEST(pmax_notifies_without_a_change)
{
	attach("PUT /30000/0?pmax=60");
	observe("GET /30000/0/1 observe=0 token=a");
	observer_run(&t, 130);
	observer_expect(&t, "a", 60, "1");
	observer_expect(&t, "a", 120, "1");
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 100);
	observer_expect(&t, "a", 130, "2");
	observer_expect(&t, "a", 190, "2");
	observer_expect_none(&t);
}
END_TEST

START_TEST(pmax_below_pmin_and_pmax_0_do_not_count)
{
	attach("PUT /30000/0/1?pmin=60&pmax=10");
	attach("PUT /30000/0/4?pmax=0");
	attach("PUT /30000?pmax=20");
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/4 observe=0 token=b");
	observer_run(&t, 1000);
	observer_expect_none(&t);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 1);
	observer_expect(&t, "a", 1000, "2");
}
END_TEST

START_TEST(server_object_gives_the_default_periods)
{
	observe("GET /30000/0/1 observe=0 token=a");
	ck_assert_int_eq(model_set(t.d.m, PATH3(1, 0, 2), &VALUE_INT(5)), 0);
	ck_assert_int_eq(model_set(t.d.m, PATH3(1, 0, 3), &VALUE_INT(20)), 0);
	observer_run(&t, 2);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 38);
	observer_expect(&t, "a", 5, "2");
	observer_expect(&t, "a", 25, "2");
	observer_expect_none(&t);
}
END_TEST

START_TEST(attributes_count_from_their_writing_on)
{
	observe("GET /30000/0/1 observe=0 token=a");
	observer_run(&t, 10);
	attach("PUT /30000?pmax=15");
	ck_assert_uint_eq(t.n_touched, 1);
	observer_run(&t, 10);
	observer_expect(&t, "a", 15, "1");
	attach("PUT /30000?pmax");
	observer_run(&t, 100);
	observer_expect_none(&t);
}
END_TEST

/* The looks are no closer together than epmin: a short peak is not seen. */
START_TEST(epmin_is_the_time_between_evaluations)
{
	attach("PUT /30000/0/1?epmin=10&gt=50");
	observe("GET /30000/0/1 observe=0 token=a");
	observer_run(&t, 2);
	observer_set_int(&t, SAMPLE_INT, 60);
	observer_run(&t, 2);
	observer_set_int(&t, SAMPLE_INT, 10);
	observer_run(&t, 20);
	observer_expect_none(&t);
	/* looked at in 20 as well, since the object may change by itself: then in 30 */
	observer_set_int(&t, SAMPLE_INT, 70);
	observer_run(&t, 10);
	observer_expect(&t, "a", 30, "70");
	observer_expect_none(&t);
}
END_TEST

static unsigned n_polls;

static void count_up(void *data, struct model *m, struct path target)
{
	(void)data, (void)target;
	n_polls++;
	model_set(m, PATH3(SAMPLE_OPTIONAL, 0, SAMPLE_INT), &VALUE_INT(n_polls % 90));
}

static const struct object_hooks counting = {.refresh = count_up};

/* An object that counts how often it is asked. */
static void add_counting(void)
{
	static struct object_def def;

	def = object_sample_optional;
	def.hooks = &counting;
	n_polls = 0;
	ck_assert_int_eq(model_add_object(t.d.m, &def, NULL), 0);
	ck_assert_int_eq(model_create(t.d.m, PATH2(SAMPLE_OPTIONAL, 0), ORIGIN_NONE), 0);
}

START_TEST(what_changes_by_itself_is_looked_at_every_10_s)
{
	add_counting();
	observe("GET /30003/0/1 observe=0 token=a accept=0");
	observer_run(&t, 25);
	observer_expect(&t, "a", 10, "2");
	observer_expect(&t, "a", 20, "3");
	observer_expect_none(&t);
}
END_TEST

START_TEST(epmin_and_epmax_say_how_often_it_is_looked_at)
{
	add_counting();
	observe("GET /30003/0/1 observe=0 token=a accept=0");
	attach("PUT /30003/0/1?epmin=30");
	observer_run(&t, 61);
	observer_expect(&t, "a", 30, NULL);
	observer_expect(&t, "a", 60, NULL);
	attach("PUT /30003/0/1?epmin=1&epmax=5");
	observer_run(&t, 10);
	observer_expect(&t, "a", 61, NULL); /* Write-Attributes has looked */
	observer_expect(&t, "a", 66, NULL);
	observer_expect(&t, "a", 71, NULL);
	observer_expect_none(&t);
}
END_TEST

static bool tells_itself(void *data, struct path target)
{
	(void)data, (void)target;
	return false;
}

START_TEST(who_tells_of_changes_is_looked_at_as_epmax_says_only)
{
	static struct object_hooks telling;
	static struct object_def def;

	telling = counting;
	telling.needs_look = tells_itself;
	def = object_sample_optional;
	def.hooks = &telling;
	n_polls = 0;
	ck_assert_int_eq(model_add_object(t.d.m, &def, NULL), 0);
	ck_assert_int_eq(model_create(t.d.m, PATH2(SAMPLE_OPTIONAL, 0), ORIGIN_NONE), 0);
	observe("GET /30003/0/1 observe=0 token=a accept=0");
	ck_assert_uint_eq(t.armed, USEC_NEVER);
	observer_run(&t, 100);
	observer_expect_none(&t);
	attach("PUT /30003/0?epmax=20");
	observer_run(&t, 40);
	observer_expect(&t, "a", 100, NULL); /* the last look is too long ago */
	observer_expect(&t, "a", 120, NULL);
}
END_TEST

START_TEST(nobody_is_woken_without_need)
{
	observe("GET /3/0/0 observe=0 token=a");
	observe("GET /30001 observe=0 token=b");
	ck_assert_uint_eq(t.armed, USEC_NEVER);
}
END_TEST

START_TEST(object_and_instance_are_notified_as_a_whole)
{
	observe("GET /30000 observe=0 token=o accept=11542");
	observe("GET /30000/0 observe=0 token=i accept=11542");
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_set_bool(&t, SAMPLE_BOOL, true);
	observer_run(&t, 1);
	ck_assert_uint_eq(t.n_sent, 2);
	ck_assert_uint_gt(t.sent[0].payload_len, 10);
}
END_TEST

START_TEST(creation_and_deletion_are_changes_of_the_object)
{
	observe("GET /30000 observe=0 token=o accept=11542");
	ck_assert_int_eq(model_create(t.d.m, PATH2(SAMPLE, 1), ORIGIN_SERVER), 0);
	observer_run(&t, 1);
	observer_expect(&t, "o", 0, NULL);
	ck_assert_int_eq(model_delete(t.d.m, PATH2(SAMPLE, 1)), 0);
	observer_run(&t, 1);
	observer_expect(&t, "o", 1, NULL);
}
END_TEST

/* RFC 7641 section 4.2: an error ends the observation and has no sequence number */
START_TEST(deletion_of_what_is_observed_is_told_and_is_the_end)
{
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0 observe=0 token=b");
	ck_assert_int_eq(model_delete(t.d.m, PATH2(SAMPLE, 0)), 0);
	observer_run(&t, 1);
	ck_assert_uint_eq(t.n_sent, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(t.sent[i].code, 404);
		ck_assert(!t.sent[i].has_observe && t.sent[i].is_confirmable);
	}
	ck_assert_uint_eq(observe_count(t.o), 0);
}
END_TEST

START_TEST(resource_instance_is_notified_of_its_own_changes)
{
	ck_assert_int_eq(model_set(t.d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 2), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_set(t.d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 7), &VALUE_INT(1)), 0);
	observe("GET /30000/0/10/2 observe=0 token=a");
	ck_assert_int_eq(model_set(t.d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 7), &VALUE_INT(5)), 0);
	observer_run(&t, 1);
	observer_expect_none(&t);
	ck_assert_int_eq(model_set(t.d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 2), &VALUE_INT(6)), 0);
	observer_run(&t, 1);
	observer_expect(&t, "a", 1, "6");
}
END_TEST

/* RFC 7641 section 4.5 */
START_TEST(once_a_day_a_notification_is_confirmable)
{
	attach("PUT /30000/0/1?pmax=3600");
	observe("GET /30000/0/1 observe=0 token=a");
	observer_run(&t, 3 * 86400);
	ck_assert_uint_eq(t.n_sent, 72);
	for (unsigned i = 0; i < 72; i++)
		ck_assert(t.sent[i].is_confirmable == (i % 24 == 23));
}
END_TEST

START_TEST(con_and_1_x_26_make_notifications_confirmable)
{
	attach("PUT /30000/0/1?con=1");
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/4 observe=0 token=b");
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_set_bool(&t, SAMPLE_BOOL, true);
	observer_run(&t, 1);
	ck_assert(t.sent[0].is_confirmable && !t.sent[1].is_confirmable);
	ck_assert_int_eq(model_set(t.d.m, PATH3(1, 0, 26), &VALUE_INT(1)), 0);
	observer_set_bool(&t, SAMPLE_BOOL, false);
	observer_run(&t, 1);
	ck_assert(t.sent[2].is_confirmable);
}
END_TEST

/* One confirmable notification at a time, the others with the value of when it is their turn. */
START_TEST(confirmable_ones_wait_for_each_other)
{
	t.is_conclusive = false;
	attach("PUT /30000?con=1");
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/3 observe=0 token=b");
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_set_float(&t, SAMPLE_FLOAT, 2.5);
	observer_run(&t, 1);
	observer_expect(&t, "a", 0, "2");
	observer_expect_none(&t);
	observer_set_float(&t, SAMPLE_FLOAT, 3.5);
	observer_run(&t, 1);
	observe_concluded(t.o, 123, span_of_text("a"), OBSERVE_ACKNOWLEDGED);
	observer_run(&t, 1);
	observer_expect(&t, "b", 2, "3.5");
	observe_concluded(t.o, 123, span_of_text("b"), OBSERVE_ACKNOWLEDGED);
	observer_run(&t, 1);
	observer_expect_none(&t);
}
END_TEST

/* RFC 7641 section 3.6 */
START_TEST(reset_ends_the_observation)
{
	observe("GET /30000/0/1 observe=0 token=a");
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 1);
	observe_concluded(t.o, 123, span_of_text("a"), OBSERVE_REJECTED);
	observer_set_int(&t, SAMPLE_INT, 3);
	observer_run(&t, 100);
	ck_assert_uint_eq(t.n_sent, 1);
	ck_assert_uint_eq(observe_count_of(t.o, 123), 0);
}
END_TEST

START_TEST(reset_of_a_confirmable_one_lets_the_next_go)
{
	t.is_conclusive = false;
	attach("PUT /30000?con=1");
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/3 observe=0 token=b");
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_set_float(&t, SAMPLE_FLOAT, 2.5);
	observer_run(&t, 1);
	observe_concluded(t.o, 123, span_of_text("a"), OBSERVE_REJECTED);
	observer_run(&t, 1);
	observer_expect(&t, "a", 0, "2");
	observer_expect(&t, "b", 1, "2.5");
	ck_assert_uint_eq(observe_count(t.o), 1);
}
END_TEST

START_TEST(new_registration_voids_all_of_the_server)
{
	dm_add_second_server(&t.d);
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/3 observe=0 token=b");
	t.d.peer.short_server_id = 456;
	observe("GET /30000/0/1 observe=0 token=a");
	observe_void(t.o, 123);
	ck_assert_uint_eq(observe_count_of(t.o, 123), 0);
	ck_assert_uint_eq(observe_count_of(t.o, 456), 1);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 1);
	ck_assert_uint_eq(t.n_sent, 1);
	ck_assert_uint_eq(t.sent[0].short_server_id, 456);
}
END_TEST

START_TEST(account_takes_observations_and_attributes_along)
{
	dm_add_second_server(&t.d);
	attach("PUT /30000?pmin=1");
	t.d.peer.short_server_id = 456;
	attach("PUT /30000?pmin=2");
	observe("GET /30000/0/1 observe=0 token=a");
	ck_assert_int_eq(model_delete(t.d.m, PATH2(0, 2)), 0);
	ck_assert_uint_eq(observe_count(t.o), 0);
	ck_assert_uint_eq(attributes_count(observe_attributes(t.o)), 1);
	ck_assert_uint_ge(t.n_touched, 1);
}
END_TEST

START_TEST(uncommitted_values_are_told_to_nobody)
{
	observe("GET /30000/0/1 observe=0 token=a");
	observer_set_int(&t, SAMPLE_INT, 2);
	ck_assert_int_eq(model_begin(t.d.m), 0);
	observer_set_int(&t, SAMPLE_INT, 3);
	observer_run(&t, 5);
	observer_expect_none(&t);
	model_rollback(t.d.m);
	observer_run(&t, 1);
	observer_expect(&t, "a", 6, "2");
	observer_expect_none(&t);
}
END_TEST

/* TS core 5.1.2: a day of changes every 7 s */
START_TEST(day_of_pmin_and_pmax_keeps_its_rules)
{
	unsigned last = 0;

	attach("PUT /30000/0/1?pmin=60&pmax=600");
	observe("GET /30000/0/1 observe=0 token=a");
	for (unsigned i = 0; i < 86400 / 7; i++) {
		size_t before = t.n_sent;

		/* half an hour of every hour nothing changes */
		if (i * 7 % 3600 < 1800)
			observer_set_int(&t, SAMPLE_INT, i % 90);
		observer_run(&t, 7);
		if (t.n_sent == before)
			continue;

		unsigned distance = observer_last(&t)->sec - last;

		ck_assert_uint_ge(distance, 60);
		ck_assert_uint_le(distance, 600);
		last = observer_last(&t)->sec;
	}
	/* about one a minute in the busy halves, three in the others */
	ck_assert_uint_ge(t.n_sent, 24 * (28 + 3) - 24);
	ck_assert_uint_le(t.n_sent, 24 * (30 + 3) + 24);
}
END_TEST

/* A day in which the value is another one each second, looked at every half minute. */
START_TEST(day_of_epmin_looks_every_half_minute)
{
	attach("PUT /30000/0/1?epmin=30&gt=50");
	observe("GET /30000/0/1 observe=0 token=a");
	for (unsigned i = 1; i < 86400; i++) {
		size_t before = t.n_sent;

		observer_set_int(&t, SAMPLE_INT, i % 101);
		observer_run(&t, 1);
		if (t.n_sent > before)
			ck_assert_uint_eq(observer_last(&t)->sec % 30, 0);
	}
	/* what was reported last is above 50: gt fires no more (compared with the last report) */
	ck_assert_uint_eq(t.n_sent, 1);
}
END_TEST

START_TEST(burst_of_many_loses_none_and_lets_the_loop_breathe)
{
	enum { MANY = 1000 };
	char line[64];

	for (unsigned i = 0; i < MANY; i++) {
		snprintf(line, sizeof line, "GET /30000/0/1 observe=0 token=%u", i);
		observe(line);
	}
	observer_set_int(&t, SAMPLE_INT, 2);
	t.armed = USEC_NEVER;
	observe_step(t.o);
	ck_assert_uint_lt(t.n_sent, 100);
	ck_assert_uint_eq(t.armed, t.now + 10 * USEC_PER_MSEC);
	observer_run(&t, 1);
	ck_assert_uint_eq(t.n_sent, MANY);
	observer_run(&t, 1000);
	ck_assert_uint_eq(t.n_sent, MANY);
}
END_TEST

START_TEST(all_of_them_can_be_listed)
{
	struct observe_info info;
	size_t cursor = 0, n = 0;

	attach("PUT /30000/0?pmin=7");
	observe("GET /30000/0/1 observe=0 token=a");
	observe("GET /30000/0/3 observe=0 token=b");
	for (; observe_next(t.o, &cursor, &info); n++) {
		ck_assert_uint_eq(info.short_server_id, 123);
		ck_assert_uint_eq(info.n_paths, 1);
		ck_assert_uint_eq(observe_info_path(&info, 0).id[0], SAMPLE);
		ck_assert_uint_eq(info.attrs.pmin, 7);
		ck_assert_uint_eq(info.notified, UINT64_C(1700000000) * USEC_PER_SEC);
	}
	ck_assert_uint_eq(n, 2);
}
END_TEST

START_TEST(lack_of_memory_is_an_answer_without_observe)
{
	unsigned failed = 0;

	for (unsigned n = 1;; n++) {
		alloc_fail_at(n);
		response_done(&t.d.response);

		struct request request = dm_request("GET /30000/0/1?pmin=1&gt=3 token=a", "");

		request.observe = 0;
		dm_dispatch(t.d.m, &t.d.peer, &request, &t.d.response);

		bool has_failed = alloc_failed();

		alloc_fail_off();
		if (!has_failed)
			break;
		failed++;
		/* what is only made smaller may stay as it is */
		if (t.d.response.has_observe) {
			ck_assert_uint_eq(observe_count(t.o), 1);
			observe_void(t.o, 123);
			continue;
		}
		ck_assert(t.d.response.code == MSG_INTERNAL || t.d.response.code == MSG_CONTENT);
		ck_assert_uint_eq(observe_count(t.o), 0);
	}
	ck_assert_uint_ge(failed, 4);
	ck_assert(t.d.response.has_observe);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("observe");
	TCase *c = tcase_create("observe");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, change_is_notified_at_once);
	tcase_add_test(c, equal_value_is_no_change);
	tcase_add_test(c, write_of_the_observing_server_is_notified);
	tcase_add_test(c, pmin_delays_and_the_value_is_that_of_the_sending);
	tcase_add_test(c, change_within_pmin_is_not_undone_by_the_way_back);
	tcase_add_test(c, pmax_notifies_without_a_change);
	tcase_add_test(c, pmax_below_pmin_and_pmax_0_do_not_count);
	tcase_add_test(c, server_object_gives_the_default_periods);
	tcase_add_test(c, attributes_count_from_their_writing_on);
	tcase_add_test(c, epmin_is_the_time_between_evaluations);
	tcase_add_test(c, what_changes_by_itself_is_looked_at_every_10_s);
	tcase_add_test(c, epmin_and_epmax_say_how_often_it_is_looked_at);
	tcase_add_test(c, who_tells_of_changes_is_looked_at_as_epmax_says_only);
	tcase_add_test(c, nobody_is_woken_without_need);
	tcase_add_test(c, object_and_instance_are_notified_as_a_whole);
	tcase_add_test(c, creation_and_deletion_are_changes_of_the_object);
	tcase_add_test(c, deletion_of_what_is_observed_is_told_and_is_the_end);
	tcase_add_test(c, resource_instance_is_notified_of_its_own_changes);
	tcase_add_test(c, once_a_day_a_notification_is_confirmable);
	tcase_add_test(c, con_and_1_x_26_make_notifications_confirmable);
	tcase_add_test(c, confirmable_ones_wait_for_each_other);
	tcase_add_test(c, reset_ends_the_observation);
	tcase_add_test(c, reset_of_a_confirmable_one_lets_the_next_go);
	tcase_add_test(c, new_registration_voids_all_of_the_server);
	tcase_add_test(c, account_takes_observations_and_attributes_along);
	tcase_add_test(c, uncommitted_values_are_told_to_nobody);
	tcase_add_test(c, day_of_pmin_and_pmax_keeps_its_rules);
	tcase_add_test(c, day_of_epmin_looks_every_half_minute);
	tcase_add_test(c, burst_of_many_loses_none_and_lets_the_loop_breathe);
	tcase_add_test(c, all_of_them_can_be_listed);
	tcase_add_test(c, lack_of_memory_is_an_answer_without_observe);
	suite_add_tcase(s, c);
	return s;
}
