/*
 * The verbs that look, as a process: what they ask, print and return.
 */
#include "program.h"
#include "runner.h"

static const struct program_reply up[] = {
	{"GetStatus", "{\"parameters\":{\"state\":{\"phase\":\"registered\",\"summary\":\"s\","
		      "\"since\":0,\"endpoint\":\"e\",\"version\":\"1\",\"source\":\"factory\"}}}"},
	{"ListServers", "{\"parameters\":{\"servers\":[{\"ssid\":101,\"bootstrap\":false,\"uri\":"
			"\"coaps://a\",\"security\":\"psk\",\"state\":\"registered\"}]}}"},
	{"Explain", "{\"parameters\":{\"state\":{\"phase\":\"idle\",\"summary\":\"nothing\"},"
		    "\"steps\":[],\"advice\":[]}}"},
	{"ListObjects",
		"{\"parameters\":{\"instances\":[{\"path\":\"/3/0\",\"owner\":\"daemon\"}]}}"},
	{"Read", "{\"parameters\":{\"values\":[{\"path\":\"/3/0/"
		 "9\",\"type\":\"int\",\"value\":\"9223372036854775807\"}]}}"},
	{"ListObservations", "{\"parameters\":{\"observations\":[{\"ssid\":101,\"paths\":[\"/3/0/"
			     "9\",\"/4/0\"],\"attributes\":\"pmin=10\",\"stored\":3}]}}"},
	{"GetMetrics", "{\"parameters\":{\"text\":\"a 1\\n\"}}"}, {0}};
static const struct program_reply holding[] = {
	{"GetStatus", "{\"parameters\":{\"state\":{\"phase\":\"holdoff\",\"summary\":\"s\","
		      "\"since\":0,\"endpoint\":\"e\",\"version\":\"1\",\"source\":\"factory\"}}}"},
	{"ListServers", "{\"parameters\":{\"servers\":[{\"ssid\":101,\"bootstrap\":false,\"uri\":"
			"\"coaps://a\",\"security\":\"psk\",\"state\":\"retrying\"}]}}"},
	{0}};
static const struct program_reply degraded[] = {
	{"GetStatus", "{\"parameters\":{\"state\":{\"phase\":\"degraded\",\"summary\":\"s\","
		      "\"since\":0,\"endpoint\":\"e\",\"version\":\"1\",\"source\":\"factory\"}}}"},
	{"ListServers", "{\"parameters\":{\"servers\":[{\"ssid\":101,\"bootstrap\":false,\"uri\":"
			"\"coaps://a\",\"security\":\"psk\",\"state\":\"retrying\"}]}}"},
	{0}};
static const struct program_reply stuck[] = {
	{"GetStatus", "{\"parameters\":{\"state\":{\"phase\":\"idle\",\"summary\":\"s\",\"since\":"
		      "0,\"endpoint\":\"e\",\"version\":\"1\",\"source\":\"factory\",\"needs_"
		      "person\":true}}}"},
	{"ListServers", "{\"parameters\":{\"servers\":[{\"ssid\":101,\"bootstrap\":false,\"uri\":"
			"\"coaps://a\",\"security\":\"psk\",\"state\":\"failed\"}]}}"},
	{0}};

static struct {
	struct program program;
	int code;
	const char *says, *asks;
} cases[] = {
	{{.words = {"status"}, .daemon = up}, 0, "101", "Manage.GetStatus"},
	{{.words = {}, .daemon = up}, 0, "coaps://a", NULL},
	{{.words = {"status"}, .daemon = holding}, 3, "s", NULL},
	{{.words = {"status"}, .daemon = degraded}, 4, "s", NULL},
	{{.words = {"status"}, .daemon = stuck}, 5, "s", NULL},
	{{.words = {"--json", "status"}, .daemon = up}, 0,
		"{\"schema\":1,\"state\":{\"phase\":\"registered\"", NULL},
	{{.words = {"why"}, .daemon = up}, 0, "there is no way to a server", "Manage.Explain"},
	{{.words = {"servers"}, .daemon = up}, 0, "101", NULL},
	{{.words = {"servers", "101"}, .daemon = up}, 0, "coaps://a", NULL},
	{{.words = {"servers", "102"}, .daemon = up}, 8, "there is no server 102", NULL},
	{{.words = {"servers", "0"}}, 2, "is no Short Server ID", NULL},
	{{.words = {"objects"}, .daemon = up}, 0, "/3/0", "\"parameters\":{}"},
	{{.words = {"objects", "/3"}, .daemon = up}, 0, "/3/0", "{\"path\":\"/3\"}"},
	{{.words = {"get", "/3/0/9", "/3"}, .daemon = up}, 0, "9223372036854775807",
		"{\"path\":\"/3\"}"},
	{{.words = {"get", "--json", "/3/0/9"}, .daemon = up}, 0, "\"value\":9223372036854775807",
		NULL},
	{{.words = {"get"}}, 2, "usage: lwm2mctl get PATH...", NULL},
	{{.words = {"get", "3/0"}}, 2, "is no path", NULL},
	{{.words = {"metrics", "--output", "/nonexistent/a"}, .daemon = up}, 1, "cannot be written",
		NULL},
	{{.words = {"metrics", "--output", "a"}, .daemon = up}, 2, "not absolute", NULL},
	{{.words = {"observations"}, .daemon = up}, 0,
		"101     /3/0/9               pmin=10                      not yet, 3 wait\n       "
		" /4/0\n",
		NULL},
	{{.words = {"observations", "101"}, .daemon = up}, 0, "/3/0/9", "{\"ssid\":101}"},
	{{.words = {"observations", "0"}}, 2, "no Short Server ID", NULL},
	{{.words = {"metrics"}, .daemon = up}, 0, "a 1\n", NULL},
};

START_TEST(verb_looks_and_tells_by_its_exit_status)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, cases[_i].asks);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("verb_look");
	TCase *t = tcase_create("verb_look");

	tcase_add_loop_test(
		t, verb_looks_and_tells_by_its_exit_status, 0, sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
