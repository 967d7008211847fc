#pragma once
/*
 * OMA-TLV, content format 11542. Pure. Layer: codec. (TS core 1.1 7.4.4, 1.0 6.4.3)
 */
#include "base/reader.h"
#include "base/writer.h"
#include "codec/payload.h"

enum tlv_kind { TLV_INSTANCE, TLV_RESOURCE_INSTANCE, TLV_MULTIPLE, TLV_RESOURCE };

struct tlv {
	uint8_t kind; /* enum tlv_kind */
	uint16_t id;
	struct span value;
};

/* 1 = element in *ret, 0 = end, -EBADMSG = malformed. Headers longer than needed are fine. */
int tlv_next(struct reader *r, struct tlv *ret);
/* Shortest form of the header, then the value. -EMSGSIZE beyond 24 bits of length. */
void tlv_write(struct writer *w, enum tlv_kind kind, uint16_t id, struct span value);

/* The value of one element by type. -EDOM: the type cannot be held by these bytes. */
int tlv_to_value(struct span bytes, enum value_type type, struct value *ret);
/* Appends the shortest bytes of a value. */
void tlv_from_value(const struct value *value, struct writer *w);

/*
 * As payload_decode() and payload_encode(). What a payload is made of, by base; -EBADMSG for
 * anything else, as is the id 65535. In brackets: read, not written.
 *   /o         Object Instances, any number
 *   /o/i       Resources and Multiple Resources, any number [or all in one Object Instance i]
 *   /o/i/r     one Resource r; one Multiple Resource r with any number of instances
 *   /o/i/r/n   one Resource Instance n [or a Multiple Resource r with n alone]
 * -ENOTSUP for the root. -EDOM for a Resource where the definition says multiple, and the other
 * way round. The inside of an unknown resource is not looked at but for the form of its
 * instances.
 */
int tlv_decode(struct path base, struct span in, const struct payload_sink *sink);
int tlv_encode(struct path base, const struct record *records, size_t n_records, struct buf *out);
