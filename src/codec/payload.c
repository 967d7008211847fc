#include "codec/payload.h"

#include <errno.h>
#include <stdlib.h>

#include "codec/cbor_value.h"
#include "codec/legacy_json.h"
#include "codec/lwm2m_cbor.h"
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
	{FORMAT_JSON,   USE_PATH, legacy_json_decode, legacy_json_encode, NULL},
	{FORMAT_LWM2M_CBOR, USE_PATH | USE_COMPOSITE,
		lwm2m_cbor_decode, lwm2m_cbor_encode, lwm2m_cbor_decode_paths},
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

static int remember(struct payload_teller *t, struct path p)
{
	uint64_t key = UINT64_MAX;

	/* ids stop below 65535, so that stands for "none" */
	for (uint8_t i = 0; i < p.depth; i++)
		key = key << 16 | p.id[i];
	t->seen.max = SIZE_MAX;
	return buf_append(&t->seen, span_of(&key, sizeof key));
}

static int compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int check_unique(struct payload_teller *t)
{
	uint64_t *keys = (uint64_t *)(void *)t->seen.data;
	size_t n = t->seen.len / sizeof *keys;

	if (n > 1)
		qsort(keys, n, sizeof *keys, compare_keys);
	for (size_t i = 1; i < n; i++)
		if (keys[i] == keys[i - 1])
			return -EBADMSG;
	return 0;
}

int payload_teller_tell(struct payload_teller *t, struct path p, struct value v)
{
	struct record record = {.path = p, .value = v};
	int r = t->sink->on_record(t->sink->data, &record);

	t->is_told = true;
	return r < 0 ? r : 0;
}

/* An instance of which nothing was told is one without known resources. */
static int end_instance(struct payload_teller *t)
{
	return t->instance.depth > 0 && !t->is_told
		       ? payload_teller_tell(t, t->instance, (struct value){0})
		       : 0;
}

static int begin_instance(struct payload_teller *t, struct path p)
{
	struct path instance = path_parent(p, 2);
	int r;

	/* a composite has no instance of its own */
	if (t->base.depth == 0 || t->base.depth > 2 || path_is_equal(t->instance, instance))
		return 0;
	r = end_instance(t);
	t->instance = instance;
	t->is_told = false;
	return r;
}

int payload_teller_expect(
	struct payload_teller *t, struct path p, bool is_unique, enum value_type *ret_type)
{
	bool is_multiple = false;

	if (p.depth < 3 || !path_contains(t->base, p))
		return -EBADMSG;

	int r = begin_instance(t, p);

	if (r == 0 && is_unique)
		r = remember(t, p);
	if (r < 0)
		return r;

	enum value_type type = t->sink->type_of(t->sink->data, path_parent(p, 3), &is_multiple);

	if (type != VALUE_NONE && is_multiple != (p.depth == 4))
		return -EDOM;
	*ret_type = type;
	return 0;
}

int payload_teller_tell_empty(struct payload_teller *t, struct path p)
{
	bool is_multiple = false;

	if (p.depth < 2 || p.depth > 3 || !path_contains(t->base, p))
		return -EBADMSG;

	int r = begin_instance(t, p);

	if (r == 0)
		r = remember(t, p);
	if (r < 0)
		return r;
	/* an instance is told of at its end, if nothing else was */
	if (p.depth == 2)
		return 0;
	if (t->sink->type_of(t->sink->data, p, &is_multiple) == VALUE_NONE)
		return 0;
	return is_multiple ? payload_teller_tell(t, p, (struct value){0}) : -EDOM;
}

int payload_teller_end(struct payload_teller *t)
{
	/* nothing at all is an instance without resources, as in TLV */
	if (t->base.depth == 2)
		t->instance = t->base;

	int r = end_instance(t);

	return r < 0 ? r : check_unique(t);
}

void payload_teller_done(struct payload_teller *t)
{
	buf_done(&t->seen);
}
