#include "card/ef.h"

#include <errno.h>

#include "card/fault.h"
#include "runner.h"
#include "script_port.h"

#define PLAY(...)                                                                                  \
	static const struct script_step steps_[] = {__VA_ARGS__};                                  \
	struct script_port script;                                                                 \
	struct card_channel channel = {.port = &script.port, .number = 1};                         \
	struct card_files files = {.channel = &channel};                                           \
	struct buf out = {0};                                                                      \
	uint16_t status = 0;                                                                       \
	script_port_start(&script, false, steps_, sizeof steps_ / sizeof *steps_)

static void over(const struct script_port *script, struct buf *out)
{
	script_port_assert_over(script);
	buf_done(out);
}

START_TEST(ef_is_selected_by_its_path_from_the_application)
{
	PLAY({.command = "01 A4 08 04 04 7FFF6430 00", .answer = "62 04 80 02 0034 9000"});
	struct card_path p = {.octets = {0x64, 0x30}, .len = 2};
	struct fcp fcp;

	ck_assert_int_eq(ef_select(&files, &p, &fcp, &status), 0);
	ck_assert_uint_eq(status, STATUS_OK);
	ck_assert_uint_eq(fcp.size, 0x34);
	over(&script, &out);
}
END_TEST

START_TEST(ef_is_selected_by_its_identifier_where_paths_are_refused)
{
	PLAY({.command = "01 A4 08 04 02 2FE2 00", .answer = "6A86"},
		{.command = "01 A4 00 04 02 2FE2 00", .answer = "6200 9000"},
		{.command = "01 A4 00 04 02 6430 00", .answer = "6200 9000"});
	struct card_path p = {.octets = {0x64, 0x30}, .len = 2};
	struct fcp fcp;

	ck_assert_int_eq(ef_select_mf(&files, CARD_FILE_ICCID, &fcp, &status), 0);
	/* remembered */
	ck_assert_int_eq(ef_select(&files, &p, &fcp, &status), 0);
	ck_assert_uint_eq(status, STATUS_OK);
	over(&script, &out);
}
END_TEST

START_TEST(ef_elsewhere_is_out_of_reach_without_paths)
{
	PLAY({.command = "01 A4 08 04 04 7F106430 00", .answer = "6A86"});
	struct card_path p = {.octets = {0x3F, 0x00, 0x7F, 0x10, 0x64, 0x30}, .len = 6};
	struct card_path mf = {.octets = {0x3F, 0x00}, .len = 2};
	struct fcp fcp;

	ck_assert_int_eq(ef_select(&files, &p, &fcp, &status), -EXDEV);
	ck_assert_int_eq(ef_select(&files, &mf, &fcp, &status), -EXDEV);
	over(&script, &out);
}
END_TEST

START_TEST(ef_that_is_not_there_is_told_by_the_status)
{
	PLAY({.command = "01 A4 04 04 02 A000 00", .answer = "6A82"});
	struct fcp fcp;

	ck_assert_int_eq(ef_select_application(&files, test_hex("A000"), &fcp, &status), 0);
	ck_assert_uint_eq(status, 0x6A82);
	over(&script, &out);
}
END_TEST

START_TEST(ef_is_read_in_pieces_until_it_ends)
{
	PLAY({.command = "01 B0 00 04 06", .answer = "010203 9000"},
		{.command = "01 B0 00 07 03", .answer = "04 6282"});

	ck_assert_int_eq(ef_read(&files, 4, 6, &out, &status), 0);
	ck_assert_uint_eq(status, STATUS_OK);
	ck_assert(span_is_equal(buf_span(&out), test_hex("01020304")));
	over(&script, &out);
}
END_TEST

START_TEST(ef_ends_also_with_nothing_and_with_a_wrong_offset)
{
	PLAY({.command = "01 B0 00 00 06", .answer = "9000"},
		{.command = "01 B0 00 00 06", .answer = "6B00"});

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(ef_read(&files, 0, 6, &out, &status), 0);
		ck_assert_uint_eq(status, STATUS_OK);
		ck_assert_uint_eq(out.len, 0);
	}
	over(&script, &out);
}
END_TEST

START_TEST(ef_is_read_in_smaller_pieces_where_long_ones_are_refused)
{
	PLAY({.command = "01 B0 00 00 FF", .answer = "6700"},
		{.command = "01 B0 00 00 80", .answer = "6282"},
		{.command = "01 B0 00 00 80", .answer = "6700"});

	ck_assert_int_eq(ef_read(&files, 0, 300, &out, &status), 0);
	/* and only once */
	ck_assert_int_eq(ef_read(&files, 0, 300, &out, &status), 0);
	ck_assert_uint_eq(status, 0x6700);
	over(&script, &out);
}
END_TEST

START_TEST(ef_gives_no_more_than_was_asked_for)
{
	PLAY({.command = "01 B0 00 00 02", .answer = "01020304 9000"});

	ck_assert_int_eq(ef_read(&files, 0, 2, &out, &status), 0);
	ck_assert_uint_eq(out.len, 2);
	over(&script, &out);
}
END_TEST

START_TEST(ef_is_never_read_beyond_32_kib)
{
	PLAY({.command = "01 B0 7F FF 04", .answer = "AA 9000"});

	ck_assert_int_eq(ef_read(&files, 0x7FFF, 4, &out, &status), 0);
	ck_assert_uint_eq(out.len, 1);
	over(&script, &out);
}
END_TEST

START_TEST(ef_tells_why_it_cannot_be_read)
{
	PLAY({.command = "01 B0 00 00 04", .answer = "6982"});

	ck_assert_int_eq(ef_read(&files, 0, 4, &out, &status), 0);
	ck_assert_uint_eq(status, 0x6982);
	over(&script, &out);
}
END_TEST

START_TEST(ef_of_records_is_read_by_their_number)
{
	PLAY({.command = "01 B2 03 04 21", .answer = "610100 9000"});

	ck_assert_int_eq(ef_read_record(&files, 3, 0x21, &out, &status), 0);
	ck_assert_uint_eq(out.len, 3);
	over(&script, &out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ef");
	TCase *t = tcase_create("ef");

	tcase_add_test(t, ef_is_selected_by_its_path_from_the_application);
	tcase_add_test(t, ef_is_selected_by_its_identifier_where_paths_are_refused);
	tcase_add_test(t, ef_elsewhere_is_out_of_reach_without_paths);
	tcase_add_test(t, ef_that_is_not_there_is_told_by_the_status);
	tcase_add_test(t, ef_is_read_in_pieces_until_it_ends);
	tcase_add_test(t, ef_ends_also_with_nothing_and_with_a_wrong_offset);
	tcase_add_test(t, ef_is_read_in_smaller_pieces_where_long_ones_are_refused);
	tcase_add_test(t, ef_gives_no_more_than_was_asked_for);
	tcase_add_test(t, ef_is_never_read_beyond_32_kib);
	tcase_add_test(t, ef_tells_why_it_cannot_be_read);
	tcase_add_test(t, ef_of_records_is_read_by_their_number);
	suite_add_tcase(s, t);
	return s;
}
