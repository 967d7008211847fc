#include "codec/json.h"

#include <errno.h>
#include <stdlib.h>

#include "alloc.h"
#include "runner.h"

static int try(const char *text)
{
	struct json *j = NULL;
	int r = json_parse(span_of_text(text), &j);

	json_free(j);
	return r;
}

START_TEST(json_reads_the_example_of_the_standard)
{
	struct json *j;

	ck_assert_int_eq(json_parse(test_golden("json/rfc8259"), &j), 0);

	const struct json *image = json_member(j, "Image"), *ids = json_member(image, "IDs");
	int64_t width, id;

	ck_assert_uint_eq(json_count(j), 1);
	ck_assert_uint_eq(json_count(image), 6);
	ck_assert_int_eq(json_int(json_member(image, "Width"), &width), 0);
	ck_assert_int_eq(width, 800);
	ck_assert(span_is_text(json_text(json_member(image, "Title")), "View from 15th Floor"));
	ck_assert_int_eq(json_kind(json_member(image, "Animated")), JSON_BOOLEAN);
	ck_assert(!json_boolean(json_member(image, "Animated")));
	ck_assert_int_eq(json_kind(ids), JSON_ARRAY);
	ck_assert_int_eq(json_int(json_item(ids, 3), &id), 0);
	ck_assert_int_eq(id, 38793);
	ck_assert_ptr_null(json_item(ids, 4));
	ck_assert_ptr_null(json_member(image, "width"));
	json_free(j);
}
END_TEST

static const char *const good[] = {"null", "true", " [ ] ", "{}\n", "0", "-0", "-1", "1.5", "1E+2",
	"1e-400", "\"\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "\"\\ud83d\\ude00\"",
	"18446744073709551615", "-9223372036854775808", "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
	"{\"a\":{\"a\":1},\"b\":{\"a\":1}}", "{\"a:\":\":\"}"};

START_TEST(json_takes_what_the_standard_allows)
{
	ck_assert_int_eq(try(good[_i]), 0);
}
END_TEST

static const char *const bad[] = {"", " ", "nul", "tRue", "truex", "1 2", "{} {}", "[1,]", "[,1]",
	"[1 2]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{\"a\"}", "'a'", "\"a", "\"\\x41\"",
	"\"\\u00zz\"", "\"\\u00\"", "\"a\tb\"", "\"\\", "01", "+1", ".5", "1.", "1.e5", "1e", "--1",
	"-", "0x10", "NaN", "Infinity", "-Infinity", "nan", "1e400", "-1e400",
	"18446744073709551616", "-9223372036854775809", "99999999999999999999999999", "/*a*/1",
	"1//a", "\"\\u0000\"", "{\"\\u0000\":1}", "\"\\ud800\"", "\"\\udc00\"",
	"\"\\ud800\\u0041\"", "\"\x80\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "{\"a\":1,\"a\":2}",
	"[{\"a\":{\"b\":1,\"b\":1}}]", "{\"a\":1,\"\\u0061\":2}"};

START_TEST(json_refuses_what_is_not_strict)
{
	ck_assert_int_eq(try(bad[_i]), -EBADMSG);
}
END_TEST

START_TEST(json_refuses_nul_octets)
{
	struct json *j = NULL;

	ck_assert_int_eq(json_parse(span_of("1\0", 2), &j), -EBADMSG);
	ck_assert_int_eq(json_parse(span_of("\"a\0b\"", 5), &j), -EBADMSG);
	ck_assert_int_eq(json_parse(span_of("\0", 1), &j), -EBADMSG);
}
END_TEST

START_TEST(json_limits_depth_and_number_of_values)
{
	size_t len = 2 * JSON_VALUES_MAX;
	char *text = malloc(len + 1);

	ck_assert_int_eq(try("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"), -E2BIG);

	memset(text, '[', len);
	text[len] = '\0';
	ck_assert_int_eq(try(text), -E2BIG);
	text[--len] = '\0';
	for (size_t i = 0; i < len; i++)
		text[i] = i == 0 ? '[' : i == len - 1 ? ']' : i % 2 ? '1' : ',';
	ck_assert_int_eq(try(text), 0);
	free(text);
}
END_TEST

START_TEST(json_numbers_are_exact_and_checked_for_range)
{
	struct json *j;
	int64_t i;
	uint64_t u;
	double f;

	ck_assert_int_eq(json_parse(span_of_text("[9223372036854775807,9223372036854775808,"
						 "18446744073709551615,-1,0.1,\"1\"]"),
				 &j),
		0);
	ck_assert_int_eq(json_int(json_item(j, 0), &i), 0);
	ck_assert_int_eq(i, INT64_MAX);
	ck_assert_int_eq(json_int(json_item(j, 1), &i), -EDOM);
	ck_assert_int_eq(json_unsigned(json_item(j, 1), &u), 0);
	ck_assert_uint_eq(u, 9223372036854775808u);
	ck_assert_int_eq(json_unsigned(json_item(j, 2), &u), 0);
	ck_assert_uint_eq(u, UINT64_MAX);
	ck_assert_int_eq(json_unsigned(json_item(j, 3), &u), -EDOM);
	ck_assert_int_eq(json_int(json_item(j, 4), &i), -EDOM);
	ck_assert_int_eq(json_double(json_item(j, 4), &f), 0);
	ck_assert_double_eq(f, 0.1);
	ck_assert_int_eq(json_double(json_item(j, 5), &f), -EDOM);
	ck_assert_int_eq(json_int(json_item(j, 5), &i), -EDOM);
	json_free(j);
}
END_TEST

/* json_write_value() reads and writes it the same. */
static void expect_same(const char *text)
{
	struct buf got = {0};
	struct json_writer w = json_writer_to(&got);
	struct json *j;

	ck_assert_int_eq(json_parse(span_of_text(text), &j), 0);
	json_write_value(&w, j);
	json_free(j);
	ck_assert_int_eq(w.w.err, 0);
	ck_assert_msg(span_is_text(buf_span(&got), text), "%s: %.*s", text, (int)got.len,
		(const char *)got.data);
	buf_done(&got);
}

START_TEST(json_writes_what_it_reads)
{
	expect_same(
		"{\"a\":[1,-2,18446744073709551615,0.1,1.0,1e+300],\"b\":{},\"c\":[],\"d\":null,"
		"\"e\":[true,false],\"f\":\"\\\"\\\\\\u0001\xc3\xa9\"}");
	expect_same("null");
	/* two, three and four octets; a character beyond 16 bits */
	expect_same("[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]");
}
END_TEST

START_TEST(json_writer_makes_text_of_any_bytes)
{
	struct buf got = {0};
	struct json_writer w = json_writer_to(&got);

	json_open_array(&w);
	json_write_text(&w, span_of("a\xff\0", 3));
	json_write_text(&w, span_of("\n\x7f", 2));
	json_close_array(&w);
	ck_assert_int_eq(w.w.err, 0);
	ck_assert(span_is_text(buf_span(&got), "[\"a\\ufffd\\u0000\",\"\\n\\u007f\"]"));
	json_write_double(&w, 1.0 / 0.0);
	ck_assert_int_eq(w.w.err, -EDOM);
	buf_done(&got);
}
END_TEST

START_TEST(json_writes_milliseconds_as_seconds_exactly)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {{0, "0"}, {1000, "1"}, {1367491215123, "1367491215.123"}, {-1500, "-1.5"},
		{-5, "-0.005"}, {120, "0.12"}, {INT64_MIN, "-9223372036854775.808"}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf text = {0};
		struct json_writer w = json_writer_to(&text);

		json_write_ms(&w, rows[i].ms);
		ck_assert(span_is_text(buf_span(&text), rows[i].text));
		buf_done(&text);
	}
}
END_TEST

START_TEST(json_writer_survives_failing_allocations)
{
	bool failed = true;

	for (unsigned n = 1; failed; n++) {
		struct buf got = {0};
		struct json_writer w = json_writer_to(&got);

		alloc_fail_at(n);
		json_open_object(&w);
		json_write_key(&w, "a");
		json_write_int(&w, 1);
		json_close_object(&w);
		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(w.w.err, failed ? -ENOMEM : 0);
		buf_done(&got);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("json");

	tcase_add_test(t, json_reads_the_example_of_the_standard);
	tcase_add_loop_test(t, json_takes_what_the_standard_allows, 0, sizeof good / sizeof *good);
	tcase_add_loop_test(t, json_refuses_what_is_not_strict, 0, sizeof bad / sizeof *bad);
	tcase_add_test(t, json_refuses_nul_octets);
	tcase_add_test(t, json_limits_depth_and_number_of_values);
	tcase_add_test(t, json_numbers_are_exact_and_checked_for_range);
	tcase_add_test(t, json_writes_what_it_reads);
	tcase_add_test(t, json_writer_makes_text_of_any_bytes);
	tcase_add_test(t, json_writes_milliseconds_as_seconds_exactly);
	tcase_add_test(t, json_writer_survives_failing_allocations);
	suite_add_tcase(s, t);
	return s;
}
