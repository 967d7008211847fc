#include "codec/cbor_value.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "codec/text.h"

enum { TAG_EPOCH_TIME = 1 };

static int to_number(const struct cbor_item *item, enum value_type type, struct value *ret)
{
	if (item->kind == CBOR_UNSIGNED)
		return value_from_number(number_of_unsigned(item->u), type, ret);
	if (item->kind == CBOR_FLOAT && (type == VALUE_FLOAT || type == VALUE_TIME))
		return value_from_number(number_of_double(item->f), type, ret);
	/* -1 - u: one more than fits is out of the range of every type but float */
	if (item->kind != CBOR_NEGATIVE || item->u == UINT64_MAX)
		return -EDOM;
	return value_from_number(
		(struct number){.is_negative = true, .magnitude = item->u + 1}, type, ret);
}

/* Another number behind the tag of an epoch time (RFC 8949 section 3.4.2). */
static int to_time(
	struct reader *r, const struct cbor_item *item, struct buf *store, struct value *ret)
{
	struct cbor_item content;

	if (item->kind != CBOR_TAG)
		return to_number(item, VALUE_TIME, ret);
	if (item->u != TAG_EPOCH_TIME)
		return -EDOM;

	int e = cbor_next_any(r, store, &content);

	if (e != 1)
		return e < 0 ? e : -EBADMSG;
	return to_number(&content, VALUE_TIME, ret);
}

static int to_bytes(
	const struct cbor_item *item, enum cbor_kind kind, enum value_type type, struct value *ret)
{
	if (item->kind != kind)
		return -EDOM;
	*ret = (struct value){.type = type, .bytes = item->bytes};
	return 0;
}

int cbor_to_value(struct reader *r, const struct cbor_item *item, enum value_type type,
	struct buf *store, struct value *ret)
{
	if (item->kind == CBOR_BREAK)
		return -EBADMSG;

	switch (type) {
	case VALUE_NONE:
		return -EDOM;
	case VALUE_STRING:
	case VALUE_CORELNK:
		return to_bytes(item, CBOR_TEXT, type, ret);
	case VALUE_OPAQUE:
		return to_bytes(item, CBOR_BYTES, type, ret);
	case VALUE_INTEGER:
	case VALUE_UNSIGNED:
	case VALUE_FLOAT:
		return to_number(item, type, ret);
	case VALUE_TIME:
		return to_time(r, item, store, ret);
	case VALUE_BOOLEAN:
		if (item->kind != CBOR_BOOLEAN)
			return -EDOM;
		*ret = VALUE_BOOL(item->b);
		return 0;
	case VALUE_OBJLNK:
		return item->kind == CBOR_TEXT ? text_to_value(item->bytes, type, NULL, ret)
					       : -EDOM;
	}
	return -EDOM;
}

static void write_link(struct objlnk link, struct writer *w)
{
	char text[sizeof "65535:65535"];
	int len = snprintf(text, sizeof text, "%u:%u", link.object, link.instance);

	cbor_write_text(w, span_of(text, (size_t)len));
}

void cbor_from_value(const struct value *value, struct writer *w)
{
	switch (value->type) {
	case VALUE_NONE:
		break;
	case VALUE_STRING:
	case VALUE_CORELNK:
		cbor_write_text(w, value->bytes);
		break;
	case VALUE_OPAQUE:
		cbor_write_bytes(w, value->bytes);
		break;
	case VALUE_INTEGER:
	case VALUE_TIME:
		cbor_write_int(w, value->i);
		break;
	case VALUE_UNSIGNED:
		cbor_write_uint(w, value->u);
		break;
	case VALUE_FLOAT:
		cbor_write_float(w, value->f);
		break;
	case VALUE_BOOLEAN:
		cbor_write_bool(w, value->b);
		break;
	case VALUE_OBJLNK:
		write_link(value->link, w);
		break;
	}
}

int cbor_value_decode(struct path base, struct span in, const struct payload_sink *sink)
{
	_cleanup_(buf_wipe) struct buf store = {.max = in.len};
	struct record record = {.path = base};
	struct reader reader = reader_of(in);
	struct cbor_item item;
	enum value_type type;
	int r = payload_single_type(base, sink, &type);

	if (r < 0)
		return r;
	r = cbor_next_any(&reader, &store, &item);
	if (r != 1)
		return r < 0 ? r : -EBADMSG;
	if (type == VALUE_NONE)
		r = cbor_skip_rest(&reader, &item);
	else
		r = cbor_to_value(&reader, &item, type, &store, &record.value);
	if (r < 0)
		return r;
	if (rd_left(&reader) > 0)
		return -EBADMSG;
	return type == VALUE_NONE ? 0 : sink->on_record(sink->data, &record);
}

int cbor_value_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out)
{
	struct writer w = writer_to(out);

	if (!payload_is_single(base, records, n_records))
		return -ENOTSUP;
	cbor_from_value(&records[0].value, &w);
	return w.err;
}
