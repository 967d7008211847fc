/*
 * The verbs that become another program: a directory of this test stands in for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"
#include "runner.h"

static char directory[64];

static void put(const char *name)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "#!/bin/sh\necho %s \"$@\"\n", name);
	fclose(f);
	ck_assert_int_eq(chmod(path, 0755), 0);
}

static void setup(void)
{
	char path[256];

	snprintf(directory, sizeof directory, "%s", "/tmp/lwm2md-other-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	put("lwm2md");
	put("journalctl");
	snprintf(path, sizeof path, "%s:/usr/bin:/bin", directory);
	setenv("PATH", path, 1);
}

static void teardown(void)
{
	char path[128];

	snprintf(path, sizeof path, "%s/lwm2md", directory);
	unlink(path);
	snprintf(path, sizeof path, "%s/journalctl", directory);
	unlink(path);
	ck_assert_int_eq(rmdir(directory), 0);
}

static struct {
	struct program program;
	int code;
	const char *says, *asks;
} cases[] = {
	{{.words = {"check"}}, 0, "lwm2md --check-config\n", NULL},
	{{.words = {"check", "--json", "a.conf"}}, 0, "lwm2md --check-config a.conf --json\n",
		NULL},
	{{.words = {"log"}}, 0, "journalctl --unit=lwm2md --catalog --lines=100\n", NULL},
	{{.words = {"log", "-f", "--json"}}, 0, "--output=json --follow\n", NULL},
};

START_TEST(verb_runs_the_other_program_with_the_right_words)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, cases[_i].asks);
}
END_TEST

START_TEST(verb_tells_when_the_other_program_is_not_there)
{
	struct program p = {.words = {"check"}};

	setenv("PATH", "/nonexistent", 1);
	program_expect(&p, 1, "lwm2md cannot be run", NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("verb_other");
	TCase *t = tcase_create("verb_other");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, verb_runs_the_other_program_with_the_right_words, 0,
		sizeof cases / sizeof *cases);
	tcase_add_test(t, verb_tells_when_the_other_program_is_not_there);
	suite_add_tcase(s, t);
	return s;
}
