#include "model/definition.h"

#include <errno.h>

#include "base/parse.h"

const struct resource_def *definition_find(const struct object_def *def, uint16_t rid)
{
	size_t low = 0, high = def->n_resources;

	/* in most objects the ids have no gaps */
	if (rid < high && def->resources[rid].id == rid)
		return &def->resources[rid];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (def->resources[middle].id < rid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < def->n_resources && def->resources[low].id == rid ? &def->resources[low]
								       : NULL;
}

static bool is_in_range(const struct resource_def *def, const struct value *v)
{
	switch (v->type) {
	case VALUE_INTEGER:
	case VALUE_TIME:
		return v->i >= def->min && v->i <= def->max;
	case VALUE_UNSIGNED:
		return v->u <= INT64_MAX && (int64_t)v->u >= def->min && (int64_t)v->u <= def->max;
	case VALUE_STRING:
	case VALUE_OPAQUE:
	case VALUE_CORELNK:
		return v->bytes.len >= (size_t)def->min && v->bytes.len <= (size_t)def->max;
	case VALUE_NONE:
	case VALUE_FLOAT:
	case VALUE_BOOLEAN:
	case VALUE_OBJLNK:
		return true;
	}
	return true;
}

int definition_check(const struct resource_def *def, uint8_t depth, const struct value *v)
{
	if (def->type == VALUE_NONE || v->type != def->type)
		return -EDOM;
	if (depth != (def->is_multiple ? 4 : 3))
		return -EDOM;
	if ((v->type == VALUE_STRING || v->type == VALUE_CORELNK) && !text_is_utf8(v->bytes))
		return -EDOM;
	return def->has_range && !is_in_range(def, v) ? -ERANGE : 0;
}
