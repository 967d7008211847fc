#include "conf/keys.h"

#include "conf_fixture.h"
#include "runner.h"

static void assert_said(const char *text, const char *first, const char *second)
{
	struct fixture_result result = fixture_load_text(text);

	ck_assert_msg(strstr(result.text, first), "%s", result.text);
	ck_assert_msg(strstr(result.text, second), "%s", result.text);
	fixture_result_done(&result);
}

START_TEST(keys_unknown_one_comes_with_the_one_that_was_meant)
{
	static const struct {
		const char *text, *problem, *hint;
	} rows[] = {
		{"bootstrap = { client_holdoff_time = \"30s\"; };",
			"unknown key \"client_holdoff_time\" in \"bootstrap\"",
			"did you mean \"client_hold_off_time\"?"},
		{"servers = { main = { liftime = \"30s\"; }; };",
			"unknown key \"liftime\" in \"servers.main\"",
			"did you mean \"lifetime\"?"},
		{"servers = { main = { rety = { }; }; };",
			"unknown key \"rety\" in \"servers.main\"", "did you mean \"retry\"?"},
		{"bootstap = { };", "unknown key \"bootstap\" at the top level",
			"did you mean \"bootstrap\"?"},
		{"bootstrap = { lifetime = \"30s\"; };",
			"unknown key \"lifetime\" in \"bootstrap\"",
			"\"lifetime\" belongs in \"servers.NAME\""},
		{"network = { completely_else = 1; };", "unknown key \"completely_else\"",
			"own ones start with x_"},
		{"network = { NAME = 1; };", "unknown key \"NAME\" in \"network\"", "own ones"},
	};

	assert_said(rows[_i].text, rows[_i].problem, rows[_i].hint);
}
END_TEST

START_TEST(keys_of_others_are_ignored_everywhere)
{
	struct fixture_result result = fixture_load_text(
		"x_a = 1; smartcard = { enabled = \"yes\"; x_b = { c = 1; }; };\n"
		"servers = { x_c = { nonsense = 1; }; };\nresources = ( ); \n"
		"objects = { apps = { x_d = 5; }; };\ndevice = { endpoint = \"e\"; };\n");

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_uint_eq(result.conf->n_servers, 0);
	fixture_result_done(&result);
}
END_TEST

START_TEST(keys_long_ones_are_reported_too)
{
	char text[1024], name[601] = "";

	memset(name, 'a', sizeof name - 1);
	snprintf(text, sizeof text, "network = { %s = 1; };", name);
	assert_said(text, "unknown key \"aaaa", "[unknown-key]");
}
END_TEST

START_TEST(keys_sections_are_groups_and_lists_as_documented)
{
	static const struct {
		const char *text, *problem;
	} rows[] = {
		{"servers = ( );", "servers: a group { } is expected, this is a list ( )"},
		{"servers = { main = 5; };",
			"servers.main: a group { } is expected, this is an integer"},
		{"resources = { };", "resources: a list ( ) is expected, this is a group { }"},
		{"resources = ( 5 );", "resources: each entry is a group { }, this is an integer"},
		{"retry = \"5\";", "retry: a group { } is expected, this is a string"},
		{"bootstrap = ( { } );", "there is only one bootstrap server"},
	};

	assert_said(rows[_i].text, rows[_i].problem, "1 error,");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("keys");
	TCase *t = tcase_create("keys");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_loop_test(t, keys_unknown_one_comes_with_the_one_that_was_meant, 0, 7);
	tcase_add_test(t, keys_of_others_are_ignored_everywhere);
	tcase_add_test(t, keys_long_ones_are_reported_too);
	tcase_add_loop_test(t, keys_sections_are_groups_and_lists_as_documented, 0, 6);
	suite_add_tcase(s, t);
	return s;
}
