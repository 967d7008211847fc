#pragma once
/*
 * CBOR (RFC 8949), one data item at a time: the only file that knows libcbor. Definite lengths
 * and shortest forms on output. Pure. Layer: codec.
 */
#include "base/reader.h"
#include "base/writer.h"

enum cbor_kind {
	CBOR_UNSIGNED,
	CBOR_NEGATIVE, /* its value is -1 - u */
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY, /* u items follow */
	CBOR_MAP,   /* u pairs follow */
	CBOR_TAG,
	CBOR_BOOLEAN,
	CBOR_NULL,
	CBOR_FLOAT,
	CBOR_BREAK, /* of cbor_next_any() only */
};

/* The u of an array or a map that ends with a CBOR_BREAK. */
#define CBOR_INDEFINITE UINT64_MAX
enum { CBOR_SKIP_DEPTH_MAX = 16 };

struct cbor_item {
	enum cbor_kind kind;
	union {
		uint64_t u; /* UNSIGNED, NEGATIVE, TAG; ARRAY and MAP: count */
		double f;
		bool b;
		struct span bytes; /* BYTES, TEXT: looks into the input */
	};
};

/*
 * The next item; those of an array or a map are items of their own, so nesting costs no stack.
 * 1 = item in *ret, 0 = end of input, -EBADMSG = malformed, cut off, more announced than the input
 * can hold, or of a form that is not used here (indefinite length, undefined, simple values, text
 * with NUL). Sticky, as in reader.h.
 */
int cbor_next(struct reader *r, struct cbor_item *ret);
/*
 * As cbor_next(), for what others write: arrays and maps may be of indefinite length, and strings
 * in pieces, which are put together in store (its content before is lost). -ENOMEM, -ENOSPC, too.
 */
int cbor_next_any(struct reader *r, struct buf *store, struct cbor_item *ret);
/* The same, and there has to be one: 0 = item in *ret. */
int cbor_need(struct reader *r, struct buf *store, struct cbor_item *ret);
/*
 * The next of the n items of an array or of the n keys of a map, of which i were read: 1 = item in
 * *ret, 0 = there are no more (the break is read, if n is CBOR_INDEFINITE).
 */
int cbor_next_of(
	struct reader *r, struct buf *store, uint64_t n, uint64_t i, struct cbor_item *ret);
/* Passes over all that belongs to an item that was just read. -EBADMSG; -E2BIG: too deep */
int cbor_skip_rest(struct reader *r, const struct cbor_item *item);
/* The next item must be of this kind: -EBADMSG otherwise, at the end too. */
int cbor_expect(struct reader *r, enum cbor_kind kind, struct cbor_item *ret);
/* UNSIGNED or NEGATIVE that fits. */
int cbor_expect_int(struct reader *r, int64_t *ret);

void cbor_write_uint(struct writer *w, uint64_t v);
void cbor_write_int(struct writer *w, int64_t v);
void cbor_write_bytes(struct writer *w, struct span v);
void cbor_write_text(struct writer *w, struct span v);
void cbor_write_array(struct writer *w, size_t count);
void cbor_write_map(struct writer *w, size_t n_pairs);
void cbor_write_bool(struct writer *w, bool v);
void cbor_write_double(struct writer *w, double v); /* always 64 bit */
/* In 16, 32 or 64 bit, whichever gives back the same number first. */
void cbor_write_float(struct writer *w, double v);
/* Octets of cbor_write_uint(), cbor_write_int() and cbor_write_float(). */
size_t cbor_uint_length(uint64_t v);
size_t cbor_int_length(int64_t v);
size_t cbor_float_length(double v);
