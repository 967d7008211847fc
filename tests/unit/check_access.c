#include "dm/access.h"

#include "dm.h"

enum { OWNER_RIGHTS = 15, ALL_RIGHTS = 31 };

static struct dm d;

static void setup(void)
{
	dm_setup(&d);
	dm_add_second_server(&d);
}

static void teardown(void)
{
	dm_teardown(&d);
}

static void guard(uint16_t iid, int64_t oid, int64_t target, int64_t owner)
{
	ck_assert_int_eq(model_create(d.m, PATH2(2, iid), ORIGIN_BOOTSTRAP), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, iid, ACCESS_OBJECT_ID), &VALUE_INT(oid)), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, iid, ACCESS_INSTANCE_ID), &VALUE_INT(target)), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, iid, ACCESS_OWNER), &VALUE_INT(owner)), 0);
}

static void entry(uint16_t iid, uint16_t ssid, int64_t rights)
{
	ck_assert_int_eq(model_set(d.m, PATH4(2, iid, ACCESS_ACL, ssid), &VALUE_INT(rights)), 0);
}

START_TEST(access_is_full_without_instances_of_object_2)
{
	ck_assert_uint_eq(access_rights(d.m, 123, PATH2(3, 0)), ALL_RIGHTS);
	ck_assert_uint_eq(access_rights(d.m, 456, PATH1(3)), ALL_RIGHTS);
}
END_TEST

START_TEST(access_is_full_with_one_server_account)
{
	guard(0, 3, 0, 456);
	ck_assert_uint_eq(access_rights(d.m, 123, PATH2(3, 0)), 0);
	ck_assert_int_eq(model_delete(d.m, PATH2(0, 2)), 0);
	ck_assert_uint_eq(access_rights(d.m, 123, PATH2(3, 0)), ALL_RIGHTS);
}
END_TEST

START_TEST(access_of_the_owner_without_an_entry_is_full)
{
	guard(0, 3, 0, 123);
	entry(0, 0, ACCESS_READ);
	ck_assert_uint_eq(access_rights(d.m, 123, PATH2(3, 0)), OWNER_RIGHTS);
	ck_assert_uint_eq(access_rights(d.m, 123, PATH3(3, 0, 5)), OWNER_RIGHTS);
}
END_TEST

START_TEST(access_of_the_owner_with_an_entry_is_the_entry)
{
	guard(0, 3, 0, 123);
	entry(0, 123, ACCESS_EXECUTE);
	ck_assert_uint_eq(access_rights(d.m, 123, PATH2(3, 0)), ACCESS_EXECUTE);
}
END_TEST

START_TEST(access_of_another_is_its_entry_else_the_default_else_nothing)
{
	guard(0, 3, 0, 123);
	ck_assert_uint_eq(access_rights(d.m, 456, PATH2(3, 0)), 0);
	entry(0, 0, ACCESS_READ);
	ck_assert_uint_eq(access_rights(d.m, 456, PATH2(3, 0)), ACCESS_READ);
	entry(0, 456, ACCESS_WRITE | ACCESS_CREATE);
	ck_assert_uint_eq(access_rights(d.m, 456, PATH2(3, 0)), ACCESS_WRITE);
	entry(0, 456, 0);
	ck_assert_uint_eq(access_rights(d.m, 456, PATH2(3, 0)), 0);
}
END_TEST

START_TEST(access_to_an_instance_that_nothing_guards_is_nothing)
{
	guard(0, 3, 0, 123);
	ck_assert_uint_eq(access_rights(d.m, 123, PATH2(1, 0)), 0);
}
END_TEST

START_TEST(access_to_create_comes_from_the_object_level_alone)
{
	guard(0, SAMPLE, 0, 123);
	entry(0, 123, ALL_RIGHTS);
	ck_assert_uint_eq(access_rights(d.m, 123, PATH1(SAMPLE)), 0);
	guard(1, SAMPLE, 65535, 65535);
	entry(1, 123, ALL_RIGHTS);
	ck_assert_uint_eq(access_rights(d.m, 123, PATH1(SAMPLE)), ACCESS_CREATE);
	ck_assert_uint_eq(access_rights(d.m, 456, PATH1(SAMPLE)), 0);
}
END_TEST

START_TEST(access_to_object_2_has_the_owner_alone)
{
	guard(0, 3, 0, 123);
	entry(0, 456, ALL_RIGHTS);
	ck_assert_uint_eq(access_rights(d.m, 123, PATH2(2, 0)), OWNER_RIGHTS);
	ck_assert_uint_eq(access_rights(d.m, 456, PATH2(2, 0)), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("access");
	TCase *t = tcase_create("access");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, access_is_full_without_instances_of_object_2);
	tcase_add_test(t, access_is_full_with_one_server_account);
	tcase_add_test(t, access_of_the_owner_without_an_entry_is_full);
	tcase_add_test(t, access_of_the_owner_with_an_entry_is_the_entry);
	tcase_add_test(t, access_of_another_is_its_entry_else_the_default_else_nothing);
	tcase_add_test(t, access_to_an_instance_that_nothing_guards_is_nothing);
	tcase_add_test(t, access_to_create_comes_from_the_object_level_alone);
	tcase_add_test(t, access_to_object_2_has_the_owner_alone);
	suite_add_tcase(s, t);
	return s;
}
