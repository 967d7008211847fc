#include "codec/cbor.h"

#include <cbor.h>
#include <errno.h>

#include "base/parse.h"

/* --- input ------------------------------------------------------------------------------------ */

/* libcbor counts in size_t before 0.10, in uint64_t since */
#if CBOR_MAJOR_VERSION == 0 && CBOR_MINOR_VERSION < 10
#define CBOR_COUNT size_t
#else
#define CBOR_COUNT uint64_t
#endif

struct got {
	struct cbor_item item;
	bool is_known;
};

static void keep(void *context, enum cbor_kind kind, uint64_t u)
{
	*(struct got *)context = (struct got){{.kind = kind, .u = u}, true};
}

static void on_uint8(void *context, uint8_t v)
{
	keep(context, CBOR_UNSIGNED, v);
}

static void on_uint16(void *context, uint16_t v)
{
	keep(context, CBOR_UNSIGNED, v);
}

static void on_uint32(void *context, uint32_t v)
{
	keep(context, CBOR_UNSIGNED, v);
}

static void on_uint64(void *context, uint64_t v)
{
	keep(context, CBOR_UNSIGNED, v);
}

static void on_negint8(void *context, uint8_t v)
{
	keep(context, CBOR_NEGATIVE, v);
}

static void on_negint16(void *context, uint16_t v)
{
	keep(context, CBOR_NEGATIVE, v);
}

static void on_negint32(void *context, uint32_t v)
{
	keep(context, CBOR_NEGATIVE, v);
}

static void on_negint64(void *context, uint64_t v)
{
	keep(context, CBOR_NEGATIVE, v);
}

static void keep_bytes(void *context, enum cbor_kind kind, cbor_data data, CBOR_COUNT len)
{
	*(struct got *)context =
		(struct got){{.kind = kind, .bytes = span_of(data, (size_t)len)}, true};
}

static void on_bytes(void *context, cbor_data data, CBOR_COUNT len)
{
	keep_bytes(context, CBOR_BYTES, data, len);
}

static void on_text(void *context, cbor_data data, CBOR_COUNT len)
{
	keep_bytes(context, CBOR_TEXT, data, len);
}

static void on_array(void *context, CBOR_COUNT count)
{
	keep(context, CBOR_ARRAY, count);
}

static void on_map(void *context, CBOR_COUNT count)
{
	keep(context, CBOR_MAP, count);
}

static void on_tag(void *context, uint64_t tag)
{
	keep(context, CBOR_TAG, tag);
}

static void keep_float(void *context, double v)
{
	*(struct got *)context = (struct got){{.kind = CBOR_FLOAT, .f = v}, true};
}

static void on_float(void *context, float v)
{
	keep_float(context, (double)v);
}

static void on_boolean(void *context, bool v)
{
	*(struct got *)context = (struct got){{.kind = CBOR_BOOLEAN, .b = v}, true};
}

static void on_null(void *context)
{
	keep(context, CBOR_NULL, 0);
}

static void on_unused(void *context)
{
	(void)context; /* is_known stays false */
}

static const struct cbor_callbacks callbacks = {
	.uint8 = on_uint8,
	.uint16 = on_uint16,
	.uint32 = on_uint32,
	.uint64 = on_uint64,
	.negint8 = on_negint8,
	.negint16 = on_negint16,
	.negint32 = on_negint32,
	.negint64 = on_negint64,
	.byte_string = on_bytes,
	.byte_string_start = on_unused,
	.string = on_text,
	.string_start = on_unused,
	.array_start = on_array,
	.indef_array_start = on_unused,
	.map_start = on_map,
	.indef_map_start = on_unused,
	.tag = on_tag,
	.float2 = on_float,
	.float4 = on_float,
	.float8 = keep_float,
	.boolean = on_boolean,
	.null = on_null,
	.undefined = on_unused,
	.indef_break = on_unused,
};

/* A count that the rest of the input cannot fulfil, and text that is none, are malformed. */
static bool is_plausible(const struct cbor_item *item, size_t left)
{
	if (item->kind == CBOR_ARRAY)
		return item->u <= left;
	if (item->kind == CBOR_MAP)
		return item->u <= left / 2;
	return item->kind != CBOR_TEXT || text_is_utf8(item->bytes);
}

int cbor_next(struct reader *r, struct cbor_item *ret)
{
	size_t left = rd_left(r);
	struct got got = {0};

	if (r->err)
		return r->err;
	if (left == 0)
		return 0;

	struct cbor_decoder_result result =
		cbor_stream_decode(r->in.data + r->pos, left, &callbacks, &got);

	if (result.status != CBOR_DECODER_FINISHED || !got.is_known ||
		!is_plausible(&got.item, left - result.read)) {
		r->err = -EBADMSG;
		return r->err;
	}
	r->pos += result.read;
	*ret = got.item;
	return 1;
}

int cbor_expect(struct reader *r, enum cbor_kind kind, struct cbor_item *ret)
{
	struct cbor_item item;

	if (cbor_next(r, &item) != 1 || item.kind != kind) {
		r->err = -EBADMSG;
		return r->err;
	}
	*ret = item;
	return 0;
}

int cbor_expect_int(struct reader *r, int64_t *ret)
{
	struct cbor_item item;

	if (cbor_next(r, &item) != 1 || item.kind > CBOR_NEGATIVE || item.u > INT64_MAX) {
		r->err = -EBADMSG;
		return r->err;
	}
	*ret = item.kind == CBOR_UNSIGNED ? (int64_t)item.u : -1 - (int64_t)item.u;
	return 0;
}

/* --- output ----------------------------------------------------------------------------------- */

enum { HEAD_MAX = 9 };

void cbor_write_uint(struct writer *w, uint64_t v)
{
	unsigned char head[HEAD_MAX];

	wr_bytes(w, span_of(head, cbor_encode_uint(v, head, sizeof head)));
}

void cbor_write_int(struct writer *w, int64_t v)
{
	unsigned char head[HEAD_MAX];
	size_t len = v >= 0 ? cbor_encode_uint((uint64_t)v, head, sizeof head)
			    : cbor_encode_negint((uint64_t)(-1 - v), head, sizeof head);

	wr_bytes(w, span_of(head, len));
}

void cbor_write_bytes(struct writer *w, struct span v)
{
	unsigned char head[HEAD_MAX];

	wr_bytes(w, span_of(head, cbor_encode_bytestring_start(v.len, head, sizeof head)));
	wr_bytes(w, v);
}

void cbor_write_text(struct writer *w, struct span v)
{
	unsigned char head[HEAD_MAX];

	wr_bytes(w, span_of(head, cbor_encode_string_start(v.len, head, sizeof head)));
	wr_bytes(w, v);
}

void cbor_write_array(struct writer *w, size_t count)
{
	unsigned char head[HEAD_MAX];

	wr_bytes(w, span_of(head, cbor_encode_array_start(count, head, sizeof head)));
}

void cbor_write_bool(struct writer *w, bool v)
{
	unsigned char head[HEAD_MAX];

	wr_bytes(w, span_of(head, cbor_encode_bool(v, head, sizeof head)));
}

void cbor_write_double(struct writer *w, double v)
{
	unsigned char head[HEAD_MAX];

	wr_bytes(w, span_of(head, cbor_encode_double(v, head, sizeof head)));
}
