#include <errno.h>

#include "alloc.h"
#include "runner.h"
#include "state.h"
#include "store/store.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct state state;
static struct store *store;
static unsigned n_taken;
static int take_error;

static const struct store_value list[] = {
	{.path = PATH3(33000, 0, 1), .since = 1700000000, .value = {.type = VALUE_FLOAT, .f = 1.5}},
	{.path = PATH4(33000, 0, 2, 65534),
		.value = {.type = VALUE_STRING, .bytes = {(const uint8_t *)"\xc3\xa4", 2}}},
	{.path = PATH2(33000, 7), .is_server_made = true, .value = {.type = VALUE_NONE}},
	{.path = PATH3(33000, 7, 0), .is_server_made = true, .value = VALUE_UINT(UINT64_MAX)},
	{.path = PATH3(33000, 7, 3), .is_server_made = true, .value = VALUE_INT(INT64_MIN)},
	{.path = PATH3(33000, 7, 4), .since = -1, .value = VALUE_BOOL(true)},
	{.path = {.device = 9, .depth = 3, .id = {1, 2, 3}},
		.value = {.type = VALUE_OBJLNK, .link = {65535, 65535}}},
};

static void setup(void)
{
	int pid;

	state_setup(&state);
	ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
	n_taken = 0;
	take_error = 0;
}

static void teardown(void)
{
	store = store_free(store);
	state_teardown(&state);
}

static int take(void *data, const struct store_value *v)
{
	const struct store_value *e = &list[n_taken];

	ck_assert_ptr_eq(data, &n_taken);
	ck_assert_uint_lt(n_taken++, COUNT(list));
	ck_assert(path_is_equal(v->path, e->path));
	ck_assert_int_eq(v->is_server_made, e->is_server_made);
	ck_assert_int_eq(v->since, e->since);
	ck_assert_int_eq(v->value.type, e->value.type);
	ck_assert(v->value.type == VALUE_NONE || value_is_equal(&v->value, &e->value));
	return take_error;
}

static int read_all(void)
{
	n_taken = 0;
	return store_read_values(store, take, &n_taken);
}

START_TEST(values_come_back_as_they_were)
{
	ck_assert_int_eq(store_save_values(store, list, COUNT(list)), 0);
	ck_assert_int_eq(read_all(), 0);
	ck_assert_uint_eq(n_taken, COUNT(list));
	ck_assert_int_eq(read_all(), 0);
}
END_TEST

START_TEST(values_that_are_none_leave_no_file)
{
	ck_assert_int_eq(read_all(), -ENOENT);
	ck_assert_int_eq(store_save_values(store, list, 2), 0);
	ck_assert_int_eq(store_save_values(store, NULL, 0), 0);
	ck_assert(!state_has(&state, "values.cbor"));
}
END_TEST

START_TEST(values_end_where_the_taker_says_so)
{
	ck_assert_int_eq(store_save_values(store, list, COUNT(list)), 0);
	take_error = -ENOMEM;
	ck_assert_int_eq(read_all(), -ENOMEM);
	ck_assert_uint_eq(n_taken, 1);
	ck_assert(state_has(&state, "values.cbor"));
}
END_TEST

START_TEST(values_that_are_damaged_are_put_aside)
{
	state_write(&state, "values.cbor", span_of_text("garbage"));
	ck_assert_int_eq(read_all(), -EBADMSG);
	ck_assert_uint_eq(n_taken, 0);
	ck_assert_int_eq(read_all(), -ENOENT);
	ck_assert(state_has(&state, "values.cbor.corrupt"));
}
END_TEST

static int save_two(void *data)
{
	(void)data;
	return store_save_values(store, list, 2);
}

START_TEST(values_are_the_old_or_the_new_ones_after_a_crash)
{
	int r = 1;

	for (unsigned n = 1; r == 1; n++) {
		ck_assert_int_eq(store_save_values(store, list, COUNT(list)), 0);
		r = state_run(save_two, NULL, n, CRASH_POWER);
		ck_assert_int_eq(read_all(), 0);
		ck_assert(n_taken == 2 || n_taken == COUNT(list));
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(n_taken, 2);
}
END_TEST

START_TEST(values_survive_failing_allocations)
{
	bool has_failed = true;

	for (unsigned n = 1; has_failed; n++) {
		alloc_fail_at(n);

		int r = store_save_values(store, list, COUNT(list));

		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
	}
	ck_assert_int_eq(read_all(), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("values");
	TCase *t = tcase_create("values");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, values_come_back_as_they_were);
	tcase_add_test(t, values_that_are_none_leave_no_file);
	tcase_add_test(t, values_end_where_the_taker_says_so);
	tcase_add_test(t, values_that_are_damaged_are_put_aside);
	tcase_add_test(t, values_are_the_old_or_the_new_ones_after_a_crash);
	tcase_add_test(t, values_survive_failing_allocations);
	suite_add_tcase(s, t);
	return s;
}
