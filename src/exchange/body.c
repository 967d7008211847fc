#include "exchange/body.h"

#include <errno.h>
#include <stdlib.h>

/* Not realloc(): it would leave the old copy behind unwiped. */
static int body_grow(struct body *b, size_t need)
{
	size_t cap = b->cap ? b->cap : 64;

	while (cap < need)
		cap *= 2;

	uint8_t *data = malloc(cap);

	if (!data)
		return -ENOMEM;
	if (b->len)
		memcpy(data, b->data, b->len);

	size_t len = b->len;

	body_done(b);
	*b = (struct body){.data = data, .len = len, .cap = cap};
	return 0;
}

int body_append(struct body *b, struct span bytes, size_t max)
{
	size_t need;

	if (__builtin_add_overflow(b->len, bytes.len, &need) || need > max)
		return -ENOSPC;
	if (bytes.len == 0)
		return 0;

	int r = need > b->cap ? body_grow(b, need) : 0;
	if (r < 0)
		return r;

	memcpy(b->data + b->len, bytes.data, bytes.len);
	b->len = need;
	return 0;
}

void body_done(struct body *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	free(b->data);
	*b = (struct body){0};
}

struct span span_slice(struct span bytes, size_t offset, size_t len)
{
	if (offset >= bytes.len)
		return span_of(NULL, 0);
	if (len > bytes.len - offset)
		len = bytes.len - offset;
	return span_of(bytes.data + offset, len);
}
