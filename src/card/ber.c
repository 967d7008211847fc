#include "card/ber.h"

#include <errno.h>

static bool is_padding(uint8_t octet)
{
	return octet == 0xFF || octet == 0x00;
}

static size_t take_length(struct reader *r)
{
	uint8_t first = rd_u8(r);

	if (first < 0x80)
		return first;
	if (first == 0x81)
		return rd_u8(r);
	if (first == 0x82)
		return (size_t)rd_be(r, 2);
	r->err = -EBADMSG;
	return 0;
}

int ber_next(struct reader *r, struct ber *ret)
{
	if (r->err)
		return r->err;
	if (r->pos == r->in.len || is_padding(r->in.data[r->pos]))
		return 0;

	size_t start = r->pos;
	uint8_t tag = rd_u8(r);

	if ((tag & 0x1F) == 0x1F)
		r->err = -EBADMSG;

	size_t len = take_length(r);
	struct span value = rd_take(r, len);

	if (r->err) {
		r->pos = start;
		return r->err;
	}
	*ret = (struct ber){.tag = tag, .value = value};
	return 1;
}

int ber_find(struct span list, uint8_t tag, struct ber *ret)
{
	struct reader r = reader_of(list);
	struct ber e;
	int got;

	while ((got = ber_next(&r, &e)) > 0) {
		if (e.tag != tag)
			continue;
		*ret = e;
		return 1;
	}
	return got;
}
