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
	FORMAT_SENML_ETCH_JSON = 320, /* composites only */
	FORMAT_SENML_ETCH_CBOR = 322, /* composites only */
	FORMAT_TLV = 11542,
	FORMAT_JSON = 11543,
	FORMAT_LWM2M_CBOR = 11544,
};

/*
 * path.depth 3: a single resource, 4: one instance of a multiple resource.
 * VALUE_NONE with depth 3: a multiple resource without instances; with depth 2: an object
 * instance without resources (without known ones, when it comes from a decoder); with depth 4: the
 * null of SenML-ETCH and LwM2M CBOR, which deletes the resource instance. Decoders only.
 */
struct record {
	struct path path;
	/* bytes borrowed: from a decoder until on_record returns, from the model until it changes
	 */
	struct value value;
	/*
	 * Milliseconds since 1970, 0: none. Encoders of SenML and legacy JSON write it, the others
	 * leave it out. Decoders give 0: no operation of a server has a use for it.
	 */
	int64_t time;
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
 * base: the path of the request (depth 0..4, 0: a composite); records come out with full paths.
 * 0, -ENOTSUP for a format that is not built in or not possible for this base (or, opaque, for
 * the type of the resource), -EBADMSG for malformed bytes, -EDOM for a value that its type cannot
 * hold, several values for a single resource and one plain value for a multiple one.
 */
int payload_decode(int format, struct path base, struct span in, const struct payload_sink *sink);

/*
 * Records in path order, all at or below base (0: of a composite, or a Send). Appends to out,
 * nothing on failure. -ENOTSUP for a format that cannot carry them (text, opaque and CBOR: one
 * value, whose path is base), -EINVAL for records that are not below base, -EDOM for a value
 * without a form in it (text and JSON: NaN). SenML has no form for what is empty: it is left out.
 * With times a path may come again, and SenML and legacy JSON take any order; put the records of
 * one time together, then a time is written once.
 */
int payload_encode(int format, struct path base, const struct record *records, size_t n_records,
	struct buf *out);

/*
 * The paths that a Read-Composite or Observe-Composite asks for (depth 0..4), in the order of the
 * payload, repeated ones included. -ENOTSUP, -EBADMSG (a value, too), -E2BIG, or what on_path
 * returned below 0.
 */
int payload_decode_paths(
	int format, struct span in, int (*on_path)(void *data, struct path path), void *data);

/* The formats of an operation on one path, for 4.15, 4.06 and pct. */
bool payload_can_decode(int format);
bool payload_can_encode(int format);
/* Those of composites, values (base of depth 0) and lists of paths alike. */
bool payload_can_decode_composite(int format);
bool payload_can_encode_composite(int format);

/*
 * For the formats that carry one value without its path. The type of what base names, VALUE_NONE
 * if it is unknown; -ENOTSUP if base cannot be one value, -EDOM for an instance of a single
 * resource.
 */
int payload_single_type(
	struct path base, const struct payload_sink *sink, enum value_type *ret_type);
/* Whether the records are one value, that of base. */
bool payload_is_single(struct path base, const struct record *records, size_t n_records);

/*
 * For the formats that give each value with its whole path: checks paths, asks for types, and
 * tells of instances without known resources. Begin with base and sink, end, done.
 */
struct payload_teller {
	struct path base;
	const struct payload_sink *sink;
	/* the rest is private */
	bool is_told;	      /* something of instance */
	struct path instance; /* depth 0: none yet */
	struct buf seen;      /* a number for each path, to find those that came twice */
};

/*
 * Of the value that comes next; is_unique: its path may not come again (found at the end).
 * VALUE_NONE in ret_type: unknown, pass over it. -EBADMSG: no path of a value below base; -EDOM:
 * one value for a multiple resource, an instance of a single one; or what the sink returned.
 */
int payload_teller_expect(
	struct payload_teller *t, struct path p, bool is_unique, enum value_type *ret_type);
int payload_teller_tell(struct payload_teller *t, struct path p, struct value v);
/* An object instance or a multiple resource that has nothing in it, known or not. */
int payload_teller_tell_empty(struct payload_teller *t, struct path p);
int payload_teller_end(struct payload_teller *t);
void payload_teller_done(struct payload_teller *t);
