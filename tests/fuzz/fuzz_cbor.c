/*
 * Items one after the other until the end or the first malformed one: each lies in the input, and
 * written again it is read back the same.
 */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>
#include <math.h>

#include "codec/cbor.h"

static bool write_again(struct writer *w, const struct cbor_item *item)
{
	switch (item->kind) {
	case CBOR_UNSIGNED:
		cbor_write_uint(w, item->u);
		return true;
	case CBOR_NEGATIVE:
		if (item->u > INT64_MAX)
			return false;
		cbor_write_int(w, -1 - (int64_t)item->u);
		return true;
	case CBOR_BYTES:
		cbor_write_bytes(w, item->bytes);
		return true;
	case CBOR_TEXT:
		cbor_write_text(w, item->bytes);
		return true;
	case CBOR_BOOLEAN:
		cbor_write_bool(w, item->b);
		return true;
	case CBOR_FLOAT:
		cbor_write_double(w, item->f);
		return !isnan(item->f);
	case CBOR_ARRAY:
	case CBOR_MAP:
	case CBOR_TAG:
	case CBOR_NULL:
	case CBOR_BREAK:
		return false;
	}
	return false;
}

static void check(const struct cbor_item *item)
{
	struct buf out = {.max = 1 << 21};
	struct writer w = writer_to(&out);
	struct cbor_item back;

	if (write_again(&w, item) && w.err == 0) {
		struct reader r = reader_of(buf_span(&out));

		assert(cbor_next(&r, &back) == 1 && back.kind == item->kind && rd_left(&r) == 0);
		if (item->kind == CBOR_BYTES || item->kind == CBOR_TEXT)
			assert(span_is_equal(back.bytes, item->bytes));
		else if (item->kind == CBOR_BOOLEAN)
			assert(back.b == item->b);
		else
			assert(back.u == item->u);
	}
	buf_done(&out);
}

/* The same bytes as others write them: all that cbor_next() takes comes out the same. */
static void check_any(const uint8_t *data, size_t size)
{
	struct reader strict = reader_of(span_of(data, size)), any = strict, skipped = strict;
	struct buf store = {.max = size};
	struct cbor_item a, b;

	while (cbor_next(&strict, &a) == 1) {
		assert(cbor_next_any(&any, &store, &b) == 1 && a.kind == b.kind);
		assert(any.pos == strict.pos);
	}
	while (cbor_next_any(&any, &store, &b) == 1)
		;
	assert(any.err == 0 || any.err == -EBADMSG);
	while (cbor_next_any(&skipped, &store, &b) == 1 && cbor_skip_rest(&skipped, &b) == 0)
		;
	assert(skipped.err == 0 || skipped.err == -EBADMSG || skipped.err == -E2BIG);
	buf_done(&store);
}

/* A float in its shortest form is the same float. */
static void check_float(const uint8_t *data, size_t size)
{
	struct buf out = {0};
	struct writer w = writer_to(&out);
	struct cbor_item item;
	double v;

	if (size < sizeof v)
		return;
	memcpy(&v, data, sizeof v);
	cbor_write_float(&w, v);
	assert(w.err == 0 && out.len == cbor_float_length(v));

	struct reader r = reader_of(buf_span(&out));

	assert(cbor_next(&r, &item) == 1 && item.kind == CBOR_FLOAT);
	assert(isnan(v) ? isnan(item.f) : memcmp(&item.f, &v, sizeof v) == 0);
	buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(span_of(data, size));
	struct cbor_item item;
	size_t before = size;
	int e;

	while ((e = cbor_next(&r, &item)) == 1) {
		assert(rd_left(&r) < before);
		before = rd_left(&r);
		if (item.kind == CBOR_BYTES || item.kind == CBOR_TEXT)
			assert(item.bytes.len == 0 ||
				(item.bytes.data >= data &&
					item.bytes.data + item.bytes.len <= data + size));
		if (item.kind == CBOR_ARRAY || item.kind == CBOR_MAP)
			assert(item.u <= rd_left(&r));
		check(&item);
	}
	assert(e == 0 || e == -EBADMSG);
	assert(cbor_next(&r, &item) == e);
	check_any(data, size);
	check_float(data, size);
	return 0;
}
