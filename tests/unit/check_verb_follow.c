/*
 * The verbs that follow, as a process.
 */
#include "program.h"
#include "runner.h"

static const struct program_reply two[] = {
	{"Monitor",
		"{\"parameters\":{\"when\":1,\"kind\":\"state\",\"state\":{\"phase\":\"holdoff\","
		"\"source\":\"none\",\"summary\":\"s\"}},\"continues\":true}\n{\"parameters\":{"
		"\"when\":1,\"kind\":\"state\",\"state\":{\"phase\":\"registered\",\"source\":"
		"\"bootstrap\",\"summary\":\"s\"}},\"continues\":true}"},
	{0}};
static const struct program_reply gone[] = {{"Monitor", NULL}, {0}};
static const struct program_reply bad[] = {
	{"Monitor", "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{"
		    "\"parameter\":\"kinds\"}}"},
	{0}};

static struct {
	struct program program;
	int code;
	const char *says, *asks;
} cases[] = {
	{{.words = {"wait", "registered"}, .daemon = two}, 0, "", "{\"kinds\":[\"state\"]}"},
	{{.words = {"wait", "bootstrapped"}, .daemon = two}, 0, "", NULL},
	{{.words = {"wait", "phase=holdoff"}, .daemon = two}, 0, "", NULL},
	{{.words = {"--timeout", "10ms", "wait", "phase=idle"}, .daemon = two}, 10, "time ran out",
		NULL},
	{{.words = {"wait", "registered"}, .daemon = gone}, 6, "closed the connection", NULL},
	{{.words = {"monitor", "--kind", "steps"}}, 2, "did you mean \"step\"?", NULL},
	{{.words = {"wait", "registred"}}, 2, "did you mean \"registered\"?", NULL},
	{{.words = {"wait", "phase=holdof"}}, 2, "did you mean \"phase=holdoff\"?", NULL},
	{{.words = {"wait", "forever"}}, 2,
		"what is waited for is one of registered, bootstrapped,", NULL},
	{{.words = {"monitor", "--kind", "step"}, .daemon = bad}, 9, "that is no valid kinds",
		"{\"kinds\":[\"step\"]},\"more\":true"},
	{{.words = {"monitor", "--kind", "a\"b"}}, 2, "--kind is one of", NULL},
	{{.words = {"--timeout", "100ms", "monitor", "--json"}, .daemon = two}, 10,
		"{\"schema\":1,\"when\":1,\"kind\":\"state\"", NULL},
};

START_TEST(verb_follows_until_what_it_waits_for)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, cases[_i].asks);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("verb_follow");
	TCase *t = tcase_create("verb_follow");

	tcase_add_loop_test(
		t, verb_follows_until_what_it_waits_for, 0, sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
