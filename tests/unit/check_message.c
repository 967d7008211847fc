#include "codec/message.h"

#include <errno.h>

#include "alloc.h"
#include "base/reader.h"
#include "runner.h"

static struct request request_to(const char *const *segments, size_t n_segments)
{
	struct request r = request_of(MSG_GET);

	for (size_t i = 0; i < n_segments; i++)
		ck_assert_int_eq(request_add_segment(&r, span_of_text(segments[i])), 0);
	return r;
}

START_TEST(message_codes_are_printed_as_the_golden_vector_has_them)
{
	struct reader r = reader_of(test_golden("message/codes"));
	char text[8];
	unsigned n;

	for (n = 0; rd_left(&r) > 0; n++) {
		uint8_t code = rd_u8(&r);
		struct span expected = rd_take(&r, 4);

		msg_code_format(code, text);
		ck_assert(span_is_text(expected, text));
		ck_assert_int_eq(msg_code_is_success(code), expected.data[0] == '2');
	}
	ck_assert_uint_eq(n, 21);
	ck_assert_int_eq(r.err, 0);
}
END_TEST

START_TEST(message_code_names_are_their_numbers)
{
	ck_assert_uint_eq(MSG_CONTINUE, 95);
	ck_assert_uint_eq(MSG_INCOMPLETE, 136);
	ck_assert_uint_eq(MSG_CONFLICT, 137);
	ck_assert_uint_eq(MSG_UNSUPPORTED_FORMAT, 143);
	ck_assert_uint_eq(MSG_UNAVAILABLE, 163);
}
END_TEST

START_TEST(message_code_of_one_digit_has_a_zero_in_front)
{
	char text[8];

	msg_code_format(MSG_NO_RESPONSE, text);
	ck_assert_str_eq(text, "0.00");
	msg_code_format(UINT8_MAX, text);
	ck_assert_str_eq(text, "7.31");
}
END_TEST

START_TEST(request_begins_without_options)
{
	struct request r = request_of(MSG_PUT);

	ck_assert_uint_eq(r.method, MSG_PUT);
	ck_assert_int_eq(r.content_format, FORMAT_NONE);
	ck_assert_int_eq(r.accept, FORMAT_NONE);
	ck_assert_int_eq(r.observe, -1);
	ck_assert_uint_eq(r.n_segments + r.n_queries + r.payload.len, 0);
}
END_TEST

START_TEST(request_path_is_the_ids_of_its_segments)
{
	struct request r = request_to((const char *const[]){"3", "0", "7", "65534"}, 4);
	struct path got;

	ck_assert_int_eq(request_path(&r, &got), 0);
	ck_assert(path_is_equal(got, PATH4(3, 0, 7, 65534)));

	r = request_of(MSG_GET);
	ck_assert_int_eq(request_path(&r, &got), 0);
	ck_assert(path_is_equal(got, PATH0()));
}
END_TEST

START_TEST(request_path_refuses_what_is_no_id)
{
	static const char *const wrong[] = {"", "bs", "03", "65535", "-1", "3/0", "1 "};
	struct path got = PATH1(9);

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct request r = request_to((const char *const[]){"3", wrong[i]}, 2);

		ck_assert_int_eq(request_path(&r, &got), -EINVAL);
	}
	ck_assert(path_is_equal(got, PATH1(9)));
}
END_TEST

START_TEST(request_path_refuses_five_ids)
{
	struct request r = request_to((const char *const[]){"3", "0", "7", "1", "0"}, 5);
	struct path got;

	ck_assert_int_eq(request_path(&r, &got), -EINVAL);
}
END_TEST

START_TEST(request_is_for_one_exact_segment)
{
	struct request bs = request_to((const char *const[]){"bs"}, 1);
	struct request longer = request_to((const char *const[]){"bs", "x"}, 2);
	struct request other = request_to((const char *const[]){"bsx"}, 1);
	struct request root = request_of(MSG_POST);

	ck_assert(request_is_for(&bs, "bs"));
	ck_assert(!request_is_for(&longer, "bs"));
	ck_assert(!request_is_for(&other, "bs"));
	ck_assert(!request_is_for(&root, "bs"));
}
END_TEST

START_TEST(request_holds_its_maximum_of_options)
{
	struct request r = request_of(MSG_GET);

	for (unsigned i = 0; i < MSG_SEGMENTS_MAX; i++)
		ck_assert_int_eq(request_add_segment(&r, span_of_text("a")), 0);
	ck_assert_int_eq(request_add_segment(&r, span_of_text("a")), -E2BIG);
	ck_assert_uint_eq(r.n_segments, MSG_SEGMENTS_MAX);
	for (unsigned i = 0; i < MSG_QUERY_MAX; i++)
		ck_assert_int_eq(request_add_query(&r, span_of_text("a=b")), 0);
	ck_assert_int_eq(request_add_query(&r, span_of_text("a=b")), -E2BIG);
	ck_assert_uint_eq(r.n_queries, MSG_QUERY_MAX);
}
END_TEST

START_TEST(response_payload_replaces_the_one_before)
{
	struct response r = {0};

	ck_assert_int_eq(response_set_payload(&r, FORMAT_TEXT, span_of_text("first")), 0);
	ck_assert_int_eq(response_set_payload(&r, FORMAT_LINK, span_of_text("</3>")), 0);
	ck_assert(span_is_text(buf_span(&r.payload), "</3>"));
	ck_assert(r.has_content_format);
	ck_assert_int_eq(r.content_format, FORMAT_LINK);
	response_done(&r);
}
END_TEST

START_TEST(response_keeps_its_payload_when_a_new_one_is_too_big)
{
	struct response r = {.payload.max = 5};

	ck_assert_int_eq(response_set_payload(&r, FORMAT_TEXT, span_of_text("first")), 0);
	ck_assert_int_eq(response_set_payload(&r, FORMAT_LINK, span_of_text("second")), -ENOSPC);
	ck_assert(span_is_text(buf_span(&r.payload), "first"));
	ck_assert_int_eq(r.content_format, FORMAT_TEXT);
	response_done(&r);
}
END_TEST

START_TEST(response_holds_its_maximum_of_location_segments)
{
	struct response r = {0};

	for (unsigned i = 0; i < MSG_LOCATION_MAX; i++)
		ck_assert_int_eq(response_add_location(&r, span_of_text("rd")), 0);
	ck_assert_int_eq(response_add_location(&r, span_of_text("rd")), -E2BIG);
	ck_assert(span_is_text(buf_span(&r.location[MSG_LOCATION_MAX - 1]), "rd"));
	response_done(&r);
}
END_TEST

START_TEST(response_done_leaves_an_empty_one)
{
	struct response r = {.code = MSG_CREATED, .is_secret = true};

	ck_assert_int_eq(response_set_payload(&r, FORMAT_TLV, span_of_text("key")), 0);
	ck_assert_int_eq(response_add_location(&r, span_of_text("rd")), 0);
	response_done(&r);
	ck_assert_uint_eq(r.code + r.payload.len + r.n_location + r.has_content_format, 0);
	ck_assert_ptr_null(r.payload.data);
	response_done(&r);
}
END_TEST

START_TEST(response_survives_each_failing_allocation)
{
	bool failed = true;
	unsigned n;

	for (n = 1; failed; n++) {
		struct response r = {0};

		alloc_fail_at(n);

		int err = response_set_payload(&r, FORMAT_TEXT, span_of_text("text"));

		if (err == 0)
			err = response_add_location(&r, span_of_text("rd"));
		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		ck_assert_uint_eq(r.n_location, failed ? 0 : 1);
		response_done(&r);
	}
	ck_assert_uint_eq(n, 4);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("message");
	TCase *t = tcase_create("message");

	tcase_add_test(t, message_codes_are_printed_as_the_golden_vector_has_them);
	tcase_add_test(t, message_code_names_are_their_numbers);
	tcase_add_test(t, message_code_of_one_digit_has_a_zero_in_front);
	tcase_add_test(t, request_begins_without_options);
	tcase_add_test(t, request_path_is_the_ids_of_its_segments);
	tcase_add_test(t, request_path_refuses_what_is_no_id);
	tcase_add_test(t, request_path_refuses_five_ids);
	tcase_add_test(t, request_is_for_one_exact_segment);
	tcase_add_test(t, request_holds_its_maximum_of_options);
	tcase_add_test(t, response_payload_replaces_the_one_before);
	tcase_add_test(t, response_keeps_its_payload_when_a_new_one_is_too_big);
	tcase_add_test(t, response_holds_its_maximum_of_location_segments);
	tcase_add_test(t, response_done_leaves_an_empty_one);
	tcase_add_test(t, response_survives_each_failing_allocation);
	suite_add_tcase(s, t);
	return s;
}
