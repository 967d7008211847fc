#include "base/parse.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "runner.h"

/* Through an exact heap copy: a look beyond the end is seen by ASan. */
static struct span text(const char *t)
{
	char hex[256];

	for (size_t i = 0; t[i]; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned)(uint8_t)t[i]);
	hex[2 * strlen(t)] = '\0';
	return test_hex(hex);
}

START_TEST(parse_u16_takes_exactly_its_range)
{
	uint16_t v = 7;

	ck_assert_int_eq(parse_u16(text("65535"), &v), 0);
	ck_assert_uint_eq(v, 65535);
	ck_assert_int_eq(parse_u16(text("0"), &v), 0);
	ck_assert_uint_eq(v, 0);
	ck_assert_int_eq(parse_u16(text("65536"), &v), -ERANGE);
	ck_assert_uint_eq(v, 0);
}
END_TEST

START_TEST(parse_u32_takes_exactly_its_range)
{
	uint32_t v = 7;

	ck_assert_int_eq(parse_u32(text("4294967295"), &v), 0);
	ck_assert_uint_eq(v, UINT32_MAX);
	ck_assert_int_eq(parse_u32(text("4294967296"), &v), -ERANGE);
	ck_assert_int_eq(parse_u32(text("4294967297"), &v), -ERANGE);
	ck_assert_uint_eq(v, UINT32_MAX);
}
END_TEST

START_TEST(parse_u64_takes_exactly_its_range)
{
	uint64_t v = 7;

	ck_assert_int_eq(parse_u64(text("18446744073709551615"), &v), 0);
	ck_assert(v == UINT64_MAX);
	ck_assert_int_eq(parse_u64(text("18446744073709551616"), &v), -ERANGE);
	ck_assert_int_eq(parse_u64(text("99999999999999999999999"), &v), -ERANGE);
	ck_assert(v == UINT64_MAX);
}
END_TEST

START_TEST(parse_i64_takes_exactly_its_range)
{
	int64_t v = 7;

	ck_assert_int_eq(parse_i64(text("9223372036854775807"), &v), 0);
	ck_assert(v == INT64_MAX);
	ck_assert_int_eq(parse_i64(text("-9223372036854775808"), &v), 0);
	ck_assert(v == INT64_MIN);
	ck_assert_int_eq(parse_i64(text("9223372036854775808"), &v), -ERANGE);
	ck_assert_int_eq(parse_i64(text("-9223372036854775809"), &v), -ERANGE);
	ck_assert(v == INT64_MIN);
}
END_TEST

START_TEST(parse_of_whole_numbers_refuses_other_forms)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "+1", "--1", "-", "0x10", "1.0", "1e3", "1_000", "a", "/", ":"};
	int64_t i = 7;
	uint64_t u = 7;

	for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
		ck_assert_msg(parse_u64(text(bad[k]), &u) == -EINVAL, "%s", bad[k]);
		ck_assert_msg(parse_i64(text(bad[k]), &i) == -EINVAL, "%s", bad[k]);
	}
	ck_assert_int_eq(parse_u64(text("-1"), &u), -EINVAL);
	ck_assert_int_eq(parse_u64(test_hex("31 00"), &u), -EINVAL);
	ck_assert_uint_eq(u, 7);
	ck_assert_int_eq(i, 7);
}
END_TEST

START_TEST(parse_double_takes_decimal_forms)
{
	double v = 7;

	ck_assert_int_eq(parse_double(text("0.1"), &v), 0);
	ck_assert(v == 0.1);
	ck_assert_int_eq(parse_double(text("-12.5e-1"), &v), 0);
	ck_assert(v == -1.25);
	ck_assert_int_eq(parse_double(text("3E+2"), &v), 0);
	ck_assert(v == 300);
	ck_assert_int_eq(parse_double(text("1.7976931348623157e308"), &v), 0);
}
END_TEST

START_TEST(parse_double_refuses_other_forms)
{
	static const char *const bad[] = {"", "-", ".5", "5.", "1e", "1e+", "inf", "nan", "0x1p3",
		"+1", " 1", "1 ", "1,5", "1.2.3"};
	double v = 7;

	for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
		ck_assert_msg(parse_double(text(bad[k]), &v) == -EINVAL, "%s", bad[k]);
	ck_assert(v == 7);
}
END_TEST

START_TEST(parse_double_refuses_what_is_no_finite_number)
{
	double v = 7;

	ck_assert_int_eq(parse_double(text("1e400"), &v), -ERANGE);
	ck_assert_int_eq(parse_double(text("-1e400"), &v), -ERANGE);
	ck_assert(v == 7);
}
END_TEST

START_TEST(parse_time_knows_its_units)
{
	static const struct {
		const char *text;
		uint64_t usec;
	} times[] = {
		{"0", 0},
		{"5", 5 * USEC_PER_SEC},
		{"1us", 1},
		{"20ms", 20 * USEC_PER_MSEC},
		{"30s", 30 * USEC_PER_SEC},
		{"5min", 300 * USEC_PER_SEC},
		{"12h", 43200 * USEC_PER_SEC},
		{"1d", 86400 * USEC_PER_SEC},
		{"2w", 1209600 * USEC_PER_SEC},
		{"4294967295s", UINT64_C(4294967295000000)},
	};
	uint64_t v;

	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		ck_assert_int_eq(parse_time(text(times[i].text), &v), 0);
		ck_assert_uint_eq(v, times[i].usec);
	}
}
END_TEST

START_TEST(parse_time_refuses_other_forms)
{
	static const char *const bad[] = {
		"", "s", "5 s", "5m", "5S", "-5s", "1h30min", "1.5h", "5sec", "5minutes"};
	uint64_t v = 7;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(parse_time(text(bad[i]), &v) == -EINVAL, "%s", bad[i]);
	ck_assert_int_eq(parse_time(text("18446744073709551615s"), &v), -ERANGE);
	ck_assert_int_eq(parse_time(text("99999999999999999999"), &v), -ERANGE);
	ck_assert_uint_eq(v, 7);
}
END_TEST

START_TEST(parse_size_counts_in_powers_of_1024)
{
	uint64_t v = 7;

	ck_assert_int_eq(parse_size(text("64K"), &v), 0);
	ck_assert_uint_eq(v, 65536);
	ck_assert_int_eq(parse_size(text("512M"), &v), 0);
	ck_assert_uint_eq(v, UINT64_C(536870912));
	ck_assert_int_eq(parse_size(text("3G"), &v), 0);
	ck_assert_uint_eq(v, UINT64_C(3221225472));
	ck_assert_int_eq(parse_size(text("100"), &v), 0);
	ck_assert_uint_eq(v, 100);
	ck_assert_int_eq(parse_size(text("1k"), &v), -EINVAL);
	ck_assert_int_eq(parse_size(text("1KB"), &v), -EINVAL);
	ck_assert_int_eq(parse_size(text("17179869184G"), &v), -ERANGE);
}
END_TEST

START_TEST(utf8_takes_every_length_of_sequence)
{
	ck_assert(text_is_utf8(test_hex("")));
	ck_assert(text_is_utf8(test_hex("41 7F")));
	ck_assert(text_is_utf8(test_hex("C2 80  DF BF")));
	ck_assert(text_is_utf8(test_hex("E0 A0 80  ED 9F BF  EE 80 80  EF BF BF")));
	ck_assert(text_is_utf8(test_hex("F0 90 80 80  F4 8F BF BF")));
}
END_TEST

START_TEST(utf8_refuses_what_rfc_3629_refuses)
{
	static const char *const bad[] = {
		"00",	       /* we take no NUL in text */
		"80",	       /* a continuation alone */
		"C0 80",       /* overlong */
		"C1 BF",       /* overlong */
		"E0 9F BF",    /* overlong */
		"F0 8F BF BF", /* overlong */
		"ED A0 80",    /* surrogate */
		"ED BF BF",    /* surrogate */
		"F4 90 80 80", /* above U+10FFFF */
		"F8 88 80 80 80",
		"FF",
		"C2",	    /* cut */
		"E2 82",    /* cut */
		"F0 9F 98", /* cut */
		"C2 41",    /* no continuation */
		"E2 82 41",
		"41 FE",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!text_is_utf8(test_hex(bad[i])), "%s", bad[i]);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("parse");
	TCase *t = tcase_create("parse");

	tcase_add_test(t, parse_u16_takes_exactly_its_range);
	tcase_add_test(t, parse_u32_takes_exactly_its_range);
	tcase_add_test(t, parse_u64_takes_exactly_its_range);
	tcase_add_test(t, parse_i64_takes_exactly_its_range);
	tcase_add_test(t, parse_of_whole_numbers_refuses_other_forms);
	tcase_add_test(t, parse_double_takes_decimal_forms);
	tcase_add_test(t, parse_double_refuses_other_forms);
	tcase_add_test(t, parse_double_refuses_what_is_no_finite_number);
	tcase_add_test(t, parse_time_knows_its_units);
	tcase_add_test(t, parse_time_refuses_other_forms);
	tcase_add_test(t, parse_size_counts_in_powers_of_1024);
	tcase_add_test(t, utf8_takes_every_length_of_sequence);
	tcase_add_test(t, utf8_refuses_what_rfc_3629_refuses);
	suite_add_tcase(s, t);
	return s;
}
