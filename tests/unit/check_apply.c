#include "dm/apply.h"

#include <errno.h>

#include "dm.h"

static struct dm d;

static void setup(void)
{
	dm_setup(&d);
}

static void teardown(void)
{
	dm_teardown(&d);
}

static int apply_link(uint16_t object, uint16_t instance)
{
	const struct record record = {.path = PATH3(SAMPLE, 0, SAMPLE_LINK),
		.value = {.type = VALUE_OBJLNK, .link = {object, instance}}};

	return apply_value(d.m, &record);
}

START_TEST(apply_takes_a_link_to_nothing_an_object_or_an_instance)
{
	ck_assert_int_eq(apply_link(ID_NONE, ID_NONE), 0);
	ck_assert_int_eq(apply_link(3, ID_NONE), 0);
	ck_assert_int_eq(apply_link(3, 0), 0);
	ck_assert_int_eq(apply_link(3, 1), -EDOM);
	ck_assert_int_eq(apply_link(4711, ID_NONE), -EDOM);
	ck_assert_int_eq(apply_link(ID_NONE, 0), -EDOM);
}
END_TEST

START_TEST(apply_asks_the_definition_before_the_object)
{
	struct record record = {.path = PATH3(SAMPLE, 0, SAMPLE_INT), .value = VALUE_INT(101)};

	ck_assert_int_eq(apply_value(d.m, &record), -ERANGE);
	ck_assert_uint_eq(d.sample.n_checks, 0);
	record.value = VALUE_INT(100);
	d.sample.check = -EDOM;
	ck_assert_int_eq(apply_value(d.m, &record), -EDOM);
	ck_assert_uint_eq(d.sample.n_checks, 1);
	ck_assert(path_is_equal(d.sample.checked, record.path));
}
END_TEST

START_TEST(apply_end_keeps_all_or_nothing)
{
	ck_assert_int_eq(model_begin(d.m), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(1)), 0);
	ck_assert_int_eq(apply_end(d.m, -EDOM, MSG_CHANGED), -EDOM);
	ck_assert(!model_exists(d.m, PATH3(SAMPLE, 0, SAMPLE_INT)));
	ck_assert_int_eq(model_begin(d.m), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(1)), 0);
	ck_assert_int_eq(apply_end(d.m, 0, MSG_CHANGED), MSG_CHANGED);
	ck_assert(model_exists(d.m, PATH3(SAMPLE, 0, SAMPLE_INT)));
	ck_assert(!model_in_transaction(d.m));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("apply");
	TCase *t = tcase_create("apply");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, apply_takes_a_link_to_nothing_an_object_or_an_instance);
	tcase_add_test(t, apply_asks_the_definition_before_the_object);
	tcase_add_test(t, apply_end_keeps_all_or_nothing);
	suite_add_tcase(s, t);
	return s;
}
