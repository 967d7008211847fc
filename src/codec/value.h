#pragma once
/*
 * One value of a resource or resource instance, with its LwM2M type. A look: bytes of STRING,
 * OPAQUE and CORELNK are borrowed. Layer: codec. (TS core appendix C, data types)
 */
#include "base/span.h"

enum value_type {
	VALUE_NONE, /* no value: an executable resource, an empty set */
	VALUE_STRING,
	VALUE_INTEGER,
	VALUE_UNSIGNED,
	VALUE_FLOAT,
	VALUE_BOOLEAN,
	VALUE_OPAQUE,
	VALUE_TIME,
	VALUE_OBJLNK,
	VALUE_CORELNK,
};

struct objlnk {
	uint16_t object, instance; /* 65535:65535 is the null link */
};

struct value {
	enum value_type type;
	union {
		int64_t i; /* INTEGER, TIME (seconds since 1970) */
		uint64_t u;
		double f;
		bool b;
		struct objlnk link;
		struct span bytes; /* STRING, OPAQUE, CORELNK */
	};
};

#define VALUE_TEXT(t) ((struct value){.type = VALUE_STRING, .bytes = span_of_text(t)})
#define VALUE_INT(v) ((struct value){.type = VALUE_INTEGER, .i = (v)})
#define VALUE_UINT(v) ((struct value){.type = VALUE_UNSIGNED, .u = (v)})
#define VALUE_BOOL(v) ((struct value){.type = VALUE_BOOLEAN, .b = (v)})
#define VALUE_BYTES(s) ((struct value){.type = VALUE_OPAQUE, .bytes = (s)})

/* STRING, OPAQUE and CORELNK carry bytes. */
bool value_has_bytes(enum value_type type);
/* Same type and same content; floats by bits, so that NaN equals itself. */
bool value_is_equal(const struct value *a, const struct value *b);
/* "string", "integer", … as in the registry's XML, lower case. */
const char *value_type_name(enum value_type type);
