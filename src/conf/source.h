#pragma once
/*
 * Configuration files as text: opened once, limited, with their @include files put in, and a
 * map from each line of the whole to the file and line it comes from. Layer: conf.
 */
#include "base/buf.h"
#include "conf/report.h"

enum { SOURCE_MAX = 1024 * 1024, SOURCE_DEPTH_MAX = 8 };

/* All files of one configuration. {0} is a valid empty set. */
struct file_set {
	struct conf_file **file;
	size_t n;
};

/* One file and what it includes. */
struct source {
	const struct conf_file *file;
	struct buf text;    /* NUL terminated, with a newline at its end */
	struct place *line; /* [i]: of line i + 1 of text */
	size_t n_lines, n_allocated;
	unsigned *refused; /* lines of text with a number that was refused, ascending */
	size_t n_refused, n_refused_allocated;
	bool has_failed; /* not to be parsed; the report says why */
};

/* One more file, not read yet; to be named in a problem. */
int file_set_add(struct file_set *files, const char *path, struct conf_file **ret);
void file_set_done(struct file_set *files);

/*
 * Reads path (root in front). A file that is missing is an error only if is_required; then, and
 * for every other error, has_failed is set. Negative errno: no memory.
 */
int source_read(struct source *s, struct file_set *files, struct conf_report *report,
	const char *root, const char *path, bool is_required);
void source_done(struct source *s);

/* Where line (from 1) of the text is written. */
struct place source_place(const struct source *s, unsigned line);
bool source_is_refused(const struct source *s, unsigned line);
