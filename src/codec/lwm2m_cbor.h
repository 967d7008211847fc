#pragma once
/*
 * application/vnd.oma.lwm2m+cbor, content format 11544: maps of maps whose keys are ids, or arrays
 * of ids where levels are joined. Written with whole paths, and levels of one id joined, which is
 * shortest. Read with whole paths or, as Write and Create have them, below the path of the
 * request: the first value shows which. Pure. Layer: codec. (TS core 1.2 7.4.6)
 */
#include "codec/payload.h"

/*
 * As payload_decode(), payload_encode() and payload_decode_paths(). Null deletes a resource
 * instance in a composite; in a list of paths it ends each. -ENOTSUP: a path comes twice.
 */
int lwm2m_cbor_decode(struct path base, struct span in, const struct payload_sink *sink);
int lwm2m_cbor_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out);
int lwm2m_cbor_decode_paths(
	struct span in, int (*on_path)(void *data, struct path path), void *data);
