#include "dm/collect.h"

#include <errno.h>
#include <stdio.h>

#include "dm.h"

static struct dm d;
static struct collection c;

static void setup(void)
{
	dm_setup(&d);
	collection_init(&c);
}

static void teardown(void)
{
	collection_done(&c);
	dm_teardown(&d);
}

static void set(struct path p, int64_t v)
{
	ck_assert_int_eq(model_set(d.m, p, &VALUE_INT(v)), 0);
}

/* Server 123 reads /30000/0 and owns nothing else; 456 has no right at all. */
static void guard_sample(void)
{
	dm_add_second_server(&d);
	ck_assert_int_eq(model_create(d.m, PATH2(2, 0), ORIGIN_BOOTSTRAP), 0);
	set(PATH3(2, 0, ACCESS_OBJECT_ID), SAMPLE);
	set(PATH3(2, 0, ACCESS_INSTANCE_ID), 0);
	set(PATH3(2, 0, ACCESS_OWNER), ID_NONE);
	set(PATH4(2, 0, ACCESS_ACL, 123), 1);
}

/* The paths of all records, "/3/0/0 /3/0/1", with a "-" behind those without a value. */
static void assert_paths(const char *expected)
{
	static char got[4096];
	size_t len = 0;

	got[0] = '\0';
	for (size_t i = 0; i < c.n; i++) {
		const struct record *r = &collection_records(&c)[i];
		char text[PATH_TEXT_MAX];

		path_format(r->path, text);
		len += (size_t)snprintf(got + len, sizeof got - len, "%s%s%s", i ? " " : "", text,
			r->value.type == VALUE_NONE ? "-" : "");
	}
	ck_assert_str_eq(got, expected);
}

static int collect(struct path p)
{
	c.n = 0;
	return collect_path(d.m, &d.peer, p, &c);
}

static int collect_all(struct path *paths, size_t n)
{
	c.n = 0;
	return collect_paths(d.m, &d.peer, paths, collect_order(paths, n), &c);
}

START_TEST(collect_gives_what_is_there_and_readable_below_a_path)
{
	set(PATH3(SAMPLE, 0, SAMPLE_INT), 5);
	set(PATH4(SAMPLE, 0, SAMPLE_INTS, 2), 1);
	set(PATH4(SAMPLE, 0, SAMPLE_INTS, 7), 2);
	ck_assert_int_eq(model_set(d.m, PATH3(SAMPLE, 0, SAMPLE_SECRET), &VALUE_TEXT("secret")), 0);
	ck_assert_int_eq(model_create(d.m, PATH2(SAMPLE, 3), ORIGIN_NONE), 0);

	ck_assert_int_eq(collect(PATH1(SAMPLE)), 0);
	assert_paths("/30000/0/1 /30000/0/10/2 /30000/0/10/7 /30000/3-");
	ck_assert_int_eq(collect(PATH2(SAMPLE, 0)), 0);
	assert_paths("/30000/0/1 /30000/0/10/2 /30000/0/10/7");
	ck_assert_int_eq(collect(PATH3(SAMPLE, 0, SAMPLE_INTS)), 0);
	assert_paths("/30000/0/10/2 /30000/0/10/7");
	ck_assert_int_eq(collect(PATH4(SAMPLE, 0, SAMPLE_INTS, 7)), 0);
	assert_paths("/30000/0/10/7");
	ck_assert_int_eq(collect(PATH1(SAMPLE_SINGLE)), 0);
	assert_paths("");
}
END_TEST

START_TEST(collect_refuses_what_is_not_there_or_not_to_be_read)
{
	ck_assert_int_eq(collect(PATH1(9)), -ENOENT);
	ck_assert_int_eq(collect(PATH2(SAMPLE, 1)), -ENOENT);
	ck_assert_int_eq(collect(PATH3(SAMPLE, 0, 99)), -ENOENT);
	ck_assert_int_eq(collect(PATH3(SAMPLE, 0, SAMPLE_INT)), -ENOENT);
	ck_assert_int_eq(collect(PATH4(SAMPLE, 0, SAMPLE_INTS, 1)), -ENOENT);
	ck_assert_int_eq(collect(PATH4(SAMPLE, 0, SAMPLE_INT, 0)), -EOPNOTSUPP);
	ck_assert_int_eq(collect(PATH3(SAMPLE, 0, SAMPLE_SECRET)), -EOPNOTSUPP);
	ck_assert_int_eq(collect(PATH3(SAMPLE, 0, SAMPLE_RUN)), -EOPNOTSUPP);
}
END_TEST

START_TEST(collect_never_shows_hidden_objects)
{
	struct path root[] = {PATH0()}, hidden[] = {PATH1(0), PATH3(0, 1, 0), PATH1(23)};

	ck_assert_int_eq(collect(PATH3(0, 1, 0)), -EACCES);
	ck_assert_int_eq(collect(PATH1(21)), -EACCES);
	ck_assert_int_eq(collect(PATH2(23, 0)), -EACCES);
	ck_assert_int_eq(collect_all(hidden, 3), -EACCES);
	ck_assert_int_eq(collect_all(root, 1), 0);
	for (size_t i = 0; i < c.n; i++)
		ck_assert_uint_ne(collection_records(&c)[i].path.id[0], 0);
	ck_assert_uint_eq(collection_records(&c)[0].path.id[0], 1);
	ck_assert_uint_eq(collection_records(&c)[c.n - 1].path.id[0], SAMPLE);
}
END_TEST

START_TEST(collect_minds_the_rights_on_each_instance)
{
	guard_sample();
	ck_assert_int_eq(model_create(d.m, PATH2(SAMPLE, 1), ORIGIN_NONE), 0);
	ck_assert_int_eq(collect(PATH1(SAMPLE)), 0);
	assert_paths("/30000/0-");
	ck_assert_int_eq(collect(PATH2(SAMPLE, 1)), -EACCES);
	d.peer.short_server_id = 456;
	ck_assert_int_eq(collect(PATH1(SAMPLE)), -EACCES);
	ck_assert_int_eq(collect(PATH2(SAMPLE, 0)), -EACCES);
}
END_TEST

START_TEST(collect_of_several_paths_leaves_out_what_one_would_be_refused)
{
	struct path paths[] = {PATH3(SAMPLE, 0, SAMPLE_INT), PATH3(3, 0, 0), PATH1(9),
		PATH3(3, 0, 99), PATH3(SAMPLE, 0, SAMPLE_SECRET), PATH2(SAMPLE, 5)};

	set(PATH3(SAMPLE, 0, SAMPLE_INT), 5);
	ck_assert_int_eq(collect_all(paths, 6), 0);
	assert_paths("/3/0/0 /30000/0/1");
}
END_TEST

START_TEST(collect_of_several_paths_needs_one_that_is_granted)
{
	struct path one[] = {PATH3(3, 0, 0), PATH1(9)};
	struct path two[] = {PATH3(3, 0, 0), PATH2(SAMPLE, 0)};
	struct path none[] = {PATH1(9), PATH2(SAMPLE, 9)};

	guard_sample();
	ck_assert_int_eq(collect_all(one, 2), -EACCES);
	ck_assert_int_eq(collect_all(two, 2), 0);
	assert_paths("/30000/0-");
	ck_assert_int_eq(collect_all(none, 2), 0);
	assert_paths("");
}
END_TEST

START_TEST(collect_order_leaves_no_path_within_another)
{
	struct path paths[] = {PATH4(3, 0, 11, 0), PATH2(3, 0), PATH3(1, 0, 1), PATH3(3, 0, 11),
		PATH3(1, 0, 1), PATH2(3, 1)};
	struct path root[] = {PATH1(3), PATH0(), PATH1(1)};

	ck_assert_uint_eq(collect_order(paths, 6), 3);
	ck_assert(path_is_equal(paths[0], PATH3(1, 0, 1)));
	ck_assert(path_is_equal(paths[1], PATH2(3, 0)));
	ck_assert(path_is_equal(paths[2], PATH2(3, 1)));
	ck_assert_uint_eq(collect_order(root, 3), 1);
	ck_assert_uint_eq(root[0].depth, 0);
	ck_assert_uint_eq(collect_order(root, 0), 0);
}
END_TEST

START_TEST(collect_takes_more_than_its_own_room)
{
	for (uint16_t i = 0; i < 200; i++)
		set(PATH4(SAMPLE, 0, SAMPLE_INTS, i), i % 2);
	ck_assert_int_eq(collect(PATH2(SAMPLE, 0)), 0);
	ck_assert_uint_eq(c.n, 200);
	for (uint16_t i = 0; i < 200; i++)
		ck_assert_int_eq(collection_records(&c)[i].value.i, i % 2);
}
END_TEST

START_TEST(collect_format_is_tlv_for_1_0_plain_for_one_value_senml_for_more)
{
	int many = payload_can_encode(FORMAT_SENML_CBOR) ? FORMAT_SENML_CBOR : FORMAT_TLV;

	ck_assert_int_eq(collect_format(d.m, LWM2M_1_0, PATH3(3, 0, 0)), FORMAT_TLV);
	ck_assert_int_eq(collect_format(d.m, LWM2M_1_1, PATH3(3, 0, 0)), FORMAT_TEXT);
	ck_assert_int_eq(collect_format(d.m, LWM2M_1_2, PATH4(3, 0, 11, 0)), FORMAT_TEXT);
	ck_assert_int_eq(
		collect_format(d.m, LWM2M_1_1, PATH3(SAMPLE, 0, SAMPLE_BYTES)), FORMAT_OPAQUE);
	ck_assert_int_eq(collect_format(d.m, LWM2M_1_1, PATH3(3, 0, 11)), many);
	ck_assert_int_eq(collect_format(d.m, LWM2M_1_1, PATH2(3, 0)), many);
	ck_assert_int_eq(collect_format(d.m, LWM2M_1_2, PATH0()), many);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("collect");
	TCase *t = tcase_create("collect");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, collect_gives_what_is_there_and_readable_below_a_path);
	tcase_add_test(t, collect_refuses_what_is_not_there_or_not_to_be_read);
	tcase_add_test(t, collect_never_shows_hidden_objects);
	tcase_add_test(t, collect_minds_the_rights_on_each_instance);
	tcase_add_test(t, collect_of_several_paths_leaves_out_what_one_would_be_refused);
	tcase_add_test(t, collect_of_several_paths_needs_one_that_is_granted);
	tcase_add_test(t, collect_order_leaves_no_path_within_another);
	tcase_add_test(t, collect_takes_more_than_its_own_room);
	tcase_add_test(t, collect_format_is_tlv_for_1_0_plain_for_one_value_senml_for_more);
	suite_add_tcase(s, t);
	return s;
}
