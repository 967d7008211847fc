#pragma once
/*
 * Who owns objects: the applications of objects.apps, checked among each other, and the objects
 * that nobody but the daemon may own. Layer: conf. (lwm2md.conf(5))
 */
#include "codec/path.h"
#include "conf/setting.h"

/* Negative errno: no memory. */
int owners_check(struct check *c);
/*
 * The path of a node that names something to own. false: no path (told already), or one of an
 * object that belongs to the daemon (told here).
 */
bool owners_take_path(struct check *c, const struct node *n, struct path *ret);
