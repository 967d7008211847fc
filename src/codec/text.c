#include "codec/text.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "base/parse.h"

static int text_to_boolean(struct span text, bool *ret)
{
	if (text.len != 1 || (text.data[0] != '0' && text.data[0] != '1'))
		return -EDOM;
	*ret = text.data[0] == '1';
	return 0;
}

static int text_to_objlnk(struct span text, struct objlnk *ret)
{
	const uint8_t *colon = text.len ? memchr(text.data, ':', text.len) : NULL;
	struct objlnk link;

	/* TS examples print the null link so */
	if (span_is_text(text, "FFFF:FFFF")) {
		*ret = (struct objlnk){UINT16_MAX, UINT16_MAX};
		return 0;
	}
	if (!colon)
		return -EDOM;

	size_t len = (size_t)(colon - text.data);
	int r = parse_u16(span_of(text.data, len), &link.object);

	if (r == 0)
		r = parse_u16(span_of(colon + 1, text.len - len - 1), &link.instance);
	if (r == 0)
		*ret = link;
	return r;
}

static int text_to_bytes(struct span text, struct buf *store, struct span *ret)
{
	size_t start = store->len;
	uint8_t *room;

	/* at once, so that a key is not left behind in memory that realloc() gave back */
	int r = buf_reserve(store, text.len, &room);

	if (r == 0)
		r = base64_decode(text, store);
	if (r < 0)
		return r;
	*ret = span_of(store->data ? store->data + start : NULL, store->len - start);
	return 0;
}

int text_to_value(struct span text, enum value_type type, struct buf *store, struct value *ret)
{
	struct value v = {.type = type};
	int r = -EDOM;

	switch (type) {
	case VALUE_NONE:
		break;
	case VALUE_STRING:
	case VALUE_CORELNK:
		v.bytes = text;
		r = text_is_utf8(text) ? 0 : -EDOM;
		break;
	case VALUE_INTEGER:
	case VALUE_TIME:
		r = parse_i64(text, &v.i);
		break;
	case VALUE_UNSIGNED:
		r = parse_u64(text, &v.u);
		break;
	case VALUE_FLOAT:
		r = parse_double(text, &v.f);
		break;
	case VALUE_BOOLEAN:
		r = text_to_boolean(text, &v.b);
		break;
	case VALUE_OBJLNK:
		r = text_to_objlnk(text, &v.link);
		break;
	case VALUE_OPAQUE:
		r = text_to_bytes(text, store, &v.bytes);
		break;
	}
	if (r == 0)
		*ret = v;
	/* what is wrong with the form does not matter: this text is no such value */
	return r == -EINVAL || r == -ERANGE || r == -EBADMSG ? -EDOM : r;
}

static bool is_text_of(double v, const char *text)
{
	double back;

	return parse_double(span_of_text(text), &back) == 0 && memcmp(&back, &v, sizeof v) == 0;
}

/* Of what "%e" prints. */
static int exponent_of(const char *text)
{
	const char *e = strchr(text, 'e');
	uint16_t n = 0;

	(void)parse_u16(span_of_text(e + 2), &n);
	return e[1] == '-' ? -n : n;
}

/* The fewest digits that give v again; no exponent where the number is short without it. */
static void text_from_float(double v, struct writer *w)
{
	char text[48];
	int digits = 0;

	if (!isfinite(v)) {
		w->err = w->err ? w->err : -EDOM;
		return;
	}

	do
		snprintf(text, sizeof text, "%.*e", digits, v);
	while (!is_text_of(v, text) && ++digits < DBL_DECIMAL_DIG);

	int exponent = exponent_of(text);

	if (exponent >= -4 && exponent <= 15)
		snprintf(text, sizeof text, "%.*f", digits > exponent ? digits - exponent : 0, v);
	wr_text(w, text);
}

void text_from_value(const struct value *value, struct writer *w)
{
	switch (value->type) {
	case VALUE_NONE:
		w->err = w->err ? w->err : -EDOM;
		break;
	case VALUE_STRING:
	case VALUE_CORELNK:
		wr_bytes(w, value->bytes);
		break;
	case VALUE_INTEGER:
	case VALUE_TIME:
		wr_printf(w, "%lld", (long long)value->i);
		break;
	case VALUE_UNSIGNED:
		wr_printf(w, "%llu", (unsigned long long)value->u);
		break;
	case VALUE_FLOAT:
		text_from_float(value->f, w);
		break;
	case VALUE_BOOLEAN:
		wr_u8(w, value->b ? '1' : '0');
		break;
	case VALUE_OBJLNK:
		wr_printf(w, "%u:%u", value->link.object, value->link.instance);
		break;
	case VALUE_OPAQUE:
		base64_encode(value->bytes, w);
		break;
	}
}

int text_decode(struct path base, struct span in, const struct payload_sink *sink)
{
	_cleanup_(buf_wipe) struct buf store = {.max = in.len};
	struct record record = {.path = base};
	enum value_type type;
	int r = payload_single_type(base, sink, &type);

	if (r < 0)
		return r;
	if (type == VALUE_NONE)
		return 0;
	r = text_to_value(in, type, &store, &record.value);
	return r < 0 ? r : sink->on_record(sink->data, &record);
}

int text_encode(struct path base, const struct record *records, size_t n_records, struct buf *out)
{
	struct writer w = writer_to(out);

	if (!payload_is_single(base, records, n_records))
		return -ENOTSUP;
	text_from_value(&records[0].value, &w);
	return w.err;
}
