#include "conf/options.h"

#include <stdlib.h>

#include "conf/setting.h"
#include "runner.h"

START_TEST(options_are_named_once_with_type_and_help)
{
	for (const struct option *o = options; o->name; o++) {
		ck_assert_ptr_eq(option_find(o->section, o->name), o);
		ck_assert_uint_gt(strlen(option_type_name(o->type)), 2);
		ck_assert_msg(o->help && *o->help, "%s.%s", o->section, o->name);
		ck_assert_msg(!strchr(o->help, '\n'), "%s.%s", o->section, o->name);
		ck_assert_msg((o->type == OPTION_WORD) == (o->words != NULL), "%s.%s", o->section,
			o->name);
	}
}
END_TEST

START_TEST(options_have_lower_case_names_without_negation)
{
	for (const struct option *o = options; o->name; o++) {
		ck_assert_msg(
			strspn(o->name, "abcdefghijklmnopqrstuvwxyz_0123456789") == strlen(o->name),
			"%s", o->name);
		ck_assert(!option_is_foreign(o->name));
		ck_assert_msg(strncmp(o->name, "deny", 4) != 0 && strncmp(o->name, "no_", 3) != 0,
			"%s", o->name);
	}
}
END_TEST

START_TEST(options_lie_in_sections_that_exist)
{
	for (const struct option *o = options; o->name; o++) {
		const struct section *s = sections;

		while (s->name && strcmp(s->name, o->section) != 0)
			s++;
		ck_assert_msg(s->name, "%s", o->section);
		ck_assert(s->type != SECTION_NAMED);
	}
}
END_TEST

START_TEST(options_default_values_pass_their_own_check)
{
	struct conf_report *report;
	struct conf *conf = calloc(1, sizeof *conf);
	struct check c = {.root = "", .conf = conf};

	ck_assert_ptr_nonnull(conf);
	ck_assert_int_eq(conf_report_new(&report), 0);
	c.report = report;
	for (const struct option *o = options; o->name; o++) {
		bool is_server = strncmp(o->section, "servers.", 8) == 0;
		bool is_resource = strcmp(o->section, "resources") == 0;
		struct conf_account account = {0};
		struct conf_resource resource = {0};
		void *base = is_server ? (void *)&account : is_resource ? (void *)&resource : conf;

		ck_assert_int_eq(setting_take(&c, o, NULL, base), 0);
		ck_assert_msg(conf_report_errors(report) == 0, "%s.%s", o->section, o->name);
		free(account.binding);
	}
	conf_report_free(report);
	conf_free(conf);
}
END_TEST

START_TEST(options_sections_are_found_below_their_parent_only)
{
	ck_assert_str_eq(section_find("", "bootstrap")->name, "bootstrap");
	ck_assert_str_eq(
		section_find("bootstrap", "server_initiated")->name, "bootstrap.server_initiated");
	ck_assert_str_eq(section_find("servers.NAME", "retry")->name, "servers.NAME.retry");
	ck_assert_ptr_null(section_find("", "server_initiated"));
	ck_assert_ptr_null(section_find("boot", "strap"));
	ck_assert_ptr_null(section_find("bootstrap", "retry"));
	ck_assert_ptr_null(section_find("", ""));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("options");
	TCase *t = tcase_create("options");

	tcase_add_test(t, options_are_named_once_with_type_and_help);
	tcase_add_test(t, options_have_lower_case_names_without_negation);
	tcase_add_test(t, options_lie_in_sections_that_exist);
	tcase_add_test(t, options_default_values_pass_their_own_check);
	tcase_add_test(t, options_sections_are_found_below_their_parent_only);
	suite_add_tcase(s, t);
	return s;
}
