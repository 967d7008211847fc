#include "codec/cbor.h"

#include <cbor.h>
#include <errno.h>
#include <float.h>
#include <math.h>

#include "base/parse.h"

/* --- input ------------------------------------------------------------------------------------ */

/* libcbor counts in size_t before 0.10, in uint64_t since */
#if CBOR_MAJOR_VERSION == 0 && CBOR_MINOR_VERSION < 10
#define CBOR_COUNT size_t
#else
#define CBOR_COUNT uint64_t
#endif

enum form {
	GOT_UNUSED,
	GOT_ITEM,
	GOT_START, /* of indefinite length, or the break behind */
};

struct got {
	struct cbor_item item;
	enum form form;
};

static void keep(void *context, enum cbor_kind kind, uint64_t u)
{
	*(struct got *)context = (struct got){{.kind = kind, .u = u}, GOT_ITEM};
}

static void keep_start(void *context, enum cbor_kind kind)
{
	*(struct got *)context = (struct got){{.kind = kind, .u = CBOR_INDEFINITE}, GOT_START};
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
		(struct got){{.kind = kind, .bytes = span_of(data, (size_t)len)}, GOT_ITEM};
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
	*(struct got *)context = (struct got){{.kind = CBOR_FLOAT, .f = v}, GOT_ITEM};
}

static void on_float(void *context, float v)
{
	keep_float(context, (double)v);
}

static void on_boolean(void *context, bool v)
{
	*(struct got *)context = (struct got){{.kind = CBOR_BOOLEAN, .b = v}, GOT_ITEM};
}

static void on_null(void *context)
{
	keep(context, CBOR_NULL, 0);
}

static void on_unused(void *context)
{
	(void)context; /* GOT_UNUSED stays */
}

static void on_bytes_start(void *context)
{
	keep_start(context, CBOR_BYTES);
}

static void on_text_start(void *context)
{
	keep_start(context, CBOR_TEXT);
}

static void on_array_start(void *context)
{
	keep_start(context, CBOR_ARRAY);
}

static void on_map_start(void *context)
{
	keep_start(context, CBOR_MAP);
}

static void on_break(void *context)
{
	keep_start(context, CBOR_BREAK);
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
	.byte_string_start = on_bytes_start,
	.string = on_text,
	.string_start = on_text_start,
	.array_start = on_array,
	.indef_array_start = on_array_start,
	.map_start = on_map,
	.indef_map_start = on_map_start,
	.tag = on_tag,
	.float2 = on_float,
	.float4 = on_float,
	.float8 = keep_float,
	.boolean = on_boolean,
	.null = on_null,
	.undefined = on_unused,
	.indef_break = on_break,
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

/* The next item in either form, as cbor_next(). */
static int next_got(struct reader *r, struct got *ret)
{
	size_t left = rd_left(r);
	struct got got = {0};

	if (r->err)
		return r->err;
	if (left == 0)
		return 0;

	struct cbor_decoder_result result =
		cbor_stream_decode(r->in.data + r->pos, left, &callbacks, &got);

	if (result.status != CBOR_DECODER_FINISHED || got.form == GOT_UNUSED ||
		(got.form == GOT_ITEM && !is_plausible(&got.item, left - result.read))) {
		r->err = -EBADMSG;
		return r->err;
	}
	r->pos += result.read;
	*ret = got;
	return 1;
}

int cbor_next(struct reader *r, struct cbor_item *ret)
{
	struct got got;
	int e = next_got(r, &got);

	if (e != 1)
		return e;
	if (got.form != GOT_ITEM) {
		r->err = -EBADMSG;
		return r->err;
	}
	*ret = got.item;
	return 1;
}

/* Behind the start of a string: its pieces, of the same kind, up to the break. */
static int join_pieces(struct reader *r, enum cbor_kind kind, struct buf *store)
{
	struct got got;
	uint8_t *room;

	buf_truncate(store, 0);

	/* at once, so that a key is not left behind in memory that realloc() gave back */
	int e = buf_reserve(store, rd_left(r), &room);

	if (e < 0) {
		r->err = e;
		return e;
	}
	while ((e = next_got(r, &got)) == 1 && got.item.kind != CBOR_BREAK) {
		e = got.form == GOT_ITEM && got.item.kind == kind
			    ? buf_append(store, got.item.bytes)
			    : -EBADMSG;
		if (e < 0)
			break;
	}
	if (e != 1)
		r->err = e == 0 ? -EBADMSG : e;
	return r->err;
}

int cbor_next_any(struct reader *r, struct buf *store, struct cbor_item *ret)
{
	struct got got;
	int e = next_got(r, &got);

	if (e != 1)
		return e;
	if (got.form == GOT_START && (got.item.kind == CBOR_BYTES || got.item.kind == CBOR_TEXT)) {
		e = join_pieces(r, got.item.kind, store);
		if (e < 0)
			return e;
		got.item.bytes = buf_span(store);
	}
	*ret = got.item;
	return 1;
}

int cbor_need(struct reader *r, struct buf *store, struct cbor_item *ret)
{
	int e = cbor_next_any(r, store, ret);

	if (e == 1 && ret->kind != CBOR_BREAK)
		return 0;
	r->err = e < 0 ? e : -EBADMSG;
	return r->err;
}

int cbor_next_of(struct reader *r, struct buf *store, uint64_t n, uint64_t i, struct cbor_item *ret)
{
	if (n != CBOR_INDEFINITE)
		return r->err ? r->err : i == n ? 0 : cbor_need(r, store, ret) < 0 ? r->err : 1;

	int e = cbor_next_any(r, store, ret);

	if (e == 1)
		return ret->kind != CBOR_BREAK;
	r->err = e < 0 ? e : -EBADMSG;
	return r->err;
}

/* How many items belong to it; CBOR_INDEFINITE: all up to a break. */
static uint64_t count_parts(const struct got *got)
{
	if (got->form == GOT_START)
		return CBOR_INDEFINITE;
	if (got->item.kind == CBOR_ARRAY)
		return got->item.u;
	if (got->item.kind == CBOR_MAP)
		return got->item.u * 2;
	return got->item.kind == CBOR_TAG;
}

static int skip_parts(struct reader *r, const struct got *whole, unsigned depth)
{
	uint64_t n = count_parts(whole), i;

	if (n > 0 && depth == CBOR_SKIP_DEPTH_MAX)
		r->err = -E2BIG;
	for (i = 0; i < n && r->err == 0; i++) {
		struct got part;

		if (next_got(r, &part) != 1)
			break;
		if (part.item.kind == CBOR_BREAK) {
			bool is_whole = n == CBOR_INDEFINITE &&
					(whole->item.kind != CBOR_MAP || i % 2 == 0);

			r->err = is_whole ? 0 : -EBADMSG;
			return r->err;
		}
		skip_parts(r, &part, depth + 1);
	}
	if (i < n && r->err == 0)
		r->err = -EBADMSG; /* the input ended */
	return r->err;
}

int cbor_skip_rest(struct reader *r, const struct cbor_item *item)
{
	bool is_start =
		(item->kind == CBOR_ARRAY || item->kind == CBOR_MAP) && item->u == CBOR_INDEFINITE;
	struct got got = {*item, is_start ? GOT_START : GOT_ITEM};

	return r->err ? r->err : skip_parts(r, &got, 0);
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

void cbor_write_map(struct writer *w, size_t n_pairs)
{
	unsigned char head[HEAD_MAX];

	wr_bytes(w, span_of(head, cbor_encode_map_start(n_pairs, head, sizeof head)));
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

/* --- floats in fewer octets ------------------------------------------------------------------- */

enum {
	DOUBLE_MANTISSA = 52,
	DOUBLE_BIAS = 1023,
	HALF_MANTISSA = 10,
	HALF_BIAS = 15,
	HALF_EXPONENT_MAX = 31,
	HALF_HEAD = 0xf9,
	SINGLE_HEAD = 0xfa,
	DOUBLE_HEAD = 0xfb,
};

static uint64_t bits_of(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof bits);
	return bits;
}

/* Whether a number of 16 bit (IEEE 754 binary16) is exactly v. */
static bool half_of(double v, uint16_t *ret)
{
	uint64_t bits = bits_of(v), mantissa = bits & ((UINT64_C(1) << DOUBLE_MANTISSA) - 1);
	uint16_t sign = (uint16_t)(bits >> 63 << 15);
	int exponent = (int)(bits >> DOUBLE_MANTISSA & 0x7ff) - DOUBLE_BIAS + HALF_BIAS;
	int shift = DOUBLE_MANTISSA - HALF_MANTISSA;

	if (isnan(v)) {
		/* only this one comes back with the same bits */
		*ret = 0x7e00;
		return bits == UINT64_C(0x7ff8000000000000);
	}
	if (isinf(v) || fpclassify(v) == FP_ZERO) {
		*ret = (uint16_t)(sign | (isinf(v) ? 0x7c00 : 0));
		return true;
	}
	if (exponent >= HALF_EXPONENT_MAX || exponent < -HALF_MANTISSA)
		return false;
	if (exponent <= 0) {
		/* subnormal: the leading one becomes a digit like others */
		mantissa |= UINT64_C(1) << DOUBLE_MANTISSA;
		shift += 1 - exponent;
		exponent = 0;
	}
	*ret = (uint16_t)(sign | exponent << HALF_MANTISSA | (int)(mantissa >> shift));
	return (mantissa & ((UINT64_C(1) << shift) - 1)) == 0;
}

static bool single_of(double v, uint32_t *ret)
{
	/* a double beyond the range of float has no defined conversion */
	float f = isfinite(v) && fabs(v) > (double)FLT_MAX ? 0 : (float)v;

	memcpy(ret, &f, sizeof f);
	return bits_of((double)f) == bits_of(v);
}

void cbor_write_float(struct writer *w, double v)
{
	uint16_t half;
	uint32_t single;

	if (half_of(v, &half)) {
		wr_u8(w, HALF_HEAD);
		wr_be(w, half, sizeof half);
	} else if (single_of(v, &single)) {
		wr_u8(w, SINGLE_HEAD);
		wr_be(w, single, sizeof single);
	} else {
		wr_u8(w, DOUBLE_HEAD);
		wr_be(w, bits_of(v), sizeof v);
	}
}

size_t cbor_float_length(double v)
{
	uint16_t half;
	uint32_t single;

	return half_of(v, &half) ? 3 : single_of(v, &single) ? 5 : 9;
}

size_t cbor_uint_length(uint64_t v)
{
	return v < 24 ? 1 : v <= UINT8_MAX ? 2 : v <= UINT16_MAX ? 3 : v <= UINT32_MAX ? 5 : 9;
}

size_t cbor_int_length(int64_t v)
{
	return cbor_uint_length(v < 0 ? (uint64_t)~v : (uint64_t)v);
}
