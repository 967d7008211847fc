#pragma once
/*
 * application/cbor, content format 60: one value as one item of CBOR; and the form that values
 * have in LwM2M CBOR. Pure. Layer: codec. (TS core 1.1 7.4.3, appendix C)
 */
#include "codec/cbor.h"
#include "codec/payload.h"

/*
 * The item, which was just read, as a value; r is where the content of a tag follows. Time may
 * have tag 1, a float may be a whole number. Bytes look into the input or store. -EDOM: not of
 * this type; -EBADMSG
 */
int cbor_to_value(struct reader *r, const struct cbor_item *item, enum value_type type,
	struct buf *store, struct value *ret);
/* In the fewest octets; a link as text. Nothing for VALUE_NONE. */
void cbor_from_value(const struct value *value, struct writer *w);

/* As payload_decode() and payload_encode(); base must be a resource or resource instance. */
int cbor_value_decode(struct path base, struct span in, const struct payload_sink *sink);
int cbor_value_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out);
