#include "codec/senml_cbor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "codec/cbor.h"
#include "codec/cbor_value.h"
#include "codec/senml.h"

/* RFC 8428 section 6, table 4 */
enum label {
	LABEL_BVER = -1,
	LABEL_BN = -2,
	LABEL_BT = -3,
	LABEL_BU = -4,
	LABEL_BV = -5,
	LABEL_BS = -6,
	LABEL_N = 0,
	LABEL_U = 1,
	LABEL_V = 2,
	LABEL_VS = 3,
	LABEL_VB = 4,
	LABEL_S = 5,
	LABEL_T = 6,
	LABEL_UT = 7,
	LABEL_VD = 8,
	LABEL_VLO, /* of LwM2M, a text even here */
	LABEL_OTHER,
	LABEL_MIN = LABEL_BS,
};

enum { TAG_DECIMAL_FRACTION = 4, EXPONENT_MAX = 400 };

/* --- input ------------------------------------------------------------------------------------ */

struct input {
	struct reader r;
	struct buf pieces, bn, n, value; /* of strings that come in pieces, one for each use */
};

static void input_done(struct input *in)
{
	buf_done(&in->pieces);
	buf_done(&in->bn);
	buf_done(&in->n);
	buf_wipe(&in->value);
}

/* A label that ends in "_" has to be understood (RFC 8428 section 4.4). */
static int label_of(const struct cbor_item *key, enum label *ret)
{
	struct span text = key->bytes;

	if (key->kind == CBOR_TEXT) {
		if (text.len > 0 && text.data[text.len - 1] == '_')
			return -EBADMSG;
		*ret = span_is_text(text, "vlo") ? LABEL_VLO : LABEL_OTHER;
		return 0;
	}
	if (key->kind == CBOR_UNSIGNED)
		*ret = key->u <= LABEL_VD ? (enum label)key->u : LABEL_OTHER;
	else if (key->kind == CBOR_NEGATIVE)
		*ret = key->u < -LABEL_MIN ? (enum label)(-1 - (int)key->u) : LABEL_OTHER;
	else
		return -EBADMSG;
	return 0;
}

/* The exact sense of tag 4 is that of the same digits in text. */
static int read_decimal(struct input *in, struct number *ret)
{
	struct cbor_item item;
	int64_t exponent, mantissa;
	char text[64];
	double v;

	if (cbor_expect(&in->r, CBOR_ARRAY, &item) < 0 || item.u != 2 ||
		cbor_expect_int(&in->r, &exponent) < 0 || cbor_expect_int(&in->r, &mantissa) < 0 ||
		exponent < -EXPONENT_MAX || exponent > EXPONENT_MAX)
		return -EBADMSG;
	snprintf(text, sizeof text, "%" PRId64 "e%" PRId64, mantissa, exponent);
	if (parse_double(span_of_text(text), &v) < 0)
		return -EDOM;
	*ret = number_of_double(v);
	return 0;
}

static int to_number(struct input *in, const struct cbor_item *item, struct number *ret)
{
	if (item->kind == CBOR_TAG && item->u == TAG_DECIMAL_FRACTION)
		return read_decimal(in, ret);
	if (item->kind == CBOR_UNSIGNED)
		*ret = number_of_unsigned(item->u);
	else if (item->kind == CBOR_NEGATIVE && item->u < UINT64_MAX)
		*ret = (struct number){.is_negative = true, .magnitude = item->u + 1};
	else if (item->kind == CBOR_FLOAT)
		*ret = number_of_double(item->f);
	else
		return -EBADMSG;
	return 0;
}

static int read_number(struct input *in, struct number *ret)
{
	struct cbor_item item;
	int r = cbor_need(&in->r, &in->pieces, &item);

	return r < 0 ? r : to_number(in, &item, ret);
}

static int read_text(struct input *in, struct buf *store, struct span *ret)
{
	struct cbor_item item;
	int r = cbor_need(&in->r, store, &item);

	if (r < 0)
		return r;
	if (item.kind != CBOR_TEXT)
		return -EBADMSG;
	*ret = item.bytes;
	return 0;
}

static int read_value(struct input *in, enum senml_kind kind, struct senml_fields *f)
{
	static const enum cbor_kind forms[] = {
		[SENML_TEXT] = CBOR_TEXT,
		[SENML_LINK] = CBOR_TEXT,
		[SENML_BOOLEAN] = CBOR_BOOLEAN,
		[SENML_DATA] = CBOR_BYTES,
	};
	struct cbor_item item;
	int r = f->kind == SENML_NO_VALUE ? cbor_need(&in->r, &in->value, &item) : -EBADMSG;

	if (r < 0)
		return r;
	f->kind = item.kind == CBOR_NULL ? SENML_NULL : kind;
	if (f->kind == SENML_NULL)
		return 0;
	if (kind == SENML_NUMBER)
		return to_number(in, &item, &f->number);
	if (item.kind != forms[kind])
		return -EBADMSG;
	if (kind == SENML_BOOLEAN)
		f->b = item.b;
	else
		f->bytes = item.bytes;
	return 0;
}

static int skip_next(struct input *in)
{
	struct cbor_item item;
	int r = cbor_need(&in->r, &in->pieces, &item);

	return r < 0 ? r : cbor_skip_rest(&in->r, &item);
}

static int read_version(struct input *in)
{
	int64_t version;

	return cbor_expect_int(&in->r, &version) == 0 && version <= SENML_VERSION ? 0 : -EBADMSG;
}

static int read_field(struct input *in, enum label label, struct senml_fields *f)
{
	struct number time;

	switch (label) {
	case LABEL_BVER:
		return read_version(in);
	case LABEL_BN:
		f->has_bn = true;
		return read_text(in, &in->bn, &f->bn);
	case LABEL_N:
		f->has_n = true;
		return read_text(in, &in->n, &f->n);
	case LABEL_BV:
		f->has_bv = true;
		return read_number(in, &f->bv);
	case LABEL_BT:
	case LABEL_T:
		f->has_time = true;
		return read_number(in, &time);
	case LABEL_V:
		return read_value(in, SENML_NUMBER, f);
	case LABEL_VS:
		return read_value(in, SENML_TEXT, f);
	case LABEL_VB:
		return read_value(in, SENML_BOOLEAN, f);
	case LABEL_VD:
		return read_value(in, SENML_DATA, f);
	case LABEL_VLO:
		return read_value(in, SENML_LINK, f);
	case LABEL_BU:
	case LABEL_BS:
	case LABEL_U:
	case LABEL_S:
	case LABEL_UT:
	case LABEL_OTHER:
		return skip_next(in);
	}
	return -EBADMSG;
}

static int read_record(struct input *in, const struct cbor_item *map, struct senml_fields *f)
{
	struct cbor_item key;
	unsigned seen = 0;
	int r;

	if (map->kind != CBOR_MAP)
		return -EBADMSG;
	for (uint64_t i = 0; (r = cbor_next_of(&in->r, &in->pieces, map->u, i, &key)) == 1; i++) {
		enum label label = LABEL_OTHER;

		r = label_of(&key, &label);
		if (r < 0)
			return r;

		unsigned bit = 1u << (label - LABEL_MIN);

		if (label != LABEL_OTHER && (seen & bit))
			return -EBADMSG;
		seen |= bit;
		r = read_field(in, label, f);
		if (r < 0)
			return r;
	}
	return r;
}

static int read_records(struct input *in, struct senml_reader *s)
{
	struct cbor_item array, map;
	int r = cbor_need(&in->r, &in->pieces, &array);

	if (r < 0)
		return r;
	if (array.kind != CBOR_ARRAY)
		return -EBADMSG;
	for (uint64_t i = 0; (r = cbor_next_of(&in->r, &in->pieces, array.u, i, &map)) == 1; i++) {
		struct senml_fields fields = {0};

		r = read_record(in, &map, &fields);
		if (r == 0)
			r = senml_take(s, &fields);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	return rd_left(&in->r) > 0 ? -EBADMSG : senml_end(s);
}

static int decode(struct senml_reader *s, struct span bytes)
{
	_cleanup_(input_done) struct input in = {.r = reader_of(bytes)};

	in.pieces.max = in.bn.max = in.n.max = in.value.max = bytes.len;

	int r = read_records(&in, s);

	senml_reader_done(s);
	return r;
}

int senml_cbor_decode(struct path base, struct span in, const struct payload_sink *sink)
{
	struct senml_reader s = senml_reader_of(SENML_VALUES, base, sink);

	return decode(&s, in);
}

int senml_etch_cbor_decode(struct path base, struct span in, const struct payload_sink *sink)
{
	struct senml_reader s = senml_reader_of(SENML_ETCH, base, sink);

	return decode(&s, in);
}

int senml_cbor_decode_paths(
	struct span in, int (*on_path)(void *data, struct path path), void *data)
{
	struct senml_reader s = senml_reader_of(SENML_PATHS, PATH0(), NULL);

	s.on_path = on_path;
	s.data = data;
	return decode(&s, in);
}

/* --- output ----------------------------------------------------------------------------------- */

static void write_text_field(struct writer *w, enum label label, struct span text)
{
	if (text.len == 0)
		return;
	cbor_write_int(w, label);
	cbor_write_text(w, text);
}

/* A whole number has the shorter form more often than not; -0.0 is none. */
static void write_float(struct writer *w, double v)
{
	struct value whole;

	if (value_from_number(number_of_double(v), VALUE_INTEGER, &whole) == 0 &&
		cbor_int_length(whole.i) < cbor_float_length(v) &&
		!(v == 0 && __builtin_signbit(v)))
		cbor_write_int(w, whole.i);
	else
		cbor_write_float(w, v);
}

static void write_time(struct writer *w, enum label label, int64_t ms)
{
	enum { MS_PER_S = 1000 };

	cbor_write_int(w, label);
	if (ms % MS_PER_S == 0)
		cbor_write_int(w, ms / MS_PER_S);
	else
		cbor_write_float(w, (double)ms / MS_PER_S);
}

static void write_value(struct writer *w, const struct value *v)
{
	static const enum label labels[] = {
		[VALUE_NONE] = LABEL_OTHER, /* is left out before */
		[VALUE_STRING] = LABEL_VS,
		[VALUE_INTEGER] = LABEL_V,
		[VALUE_UNSIGNED] = LABEL_V,
		[VALUE_FLOAT] = LABEL_V,
		[VALUE_BOOLEAN] = LABEL_VB,
		[VALUE_OPAQUE] = LABEL_VD,
		[VALUE_TIME] = LABEL_V,
		[VALUE_OBJLNK] = LABEL_VLO,
		[VALUE_CORELNK] = LABEL_VS,
	};

	if (labels[v->type] == LABEL_VLO)
		cbor_write_text(w, span_of_text("vlo"));
	else
		cbor_write_int(w, labels[v->type]);
	if (v->type == VALUE_FLOAT)
		write_float(w, v->f);
	else
		cbor_from_value(v, w);
}

static void write_record(struct writer *w, const struct senml_record *r)
{
	cbor_write_map(w, 1u + (r->bn.len > 0) + r->has_bt + (r->n.len > 0) + r->has_t);
	write_text_field(w, LABEL_BN, r->bn);
	if (r->has_bt)
		write_time(w, LABEL_BT, r->bt);
	write_text_field(w, LABEL_N, r->n);
	if (r->has_t)
		write_time(w, LABEL_T, r->t);
	write_value(w, r->value);
}

int senml_cbor_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out)
{
	/* a label and the head of the text */
	static const struct senml_prices prices = {.bn = 2, .n = 2, .long_name = 24};
	_cleanup_(senml_plan_done) struct senml_plan plan;
	struct writer w = writer_to(out);
	struct senml_record record;
	int r = senml_plan_make(&plan, base, records, n_records, &prices);

	if (r < 0)
		return r;
	cbor_write_array(&w, plan.count);
	while (w.err == 0 && senml_plan_next(&plan, &record))
		write_record(&w, &record);
	return w.err;
}
