#pragma once
/*
 * What the check of the configuration needs of an object definition (DDF, the XML of the OMA
 * registry): whether there is one, and type and operations of a resource. It looks for the
 * elements in the form the registry writes them and ignores all else. Layer: conf.
 */
#include "base/span.h"
#include "conf/fault.h"

enum { DDF_MAX = 1024 * 1024 };

enum ddf_type {
	TYPE_NONE, /* of an executable resource */
	TYPE_STRING,
	TYPE_INTEGER,
	TYPE_UNSIGNED,
	TYPE_FLOAT,
	TYPE_BOOLEAN,
	TYPE_OPAQUE,
	TYPE_TIME,
	TYPE_OBJLNK,
	TYPE_CORELNK,
};

struct ddf_resource {
	enum ddf_type type;
	bool is_readable, is_writable, is_executable;
};

/*
 * Checks that xml (comments are blanked out in it) defines the object. -EINVAL: *fault and the
 * line, 0 for the file as a whole.
 */
int ddf_check(char *xml, uint16_t object, unsigned *ret_line, struct fault *fault);
/* -ENOENT: the object has no such resource; -EINVAL as above. */
int ddf_resource(const char *xml, uint16_t resource, struct ddf_resource *ret, unsigned *ret_line,
	struct fault *fault);
const char *ddf_type_name(enum ddf_type type);
