/*
 * The verbs that steer, as a process: they wait for the result.
 */
#include "program.h"
#include "runner.h"

static const struct program_reply willing[] = {
	{"Monitor", "{\"parameters\":{\"when\":1,\"kind\":\"state\"},\"continues\":true}\n{"
		    "\"parameters\":{\"when\":1,\"kind\":\"step\",\"step\":{\"stage\":\"register\","
		    "\"ssid\":101,\"result\":\"ok\",\"detail\":\"up "
		    "again\",\"reason\":{\"id\":\"\"}}},\"continues\":true}\n{\"parameters\":{"
		    "\"when\":1,\"kind\":\"step\",\"step\":{\"stage\":\"client-bootstrap\","
		    "\"ssid\":101,\"result\":\"ok\",\"detail\":\"new "
		    "accounts\",\"reason\":{\"id\":\"\"}}},\"continues\":true}"},
	{"ListServers", "{\"parameters\":{\"servers\":[{\"ssid\":101,\"bootstrap\":false,\"uri\":"
			"\"coaps://a\",\"security\":\"psk\",\"state\":\"retrying\"}]}}"},
	{"Register", "{\"parameters\":{}}"}, {"Update", "{\"parameters\":{}}"},
	{"Deregister", "{\"parameters\":{}}"}, {"Bootstrap", "{\"parameters\":{}}"},
	{"Reset", "{\"parameters\":{}}"}, {"Reload", "{\"parameters\":{}}"}, {0}};
static const struct program_reply failing[] = {
	{"Monitor", "{\"parameters\":{\"when\":1,\"kind\":\"state\"},\"continues\":true}\n{"
		    "\"parameters\":{\"when\":1,\"kind\":\"step\",\"step\":{\"stage\":\"register\","
		    "\"ssid\":101,\"result\":\"failed\",\"detail\":\"no "
		    "answer\",\"reason\":{\"id\":\"reg.timeout\"}}},\"continues\":true}\n{"
		    "\"parameters\":{\"when\":1,\"kind\":\"step\",\"step\":{\"stage\":\"client-"
		    "bootstrap\",\"ssid\":101,\"result\":\"failed\",\"detail\":\"refused\","
		    "\"reason\":{\"id\":\"bs.refused\"}}},\"continues\":true}"},
	{"ListServers", "{\"parameters\":{\"servers\":[{\"ssid\":101,\"bootstrap\":false,\"uri\":"
			"\"coaps://a\",\"security\":\"psk\",\"state\":\"retrying\"}]}}"},
	{"Register", "{\"parameters\":{}}"}, {"Bootstrap", "{\"parameters\":{}}"}, {0}};
static const struct program_reply denied[] = {
	{"Monitor", "{\"parameters\":{\"when\":1,\"kind\":\"state\"},\"continues\":true}\n"},
	{"ListServers", "{\"parameters\":{\"servers\":[{\"ssid\":101,\"bootstrap\":false,\"uri\":"
			"\"coaps://a\",\"security\":\"psk\",\"state\":\"registered\"}]}}"},
	{"Update", "{\"error\":\"org.varlink.service.PermissionDenied\"}"},
	{"Register", "{\"error\":\"org.lwm2md.Manage.NoSuchServer\",\"parameters\":{\"ssid\":7}}"},
	{"Reload", "{\"error\":\"org.lwm2md.Manage.ConfigInvalid\",\"parameters\":{\"problems\":["
		   "\"a.conf:1:error: x\"]}}"},
	{"Bootstrap",
		"{\"error\":\"org.lwm2md.Manage.Busy\",\"parameters\":{\"why\":\"one runs\"}}"},
	{0}};

static struct {
	struct program program;
	int code;
	const char *says, *asks;
} cases[] = {
	{{.words = {"register"}, .daemon = willing}, 0, "up again", "Manage.Register\""},
	{{.words = {"register", "101"}, .daemon = failing}, 1, "no answer [reg.timeout]",
		"{\"ssid\":101}"},
	{{.words = {"register", "7"}, .daemon = denied}, 8, "there is no server 7", NULL},
	{{.words = {"update"}, .daemon = denied}, 7, "not permitted", NULL},
	{{.words = {"update", "65535"}}, 2, "is no Short Server ID", NULL},
	{{.words = {"deregister", "--for", "10min"}, .daemon = willing}, 0, "", "{\"for\":600}"},
	{{.words = {"deregister", "101", "--for", "2s"}, .daemon = willing}, 0, "",
		"{\"ssid\":101,\"for\":2}"},
	{{.words = {"deregister", "--for", "0"}}, 2, "is no time", NULL},
	{{.words = {"bootstrap"}, .daemon = willing}, 0, "new accounts", NULL},
	{{.words = {"bootstrap"}, .daemon = failing}, 1, "refused [bs.refused]", NULL},
	{{.words = {"bootstrap"}, .daemon = denied}, 1, "not now: one runs", NULL},
	{{.words = {"reset"}}, 2, "--accounts", NULL},
	{{.words = {"reset", "--all"}}, 2, "--yes", NULL},
	{{.words = {"reset", "--all", "--yes"}, .daemon = willing}, 0, "", "{\"what\":\"all\"}"},
	{{.words = {"reset", "--accounts", "--yes"}, .daemon = willing}, 0, "",
		"{\"what\":\"accounts\"}"},
	{{.words = {"reload"}, .daemon = willing}, 0, "", NULL},
	{{.words = {"reload"}, .daemon = denied}, 1, "a.conf:1:error: x", NULL},
};

START_TEST(verb_steers_and_tells_how_it_ended)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, cases[_i].asks);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("verb_steer");
	TCase *t = tcase_create("verb_steer");

	tcase_add_loop_test(t, verb_steers_and_tells_how_it_ended, 0, sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
