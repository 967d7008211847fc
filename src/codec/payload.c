#include "codec/payload.h"

#include <errno.h>

#include "codec/opaque.h"
#include "codec/text.h"
#include "codec/tlv.h"

struct format {
	int number;
	int (*decode)(struct path base, struct span in, const struct payload_sink *sink);
	int (*encode)(
		struct path base, const struct record *records, size_t n_records, struct buf *out);
};

/* What is built in. NULL: this direction is not. */
/* clang-format off */
static const struct format formats[] = {
	{FORMAT_TEXT,   text_decode,   text_encode},
	{FORMAT_OPAQUE, opaque_decode, opaque_encode},
	{FORMAT_TLV,    tlv_decode,    tlv_encode},
};
/* clang-format on */

static const struct format *format_find(int number)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (formats[i].number == number)
			return &formats[i];
	return NULL;
}

int payload_decode(int format, struct path base, struct span in, const struct payload_sink *sink)
{
	const struct format *f = format_find(format);

	return f && f->decode ? f->decode(base, in, sink) : -ENOTSUP;
}

int payload_encode(int format, struct path base, const struct record *records, size_t n_records,
	struct buf *out)
{
	const struct format *f = format_find(format);
	size_t start = out->len;
	int r = f && f->encode ? f->encode(base, records, n_records, out) : -ENOTSUP;

	if (r < 0)
		buf_truncate(out, start);
	return r;
}

bool payload_can_decode(int format)
{
	const struct format *f = format_find(format);

	return f && f->decode;
}

bool payload_can_encode(int format)
{
	const struct format *f = format_find(format);

	return f && f->encode;
}

int payload_single_type(
	struct path base, const struct payload_sink *sink, enum value_type *ret_type)
{
	bool is_multiple = false;

	if (base.depth < 3)
		return -ENOTSUP;

	enum value_type type = sink->type_of(sink->data, path_parent(base, 3), &is_multiple);

	if (type != VALUE_NONE && is_multiple && base.depth == 3)
		return -ENOTSUP;
	if (type != VALUE_NONE && !is_multiple && base.depth == 4)
		return -EDOM;
	*ret_type = type;
	return 0;
}

bool payload_is_single(struct path base, const struct record *records, size_t n_records)
{
	return n_records == 1 && base.depth >= 3 && path_is_equal(records[0].path, base) &&
	       records[0].value.type != VALUE_NONE;
}
