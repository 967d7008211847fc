#include "codec/text.h"

#include <errno.h>
#include <math.h>

#include "alloc.h"
#include "base/reader.h"
#include "records.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define BYTES_OF(t)                                                                                \
	{                                                                                          \
		(const uint8_t *)(t), sizeof(t) - 1                                                \
	}

/* big, and each test is a process of its own */
static struct recorder recorder;

struct vector {
	const char *name;
	struct value value;
};

/* clang-format off */
static const struct vector vectors[] = {
	{"text/integer_negative", {.type = VALUE_INTEGER, .i = -750}},
	{"text/objlnk", {.type = VALUE_OBJLNK, .link = {10, 3}}},
	{"text/time", {.type = VALUE_TIME, .i = 1367491215}},
	{"text/boolean_true", {.type = VALUE_BOOLEAN, .b = true}},
	{"text/manufacturer", {.type = VALUE_STRING, .bytes = BYTES_OF("Open Mobile Alliance")}},
	{"text/unsigned_greatest", {.type = VALUE_UNSIGNED, .u = UINT64_MAX}},
	{"text/opaque", {.type = VALUE_OPAQUE, .bytes = BYTES_OF("foob")}},
	{"text/opaque_high_octets", {.type = VALUE_OPAQUE, .bytes = BYTES_OF("\x14\xFB\x9C\x03\xD9\x7E")}},
};

struct form {
	enum value_type type;
	const char *text;
	struct value value; /* NONE: refused */
};

static const struct form forms[] = {
	{VALUE_STRING, "", {.type = VALUE_STRING}},
	{VALUE_STRING, "\xC3\xA9", {.type = VALUE_STRING, .bytes = BYTES_OF("\xC3\xA9")}},
	{VALUE_STRING, "\xE9", {0}},
	{VALUE_STRING, "\xC0\x80", {0}},
	{VALUE_CORELNK, "</3>", {.type = VALUE_CORELNK, .bytes = BYTES_OF("</3>")}},
	{VALUE_CORELNK, "\xFF", {0}},
	{VALUE_INTEGER, "9223372036854775807", {.type = VALUE_INTEGER, .i = INT64_MAX}},
	{VALUE_INTEGER, "-9223372036854775808", {.type = VALUE_INTEGER, .i = INT64_MIN}},
	{VALUE_INTEGER, "9223372036854775808", {0}},
	{VALUE_INTEGER, "", {0}},
	{VALUE_INTEGER, "1.0", {0}},
	{VALUE_INTEGER, "+1", {0}},
	{VALUE_INTEGER, " 1", {0}},
	{VALUE_INTEGER, "-", {0}},
	{VALUE_TIME, "", {0}},
	{VALUE_TIME, "-1", {.type = VALUE_TIME, .i = -1}},
	{VALUE_UNSIGNED, "-1", {0}},
	{VALUE_UNSIGNED, "18446744073709551616", {0}},
	{VALUE_FLOAT, "42", {.type = VALUE_FLOAT, .f = 42}},
	{VALUE_FLOAT, "-1.5e3", {.type = VALUE_FLOAT, .f = -1500}},
	{VALUE_FLOAT, "nan", {0}},
	{VALUE_FLOAT, "inf", {0}},
	{VALUE_FLOAT, "1e999", {0}},
	{VALUE_FLOAT, "1,5", {0}},
	{VALUE_FLOAT, "", {0}},
	{VALUE_BOOLEAN, "0", {.type = VALUE_BOOLEAN, .b = false}},
	{VALUE_BOOLEAN, "2", {0}},
	{VALUE_BOOLEAN, "", {0}},
	{VALUE_BOOLEAN, "true", {0}},
	{VALUE_BOOLEAN, "01", {0}},
	{VALUE_OBJLNK, "65535:65535", {.type = VALUE_OBJLNK, .link = {65535, 65535}}},
	{VALUE_OBJLNK, "FFFF:FFFF", {.type = VALUE_OBJLNK, .link = {65535, 65535}}},
	{VALUE_OBJLNK, "10", {0}},
	{VALUE_OBJLNK, "10:", {0}},
	{VALUE_OBJLNK, ":3", {0}},
	{VALUE_OBJLNK, "10:3:1", {0}},
	{VALUE_OBJLNK, "65536:0", {0}},
	{VALUE_OBJLNK, "", {0}},
	{VALUE_OPAQUE, "", {.type = VALUE_OPAQUE}},
	{VALUE_OPAQUE, "Zm9vYg", {.type = VALUE_OPAQUE, .bytes = BYTES_OF("foob")}},
	{VALUE_OPAQUE, "Zm9vY", {0}},
	{VALUE_OPAQUE, "Zm9v Yg==", {0}},
	{VALUE_OPAQUE, "foo!", {0}},
	{VALUE_NONE, "", {0}},
};
/* clang-format on */

static void assert_text(const struct value *v, struct span expected)
{
	struct buf out = {0};
	struct writer w = writer_to(&out);

	text_from_value(v, &w);
	ck_assert_int_eq(w.err, 0);
	ck_assert(span_is_equal(buf_span(&out), expected));
	buf_done(&out);
}

START_TEST(text_reads_and_writes_the_golden_vectors)
{
	struct span in = test_golden(vectors[_i].name);
	struct buf store = {0};
	struct value got;

	ck_assert_int_eq(text_to_value(in, vectors[_i].value.type, &store, &got), 0);
	ck_assert(value_is_equal(&got, &vectors[_i].value));
	assert_text(&vectors[_i].value, in);
	buf_done(&store);
}
END_TEST

START_TEST(text_writes_floats_as_another_implementation_does)
{
	struct reader r = reader_of(test_golden("text/floats"));
	unsigned n;

	for (n = 0; rd_left(&r) > 0; n++) {
		struct value v = {.type = VALUE_FLOAT}, back;
		uint64_t bits = rd_be(&r, 8);
		size_t start = r.pos;

		memcpy(&v.f, &bits, sizeof bits);
		while (rd_u8(&r) != '\n' && !r.err)
			;
		ck_assert_int_eq(r.err, 0);

		struct span text = span_of(r.in.data + start, r.pos - 1 - start);

		assert_text(&v, text);
		ck_assert_int_eq(text_to_value(text, VALUE_FLOAT, NULL, &back), 0);
		ck_assert(value_is_equal(&v, &back));
	}
	ck_assert_uint_eq(n, 135);
}
END_TEST

START_TEST(text_takes_the_forms_of_each_type_and_no_others)
{
	const struct form *f = &forms[_i];
	bool is_refused = f->value.type == VALUE_NONE;
	struct span in = test_hex("");
	struct buf exact = {0}, store = {0};
	struct value got = VALUE_INT(99);

	if (*f->text) {
		ck_assert_int_eq(buf_append_text(&exact, f->text), 0);
		in = buf_span(&exact);
	}
	ck_assert_int_eq(text_to_value(in, f->type, &store, &got), is_refused ? -EDOM : 0);
	if (is_refused)
		ck_assert_int_eq(got.i, 99);
	else
		ck_assert(value_is_equal(&got, &f->value));
	buf_done(&exact);
	buf_done(&store);
}
END_TEST

START_TEST(text_keeps_what_the_store_held)
{
	struct buf store = {0};
	struct value got;

	ck_assert_int_eq(buf_append_text(&store, "kept"), 0);
	ck_assert_int_eq(text_to_value(span_of_text("Zm9vYg=="), VALUE_OPAQUE, &store, &got), 0);
	ck_assert(span_is_text(got.bytes, "foob"));
	ck_assert(span_is_text(buf_span(&store), "keptfoob"));
	buf_done(&store);
}
END_TEST

START_TEST(text_has_no_form_for_nothing_and_for_what_is_no_number)
{
	struct value values[] = {{0}, {.type = VALUE_FLOAT, .f = (double)NAN},
		{.type = VALUE_FLOAT, .f = -(double)INFINITY}};

	for (size_t i = 0; i < COUNT(values); i++) {
		struct buf out = {0};
		struct writer w = writer_to(&out);

		text_from_value(&values[i], &w);
		ck_assert_int_eq(w.err, -EDOM);
		ck_assert_uint_eq(out.len, 0);
		buf_done(&out);
	}
}
END_TEST

START_TEST(text_decodes_a_resource_and_a_resource_instance)
{
	struct record expected = {PATH3(3, 0, 9), VALUE_INT(100), 0};

	recorder_start(&recorder);
	ck_assert_int_eq(text_decode(PATH3(3, 0, 9), span_of_text("100"), &recorder.sink), 0);
	ck_assert(records_are_equal(recorder.records, recorder.n_records, &expected, 1));

	expected.path = PATH4(3, 0, 6, 1);
	recorder_start(&recorder);
	ck_assert_int_eq(text_decode(expected.path, span_of_text("100"), &recorder.sink), 0);
	ck_assert(records_are_equal(recorder.records, recorder.n_records, &expected, 1));
}
END_TEST

START_TEST(text_decodes_only_what_is_one_value)
{
	struct span one = span_of_text("1");

	recorder_start(&recorder);
	ck_assert_int_eq(text_decode(PATH0(), one, &recorder.sink), -ENOTSUP);
	ck_assert_int_eq(text_decode(PATH1(3), one, &recorder.sink), -ENOTSUP);
	ck_assert_int_eq(text_decode(PATH2(3, 0), one, &recorder.sink), -ENOTSUP);
	ck_assert_int_eq(text_decode(PATH3(3, 0, 6), one, &recorder.sink), -ENOTSUP);
	ck_assert_int_eq(text_decode(PATH4(3, 0, 9, 0), one, &recorder.sink), -EDOM);
	ck_assert_int_eq(text_decode(PATH3(3, 0, 9), span_of_text("x"), &recorder.sink), -EDOM);
	ck_assert_uint_eq(recorder.n_records, 0);
}
END_TEST

START_TEST(text_skips_an_unknown_resource)
{
	recorder_start(&recorder);
	ck_assert_int_eq(text_decode(PATH3(3, 0, 99), span_of_text("x"), &recorder.sink), 0);
	ck_assert_uint_eq(recorder.n_records, 0);
}
END_TEST

START_TEST(text_hands_on_what_the_receiver_says)
{
	recorder_start(&recorder);
	recorder.result = -EOPNOTSUPP;
	ck_assert_int_eq(
		text_decode(PATH3(3, 0, 9), span_of_text("1"), &recorder.sink), -EOPNOTSUPP);
}
END_TEST

START_TEST(text_encodes_only_what_is_one_value)
{
	struct record two[] = {
		{PATH4(3, 0, 6, 0), VALUE_INT(1), 0}, {PATH4(3, 0, 6, 1), VALUE_INT(5), 0}};
	struct record none = {.path = PATH3(3, 0, 6)};
	struct buf out = {0};

	ck_assert_int_eq(text_encode(PATH3(3, 0, 6), two, 2, &out), -ENOTSUP);
	ck_assert_int_eq(text_encode(PATH3(3, 0, 6), two, 1, &out), -ENOTSUP);
	ck_assert_int_eq(text_encode(PATH3(3, 0, 6), &none, 1, &out), -ENOTSUP);
	ck_assert_int_eq(text_encode(PATH3(3, 0, 6), NULL, 0, &out), -ENOTSUP);
	ck_assert_uint_eq(out.len, 0);
	ck_assert_int_eq(text_encode(PATH4(3, 0, 6, 1), two + 1, 1, &out), 0);
	ck_assert(span_is_text(buf_span(&out), "5"));
	buf_done(&out);
}
END_TEST

START_TEST(text_reads_what_it_writes)
{
	uint64_t state = 17;
	uint8_t bytes[64];

	for (unsigned round = 0; round < 5000; round++) {
		enum value_type type = (enum value_type)(1 + round % VALUE_CORELNK);
		struct value v = random_value(&state, type, bytes, sizeof bytes), got;
		struct buf out = {0}, store = {0};
		struct writer w = writer_to(&out);

		text_from_value(&v, &w);
		ck_assert_int_eq(w.err, 0);
		ck_assert_int_eq(text_to_value(buf_span(&out), type, &store, &got), 0);
		ck_assert(value_is_equal(&v, &got));
		buf_done(&out);
		buf_done(&store);
	}
}
END_TEST

START_TEST(text_cut_short_is_refused_or_reads_less)
{
	const struct vector *v = &vectors[_i];
	struct span whole = test_golden(v->name);

	for (size_t cut = 0; cut < whole.len; cut++) {
		struct buf store = {0};
		struct value got;
		int r = text_to_value(span_of(whole.data, cut), v->value.type, &store, &got);

		ck_assert(r == 0 || r == -EDOM);
		/* "Zm9vYg=" is refused and "Zm9vYg" is the whole without its padding */
		if (r == 0 && !(v->value.type == VALUE_OPAQUE && cut + 2 == whole.len))
			ck_assert(!value_is_equal(&got, &v->value));
		buf_done(&store);
	}
}
END_TEST

START_TEST(text_survives_each_failing_allocation)
{
	struct record record = {PATH3(OBJECT_SINGLE, 0, VALUE_OPAQUE),
		VALUE_BYTES(span_of_text("0123456789 0123456789 0123456789 0123456789 0123456789")),
		0};
	bool failed = true;
	unsigned n;

	for (n = 1; failed; n++) {
		struct buf out = {0};

		recorder_start(&recorder);
		alloc_fail_at(n);

		int r = text_encode(record.path, &record, 1, &out);

		if (r == 0)
			r = text_decode(record.path, buf_span(&out), &recorder.sink);
		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
		ck_assert_uint_eq(recorder.n_records, failed ? 0 : 1);
		buf_done(&out);
	}
	ck_assert_uint_ge(n, 4);
	ck_assert(record_is_equal(&recorder.records[0], &record));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("text");
	TCase *t = tcase_create("text");

	tcase_add_loop_test(t, text_reads_and_writes_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_test(t, text_writes_floats_as_another_implementation_does);
	tcase_add_loop_test(t, text_takes_the_forms_of_each_type_and_no_others, 0, COUNT(forms));
	tcase_add_test(t, text_keeps_what_the_store_held);
	tcase_add_test(t, text_has_no_form_for_nothing_and_for_what_is_no_number);
	tcase_add_test(t, text_decodes_a_resource_and_a_resource_instance);
	tcase_add_test(t, text_decodes_only_what_is_one_value);
	tcase_add_test(t, text_skips_an_unknown_resource);
	tcase_add_test(t, text_hands_on_what_the_receiver_says);
	tcase_add_test(t, text_encodes_only_what_is_one_value);
	tcase_add_test(t, text_reads_what_it_writes);
	tcase_add_loop_test(t, text_cut_short_is_refused_or_reads_less, 0, COUNT(vectors));
	tcase_add_test(t, text_survives_each_failing_allocation);
	suite_add_tcase(s, t);
	return s;
}
