#include <errno.h>
#include <stdlib.h>

#include "dm.h"

static struct dm d;

static void set(struct path p, struct value v)
{
	ck_assert_int_eq(model_set(d.m, p, &v), 0);
}

/* Everything writable is there. */
static void setup(void)
{
	dm_setup(&d);
	set(PATH3(SAMPLE, 0, SAMPLE_TEXT), VALUE_TEXT("old"));
	set(PATH3(SAMPLE, 0, SAMPLE_INT), VALUE_INT(1));
	set(PATH3(SAMPLE, 0, SAMPLE_BOOL), VALUE_BOOL(true));
	set(PATH4(SAMPLE, 0, SAMPLE_INTS, 0), VALUE_INT(10));
	set(PATH4(SAMPLE, 0, SAMPLE_INTS, 1), VALUE_INT(11));
	set(PATH4(SAMPLE, 0, SAMPLE_TEXTS, 0), VALUE_TEXT("a"));
	set(PATH3(SAMPLE, 0, SAMPLE_SENSOR), VALUE_INT(7));
}

static void teardown(void)
{
	dm_teardown(&d);
}

static void expect(const char *line, const char *payload, unsigned code)
{
	unsigned got = dm_ask(&d, line, payload);

	ck_assert_msg(got == code, "%s: %u, not %u", line, got, code);
}

static void expect_values(const char *values)
{
	char *dump = model_dump(d.m);
	char *from = strstr(dump, "/30000/0 origin"), *to = strstr(dump, "/30002/0 origin");

	ck_assert(from && to);
	*to = '\0';
	ck_assert_str_eq(strchr(from, '\n') + 1, values);
	free(dump);
}

/* Resource 0 = "new", resource 10 = {1: 12} */
#define PAYLOAD "hex:C3 00 6E 65 77 83 0A 41 01 0C"

START_TEST(replace_of_an_instance_removes_what_is_optional_and_not_named)
{
	expect("PUT /30000/0 cf=11542", PAYLOAD, 204);
	expect_values("/30000/0/0 string new\n"
		      "/30000/0/10/1 integer 12\n"
		      "/30000/0/11/0 string a\n"  /* mandatory */
		      "/30000/0/13 integer 7\n"); /* read only */
}
END_TEST

START_TEST(update_of_an_instance_adds_and_overwrites)
{
	expect("POST /30000/0 cf=11542", PAYLOAD, 204);
	expect_values("/30000/0/0 string new\n"
		      "/30000/0/1 integer 1\n"
		      "/30000/0/4 boolean 1\n"
		      "/30000/0/10/0 integer 10\n"
		      "/30000/0/10/1 integer 12\n"
		      "/30000/0/11/0 string a\n"
		      "/30000/0/13 integer 7\n");
}
END_TEST

START_TEST(replace_of_a_set_takes_its_place)
{
	expect("PUT /30000/0/10 cf=11542", "hex:83 0A 41 05 05", 204);
	ck_assert_int_eq(model_get_int(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 5), 0), 5);
	ck_assert(!model_exists(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 0)));
	expect("PUT /30000/0/10 cf=11542", "hex:80 0A", 204);
	ck_assert(model_exists(d.m, PATH3(SAMPLE, 0, SAMPLE_INTS)));
	ck_assert(!model_exists(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 5)));
}
END_TEST

START_TEST(update_of_a_set_keeps_the_others)
{
	expect("POST /30000/0/10 cf=11542", "hex:83 0A 41 05 05", 204);
	ck_assert_int_eq(model_get_int(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 5), 0), 5);
	ck_assert_int_eq(model_get_int(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 0), 0), 10);
	expect("POST /30000/0/10 cf=11542", "hex:80 0A", 204);
	ck_assert_int_eq(model_get_int(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 0), 0), 10);
}
END_TEST

START_TEST(write_of_a_resource_instance_needs_it_to_be_there)
{
	expect("PUT /30000/0/10/1 cf=0", "42", 204);
	ck_assert_int_eq(model_get_int(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 1), 0), 42);
	ck_assert_int_eq(model_get_int(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 0), 0), 10);
	expect("PUT /30000/0/10/9 cf=0", "42", 404);
	expect("PUT /30000/0/10/1 cf=11542", "hex:41 01 2B", 204);
	ck_assert_int_eq(model_get_int(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 1), 0), 43);
}
END_TEST

START_TEST(write_of_unknown_resources_is_ignored)
{
	expect("POST /30000/0 cf=11542", "hex:C1 01 02 E1 12 67 01", 204);
	ck_assert_int_eq(model_get_int(d.m, PATH3(SAMPLE, 0, SAMPLE_INT), 0), 2);
}
END_TEST

static const struct {
	const char *line, *payload;
	unsigned code;
} refused[] = {
	/* the first resource is fine in each, so that there is something to roll back */
	{"PUT /30000/0 cf=11542", "hex:C1 01 02 C1 0D 01", 405},	  /* read only */
	{"PUT /30000/0 cf=11542", "hex:C1 01 02 C0 09", 405},		  /* executable */
	{"PUT /30000/0 cf=11542", "hex:C1 01 02 C1 04 02", 400},	  /* no boolean */
	{"PUT /30000/0 cf=11542", "hex:C1 01 02 81 0A 01", 400},	  /* broken inside */
	{"PUT /30000/0 cf=11542", "hex:C1 01 02 C1 0A 01", 400},	  /* a set as a value */
	{"PUT /30000/0 cf=11542", "hex:C1 01 02 83 00 41 00 61", 400},	  /* and the other way */
	{"PUT /30000/0 cf=11542", "hex:C1 01 02 C1 01 03", 400},	  /* twice */
	{"PUT /30000/0 cf=11542", "hex:C1 04 01 C1 01 65", 400},	  /* beyond the range */
	{"PUT /30000/0 cf=11542", "hex:C1 01 02 83 0A 41 00 65", 400},	  /* in a set, too */
	{"PUT /30000/0 cf=11542", "hex:03 01 C1 01 02", 400},		  /* another instance */
	{"PUT /30000/0 cf=11542", "hex:C1 01 02 C4 07 00 63 00 00", 400}, /* no object 99 */
	{"POST /30000/0 cf=11542", "hex:C1 01 02 C1 0D 01", 405},
	{"PUT /30000/0/1 cf=11542", "hex:C1 04 01", 400}, /* another resource */
	{"PUT /30000/0/1 cf=11542", "", 400},
	{"PUT /30000/0/10 cf=11542", "hex:83 0A 41 00 65", 400},
};

START_TEST(write_that_is_refused_changes_nothing)
{
	char *before = model_dump(d.m);

	expect(refused[_i].line, refused[_i].payload, refused[_i].code);

	char *after = model_dump(d.m);

	ck_assert_str_eq(after, before);
	free(before);
	free(after);
}
END_TEST

static const struct {
	const char *text;
	unsigned code;
} links[] = {
	{"65535:65535", 204},
	{"3:65535", 204},
	{"3:0", 204},
	{"1:0", 204},
	{"3:1", 400},
	{"99:65535", 400},
	{"65535:0", 400},
};

START_TEST(write_of_a_link_needs_its_target)
{
	expect("PUT /30000/0/7 cf=0", links[_i].text, links[_i].code);
}
END_TEST

START_TEST(write_asks_the_object_last)
{
	d.sample.check = -EOPNOTSUPP;
	expect("PUT /30000/0/1 cf=0", "5", 405);
	ck_assert(path_is_equal(d.sample.checked, PATH3(SAMPLE, 0, 1)));
	d.sample.check = -EDOM;
	expect("PUT /30000/0/1 cf=0", "5", 400);
	expect("PUT /30000/0/1 cf=0", "101", 400);
	ck_assert_uint_eq(d.sample.n_checks, 2);
	ck_assert_int_eq(model_get_int(d.m, PATH3(SAMPLE, 0, SAMPLE_INT), 0), 1);
}
END_TEST

static void count(void *data, struct path p, enum model_change what)
{
	ck_assert_int_eq(what, MODEL_WRITTEN);
	ck_assert_uint_eq(p.depth, 3);
	++*(unsigned *)data;
}

START_TEST(write_tells_the_daemon_what_changed)
{
	unsigned n = 0;

	model_on_change(d.m, count, &n);
	expect("PUT /1/0/1 cf=0", "60", 204);
	ck_assert_uint_eq(n, 1);
	expect("PUT /1/0/1 cf=0", "60", 204);
	ck_assert_uint_eq(n, 1);
	/* 0 and 10 change, 1 and 4 go, 11 and 13 stay */
	expect("PUT /30000/0 cf=11542", PAYLOAD, 204);
	ck_assert_uint_eq(n, 5);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("op_write");
	TCase *t = tcase_create("op_write");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, replace_of_an_instance_removes_what_is_optional_and_not_named);
	tcase_add_test(t, update_of_an_instance_adds_and_overwrites);
	tcase_add_test(t, replace_of_a_set_takes_its_place);
	tcase_add_test(t, update_of_a_set_keeps_the_others);
	tcase_add_test(t, write_of_a_resource_instance_needs_it_to_be_there);
	tcase_add_test(t, write_of_unknown_resources_is_ignored);
	tcase_add_loop_test(
		t, write_that_is_refused_changes_nothing, 0, sizeof refused / sizeof *refused);
	tcase_add_loop_test(t, write_of_a_link_needs_its_target, 0, sizeof links / sizeof *links);
	tcase_add_test(t, write_asks_the_object_last);
	tcase_add_test(t, write_tells_the_daemon_what_changed);
	suite_add_tcase(s, t);
	return s;
}
