#include "card/ber.h"

#include <errno.h>

#include "runner.h"

static int first(const char *hex, struct ber *ret)
{
	struct reader r = reader_of(test_hex(hex));

	return ber_next(&r, ret);
}

START_TEST(ber_reads_all_three_forms_of_length)
{
	struct ber e;

	ck_assert_int_eq(first("04 02 AA BB", &e), 1);
	ck_assert_uint_eq(e.tag, BER_OCTET_STRING);
	ck_assert_uint_eq(e.value.len, 2);
	ck_assert_int_eq(first("04 81 02 AA BB", &e), 1);
	ck_assert_uint_eq(e.value.len, 2);
	ck_assert_int_eq(first("04 82 00 02 AA BB", &e), 1);
	ck_assert_uint_eq(e.value.len, 2);
	ck_assert_uint_eq(e.value.data[1], 0xBB);
}
END_TEST

START_TEST(ber_ends_with_the_bytes_and_with_padding)
{
	static const char *const ends[] = {"", "FF", "FF FF 04 01", "00", "00 00"};
	struct ber e;

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		ck_assert_int_eq(first(ends[i], &e), 0);
}
END_TEST

START_TEST(ber_refuses_what_is_no_bounded_element)
{
	static const char *const bad[] = {
		"04",			/* no length */
		"04 01",		/* value beyond the end */
		"04 81",		/* length cut */
		"04 82 01",		/* length cut */
		"04 80 00 00",		/* indefinite */
		"04 83 00 00 01 AA",	/* three octets of length */
		"04 84 FF FF FF FF 30", /* a length of 4 GiB */
		"3F 81 01 00",		/* a tag of several octets */
		"1F 01 00",
	};
	struct ber e = {.tag = 1};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(first(bad[i], &e) == -EBADMSG, "%s", bad[i]);
	ck_assert_uint_eq(e.tag, 1);
}
END_TEST

START_TEST(ber_stays_at_the_element_that_is_wrong)
{
	struct reader r = reader_of(test_hex("04 01 AA 06 05 01"));
	struct ber e;

	ck_assert_int_eq(ber_next(&r, &e), 1);
	ck_assert_int_eq(ber_next(&r, &e), -EBADMSG);
	ck_assert_uint_eq(r.pos, 3);
	ck_assert_int_eq(ber_next(&r, &e), -EBADMSG);
}
END_TEST

START_TEST(ber_finds_the_first_with_a_tag)
{
	struct span list = test_hex("02 01 05 04 01 AA 04 01 BB");
	struct ber e;

	ck_assert_int_eq(ber_find(list, BER_OCTET_STRING, &e), 1);
	ck_assert_uint_eq(e.value.data[0], 0xAA);
	ck_assert_int_eq(ber_find(list, BER_OID, &e), 0);
	ck_assert_int_eq(ber_find(test_hex("02 01 05 06 09"), BER_OID, &e), -EBADMSG);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ber");
	TCase *t = tcase_create("ber");

	tcase_add_test(t, ber_reads_all_three_forms_of_length);
	tcase_add_test(t, ber_ends_with_the_bytes_and_with_padding);
	tcase_add_test(t, ber_refuses_what_is_no_bounded_element);
	tcase_add_test(t, ber_stays_at_the_element_that_is_wrong);
	tcase_add_test(t, ber_finds_the_first_with_a_tag);
	suite_add_tcase(s, t);
	return s;
}
