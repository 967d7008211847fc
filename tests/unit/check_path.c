#include "codec/path.h"

#include <errno.h>

#include "records.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct vector {
	const char *name;
	struct path path;
};

/* clang-format off */
static const struct vector vectors[] = {
	{"path/root", {.depth = 0}},
	{"path/resource_instance", {.depth = 4, .id = {3, 0, 7, 1}}},
	{"path/greatest", {.depth = 4, .id = {65534, 65534, 65534, 65534}}},
};

static const char *const malformed[] = {
	"", "3", "//", "/3/", "/3//0", "3/0", "/03", "/00", "/65535", "/65536", "/3/0/7/1/0",
	"/-1", "/+1", "/ 3", "/3 ", "/3/0/x", "/99999999999999999999", "/3?", "/0x3",
};
/* clang-format on */

START_TEST(path_reads_and_writes_the_golden_vectors)
{
	struct span in = test_golden(vectors[_i].name);
	char out[PATH_TEXT_MAX];
	struct path got;

	ck_assert_int_eq(path_parse(in, &got), 0);
	ck_assert(path_is_equal(got, vectors[_i].path));
	path_format(vectors[_i].path, out);
	ck_assert(span_is_text(in, out));
}
END_TEST

START_TEST(path_refuses_other_forms_and_leaves_the_output)
{
	struct path got = PATH1(7);

	ck_assert_int_eq(path_parse(span_of_text(malformed[_i]), &got), -EINVAL);
	ck_assert(path_is_equal(got, PATH1(7)));
}
END_TEST

START_TEST(path_id_is_0_to_65534_without_leading_zeros)
{
	uint16_t id = 9;

	ck_assert_int_eq(path_parse_id(span_of_text("0"), &id), 0);
	ck_assert_uint_eq(id, 0);
	ck_assert_int_eq(path_parse_id(span_of_text("65534"), &id), 0);
	ck_assert_uint_eq(id, 65534);
	ck_assert_int_eq(path_parse_id(span_of_text("65535"), &id), -EINVAL);
	ck_assert_int_eq(path_parse_id(span_of_text("00"), &id), -EINVAL);
	ck_assert_int_eq(path_parse_id(span_of_text("01"), &id), -EINVAL);
	ck_assert_int_eq(path_parse_id(span_of_text(""), &id), -EINVAL);
	ck_assert_uint_eq(id, 65534);
}
END_TEST

START_TEST(path_contains_itself_and_what_is_below)
{
	ck_assert(path_contains(PATH0(), PATH0()));
	ck_assert(path_contains(PATH0(), PATH4(3, 0, 7, 1)));
	ck_assert(path_contains(PATH2(3, 0), PATH2(3, 0)));
	ck_assert(path_contains(PATH2(3, 0), PATH3(3, 0, 7)));
	ck_assert(!path_contains(PATH3(3, 0, 7), PATH2(3, 0)));
	ck_assert(!path_contains(PATH2(3, 0), PATH3(3, 1, 7)));
}
END_TEST

START_TEST(path_of_another_device_is_another_path)
{
	struct path behind = PATH2(3, 0);

	behind.device = 1;
	ck_assert(!path_is_equal(PATH2(3, 0), behind));
	ck_assert(!path_contains(PATH1(3), behind));
	ck_assert_int_lt(path_compare(PATH2(65534, 0), behind), 0);
	ck_assert_int_gt(path_compare(behind, PATH2(65534, 0)), 0);
}
END_TEST

START_TEST(path_order_is_that_of_a_depth_first_walk)
{
	const struct path walk[] = {PATH0(), PATH1(1), PATH2(1, 0), PATH3(1, 0, 7), PATH2(1, 1),
		PATH1(3), PATH2(3, 0), PATH3(3, 0, 6), PATH4(3, 0, 6, 0), PATH4(3, 0, 6, 256),
		PATH3(3, 0, 7), PATH1(256)};

	for (size_t i = 0; i < COUNT(walk); i++)
		for (size_t k = 0; k < COUNT(walk); k++)
			ck_assert_int_eq((path_compare(walk[i], walk[k]) > 0) -
						 (path_compare(walk[i], walk[k]) < 0),
				(i > k) - (i < k));
}
END_TEST

START_TEST(path_child_and_parent_undo_each_other)
{
	ck_assert(path_is_equal(path_child(PATH2(3, 0), 7), PATH3(3, 0, 7)));
	ck_assert(path_is_equal(path_parent(PATH4(3, 0, 7, 1), 2), PATH2(3, 0)));
	ck_assert(path_is_equal(path_parent(PATH4(3, 0, 7, 1), 0), PATH0()));
	ck_assert(path_is_equal(path_parent(PATH2(3, 0), 2), PATH2(3, 0)));
}
END_TEST

START_TEST(path_parses_what_it_formats)
{
	uint64_t state = 5;

	for (unsigned round = 0; round < 2000; round++) {
		char text[PATH_TEXT_MAX];
		struct path p = {.depth = (uint8_t)(random_next(&state) % 5)}, got;

		for (unsigned i = 0; i < p.depth; i++)
			p.id[i] = (uint16_t)(random_next(&state) % ID_NONE);
		path_format(p, text);
		ck_assert_int_eq(path_parse(span_of_text(text), &got), 0);
		ck_assert(path_is_equal(p, got));
	}
}
END_TEST

START_TEST(path_cut_short_is_refused_or_names_another_path)
{
	struct span whole = test_golden("path/resource_instance");
	struct path got;

	for (size_t cut = 0; cut < whole.len; cut++) {
		/* "/3/0/7/1": behind each slash an id is missing */
		int expected = cut == 1 || cut % 2 == 0 ? 0 : -EINVAL;

		if (cut == 0)
			expected = -EINVAL;
		ck_assert_int_eq(path_parse(span_of(whole.data, cut), &got), expected);
		if (expected == 0)
			ck_assert_uint_eq(got.depth, cut / 2);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("path");
	TCase *t = tcase_create("path");

	tcase_add_loop_test(t, path_reads_and_writes_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_loop_test(t, path_refuses_other_forms_and_leaves_the_output, 0, COUNT(malformed));
	tcase_add_test(t, path_id_is_0_to_65534_without_leading_zeros);
	tcase_add_test(t, path_contains_itself_and_what_is_below);
	tcase_add_test(t, path_of_another_device_is_another_path);
	tcase_add_test(t, path_order_is_that_of_a_depth_first_walk);
	tcase_add_test(t, path_child_and_parent_undo_each_other);
	tcase_add_test(t, path_parses_what_it_formats);
	tcase_add_test(t, path_cut_short_is_refused_or_names_another_path);
	suite_add_tcase(s, t);
	return s;
}
