#include "model/guard.h"

#include <errno.h>

#include "alloc.h"
#include "objects/access_control.h"
#include "runner.h"
#include "sample.h"

static struct sample sample;
static struct model *m;

static void setup(void)
{
	m = sample_model(&sample);
	ck_assert_int_eq(model_add_object(m, &object_access_control, NULL), 0);
}

static void teardown(void)
{
	m = model_free(m);
}

static void guard(uint16_t iid, int64_t oid, int64_t target)
{
	ck_assert_int_eq(model_create(m, PATH2(2, iid), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_set(m, PATH3(2, iid, ACCESS_OBJECT_ID), &VALUE_INT(oid)), 0);
	ck_assert_int_eq(model_set(m, PATH3(2, iid, ACCESS_INSTANCE_ID), &VALUE_INT(target)), 0);
}

START_TEST(guard_is_found_by_what_it_guards)
{
	ck_assert_uint_eq(guard_of(m, SAMPLE, 0), ID_NONE);
	guard(7, SAMPLE, 0);
	guard(3, SAMPLE, ID_NONE);
	guard(5, SAMPLE, 9);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 0), 7);
	ck_assert_uint_eq(guard_of(m, SAMPLE, ID_NONE), 3);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 9), 5);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 1), ID_NONE);
	ck_assert_uint_eq(guard_of(m, SAMPLE + 1, 0), ID_NONE);
}
END_TEST

START_TEST(guard_with_the_lowest_id_counts)
{
	guard(9, SAMPLE, 0);
	guard(2, SAMPLE, 0);
	guard(4, SAMPLE, 0);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 0), 2);
}
END_TEST

START_TEST(guard_without_both_ids_guards_nothing)
{
	ck_assert_int_eq(model_create(m, PATH2(2, 0), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_set(m, PATH3(2, 0, ACCESS_OBJECT_ID), &VALUE_INT(SAMPLE)), 0);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 0), ID_NONE);
	ck_assert_int_eq(model_set(m, PATH3(2, 0, ACCESS_INSTANCE_ID), &VALUE_INT(0)), 0);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 0), 0);
}
END_TEST

START_TEST(guard_follows_each_change_and_each_rollback)
{
	guard(0, SAMPLE, 0);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 0), 0);
	ck_assert_int_eq(model_set(m, PATH3(2, 0, ACCESS_INSTANCE_ID), &VALUE_INT(1)), 0);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 0), ID_NONE);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 1), 0);

	ck_assert_int_eq(model_begin(m), 0);
	ck_assert_int_eq(model_set(m, PATH3(2, 0, ACCESS_INSTANCE_ID), &VALUE_INT(2)), 0);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 2), 0);
	ck_assert_int_eq(model_set(m, PATH3(2, 0, ACCESS_INSTANCE_ID), &VALUE_INT(3)), 0);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 3), 0);
	guard(1, SAMPLE, 4);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 4), 1);
	ck_assert_int_eq(model_delete(m, PATH2(2, 0)), 0);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 3), ID_NONE);
	model_rollback(m);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 1), 0);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 4), ID_NONE);

	ck_assert_int_eq(model_delete(m, PATH2(2, 0)), 0);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 1), ID_NONE);
}
END_TEST

START_TEST(guard_is_found_without_memory_as_well)
{
	guard(7, SAMPLE, 0);
	alloc_fail_at(1);
	ck_assert_uint_eq(guard_of(m, SAMPLE, 0), 7);
	ck_assert(alloc_failed());
	alloc_fail_off();
	ck_assert_uint_eq(guard_of(m, SAMPLE, 0), 7);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("guard");
	TCase *t = tcase_create("guard");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, guard_is_found_by_what_it_guards);
	tcase_add_test(t, guard_with_the_lowest_id_counts);
	tcase_add_test(t, guard_without_both_ids_guards_nothing);
	tcase_add_test(t, guard_follows_each_change_and_each_rollback);
	tcase_add_test(t, guard_is_found_without_memory_as_well);
	suite_add_tcase(s, t);
	return s;
}
