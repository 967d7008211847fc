/*
 * The verbs that do something on this machine, as a process.
 */
#include "program.h"
#include "runner.h"

static const struct program_reply willing[] = {{"Send", "{\"parameters\":{\"accepted\":2}}"},
	{"Execute", "{\"parameters\":{}}"}, {"Write", "{\"parameters\":{\"changed\":2}}"},
	{"InspectCard", "{\"parameters\":{\"reader\":\"r\",\"atr\":\"3B\",\"application\":\"\","
			"\"result\":\"read\",\"text\":\"EF(DODF)\\n\"}}"},
	{0}};
static const struct program_reply refusing[] = {
	{"Execute", "{\"error\":\"org.lwm2md.Manage.NotAllowed\",\"parameters\":{\"path\":\"/3/0/"
		    "0\",\"why\":\"it cannot be executed\"}}"},
	{"Write", "{\"error\":\"org.lwm2md.Manage.BadValue\",\"parameters\":{\"path\":\"/3/0/"
		  "1\",\"why\":\"no number\"}}"},
	{"InspectCard", "{\"parameters\":{\"result\":\"no-service\",\"text\":\"there is "
			"none\\n\",\"reason\":{\"id\":\"card.no-service\"}}}"},
	{0}};
static const struct program_reply bare[] = {
	{"Execute", "{\"error\":\"org.lwm2md.Manage.NoSuchPath\",\"parameters\":{\"path\":\"/9/0/"
		    "0\"}}"},
	{"InspectCard", "{\"parameters\":{\"result\":\"no-service\",\"text\":\"no "
			"reader\\n\",\"reason\":{\"id\":\"card.no-reader\"}}}"},
	{0}};

static struct {
	struct program program;
	int code;
	const char *says, *asks;
} cases[] = {
	{{.words = {"execute", "/3/0/4"}, .daemon = willing}, 0, "", "{\"path\":\"/3/0/4\"}"},
	{{.words = {"execute", "/3/0/4", "0='a'"}, .daemon = willing}, 0, "",
		"\"argument\":\"0='a'\""},
	{{.words = {"execute", "3"}}, 2, "is no path", NULL},
	{{.words = {"execute", "/3/0/0"}, .daemon = refusing}, 9, "/3/0/0: it cannot be executed",
		NULL},
	{{.words = {"execute", "/9/0/0"}, .daemon = bare}, 8, "there is no /9/0/0", NULL},
	{{.words = {"send", "/3/0/9", "/4", "--server", "101"}, .daemon = willing}, 0,
		"2 server(s) will get it", "{\"paths\":[\"/3/0/9\",\"/4\"],\"ssid\":101}"},
	{{.words = {"send", "3"}}, 2, "is no path", NULL},
	{{.words = {"send", "/3", "--server", "0"}}, 2, "no Short Server ID", NULL},
	{{.words = {"set", "/3303/0/5700=21.4", "/3308/0/5900=a=b"}, .daemon = willing}, 0, "",
		"{\"path\":\"/3308/0/5900\",\"value\":\"a=b\"}"},
	{{.words = {"set", "/3303/0/5700"}}, 2, "is no setting", NULL},
	{{.words = {"set", "/3303/0=1"}}, 2, "is no setting", NULL},
	{{.words = {"set", "/3/0/1=x"}, .daemon = refusing}, 9, "/3/0/1: no number", NULL},
	{{.words = {"card"}, .daemon = willing}, 0, "EF(DODF)\n", "Manage.InspectCard"},
	{{.words = {"card", "--reader", "Alcor*"}, .daemon = willing}, 0, "EF",
		"{\"reader\":\"Alcor*\"}"},
	{{.words = {"card", "--json"}, .daemon = willing}, 0, "\"atr\":\"3B\"", NULL},
	{{.words = {"card"}, .daemon = refusing}, 1, "there is none", NULL},
	{{.words = {"card"}, .daemon = bare}, 8, "no reader", NULL},
};

START_TEST(verb_acts_and_tells_what_was_refused)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, cases[_i].asks);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("verb_act");
	TCase *t = tcase_create("verb_act");

	tcase_add_loop_test(
		t, verb_acts_and_tells_what_was_refused, 0, sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
