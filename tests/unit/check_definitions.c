#include "conf/definitions.h"

#include "conf_fixture.h"
#include "runner.h"

#define SMARTCARD "smartcard = { enabled = \"yes\"; };\n"
#define DEFINE(id, type)                                                                           \
	"<LWM2M><Object><Name>n</Name><ObjectID>" id "</ObjectID><Resources><Item "                \
	"ID=\"5700\"><Name>n</Name><Operations>R</Operations><Type>" type                          \
	"</Type></Item></Resources></Object></LWM2M>"

static struct fixture_result load(const char *objects, const char *value)
{
	char text[512];

	snprintf(text, sizeof text,
		SMARTCARD "%s\nresources = ( { path = \"/3303/0/5700\"; value = %s; } );\n",
		objects, value);
	return fixture_load_text(text);
}

START_TEST(definitions_of_etc_win_over_those_of_the_package)
{
	fixture_populate();
	fixture_write("/etc/lwm2md/objects/3303.xml", DEFINE("3303", "String"), 0644);

	struct fixture_result result = load("", "\"x\"");

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_uint_eq(result.conf->n_objects, 1);
	ck_assert_uint_eq(result.conf->objects[0]->resource[0].type, VALUE_STRING);
	fixture_result_done(&result);
}
END_TEST

START_TEST(definitions_of_later_directories_win)
{
	fixture_populate();
	fixture_write("/one/3303.xml", DEFINE("3303", "String"), 0644);
	fixture_write("/two/3303.xml", DEFINE("3303", "Boolean"), 0644);

	struct fixture_result result =
		load("objects = { definitions = [ \"/one\", \"/two\", \"/three\" ]; };", "true");

	ck_assert_msg(result.r == 0, "%s", result.text);
	fixture_result_done(&result);
}
END_TEST

START_TEST(definitions_are_told_broken_once)
{
	fixture_populate();
	fixture_write("/etc/lwm2md/objects/3303.xml", "<LWM2M>\n<Object>\n</LWM2M>", 0644);

	struct fixture_result result = fixture_load_text(
		SMARTCARD "resources = (\n{ path = \"/3303/0/5700\"; value = 1; },\n"
			  "{ path = \"/3303/1/5700\"; value = 1; });\n");

	ck_assert_str_eq(
		result.problems, "etc/lwm2md/objects/3303.xml:3 error definition-invalid\n");
	fixture_result_done(&result);
}
END_TEST

START_TEST(definitions_that_nothing_needs_are_not_read)
{
	fixture_populate();
	fixture_write("/etc/lwm2md/objects/3304.xml", "broken", 0644);

	struct fixture_result result = load("", "1.5");

	ck_assert_msg(result.r == 0, "%s", result.text);
	fixture_result_done(&result);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("definitions");
	TCase *t = tcase_create("definitions");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, definitions_of_etc_win_over_those_of_the_package);
	tcase_add_test(t, definitions_of_later_directories_win);
	tcase_add_test(t, definitions_are_told_broken_once);
	tcase_add_test(t, definitions_that_nothing_needs_are_not_read);
	suite_add_tcase(s, t);
	return s;
}
