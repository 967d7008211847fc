#pragma once
/*
 * Who owns objects: the applications of objects.apps and the entries of resources, checked among
 * each other and against the object definitions. Layer: conf. (lwm2md.conf(5))
 */
#include "conf/setting.h"

/* Negative errno: no memory. */
int owners_check(struct check *c);
