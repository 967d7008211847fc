#include <stdio.h>

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

static unsigned put(const char *query)
{
	char line[200];

	snprintf(line, sizeof line, "PUT %s", query);
	return dm_ask(&t.d, line, "");
}

static void discover(const char *line, const char *expected)
{
	ck_assert_uint_eq(dm_ask(&t.d, line, ""), 205);
	dm_assert_payload(&t.d, expected);
}

/* TS core 5.1.2, the table of attributes: levels and types */
START_TEST(attributes_belong_to_levels_and_types)
{
	ck_assert_uint_eq(put("/30000?pmin=1&pmax=2&epmin=1&epmax=2&con=1&hqmax=3"), 204);
	ck_assert_uint_eq(put("/30000/0?pmin=1&pmax=2&epmin=1&epmax=2&con=1&hqmax=3"), 204);
	ck_assert_uint_eq(put("/30000/0/1?pmin=1&gt=1&lt=0&st=0.25"), 204);
	ck_assert_uint_eq(put("/30000/0/3?gt=-1.5"), 204);
	ck_assert_uint_eq(put("/30000/0/4?edge=1"), 204);
	ck_assert_uint_eq(put("/30000?gt=1"), 400);
	ck_assert_uint_eq(put("/30000/0?st=1"), 400);
	ck_assert_uint_eq(put("/30000/0?edge=1"), 400);
	ck_assert_uint_eq(put("/30000/0/4?gt=1"), 400);
	ck_assert_uint_eq(put("/30000/0/1?edge=1"), 400);
	ck_assert_uint_eq(put("/3/0/0?lt=1"), 400);
	ck_assert_uint_eq(put("/3/0/11/0?gt=1&pmin=3"), 204);
}
END_TEST

START_TEST(wrong_ones_are_refused_and_change_nothing)
{
	ck_assert_uint_eq(put("/30000/0/1?pmin=7"), 204);
	ck_assert_uint_eq(put("/30000/0/1?pmin=8&unknown=1"), 400);
	ck_assert_uint_eq(put("/30000/0/1?pmin=8&dim=1"), 400);
	ck_assert_uint_eq(put("/30000/0/1?pmin=8&pmin=9"), 400);
	ck_assert_uint_eq(put("/30000/0/1?pmin=-1"), 400);
	ck_assert_uint_eq(put("/30000/0/1?pmin=8&gt=1e3"), 400);
	ck_assert_uint_eq(put("/30000/0/1?pmin=8&lt=5&gt=4"), 400);
	ck_assert_uint_eq(put("/30000/0/1?lt=0&gt=4&st=2"), 400);
	ck_assert_uint_eq(put("/30000/0/1?epmin=5&epmax=5"), 400);
	discover("GET /30000/0/1 accept=40", "</30000/0/1>;pmin=7");
	ck_assert_uint_eq(put("/30000/0/1?gt=4"), 204);
	/* together with what is there */
	ck_assert_uint_eq(put("/30000/0/1?lt=4"), 400);
	ck_assert_uint_eq(put("/30000/0/1?lt=4&gt=5"), 204);
	discover("GET /30000/0/1 accept=40", "</30000/0/1>;pmin=7;gt=5;lt=4");
}
END_TEST

START_TEST(targets_have_to_exist)
{
	ck_assert_uint_eq(put("/4711?pmin=1"), 404);
	ck_assert_uint_eq(put("/30000/5?pmin=1"), 404);
	ck_assert_uint_eq(put("/30000/0/99?pmin=1"), 404);
	ck_assert_uint_eq(put("/30000/0/6?pmin=1"), 404);
	ck_assert_uint_eq(put("/3/0/11/7?pmin=1"), 404);
	ck_assert_uint_eq(put("/30000/0/1/0?pmin=1"), 405);
	ck_assert_uint_eq(put("/30000/0/9?pmin=1"), 405);
	ck_assert_uint_eq(put("/0/1?pmin=1"), 401);
}
END_TEST

START_TEST(name_without_value_unsets)
{
	ck_assert_uint_eq(put("/30000/0/1?pmin=7&pmax=9"), 204);
	ck_assert_uint_eq(put("/30000/0/1?pmin&st"), 204);
	discover("GET /30000/0/1 accept=40", "</30000/0/1>;pmax=9");
}
END_TEST

START_TEST(later_enabler_versions_know_more)
{
	t.d.peer.version = LWM2M_1_0;
	ck_assert_uint_eq(put("/30000?epmin=1"), 400);
	t.d.peer.version = LWM2M_1_1;
	ck_assert_uint_eq(put("/30000?epmin=1"), 204);
	ck_assert_uint_eq(put("/30000?con=1"), 400);
}
END_TEST

/* TS core 8.2: an instance needs the right to read, an object none */
START_TEST(right_to_read_is_needed_below_objects)
{
	dm_add_second_server(&t.d);
	ck_assert_int_eq(model_create(t.d.m, PATH2(2, 0), ORIGIN_BOOTSTRAP), 0);
	ck_assert_uint_eq(put("/30000/0?pmin=1"), 401);
	ck_assert_uint_eq(put("/30000?pmin=1"), 204);
}
END_TEST

/* TS core 6.3.2: the target with what it inherits, the others with their own */
START_TEST(discover_shows_them_to_their_server)
{
	t.d.peer.version = LWM2M_1_1;
	ck_assert_int_eq(model_set(t.d.m, PATH4(30000, 0, 10, 2), &VALUE_INT(1)), 0);
	ck_assert_uint_eq(put("/30000?pmin=10"), 204);
	ck_assert_uint_eq(put("/30000/0?pmax=60"), 204);
	ck_assert_uint_eq(put("/30000/0/10?gt=50&lt=42.2"), 204);
	ck_assert_uint_eq(put("/30000/0/10/2?lt=45"), 204);
	discover("GET /30000 accept=40",
		"</30000>;ver=2.1;pmin=10,</30000/0>;pmax=60,</30000/0/1>,</30000/0/3>,"
		"</30000/0/4>,</30000/0/9>,</30000/0/10>;dim=1;gt=50;lt=42.2,</30000/0/12>");
	discover("GET /30000/0 accept=40",
		"</30000/0>;pmin=10;pmax=60,</30000/0/1>,</30000/0/3>,</30000/0/4>,"
		"</30000/0/9>,</30000/0/10>;dim=1;gt=50;lt=42.2,</30000/0/12>");
	discover("GET /30000/0/10 accept=40",
		"</30000/0/10>;dim=1;pmin=10;pmax=60;gt=50;lt=42.2,</30000/0/10/2>;lt=45");
	t.d.peer.short_server_id = 456;
	discover("GET /30000/0/1 accept=40", "</30000/0/1>");
}
END_TEST

/* ETS 1.2-int-264 */
START_TEST(object_line_shows_the_defaults_with_1_2)
{
	ck_assert_int_eq(model_set(t.d.m, PATH3(1, 0, 2), &VALUE_INT(5)), 0);
	ck_assert_int_eq(model_set(t.d.m, PATH3(1, 0, 3), &VALUE_INT(20)), 0);
	discover("GET /30000?depth=0 accept=40", "</30000>;ver=2.1;pmin=5;pmax=20");
	ck_assert_uint_eq(put("/30000?pmax=30"), 204);
	discover("GET /30000?depth=0 accept=40", "</30000>;ver=2.1;pmin=5;pmax=30");
	discover("GET /30000/0?depth=0 accept=40", "</30000/0>;pmax=30");
}
END_TEST

START_TEST(without_reporting_there_are_none)
{
	t.d.peer.observe = NULL;
	ck_assert_uint_eq(put("/30000?pmin=1"), 405);
	discover("GET /30000?depth=0 accept=40", "</30000>;ver=2.1");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("op_attributes");
	TCase *c = tcase_create("op_attributes");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, attributes_belong_to_levels_and_types);
	tcase_add_test(c, wrong_ones_are_refused_and_change_nothing);
	tcase_add_test(c, targets_have_to_exist);
	tcase_add_test(c, name_without_value_unsets);
	tcase_add_test(c, later_enabler_versions_know_more);
	tcase_add_test(c, right_to_read_is_needed_below_objects);
	tcase_add_test(c, discover_shows_them_to_their_server);
	tcase_add_test(c, object_line_shows_the_defaults_with_1_2);
	tcase_add_test(c, without_reporting_there_are_none);
	suite_add_tcase(s, c);
	return s;
}
