#include "base/reader.h"

#include <errno.h>

struct span rd_take(struct reader *r, size_t len)
{
	if (r->err)
		return (struct span){0};
	if (len > r->in.len - r->pos) {
		r->err = -EBADMSG;
		return (struct span){0};
	}

	struct span got = span_of(r->in.data ? r->in.data + r->pos : NULL, len);

	r->pos += len;
	return got;
}

uint8_t rd_u8(struct reader *r)
{
	return (uint8_t)rd_be(r, 1);
}

uint64_t rd_be(struct reader *r, size_t len)
{
	struct span s = rd_take(r, len);
	uint64_t v = 0;

	for (size_t i = 0; i < s.len; i++)
		v = v << 8 | s.data[i];
	return v;
}
