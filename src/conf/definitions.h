#pragma once
/*
 * The object definitions of the directories, each read when something first needs it and once.
 * Layer: conf. (lwm2md.conf(5), objects.definitions)
 */
#include "codec/ddf.h"
#include "conf/setting.h"

/* One that was looked for; object NULL: there is none, or it is broken (reported already). */
struct definition {
	uint16_t id;
	bool is_broken;
	struct ddf_object *object;
};

/* {0} is an empty set. */
struct definitions {
	struct definition *definition; /* by ascending id */
	size_t n;
};

/*
 * From the last directory that has ID.xml. *ret is borrowed until the next call. Negative errno:
 * no memory.
 */
int definitions_find(
	struct definitions *d, struct check *c, uint16_t oid, const struct definition **ret);
/* Gives those that are there to the configuration. */
int definitions_give(struct definitions *d, struct conf *conf);
void definitions_done(struct definitions *d);
