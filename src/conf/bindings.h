#pragma once
/*
 * The entries of resources and what objects says about definitions: each resource with its
 * definition, its value or source. Layer: conf. (lwm2md.conf(5))
 */
#include "conf/setting.h"

/* The section objects has been taken already. */
int bindings_take(struct check *c);
void binding_done(struct conf_resource *r);
