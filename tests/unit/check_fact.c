#include "objects/fact.h"

#include "fakeroot.h"
#include "runner.h"

static char got[FACT_MAX + 1];

static const struct {
	const char *content, *expected;
} files[] = {
	{"Acme\n", "Acme"},
	{"  Acme Gateway  \nsecond line\n", "Acme Gateway"},
	{"no newline", "no newline"},
	{"", ""},
	{"\n", ""},
	{"To Be Filled By O.E.M.\n", ""},
	{"Default string\n", ""},
	{"\xC3\xA4\n", "\xC3\xA4"},
	{"\xC3\n", ""},
};

START_TEST(fact_is_the_first_line_without_spaces_and_place_holders)
{
	root_file("/sys/fact", files[_i].content);
	fact_read(root_path(), "/sys/fact", got);
	ck_assert_str_eq(got, files[_i].expected);
}
END_TEST

START_TEST(fact_of_a_missing_file_is_empty)
{
	fact_read(root_path(), "/sys/none", got);
	ck_assert_str_eq(got, "");
}
END_TEST

START_TEST(fact_that_is_too_long_is_none)
{
	char content[FACT_MAX + 2];

	memset(content, 'a', sizeof content);
	content[FACT_MAX + 1] = '\0';
	root_file("/sys/fact", content);
	fact_read(root_path(), "/sys/fact", got);
	ck_assert_str_eq(got, "");
	content[FACT_MAX] = '\0';
	root_file("/sys/fact", content);
	fact_read(root_path(), "/sys/fact", got);
	ck_assert_uint_eq(strlen(got), FACT_MAX);
}
END_TEST

static const struct {
	const char *line, *expected;
} releases[] = {
	{"VERSION_ID=12\n", "12"},
	{"VERSION_ID=\"12.4\"\n", "12.4"},
	{"VERSION_ID='12 beta'\n", "12 beta"},
	{"VERSION_ID=\"a \\\"b\\\" \\$c\"\n", "a \"b\" $c"},
	{"# VERSION_ID=1\nMY_VERSION_ID=2\nVERSION_ID=3", "3"},
	{"VERSION_IDX=1\n", ""},
	{"VERSION_ID=\n", ""},
	{"VERSION_ID", ""},
};

START_TEST(fact_of_os_release_is_a_shell_word)
{
	root_file("/etc/os-release", releases[_i].line);
	fact_os_release(root_path(), "VERSION_ID", got);
	ck_assert_str_eq(got, releases[_i].expected);
}
END_TEST

START_TEST(fact_of_os_release_comes_from_usr_lib_if_etc_has_none)
{
	root_file("/usr/lib/os-release", "NAME=x\n");
	fact_os_release(root_path(), "NAME", got);
	ck_assert_str_eq(got, "x");
}
END_TEST

START_TEST(fact_of_the_timezone_is_where_localtime_points)
{
	fact_timezone(root_path(), got);
	ck_assert_str_eq(got, "");
	root_link("/etc/localtime", "../usr/share/zoneinfo/America/Argentina/Ushuaia");
	fact_timezone(root_path(), got);
	ck_assert_str_eq(got, "America/Argentina/Ushuaia");
}
END_TEST

START_TEST(fact_number_is_a_whole_number)
{
	int64_t v = 7;

	root_file("/sys/number", "-12000000\n");
	ck_assert(fact_number(root_path(), "/sys/number", &v));
	ck_assert_int_eq(v, -12000000);
	root_file("/sys/number", "12x\n");
	ck_assert(!fact_number(root_path(), "/sys/number", &v));
	ck_assert(!fact_number(root_path(), "/sys/none", &v));
	ck_assert_int_eq(v, -12000000);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fact");
	TCase *t = tcase_create("fact");

	tcase_add_checked_fixture(t, root_make, root_remove);
	tcase_add_loop_test(t, fact_is_the_first_line_without_spaces_and_place_holders, 0,
		sizeof files / sizeof *files);
	tcase_add_test(t, fact_of_a_missing_file_is_empty);
	tcase_add_test(t, fact_that_is_too_long_is_none);
	tcase_add_loop_test(
		t, fact_of_os_release_is_a_shell_word, 0, sizeof releases / sizeof *releases);
	tcase_add_test(t, fact_of_os_release_comes_from_usr_lib_if_etc_has_none);
	tcase_add_test(t, fact_of_the_timezone_is_where_localtime_points);
	tcase_add_test(t, fact_number_is_a_whole_number);
	suite_add_tcase(s, t);
	return s;
}
