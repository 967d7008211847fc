#include "codec/cbor.h"

#include <errno.h>
#include <math.h>

#include "alloc.h"
#include "records.h"
#include "runner.h"

/* The next item of each kind, as RFC 8949 appendix A says it. */
static struct cbor_item next(struct reader *r)
{
	struct cbor_item item;

	ck_assert_int_eq(cbor_next(r, &item), 1);
	return item;
}

static void expect_number(struct reader *r, enum cbor_kind kind, uint64_t u)
{
	struct cbor_item item = next(r);

	ck_assert_int_eq(item.kind, kind);
	ck_assert_uint_eq(item.u, u);
}

static void expect_float(struct reader *r, double v)
{
	struct cbor_item item = next(r);

	ck_assert_int_eq(item.kind, CBOR_FLOAT);
	ck_assert_mem_eq(&item.f, &v, sizeof v);
}

static void expect_bytes(struct reader *r, enum cbor_kind kind, const char *hex)
{
	struct cbor_item item = next(r);

	ck_assert_int_eq(item.kind, kind);
	ck_assert(span_is_equal(item.bytes, test_hex(hex)));
}

static void expect_numbers(struct reader *r)
{
	static const uint64_t unsigned_ones[] = {
		0, 1, 10, 23, 24, 25, 100, 1000, 1000000, 1000000000000, UINT64_MAX};
	static const uint64_t negative_ones[] = {0, 9, 99, 999, UINT64_MAX};
	static const double floats[] = {0.0, -0.0, 1.0, 1.1, 1.5, 65504.0, 100000.0,
		3.4028234663852886e+38, 1.0e+300, 5.960464477539063e-8, 0.00006103515625, -4.0,
		-4.1, INFINITY, -INFINITY};

	for (size_t i = 0; i < sizeof unsigned_ones / sizeof *unsigned_ones; i++)
		expect_number(r, CBOR_UNSIGNED, unsigned_ones[i]);
	for (size_t i = 0; i < sizeof negative_ones / sizeof *negative_ones; i++)
		expect_number(r, CBOR_NEGATIVE, negative_ones[i]);
	for (size_t i = 0; i < sizeof floats / sizeof *floats; i++)
		expect_float(r, floats[i]);
}

START_TEST(cbor_reads_the_examples_of_the_standard)
{
	struct reader r = reader_of(test_golden("cbor/appendix_a"));
	struct cbor_item item;

	expect_numbers(&r);
	ck_assert(!next(&r).b);
	ck_assert(next(&r).b);
	ck_assert_int_eq(next(&r).kind, CBOR_NULL);
	expect_number(&r, CBOR_TAG, 0);
	expect_bytes(&r, CBOR_TEXT, "323031332d30332d32315432303a30343a30305a");
	expect_number(&r, CBOR_TAG, 1);
	expect_number(&r, CBOR_UNSIGNED, 1363896240);
	expect_bytes(&r, CBOR_BYTES, "");
	expect_bytes(&r, CBOR_BYTES, "01020304");
	expect_bytes(&r, CBOR_TEXT, "");
	expect_bytes(&r, CBOR_TEXT, "61");
	expect_bytes(&r, CBOR_TEXT, "49455446");
	expect_bytes(&r, CBOR_TEXT, "225c");
	expect_bytes(&r, CBOR_TEXT, "c3bc");
	expect_bytes(&r, CBOR_TEXT, "e6b0b4");
	expect_bytes(&r, CBOR_TEXT, "f0908591");
	expect_number(&r, CBOR_ARRAY, 0);
	expect_number(&r, CBOR_ARRAY, 3);
	for (uint64_t i = 1; i <= 3; i++)
		expect_number(&r, CBOR_UNSIGNED, i);
	expect_number(&r, CBOR_ARRAY, 3);
	expect_number(&r, CBOR_UNSIGNED, 1);
	for (uint64_t i = 2; i <= 4; i += 2) {
		expect_number(&r, CBOR_ARRAY, 2);
		expect_number(&r, CBOR_UNSIGNED, i);
		expect_number(&r, CBOR_UNSIGNED, i + 1);
	}
	expect_number(&r, CBOR_MAP, 0);
	expect_number(&r, CBOR_MAP, 2);
	for (uint64_t i = 1; i <= 4; i++)
		expect_number(&r, CBOR_UNSIGNED, i);
	ck_assert_int_eq(cbor_next(&r, &item), 0);
}
END_TEST

START_TEST(cbor_refuses_the_forms_that_are_not_used)
{
	struct span all = test_golden("cbor/not_used");
	static const size_t lengths[] = {1, 1, 2, 9, 13, 2, 7};
	size_t at = 0;

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct reader r = reader_of(span_of(all.data + at, lengths[i]));
		struct cbor_item item;

		ck_assert_int_eq(cbor_next(&r, &item), -EBADMSG);
		ck_assert_int_eq(cbor_next(&r, &item), -EBADMSG);
		at += lengths[i];
	}
	ck_assert_uint_eq(at, all.len);
}
END_TEST

START_TEST(cbor_cut_off_anywhere_is_malformed)
{
	struct span whole = test_hex("1bffffffffffffffff 5903e8 6449455446 fb3ff199999999999a");
	struct reader r = reader_of(whole);
	struct cbor_item item;

	for (size_t len = 1; len < 9; len++) {
		r = reader_of(span_of(whole.data, len));
		ck_assert_int_eq(cbor_next(&r, &item), -EBADMSG);
	}
	r = reader_of(span_of(whole.data + 9, whole.len - 9)); /* 1000 bytes announced */
	ck_assert_int_eq(cbor_next(&r, &item), -EBADMSG);
	r = reader_of(test_hex("6449455 4"));
	ck_assert_int_eq(cbor_next(&r, &item), -EBADMSG);
}
END_TEST

START_TEST(cbor_announces_no_more_items_than_octets_are_left)
{
	static const char *const impossible[] = {
		"9bffffffffffffffff", "8401 02 03", "a10 1", "bb7fffffffffffffff 0000"};
	static const char *const possible[] = {"8301 02 03", "a101 02", "80", "a0"};
	struct cbor_item item;

	for (size_t i = 0; i < sizeof impossible / sizeof *impossible; i++) {
		struct reader r = reader_of(test_hex(impossible[i]));

		ck_assert_int_eq(cbor_next(&r, &item), -EBADMSG);
	}
	for (size_t i = 0; i < sizeof possible / sizeof *possible; i++) {
		struct reader r = reader_of(test_hex(possible[i]));

		ck_assert_int_eq(cbor_next(&r, &item), 1);
	}
}
END_TEST

START_TEST(cbor_text_is_utf8)
{
	struct reader r = reader_of(test_hex("62c328"));
	struct cbor_item item;

	ck_assert_int_eq(cbor_next(&r, &item), -EBADMSG);
}
END_TEST

START_TEST(cbor_of_another_kind_than_expected_ends_the_reading)
{
	struct reader r = reader_of(test_hex("01 41ff 20"));
	struct cbor_item item;
	int64_t v;

	ck_assert_int_eq(cbor_expect(&r, CBOR_UNSIGNED, &item), 0);
	ck_assert_int_eq(cbor_expect_int(&r, &v), -EBADMSG);
	ck_assert_int_eq(cbor_expect(&r, CBOR_NEGATIVE, &item), -EBADMSG);
	r = reader_of(test_hex(""));
	ck_assert_int_eq(cbor_expect_int(&r, &v), -EBADMSG);
}
END_TEST

START_TEST(cbor_integers_fit_or_are_refused)
{
	static const struct {
		const char *hex;
		int r;
		int64_t v;
	} cases[] = {
		{"1b7fffffffffffffff", 0, INT64_MAX},
		{"1b8000000000000000", -EBADMSG, 0},
		{"3b7fffffffffffffff", 0, INT64_MIN},
		{"3b8000000000000000", -EBADMSG, 0},
		{"20", 0, -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct reader r = reader_of(test_hex(cases[i].hex));
		int64_t v = 0;

		ck_assert_int_eq(cbor_expect_int(&r, &v), cases[i].r);
		ck_assert_int_eq(v, cases[i].v);
	}
}
END_TEST

/* RFC 8949 4.2.1: the shortest head, as in the examples. */
START_TEST(cbor_writes_the_examples_of_the_standard)
{
	struct buf out = {0};
	struct writer w = writer_to(&out);

	cbor_write_uint(&w, 23);
	cbor_write_uint(&w, 24);
	cbor_write_uint(&w, 1000000000000);
	cbor_write_int(&w, 1000);
	cbor_write_int(&w, -1000);
	cbor_write_int(&w, INT64_MIN);
	cbor_write_bytes(&w, test_hex("01020304"));
	cbor_write_text(&w, span_of_text("IETF"));
	cbor_write_array(&w, 3);
	cbor_write_bool(&w, false);
	cbor_write_bool(&w, true);
	cbor_write_double(&w, 1.1);
	ck_assert_int_eq(w.err, 0);
	ck_assert(span_is_equal(buf_span(&out),
		test_hex("17 1818 1b000000e8d4a51000 1903e8 3903e7 3b7fffffffffffffff 4401020304 "
			 "6449455446 83 f4 f5 fb3ff199999999999a")));
	buf_done(&out);
}
END_TEST

START_TEST(cbor_reads_what_it_wrote)
{
	uint64_t state = 1;

	for (int i = 0; i < 2000; i++) {
		uint64_t bits = random_next(&state);
		int64_t v = (int64_t)(bits >> (random_next(&state) % 64));
		struct buf out = {0};
		struct writer w = writer_to(&out);
		struct cbor_item item;
		int64_t back;
		double f = 0;

		v = bits & 1 ? -1 - v : v;
		cbor_write_int(&w, v);
		memcpy(&f, &bits, sizeof f);
		cbor_write_double(&w, isnan(f) ? 0 : f);
		cbor_write_bytes(&w, span_of(&bits, (size_t)(bits % 9)));

		struct reader r = reader_of(buf_span(&out));

		ck_assert_int_eq(cbor_expect_int(&r, &back), 0);
		ck_assert_int_eq(back, v);
		ck_assert_int_eq(cbor_expect(&r, CBOR_FLOAT, &item), 0);
		ck_assert(isnan(f) || memcmp(&item.f, &f, sizeof f) == 0);
		ck_assert_int_eq(cbor_expect(&r, CBOR_BYTES, &item), 0);
		ck_assert(span_is_equal(item.bytes, span_of(&bits, (size_t)(bits % 9))));
		ck_assert_int_eq(cbor_next(&r, &item), 0);
		buf_done(&out);
	}
}
END_TEST

START_TEST(cbor_writing_without_memory_is_told)
{
	struct buf out = {0};
	struct writer w = writer_to(&out);

	alloc_fail_at(1);
	cbor_write_uint(&w, 5);
	alloc_fail_off();
	ck_assert_int_eq(w.err, -ENOMEM);
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(cbor_reads_the_indefinite_examples_of_the_standard)
{
	/* (_ h'0102', h'030405'), [_ 1, [2, 3], [_ 4, 5]], {_ "a": 1, "b": [_ 2, 3]} */
	struct reader r = reader_of(test_hex("5f42010243030405ff 9f018202039f0405ffff"
					     "bf61610161629f0203ffff"));
	static const enum cbor_kind kinds[] = {CBOR_BYTES, CBOR_ARRAY, CBOR_UNSIGNED, CBOR_ARRAY,
		CBOR_UNSIGNED, CBOR_UNSIGNED, CBOR_ARRAY, CBOR_UNSIGNED, CBOR_UNSIGNED, CBOR_BREAK,
		CBOR_BREAK, CBOR_MAP, CBOR_TEXT, CBOR_UNSIGNED, CBOR_TEXT, CBOR_ARRAY,
		CBOR_UNSIGNED, CBOR_UNSIGNED, CBOR_BREAK, CBOR_BREAK};
	struct buf store = {0};
	struct cbor_item item;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		ck_assert_int_eq(cbor_next_any(&r, &store, &item), 1);
		ck_assert_int_eq(item.kind, kinds[i]);
		if (i == 0)
			ck_assert(span_is_equal(item.bytes, test_hex("0102030405")));
		if (i == 1 || i == 11)
			ck_assert(item.u == CBOR_INDEFINITE);
	}
	ck_assert_int_eq(cbor_next_any(&r, &store, &item), 0);
	buf_done(&store);
}
END_TEST

START_TEST(cbor_string_in_pieces_has_pieces_of_its_kind_only)
{
	static const char *const bad[] = {"5f6101ff", "7f4101ff", "5f", "5f41", "5f4101", "5f01ff",
		"5f5f4101ffff", "7f61c361bcff"};
	struct buf store = {0};
	struct cbor_item item;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct reader r = reader_of(test_hex(bad[i]));

		ck_assert_int_eq(cbor_next_any(&r, &store, &item), -EBADMSG);
		ck_assert_int_eq(cbor_next_any(&r, &store, &item), -EBADMSG);
	}
	buf_done(&store);
}
END_TEST

START_TEST(cbor_strings_in_pieces_take_turns_in_one_store)
{
	struct span in = test_hex("7f6161616261636164ff 7f61656166ff");
	struct buf store = {.max = in.len};
	struct reader r = reader_of(in);
	struct cbor_item item;

	ck_assert_int_eq(cbor_next_any(&r, &store, &item), 1);
	ck_assert(span_is_text(item.bytes, "abcd"));
	ck_assert_int_eq(cbor_next_any(&r, &store, &item), 1);
	ck_assert(span_is_text(item.bytes, "ef"));
	buf_done(&store);
}
END_TEST

START_TEST(cbor_string_in_pieces_survives_a_failing_allocation)
{
	struct reader r = reader_of(test_hex("5f4101ff"));
	struct buf store = {0};
	struct cbor_item item;

	alloc_fail_at(1);

	int e = cbor_next_any(&r, &store, &item);

	alloc_fail_off();
	ck_assert_int_eq(e, -ENOMEM);
	buf_done(&store);
}
END_TEST

START_TEST(cbor_skips_all_that_belongs_to_an_item)
{
	static const struct {
		const char *hex;
		int result;
	} rows[] = {{"01", 0}, {"80", 0}, {"a0", 0}, {"820102", 0}, {"8201c1", -EBADMSG},
		{"a10102", 0}, {"c101", 0}, {"c1", -EBADMSG}, {"9f01ff", 0}, {"9f01", -EBADMSG},
		{"bf0102ff", 0}, {"bf01ff", -EBADMSG}, {"82ff01", -EBADMSG}, {"815f4101ff", 0},
		{"81818181818181818181818181818180", 0}, {"8181818181818181818181818181818100", 0},
		{"818181818181818181818181818181818100", -E2BIG}};
	struct buf store = {0};
	struct cbor_item item;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reader r = reader_of(test_hex(rows[i].hex));

		ck_assert_int_eq(cbor_next_any(&r, &store, &item), 1);
		ck_assert_int_eq(cbor_skip_rest(&r, &item), rows[i].result);
		ck_assert(r.err == rows[i].result && (r.err < 0 || rd_left(&r) == 0));
	}
	buf_done(&store);
}
END_TEST

/* RFC 8949 appendix A has each of these in its shortest form */
START_TEST(cbor_writes_floats_and_whole_numbers_in_the_shortest_form)
{
	static const struct {
		double v;
		const char *hex;
	} floats[] = {{0.0, "f90000"}, {-0.0, "f98000"}, {1.0, "f93c00"},
		{1.1, "fb3ff199999999999a"}, {1.5, "f93e00"}, {65504.0, "f97bff"},
		{100000.0, "fa47c35000"}, {3.4028234663852886e+38, "fa7f7fffff"},
		{1.0e+300, "fb7e37e43c8800759c"}, {5.960464477539063e-8, "f90001"},
		{0.00006103515625, "f90400"}, {-4.0, "f9c400"}, {-4.1, "fbc010666666666666"},
		{INFINITY, "f97c00"}, {NAN, "f97e00"}, {-INFINITY, "f9fc00"}};
	struct buf out = {0};
	struct writer w = writer_to(&out);

	for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
		buf_truncate(&out, 0);
		cbor_write_float(&w, floats[i].v);
		ck_assert(span_is_equal(buf_span(&out), test_hex(floats[i].hex)));
		ck_assert_uint_eq(cbor_float_length(floats[i].v), out.len);
	}
	for (unsigned bits = 0; bits < 63; bits++)
		for (int64_t n = (INT64_C(1) << bits) - 1, i = 0; i < 2; i++, n = ~n) {
			buf_truncate(&out, 0);
			cbor_write_int(&w, n);
			ck_assert_uint_eq(cbor_int_length(n), out.len);
		}
	buf_truncate(&out, 0);
	cbor_write_map(&w, 2);
	ck_assert(span_is_equal(buf_span(&out), test_hex("a2")));
	buf_done(&out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cbor");
	TCase *t = tcase_create("cbor");

	tcase_add_test(t, cbor_reads_the_examples_of_the_standard);
	tcase_add_test(t, cbor_refuses_the_forms_that_are_not_used);
	tcase_add_test(t, cbor_cut_off_anywhere_is_malformed);
	tcase_add_test(t, cbor_reads_the_indefinite_examples_of_the_standard);
	tcase_add_test(t, cbor_string_in_pieces_has_pieces_of_its_kind_only);
	tcase_add_test(t, cbor_strings_in_pieces_take_turns_in_one_store);
	tcase_add_test(t, cbor_string_in_pieces_survives_a_failing_allocation);
	tcase_add_test(t, cbor_skips_all_that_belongs_to_an_item);
	tcase_add_test(t, cbor_writes_floats_and_whole_numbers_in_the_shortest_form);
	tcase_add_test(t, cbor_announces_no_more_items_than_octets_are_left);
	tcase_add_test(t, cbor_text_is_utf8);
	tcase_add_test(t, cbor_of_another_kind_than_expected_ends_the_reading);
	tcase_add_test(t, cbor_integers_fit_or_are_refused);
	tcase_add_test(t, cbor_writes_the_examples_of_the_standard);
	tcase_add_test(t, cbor_reads_what_it_wrote);
	tcase_add_test(t, cbor_writing_without_memory_is_told);
	suite_add_tcase(s, t);
	return s;
}
