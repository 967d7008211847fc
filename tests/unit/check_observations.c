#include <errno.h>
#include <stdio.h>

#include "alloc.h"
#include "dm/observations.h"
#include "runner.h"

static struct observations all;

static void setup(void)
{
	all = (struct observations){0};
}

static void teardown(void)
{
	observations_done(&all);
}

static struct span token(unsigned i)
{
	static char text[16];

	return span_of(text, (size_t)snprintf(text, sizeof text, "%u", i));
}

static struct observation *add(uint16_t ssid, unsigned i, struct path p)
{
	struct observation *ob;

	ck_assert_int_eq(observations_add(&all, ssid, token(i), &p, 1, &ob), 0);
	return ob;
}

static size_t count_at(struct path p)
{
	struct member *m = NULL;
	size_t n = 0;

	while ((m = observations_at(&all, p, m)))
		n++;
	return n;
}

START_TEST(observations_are_found_by_server_and_token)
{
	struct observation *a = add(1, 7, PATH1(3)), *b = add(2, 7, PATH1(3));

	ck_assert_ptr_eq(observations_find(&all, 1, token(7)), a);
	ck_assert_ptr_eq(observations_find(&all, 2, token(7)), b);
	ck_assert_ptr_null(observations_find(&all, 1, token(8)));
	observations_remove(&all, a);
	ck_assert_ptr_null(observations_find(&all, 1, token(7)));
	ck_assert_ptr_eq(observations_find(&all, 2, token(7)), b);
}
END_TEST

START_TEST(observations_are_found_by_path_and_resource_of_their_instance)
{
	add(1, 1, PATH1(3));
	add(1, 2, PATH2(3, 0));
	add(1, 3, PATH3(3, 0, 7));
	add(1, 4, PATH4(3, 0, 7, 1));
	add(1, 5, PATH4(3, 0, 8, 1));
	add(1, 6, PATH0());
	ck_assert_uint_eq(count_at(PATH0()), 1);
	ck_assert_uint_eq(count_at(PATH1(3)), 1);
	ck_assert_uint_eq(count_at(PATH2(3, 0)), 1);
	ck_assert_uint_eq(count_at(PATH3(3, 0, 7)), 2);
	ck_assert_uint_eq(count_at(PATH3(3, 0, 8)), 1);
	ck_assert_uint_eq(count_at(PATH3(3, 0, 9)), 0);
}
END_TEST

START_TEST(observations_of_several_paths_are_found_at_each)
{
	struct path paths[] = {PATH1(3), PATH2(4, 0), PATH3(5, 0, 1)};
	struct observation *ob;

	ck_assert_int_eq(observations_add(&all, 1, token(1), paths, 3, &ob), 0);
	for (size_t i = 0; i < 3; i++)
		ck_assert_ptr_eq(observations_at(&all, paths[i], NULL)->of, ob);
	observations_remove(&all, ob);
	ck_assert_uint_eq(all.n_members, 0);
	ck_assert_uint_eq(count_at(PATH1(3)), 0);
}
END_TEST

/* Against a plain search, with many changes in an order that is no order. */
START_TEST(observations_come_by_their_time)
{
	enum { MANY = 500 };
	struct observation *ob[MANY];
	unsigned random = 1;

	for (unsigned i = 0; i < MANY; i++)
		ob[i] = add(1, i, PATH2(3, i % 7));
	for (unsigned step = 0; step < 5000; step++) {
		uint64_t least = USEC_NEVER;

		random = random * 1103515245 + 12345;
		observations_schedule(&all, ob[random / 65536 % MANY], random % 1000);
		for (unsigned i = 0; i < MANY; i++)
			if (ob[i]->due < least)
				least = ob[i]->due;
		ck_assert_uint_eq(observations_first(&all)->due, least);
	}
	for (unsigned i = 0; i < MANY; i++) {
		uint64_t due = observations_first(&all)->due;

		observations_remove(&all, observations_first(&all));
		ck_assert(all.n == 0 || observations_first(&all)->due >= due);
	}
	ck_assert_ptr_null(observations_first(&all));
}
END_TEST

/* issue: no more than 200 octets for each of many */
START_TEST(observations_are_small)
{
	enum { MANY = 10000 };

	for (unsigned i = 0; i < MANY; i++)
		add(1, i, PATH3(30000, i, 1));

	size_t octets = MANY * (sizeof(struct observation) + sizeof(struct member) + 16) +
			all.cap * sizeof *all.heap + all.n_tokens * sizeof *all.tokens +
			all.n_paths * sizeof *all.paths;

	ck_assert_uint_le(octets, MANY * 200);
	ck_assert_uint_eq(count_at(PATH3(30000, 77, 1)), 1);
}
END_TEST

START_TEST(observations_survive_lack_of_memory)
{
	struct path paths[40];

	for (unsigned i = 0; i < 40; i++)
		paths[i] = PATH2(3, i);
	for (unsigned n = 1;; n++) {
		struct observation *ob;

		alloc_fail_at(n);

		int r = observations_add(&all, 1, token(1), paths, 40, &ob);
		bool has_failed = alloc_failed();

		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
		if (!has_failed)
			break;
		ck_assert_uint_eq(all.n, 0);
		ck_assert_uint_eq(all.n_members, 0);
	}
	ck_assert_uint_eq(count_at(PATH2(3, 39)), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("observations");
	TCase *c = tcase_create("observations");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, observations_are_found_by_server_and_token);
	tcase_add_test(c, observations_are_found_by_path_and_resource_of_their_instance);
	tcase_add_test(c, observations_of_several_paths_are_found_at_each);
	tcase_add_test(c, observations_come_by_their_time);
	tcase_add_test(c, observations_are_small);
	tcase_add_test(c, observations_survive_lack_of_memory);
	suite_add_tcase(s, c);
	return s;
}
