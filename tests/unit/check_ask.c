/*
 * What lwm2mctl says when the daemon does not answer, or not well.
 */
#include "program.h"
#include "runner.h"

static const struct program_reply closes[] = {{"GetStatus", NULL}, {0}};
static const struct program_reply babbles[] = {{"GetStatus", "hello"}, {0}};
static const struct program_reply silent[] = {{"GetStatus", ""}, {0}};
static const struct program_reply unknown[] = {
	{"GetStatus", "{\"error\":\"org.lwm2md.Manage.Odd\",\"parameters\":{}}"}, {0}};
static const struct program_reply lacking[] = {
	{"GetStatus", "{\"error\":\"org.lwm2md.Manage.Unavailable\",\"parameters\":{\"why\":\"no "
		      "memory\"}}"},
	{"Read", "{\"error\":\"org.lwm2md.Manage.NoSuchPath\",\"parameters\":{\"path\":\"/9\"}}"},
	{0}};

static struct {
	struct program program;
	int code;
	const char *says, *asks;
} cases[] = {
	{{.words = {"status"}}, 6, "lwm2md is not running (", NULL},
	{{.words = {"why"}}, 6, "systemctl start lwm2md", NULL},
	{{.words = {"status"}, .daemon = closes}, 6, "closed the connection", NULL},
	{{.words = {"status"}, .daemon = babbles}, 1, "no answer that can be understood", NULL},
	{{.words = {"--timeout", "50ms", "status"}, .daemon = silent}, 10, "time ran out", NULL},
	{{.words = {"status"}, .daemon = unknown}, 1, "lwm2md answers org.lwm2md.Manage.Odd", NULL},
	{{.words = {"status"}, .daemon = lacking}, 1, "not possible: no memory", NULL},
	{{.words = {"get", "/9"}, .daemon = lacking}, 8,
		"there is no /9; \"lwm2mctl objects\" lists", NULL},
};

START_TEST(ask_tells_what_is_wrong_with_the_daemon)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, cases[_i].asks);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ask");
	TCase *t = tcase_create("ask");

	tcase_add_loop_test(
		t, ask_tells_what_is_wrong_with_the_daemon, 0, sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
