#pragma once
/*
 * One source parsed by libconfig into our own tree; the only user of libconfig. Layer: conf.
 */
#include "conf/node.h"

struct source;

/* *ret stays NULL when the source has a syntax error (reported). Negative errno: no memory. */
int read_source(const struct source *source, struct conf_report *report, struct node **ret);
