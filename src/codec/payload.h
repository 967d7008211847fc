#pragma once
/*
 * A payload is a list of records: paths with values. Each content format turns bytes into
 * records and back; dm and bootstrap know records only. Layer: codec.
 * (TS core 7.4 data formats; spec numbers are CoAP Content-Formats)
 */
#include "base/buf.h"
#include "codec/path.h"
#include "codec/value.h"

enum content_format {
	FORMAT_NONE = -1, /* no option */
	FORMAT_TEXT = 0,
	FORMAT_LINK = 40,
	FORMAT_OPAQUE = 42,
	FORMAT_CBOR = 60,
	FORMAT_SENML_JSON = 110,
	FORMAT_SENML_CBOR = 112,
	FORMAT_TLV = 11542,
	FORMAT_JSON = 11543,
	FORMAT_LWM2M_CBOR = 11544,
};

/*
 * path.depth 3: a single resource, 4: one instance of a multiple resource.
 * VALUE_NONE with depth 3: a multiple resource without instances; with depth 2: an object
 * instance without resources.
 */
struct record {
	struct path path;
	struct value value; /* bytes borrowed from the payload or the model */
};

/*
 * What a decoder asks and tells. TLV carries no types, so it asks for that of each resource:
 * path has depth 3; VALUE_NONE means unknown (the record is skipped, as TS 1.2 6.3.3 wants).
 * ret_multiple: whether the resource has instances.
 * A negative errno from on_record ends the decoding and is returned.
 */
struct payload_sink {
	void *data;
	enum value_type (*type_of)(void *data, struct path resource, bool *ret_multiple);
	int (*on_record)(void *data, const struct record *record);
};

/*
 * base: the path of the request (depth 0..4); records come out with full paths.
 * 0, -ENOTSUP for a format that is not built in or not possible for this base,
 * -EBADMSG for malformed bytes, -EDOM for a value that its type cannot hold.
 */
int payload_decode(int format, struct path base, struct span in, const struct payload_sink *sink);

/*
 * Records in path order, all below base. Appends to out. -ENOTSUP for a format that cannot
 * carry them (text and opaque: one value of depth >= 3).
 */
int payload_encode(int format, struct path base, const struct record *records, size_t n_records,
	struct buf *out);

/* The formats that payload_decode() knows, for 4.15 and pct. */
bool payload_can_decode(int format);
bool payload_can_encode(int format);
