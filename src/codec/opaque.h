#pragma once
/*
 * application/octet-stream, content format 42: the bytes of one opaque value, nothing around
 * them. Pure. Layer: codec. (TS core 7.4.2)
 */
#include "codec/payload.h"

/*
 * As payload_decode() and payload_encode(). -ENOTSUP for everything but one value of type
 * OPAQUE: a base above a resource, a multiple resource as a whole, another type.
 */
int opaque_decode(struct path base, struct span in, const struct payload_sink *sink);
int opaque_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out);
