#include "ctl/framing.h"

#include <errno.h>

enum { FEED_MAX = 64 * 1024 };

int framing_feed(struct framing *f, struct span bytes)
{
	/* what was handed out makes room */
	if (f->taken > 0) {
		f->in.len -= f->taken;
		if (f->in.len > 0)
			memmove(f->in.data, f->in.data + f->taken, f->in.len);
		f->scanned -= f->taken;
		f->taken = 0;
		if (f->in.len == 0)
			framing_done(f);
	}
	/* a message of the full length may be followed by the beginning of the next */
	f->in.max = FRAMING_MAX + 1 + FEED_MAX;
	if (bytes.len > FEED_MAX || f->in.len > FRAMING_MAX)
		return -EMSGSIZE;
	return buf_append(&f->in, bytes);
}

static const uint8_t *find_end(const struct framing *f)
{
	return f->in.len > f->scanned
		       ? memchr(f->in.data + f->scanned, '\0', f->in.len - f->scanned)
		       : NULL;
}

int framing_next(struct framing *f, struct span *ret)
{
	const uint8_t *end = find_end(f);

	if (!end) {
		f->scanned = f->in.len;
		return f->in.len - f->taken > FRAMING_MAX ? -EMSGSIZE : 0;
	}

	const uint8_t *start = f->in.data + f->taken;
	size_t len = (size_t)(end - start);

	if (len > FRAMING_MAX)
		return -EMSGSIZE;
	*ret = span_of(start, len);
	f->taken += len + 1;
	f->scanned = f->taken;
	return 1;
}

bool framing_has_next(const struct framing *f)
{
	return find_end(f);
}

bool framing_is_empty(const struct framing *f)
{
	return f->in.len == f->taken;
}

void framing_done(struct framing *f)
{
	buf_done(&f->in);
	f->taken = f->scanned = 0;
}
