#include "dm.h"

static struct dm d;

static void setup(void)
{
	dm_setup(&d);
	d.peer.version = LWM2M_1_2;
}

static void teardown(void)
{
	dm_teardown(&d);
}

static void guard(uint16_t iid, uint16_t target, uint16_t owner)
{
	ck_assert_int_eq(model_create(d.m, PATH2(2, iid), ORIGIN_SERVER), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, iid, ACCESS_OBJECT_ID), &VALUE_INT(SAMPLE)), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, iid, ACCESS_INSTANCE_ID), &VALUE_INT(target)), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, iid, ACCESS_OWNER), &VALUE_INT(owner)), 0);
}

START_TEST(delete_takes_an_instance_away)
{
	ck_assert_uint_eq(dm_ask(&d, "DELETE /30000/0", ""), 202);
	ck_assert(!model_exists(d.m, PATH2(SAMPLE, 0)));
	ck_assert_uint_eq(dm_ask(&d, "DELETE /30000/0", ""), 404);
}
END_TEST

START_TEST(delete_of_what_no_server_has_made_is_4_05)
{
	ck_assert_int_eq(model_create(d.m, PATH2(SAMPLE, 7), ORIGIN_NONE), 0);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /30000/7", ""), 405);
	ck_assert(model_exists(d.m, PATH2(SAMPLE, 7)));
}
END_TEST

START_TEST(delete_takes_the_instance_of_access_control_along)
{
	dm_add_second_server(&d);
	ck_assert_int_eq(model_create(d.m, PATH2(SAMPLE, 1), ORIGIN_SERVER), 0);
	guard(4, 1, 123);
	guard(5, 0, 123);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /30000/1", ""), 202);
	ck_assert(!model_exists(d.m, PATH2(2, 4)));
	ck_assert(model_exists(d.m, PATH2(2, 5)));
	ck_assert(model_exists(d.m, PATH2(SAMPLE, 0)));
}
END_TEST

START_TEST(delete_needs_the_right)
{
	dm_add_second_server(&d);
	guard(0, 0, 456);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /30000/0", ""), 401);
	ck_assert_int_eq(model_set(d.m, PATH4(2, 0, ACCESS_ACL, 123), &VALUE_INT(7)), 0);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /30000/0", ""), 401);
	ck_assert_int_eq(model_set(d.m, PATH4(2, 0, ACCESS_ACL, 123), &VALUE_INT(8)), 0);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /30000/0", ""), 202);
	ck_assert(!model_exists(d.m, PATH2(2, 0)));
}
END_TEST

/* TS core 6.3.7: by a server only what a server could have created */
START_TEST(delete_of_anything_else_is_4_05)
{
	ck_assert_uint_eq(dm_ask(&d, "DELETE /1/0", ""), 405);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /3/0", ""), 405);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /30000", ""), 405);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /30000/0/1", ""), 405);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /", ""), 405);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /0/0", ""), 401);
}
END_TEST

START_TEST(delete_of_the_own_access_control_instance_is_4_05)
{
	dm_add_second_server(&d);
	guard(0, 0, 123);
	ck_assert_uint_eq(dm_ask(&d, "DELETE /2/0", ""), 405);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("op_delete");
	TCase *t = tcase_create("op_delete");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, delete_takes_an_instance_away);
	tcase_add_test(t, delete_of_what_no_server_has_made_is_4_05);
	tcase_add_test(t, delete_takes_the_instance_of_access_control_along);
	tcase_add_test(t, delete_needs_the_right);
	tcase_add_test(t, delete_of_anything_else_is_4_05);
	tcase_add_test(t, delete_of_the_own_access_control_instance_is_4_05);
	suite_add_tcase(s, t);
	return s;
}
