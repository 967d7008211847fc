/*
 * report as a process: what it asks, and that it goes on without a daemon.
 */
#include "program.h"
#include "runner.h"

static const struct program_reply up[] = {
	{"GetStatus", "{\"parameters\":{\"state\":{\"phase\":\"registered\",\"summary\":\"s\","
		      "\"since\":0,\"endpoint\":\"e\",\"version\":\"1\",\"source\":\"factory\"}}}"},
	{"ListServers", "{\"parameters\":{\"servers\":[{\"ssid\":101,\"uri\":\"coaps://"
			"a\",\"security\":\"psk\",\"state\":\"registered\"}]}}"},
	{"Explain", "{\"parameters\":{\"state\":{\"phase\":\"registered\"},\"steps\":[],\"advice\":"
		    "[{\"why\":\"the key "
		    "3f9a07c4d2551be86e01f7ab94cc1023\",\"try\":\"t\",\"reason\":\"r\"}]}}"},
	{"GetMetrics", "{\"parameters\":{\"text\":\"a 1\\n\"}}"}, {0}};

static struct {
	struct program program;
	int code;
	const char *says, *asks;
} cases[] = {
	{{.words = {"report"}, .daemon = up}, 0, "== metrics\na 1\n", "Manage.Explain"},
	{{.words = {"report"}, .daemon = up}, 0, "== configuration\n", NULL},
	{{.words = {"report"}}, 6, "== journal", NULL},
};

START_TEST(report_has_each_part)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, cases[_i].asks);
}
END_TEST

START_TEST(report_shows_no_key)
{
	struct program p = {.words = {"report"}, .daemon = up};

	program_expect(&p, 0, "coaps://a", NULL);
	ck_assert_ptr_null(strstr(p.said, "3f9a07c4"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("verb_report");
	TCase *t = tcase_create("verb_report");

	tcase_add_loop_test(t, report_has_each_part, 0, sizeof cases / sizeof *cases);
	tcase_add_test(t, report_shows_no_key);
	suite_add_tcase(s, t);
	return s;
}
