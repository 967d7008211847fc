#pragma once
/*
 * application/senml+cbor, content format 112, and application/senml-etch+cbor, 322.
 * Numbers are read as whole numbers, floats and decimal
 * fractions (tag 4), and written as whole numbers or floats, whichever is shorter.
 * Pure. Layer: codec. (RFC 8428 section 6, RFC 8790, TS core 1.1 7.4.5)
 */
#include "codec/payload.h"

/* As payload_decode(), payload_encode() and payload_decode_paths(). */
int senml_cbor_decode(struct path base, struct span in, const struct payload_sink *sink);
/* With null, which deletes a resource instance. */
int senml_etch_cbor_decode(struct path base, struct span in, const struct payload_sink *sink);
int senml_cbor_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out);
int senml_cbor_decode_paths(
	struct span in, int (*on_path)(void *data, struct path path), void *data);
