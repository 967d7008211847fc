#include "conf/owners.h"

#include "conf_fixture.h"
#include "runner.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static const struct {
	const char *path, *disabled;
	bool is_taken;
} rows[] = {
	{"/3303", "[]", true},
	{"/3303/1", "[]", true},
	{"/0", "[]", false},
	{"/1/0", "[]", false},
	{"/2", "[]", false},
	{"/3", "[]", false},
	{"/21", "[]", false},
	{"/23", "[]", false},
	{"/4", "[]", false},
	{"/4", "[ \"/7\" ]", false},
	{"/4", "[ \"/7\", \"/4\" ]", true},
	{"/7/0", "[ \"/7\" ]", true},
};

START_TEST(owners_objects_of_the_daemon_belong_to_nobody_else)
{
	char text[512];

	fixture_populate();
	snprintf(text, sizeof text,
		"smartcard = { enabled = \"yes\"; };\nobjects = { disable = %s;\n"
		"apps = { a = { group = \"sensors\";\npaths = [ \"%s\" ]; }; }; };\n",
		rows[_i].disabled, rows[_i].path);

	struct fixture_result result = fixture_load_text(text);

	ck_assert_msg(!strstr(result.problems, "4 error reserved-object\n") == rows[_i].is_taken,
		"%s", result.text);
	fixture_result_done(&result);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("owners");
	TCase *t = tcase_create("owners");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_loop_test(t, owners_objects_of_the_daemon_belong_to_nobody_else, 0, COUNT(rows));
	suite_add_tcase(s, t);
	return s;
}
