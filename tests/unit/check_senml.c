#include "codec/senml.h"

#include <errno.h>

#include "alloc.h"
#include "base/writer.h"
#include "formats.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct path told[8];
static size_t n_told;

static int on_path(void *data, struct path p)
{
	ck_assert_ptr_eq(data, told);
	ck_assert_uint_lt(n_told, COUNT(told));
	told[n_told++] = p;
	return n_told == COUNT(told) ? -EACCES : 0;
}

static int decode_paths(int format, struct span in)
{
	n_told = 0;
	return payload_decode_paths(format, in, on_path, told);
}

/* check allocates in each assertion */
static int on_path_unchecked(void *data, struct path p)
{
	(void)data;
	(void)p;
	return 0;
}

struct list {
	int format;
	const char *golden;
};

/* clang-format off */
static const struct list lists[] = {
	{FORMAT_SENML_JSON, "senml/paths_json"}, {FORMAT_SENML_ETCH_JSON, "senml/paths_json"},
	{FORMAT_SENML_CBOR, "senml/paths_cbor"}, {FORMAT_SENML_ETCH_CBOR, "senml/paths_cbor"},
};

static const struct list etches[] = {
	{FORMAT_SENML_ETCH_JSON, "senml/etch_json"}, {FORMAT_SENML_ETCH_CBOR, "senml/etch_cbor"},
};
/* clang-format on */

START_TEST(senml_lists_the_paths_of_a_composite)
{
	ck_assert_int_eq(decode_paths(lists[_i].format, test_golden(lists[_i].golden)), 0);
	ck_assert_uint_eq(n_told, 4);
	ck_assert(path_is_equal(told[0], PATH3(3, 0, 0)));
	ck_assert(path_is_equal(told[1], PATH3(3, 0, 9)));
	ck_assert(path_is_equal(told[2], PATH1(1)));
	ck_assert(path_is_equal(told[3], PATH0()));
}
END_TEST

START_TEST(senml_list_cut_anywhere_is_malformed)
{
	struct span whole = test_golden(lists[_i].golden);

	for (size_t cut = 0; cut < whole.len; cut++)
		ck_assert_int_eq(
			decode_paths(lists[_i].format, span_of(whole.data, cut)), -EBADMSG);
}
END_TEST

START_TEST(senml_list_has_names_only)
{
	static const char *const bad[] = {"[{\"n\":\"/3/0/9\",\"v\":1}]", "[{\"n\":\"\"}]",
		"[{\"n\":\"/3/0/9\",\"v\":null}]", "[{\"n\":\"3\"}]", "[{\"bn\":\"x\"}]",
		"[{\"n\":\"/3/0/9\",\"a_\":1}]", "{}", "[{\"n\":\"/1/2/3/4/5\"}]"};

	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_int_eq(decode_paths(FORMAT_SENML_JSON, span_of_text(bad[i])), -EBADMSG);
	ck_assert_int_eq(decode_paths(FORMAT_SENML_JSON, span_of_text("[]")), 0);
	ck_assert_int_eq(
		decode_paths(FORMAT_SENML_JSON, span_of_text("[{\"bn\":\"/3/0/\"},{\"n\":\"9\"}]")),
		0);
	ck_assert_uint_eq(n_told, 1);
}
END_TEST

START_TEST(senml_list_stops_where_the_receiver_says_so)
{
	ck_assert_int_eq(decode_paths(FORMAT_SENML_JSON,
				 span_of_text("[{\"n\":\"/1\"},{\"n\":\"/1\"},{\"n\":\"/1\"},"
					      "{\"n\":\"/1\"},{\"n\":\"/1\"},{\"n\":\"/1\"},"
					      "{\"n\":\"/1\"},{\"n\":\"/1\"},{\"n\":\"/1\"}]")),
		-EACCES);
}
END_TEST

START_TEST(senml_etch_deletes_a_resource_instance_with_null)
{
	struct record expected[] = {
		{PATH4(1001, 0, 2, 0), VALUE_INT(7), 0}, {.path = PATH4(1001, 0, 2, 1)}};
	struct span in = test_golden(etches[_i].golden);
	int plain = etches[_i].format - FORMAT_SENML_ETCH_JSON + FORMAT_SENML_JSON;

	ck_assert_int_eq(format_decode(etches[_i].format, PATH0(), in), 0);
	format_assert_told(expected, COUNT(expected));
	ck_assert_int_eq(format_decode(plain, PATH0(), in), -EBADMSG);
	ck_assert_int_eq(format_decode(etches[_i].format, PATH1(1001), in), -ENOTSUP);
}
END_TEST

START_TEST(senml_etch_deletes_nothing_else)
{
	ck_assert_int_eq(format_decode(FORMAT_SENML_ETCH_JSON, PATH0(),
				 span_of_text("[{\"n\":\"/3/0/9\",\"v\":null}]")),
		-EDOM);
	ck_assert_int_eq(format_decode(FORMAT_SENML_ETCH_JSON, PATH0(),
				 span_of_text("[{\"n\":\"/1001/0/2\",\"v\":null}]")),
		-EDOM);
}
END_TEST

START_TEST(senml_tells_of_instances_without_known_resources)
{
	struct record expected[] = {
		{.path = PATH2(3, 0)}, {PATH3(3, 1, 9), VALUE_INT(1), 0}, {.path = PATH2(3, 2)}};
	struct span in = span_of_text("[{\"bn\":\"/3/\",\"n\":\"0/99\",\"v\":1},"
				      "{\"n\":\"1/99\",\"v\":1},{\"n\":\"1/9\",\"v\":1},"
				      "{\"n\":\"2/99/1\",\"vs\":\"\"}]");

	ck_assert_int_eq(format_decode(FORMAT_SENML_JSON, PATH1(3), in), 0);
	format_assert_told(expected, COUNT(expected));
	/* a composite has no instance of its own */
	ck_assert_int_eq(format_decode(FORMAT_SENML_JSON, PATH0(), in), 0);
	format_assert_told(expected + 1, 1);
}
END_TEST

START_TEST(senml_reads_nothing_as_no_instance_or_an_empty_one)
{
	struct record empty = {.path = PATH2(3, 0)};

	ck_assert_int_eq(format_decode(FORMAT_SENML_JSON, PATH1(3), span_of_text("[]")), 0);
	format_assert_told(NULL, 0);
	ck_assert_int_eq(format_decode(FORMAT_SENML_JSON, PATH2(3, 0), span_of_text("[]")), 0);
	format_assert_told(&empty, 1);
	ck_assert_int_eq(format_decode(FORMAT_SENML_JSON, PATH3(3, 0, 9), span_of_text("[]")), 0);
	format_assert_told(NULL, 0);
}
END_TEST

/* The base names and names of a plan as "bn|n bn|n …". */
static void plan_as_text(const struct record *records, size_t n, struct buf *text)
{
	static const struct senml_prices prices = {.bn = 2, .n = 2, .long_name = 24};
	struct writer w = writer_to(text);
	struct senml_record record;
	struct senml_plan plan;

	ck_assert_int_eq(senml_plan_make(&plan, PATH0(), records, n, &prices), 0);
	while (senml_plan_next(&plan, &record)) {
		wr_bytes(&w, record.bn);
		wr_u8(&w, '|');
		wr_bytes(&w, record.n);
		wr_u8(&w, ' ');
	}
	ck_assert_int_eq(w.err, 0);
	senml_plan_done(&plan);
}

static void assert_plan(const struct path *paths, size_t n, const char *expected)
{
	struct record records[32];
	struct buf text = {0};

	for (size_t i = 0; i < n; i++)
		records[i] = (struct record){.path = paths[i], .value = VALUE_INT(1)};
	plan_as_text(records, n, &text);
	ck_assert_msg(span_is_text(buf_span(&text), expected), "%.*s", (int)text.len,
		(const char *)text.data);
	buf_done(&text);
}

START_TEST(senml_chooses_the_base_names_that_cost_least)
{
	static const struct path few[] = {PATH3(3, 0, 0), PATH3(3, 0, 9), PATH3(1, 0, 1)};
	static const struct path tens[] = {PATH3(3, 0, 10), PATH3(3, 0, 11), PATH3(3, 0, 12)};
	static const struct path instances[] = {PATH4(3303, 0, 5700, 0), PATH4(3303, 0, 5700, 1),
		PATH4(3303, 1, 5700, 0), PATH4(3303, 1, 5700, 1)};
	struct path many[14];

	assert_plan(few, 1, "/3/0/0| ");
	assert_plan(few, COUNT(few), "/3/0/|0 |9 /1/0/1| ");
	assert_plan(tens, COUNT(tens), "/3/0/1|0 |1 |2 ");
	assert_plan(instances, COUNT(instances), "/3303/0/5700/|0 |1 /3303/1/5700/|0 |1 ");
	/* 18 octets for another base name pay when each of many names gets shorter by two */
	for (uint16_t i = 0; i < 14; i++)
		many[i] = i < 2 ? PATH3(3, 0, i) : PATH4(3, 0, 6, i - 2);
	assert_plan(many, COUNT(many), "/3/0/|0 |1 /3/0/6/|0 |1 |2 |3 |4 |5 |6 |7 |8 |9 |10 |11 ");
}
END_TEST

/* All ways to choose base names, to compare with. */
static uint32_t cheapest(const struct record *records, size_t n, const char *bn)
{
	uint32_t best = UINT32_MAX;
	char name[PATH_TEXT_MAX], base[PATH_TEXT_MAX];

	if (n == 0)
		return 0;
	path_format(records->path, name);

	size_t len = strlen(name), bn_len = strlen(bn);

	for (size_t l = 1; l <= len; l++) {
		memcpy(base, name, l);
		base[l] = '\0';

		bool is_kept = bn_len == l && memcmp(bn, name, l) == 0;
		uint32_t cost = (is_kept ? 0 : 2 + (uint32_t)l) +
				(l == len ? 0 : 2 + (uint32_t)(len - l)) +
				cheapest(records + 1, n - 1, base);

		best = cost < best ? cost : best;
	}
	return best;
}

START_TEST(senml_plan_is_never_dearer_than_the_best_of_all_ways)
{
	static const struct senml_prices prices = {.bn = 2, .n = 2, .long_name = 24};
	uint64_t state = 5;

	for (unsigned round = 0; round < 40; round++) {
		struct senml_record record;
		struct record records[5];
		struct senml_plan plan;
		uint32_t cost = 0;

		for (size_t i = 0; i < COUNT(records); i++) {
			uint64_t x = random_next(&state);

			records[i] = (struct record){.path = PATH3(x % 3 * 11, x / 3 % 2 * 10,
							     9 + x / 8 % 4 * (x / 32 % 30)),
				.value = VALUE_INT(1)};
		}
		ck_assert_int_eq(
			senml_plan_make(&plan, PATH0(), records, COUNT(records), &prices), 0);
		while (senml_plan_next(&plan, &record))
			cost += (uint32_t)((record.bn.len ? 2 + record.bn.len : 0) +
					   (record.n.len ? 2 + record.n.len : 0));
		senml_plan_done(&plan);
		ck_assert_uint_eq(cost, cheapest(records, COUNT(records), ""));
	}
}
END_TEST

START_TEST(senml_shares_a_time_among_records_of_one_moment)
{
	const struct record records[] = {
		{PATH3(3, 0, 9), VALUE_INT(1), 1000},
		{PATH3(3, 0, 10), VALUE_INT(2), 1000},
		{PATH3(3, 0, 9), VALUE_INT(3), 2000},
		{PATH3(3, 0, 9), VALUE_INT(4), 3500},
		{PATH3(3, 0, 10), VALUE_INT(5), 3500},
		{PATH3(3, 0, 9), VALUE_INT(6), 0},
	};
	struct buf out = {0};

	ck_assert_int_eq(payload_encode(FORMAT_SENML_JSON, PATH0(), records, 6, &out), 0);
	ck_assert(span_is_text(buf_span(&out),
		"[{\"bn\":\"/3/0/\",\"bt\":1,\"n\":\"9\",\"v\":1},{\"n\":\"10\",\"v\":2},"
		"{\"n\":\"9\",\"t\":1,\"v\":3},{\"bt\":3.5,\"n\":\"9\",\"v\":4},"
		"{\"n\":\"10\",\"v\":5},{\"bt\":0,\"n\":\"9\",\"v\":6}]"));
	buf_done(&out);
}
END_TEST

START_TEST(senml_leaves_out_what_is_empty)
{
	const struct record records[] = {
		{.path = PATH2(1, 0)}, {PATH3(3, 0, 9), VALUE_INT(1), 0}, {.path = PATH3(3, 0, 6)}};
	struct buf out = {0};

	ck_assert_int_eq(payload_encode(FORMAT_SENML_CBOR, PATH0(), records, 1, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), test_hex("80")));
	buf_truncate(&out, 0);
	ck_assert_int_eq(payload_encode(FORMAT_SENML_CBOR, PATH0(), records, 3, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), test_hex("81 A2 21 66 2F332F302F39 02 01")));
	buf_truncate(&out, 0);
	ck_assert_int_eq(payload_encode(FORMAT_SENML_CBOR, PATH0(), NULL, 0, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), test_hex("80")));
	buf_done(&out);
}
END_TEST

START_TEST(senml_refuses_to_write_what_does_not_belong_to_the_path)
{
	const struct record instance = {PATH2(3, 0), VALUE_INT(1), 0};
	const struct record nothing = {.path = PATH4(3, 0, 6, 0)};
	struct buf out = {0};

	ck_assert_int_eq(
		payload_encode(FORMAT_SENML_CBOR, PATH2(3, 1), format_device, 1, &out), -EINVAL);
	ck_assert_int_eq(payload_encode(FORMAT_SENML_CBOR, PATH0(), &instance, 1, &out), -EINVAL);
	ck_assert_int_eq(payload_encode(FORMAT_SENML_CBOR, PATH0(), &nothing, 1, &out), -EINVAL);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
}
END_TEST

START_TEST(senml_list_survives_each_failing_allocation)
{
	struct span in = test_golden(lists[_i].golden);
	bool failed = true;

	for (unsigned n = 1; failed; n++) {
		alloc_fail_at(n);

		int r = payload_decode_paths(lists[_i].format, in, on_path_unchecked, NULL);

		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("senml");
	TCase *t = tcase_create("input");

	tcase_add_loop_test(t, senml_lists_the_paths_of_a_composite, 0, COUNT(lists));
	tcase_add_loop_test(t, senml_list_cut_anywhere_is_malformed, 0, COUNT(lists));
	tcase_add_test(t, senml_list_has_names_only);
	tcase_add_test(t, senml_list_stops_where_the_receiver_says_so);
	tcase_add_loop_test(t, senml_etch_deletes_a_resource_instance_with_null, 0, COUNT(etches));
	tcase_add_test(t, senml_etch_deletes_nothing_else);
	tcase_add_test(t, senml_tells_of_instances_without_known_resources);
	tcase_add_test(t, senml_reads_nothing_as_no_instance_or_an_empty_one);
	tcase_add_loop_test(t, senml_list_survives_each_failing_allocation, 0, COUNT(lists));
	suite_add_tcase(s, t);

	t = tcase_create("output");
	tcase_add_test(t, senml_chooses_the_base_names_that_cost_least);
	tcase_add_test(t, senml_plan_is_never_dearer_than_the_best_of_all_ways);
	tcase_add_test(t, senml_shares_a_time_among_records_of_one_moment);
	tcase_add_test(t, senml_leaves_out_what_is_empty);
	tcase_add_test(t, senml_refuses_to_write_what_does_not_belong_to_the_path);
	suite_add_tcase(s, t);
	return s;
}
