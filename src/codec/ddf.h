#pragma once
/*
 * The definition of an object as the OMA registry writes it (DDF, XML): one object, its resources
 * with type, operations, range and unit. A document type declaration is refused, so no entity can
 * grow; size, depth and number are limited. Layer: codec; the only user of expat.
 * (TS core 7.2, appendix D.1; LWM2M.xsd of the registry)
 */
#include "codec/value.h"

enum {
	DDF_MAX = 1024 * 1024, /* octets of one file */
	DDF_DEPTH_MAX = 8,
	DDF_RESOURCES_MAX = 1024,
	DDF_TEXT_MAX = 255, /* of a name; what is longer is cut */
};

enum { DDF_R = 1, DDF_W = 2, DDF_E = 4 };

struct ddf_resource {
	uint16_t id;
	char *name;
	char *units;	      /* "" : none */
	enum value_type type; /* VALUE_NONE: executable */
	uint8_t ops;	      /* DDF_R | DDF_W | DDF_E; 0: bootstrap only */
	bool is_multiple, is_mandatory;
	bool has_range;
	int64_t min, max; /* of a number; of the octets of a string or opaque value */
};

struct ddf_object {
	uint16_t id;
	unsigned line; /* of its ObjectID */
	char *name;
	uint8_t major, minor; /* 1.0 if it is not written */
	bool is_multiple, is_mandatory;
	struct ddf_resource *resource; /* by ascending id */
	size_t n_resources;
};

struct ddf_error {
	unsigned line;
	char message[160];
};

/* -EBADMSG and *error, or -ENOMEM. */
int ddf_parse(struct span xml, struct ddf_object **ret, struct ddf_error *error);
struct ddf_object *ddf_free(struct ddf_object *o);
void ddf_free_p(struct ddf_object **o);
/* NULL: the object has no such resource. */
const struct ddf_resource *ddf_find(const struct ddf_object *o, uint16_t rid);
