#include <errno.h>

#include "alloc.h"
#include "base/cleanup.h"
#include "observer.h"

static struct attributes *all;

static void setup(void)
{
	ck_assert_int_eq(attributes_new(&all), 0);
}

static void teardown(void)
{
	all = attributes_free(all);
}

static struct attrs pmin(uint32_t sec)
{
	return (struct attrs){.set = ATTR_BIT(ATTR_PMIN), .pmin = sec};
}

static void put(uint16_t ssid, struct path p, struct attrs a)
{
	ck_assert_int_eq(attributes_put(all, ssid, p, &a), 0);
}

START_TEST(attributes_are_those_of_each_server)
{
	put(1, PATH1(3), pmin(5));
	put(2, PATH1(3), pmin(6));
	ck_assert_uint_eq(attributes_find(all, 1, PATH1(3))->pmin, 5);
	ck_assert_uint_eq(attributes_find(all, 2, PATH1(3))->pmin, 6);
	ck_assert_ptr_null(attributes_find(all, 3, PATH1(3)));
	ck_assert_ptr_null(attributes_find(all, 1, PATH2(3, 0)));
}
END_TEST

START_TEST(attributes_that_are_all_unset_are_gone)
{
	put(1, PATH1(3), pmin(5));
	put(1, PATH1(3), (struct attrs){0});
	put(1, PATH1(4), (struct attrs){0});
	ck_assert_uint_eq(attributes_count(all), 0);
}
END_TEST

/* TS core 5.1.2: the nearest level counts, each attribute on its own */
START_TEST(attributes_are_inherited_from_the_nearest_level)
{
	struct path p = PATH4(3, 0, 7, 1);
	struct attrs a = pmin(1);

	put(1, path_parent(p, 1), a);
	a = (struct attrs){.set = ATTR_BIT(ATTR_PMAX), .pmax = 2};
	put(1, path_parent(p, 2), a);
	put(1, path_parent(p, 3), pmin(3));
	a = attributes_inherited(all, 1, p);
	ck_assert(a.pmin == 3 && a.pmax == 2);
	put(1, p, pmin(4));
	a = attributes_inherited(all, 1, p);
	ck_assert(a.pmin == 4 && a.pmax == 2);
	a = attributes_inherited(all, 1, PATH3(3, 0, 9));
	ck_assert(a.pmin == 1 && a.pmax == 2);
	ck_assert_uint_eq(attributes_inherited(all, 1, PATH1(4)).set, 0);
}
END_TEST

START_TEST(attributes_concern_what_is_above_and_below)
{
	uint16_t bit = ATTR_BIT(ATTR_PMIN);

	put(1, PATH3(3, 0, 7), pmin(3));
	ck_assert(attributes_concern(all, 1, PATH0(), bit));
	ck_assert(attributes_concern(all, 1, PATH2(3, 0), bit));
	ck_assert(attributes_concern(all, 1, PATH3(3, 0, 7), bit));
	ck_assert(attributes_concern(all, 1, PATH4(3, 0, 7, 1), bit));
	ck_assert(!attributes_concern(all, 1, PATH3(3, 0, 8), bit));
	ck_assert(!attributes_concern(all, 1, PATH3(3, 0, 7), ATTR_BIT(ATTR_PMAX)));
	ck_assert(!attributes_concern(all, 2, PATH0(), bit));
}
END_TEST

START_TEST(attributes_go_with_their_server_or_instance)
{
	put(1, PATH2(3, 0), pmin(1));
	put(1, PATH3(3, 0, 7), pmin(2));
	put(1, PATH1(3), pmin(3));
	put(2, PATH3(3, 0, 7), pmin(4));
	ck_assert(attributes_drop_below(all, PATH2(3, 0)));
	ck_assert(!attributes_drop_below(all, PATH2(3, 0)));
	ck_assert_uint_eq(attributes_count(all), 1);
	ck_assert(!attributes_drop_server(all, 2));
	ck_assert(attributes_drop_server(all, 1));
	ck_assert_uint_eq(attributes_count(all), 0);
}
END_TEST

START_TEST(attributes_have_a_limit_for_each_server)
{
	struct attrs a = pmin(1);

	for (unsigned i = 0; i < ATTRIBUTES_PER_SERVER_MAX; i++)
		put(1, PATH2(3, i), a);
	ck_assert_int_eq(attributes_put(all, 1, PATH1(3), &a), -ENOSPC);
	ck_assert_int_eq(attributes_put(all, 1, PATH2(3, 0), &a), 0);
	ck_assert_int_eq(attributes_put(all, 2, PATH1(3), &a), 0);
}
END_TEST

START_TEST(attributes_survive_a_restart)
{
	_cleanup_(attributes_free_p) struct attributes *other = NULL;
	_cleanup_(buf_done) struct buf state = {0};
	struct attrs a = {.set = (1u << ATTR_COUNT) - 1,
		.pmin = 1,
		.pmax = 2,
		.epmin = 3,
		.epmax = 4,
		.hqmax = 5,
		.edge = 1,
		.con = 1,
		.gt = 10.25,
		.lt = -10.5,
		.st = 0.5};

	put(1, PATH4(3, 0, 7, 1), a);
	put(65534, PATH1(3), pmin(4294967295));
	ck_assert_int_eq(attributes_save(all, &state), 0);
	ck_assert_int_eq(attributes_new(&other), 0);
	ck_assert_int_eq(attributes_load(other, buf_span(&state)), 0);
	ck_assert_uint_eq(attributes_count(other), 2);
	ck_assert_uint_eq(attributes_find(other, 65534, PATH1(3))->pmin, 4294967295);

	struct attrs got = *attributes_find(other, 1, PATH4(3, 0, 7, 1));

	ck_assert(got.set == a.set && got.pmax == 2 && got.epmin == 3 && got.epmax == 4 &&
		  got.hqmax == 5 && got.edge == 1 && got.con == 1 && got.gt == 10.25 &&
		  got.lt == -10.5 && got.st == 0.5);
}
END_TEST

START_TEST(attributes_of_a_damaged_state_change_nothing)
{
	_cleanup_(buf_done) struct buf state = {0};

	put(1, PATH1(3), pmin(1));
	put(2, PATH3(3, 0, 7), pmin(2));
	ck_assert_int_eq(attributes_save(all, &state), 0);
	for (size_t len = 0; len < state.len; len++)
		ck_assert_int_eq(attributes_load(all, span_of(state.data, len)), -EBADMSG);
	ck_assert_uint_eq(attributes_count(all), 2);
}
END_TEST

START_TEST(attributes_without_memory_stay_as_they_were)
{
	struct attrs a = pmin(1);

	for (unsigned i = 0; i < 100; i++) {
		alloc_fail_at(1);

		int r = attributes_put(all, 1, PATH2(3, i), &a);
		bool has_failed = alloc_failed();

		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
		ck_assert(!!attributes_find(all, 1, PATH2(3, i)) == !has_failed);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("attributes");
	TCase *c = tcase_create("attributes");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, attributes_are_those_of_each_server);
	tcase_add_test(c, attributes_that_are_all_unset_are_gone);
	tcase_add_test(c, attributes_are_inherited_from_the_nearest_level);
	tcase_add_test(c, attributes_concern_what_is_above_and_below);
	tcase_add_test(c, attributes_go_with_their_server_or_instance);
	tcase_add_test(c, attributes_have_a_limit_for_each_server);
	tcase_add_test(c, attributes_survive_a_restart);
	tcase_add_test(c, attributes_of_a_damaged_state_change_nothing);
	tcase_add_test(c, attributes_without_memory_stay_as_they_were);
	suite_add_tcase(s, c);
	return s;
}
