#pragma once
/*
 * Objects that are defined at run time: definitions of the configuration (DDF) as tables of the
 * model, added, replaced and taken out as the configuration changes. Layer: daemon.
 * (lwm2md.conf(5), objects)
 */
#include "conf/conf.h"
#include "model/model.h"

struct catalog;

/* hooks and data of all these objects. */
int catalog_new(
	struct model *m, const struct object_hooks *hooks, void *data, struct catalog **ret);
/* The model must be gone, or no longer be used. NULL is fine. Returns NULL. */
struct catalog *catalog_free(struct catalog *c);

/*
 * Makes the model's run-time objects those of conf. An object whose definition is unchanged keeps
 * its instances. Objects that the daemon has itself are left alone. Outside a transaction.
 */
int catalog_set(struct catalog *c, const struct conf *conf);
/* Whether it is one of them. */
bool catalog_has(const struct catalog *c, uint16_t oid);
