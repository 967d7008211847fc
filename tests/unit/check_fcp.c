#include "card/fcp.h"

#include <errno.h>

#include "runner.h"

START_TEST(fcp_tells_the_size_of_a_transparent_file)
{
	struct fcp f;

	ck_assert_int_eq(fcp_parse(test_golden("card/fcp_field"), &f), 0);
	ck_assert_int_eq(f.kind, FCP_TRANSPARENT);
	ck_assert(f.has_size);
	ck_assert_uint_eq(f.size, 32);
	ck_assert_uint_eq(f.n_pins, 0);
}
END_TEST

START_TEST(fcp_tells_records)
{
	struct fcp f;

	ck_assert_int_eq(fcp_parse(test_hex("62 0B 82 05 42 21 00 21 03 80 02 00 63"), &f), 0);
	ck_assert_int_eq(f.kind, FCP_RECORDS);
	ck_assert_uint_eq(f.record_length, 0x21);
	ck_assert_uint_eq(f.n_records, 3);
}
END_TEST

START_TEST(fcp_names_the_pins_that_are_switched_on)
{
	struct fcp f;

	ck_assert_int_eq(fcp_parse(test_golden("card/fcp_pin"), &f), 0);
	ck_assert_int_eq(f.kind, FCP_DIRECTORY);
	ck_assert_uint_eq(f.n_pins, 1);
	ck_assert_uint_eq(f.pins[0], 1);
	/* the second of three */
	ck_assert_int_eq(
		fcp_parse(test_hex("62 0E C6 0C 90 01 40 83 01 01 83 01 81 83 01 0A"), &f), 0);
	ck_assert_uint_eq(f.n_pins, 1);
	ck_assert_uint_eq(f.pins[0], 0x81);
}
END_TEST

START_TEST(fcp_takes_at_most_eight_pins_and_never_reads_past_their_bits)
{
	struct fcp f;

	ck_assert_int_eq(fcp_parse(test_hex("62 20 C6 1E 90 01 FF 83 01 01 83 01 02 83 01 03"
					    "83 01 04 83 01 05 83 01 06 83 01 07 83 01 08"
					    "83 01 09"),
				 &f),
		0);
	ck_assert_uint_eq(f.n_pins, 8);
}
END_TEST

START_TEST(fcp_refuses_what_is_no_template)
{
	static const char *const bad[] = {"", "FF", "61 02 80 00", "62 04 80 05 00 01",
		"62 02 80 00", "62 07 80 05 01 02 03 04 05", "62 05 C6 03 90 02 FF"};
	struct fcp f;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(fcp_parse(test_hex(bad[i]), &f) == -EBADMSG, "%s", bad[i]);
}
END_TEST

START_TEST(fcp_does_without_what_is_absent)
{
	struct fcp f;

	ck_assert_int_eq(fcp_parse(test_hex("62 00"), &f), 0);
	ck_assert_int_eq(f.kind, FCP_UNKNOWN);
	ck_assert(!f.has_size);
	ck_assert_int_eq(fcp_parse(test_hex("6F 04 80 02 00 10"), &f), 0);
	ck_assert_uint_eq(f.size, 16);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fcp");
	TCase *t = tcase_create("fcp");

	tcase_add_test(t, fcp_tells_the_size_of_a_transparent_file);
	tcase_add_test(t, fcp_tells_records);
	tcase_add_test(t, fcp_names_the_pins_that_are_switched_on);
	tcase_add_test(t, fcp_takes_at_most_eight_pins_and_never_reads_past_their_bits);
	tcase_add_test(t, fcp_refuses_what_is_no_template);
	tcase_add_test(t, fcp_does_without_what_is_absent);
	suite_add_tcase(s, t);
	return s;
}
