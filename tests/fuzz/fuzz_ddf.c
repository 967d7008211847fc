/* Any bytes are an object definition or none, and then its resources are in order. */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>

#include "codec/ddf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddf_object *o = NULL;
	struct ddf_error error;
	int r = ddf_parse(span_of(data, size), &o, &error);

	assert(r == 0 || r == -EBADMSG);
	assert((r == 0) == (o != NULL));
	assert((r == 0) == (error.message[0] == '\0'));
	if (r < 0)
		return 0;
	assert(o->name && o->id != UINT16_MAX && o->n_resources <= DDF_RESOURCES_MAX);
	for (size_t i = 0; i < o->n_resources; i++) {
		const struct ddf_resource *resource = &o->resource[i];

		assert(i == 0 || o->resource[i - 1].id < resource->id);
		assert(ddf_find(o, resource->id) == resource);
		assert(resource->name && resource->units);
		assert(!resource->has_range || resource->min <= resource->max);
		assert((resource->type == VALUE_NONE) == ((resource->ops & DDF_E) != 0));
	}
	ddf_free(o);
	return 0;
}
