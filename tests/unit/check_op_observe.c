#include "observer.h"

static struct observer t;

static void setup(void)
{
	observer_setup(&t);
}

static void teardown(void)
{
	observer_teardown(&t);
}

static const char list[] = "[{\"n\":\"/30000/0/1\"},{\"n\":\"/30000/0/3\"}]";

static unsigned ask(const char *line)
{
	return dm_ask(&t.d, line, "");
}

START_TEST(observe_is_a_read_with_a_sequence_number)
{
	ck_assert_uint_eq(ask("GET /30000/0/1 observe=0 token=a accept=0"), 205);
	dm_assert_payload(&t.d, "1");
	ck_assert(t.d.response.has_observe);
	ck_assert_uint_eq(observe_count(t.o), 1);
	ck_assert_uint_eq(ask("GET /30000/0/1 token=a"), 205);
	ck_assert(!t.d.response.has_observe);
	ck_assert_uint_eq(observe_count(t.o), 1);
}
END_TEST

START_TEST(observe_of_what_cannot_be_read_fails_as_read)
{
	ck_assert_uint_eq(ask("GET /30000/0/9 observe=0 token=a"), 405);
	ck_assert_uint_eq(ask("GET /30000/0/6 observe=0 token=a"), 404);
	ck_assert_uint_eq(ask("GET /30000/0/77 observe=0 token=a"), 404);
	ck_assert_uint_eq(ask("GET /30000/7 observe=0 token=a"), 404);
	ck_assert_uint_eq(ask("GET /4711 observe=0 token=a"), 404);
	ck_assert_uint_eq(ask("GET /0 observe=0 token=a"), 401);
	ck_assert_uint_eq(ask("GET /30000/0/1 observe=0 token=a accept=11060"), 406);
	ck_assert_uint_eq(observe_count(t.o), 0);
}
END_TEST

START_TEST(observe_of_an_object_without_instances_is_possible)
{
	ck_assert_uint_eq(ask("GET /30001 observe=0 token=a"), 205);
	ck_assert(t.d.response.has_observe);
}
END_TEST

/* RFC 7641 section 4.1: one entry for each token */
START_TEST(same_token_is_the_same_observation)
{
	ck_assert_uint_eq(ask("GET /30000/0/1 observe=0 token=a"), 205);
	ck_assert_uint_eq(ask("GET /30000/0/3 observe=0 token=a"), 205);
	ck_assert_uint_eq(observe_count(t.o), 1);
	ck_assert_uint_eq(ask("GET /30000/0/3 observe=0 token=b"), 205);
	ck_assert_uint_eq(observe_count(t.o), 2);
}
END_TEST

/* TS core 6.4.3 */
START_TEST(cancel_ends_it_and_reads_once_more)
{
	ck_assert_uint_eq(ask("GET /30000/0/1 observe=0 token=a"), 205);
	ck_assert_uint_eq(ask("GET /30000/0/1 observe=1 token=b"), 205);
	ck_assert_uint_eq(observe_count(t.o), 1);
	ck_assert_uint_eq(ask("GET /30000/0/1 observe=1 token=a accept=0"), 205);
	dm_assert_payload(&t.d, "1");
	ck_assert(!t.d.response.has_observe);
	ck_assert_uint_eq(observe_count(t.o), 0);
}
END_TEST

START_TEST(composite_is_observed_and_cancelled)
{
	const char *line = "FETCH / cf=110 accept=110 observe=0 token=c";

	ck_assert_uint_eq(dm_ask(&t.d, line, list), 205);
	ck_assert(t.d.response.has_observe);

	struct observe_info info;
	size_t cursor = 0;

	ck_assert(observe_next(t.o, &cursor, &info));
	ck_assert_uint_eq(info.n_paths, 2);
	ck_assert(path_is_equal(observe_info_path(&info, 1), PATH3(30000, 0, 3)));
	ck_assert_uint_eq(dm_ask(&t.d, "FETCH / cf=110 accept=110 observe=1 token=c", list), 205);
	ck_assert(!t.d.response.has_observe);
	ck_assert_uint_eq(observe_count(t.o), 0);
}
END_TEST

/* TS core 1.2, 6.4.1 */
START_TEST(queries_are_attributes_of_the_observation_alone)
{
	struct observe_info info;
	size_t cursor = 0;

	ck_assert_uint_eq(ask("GET /30000/0/1?pmin=5&gt=7 observe=0 token=a"), 205);
	ck_assert(observe_next(t.o, &cursor, &info));
	ck_assert_uint_eq(info.attrs.pmin, 5);
	ck_assert_uint_eq(attributes_count(observe_attributes(t.o)), 0);
	ck_assert_uint_eq(ask("GET /30000/0/1?pmin observe=0 token=b"), 400);
	ck_assert_uint_eq(ask("GET /30000/0/1?nonsense=1 observe=0 token=b"), 400);
	ck_assert_uint_eq(ask("GET /30000/0?gt=1 observe=0 token=b"), 400);
	ck_assert_uint_eq(ask("GET /30000/0/1?lt=5&gt=4 observe=0 token=b"), 400);
	ck_assert_uint_eq(ask("GET /30000/0/1?pmin=5"), 400);
	ck_assert_uint_eq(dm_ask(&t.d, "FETCH /?pmin=5 cf=110 observe=0 token=c", list), 205);
	ck_assert_uint_eq(dm_ask(&t.d, "FETCH /?gt=5 cf=110 observe=0 token=d", list), 400);
	ck_assert_uint_eq(observe_count(t.o), 2);
	t.d.peer.version = LWM2M_1_1;
	ck_assert_uint_eq(ask("GET /30000/0/1?pmin=5 observe=0 token=b"), 400);
}
END_TEST

START_TEST(value_of_observe_that_is_neither_is_ignored)
{
	ck_assert_uint_eq(ask("GET /30000/0/1 observe=2 token=a"), 205);
	ck_assert(!t.d.response.has_observe);
	ck_assert_uint_eq(observe_count(t.o), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("op_observe");
	TCase *c = tcase_create("op_observe");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, observe_is_a_read_with_a_sequence_number);
	tcase_add_test(c, observe_of_what_cannot_be_read_fails_as_read);
	tcase_add_test(c, observe_of_an_object_without_instances_is_possible);
	tcase_add_test(c, same_token_is_the_same_observation);
	tcase_add_test(c, cancel_ends_it_and_reads_once_more);
	tcase_add_test(c, composite_is_observed_and_cancelled);
	tcase_add_test(c, queries_are_attributes_of_the_observation_alone);
	tcase_add_test(c, value_of_observe_that_is_neither_is_ignored);
	suite_add_tcase(s, c);
	return s;
}
