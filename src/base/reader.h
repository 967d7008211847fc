#pragma once
/*
 * Reads bytes in order with a sticky error: after the first short read every read gives zero and
 * err stays -EBADMSG, so a decoder checks once per element. Big endian. Layer: base.
 */
#include "base/span.h"

struct reader {
	struct span in;
	size_t pos;
	int err; /* 0 or negative errno */
};

static inline struct reader reader_of(struct span in)
{
	return (struct reader){.in = in};
}

/* The next len bytes; an empty span and err set if there are fewer. */
struct span rd_take(struct reader *r, size_t len);
uint8_t rd_u8(struct reader *r);
/* len 1..8 octets, big endian. */
uint64_t rd_be(struct reader *r, size_t len);

static inline size_t rd_left(const struct reader *r)
{
	return r->err ? 0 : r->in.len - r->pos;
}
