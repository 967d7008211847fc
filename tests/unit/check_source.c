#include "conf/source.h"

#include "base/cleanup.h"
#include "conf_fixture.h"
#include "runner.h"

struct reading {
	struct source source;
	struct file_set files;
	struct conf_report *report;
	int r;
};

static struct reading read_below(const char *path, bool is_required)
{
	struct reading x = {0};

	ck_assert_int_eq(conf_report_new(&x.report), 0);
	x.r = source_read(&x.source, &x.files, x.report, fixture_root(), path, is_required);
	return x;
}

static void reading_done(struct reading *x)
{
	source_done(&x->source);
	file_set_done(&x->files);
	conf_report_free(x->report);
}

static const char *text_of(const struct reading *x)
{
	return (const char *)x->source.text.data;
}

START_TEST(source_puts_included_files_in_and_maps_each_line)
{
	fixture_write("/c/main.conf", "a = 1;\n@include \"sub/b.conf\"\nd = 4;", 0600);
	fixture_write("/c/sub/b.conf", "b = 2;\n@include \"/abs.conf\" # comment\n", 0600);
	fixture_write("/abs.conf", "c = 3;", 0600);

	_cleanup_(reading_done) struct reading x = read_below("/c/main.conf", true);
	static const struct {
		unsigned file, line;
	} expected[] = {{0, 1}, {1, 1}, {2, 1}, {0, 3}};

	ck_assert_int_eq(x.r, 0);
	ck_assert(!x.source.has_failed);
	ck_assert_str_eq(text_of(&x), "a = 1;\nb = 2;\nc = 3;\nd = 4;\n");
	ck_assert_uint_eq(x.source.n_lines, 4);
	for (unsigned i = 0; i < 4; i++) {
		struct place at = source_place(&x.source, i + 1);

		ck_assert_ptr_eq(at.file, x.files.file[expected[i].file]);
		ck_assert_uint_eq(at.line, expected[i].line);
	}
	ck_assert_uint_eq(source_place(&x.source, 99).line, 3);
}
END_TEST

START_TEST(source_include_in_a_comment_or_string_is_none)
{
	static const char text[] =
		"/*\n@include \"none\"\n*/\na = \"\n@include \\\"none\\\"\n\";\n";

	fixture_write("/main.conf", text, 0600);

	_cleanup_(reading_done) struct reading x = read_below("/main.conf", true);

	ck_assert(!x.source.has_failed);
	ck_assert_str_eq(text_of(&x), text);
}
END_TEST

START_TEST(source_that_includes_itself_is_refused)
{
	fixture_write("/main.conf", "@include \"main.conf\"\n", 0600);

	_cleanup_(reading_done) struct reading x = read_below("/main.conf", true);

	ck_assert_int_eq(x.r, 0);
	ck_assert(x.source.has_failed);
	ck_assert_uint_eq(conf_report_errors(x.report), 1);
}
END_TEST

START_TEST(source_limits_a_file_to_1_mib)
{
	size_t len = SOURCE_MAX + (_i ? 1 : 0);
	_cleanup_(free_p) char *text = malloc(len);

	memset(text, ' ', len);
	fixture_write_bytes("/main.conf", span_of(text, len), 0600);

	_cleanup_(reading_done) struct reading x = read_below("/main.conf", true);

	ck_assert_int_eq(x.r, 0);
	ck_assert_int_eq(x.source.has_failed, _i);
}
END_TEST

START_TEST(source_limits_a_file_with_its_includes_to_1_mib)
{
	size_t len = SOURCE_MAX - 100;
	_cleanup_(free_p) char *text = malloc(len);

	memset(text, ' ', len);
	fixture_write_bytes("/part.conf", span_of(text, len), 0600);
	fixture_write("/main.conf", "@include \"part.conf\"\n@include \"part.conf\"\n", 0600);

	_cleanup_(reading_done) struct reading x = read_below("/main.conf", true);

	ck_assert_int_eq(x.r, 0);
	ck_assert(x.source.has_failed);
	ck_assert_uint_eq(conf_report_errors(x.report), 1);
}
END_TEST

START_TEST(source_link_to_dev_null_is_an_empty_file)
{
	char path[128];

	snprintf(path, sizeof path, "%s/null.conf", fixture_root());
	ck_assert_int_eq(symlink("/dev/null", path), 0);

	_cleanup_(reading_done) struct reading x = read_below("/null.conf", true);

	ck_assert(!x.source.has_failed);
	ck_assert_str_eq(text_of(&x), "");
}
END_TEST

START_TEST(source_refuses_what_is_no_text)
{
	static const struct span rows[] = {{(const uint8_t *)"a = \"\0\";", 8},
		{(const uint8_t *)"\n\n\xff", 3}, {(const uint8_t *)"\xc3\n", 2}};

	fixture_write_bytes("/main.conf", rows[_i], 0600);

	_cleanup_(reading_done) struct reading x = read_below("/main.conf", true);

	ck_assert(x.source.has_failed);
	ck_assert_uint_eq(conf_report_errors(x.report), 1);
}
END_TEST

START_TEST(source_remembers_lines_with_refused_numbers)
{
	fixture_write("/main.conf", "a = 1;\nb = 4294967295; c = 010;\nd = 3;\ne = 08;\n", 0600);

	_cleanup_(reading_done) struct reading x = read_below("/main.conf", true);

	ck_assert_uint_eq(conf_report_errors(x.report), 3);
	ck_assert(!x.source.has_failed);
	ck_assert(!source_is_refused(&x.source, 1));
	ck_assert(source_is_refused(&x.source, 2));
	ck_assert(!source_is_refused(&x.source, 3));
	ck_assert(source_is_refused(&x.source, 4));
}
END_TEST

START_TEST(source_knows_which_file_others_can_use)
{
	fixture_write("/main.conf", "@include \"open.conf\"\n", 0640);
	fixture_write("/open.conf", "a = 1;\n", 0604);

	_cleanup_(reading_done) struct reading x = read_below("/main.conf", true);

	ck_assert(!x.files.file[0]->is_exposed);
	ck_assert(x.files.file[1]->is_exposed);
}
END_TEST

START_TEST(source_that_is_missing_is_an_error_only_where_it_is_required)
{
	_cleanup_(reading_done) struct reading optional = read_below("/none.conf", false);
	_cleanup_(reading_done) struct reading required = read_below("/none.conf", true);
	_cleanup_(reading_done) struct reading directory = read_below("/", false);

	ck_assert(!optional.source.has_failed);
	ck_assert_ptr_null(optional.source.file->text);
	ck_assert(required.source.has_failed);
	ck_assert(directory.source.has_failed);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("source");
	TCase *t = tcase_create("source");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, source_puts_included_files_in_and_maps_each_line);
	tcase_add_test(t, source_include_in_a_comment_or_string_is_none);
	tcase_add_test(t, source_that_includes_itself_is_refused);
	tcase_add_loop_test(t, source_limits_a_file_to_1_mib, 0, 2);
	tcase_add_test(t, source_limits_a_file_with_its_includes_to_1_mib);
	tcase_add_test(t, source_link_to_dev_null_is_an_empty_file);
	tcase_add_loop_test(t, source_refuses_what_is_no_text, 0, 3);
	tcase_add_test(t, source_remembers_lines_with_refused_numbers);
	tcase_add_test(t, source_knows_which_file_others_can_use);
	tcase_add_test(t, source_that_is_missing_is_an_error_only_where_it_is_required);
	suite_add_tcase(s, t);
	return s;
}
