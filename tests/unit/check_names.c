#include "conf/names.h"

#include <errno.h>

#include "conf_fixture.h"
#include "runner.h"

START_TEST(names_of_this_system_are_found)
{
	uid_t uid = 1;
	gid_t gid = 1;

	ck_assert_int_eq(names_find_user("", "root", &uid), 0);
	ck_assert_uint_eq(uid, 0);
	ck_assert_int_eq(names_find_group("", "root", &gid), 0);
	ck_assert_uint_eq(gid, 0);
	ck_assert_int_eq(names_find_user("", "no-such-user", &uid), -ENOENT);
	ck_assert_int_eq(names_find_group("", "no-such-group", &gid), -ENOENT);
}
END_TEST

START_TEST(names_below_a_root_are_its_own)
{
	uid_t uid;
	gid_t gid;

	fixture_write("/etc/passwd", "lwm2md:x:123:456::/:/bin/false\nother:x:1:1::/:/\n", 0644);
	fixture_write("/etc/group", "first:x:1:\nlwm2md:x:456:\n", 0644);
	ck_assert_int_eq(names_find_user(fixture_root(), "lwm2md", &uid), 0);
	ck_assert_uint_eq(uid, 123);
	ck_assert_int_eq(names_find_group(fixture_root(), "lwm2md", &gid), 0);
	ck_assert_uint_eq(gid, 456);
	ck_assert_int_eq(names_find_user(fixture_root(), "root", &uid), -ENOENT);
	ck_assert_int_eq(names_find_group(fixture_root(), "root", &gid), -ENOENT);
}
END_TEST

START_TEST(names_are_none_where_the_root_has_no_files)
{
	uid_t uid;
	gid_t gid;

	ck_assert_int_eq(names_find_user(fixture_root(), "root", &uid), -ENOENT);
	ck_assert_int_eq(names_find_group(fixture_root(), "root", &gid), -ENOENT);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("names");
	TCase *t = tcase_create("names");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, names_of_this_system_are_found);
	tcase_add_test(t, names_below_a_root_are_its_own);
	tcase_add_test(t, names_are_none_where_the_root_has_no_files);
	suite_add_tcase(s, t);
	return s;
}
