/* What outlives a restart (src/daemon/kept.c). */
#include <errno.h>
#include <stdlib.h>

#include "bound.h"
#include "runner.h"

#define P(i, r) PATH3(33000, i, r)

static const char entries[] =
	"{ path = \"/33000/0/3\"; value = 7; writable = true; store = true; },"
	"{ path = \"/33000/0/4\"; value = true; writable = true; },"
	"{ path = \"/33000/1/1\"; set = true; default = 1.5; store = true; "
	"max_age = \"1min\"; },"
	"{ path = \"/33000/1/6/3\"; set = true; store = true; }";
static const char create[] = "objects = { create = [ \"/33000\" ]; };";

START_TEST(kept_values_come_back)
{
	bound_start(entries, "");
	ck_assert_int_eq(bound_write(P(0, 3), &VALUE_INT(8)), 0);
	ck_assert_int_eq(bound_write(P(0, 4), &VALUE_BOOL(false)), 0);
	ck_assert_int_eq(resources_set(bound.resources, P(1, 1), "2.5"), 0);
	ck_assert_int_eq(resources_set(bound.resources, PATH4(33000, 1, 6, 3), "x"), 0);
	bound_stop();
	bound_start(entries, "");
	ck_assert_str_eq(bound_read(P(0, 3)), "8");
	ck_assert_str_eq(bound_read(P(0, 4)), "1");
	ck_assert_str_eq(bound_read(P(1, 1)), "2.5");
	ck_assert_str_eq(bound_read(PATH4(33000, 1, 6, 3)), "x");
	bound_stop();
}
END_TEST

START_TEST(kept_values_are_saved_two_seconds_after_a_change)
{
	bound_start(entries, "");
	ck_assert_int_eq(bound_write(P(0, 3), &VALUE_INT(8)), 0);
	world_run(3);
	/* no flush: the power is cut */
	bound.keeper = keeper_free(bound.keeper);
	bound_stop();
	bound_start(entries, "");
	ck_assert_str_eq(bound_read(P(0, 3)), "8");
	bound_stop();
}
END_TEST

START_TEST(kept_values_are_saved_while_a_server_writes_all_the_time)
{
	bound_start(entries, "");
	for (unsigned i = 0; i < 8; i++) {
		ck_assert_int_eq(bound_write(P(0, 3), &VALUE_INT(10 + i)), 0);
		world_run(1);
	}
	bound.keeper = keeper_free(bound.keeper);
	bound_stop();
	bound_start(entries, "");

	struct value v;

	ck_assert_int_eq(model_get(bound.model, P(0, 3), &v), 0);
	ck_assert_int_ge(v.i, 14);
	bound_stop();
}
END_TEST

START_TEST(kept_values_age_while_the_daemon_is_off)
{
	bound_start(entries, "");
	ck_assert_int_eq(resources_set(bound.resources, P(1, 1), "2.5"), 0);
	world_run(30);
	bound_stop();
	world_run(20);
	bound_start(entries, "");
	ck_assert_str_eq(bound_read(P(1, 1)), "2.5");
	world_run(15);
	ck_assert_str_eq(bound_read(P(1, 1)), "");
	bound_stop();
}
END_TEST

START_TEST(kept_values_that_no_longer_fit_are_left_out)
{
	bound_start(entries, "");
	ck_assert_int_eq(bound_write(P(0, 3), &VALUE_INT(8)), 0);
	bound_stop();
	bound_start("{ path = \"/33000/0/3\"; value = 7; writable = true; }", "");
	ck_assert_str_eq(bound_read(P(0, 3)), "7");
	bound_stop();
	bound_start(entries, "state = { store_values = false; };");
	ck_assert_str_eq(bound_read(P(0, 3)), "7");
	bound_stop();
}
END_TEST

START_TEST(kept_instances_of_servers_come_back_where_they_may_make_them)
{
	bound_start("", create);
	ck_assert(model_object(bound.model, 33000)->is_server_made);
	ck_assert_int_eq(model_create(bound.model, PATH2(33000, 4), ORIGIN_SERVER), 0);
	ck_assert_int_eq(model_create(bound.model, PATH2(33000, 5), ORIGIN_SERVER), 0);
	ck_assert_int_eq(bound_write(P(4, 3), &VALUE_INT(8)), 0);
	ck_assert_int_eq(bound_write(PATH4(33000, 4, 6, 0), &VALUE_TEXT("x")), 0);
	bound_stop();
	bound_start("", create);
	ck_assert_str_eq(bound_read(P(4, 3)), "8");
	ck_assert_str_eq(bound_read(PATH4(33000, 4, 6, 0)), "x");
	ck_assert(model_exists(bound.model, PATH2(33000, 5)));
	ck_assert_int_eq(model_origin(bound.model, PATH2(33000, 5)), ORIGIN_SERVER);
	ck_assert_int_eq(model_delete(bound.model, PATH2(33000, 5)), 0);
	bound_stop();
	bound_start("", create);
	ck_assert(!model_exists(bound.model, PATH2(33000, 5)));
	bound_stop();
	bound_start("{ path = \"/33000/9/3\"; value = 1; }", "");
	ck_assert(!model_exists(bound.model, PATH2(33000, 4)));
	bound_stop();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("kept");
	TCase *t = tcase_create("kept");

	tcase_add_checked_fixture(t, bound_setup, bound_teardown);
	tcase_add_test(t, kept_values_come_back);
	tcase_add_test(t, kept_values_are_saved_two_seconds_after_a_change);
	tcase_add_test(t, kept_values_are_saved_while_a_server_writes_all_the_time);
	tcase_add_test(t, kept_values_age_while_the_daemon_is_off);
	tcase_add_test(t, kept_values_that_no_longer_fit_are_left_out);
	tcase_add_test(t, kept_instances_of_servers_come_back_where_they_may_make_them);
	suite_add_tcase(s, t);
	return s;
}
