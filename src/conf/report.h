#pragma once
/*
 * The list of everything found wrong while a configuration is read, and the files it was found
 * in. A problem copies what it shows, so the report outlives the files. Layer: conf.
 */
#include "conf/conf.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };

/* One text that was read: a configuration file, a drop-in or an included file. */
struct conf_file {
	char *path; /* as it is shown and opened, --root in front */
	char *text; /* NUL terminated, wiped at the end: it may hold keys; NULL: not readable */
	size_t len;
	unsigned order;	 /* of reading */
	bool is_exposed; /* others may read it */
};

struct conf_file *conf_file_free(struct conf_file *f);

/* Where a setting is written; file NULL: nowhere, line 0: the file as a whole. */
struct place {
	const struct conf_file *file;
	unsigned line;
};

/*
 * code: stable, for scripts (lwm2md.conf(5)). hint: what to do, NULL for none. A lost allocation
 * is kept and shows in conf_report_err().
 */
__attribute__((format(printf, 6, 7))) void report_add(struct conf_report *r, enum severity severity,
	struct place at, const char *code, const char *hint, const char *format, ...);

int report_err(const struct conf_report *r);
/* Puts the problems in the order of files and lines. */
void report_sort(struct conf_report *r);

/* What conf_check_main() returns at the end, and the last line: "2 errors, 1 warning". */
void report_print_count(const struct conf_report *r, FILE *out);
