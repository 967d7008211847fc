#include "codec/legacy_json.h"

#include <errno.h>
#include <math.h>

#include "formats.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define BATTERY(n, ms)                                                                             \
	{                                                                                          \
		PATH3(3, 0, 9), {.type = VALUE_INTEGER, .i = (n)}, (ms)                            \
	}

/* clang-format off */
static const struct record times[] = {
	BATTERY(100, 25462634000), BATTERY(99, 25462629000), BATTERY(98, 25462603500),
};

static const struct format_vector vectors[] = {
	{FORMAT_JSON, "legacy_json/device", PATH2(3, 0), format_device, 16, false},
	{FORMAT_JSON, "legacy_json/types", PATH2(1000, 0), format_types, 8, false},
	{FORMAT_JSON, "legacy_json/one", PATH3(3, 0, 9), format_device + 10, 1, false},
	{FORMAT_JSON, "legacy_json/times", PATH3(3, 0, 9), times, 3, false},
};

/* What /3/0/9 = 100 may look like in a Write of /3/0. */
static const char *const equals[] = {
	"{\"e\":[{\"n\":\"9\",\"v\":100}]}",
	"{\"bn\":\"\",\"e\":[{\"n\":\"/9\",\"v\":100}]}",
	"{\"bn\":\"/3/0\",\"e\":[{\"n\":\"9\",\"v\":1e2}]}",
	"{\"bn\":\"/3/0\",\"e\":[{\"n\":\"/9\",\"v\":100.0}]}",
	"{\"bn\":\"/3/0/\",\"e\":[{\"n\":\"/9\",\"v\":100}]}",
	"{\"bn\":\"/3/\",\"e\":[{\"n\":\"0/9\",\"v\":100}]}",
	"{\"bn\":\"/\",\"e\":[{\"n\":\"3/0/9\",\"v\":100}]}",
	"{\"bn\":\"/3/0/9\",\"e\":[{\"n\":\"\",\"v\":100}]}",
	"{\"ver\":1,\"bn\":\"/3/0/9\",\"e\":[{\"v\":100,\"x\":[]}]}",
	"{\"bn\":\"/3/0/\",\"e\":[{\"n\":\"99\",\"sv\":\"\"},{\"n\":\"9\",\"v\":100}]}",
};

static const struct format_refusal refusals[] = {
	{PATH2(3, 0), "[]", -EBADMSG},
	{PATH2(3, 0), "{}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":{}}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":[1]}", -EBADMSG},
	{PATH2(3, 0), "{\"bn\":3,\"e\":[]}", -EBADMSG},
	{PATH2(3, 0), "{\"bn\":\"/3/0/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"e\":[]}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":[{\"n\":\"9\"}]}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":[{\"n\":\"9\",\"v\":null}]}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":[{\"n\":\"9\",\"v\":1,\"sv\":\"1\"}]}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":[{\"n\":\"9\",\"v\":\"1\"}]}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":[{\"n\":9,\"v\":1}]}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":[{\"n\":\"9/0/0\",\"v\":1}]}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":[{\"v\":1}]}", -EBADMSG},
	{PATH2(3, 0), "{\"bn\":\"/3/1/\",\"e\":[{\"n\":\"9\",\"v\":1}]}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":[{\"n\":\"9\",\"v\":1},{\"n\":\"9\",\"v\":1}]}", -EBADMSG},
	{PATH2(3, 0), "{\"e\":[{\"n\":\"9\",\"sv\":\"1\"}]}", -EDOM},
	{PATH2(3, 0), "{\"e\":[{\"n\":\"9\",\"bv\":true}]}", -EDOM},
	{PATH2(3, 0), "{\"e\":[{\"n\":\"9\",\"v\":1.5}]}", -EDOM},
	{PATH2(3, 0), "{\"e\":[{\"n\":\"6\",\"v\":1}]}", -EDOM},
	{PATH2(1000, 0), "{\"e\":[{\"n\":\"5\",\"bv\":1}]}", -EBADMSG},
	{PATH2(1000, 0), "{\"e\":[{\"n\":\"1\",\"sv\":1}]}", -EBADMSG},
	{PATH2(1000, 0), "{\"e\":[{\"n\":\"6\",\"sv\":\"A\"}]}", -EDOM},
	{PATH2(1000, 0), "{\"e\":[{\"n\":\"8\",\"ov\":\"10\"}]}", -EDOM},
	{PATH0(), "{\"bn\":\"/3/0/\",\"e\":[{\"n\":\"9\",\"v\":1}]}", -ENOTSUP},
};
/* clang-format on */

START_TEST(legacy_json_reads_and_writes_the_golden_vectors)
{
	format_check_vector(&vectors[_i]);
}
END_TEST

START_TEST(legacy_json_cut_anywhere_is_malformed)
{
	format_check_cuts(&vectors[_i]);
}
END_TEST

START_TEST(legacy_json_survives_each_failing_allocation)
{
	format_check_allocations(&vectors[_i]);
}
END_TEST

START_TEST(legacy_json_reads_each_form_that_others_may_write)
{
	ck_assert_int_eq(format_decode(FORMAT_JSON, PATH2(3, 0), span_of_text(equals[_i])), 0);
	format_assert_told(format_device + 10, 1);
}
END_TEST

START_TEST(legacy_json_refuses_what_the_rules_do_not_allow)
{
	format_check_refusal(FORMAT_JSON, &refusals[_i]);
}
END_TEST

START_TEST(legacy_json_decodes_what_it_encodes)
{
	format_check_random(FORMAT_JSON, true);
}
END_TEST

static void assert_encodes(
	struct path base, const struct record *records, size_t n, const char *expected)
{
	struct buf out = {0};

	ck_assert_int_eq(payload_encode(FORMAT_JSON, base, records, n, &out), 0);
	ck_assert_msg(span_is_text(buf_span(&out), expected), "%.*s", (int)out.len,
		(const char *)out.data);
	buf_done(&out);
}

START_TEST(legacy_json_base_name_is_the_path_of_the_request)
{
	const struct record nothing = {.path = PATH3(3, 0, 6)};

	assert_encodes(PATH3(3, 0, 6), format_device + 4, 2,
		"{\"bn\":\"/3/0/6/\",\"e\":[{\"n\":\"0\",\"v\":1},{\"n\":\"1\",\"v\":5}]}");
	assert_encodes(
		PATH4(3, 0, 6, 1), format_device + 5, 1, "{\"bn\":\"/3/0/6/1\",\"e\":[{\"v\":5}]}");
	assert_encodes(PATH1(3), format_device + 10, 1,
		"{\"bn\":\"/3/\",\"e\":[{\"n\":\"0/9\",\"v\":100}]}");
	assert_encodes(PATH1(3), NULL, 0, "{\"bn\":\"/3/\",\"e\":[]}");
	assert_encodes(PATH3(3, 0, 6), &nothing, 1, "{\"bn\":\"/3/0/6\",\"e\":[]}");
}
END_TEST

START_TEST(legacy_json_refuses_to_write_what_has_no_form)
{
	const struct record nan = {PATH3(1000, 0, 4), {.type = VALUE_FLOAT, .f = NAN}, 0};
	const struct record instance = {PATH2(3, 0), VALUE_INT(1), 0};
	struct buf out = {0};

	ck_assert_int_eq(payload_encode(FORMAT_JSON, PATH2(1000, 0), &nan, 1, &out), -EDOM);
	ck_assert_int_eq(payload_encode(FORMAT_JSON, PATH2(3, 0), &instance, 1, &out), -EINVAL);
	ck_assert_int_eq(payload_encode(FORMAT_JSON, PATH2(3, 1), format_device, 1, &out), -EINVAL);
	ck_assert_int_eq(payload_encode(FORMAT_JSON, PATH0(), format_device, 1, &out), -ENOTSUP);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("legacy_json");
	TCase *t = tcase_create("payloads");

	tcase_add_loop_test(t, legacy_json_reads_and_writes_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_loop_test(t, legacy_json_cut_anywhere_is_malformed, 0, COUNT(vectors));
	tcase_add_loop_test(t, legacy_json_survives_each_failing_allocation, 0, COUNT(vectors));
	tcase_add_loop_test(t, legacy_json_reads_each_form_that_others_may_write, 0, COUNT(equals));
	tcase_add_loop_test(t, legacy_json_refuses_what_the_rules_do_not_allow, 0, COUNT(refusals));
	tcase_add_test(t, legacy_json_decodes_what_it_encodes);
	tcase_add_test(t, legacy_json_base_name_is_the_path_of_the_request);
	tcase_add_test(t, legacy_json_refuses_to_write_what_has_no_form);
	suite_add_tcase(s, t);
	return s;
}
