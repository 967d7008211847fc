#pragma once
/*
 * Bytes that are owned and grow up to a maximum. {0} is a valid empty buffer with the default
 * maximum (64 KiB). buf_done() frees and leaves an empty one. Layer: base.
 */
#include "base/span.h"

enum { BUF_DEFAULT_MAX = 64 * 1024 };

struct buf {
	uint8_t *data;
	size_t len;
	size_t cap;
	size_t max; /* 0: BUF_DEFAULT_MAX */
};

/* -ENOSPC beyond the maximum, -ENOMEM without memory; nothing is appended then. */
int buf_append(struct buf *b, struct span bytes);
int buf_append_text(struct buf *b, const char *text);
int buf_append_byte(struct buf *b, uint8_t byte);
/* Replaces the content; on failure the old one stays. bytes must not lie in b. */
int buf_set(struct buf *b, struct span bytes);
/* Makes room for len more bytes and returns them through ret; buf->len is not changed. */
int buf_reserve(struct buf *b, size_t len, uint8_t **ret);
/* Forgets all behind the first len bytes. */
void buf_truncate(struct buf *b, size_t len);
void buf_done(struct buf *b);
/* buf_done() for what may be a key: zeros first. Reserve at once, else growing leaves copies. */
void buf_wipe(struct buf *b);

static inline struct span buf_span(const struct buf *b)
{
	return span_of(b->data, b->len);
}
