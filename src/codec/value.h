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

/* A number as JSON and CBOR have it, not yet of a type: whole ones keep all 64 bits. */
struct number {
	bool is_float, is_negative;
	uint64_t magnitude; /* of a whole number */
	double f;	    /* of the others */
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

struct number number_of_int(int64_t v);
struct number number_of_unsigned(uint64_t v);
struct number number_of_double(double v);
/* Exact for whole numbers as long as the sum has 64 bits, a float otherwise. */
struct number number_add(struct number a, struct number b);
double number_to_double(struct number n);
/* INTEGER, UNSIGNED, FLOAT or TIME; -EDOM: another type, out of its range, a fraction lost. */
int value_from_number(struct number n, enum value_type type, struct value *ret);
