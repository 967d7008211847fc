#include "conf/scan.h"

#include "runner.h"

static struct scan_token first(const char *text)
{
	struct scan s = scan_of(span_of_text(text));

	return scan_next(&s);
}

START_TEST(scan_judges_each_form_of_a_number)
{
	static const struct {
		const char *text;
		enum scan_number verdict;
	} rows[] = {
		{"0", NUMBER_FITS},
		{"-0", NUMBER_FITS},
		{"2147483647", NUMBER_FITS},
		{"2147483648", NUMBER_NEEDS_L},
		{"-2147483648", NUMBER_FITS},
		{"-2147483649", NUMBER_NEEDS_L},
		{"+2147483648", NUMBER_NEEDS_L},
		{"4294967295", NUMBER_NEEDS_L},
		{"4294967295L", NUMBER_FITS},
		{"4294967295LL", NUMBER_FITS},
		{"4294967297", NUMBER_NEEDS_L},
		{"9223372036854775807L", NUMBER_FITS},
		{"9223372036854775808L", NUMBER_TOO_BIG},
		{"-9223372036854775808L", NUMBER_FITS},
		{"-9223372036854775809L", NUMBER_TOO_BIG},
		{"99999999999999999999", NUMBER_TOO_BIG},
		{"99999999999999999999L", NUMBER_TOO_BIG},
		{"0x7FFFFFFF", NUMBER_FITS},
		{"0xFFFFFFFF", NUMBER_NEEDS_L},
		{"0xFFFFFFFFL", NUMBER_FITS},
		{"0x1FFFFFFFF", NUMBER_NEEDS_L},
		{"0xFFFFFFFFFFFFFFFFL", NUMBER_TOO_BIG},
		{"0x10000000000000000L", NUMBER_TOO_BIG},
		{"010", NUMBER_LEADING_ZERO},
		{"-010", NUMBER_LEADING_ZERO},
		{"00", NUMBER_LEADING_ZERO},
		{"010L", NUMBER_LEADING_ZERO},
		{"0.5", NUMBER_FITS},
		{"99999999999.0", NUMBER_FITS},
		{"1e99", NUMBER_FITS},
	};

	ck_assert_msg(
		scan_judge(span_of_text(rows[_i].text)) == rows[_i].verdict, "%s", rows[_i].text);
}
END_TEST

START_TEST(scan_sees_numbers_only_where_they_are_values)
{
	static const char text[] =
		"a1 = \"12\"; # 13\n// 14\n/* 15\n16 */ b-2 = 17; c = [ -18, +19 ];\n"
		"d = \"\\\" 20\"; e_3* = 1.5e-3; f = (.5, 0x2A);";
	static const struct {
		const char *word;
		unsigned line;
	} expected[] = {{"17", 4}, {"-18", 4}, {"+19", 4}, {"1.5e-3", 5}, {".5", 5}, {"0x2A", 5}};
	struct scan s = scan_of(span_of_text(text));

	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		struct scan_token t = scan_next(&s);

		ck_assert_int_eq(t.kind, SCAN_NUMBER);
		ck_assert(span_is_text(t.word, expected[i].word));
		ck_assert_uint_eq(t.line, expected[i].line);
	}
	ck_assert_int_eq(scan_next(&s).kind, SCAN_END);
	ck_assert_int_eq(scan_next(&s).kind, SCAN_END);
}
END_TEST

START_TEST(scan_finds_an_include_only_at_the_start_of_a_line)
{
	struct scan_token t = first("\n \t@include  \"a/b.conf\" # why\nc = 1;");

	ck_assert_int_eq(t.kind, SCAN_INCLUDE);
	ck_assert(span_is_text(t.word, "a/b.conf"));
	ck_assert_uint_eq(t.line, 2);
	ck_assert_uint_eq(t.start, 1);
	ck_assert_uint_eq(t.end, strlen("\n \t@include  \"a/b.conf\" # why"));
	ck_assert_int_eq(first("a = \"x\n@include \\\"y\\\"\";").kind, SCAN_END);
	ck_assert_int_eq(first("/*\n@include \"y\"\n*/").kind, SCAN_END);
	ck_assert_int_eq(first("x @include \"y\"").kind, SCAN_END);
}
END_TEST

START_TEST(scan_refuses_an_include_of_another_form)
{
	static const char *const rows[] = {"@include", "@include a.conf", "@include \"a",
		"@include \"\"", "@include \"a\" \"b\"", "@include \"a\nb\"",
		"@include \"a\" x = 1;"};

	ck_assert_msg(first(rows[_i]).kind == SCAN_BAD_INCLUDE, "%s", rows[_i]);
}
END_TEST

START_TEST(scan_names_the_line_where_a_string_or_comment_starts)
{
	ck_assert_int_eq(first("a = 1.0;\nb = \"open\n\n").kind, SCAN_NUMBER);

	struct scan_token t = first("\nb = \"open\n\n");

	ck_assert_int_eq(t.kind, SCAN_OPEN_STRING);
	ck_assert_uint_eq(t.line, 2);
	t = first("\n\n/* open *\n");
	ck_assert_int_eq(t.kind, SCAN_OPEN_COMMENT);
	ck_assert_uint_eq(t.line, 3);
	ck_assert_int_eq(first("\"ends in a backslash\\").kind, SCAN_OPEN_STRING);
	ck_assert_int_eq(first("/*/").kind, SCAN_OPEN_COMMENT);
}
END_TEST

START_TEST(scan_of_nothing_ends)
{
	struct scan s = scan_of((struct span){0});

	ck_assert_int_eq(scan_next(&s).kind, SCAN_END);
	ck_assert_int_eq(scan_judge((struct span){0}), NUMBER_FITS);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("scan");
	TCase *t = tcase_create("scan");

	tcase_add_loop_test(t, scan_judges_each_form_of_a_number, 0, 30);
	tcase_add_test(t, scan_sees_numbers_only_where_they_are_values);
	tcase_add_test(t, scan_finds_an_include_only_at_the_start_of_a_line);
	tcase_add_loop_test(t, scan_refuses_an_include_of_another_form, 0, 7);
	tcase_add_test(t, scan_names_the_line_where_a_string_or_comment_starts);
	tcase_add_test(t, scan_of_nothing_ends);
	suite_add_tcase(s, t);
	return s;
}
