#pragma once
/*
 * Bytes of a body that is put together or handed out in blocks. It may hold keys, so every copy
 * is wiped when it grows and when it ends. {0} is a valid empty body. Layer: exchange.
 */
#include "base/span.h"

struct body {
	uint8_t *data;
	size_t len;
	size_t cap;
};

/* -ENOSPC beyond max, -ENOMEM; nothing is appended then. */
int body_append(struct body *b, struct span bytes, size_t max);
void body_done(struct body *b);

static inline struct span body_span(const struct body *b)
{
	return span_of(b->data, b->len);
}

/* The len octets at offset, fewer at the end, none behind it. */
struct span span_slice(struct span bytes, size_t offset, size_t len);
