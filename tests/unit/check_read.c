#include "conf/read.h"

#include "base/cleanup.h"
#include "conf/source.h"
#include "conf_fixture.h"
#include "runner.h"

struct reading {
	struct source source;
	struct file_set files;
	struct conf_report *report;
	struct node *tree;
};

static struct reading read_text(const char *text)
{
	struct reading x = {0};

	fixture_write("/main.conf", text, 0600);
	ck_assert_int_eq(conf_report_new(&x.report), 0);
	ck_assert_int_eq(
		source_read(&x.source, &x.files, x.report, fixture_root(), "/main.conf", true), 0);
	ck_assert(!x.source.has_failed);
	ck_assert_int_eq(read_source(&x.source, x.report, &x.tree), 0);
	return x;
}

static void reading_done(struct reading *x)
{
	node_free(x->tree);
	source_done(&x->source);
	file_set_done(&x->files);
	conf_report_free(x->report);
}

static char *printed(const struct reading *x)
{
	char *ret;
	size_t size;
	FILE *out = open_memstream(&ret, &size);

	conf_report_print(x->report, out);
	fclose(out);
	return ret;
}

START_TEST(read_makes_a_node_of_each_setting)
{
	_cleanup_(reading_done) struct reading x = read_text(
		"n = -5; l = 4294967295L; h = 0x2A;\nr = 1.5; b = TRUE; s = \"a\\\"b\" \"c\";\n"
		"g : { a = [ 1, 2 ]; };\nt = ( { x = 1; }, \"y\" );\n");
	const struct node *t = x.tree;

	ck_assert_ptr_nonnull(t);
	ck_assert_int_eq(node_find(t, "n")->number, -5);
	ck_assert_int_eq(node_find(t, "l")->number, 4294967295);
	ck_assert_int_eq(node_find(t, "h")->number, 42);
	ck_assert_int_eq(node_find(t, "r")->type, NODE_REAL);
	ck_assert(node_find(t, "r")->real > 1.49 && node_find(t, "r")->real < 1.51);
	ck_assert(node_find(t, "b")->type == NODE_BOOL && node_find(t, "b")->boolean);
	ck_assert_str_eq(node_find(t, "s")->text, "a\"bc");
	ck_assert_int_eq(node_find(t, "g.a")->type, NODE_ARRAY);
	ck_assert_int_eq(node_find(t, "g.a")->child[1]->number, 2);
	ck_assert_int_eq(node_find(t, "t")->type, NODE_LIST);
	ck_assert_int_eq(node_find(node_find(t, "t")->child[0], "x")->number, 1);
	ck_assert_str_eq(node_find(t, "t")->child[1]->text, "y");
	ck_assert_uint_eq(node_find(t, "n")->at.line, 1);
	ck_assert_uint_eq(node_find(t, "g.a")->at.line, 3);
	ck_assert_ptr_eq(node_find(t, "n")->at.file, x.files.file[0]);
}
END_TEST

START_TEST(read_refused_number_is_no_number)
{
	_cleanup_(reading_done) struct reading x = read_text("a = 1;\nb = 4294967297;\n");

	ck_assert_ptr_nonnull(x.tree);
	ck_assert_int_eq(node_find(x.tree, "a")->type, NODE_NUMBER);
	ck_assert_int_eq(node_find(x.tree, "b")->type, NODE_REFUSED);
}
END_TEST

START_TEST(read_syntax_error_names_line_and_hint)
{
	static const struct {
		const char *text, *line, *hint;
	} rows[] = {
		{"a = 1;\nb = yes;\n", ":2:error", "hint: the booleans are true and false"},
		{"a = 1;\nb = Off\n;", ":2:error", "hint: the booleans are true and false"},
		{"a = { b = 1;\n\n", ":2:error", "can be above this line"},
		{"a = 1;\na = 2;\n", ":2:error", "duplicate setting name"},
		{"a == 1;\n", ":1:error", "hint"},
	};
	_cleanup_(reading_done) struct reading x = read_text(rows[_i].text);
	_cleanup_(free_p) char *out = printed(&x);

	ck_assert_ptr_null(x.tree);
	ck_assert_msg(strstr(out, rows[_i].line), "%s", out);
	ck_assert_msg(strstr(out, rows[_i].hint), "%s", out);
	ck_assert_uint_eq(conf_report_errors(x.report), 1);
}
END_TEST

START_TEST(read_refuses_deep_nesting)
{
	static const char *const rows[] = {"a = (((((((((((((((1)))))))))))))));\n",
		"a = ((((((((((((((((1))))))))))))))));\n"};

	_cleanup_(reading_done) struct reading x = read_text(rows[_i]);

	ck_assert_int_eq(x.tree == NULL, _i);
	ck_assert_uint_eq(conf_report_errors(x.report), (unsigned)_i);
}
END_TEST

START_TEST(read_survives_nesting_that_the_library_gives_up_on)
{
	enum { DEPTH = 20000 };
	_cleanup_(free_p) char *text = malloc(2 * DEPTH + 8);

	memcpy(text, "a = ", 4);
	memset(text + 4, '(', DEPTH);
	memset(text + 4 + DEPTH, ')', DEPTH);
	memcpy(text + 4 + 2 * DEPTH, ";\n", 3);

	_cleanup_(reading_done) struct reading x = read_text(text);

	ck_assert_ptr_null(x.tree);
	ck_assert_uint_eq(conf_report_errors(x.report), 1);
}
END_TEST

START_TEST(read_empty_file_is_an_empty_group)
{
	_cleanup_(reading_done) struct reading x = read_text("# nothing");

	ck_assert_ptr_nonnull(x.tree);
	ck_assert_uint_eq(x.tree->n_children, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("read");
	TCase *t = tcase_create("read");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, read_makes_a_node_of_each_setting);
	tcase_add_test(t, read_refused_number_is_no_number);
	tcase_add_loop_test(t, read_syntax_error_names_line_and_hint, 0, 5);
	tcase_add_loop_test(t, read_refuses_deep_nesting, 0, 2);
	tcase_add_test(t, read_survives_nesting_that_the_library_gives_up_on);
	tcase_add_test(t, read_empty_file_is_an_empty_group);
	suite_add_tcase(s, t);
	return s;
}
