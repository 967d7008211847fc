#include "codec/tlv.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#include "base/parse.h"

/* The type octet: kind in bits 7-6, then what follows it. */
enum {
	TYPE_KIND_SHIFT = 6,
	TYPE_LONG_ID = 0x20,
	TYPE_LENGTH_SHIFT = 3, /* octets of the length field; 0: the length is in bits 2-0 */
	TYPE_LENGTH_MASK = 3,
	TYPE_SHORT_LENGTH = 7,
	HEADER_MAX = 6,
	LENGTH_MAX = 0xFFFFFF,
};

int tlv_next(struct reader *r, struct tlv *ret)
{
	if (!r->err && rd_left(r) == 0)
		return 0;

	uint8_t type = rd_u8(r);
	uint16_t id = (uint16_t)rd_be(r, type & TYPE_LONG_ID ? 2 : 1);
	size_t n_length = type >> TYPE_LENGTH_SHIFT & TYPE_LENGTH_MASK;
	size_t len = n_length ? (size_t)rd_be(r, n_length) : type & TYPE_SHORT_LENGTH;
	struct span value = rd_take(r, len);

	if (r->err)
		return r->err;
	*ret = (struct tlv){.kind = type >> TYPE_KIND_SHIFT, .id = id, .value = value};
	return 1;
}

static int header_make(
	enum tlv_kind kind, uint16_t id, size_t len, struct span *ret, uint8_t store[HEADER_MAX])
{
	unsigned n_length = len <= TYPE_SHORT_LENGTH ? 0 : len <= 0xFF ? 1 : len <= 0xFFFF ? 2 : 3;
	size_t n = 0;

	if (len > LENGTH_MAX)
		return -EMSGSIZE;

	store[n++] =
		(uint8_t)((unsigned)kind << TYPE_KIND_SHIFT | (id > UINT8_MAX ? TYPE_LONG_ID : 0) |
			  n_length << TYPE_LENGTH_SHIFT | (n_length ? 0 : len));
	if (id > UINT8_MAX)
		store[n++] = (uint8_t)(id >> 8);
	store[n++] = (uint8_t)id;
	for (unsigned i = n_length; i > 0; i--)
		store[n++] = (uint8_t)(len >> 8 * (i - 1));
	*ret = span_of(store, n);
	return 0;
}

void tlv_write(struct writer *w, enum tlv_kind kind, uint16_t id, struct span value)
{
	uint8_t store[HEADER_MAX];
	struct span header = {0};

	if (!w->err)
		w->err = header_make(kind, id, value.len, &header, store);
	wr_bytes(w, header);
	wr_bytes(w, value);
}

/* Makes what was written since start the value of one element. */
static void tlv_wrap(struct writer *w, enum tlv_kind kind, uint16_t id, size_t start)
{
	uint8_t store[HEADER_MAX];
	struct span header = {0};

	if (w->err)
		return;

	size_t len = w->out->len - start;

	w->err = header_make(kind, id, len, &header, store);
	wr_bytes(w, header);
	if (w->err || len == 0)
		return;
	memmove(w->out->data + start + header.len, w->out->data + start, len);
	memcpy(w->out->data + start, header.data, header.len);
}

static uint64_t bytes_to_unsigned(struct span bytes)
{
	uint64_t v = 0;

	for (size_t i = 0; i < bytes.len; i++)
		v = v << 8 | bytes.data[i];
	return v;
}

static bool is_number_length(size_t len)
{
	return len == 1 || len == 2 || len == 4 || len == 8;
}

static int bytes_to_integer(struct span bytes, int64_t *ret)
{
	if (!is_number_length(bytes.len))
		return -EDOM;

	/* two's complement: the sign is that of the first octet */
	uint64_t v = bytes_to_unsigned(bytes);

	if (bytes.data[0] & 0x80 && bytes.len < 8)
		v |= UINT64_MAX << 8 * bytes.len;
	*ret = (int64_t)v;
	return 0;
}

static int bytes_to_float(struct span bytes, double *ret)
{
	uint64_t bits = bytes_to_unsigned(bytes);

	if (bytes.len == 4) {
		uint32_t bits4 = (uint32_t)bits;
		float f;

		memcpy(&f, &bits4, sizeof f);
		*ret = (double)f;
		return 0;
	}
	if (bytes.len != 8)
		return -EDOM;
	memcpy(ret, &bits, sizeof *ret);
	return 0;
}

int tlv_to_value(struct span bytes, enum value_type type, struct value *ret)
{
	struct value v = {.type = type};
	int r = 0;

	switch (type) {
	case VALUE_NONE:
		r = -EDOM;
		break;
	case VALUE_STRING:
	case VALUE_CORELNK:
		v.bytes = bytes;
		r = text_is_utf8(bytes) ? 0 : -EDOM;
		break;
	case VALUE_OPAQUE:
		v.bytes = bytes;
		break;
	case VALUE_INTEGER:
	case VALUE_TIME:
		r = bytes_to_integer(bytes, &v.i);
		break;
	case VALUE_UNSIGNED:
		v.u = bytes_to_unsigned(bytes);
		r = is_number_length(bytes.len) ? 0 : -EDOM;
		break;
	case VALUE_FLOAT:
		r = bytes_to_float(bytes, &v.f);
		break;
	case VALUE_BOOLEAN:
		v.b = bytes_to_unsigned(bytes) == 1;
		r = bytes.len == 1 && bytes.data[0] <= 1 ? 0 : -EDOM;
		break;
	case VALUE_OBJLNK:
		v.link.object = (uint16_t)(bytes_to_unsigned(bytes) >> 16);
		v.link.instance = (uint16_t)bytes_to_unsigned(bytes);
		r = bytes.len == 4 ? 0 : -EDOM;
		break;
	}
	if (r == 0)
		*ret = v;
	return r;
}

static size_t integer_length(int64_t v)
{
	if (v >= INT8_MIN && v <= INT8_MAX)
		return 1;
	if (v >= INT16_MIN && v <= INT16_MAX)
		return 2;
	return v >= INT32_MIN && v <= INT32_MAX ? 4 : 8;
}

static size_t unsigned_length(uint64_t v)
{
	if (v <= UINT8_MAX)
		return 1;
	if (v <= UINT16_MAX)
		return 2;
	return v <= UINT32_MAX ? 4 : 8;
}

static void float_write(double v, struct writer *w)
{
	uint32_t bits4;
	uint64_t bits8;
	/* a double beyond the range of float has no defined conversion */
	float f = isfinite(v) && fabs(v) > (double)FLT_MAX ? 0 : (float)v;
	double back = (double)f;

	memcpy(&bits4, &f, sizeof bits4);
	memcpy(&bits8, &v, sizeof bits8);
	if (memcmp(&back, &v, sizeof v) == 0)
		wr_be(w, bits4, sizeof bits4);
	else
		wr_be(w, bits8, sizeof bits8);
}

void tlv_from_value(const struct value *value, struct writer *w)
{
	switch (value->type) {
	case VALUE_NONE:
		break;
	case VALUE_STRING:
	case VALUE_CORELNK:
	case VALUE_OPAQUE:
		wr_bytes(w, value->bytes);
		break;
	case VALUE_INTEGER:
	case VALUE_TIME:
		wr_be(w, (uint64_t)value->i, integer_length(value->i));
		break;
	case VALUE_UNSIGNED:
		wr_be(w, value->u, unsigned_length(value->u));
		break;
	case VALUE_FLOAT:
		float_write(value->f, w);
		break;
	case VALUE_BOOLEAN:
		wr_u8(w, value->b);
		break;
	case VALUE_OBJLNK:
		wr_be(w, value->link.object, 2);
		wr_be(w, value->link.instance, 2);
		break;
	}
}

static int tell(const struct payload_sink *sink, struct path p, struct value v)
{
	struct record record = {.path = p, .value = v};
	int r = sink->on_record(sink->data, &record);

	return r < 0 ? r : 0;
}

static int tell_bytes(
	const struct payload_sink *sink, struct path p, enum value_type type, struct span bytes)
{
	struct value v;

	if (type == VALUE_NONE)
		return 0;

	int r = tlv_to_value(bytes, type, &v);

	return r < 0 ? r : tell(sink, p, v);
}

/* Exactly one element in the whole of in. */
static int take_only(struct span in, struct tlv *ret)
{
	struct reader reader = reader_of(in);
	int r = tlv_next(&reader, ret);

	if (r < 0)
		return r;
	return r == 1 && rd_left(&reader) == 0 ? 0 : -EBADMSG;
}

static int decode_multiple(
	const struct payload_sink *sink, struct path resource, enum value_type type, struct span in)
{
	struct reader reader = reader_of(in);
	struct tlv element;
	int r;

	if (in.len == 0 && type != VALUE_NONE)
		return tell(sink, resource, (struct value){0});

	while ((r = tlv_next(&reader, &element)) > 0) {
		if (element.kind != TLV_RESOURCE_INSTANCE || element.id == ID_NONE)
			return -EBADMSG;
		r = tell_bytes(sink, path_child(resource, element.id), type, element.value);
		if (r < 0)
			return r;
	}
	return r;
}

/* One element of an instance. ret_known: whether its records were told. */
static int decode_resource(const struct payload_sink *sink, struct path instance,
	const struct tlv *element, bool *ret_known)
{
	bool has_instances = element->kind == TLV_MULTIPLE, is_multiple = false;

	if ((!has_instances && element->kind != TLV_RESOURCE) || element->id == ID_NONE)
		return -EBADMSG;

	struct path p = path_child(instance, element->id);
	enum value_type type = sink->type_of(sink->data, p, &is_multiple);

	if (type != VALUE_NONE && is_multiple != has_instances)
		return -EDOM;
	*ret_known = type != VALUE_NONE;
	return has_instances ? decode_multiple(sink, p, type, element->value)
			     : tell_bytes(sink, p, type, element->value);
}

static int decode_resources(const struct payload_sink *sink, struct path instance, struct span in)
{
	struct reader reader = reader_of(in);
	struct tlv element;
	bool has_any = false;
	int r;

	while ((r = tlv_next(&reader, &element)) > 0) {
		bool is_known = false;

		r = decode_resource(sink, instance, &element, &is_known);
		if (r < 0)
			return r;
		has_any |= is_known;
	}
	return r < 0 || has_any ? r : tell(sink, instance, (struct value){0});
}

static int decode_object(struct path base, struct span in, const struct payload_sink *sink)
{
	struct reader reader = reader_of(in);
	struct tlv element;
	int r;

	while ((r = tlv_next(&reader, &element)) > 0) {
		if (element.kind != TLV_INSTANCE || element.id == ID_NONE)
			return -EBADMSG;
		r = decode_resources(sink, path_child(base, element.id), element.value);
		if (r < 0)
			return r;
	}
	return r;
}

static int decode_instance(struct path base, struct span in, const struct payload_sink *sink)
{
	struct tlv element;

	/* TS core 7.4.4: with an instance id in the path the Object Instance may be left out */
	if (take_only(in, &element) == 0 && element.kind == TLV_INSTANCE) {
		if (element.id != base.id[1])
			return -EBADMSG;
		in = element.value;
	}
	return decode_resources(sink, base, in);
}

static int decode_one_resource(struct path base, struct span in, const struct payload_sink *sink)
{
	struct tlv element;
	bool is_known;
	int r = take_only(in, &element);

	if (r < 0)
		return r;
	if (element.id != base.id[2])
		return -EBADMSG;
	return decode_resource(sink, path_parent(base, 2), &element, &is_known);
}

static int decode_one_instance(struct path base, struct span in, const struct payload_sink *sink)
{
	bool is_multiple = false;
	struct tlv element;
	int r = take_only(in, &element);

	if (r == 0 && element.kind == TLV_MULTIPLE)
		r = element.id == base.id[2] ? take_only(element.value, &element) : -EBADMSG;
	if (r < 0)
		return r;
	if (element.kind != TLV_RESOURCE_INSTANCE || element.id != base.id[3])
		return -EBADMSG;

	enum value_type type = sink->type_of(sink->data, path_parent(base, 3), &is_multiple);

	if (type != VALUE_NONE && !is_multiple)
		return -EDOM;
	return tell_bytes(sink, base, type, element.value);
}

int tlv_decode(struct path base, struct span in, const struct payload_sink *sink)
{
	switch (base.depth) {
	case 1:
		return decode_object(base, in, sink);
	case 2:
		return decode_instance(base, in, sink);
	case 3:
		return decode_one_resource(base, in, sink);
	case 4:
		return decode_one_instance(base, in, sink);
	}
	return -ENOTSUP;
}

/* The records that are left, and where they go. */
struct encoder {
	const struct record *next, *end;
	struct writer w;
};

static bool next_is_below(const struct encoder *e, struct path p)
{
	return e->next < e->end && path_contains(p, e->next->path);
}

static void encode_value(struct encoder *e, enum tlv_kind kind, uint16_t id)
{
	size_t start = e->w.out->len;

	tlv_from_value(&e->next->value, &e->w);
	tlv_wrap(&e->w, kind, id, start);
	e->next++;
}

static void encode_multiple(struct encoder *e, struct path resource)
{
	size_t start = e->w.out->len;

	/* a resource record in front says only that there are no instances */
	if (e->next->path.depth == 3)
		e->next++;
	while (next_is_below(e, resource))
		encode_value(e, TLV_RESOURCE_INSTANCE, e->next->path.id[3]);
	tlv_wrap(&e->w, TLV_MULTIPLE, resource.id[2], start);
}

static void encode_resources(struct encoder *e, struct path below)
{
	while (next_is_below(e, below)) {
		struct path p = e->next->path;

		if (p.depth == 3 && e->next->value.type != VALUE_NONE)
			encode_value(e, TLV_RESOURCE, p.id[2]);
		else if (p.depth >= 3)
			encode_multiple(e, path_parent(p, 3));
		else
			e->next++;
	}
}

static void encode_instances(struct encoder *e, struct path object)
{
	while (next_is_below(e, object)) {
		struct path instance = path_parent(e->next->path, 2);
		size_t start = e->w.out->len;

		encode_resources(e, instance);
		tlv_wrap(&e->w, TLV_INSTANCE, instance.id[1], start);
	}
}

/* Whether each record is at or below base and what its depth says. */
static int check_records(struct path base, const struct record *records, size_t n_records)
{
	for (size_t i = 0; i < n_records; i++) {
		struct path p = records[i].path;
		bool is_empty = records[i].value.type == VALUE_NONE;

		if (!path_contains(base, p) || p.depth < 2 || (p.depth == 2 && !is_empty) ||
			(p.depth == 4 && is_empty))
			return -EINVAL;
	}
	/* below an instance there is exactly one element */
	if ((base.depth == 3 && n_records == 0) || (base.depth == 4 && n_records != 1))
		return -ENOTSUP;
	return 0;
}

int tlv_encode(struct path base, const struct record *records, size_t n_records, struct buf *out)
{
	struct encoder e = {.next = records, .end = records + n_records, .w = writer_to(out)};
	size_t start = out->len;
	int r = base.depth == 0 ? -ENOTSUP : check_records(base, records, n_records);

	if (r < 0)
		return r;

	switch (base.depth) {
	case 1:
		encode_instances(&e, base);
		break;
	case 4:
		encode_value(&e, TLV_RESOURCE_INSTANCE, base.id[3]);
		break;
	default:
		encode_resources(&e, base);
		break;
	}
	if (e.w.err < 0)
		buf_truncate(out, start);
	return e.w.err;
}
