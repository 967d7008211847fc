/*
 * Values as --json prints them.
 */
#include "program.h"
#include "runner.h"

static const struct program_reply values[] = {
	{"Read", "{\"parameters\":{\"values\":[{\"path\":\"/1/0/"
		 "0\",\"type\":\"uint\",\"value\":\"18446744073709551615\"},{\"path\":\"/1/0/"
		 "0\",\"type\":\"float\",\"value\":\"2.50\"},{\"path\":\"/1/0/"
		 "0\",\"type\":\"bool\",\"value\":\"1\"},{\"path\":\"/1/0/"
		 "0\",\"type\":\"string\",\"value\":\"7\"},{\"path\":\"/1/0/"
		 "0\",\"type\":\"int\",\"value\":\"07\"},{\"path\":\"/1/0/"
		 "0\",\"type\":\"opaque\",\"value\":\"AQ==\"},{\"path\":\"/0/0/"
		 "5\",\"type\":\"opaque\"}]}}"},
	{0}};

static struct {
	struct program program;
	int code;
	const char *says, *asks;
} cases[] = {
	{{.words = {"get", "--json", "/1"}, .daemon = values}, 0, "{\"schema\":1,\"values\":[",
		NULL},
	{{.words = {"get", "--json", "/1"}, .daemon = values}, 0,
		"\"type\":\"uint\",\"value\":18446744073709551615}", NULL},
	{{.words = {"get", "--json", "/1"}, .daemon = values}, 0,
		"\"type\":\"float\",\"value\":2.5}", NULL},
	{{.words = {"get", "--json", "/1"}, .daemon = values}, 0,
		"\"type\":\"bool\",\"value\":true}", NULL},
	{{.words = {"get", "--json", "/1"}, .daemon = values}, 0,
		"\"type\":\"string\",\"value\":\"7\"}", NULL},
	{{.words = {"get", "--json", "/1"}, .daemon = values}, 0,
		"\"type\":\"int\",\"value\":\"07\"}", NULL},
	{{.words = {"get", "--json", "/1"}, .daemon = values}, 0,
		"\"type\":\"opaque\",\"value\":\"AQ==\"}", NULL},
	{{.words = {"get", "--json", "/1"}, .daemon = values}, 0,
		"{\"path\":\"/0/0/5\",\"type\":\"opaque\"}", NULL},
};

START_TEST(native_prints_numbers_and_booleans_as_json_has_them)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, cases[_i].asks);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("native");
	TCase *t = tcase_create("native");

	tcase_add_loop_test(t, native_prints_numbers_and_booleans_as_json_has_them, 0,
		sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
