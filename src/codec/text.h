#pragma once
/*
 * text/plain, content format 0, and the plain form of every value. Pure. Layer: codec.
 * (TS core appendix C)
 */
#include "base/writer.h"
#include "codec/payload.h"

/*
 * The value of a text by type. OPAQUE is Base64 and needs a place for its bytes: they are
 * appended to store, which must live unchanged as long as *ret (the next append may move them).
 * -EDOM: not a value of this type; -ENOMEM, -ENOSPC.
 */
int text_to_value(struct span text, enum value_type type, struct buf *store, struct value *ret);
/*
 * Appends the plain form: a float with the fewest digits that give it again, the null link as
 * 65535:65535. -EDOM for VALUE_NONE and for a float that is not finite.
 */
void text_from_value(const struct value *value, struct writer *w);

/* As payload_decode() and payload_encode(); base must be a resource or resource instance. */
int text_decode(struct path base, struct span in, const struct payload_sink *sink);
int text_encode(struct path base, const struct record *records, size_t n_records, struct buf *out);
