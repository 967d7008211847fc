#pragma once
/*
 * From files to a checked configuration. Layer: conf.
 */
#include "conf/setting.h"

/* Reads, merges and checks into c->tree and c->conf; errors are in c->report, which is sorted.
 * Negative errno: no memory. */
int load_run(struct check *c, const struct conf_paths *paths, struct conf_report *report);
void load_done(struct check *c);
