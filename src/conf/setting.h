#pragma once
/*
 * One setting: a node of the tree checked against its row of the options table and stored.
 * Layer: conf.
 */
#include "conf/node.h"
#include "conf/options.h"
#include "conf/source.h"

/* What is at hand while a configuration is checked. */
struct check {
	const struct conf_paths *paths;
	const char *root; /* "" or --root */
	struct conf_report *report;
	struct file_set files;
	struct node *tree; /* merged */
	struct conf *conf; /* being filled */
};

/*
 * n NULL: the default. base: what o->at counts from. Problems go to the report and nothing is
 * stored then. Negative errno: no memory.
 */
int setting_take(struct check *c, const struct option *o, const struct node *n, void *base);
/* All options of one section; group NULL: all defaults. */
int setting_take_section(
	struct check *c, const char *section, const struct node *group, void *base);
