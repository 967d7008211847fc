#include "card/content.h"

#include <errno.h>

size_t content_length(const uint8_t header[CONTENT_HEADER])
{
	return CONTENT_HEADER + (size_t)(header[2] << 8 | header[3]);
}

static struct content_object take_object(struct reader *r)
{
	struct content_object o = {.id = (uint16_t)rd_be(r, 2)};

	/* one octet 00, or major from 1 and minor */
	o.major = rd_u8(r);
	o.has_version = o.major != 0;
	if (o.has_version)
		o.minor = rd_u8(r);
	o.tlv = rd_take(r, (size_t)rd_be(r, 2));
	return o;
}

static int fault(size_t offset, const char *expected, struct card_fault *ret_fault)
{
	*ret_fault = (struct card_fault){.offset = offset, .expected = expected};
	return -EBADMSG;
}

int content_check(struct span file, struct card_fault *ret_fault)
{
	struct reader header = reader_of(file);
	uint64_t n_objects = rd_be(&header, 2);

	rd_be(&header, 2);
	if (header.err)
		return fault(file.len, "a header of 4 octets", ret_fault);
	if (content_length(file.data) > file.len)
		return fault(2, "a length that the file has", ret_fault);

	struct reader r = reader_of(span_of(file.data, content_length(file.data)));

	r.pos = CONTENT_HEADER;
	for (uint64_t n = 0; n < n_objects; n++) {
		size_t start = r.pos;
		struct content_object o = take_object(&r);

		if (r.err)
			return fault(start, "one more object, within the length of the header",
				ret_fault);
		if (o.id == UINT16_MAX)
			return fault(start, "an object id below 65535", ret_fault);
	}
	if (rd_left(&r) > 0)
		return fault(r.pos, "no more objects than the header says", ret_fault);
	return 0;
}

bool content_next(struct span file, size_t *cursor, struct content_object *ret)
{
	struct reader r = reader_of(span_of(file.data, content_length(file.data)));

	r.pos = *cursor ? *cursor : CONTENT_HEADER;
	if (rd_left(&r) == 0)
		return false;
	*ret = take_object(&r);
	*cursor = r.pos;
	return r.err == 0;
}
