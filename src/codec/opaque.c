#include "codec/opaque.h"

#include <errno.h>

int opaque_decode(struct path base, struct span in, const struct payload_sink *sink)
{
	enum value_type type;
	int r = payload_single_type(base, sink, &type);

	if (r < 0)
		return r;
	if (type == VALUE_NONE)
		return 0;
	if (type != VALUE_OPAQUE)
		return -ENOTSUP;

	struct record record = {.path = base, .value = VALUE_BYTES(in)};

	return sink->on_record(sink->data, &record);
}

int opaque_encode(struct path base, const struct record *records, size_t n_records, struct buf *out)
{
	if (!payload_is_single(base, records, n_records) || records[0].value.type != VALUE_OPAQUE)
		return -ENOTSUP;
	return buf_append(out, records[0].value.bytes);
}
