#pragma once
/*
 * Which files make a configuration, in the order they are read: vendor drop-ins, the file, local
 * drop-ins; a local one hides the vendor's of the same name. Layer: conf. (lwm2md.conf(5))
 */
#include "conf/source.h"

struct dropins {
	char **path; /* without --root */
	size_t n;
	size_t file; /* which of them is the main file */
};

/* A directory that cannot be read is reported; one that is missing is none. -ENOMEM. */
int dropins_list(const struct conf_paths *paths, struct file_set *files, struct conf_report *report,
	struct dropins *ret);
void dropins_done(struct dropins *d);
