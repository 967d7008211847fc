#include "conf/owners.h"

#include "conf_fixture.h"
#include "runner.h"

static void assert_problems(const char *entries, const char *problems)
{
	char text[1024];

	fixture_populate();
	snprintf(text, sizeof text, "smartcard = { enabled = \"yes\"; };\nresources = (\n%s\n);\n",
		entries);

	struct fixture_result result = fixture_load_text(text);

	ck_assert_int_eq(strncmp(result.problems, "2 warning no-effect\n", 20), 0);
	ck_assert_msg(strcmp(result.problems + 20, problems) == 0, "%s", result.text);
	fixture_result_done(&result);
}

START_TEST(owners_values_fit_the_type_of_the_resource)
{
	static const struct {
		const char *entry;
		bool fits;
	} rows[] = {
		{"{ path = \"/3303/0/5700\"; value = 1; }", true},
		{"{ path = \"/3303/0/5700\"; value = 1.5; }", true},
		{"{ path = \"/3303/0/5700\"; set = true; default = \"21.0\"; }", true},
		{"{ path = \"/3303/0/5700\"; value = true; }", false},
		{"{ path = \"/3303/0/5701\"; value = \"Cel\"; }", true},
		{"{ path = \"/3303/0/5701\"; value = 5; }", false},
		{"{ path = \"/3303/0/5850\"; value = true; }", true},
		{"{ path = \"/3303/0/5850\"; value = \"false\"; }", true},
		{"{ path = \"/3303/0/5850\"; value = \"off\"; }", false},
	};

	assert_problems(rows[_i].entry, rows[_i].fits ? "" : "3 error value-type\n");
}
END_TEST

START_TEST(owners_bind_resources_only)
{
	assert_problems("{ path = \"/3303/0\"; value = 1; },\n{ path = \"/3303/0/5701/65535\"; },\n"
			"{ path = \"/3303/0/5701/3\"; value = \"x\"; }",
		"3 error bad-value\n4 error bad-value\n");
}
END_TEST

START_TEST(owners_drop_in_entries_are_added_to_the_list)
{
	fixture_populate();
	fixture_write("/etc/lwm2md/conf.d/50.conf",
		"resources = ( { path = \"/3303/0/5700\"; value = 2; } );", 0644);

	struct fixture_result result =
		fixture_load_text("smartcard = { enabled = \"yes\"; };\n"
				  "resources = ( { path = \"/3303/0/5700\"; value = 1; } );\n");

	ck_assert_str_eq(result.problems, "2 warning no-effect\n"
					  "etc/lwm2md/conf.d/50.conf:1 warning no-effect\n"
					  "etc/lwm2md/conf.d/50.conf:1 error duplicate-path\n");
	ck_assert_ptr_nonnull(strstr(result.text, "/etc/lwm2md/lwm2md.conf:2 already"));
	fixture_result_done(&result);
}
END_TEST

START_TEST(owners_later_definition_directories_win)
{
	fixture_populate();
	fixture_write("/etc/lwm2md/objects/3303.xml",
		"<LWM2M><ObjectID>3303</ObjectID><Item ID=\"5700\"><Operations>R</Operations>"
		"<Type>String</Type></Item></LWM2M>",
		0644);

	struct fixture_result result =
		fixture_load_text("smartcard = { enabled = \"yes\"; };\n"
				  "resources = ( { path = \"/3303/0/5700\"; value = \"x\"; } );\n");

	ck_assert_msg(result.r == 0, "%s", result.text);
	fixture_result_done(&result);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("owners");
	TCase *t = tcase_create("owners");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_loop_test(t, owners_values_fit_the_type_of_the_resource, 0, 9);
	tcase_add_test(t, owners_bind_resources_only);
	tcase_add_test(t, owners_drop_in_entries_are_added_to_the_list);
	tcase_add_test(t, owners_later_definition_directories_win);
	suite_add_tcase(s, t);
	return s;
}
