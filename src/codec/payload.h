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
 * instance without resources (without known ones, when it comes from a decoder).
 */
struct record {
	struct path path;
	/* bytes borrowed: from a decoder until on_record returns, from the model until it changes
	 */
	struct value value;
};

/*
 * What a decoder asks and tells. TLV carries no types, so it asks for that of each resource:
 * path has depth 3; VALUE_NONE means unknown (the record is skipped, as TS 1.2 6.3.3 wants).
 * ret_multiple: whether the resource has instances.
 * A negative errno from on_record ends the decoding and is returned. Records come in the order of
 * the payload, a repeated path included; what was told before an error stays told, so a caller
 * that wants all or nothing needs a transaction.
 */
struct payload_sink {
	void *data;
	enum value_type (*type_of)(void *data, struct path resource, bool *ret_multiple);
	int (*on_record)(void *data, const struct record *record);
};

/*
 * base: the path of the request (depth 0..4); records come out with full paths.
 * 0, -ENOTSUP for a format that is not built in or not possible for this base (or, opaque, for
 * the type of the resource), -EBADMSG for malformed bytes, -EDOM for a value that its type cannot
 * hold, several values for a single resource and one plain value for a multiple one.
 */
int payload_decode(int format, struct path base, struct span in, const struct payload_sink *sink);

/*
 * Records in path order, all at or below base. Appends to out, nothing on failure. -ENOTSUP for a
 * format that cannot carry them (text and opaque: one value, whose path is base), -EINVAL for
 * records that are not below base, -EDOM for a value without a form in it (text: NaN).
 */
int payload_encode(int format, struct path base, const struct record *records, size_t n_records,
	struct buf *out);

/* The formats that payload_decode() knows, for 4.15 and pct. */
bool payload_can_decode(int format);
bool payload_can_encode(int format);

/*
 * For the formats that carry one value without its path. The type of what base names, VALUE_NONE
 * if it is unknown; -ENOTSUP if base cannot be one value, -EDOM for an instance of a single
 * resource.
 */
int payload_single_type(
	struct path base, const struct payload_sink *sink, enum value_type *ret_type);
/* Whether the records are one value, that of base. */
bool payload_is_single(struct path base, const struct record *records, size_t n_records);
