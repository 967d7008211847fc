#include "daemon/resources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bound.h"
#include "runner.h"

#define P(i, r) PATH3(33000, i, r)

static char *file_entry(const char *file, const char *more)
{
	char *ret;

	ck_assert_int_ge(
		asprintf(&ret, "{ path = \"/33000/0/1\"; file = \"%s\"; %s }", file, more), 0);
	return ret;
}

START_TEST(resources_exist_as_they_are_bound)
{
	bound_start("{ path = \"/33000/0/1\"; value = 1.5; },"
		    "{ path = \"/33000/7/6/2\"; value = \"c\"; },"
		    "{ path = \"/33000/8/3\"; set = true; }",
		"");
	ck_assert_str_eq(bound_read(P(0, 1)), "1.5");
	ck_assert_str_eq(bound_read(PATH4(33000, 7, 6, 2)), "c");
	ck_assert(model_exists(bound.model, PATH2(33000, 8)));
	ck_assert_str_eq(bound_read(P(8, 3)), "");
	ck_assert(!model_exists(bound.model, PATH2(33000, 1)));
	ck_assert(!model_object(bound.model, 33000)->is_server_made);
	bound_stop();
}
END_TEST

START_TEST(resources_of_a_file_are_polled)
{
	char *entry = file_entry(bound_file("t", "1\n"), "poll = \"10s\";");

	bound_start(entry, "");

	struct value v;

	ck_assert_int_eq(model_get(bound.model, P(0, 1), &v), 0);
	bound_file("t", "2\n");
	world_run(9.5);
	ck_assert_int_eq(model_get(bound.model, P(0, 1), &v), 0);
	ck_assert(v.f == 1);
	world_run(1);
	ck_assert_int_eq(model_get(bound.model, P(0, 1), &v), 0);
	ck_assert(v.f == 2);
	bound_stop();
	free(entry);
}
END_TEST

START_TEST(resources_of_a_file_are_at_most_a_second_old_when_read)
{
	char *entry = file_entry(bound_file("t", "1\n"), "");

	bound_start(entry, "");
	bound_file("t", "2\n");
	world_run(0.5);
	ck_assert_str_eq(bound_read(P(0, 1)), "1");
	world_run(0.6);
	ck_assert_str_eq(bound_read(P(0, 1)), "2");
	bound_stop();
	free(entry);
}
END_TEST

START_TEST(resources_are_written_only_where_the_configuration_says_so)
{
	bound_start("{ path = \"/33000/0/3\"; value = 1; writable = true; },"
		    "{ path = \"/33000/0/4\"; value = true; },"
		    "{ path = \"/33000/0/6/0\"; value = \"a\"; writable = true; }",
		"");
	ck_assert_int_eq(bound_write(P(0, 3), &VALUE_INT(2)), 0);
	ck_assert_int_eq(bound_write(P(0, 3), &VALUE_INT(101)), -ERANGE);
	ck_assert_int_eq(bound_write(P(0, 4), &VALUE_BOOL(false)), -EOPNOTSUPP);
	ck_assert_int_eq(bound_write(P(0, 7), &VALUE_BYTES(span_of("a", 1))), -EOPNOTSUPP);
	ck_assert_int_eq(bound_write(PATH4(33000, 0, 6, 0), &VALUE_TEXT("b")), 0);
	ck_assert_str_eq(bound_read(P(0, 3)), "2");
	bound_stop();
}
END_TEST

START_TEST(resources_are_set_where_the_configuration_says_so)
{
	bound_start("{ path = \"/33000/0/1\"; set = true; default = 1.5; },"
		    "{ path = \"/33000/0/2\"; value = \"c\"; },"
		    "{ path = \"/33000/0/3\"; set = true; }",
		"");
	ck_assert_int_eq(resources_set(bound.resources, P(0, 1), "2.5"), 0);
	ck_assert_str_eq(bound_read(P(0, 1)), "2.5");
	ck_assert_int_eq(resources_set(bound.resources, P(0, 1), "warm"), -EINVAL);
	ck_assert_int_eq(resources_set(bound.resources, P(0, 2), "d"), -EPERM);
	ck_assert_int_eq(resources_set(bound.resources, P(0, 3), "101"), -ERANGE);
	ck_assert_int_eq(resources_set(bound.resources, P(9, 3), "1"), -ENOENT);
	bound_stop();
}
END_TEST

START_TEST(resources_are_executed_where_the_configuration_says_so)
{
	bound_start("{ path = \"/33000/0/5\"; on_execute = [ \"/usr/lib/example/relay\" ]; },"
		    "{ path = \"/33000/1/3\"; value = 1; }",
		"");
	ck_assert_int_eq(model_execute(bound.model, 101, P(1, 5), span_of_text("")), -EOPNOTSUPP);
	ck_assert_int_eq(model_execute(bound.model, 101, P(0, 5), span_of_text("")), 0);
	ck_assert_int_eq(model_execute(bound.model, 101, P(0, 5), span_of_text("")), -EBUSY);
	bound_stop();
}
END_TEST

START_TEST(resources_reload_changes_only_what_differs)
{
	bound_start("{ path = \"/33000/0/1\"; value = 1.5; },"
		    "{ path = \"/33000/0/3\"; value = 7; writable = true; },"
		    "{ path = \"/33000/0/4\"; value = true; writable = true; },"
		    "{ path = \"/33000/1/1\"; value = 1.5; },"
		    "{ path = \"/33000/1/2\"; value = \"gone\"; },"
		    "{ path = \"/33000/2/2\"; value = \"gone\"; }",
		"");
	ck_assert_int_eq(bound_write(P(0, 3), &VALUE_INT(8)), 0);
	ck_assert_int_eq(bound_write(P(0, 4), &VALUE_BOOL(false)), 0);
	bound_reload("{ path = \"/33000/0/1\"; value = 2.5; },"
		     "{ path = \"/33000/0/3\"; value = 7; writable = true; },"
		     "{ path = \"/33000/0/4\"; value = true; writable = true; store = true; },"
		     "{ path = \"/33000/1/1\"; value = 1.5; },"
		     "{ path = \"/33000/3/2\"; value = \"new\"; }",
		"");
	ck_assert_str_eq(bound_read(P(0, 1)), "2.5");
	ck_assert_str_eq(bound_read(P(0, 3)), "8");
	ck_assert_str_eq(bound_read(P(0, 4)), "0");
	ck_assert_str_eq(bound_read(P(1, 1)), "1.5");
	ck_assert_str_eq(bound_read(P(1, 2)), "");
	ck_assert(!model_exists(bound.model, PATH2(33000, 2)));
	ck_assert_str_eq(bound_read(P(3, 2)), "new");
	bound_reload("", "");
	ck_assert(!model_object(bound.model, 33000));
	bound_stop();
}
END_TEST

START_TEST(resources_by_the_thousand_are_bound_and_read_one_by_one)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	for (unsigned i = 0; i < 10000; i++)
		fprintf(out, "%s{ path = \"/33000/%u/3\"; value = %u; }", i ? ",\n" : "", i,
			i % 100);
	fclose(out);
	bound_start(text, "");
	ck_assert_str_eq(bound_read(P(9999, 3)), "99");
	ck_assert_str_eq(bound_read(P(4711, 3)), "11");
	bound_stop();
	free(text);
}
END_TEST

/* A resource has at most 256 instances: the last one has no room. */
START_TEST(resources_that_do_not_fit_leave_the_others_in_use)
{
	char *entry = file_entry(bound_file("t", "1\n"), "poll = \"10s\";"), *text;
	struct value v;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "%s", entry);
	for (unsigned i = 0; i < 257; i++)
		fprintf(out, ",{ path = \"/33000/0/6/%u\"; value = \"x\"; }", i);
	fprintf(out, ",{ path = \"/33000/1/3\"; value = 7; }");
	fclose(out);

	bound_start(entry, "");
	ck_assert_int_eq(bound_try_reload(text, ""), -ENOSPC);
	ck_assert_str_eq(bound_read(PATH4(33000, 0, 6, 255)), "x");
	ck_assert_str_eq(bound_read(P(1, 3)), "7");
	bound_file("t", "2\n");
	world_run(11);
	ck_assert_int_eq(model_get(bound.model, P(0, 1), &v), 0);
	ck_assert(v.f == 2);
	bound_stop();
	free(text);
	free(entry);
}
END_TEST

/* A definition cannot go while a bootstrap session is open. */
START_TEST(resources_let_the_former_configuration_go_even_on_failure)
{
	char *entry = file_entry(bound_file("t", "1\n"), "poll = \"10s\";");

	bound_start(entry, "");
	ck_assert_int_eq(model_begin(bound.model), 0);
	ck_assert_int_eq(bound_try_reload("", ""), -EBUSY);
	model_rollback(bound.model);
	world_run(30);
	ck_assert_int_eq(resources_set(bound.resources, P(0, 1), "2"), -ENOENT);
	bound_reload(entry, "");
	ck_assert_str_eq(bound_read(P(0, 1)), "1");
	bound_stop();
	free(entry);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("resources");
	TCase *t = tcase_create("resources");

	tcase_add_checked_fixture(t, bound_setup, bound_teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, resources_exist_as_they_are_bound);
	tcase_add_test(t, resources_of_a_file_are_polled);
	tcase_add_test(t, resources_of_a_file_are_at_most_a_second_old_when_read);
	tcase_add_test(t, resources_are_written_only_where_the_configuration_says_so);
	tcase_add_test(t, resources_are_set_where_the_configuration_says_so);
	tcase_add_test(t, resources_are_executed_where_the_configuration_says_so);
	tcase_add_test(t, resources_reload_changes_only_what_differs);
	tcase_add_test(t, resources_that_do_not_fit_leave_the_others_in_use);
	tcase_add_test(t, resources_let_the_former_configuration_go_even_on_failure);
	tcase_add_test(t, resources_by_the_thousand_are_bound_and_read_one_by_one);
	suite_add_tcase(s, t);
	return s;
}
