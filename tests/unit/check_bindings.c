#include "conf/bindings.h"

#include <stdlib.h>

#include "conf_fixture.h"
#include "runner.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static struct fixture_result load(const char *entries)
{
	char text[2048];

	fixture_populate();
	snprintf(text, sizeof text, "smartcard = { enabled = \"yes\"; };\nresources = (\n%s\n);\n",
		entries);
	return fixture_load_text(text);
}

static const struct {
	const char *entry, *problems;
} rows[] = {
	/* values fit the type of the resource */
	{"{ path = \"/3303/0/5700\"; value = 1; }", ""},
	{"{ path = \"/3303/0/5700\"; value = 1.5; }", ""},
	{"{ path = \"/3303/0/5700\"; set = true; default = \"21.0\"; }", ""},
	{"{ path = \"/3303/0/5700\"; value = true; }", "3 error value-type\n"},
	{"{ path = \"/3303/0/5701\"; value = \"Cel\"; }", ""},
	{"{ path = \"/3303/0/5701\"; value = 5; }", "3 error value-type\n"},
	{"{ path = \"/3303/0/5850\"; value = true; }", ""},
	{"{ path = \"/3303/0/5850\"; value = \"false\"; }", ""},
	{"{ path = \"/3303/0/5850\"; value = \"off\"; }", "3 error value-type\n"},
	{"{ path = \"/3303/0/5851\"; value = 100; }", ""},
	{"{ path = \"/3303/0/5851\"; value = 101; }", "3 error number-range\n"},
	/* only resources are bound, at the depth that the definition says */
	{"{ path = \"/3303/0\"; value = 1; }", "3 error bad-value\n"},
	{"{ path = \"/3303/0/5701/65535\"; value = \"x\"; }", "3 error bad-value\n"},
	{"{ path = \"/3303/0/5701/3\"; value = \"x\"; }", "3 error bad-value\n"},
	{"{ path = \"/3303/0/5706\"; value = \"x\"; }", "3 error bad-value\n"},
	{"{ path = \"/3303/0/5706/0\"; value = \"x\"; }", ""},
	{"{ path = \"/3303/0/5999\"; value = 1; }", "3 error unknown-object\n"},
	{"{ path = \"/3999/0/5700\"; value = 1; }", "3 error unknown-object\n"},
	{"{ path = \"/3/0/0\"; value = 1; }", "3 error reserved-object\n"},
	{"{ path = \"/4/0/0\"; value = 41; }", "3 error reserved-object\n"},
	/* one source, that says where the value comes from */
	{"{ path = \"/3303/0/5700\"; value = 1; file = \"/x\"; }", "3 error two-sources\n"},
	{"{ path = \"/3303/0/5700\"; set = false; file = \"/x\"; }", ""},
	{"{ path = \"/3303/0/5700\"; poll = \"5s\"; }", "3 error missing-key\n"},
	{"{ path = \"/3303/0/5850\"; writable = true; }", ""},
	/* keys that fit only some resources */
	{"{ path = \"/3303/0/5701\"; file = \"/x\"; scale = 0.5; }", "3 error value-type\n"},
	{"{ path = \"/3303/0/5700\"; value = 1; writable = true; }", "3 error not-writable\n"},
	{"{ path = \"/3303/0/5700\"; value = 1; writable = false; }", ""},
	{"{ path = \"/3303/0/5605\"; on_execute = [ \"/usr/lib/example/relay\" ]; }", ""},
	{"{ path = \"/3303/0/5605\"; value = 1; }", "3 error value-type\n"},
	{"{ path = \"/3303/0/5605\"; file = \"/x\"; }", "3 error value-type\n"},
	{"{ path = \"/3303/0/5850\"; on_execute = [ \"/usr/lib/example/relay\" ]; }",
		"3 error not-executable\n"},
	{"{ path = \"/3303/0/5700\"; file = \"/x\"; match = \"a(b\"; }", "3 error bad-value\n"},
	{"{ path = \"/3303/0/5700\"; file = \"/x\"; match = \"ab\"; }", "3 error bad-value\n"},
};

START_TEST(bindings_are_checked)
{
	struct fixture_result result = load(rows[_i].entry);

	ck_assert_msg(strcmp(result.problems, rows[_i].problems) == 0, "%s", result.text);
	fixture_result_done(&result);
}
END_TEST

START_TEST(bindings_come_in_the_order_of_their_paths_with_all_keys)
{
	struct fixture_result result =
		load("{ path = \"/3303/10/5701\"; set = true; default = \"Cel\"; store = true; },\n"
		     "{ path = \"/3303/2/5700\"; file = \"/sys/t\"; scale = 0.001; poll = \"10s\"; "
		     "match = \"t=([0-9]+)\"; max_age = \"1min\"; },\n"
		     "{ path = \"/3303/2/5850\"; writable = true; timeout = \"2s\"; "
		     "on_write = [ \"/usr/lib/example/relay\", \"1\" ]; }");

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_uint_eq(result.conf->n_resources, 3);

	const struct conf_resource *r = result.conf->resources;

	ck_assert(r[0].source == SOURCE_FILE && r[0].type == VALUE_FLOAT && r[0].is_scaled);
	ck_assert_str_eq(r[0].file, "/sys/t");
	ck_assert_str_eq(r[0].match, "t=([0-9]+)");
	ck_assert(r[0].scale == 0.001 && r[0].offset == 0 && r[0].poll == 10000000);
	ck_assert(r[0].has_max_age && r[0].max_age == 60000000);
	ck_assert(r[1].source == SOURCE_NONE && r[1].is_writable && r[1].timeout == 2000000);
	ck_assert(!r[1].is_scaled && r[1].scale == 1 && r[1].poll == 60000000);
	ck_assert_str_eq(r[1].on_write[1], "1");
	ck_assert_ptr_null(r[1].on_write[2]);
	ck_assert(r[2].source == SOURCE_SET && r[2].store && r[2].has_value);
	ck_assert(span_is_text(r[2].value.bytes, "Cel"));
	fixture_result_done(&result);
}
END_TEST

START_TEST(bindings_of_drop_ins_are_added_to_the_list)
{
	fixture_populate();
	fixture_write("/etc/lwm2md/conf.d/50.conf",
		"resources = ( { path = \"/3303/0/5700\"; value = 2; } );", 0644);

	struct fixture_result result =
		fixture_load_text("smartcard = { enabled = \"yes\"; };\n"
				  "resources = ( { path = \"/3303/0/5700\"; value = 1; } );\n");

	ck_assert_str_eq(result.problems, "etc/lwm2md/conf.d/50.conf:1 error duplicate-path\n");
	ck_assert_ptr_nonnull(strstr(result.text, "/etc/lwm2md/lwm2md.conf:2 already"));
	fixture_result_done(&result);
}
END_TEST

START_TEST(bindings_by_the_thousand_are_read_in_no_time)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	fixture_populate();
	fprintf(out, "smartcard = { enabled = \"yes\"; };\nresources = (\n");
	for (unsigned i = 0; i < 10000; i++)
		fprintf(out, "%s{ path = \"/3303/%u/5700\"; value = %u.5; }", i ? ",\n" : "", i, i);
	fprintf(out, "\n);\n");
	fclose(out);

	struct fixture_result result = fixture_load_text(text);

	ck_assert_msg(result.r == 0, "%.2000s", result.text);
	ck_assert_uint_eq(result.conf->n_resources, 10000);
	ck_assert_uint_eq(result.conf->n_objects, 1);
	fixture_result_done(&result);
	free(text);
}
END_TEST

static const struct {
	const char *objects, *problems;
} objects_rows[] = {
	{"disable = [ \"/4\", \"/7\" ];", ""},
	{"disable = [ \"/3\" ];", "2 error reserved-object\n"},
	{"disable = [ \"/7/0\" ];", "2 error bad-value\n"},
	{"create = [ \"/3303\" ];", ""},
	{"create = [ \"/3303/0\" ];", "2 error bad-value\n"},
	{"create = [ \"/3999\" ];", "2 error unknown-object\n"},
	{"create = [ \"/2\" ];", "2 error reserved-object\n"},
	{"create = [ \"/3306\" ];",
		"usr/share/lwm2md/objects/3306.xml:4 error definition-invalid\n"},
};

START_TEST(bindings_objects_are_disabled_and_created_with_reason)
{
	char text[256];

	fixture_populate();
	snprintf(text, sizeof text, "smartcard = { enabled = \"yes\"; };\nobjects = { %s };\n",
		objects_rows[_i].objects);

	struct fixture_result result = fixture_load_text(text);

	ck_assert_msg(strcmp(result.problems, objects_rows[_i].problems) == 0, "%s", result.text);
	fixture_result_done(&result);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("bindings");
	TCase *t = tcase_create("bindings");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, bindings_are_checked, 0, COUNT(rows));
	tcase_add_test(t, bindings_come_in_the_order_of_their_paths_with_all_keys);
	tcase_add_test(t, bindings_of_drop_ins_are_added_to_the_list);
	tcase_add_test(t, bindings_by_the_thousand_are_read_in_no_time);
	tcase_add_loop_test(
		t, bindings_objects_are_disabled_and_created_with_reason, 0, COUNT(objects_rows));
	suite_add_tcase(s, t);
	return s;
}
