#pragma once
/*
 * The keys of one file against the options table: unknown ones, with the one that was meant, and
 * groups that are none. Layer: conf.
 */
#include "conf/node.h"

void keys_check(struct conf_report *report, const struct node *tree);
