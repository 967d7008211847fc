#include "codec/payload.h"

#include <errno.h>

#include "codec/cbor_value.h"
#include "codec/opaque.h"
#include "codec/senml_cbor.h"
#include "codec/senml_json.h"
#include "codec/text.h"
#include "codec/tlv.h"

enum use {
	USE_PATH = 1,	   /* operations on one path */
	USE_COMPOSITE = 2, /* operations without a path: base of depth 0 */
};

struct format {
	int number;
	unsigned uses; /* enum use */
	int (*decode)(struct path base, struct span in, const struct payload_sink *sink);
	int (*encode)(
		struct path base, const struct record *records, size_t n_records, struct buf *out);
	int (*decode_paths)(
		struct span in, int (*on_path)(void *data, struct path path), void *data);
};

/* What is built in. */
/* clang-format off */
static const struct format formats[] = {
	{FORMAT_TEXT,   USE_PATH, text_decode,       text_encode,       NULL},
	{FORMAT_OPAQUE, USE_PATH, opaque_decode,     opaque_encode,     NULL},
	{FORMAT_CBOR,   USE_PATH, cbor_value_decode, cbor_value_encode, NULL},
	{FORMAT_TLV,    USE_PATH, tlv_decode,        tlv_encode,        NULL},
	{FORMAT_SENML_JSON, USE_PATH | USE_COMPOSITE,
		senml_json_decode, senml_json_encode, senml_json_decode_paths},
	{FORMAT_SENML_CBOR, USE_PATH | USE_COMPOSITE,
		senml_cbor_decode, senml_cbor_encode, senml_cbor_decode_paths},
	{FORMAT_SENML_ETCH_JSON, USE_COMPOSITE,
		senml_etch_json_decode, senml_json_encode, senml_json_decode_paths},
	{FORMAT_SENML_ETCH_CBOR, USE_COMPOSITE,
		senml_etch_cbor_decode, senml_cbor_encode, senml_cbor_decode_paths},
};
/* clang-format on */

static const struct format *format_find(int number, enum use use)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (formats[i].number == number && (formats[i].uses & use))
			return &formats[i];
	return NULL;
}

static const struct format *format_for(int number, struct path base)
{
	return format_find(number, base.depth == 0 ? USE_COMPOSITE : USE_PATH);
}

int payload_decode(int format, struct path base, struct span in, const struct payload_sink *sink)
{
	const struct format *f = format_for(format, base);

	return f ? f->decode(base, in, sink) : -ENOTSUP;
}

int payload_encode(int format, struct path base, const struct record *records, size_t n_records,
	struct buf *out)
{
	const struct format *f = format_for(format, base);
	size_t start = out->len;
	int r = f ? f->encode(base, records, n_records, out) : -ENOTSUP;

	if (r < 0)
		buf_truncate(out, start);
	return r;
}

int payload_decode_paths(
	int format, struct span in, int (*on_path)(void *data, struct path path), void *data)
{
	const struct format *f = format_find(format, USE_COMPOSITE);

	return f ? f->decode_paths(in, on_path, data) : -ENOTSUP;
}

bool payload_can_decode(int format)
{
	return format_find(format, USE_PATH);
}

bool payload_can_encode(int format)
{
	return format_find(format, USE_PATH);
}

bool payload_can_decode_composite(int format)
{
	return format_find(format, USE_COMPOSITE);
}

bool payload_can_encode_composite(int format)
{
	return format_find(format, USE_COMPOSITE);
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
