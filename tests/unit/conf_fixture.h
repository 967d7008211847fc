#pragma once
/*
 * A root directory of its own for each test of conf/, removed at its end, and configurations
 * loaded from it as --root does.
 */
#include "conf/conf.h"

/* For tcase_add_checked_fixture(). */
void fixture_setup(void);
void fixture_teardown(void);

const char *fixture_root(void);
/* Writes below the root; directories are made. */
void fixture_write(const char *path, const char *text, unsigned mode);
void fixture_write_bytes(const char *path, struct span bytes, unsigned mode);
/* Keys, groups, commands and object definitions that the files of tests/conf.bad name. */
void fixture_populate(void);

/* What was found, one "[file:]line severity code" each; the file is left out for lwm2md.conf. */
struct fixture_result {
	int r;
	struct conf *conf;
	char *problems;
	char *text; /* as conf_report_print() prints it */
};

/* Loads /etc/lwm2md/lwm2md.conf and its drop-ins below the root. */
struct fixture_result fixture_load(void);
/* Writes text as lwm2md.conf (0600) first. */
struct fixture_result fixture_load_text(const char *text);
void fixture_result_done(struct fixture_result *result);
