#include "conf/report.h"

#include "base/cleanup.h"
#include "runner.h"

static char text[] = "one = 1;\n  client_holdoff_time = \"30s\";\npsk_key = \"hex:0011\";\n"
		     "\"2233\"; # \"quoted\"\nx = \"open\\\" and key\n";

static char *printed(const struct conf_report *r, bool is_json)
{
	char *ret;
	size_t size;
	FILE *out = open_memstream(&ret, &size);

	if (is_json)
		conf_report_print_json(r, out);
	else
		conf_report_print(r, out);
	fclose(out);
	return ret;
}

START_TEST(report_prints_what_editors_understand)
{
	struct conf_file file = {
		.path = (char *)"/etc/x.conf", .text = text, .len = sizeof text - 1};
	_cleanup_(conf_report_free_p) struct conf_report *r = NULL;
	_cleanup_(free_p) char *out = NULL;

	ck_assert_int_eq(conf_report_new(&r), 0);
	report_add(r, SEVERITY_ERROR, (struct place){&file, 2}, "unknown-key",
		"did you mean \"client_hold_off_time\"?", "unknown key \"%s\" in \"%s\"",
		"client_holdoff_time", "bootstrap");
	report_add(
		r, SEVERITY_WARNING, (struct place){&file, 0}, "no-way-to-a-server", NULL, "alone");
	report_add(r, SEVERITY_NOTE, (struct place){&file, 3}, "secret", NULL, "psk_key: hex");
	report_add(r, SEVERITY_ERROR, (struct place){0}, "other", NULL, "nowhere");
	out = printed(r, false);
	ck_assert_str_eq(out,
		"/etc/x.conf:2:error: unknown key \"client_holdoff_time\" in \"bootstrap\" "
		"[unknown-key]\n"
		"   2 |   client_holdoff_time = \"30s\";\n"
		"     hint: did you mean \"client_hold_off_time\"?\n"
		"/etc/x.conf: warning: alone [no-way-to-a-server]\n"
		"/etc/x.conf:3:note: psk_key: hex\n"
		"error: nowhere [other]\n"
		"2 errors, 1 warning\n");
	ck_assert_uint_eq(conf_report_errors(r), 2);
	ck_assert_uint_eq(conf_report_warnings(r), 1);
}
END_TEST

START_TEST(report_never_shows_a_string_that_may_be_a_key)
{
	struct conf_file file = {.path = (char *)"f", .text = text, .len = sizeof text - 1};
	_cleanup_(conf_report_free_p) struct conf_report *r = NULL;
	_cleanup_(free_p) char *out = NULL;

	ck_assert_int_eq(conf_report_new(&r), 0);
	for (unsigned line = 1; line <= 6; line++)
		report_add(r, SEVERITY_ERROR, (struct place){&file, line}, "c", NULL, "m");
	out = printed(r, false);
	ck_assert_ptr_nonnull(strstr(out, "   3 | psk_key = \"\";\n"));
	ck_assert_ptr_nonnull(strstr(out, "   4 | \"\"; # \"\"\n"));
	ck_assert_ptr_nonnull(strstr(out, "   5 | x = \"\n"));
	ck_assert_ptr_null(strstr(out, "0011"));
	ck_assert_ptr_null(strstr(out, "2233"));
}
END_TEST

START_TEST(report_lists_problems_by_file_and_line)
{
	struct conf_file first = {.path = (char *)"first", .order = 0};
	struct conf_file second = {.path = (char *)"second", .order = 1};
	_cleanup_(conf_report_free_p) struct conf_report *r = NULL;
	_cleanup_(free_p) char *out = NULL;

	ck_assert_int_eq(conf_report_new(&r), 0);
	report_add(r, SEVERITY_ERROR, (struct place){0}, "c", NULL, "e");
	report_add(r, SEVERITY_ERROR, (struct place){&second, 1}, "c", NULL, "d");
	report_add(r, SEVERITY_ERROR, (struct place){&first, 9}, "c", NULL, "b");
	report_add(r, SEVERITY_ERROR, (struct place){&first, 9}, "c", NULL, "c");
	report_add(r, SEVERITY_ERROR, (struct place){&first, 2}, "c", NULL, "a");
	report_sort(r);
	out = printed(r, false);
	ck_assert_str_eq(out, "first:2:error: a [c]\nfirst:9:error: b [c]\nfirst:9:error: c [c]\n"
			      "second:1:error: d [c]\nerror: e [c]\n5 errors, 0 warnings\n");
}
END_TEST

START_TEST(report_in_json_escapes_its_texts)
{
	struct conf_file file = {.path = (char *)"a\"b\\c", .text = text, .len = sizeof text - 1};
	_cleanup_(conf_report_free_p) struct conf_report *r = NULL;
	_cleanup_(free_p) char *out = NULL, *none = NULL;

	ck_assert_int_eq(conf_report_new(&r), 0);
	none = printed(r, true);
	ck_assert_str_eq(none, "{\"errors\":0,\"warnings\":0,\"problems\":[]}\n");
	report_add(r, SEVERITY_ERROR, (struct place){&file, 1}, "c", "h\n", "m\t");
	report_add(r, SEVERITY_NOTE, (struct place){0}, "n", NULL, "m");
	out = printed(r, true);
	ck_assert_str_eq(out,
		"{\"errors\":1,\"warnings\":0,\"problems\":[{\"severity\":\"error\",\"code\":\"c\","
		"\"file\":\"a\\\"b\\\\c\",\"line\":1,\"message\":\"m\\u0009\",\"hint\":"
		"\"h\\u000a\"},"
		"{\"severity\":\"note\",\"code\":\"n\",\"message\":\"m\"}]}\n");
}
END_TEST

struct walked {
	unsigned n;
	char line[2][128];
	bool is_error[2];
};

static void walk_one(void *data, bool is_error, const char *code, const char *line)
{
	struct walked *w = data;

	ck_assert_uint_lt(w->n, 2);
	ck_assert_str_eq(code, "c");
	w->is_error[w->n] = is_error;
	snprintf(w->line[w->n++], sizeof w->line[0], "%s", line);
}

START_TEST(report_walk_gives_one_line_each_and_no_notes)
{
	struct conf_file file = {.path = (char *)"/f", .text = text, .len = sizeof text - 1};
	_cleanup_(conf_report_free_p) struct conf_report *r = NULL;
	struct walked w = {0};

	ck_assert_int_eq(conf_report_new(&r), 0);
	report_add(r, SEVERITY_ERROR, (struct place){&file, 3}, "c", "do this", "wrong");
	report_add(r, SEVERITY_NOTE, (struct place){&file, 3}, "n", NULL, "note");
	report_add(r, SEVERITY_WARNING, (struct place){0}, "c", NULL, "odd");
	conf_report_walk(r, walk_one, &w);
	ck_assert_uint_eq(w.n, 2);
	ck_assert_str_eq(w.line[0], "/f:3: wrong; do this");
	ck_assert_str_eq(w.line[1], "odd");
	ck_assert(w.is_error[0] && !w.is_error[1]);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("report");
	TCase *t = tcase_create("report");

	tcase_add_test(t, report_prints_what_editors_understand);
	tcase_add_test(t, report_never_shows_a_string_that_may_be_a_key);
	tcase_add_test(t, report_lists_problems_by_file_and_line);
	tcase_add_test(t, report_in_json_escapes_its_texts);
	tcase_add_test(t, report_walk_gives_one_line_each_and_no_notes);
	suite_add_tcase(s, t);
	return s;
}
