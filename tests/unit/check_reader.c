#include "base/reader.h"

#include <errno.h>

#include "runner.h"

START_TEST(reader_reads_big_endian)
{
	struct reader r = reader_of(test_hex("01 0203 040506 0708090A0B0C0D0E"));

	ck_assert_uint_eq(rd_u8(&r), 1);
	ck_assert_uint_eq(rd_be(&r, 2), 0x0203);
	ck_assert_uint_eq(rd_be(&r, 3), 0x040506);
	ck_assert_uint_eq(rd_be(&r, 8), UINT64_C(0x0708090A0B0C0D0E));
	ck_assert_uint_eq(rd_left(&r), 0);
	ck_assert_int_eq(r.err, 0);
}
END_TEST

START_TEST(reader_takes_spans_without_copying)
{
	struct span in = test_hex("AA BB CC");
	struct reader r = reader_of(in);

	ck_assert_ptr_eq(rd_take(&r, 2).data, in.data);
	ck_assert_ptr_eq(rd_take(&r, 1).data, in.data + 2);
}
END_TEST

START_TEST(reader_refuses_one_octet_too_many)
{
	struct reader r = reader_of(test_hex("AA BB"));

	ck_assert_uint_eq(rd_take(&r, 3).len, 0);
	ck_assert_int_eq(r.err, -EBADMSG);
}
END_TEST

START_TEST(reader_refuses_a_length_near_the_end_of_memory)
{
	struct reader r = reader_of(test_hex("AA BB"));

	rd_u8(&r);
	ck_assert_uint_eq(rd_take(&r, SIZE_MAX).len, 0);
	ck_assert_int_eq(r.err, -EBADMSG);
}
END_TEST

START_TEST(reader_error_stays_and_all_later_reads_give_zero)
{
	struct reader r = reader_of(test_hex("AA BB"));

	rd_be(&r, 4);
	ck_assert_uint_eq(rd_u8(&r), 0);
	ck_assert_uint_eq(rd_take(&r, 1).len, 0);
	ck_assert_uint_eq(rd_left(&r), 0);
	ck_assert_int_eq(r.err, -EBADMSG);
}
END_TEST

START_TEST(reader_of_nothing_takes_nothing)
{
	struct reader r = reader_of((struct span){0});

	ck_assert_uint_eq(rd_take(&r, 0).len, 0);
	ck_assert_int_eq(r.err, 0);
	rd_u8(&r);
	ck_assert_int_eq(r.err, -EBADMSG);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("reader");
	TCase *t = tcase_create("reader");

	tcase_add_test(t, reader_reads_big_endian);
	tcase_add_test(t, reader_takes_spans_without_copying);
	tcase_add_test(t, reader_refuses_one_octet_too_many);
	tcase_add_test(t, reader_refuses_a_length_near_the_end_of_memory);
	tcase_add_test(t, reader_error_stays_and_all_later_reads_give_zero);
	tcase_add_test(t, reader_of_nothing_takes_nothing);
	suite_add_tcase(s, t);
	return s;
}
