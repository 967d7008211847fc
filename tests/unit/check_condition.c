/* Which changes are worth a notification. */
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

/* One value after the other, a second each; which of them are notified, as a list of seconds. */
static void walk(const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		observer_set_float(&t, SAMPLE_FLOAT, values[i]);
		observer_run(&t, 1);
	}
}

#define WALK(...)                                                                                  \
	walk((const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

/* TS transport 6.4.4, first example: 45 to 50 is told, 48 to 42 is not */
START_TEST(gt_fires_on_the_way_up_only)
{
	observer_set_float(&t, SAMPLE_FLOAT, 40);
	attach("PUT /30000/0/3?gt=45");
	observe("GET /30000/0/3 observe=0 token=a");
	WALK(45, 50, 60, 42, 44, 46, 45);
	observer_expect(&t, "a", 1, "50");
	/* compared with what was reported: 50 is above already */
	observer_expect_none(&t);
}
END_TEST

/* TS transport 6.4.4, the example with a band and a step */
START_TEST(band_and_step_are_alternatives)
{
	observer_set_float(&t, SAMPLE_FLOAT, 17);
	attach("PUT /30000/0/3?lt=20&gt=85&st=10");
	observe("GET /30000/0/3 observe=0 token=a");
	WALK(24, 26, 27, 36, 37, 87, 99);
	observer_expect(&t, "a", 2, "27");
	observer_expect(&t, "a", 4, "37");
	observer_expect(&t, "a", 5, "87");
	observer_expect(&t, "a", 6, "99");
	observer_expect_none(&t);
}
END_TEST

START_TEST(lt_fires_on_the_way_down_only)
{
	observer_set_float(&t, SAMPLE_FLOAT, 30);
	attach("PUT /30000/0/3?lt=-20.5");
	observe("GET /30000/0/3 observe=0 token=a");
	WALK(10, -20.5, -21, -40);
	observer_expect(&t, "a", 2, "-21");
	observer_expect_none(&t);
}
END_TEST

START_TEST(step_is_counted_from_the_last_report)
{
	observer_set_float(&t, SAMPLE_FLOAT, 0);
	attach("PUT /30000/0/3?st=1");
	observe("GET /30000/0/3 observe=0 token=a");
	WALK(0.5, 0.9, 1, 1.5, 0.5, 0);
	observer_expect(&t, "a", 2, "1");
	observer_expect(&t, "a", 5, "0");
	observer_expect_none(&t);
}
END_TEST

START_TEST(threshold_is_no_brake_for_pmax)
{
	attach("PUT /30000/0/3?gt=100&pmax=10");
	observe("GET /30000/0/3 observe=0 token=a");
	WALK(5, 6, 7);
	observer_run(&t, 20);
	observer_expect(&t, "a", 10, "7");
	observer_expect(&t, "a", 20, "7");
	observer_expect_none(&t);
}
END_TEST

START_TEST(edge_chooses_the_direction)
{
	attach("PUT /30000/0/4?edge=1");
	observe("GET /30000/0/4 observe=0 token=a");
	for (unsigned i = 0; i < 4; i++) {
		observer_set_bool(&t, SAMPLE_BOOL, i % 2 == 0);
		observer_run(&t, 1);
	}
	observer_expect(&t, "a", 0, "1");
	/* what was reported last is a 1: there is no edge until a 0 was reported */
	observer_expect_none(&t);
}
END_TEST

START_TEST(edge_is_seen_again_after_a_report_of_the_other_side)
{
	attach("PUT /30000/0/4?edge=1&pmax=10");
	observe("GET /30000/0/4 observe=0 token=a");
	observer_set_bool(&t, SAMPLE_BOOL, true);
	observer_run(&t, 1);
	observer_expect(&t, "a", 0, "1");
	observer_set_bool(&t, SAMPLE_BOOL, false);
	observer_run(&t, 10);
	observer_expect(&t, "a", 10, "0");
	observer_set_bool(&t, SAMPLE_BOOL, true);
	observer_run(&t, 1);
	observer_expect(&t, "a", 11, "1");
}
END_TEST

START_TEST(falling_edge_is_the_other_one)
{
	attach("PUT /30000/0/4?edge=0");
	observer_set_bool(&t, SAMPLE_BOOL, true);
	observe("GET /30000/0/4 observe=0 token=a");
	observer_set_bool(&t, SAMPLE_BOOL, false);
	observer_run(&t, 1);
	observer_expect(&t, "a", 0, "0");
}
END_TEST

/* TS core 5.1.2: conditions are those of the resource, the notification is of the instance */
START_TEST(conditions_of_resources_hold_for_the_instance_above)
{
	attach("PUT /30000/0/3?gt=10");
	observe("GET /30000/0 observe=0 token=i accept=11542");
	WALK(5, 6);
	observer_expect_none(&t);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 1);
	observer_expect(&t, "i", 2, NULL);
	WALK(11);
	observer_expect(&t, "i", 3, NULL);
	observer_expect_none(&t);
}
END_TEST

START_TEST(instances_of_a_resource_have_conditions_of_their_own)
{
	struct path ints = PATH3(SAMPLE, 0, SAMPLE_INTS);

	ck_assert_int_eq(model_set(t.d.m, path_child(ints, 0), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_set(t.d.m, path_child(ints, 1), &VALUE_INT(1)), 0);
	attach("PUT /30000/0/10/1?gt=50");
	observe("GET /30000/0/10 observe=0 token=r accept=11542");
	ck_assert_int_eq(model_set(t.d.m, path_child(ints, 1), &VALUE_INT(40)), 0);
	observer_run(&t, 1);
	observer_expect_none(&t);
	ck_assert_int_eq(model_set(t.d.m, path_child(ints, 0), &VALUE_INT(2)), 0);
	observer_run(&t, 1);
	observer_expect(&t, "r", 1, NULL);
	ck_assert_int_eq(model_set(t.d.m, path_child(ints, 2), &VALUE_INT(2)), 0);
	observer_run(&t, 1);
	observer_expect(&t, "r", 2, NULL);
	ck_assert_int_eq(model_delete(t.d.m, path_child(ints, 2)), 0);
	observer_run(&t, 1);
	observer_expect(&t, "r", 3, NULL);
	observer_expect_none(&t);
}
END_TEST

/* TS core 1.2, 6.4.1 */
START_TEST(own_attributes_replace_the_attached_ones)
{
	attach("PUT /30000/0/3?gt=10&pmin=100");
	observe("GET /30000/0/3?lt=0 observe=0 token=a");
	WALK(20, 5, -1);
	observer_expect(&t, "a", 2, "-1");
	observer_expect_none(&t);
}
END_TEST

START_TEST(conditions_may_come_after_the_observation)
{
	observe("GET /30000/0/3 observe=0 token=a");
	attach("PUT /30000/0/3?gt=10");
	WALK(5, 11, 12);
	observer_expect(&t, "a", 1, "11");
	observer_expect_none(&t);
	attach("PUT /30000/0/3?gt");
	WALK(13);
	observer_expect(&t, "a", 3, "13");
}
END_TEST

/* The longest pmin and the shortest pmax of the members (doc/decisions.md). */
START_TEST(composite_has_the_periods_of_its_members)
{
	attach("PUT /30000/0/1?pmin=5&pmax=60");
	attach("PUT /30000/0/3?pmin=10&pmax=40");
	ck_assert_uint_eq(dm_ask(&t.d, "FETCH / cf=110 accept=110 observe=0 token=c",
				  "[{\"n\":\"/30000/0/1\"},{\"n\":\"/30000/0/3\"}]"),
		205);
	observer_set_int(&t, SAMPLE_INT, 2);
	observer_run(&t, 60);
	observer_expect(&t, "c", 10, NULL);
	observer_expect(&t, "c", 50, NULL);
	observer_expect_none(&t);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("condition");
	TCase *c = tcase_create("condition");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, gt_fires_on_the_way_up_only);
	tcase_add_test(c, band_and_step_are_alternatives);
	tcase_add_test(c, lt_fires_on_the_way_down_only);
	tcase_add_test(c, step_is_counted_from_the_last_report);
	tcase_add_test(c, threshold_is_no_brake_for_pmax);
	tcase_add_test(c, edge_chooses_the_direction);
	tcase_add_test(c, edge_is_seen_again_after_a_report_of_the_other_side);
	tcase_add_test(c, falling_edge_is_the_other_one);
	tcase_add_test(c, conditions_of_resources_hold_for_the_instance_above);
	tcase_add_test(c, instances_of_a_resource_have_conditions_of_their_own);
	tcase_add_test(c, own_attributes_replace_the_attached_ones);
	tcase_add_test(c, conditions_may_come_after_the_observation);
	tcase_add_test(c, composite_has_the_periods_of_its_members);
	suite_add_tcase(s, c);
	return s;
}
