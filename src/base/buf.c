#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>

int buf_reserve(struct buf *b, size_t len, uint8_t **ret)
{
	size_t max = b->max ? b->max : BUF_DEFAULT_MAX;
	size_t need;

	if (__builtin_add_overflow(b->len, len, &need) || need > max)
		return -ENOSPC;

	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 64;

		while (cap < need)
			cap = cap > max / 2 ? max : cap * 2;
		if (cap > max)
			cap = max;

		uint8_t *data = realloc(b->data, cap);

		if (!data)
			return -ENOMEM;
		b->data = data;
		b->cap = cap;
	}

	*ret = b->data ? b->data + b->len : NULL;
	return 0;
}

int buf_append(struct buf *b, struct span bytes)
{
	uint8_t *to;

	if (bytes.len == 0)
		return 0;

	int r = buf_reserve(b, bytes.len, &to);
	if (r < 0)
		return r;

	memcpy(to, bytes.data, bytes.len);
	b->len += bytes.len;
	return 0;
}

int buf_append_text(struct buf *b, const char *text)
{
	return buf_append(b, span_of_text(text));
}

int buf_append_byte(struct buf *b, uint8_t byte)
{
	return buf_append(b, span_of(&byte, 1));
}

int buf_set(struct buf *b, struct span bytes)
{
	size_t len = b->len;

	b->len = 0;

	int r = buf_append(b, bytes);
	if (r < 0)
		b->len = len;
	return r;
}

void buf_truncate(struct buf *b, size_t len)
{
	if (len < b->len)
		b->len = len;
}

void buf_done(struct buf *b)
{
	free(b->data);
	*b = (struct buf){.max = b->max};
}

void buf_wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_done(b);
}
