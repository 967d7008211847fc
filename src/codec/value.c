#include "codec/value.h"

#include <assert.h>

bool value_has_bytes(enum value_type type)
{
	return type == VALUE_STRING || type == VALUE_OPAQUE || type == VALUE_CORELNK;
}

bool value_is_equal(const struct value *a, const struct value *b)
{
	if (a->type != b->type)
		return false;

	switch (a->type) {
	case VALUE_NONE:
		return true;
	case VALUE_INTEGER:
	case VALUE_TIME:
		return a->i == b->i;
	case VALUE_UNSIGNED:
		return a->u == b->u;
	case VALUE_FLOAT:
		return memcmp(&a->f, &b->f, sizeof a->f) == 0;
	case VALUE_BOOLEAN:
		return a->b == b->b;
	case VALUE_OBJLNK:
		return a->link.object == b->link.object && a->link.instance == b->link.instance;
	case VALUE_STRING:
	case VALUE_OPAQUE:
	case VALUE_CORELNK:
		return span_is_equal(a->bytes, b->bytes);
	}
	return false;
}

const char *value_type_name(enum value_type type)
{
	static const char *const names[] = {
		[VALUE_NONE] = "none",
		[VALUE_STRING] = "string",
		[VALUE_INTEGER] = "integer",
		[VALUE_UNSIGNED] = "unsigned integer",
		[VALUE_FLOAT] = "float",
		[VALUE_BOOLEAN] = "boolean",
		[VALUE_OPAQUE] = "opaque",
		[VALUE_TIME] = "time",
		[VALUE_OBJLNK] = "objlnk",
		[VALUE_CORELNK] = "corelnk",
	};

	assert((size_t)type < sizeof names / sizeof *names);
	return names[type];
}
