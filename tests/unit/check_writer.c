#include "base/writer.h"

#include <errno.h>

#include "runner.h"

START_TEST(writer_writes_what_the_reader_reads)
{
	struct buf b = {0};
	struct writer w = writer_to(&b);

	wr_u8(&w, 1);
	wr_be(&w, 0x0203, 2);
	wr_be(&w, UINT64_C(0x0405060708090A0B), 8);
	wr_text(&w, "AB");
	wr_bytes(&w, test_hex("00 FF"));
	ck_assert_int_eq(w.err, 0);
	ck_assert(span_is_equal(buf_span(&b), test_hex("01 0203 0405060708090A0B 4142 00FF")));
	buf_done(&b);
}
END_TEST

START_TEST(writer_keeps_only_the_low_octets)
{
	struct buf b = {0};
	struct writer w = writer_to(&b);

	wr_be(&w, 0x12345678, 2);
	ck_assert(span_is_equal(buf_span(&b), test_hex("5678")));
	buf_done(&b);
}
END_TEST

START_TEST(writer_printf_leaves_no_nul_in_the_buffer)
{
	struct buf b = {0};
	struct writer w = writer_to(&b);

	wr_printf(&w, "/%u/%u", 1, 65535);
	wr_printf(&w, "%s", "");
	ck_assert(span_is_text(buf_span(&b), "/1/65535"));
	buf_done(&b);
}
END_TEST

START_TEST(writer_error_stays_and_nothing_is_appended_after_it)
{
	struct buf b = {.max = 3};
	struct writer w = writer_to(&b);

	wr_text(&w, "ab");
	wr_text(&w, "cd");
	wr_u8(&w, 'e');
	wr_printf(&w, "f");
	ck_assert_int_eq(w.err, -ENOSPC);
	ck_assert(span_is_text(buf_span(&b), "ab"));
	buf_done(&b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("writer");
	TCase *t = tcase_create("writer");

	tcase_add_test(t, writer_writes_what_the_reader_reads);
	tcase_add_test(t, writer_keeps_only_the_low_octets);
	tcase_add_test(t, writer_printf_leaves_no_nul_in_the_buffer);
	tcase_add_test(t, writer_error_stays_and_nothing_is_appended_after_it);
	suite_add_tcase(s, t);
	return s;
}
