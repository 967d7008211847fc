#include "codec/senml_json.h"

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
	BATTERY(100, 1367491215000), BATTERY(99, 1367491217500), BATTERY(98, 1367491220000),
};

static const struct format_vector vectors[] = {
	{FORMAT_SENML_JSON, "senml_json/device", PATH2(3, 0), format_device, 16, false},
	{FORMAT_SENML_JSON, "senml_json/device", PATH0(), format_device, 16, false},
	{FORMAT_SENML_ETCH_JSON, "senml_json/device", PATH0(), format_device, 16, false},
	{FORMAT_SENML_JSON, "senml_json/one", PATH3(3, 0, 0), format_device, 1, false},
	{FORMAT_SENML_JSON, "senml_json/types", PATH2(1000, 0), format_types, 8, false},
	{FORMAT_SENML_JSON, "senml_json/times", PATH3(3, 0, 9), times, 3, false},
	{FORMAT_SENML_JSON, "senml_json/opaque_of_the_standard", PATH3(1000, 0, 6), format_types + 5, 1, true},
};

/* What /3/0/9 = 100 may look like. */
static const char *const equals[] = {
	"[{\"n\":\"/3/0/9\",\"v\":100}]",
	" [ { \"v\" : 1e2 , \"n\" : \"\\u002f3\\/0/9\" } ] ",
	"[{\"bn\":\"/3/0/9\",\"bv\":-1,\"v\":101}]",
	"[{\"bn\":\"/3/\",\"bv\":1},{\"n\":\"0/9\",\"v\":99}]",
	"[{\"bver\":5,\"n\":\"/3/0/9\",\"u\":\"%\",\"v\":100,\"foo\":{\"a\":[1,null]}}]",
	"[{\"n\":\"/3/0/9\",\"v\":100,\"t\":-5,\"ut\":1,\"s\":7,\"bu\":\"V\",\"bs\":1}]",
	"[{\"n\":\"/3/0/9\",\"v\":100.0}]",
};

static const struct format_refusal refusals[] = {
	{PATH2(3, 0), "{}", -EBADMSG},
	{PATH2(3, 0), "[1]", -EBADMSG},
	{PATH2(3, 0), "[[]]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":1,\"v\":2}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":1,\"vs\":\"\"}]", -EBADMSG},
	{PATH2(3, 0), "[{\"bn\":\"/3/0/9\",\"v\":1},{\"v\":1}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":1,\"x_\":1}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":1,\"bver\":11}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":1,\"bver\":\"10\"}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":1,\"t\":\"1\"}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":null}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":\"1\"}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":NaN}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":9,\"v\":1}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\"}]", -EBADMSG},
	{PATH2(3, 0), "[{\"v\":1}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":1.5}]", -EDOM},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"v\":9223372036854775808}]", -EDOM},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"bv\":1,\"v\":9223372036854775807}]", -EDOM},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9\",\"vb\":true}]", -EDOM},
	{PATH2(3, 0), "[{\"n\":\"/3/1/9\",\"v\":1}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0\",\"v\":1}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/09\",\"v\":1}]", -EBADMSG},
	{PATH2(3, 0), "[{\"n\":\"/3/0/6\",\"v\":1}]", -EDOM},
	{PATH2(3, 0), "[{\"n\":\"/3/0/9/0\",\"v\":1}]", -EDOM},
	{PATH2(1000, 0), "[{\"n\":\"/1000/0/6\",\"vd\":\"A\"}]", -EBADMSG},
	{PATH2(1000, 0), "[{\"n\":\"/1000/0/6\",\"vd\":\"Zg==\",\"vs\":\"\"}]", -EBADMSG},
	{PATH2(1000, 0), "[{\"n\":\"/1000/0/8\",\"vlo\":\"10\"}]", -EDOM},
	{PATH2(1000, 0), "[{\"n\":\"/1000/0/8\",\"vs\":\"10:3\"}]", -EDOM},
	{PATH2(1000, 0), "[{\"n\":\"/1000/0/3\",\"v\":-1}]", -EDOM},
	{PATH2(1000, 0), "[{\"n\":\"/1000/0/3\",\"v\":18446744073709551616}]", -EBADMSG},
	{PATH2(3, 0), "[{\"x\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}]", -E2BIG},
};
/* clang-format on */

START_TEST(senml_json_reads_and_writes_the_golden_vectors)
{
	format_check_vector(&vectors[_i]);
}
END_TEST

START_TEST(senml_json_cut_anywhere_is_malformed)
{
	format_check_cuts(&vectors[_i]);
}
END_TEST

START_TEST(senml_json_survives_each_failing_allocation)
{
	format_check_allocations(&vectors[_i]);
}
END_TEST

START_TEST(senml_json_reads_each_form_that_others_may_write)
{
	ck_assert_int_eq(
		format_decode(FORMAT_SENML_JSON, PATH2(3, 0), span_of_text(equals[_i])), 0);
	format_assert_told(format_device + 10, 1);
}
END_TEST

START_TEST(senml_json_refuses_what_the_rules_do_not_allow)
{
	format_check_refusal(FORMAT_SENML_JSON, &refusals[_i]);
}
END_TEST

START_TEST(senml_json_decodes_what_it_encodes)
{
	format_check_random(FORMAT_SENML_JSON, true);
}
END_TEST

START_TEST(senml_json_has_no_form_for_a_float_that_is_not_finite)
{
	struct record record = {
		.path = PATH3(1000, 0, 4), .value = {.type = VALUE_FLOAT, .f = NAN}};
	struct buf out = {0};

	ck_assert_int_eq(payload_encode(FORMAT_SENML_JSON, record.path, &record, 1, &out), -EDOM);
	record.value.f = -INFINITY;
	ck_assert_int_eq(payload_encode(FORMAT_SENML_JSON, record.path, &record, 1, &out), -EDOM);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("senml_json");
	TCase *t = tcase_create("payloads");

	tcase_add_loop_test(t, senml_json_reads_and_writes_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_loop_test(t, senml_json_cut_anywhere_is_malformed, 0, COUNT(vectors));
	tcase_add_loop_test(t, senml_json_survives_each_failing_allocation, 0, COUNT(vectors));
	tcase_add_loop_test(t, senml_json_reads_each_form_that_others_may_write, 0, COUNT(equals));
	tcase_add_loop_test(t, senml_json_refuses_what_the_rules_do_not_allow, 0, COUNT(refusals));
	tcase_add_test(t, senml_json_decodes_what_it_encodes);
	tcase_add_test(t, senml_json_has_no_form_for_a_float_that_is_not_finite);
	suite_add_tcase(s, t);
	return s;
}
