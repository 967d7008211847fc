#include "daemon/binding.h"

#include <stdio.h>
#include <stdlib.h>

#include "bound.h"
#include "runner.h"

#define P(i, r) PATH3(33000, i, r)

static void start_file(const char *text, const char *more)
{
	char entry[256];

	snprintf(entry, sizeof entry, "{ path = \"/33000/0/1\"; file = \"%s\"; %s }",
		bound_file("t", text), more);
	bound_start(entry, "");
}

START_TEST(binding_without_a_value_is_told_once_and_again_when_it_comes)
{
	start_file("warm", "poll = \"2s\";");
	ck_assert_str_eq(bound_read(P(0, 1)), "");
	world_run(10);
	ck_assert_uint_eq(world_log_count("/33000/0/1 has no new value: \"warm\" is no float"), 1);
	bound_file("t", "5");
	world_run(3);
	ck_assert_str_eq(bound_read(P(0, 1)), "5");
	ck_assert_uint_eq(world_log_count("/33000/0/1 has values again"), 1);
	bound_stop();
}
END_TEST

START_TEST(binding_keeps_a_value_that_is_still_good_and_drops_an_old_one)
{
	start_file("5", "poll = \"2s\"; max_age = \"10s\";");
	bound_file("t", "broken");
	world_run(9);
	ck_assert_str_eq(bound_read(P(0, 1)), "5");
	world_run(3);

	struct value v;

	/* also without a Read: whoever observes it learns that it is gone */
	ck_assert_int_lt(model_get(bound.model, P(0, 1), &v), 0);
	ck_assert_str_eq(bound_read(P(0, 1)), "");
	bound_stop();
}
END_TEST

START_TEST(binding_that_is_set_gets_too_old_as_well)
{
	bound_start("{ path = \"/33000/0/1\"; set = true; max_age = \"10s\"; }", "");
	ck_assert_int_eq(resources_set(bound.resources, P(0, 1), "2.5"), 0);
	world_run(9);
	ck_assert_str_eq(bound_read(P(0, 1)), "2.5");
	ck_assert_int_eq(resources_set(bound.resources, P(0, 1), "2.5"), 0);
	world_run(9);
	ck_assert_str_eq(bound_read(P(0, 1)), "2.5");
	world_run(2);
	ck_assert_str_eq(bound_read(P(0, 1)), "");
	bound_stop();
}
END_TEST

START_TEST(binding_leaves_a_transaction_alone)
{
	start_file("5", "poll = \"2s\";");
	ck_assert_int_eq(model_begin(bound.model), 0);
	bound_file("t", "6");
	world_run(5);
	ck_assert_str_eq(bound_read(P(0, 1)), "5");
	model_rollback(bound.model);
	world_run(2);
	ck_assert_str_eq(bound_read(P(0, 1)), "6");
	bound_stop();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("binding");
	TCase *t = tcase_create("binding");

	tcase_add_checked_fixture(t, bound_setup, bound_teardown);
	tcase_add_test(t, binding_without_a_value_is_told_once_and_again_when_it_comes);
	tcase_add_test(t, binding_keeps_a_value_that_is_still_good_and_drops_an_old_one);
	tcase_add_test(t, binding_that_is_set_gets_too_old_as_well);
	tcase_add_test(t, binding_leaves_a_transaction_alone);
	suite_add_tcase(s, t);
	return s;
}
