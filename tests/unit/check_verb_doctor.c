/*
 * doctor as a process, with a daemon that answers by a script and a port that is closed.
 */
#include "program.h"
#include "runner.h"

static const struct program_reply well[] = {
	{"Diagnose", "{\"parameters\":{\"check\":\"config\",\"result\":\"ok\",\"text\":\"fine\"},"
		     "\"continues\":true}\n{\"parameters\":{\"check\":\"state\",\"result\":\"ok\","
		     "\"text\":\"writable\"}}"},
	{"ListServers",
		"{\"parameters\":{\"servers\":[{\"ssid\":101,\"bootstrap\":false,\"uri\":\"coap://"
		"127.0.0.1:1\",\"security\":\"nosec\",\"state\":\"registered\",\"expires_in\":60}]}"
		"}"},
	{0}};
static const struct program_reply full[] = {
	{"Diagnose",
		"{\"parameters\":{\"check\":\"config\",\"result\":\"ok\",\"text\":\"fine\"},"
		"\"continues\":true}\n{\"parameters\":{\"check\":\"state\",\"result\":\"fail\","
		"\"text\":\"no room\",\"reason\":{\"id\":\"state.full\",\"hint\":\"make room\"}}}"},
	{"ListServers",
		"{\"parameters\":{\"servers\":[{\"ssid\":101,\"bootstrap\":false,\"uri\":\"coap://"
		"127.0.0.1:1\",\"security\":\"nosec\",\"state\":\"registered\"}]}}"},
	{0}};
static const struct program_reply failing[] = {
	{"Diagnose", "{\"parameters\":{\"check\":\"config\",\"result\":\"ok\",\"text\":\"fine\"},"
		     "\"continues\":true}\n{\"parameters\":{\"check\":\"state\",\"result\":"
		     "\"skip\",\"text\":\"\"}}"},
	{"ListServers", "{\"parameters\":{\"servers\":[{\"ssid\":101,\"bootstrap\":false,\"uri\":"
			"\"coap://127.0.0.1:1\",\"security\":\"nosec\",\"state\":\"retrying\"}]}}"},
	{0}};
static const struct program_reply lonely[] = {
	{"Diagnose", "{\"parameters\":{\"check\":\"config\",\"result\":\"ok\",\"text\":\"fine\"},"
		     "\"continues\":true}\n{\"parameters\":{\"check\":\"state\",\"result\":\"ok\","
		     "\"text\":\"\"}}"},
	{"ListServers", "{\"parameters\":{\"servers\":[]}}"}, {0}};
static const struct program_reply denied[] = {
	{"Diagnose", "{\"error\":\"org.varlink.service.PermissionDenied\"}"}, {0}};

static struct {
	struct program program;
	int code;
	const char *says, *asks;
} cases[] = {
	{{.words = {"doctor"}, .daemon = well}, 0, "OK    state              writable\n",
		"Manage.Diagnose\",\"parameters\":{},\"more\":true"},
	{{.words = {"doctor"}, .daemon = well}, 0, "SKIP  reach 101          a session stands",
		NULL},
	{{.words = {"doctor", "101"}, .daemon = well}, 0,
		"OK    register 101       registered, ends in 60 s", NULL},
	{{.words = {"doctor", "--json"}, .daemon = well}, 0,
		"{\"schema\":1,\"check\":\"config\",\"result\":\"ok\",\"text\":\"fine\"}", NULL},
	{{.words = {"doctor", "102"}, .daemon = well}, 8, "there is no server 102", NULL},
	{{.words = {"doctor", "0"}}, 2, "no Short Server ID", NULL},
	{{.words = {"doctor"}, .daemon = full}, 1,
		"FAIL  state              no room [state.full]\n                         try: make "
		"room",
		NULL},
	{{.words = {"doctor"}, .daemon = failing}, 1,
		"FAIL  reach 101          nothing listens on port 1 [net.refused]", NULL},
	{{.words = {"doctor"}, .daemon = failing}, 1,
		"SKIP  register 101       it cannot be reached", NULL},
	{{.words = {"doctor"}, .daemon = lonely}, 1, "[config.no-server]", NULL},
	{{.words = {"doctor"}, .daemon = denied}, 7, "not permitted", NULL},
	{{.words = {"doctor"}}, 1, "FAIL  daemon             lwm2md is not running", NULL},
};

START_TEST(doctor_tells_each_check_and_fails_with_one)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, cases[_i].asks);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("verb_doctor");
	TCase *t = tcase_create("verb_doctor");

	tcase_add_loop_test(
		t, doctor_tells_each_check_and_fails_with_one, 0, sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
