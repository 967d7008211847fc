#pragma once
/*
 * application/senml+json, content format 110, and application/senml-etch+json, 320.
 * Strict JSON (json.h); opaque values are
 * written in base64url without padding and read in either alphabet.
 * Pure. Layer: codec. (RFC 8428 section 5, RFC 8790, TS core 1.1 7.4.5)
 */
#include "codec/payload.h"

/* As payload_decode(), payload_encode() and payload_decode_paths(). */
int senml_json_decode(struct path base, struct span in, const struct payload_sink *sink);
/* With null, which deletes a resource instance. */
int senml_etch_json_decode(struct path base, struct span in, const struct payload_sink *sink);
int senml_json_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out);
int senml_json_decode_paths(
	struct span in, int (*on_path)(void *data, struct path path), void *data);
