#include "manage_fixture.h"
#include "runner.h"

static const struct {
	const char *method, *parameters, *reply;
} cases[] = {
	{"ListObjects", "",
		OK("\"instances\":[{\"path\":\"/3/0\",\"owner\":\"daemon\",\"version\":\"1.2\","
		   "\"name\":\"Device\"}]")},
	{"ListObjects", "\"path\":\"/4\"", ERROR(OURS "NoSuchPath", "\"path\":\"/4\"")},
	{"ListObjects", "\"path\":\"/3/0/0\"", WRONG("path")},
	{"Read", "\"path\":\"/3\"",
		OK("\"values\":[{\"path\":\"/3/0/0\",\"type\":\"string\",\"value\":\"x\","
		   "\"name\":\"Manufacturer\"},"
		   "{\"path\":\"/0/0/5\",\"type\":\"opaque\",\"name\":\"Secret Key\"}]")},
	{"Read", "\"path\":\"/4\"", ERROR(OURS "NoSuchPath", "\"path\":\"/4\"")},
	{"Read", "\"path\":\"3/0\"", WRONG("path")},
	{"Read", "", WRONG("path")},
	{"ListObservations", "",
		OK("\"observations\":[{\"ssid\":101,\"paths\":[\"/3/0/9\",\"/4/0\"],"
		   "\"attributes\":\"pmin=10\",\"notified\":5,\"stored\":3},"
		   "{\"ssid\":102,\"paths\":[\"/3/0/9\"],\"attributes\":\"\",\"stored\":0}]")},
	{"ListObservations", "\"ssid\":102",
		OK("\"observations\":[{\"ssid\":102,\"paths\":[\"/3/0/9\"],"
		   "\"attributes\":\"\",\"stored\":0}]")},
	{"ListObservations", "\"ssid\":0", WRONG("ssid")},
	{"GetMetrics", "",
		OK("\"content_type\":\"text/plain; version=0.0.4; charset=utf-8\","
		   "\"text\":\"a 1\\n\"")},
};

START_TEST(manage_look_answers_what_is_there_and_names_what_is_not)
{
	manage_fixture_ask(cases[_i].method, cases[_i].parameters, cases[_i].reply);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("manage_look");
	TCase *t = tcase_create("manage_look");

	tcase_add_checked_fixture(t, manage_fixture_setup, manage_fixture_teardown);
	tcase_add_loop_test(t, manage_look_answers_what_is_there_and_names_what_is_not, 0,
		sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
