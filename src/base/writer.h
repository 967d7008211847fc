#pragma once
/*
 * Appends to a buf with a sticky error (the mirror of reader.h): write all, check err once.
 * Layer: base.
 */
#include "base/buf.h"

struct writer {
	struct buf *out; /* borrowed */
	int err;	 /* 0 or negative errno of the first failure */
};

static inline struct writer writer_to(struct buf *out)
{
	return (struct writer){.out = out};
}

void wr_u8(struct writer *w, uint8_t v);
/* The low len (1..8) octets of v, big endian. */
void wr_be(struct writer *w, uint64_t v, size_t len);
void wr_bytes(struct writer *w, struct span bytes);
void wr_text(struct writer *w, const char *text);
__attribute__((format(printf, 2, 3))) void wr_printf(struct writer *w, const char *format, ...);
