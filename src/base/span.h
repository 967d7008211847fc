#pragma once
/*
 * A look at bytes that somebody else owns. Passed by copy. Layer: base.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *data;
	size_t len;
};

static inline struct span span_of(const void *data, size_t len)
{
	return (struct span){.data = data, .len = len};
}

/* The bytes of a text without its NUL; NULL is the empty span. */
static inline struct span span_of_text(const char *text)
{
	return span_of(text, text ? strlen(text) : 0);
}

static inline bool span_is_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool span_is_text(struct span a, const char *text)
{
	return span_is_equal(a, span_of_text(text));
}
