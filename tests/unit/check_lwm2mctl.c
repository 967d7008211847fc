/*
 * The command line of lwm2mctl: what it refuses, and what every verb has.
 */
#include "program.h"
#include "runner.h"

static struct {
	struct program program;
	int code;
	const char *says, *asks;
} cases[] = {
	{{.words = {"stauts"}}, 2, "did you mean \"status\"?", NULL},
	{{.words = {"regsiter"}}, 2, "did you mean \"register\"?", NULL},
	{{.words = {"xyzzy"}}, 2, "try --help", NULL},
	{{.words = {"--sockets"}}, 2, "did you mean --socket?", NULL},
	{{.words = {"--xyzzy"}}, 2, "unknown or incomplete option --xyzzy", NULL},
	{{.words = {"-x"}}, 2, "unknown or incomplete option", NULL},
	{{.words = {"status", "--timeout"}}, 2, "incomplete option --timeout", NULL},
	{{.words = {"--timeout", "soon"}}, 2, "is no time", NULL},
	{{.words = {"status", "--for", "1s"}}, 2, "status has no option --for", NULL},
	{{.words = {"servers", "1", "2"}}, 2, "usage: lwm2mctl servers [SSID]", NULL},
	{{.words = {"--help"}}, 0, "lwm2mctl(1)", NULL},
	{{.words = {"--list-verbs"}}, 0, "status\nwhy\n", NULL},
	{{.words = {"--version"}}, 0, "lwm2mctl " PACKAGE_VERSION, NULL},
};

START_TEST(lwm2mctl_exit_status_and_words_are_those_of_the_manual)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, cases[_i].asks);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lwm2mctl");
	TCase *t = tcase_create("lwm2mctl");

	tcase_add_loop_test(t, lwm2mctl_exit_status_and_words_are_those_of_the_manual, 0,
		sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
