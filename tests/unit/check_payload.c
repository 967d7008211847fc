#include "codec/payload.h"

#include <errno.h>

#include "alloc.h"
#include "records.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct recorder recorder;

static const struct path resource = PATH3(OBJECT_SINGLE, 0, VALUE_OPAQUE);

struct vector {
	int format;
	const char *name;
};

static const struct vector vectors[] = {
	{FORMAT_TEXT, "payload/opaque_as_text"},
	{FORMAT_OPAQUE, "payload/opaque_as_octets"},
	{FORMAT_TLV, "payload/opaque_as_tlv"},
	{FORMAT_CBOR, "payload/opaque_as_cbor"},
	{FORMAT_SENML_JSON, "payload/opaque_as_senml_json"},
	{FORMAT_SENML_CBOR, "payload/opaque_as_senml_cbor"},
	{FORMAT_JSON, "payload/opaque_as_json"},
	{FORMAT_LWM2M_CBOR, "payload/opaque_as_lwm2m_cbor"},
};

static const int absent[] = {
	FORMAT_NONE, FORMAT_LINK, FORMAT_SENML_ETCH_JSON, FORMAT_SENML_ETCH_CBOR, 1, 65535, -2};

START_TEST(payload_carries_the_same_value_in_each_format)
{
	struct record expected = {resource, VALUE_BYTES(test_hex("14 FB 9C 03 D9 7E")), 0};
	struct span bytes = test_golden(vectors[_i].name);
	struct buf out = {0};

	recorder_start(&recorder);
	ck_assert_int_eq(payload_decode(vectors[_i].format, resource, bytes, &recorder.sink), 0);
	ck_assert(records_are_equal(recorder.records, recorder.n_records, &expected, 1));
	ck_assert_int_eq(payload_encode(vectors[_i].format, resource, &expected, 1, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), bytes));
	ck_assert(payload_can_decode(vectors[_i].format));
	ck_assert(payload_can_encode(vectors[_i].format));
	buf_done(&out);
}
END_TEST

START_TEST(payload_knows_no_other_format)
{
	struct record record = {resource, VALUE_BYTES(span_of_text("x")), 0};
	struct buf out = {0};

	recorder_start(&recorder);
	ck_assert_int_eq(
		payload_decode(absent[_i], resource, span_of_text("x"), &recorder.sink), -ENOTSUP);
	ck_assert_int_eq(payload_encode(absent[_i], resource, &record, 1, &out), -ENOTSUP);
	ck_assert_uint_eq(recorder.n_records + out.len, 0);
	ck_assert(!payload_can_decode(absent[_i]));
	ck_assert(!payload_can_encode(absent[_i]));
}
END_TEST

static int on_path(void *data, struct path p)
{
	(void)data;
	(void)p;
	return 0;
}

static const int with_path[] = {FORMAT_TEXT, FORMAT_OPAQUE, FORMAT_CBOR, FORMAT_TLV, FORMAT_JSON};

START_TEST(payload_with_one_path_is_no_composite)
{
	int format = with_path[_i];
	struct record record = {resource, VALUE_BYTES(span_of_text("x")), 0};
	struct buf out = {0};

	recorder_start(&recorder);
	ck_assert_int_eq(
		payload_decode(format, PATH0(), span_of_text("x"), &recorder.sink), -ENOTSUP);
	ck_assert_int_eq(payload_decode_paths(format, span_of_text("x"), on_path, NULL), -ENOTSUP);
	ck_assert_int_eq(payload_encode(format, PATH0(), &record, 1, &out), -ENOTSUP);
	ck_assert(!payload_can_decode_composite(format));
	ck_assert(!payload_can_encode_composite(format));
}
END_TEST

START_TEST(payload_of_etch_is_for_composites_only)
{
	static const int formats[] = {FORMAT_SENML_ETCH_JSON, FORMAT_SENML_ETCH_CBOR,
		FORMAT_SENML_JSON, FORMAT_SENML_CBOR, FORMAT_LWM2M_CBOR};

	for (size_t i = 0; i < COUNT(formats); i++) {
		ck_assert(payload_can_decode_composite(formats[i]));
		ck_assert(payload_can_encode_composite(formats[i]));
		ck_assert(payload_can_decode(formats[i]) == (i >= 2));
	}
}
END_TEST

START_TEST(payload_that_fails_appends_nothing)
{
	struct record record = {resource, VALUE_BYTES(test_hex("14 FB 9C 03 D9 7E")), 0};
	struct buf out = {.max = 9};

	ck_assert_int_eq(buf_append_text(&out, "kept"), 0);
	ck_assert_int_eq(payload_encode(vectors[_i].format, resource, &record, 1, &out), -ENOSPC);
	ck_assert(span_is_text(buf_span(&out), "kept"));
	buf_done(&out);
}
END_TEST

START_TEST(payload_single_type_is_that_of_one_value)
{
	enum value_type type = VALUE_NONE;

	recorder_start(&recorder);
	ck_assert_int_eq(payload_single_type(PATH3(3, 0, 9), &recorder.sink, &type), 0);
	ck_assert_int_eq(type, VALUE_INTEGER);
	ck_assert_int_eq(payload_single_type(PATH4(65, 0, 0, 1), &recorder.sink, &type), 0);
	ck_assert_int_eq(type, VALUE_OBJLNK);
	ck_assert_int_eq(payload_single_type(PATH3(3, 0, 6), &recorder.sink, &type), -ENOTSUP);
	ck_assert_int_eq(payload_single_type(PATH2(3, 0), &recorder.sink, &type), -ENOTSUP);
	ck_assert_int_eq(payload_single_type(PATH4(3, 0, 9, 0), &recorder.sink, &type), -EDOM);
	ck_assert_int_eq(type, VALUE_OBJLNK);
	ck_assert_int_eq(payload_single_type(PATH4(3, 0, 99, 0), &recorder.sink, &type), 0);
	ck_assert_int_eq(type, VALUE_NONE);
}
END_TEST

START_TEST(payload_of_random_values_comes_back_in_each_format)
{
	uint64_t state = 23;
	uint8_t bytes[128];

	for (unsigned round = 0; round < 3000; round++) {
		int format = vectors[round % COUNT(vectors)].format;
		enum value_type type = format == FORMAT_OPAQUE
					       ? VALUE_OPAQUE
					       : (enum value_type)(1 + round / 3 % VALUE_CORELNK);
		struct record record = {PATH4(OBJECT_MULTIPLE, 1, type, round),
			random_value(&state, type, bytes, sizeof bytes), 0};
		struct buf out = {0};

		recorder_start(&recorder);
		ck_assert_int_eq(payload_encode(format, record.path, &record, 1, &out), 0);
		ck_assert_int_eq(
			payload_decode(format, record.path, buf_span(&out), &recorder.sink), 0);
		ck_assert(records_are_equal(recorder.records, recorder.n_records, &record, 1));
		buf_done(&out);
	}
}
END_TEST

START_TEST(payload_survives_each_failing_allocation)
{
	struct record record = {resource, VALUE_BYTES(test_hex("14 FB 9C 03 D9 7E")), 0};
	bool failed = true;
	unsigned n;

	for (n = 1; failed; n++) {
		struct buf out = {0};

		recorder_start(&recorder);
		alloc_fail_at(n);

		int r = payload_encode(vectors[_i].format, resource, &record, 1, &out);

		if (r == 0)
			r = payload_decode(
				vectors[_i].format, resource, buf_span(&out), &recorder.sink);
		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
		ck_assert_uint_eq(recorder.n_records, failed ? 0 : 1);
		buf_done(&out);
	}
	ck_assert_uint_gt(n, 2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("payload");
	TCase *t = tcase_create("payload");

	tcase_add_loop_test(t, payload_carries_the_same_value_in_each_format, 0, COUNT(vectors));
	tcase_add_loop_test(t, payload_knows_no_other_format, 0, COUNT(absent));
	tcase_add_loop_test(t, payload_with_one_path_is_no_composite, 0, COUNT(with_path));
	tcase_add_test(t, payload_of_etch_is_for_composites_only);
	tcase_add_loop_test(t, payload_that_fails_appends_nothing, 0, COUNT(vectors));
	tcase_add_test(t, payload_single_type_is_that_of_one_value);
	tcase_add_test(t, payload_of_random_values_comes_back_in_each_format);
	tcase_add_loop_test(t, payload_survives_each_failing_allocation, 0, COUNT(vectors));
	suite_add_tcase(s, t);
	return s;
}
