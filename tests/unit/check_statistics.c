#include "objects/statistics.h"

#include <errno.h>

#include "registry.h"
#include "runner.h"

static struct model *m;
static struct statistics_counters link;
static bool has_link;
static uint32_t armed;
static struct statistics s;

static bool counters(void *data, struct statistics_counters *ret)
{
	ck_assert_ptr_eq(data, &link);
	*ret = link;
	return has_link;
}

static void arm(void *data, uint32_t seconds)
{
	ck_assert_ptr_eq(data, &link);
	armed = seconds;
}

static void setup(void)
{
	link = (struct statistics_counters){1, 1000000, 2000000, 100, 100};
	has_link = true;
	armed = 77;
	s = (struct statistics){.data = &link, .counters = counters, .arm = arm};
	ck_assert_int_eq(model_new(&m), 0);
	ck_assert_int_eq(model_add_object(m, &object_statistics, &s), 0);
	ck_assert_int_eq(statistics_fill(m), 0);
}

static void teardown(void)
{
	m = model_free(m);
}

static int64_t read_int(uint16_t rid)
{
	model_refresh(m, PATH3(7, 0, rid));
	return model_get_int(m, PATH3(7, 0, rid), -1);
}

static void execute(uint16_t rid)
{
	ck_assert_int_eq(model_execute(m, 101, PATH3(7, 0, rid), span_of_text("")), 0);
}

static void pass(uint64_t tx, uint64_t rx, uint64_t packets)
{
	link.tx_bytes += tx;
	link.rx_bytes += rx;
	link.tx_packets += packets;
}

START_TEST(statistics_count_only_after_the_start)
{
	pass(5000, 5000, 10);
	ck_assert_int_eq(read_int(2), 0);
	execute(6);
	ck_assert_uint_eq(armed, 0);
	ck_assert_int_eq(read_int(2), 0);
	pass(5000, 7900, 10);
	ck_assert_int_eq(read_int(2), 5);
	ck_assert_int_eq(read_int(3), 7);
	ck_assert_int_eq(read_int(5), 1290);
}
END_TEST

START_TEST(statistics_stop_leaves_the_values_and_start_resets_them)
{
	execute(6);
	pass(5000, 0, 10);
	execute(7);
	pass(5000, 0, 10);
	ck_assert_int_eq(read_int(2), 5);
	execute(6);
	ck_assert_int_eq(read_int(2), 0);
	ck_assert_int_eq(read_int(5), 0);
}
END_TEST

START_TEST(statistics_stop_after_the_collection_period)
{
	ck_assert_int_eq(model_set(m, PATH3(7, 0, 8), &VALUE_INT(60)), 0);
	execute(6);
	ck_assert_uint_eq(armed, 60);
	pass(5000, 0, 10);
	statistics_stop(&s, m);
	ck_assert_uint_eq(armed, 0);
	pass(5000, 0, 10);
	ck_assert_int_eq(read_int(2), 5);
}
END_TEST

START_TEST(statistics_go_on_over_another_link_and_one_made_anew)
{
	execute(6);
	pass(5000, 0, 10);
	ck_assert_int_eq(read_int(2), 5);
	link = (struct statistics_counters){2, 900000, 0, 1, 1};
	ck_assert_int_eq(read_int(2), 5);
	pass(1000, 0, 1);
	ck_assert_int_eq(read_int(2), 6);
	link = (struct statistics_counters){2, 3000, 0, 1, 1};
	ck_assert_int_eq(read_int(2), 9);
	has_link = false;
	ck_assert_int_eq(read_int(2), 9);
}
END_TEST

START_TEST(statistics_period_is_not_negative)
{
	ck_assert_int_eq(model_check(m, PATH3(7, 0, 8), &VALUE_INT(0)), 0);
	ck_assert_int_eq(model_check(m, PATH3(7, 0, 8), &VALUE_INT(-1)), -EDOM);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("statistics");
	TCase *t = tcase_create("statistics");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, statistics_count_only_after_the_start);
	tcase_add_test(t, statistics_stop_leaves_the_values_and_start_resets_them);
	tcase_add_test(t, statistics_stop_after_the_collection_period);
	tcase_add_test(t, statistics_go_on_over_another_link_and_one_made_anew);
	tcase_add_test(t, statistics_period_is_not_negative);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, registry_case(&object_statistics));
	return suite;
}
