#pragma once
/*
 * application/vnd.oma.lwm2m+json, content format 11543, the JSON of LwM2M 1.0 from before SenML:
 * an object with a base name and the entries below it. Pure. Layer: codec. (TS 1.0 6.4.4)
 */
#include "codec/payload.h"

/* As payload_decode() and payload_encode(); not for composites. */
int legacy_json_decode(struct path base, struct span in, const struct payload_sink *sink);
int legacy_json_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out);
