#pragma once
/*
 * Bytes that must not outlive their use: keys, PINs, decrypted bootstrap payloads. Owned, wiped
 * by secret_done(). {0} is a valid empty secret. Never logged. Layer: base.
 */
#include "base/span.h"

struct secret {
	uint8_t *data;
	size_t len;
};

/* A copy of bytes; the old content is wiped. -ENOMEM leaves s as it was. */
int secret_set(struct secret *s, struct span bytes);
void secret_done(struct secret *s);

static inline struct span secret_span(const struct secret *s)
{
	return span_of(s->data, s->len);
}
