#include "codec/senml_json.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "codec/json.h"
#include "codec/senml.h"

/* --- input ------------------------------------------------------------------------------------ */

/* Where a member goes (RFC 8428 section 4, TS core 1.1 7.4.5). */
struct label {
	const char *name;
	enum use {
		IS_NAME,
		IS_BASE_NAME,
		IS_BASE_VALUE,
		IS_TIME,
		IS_VALUE,
		IS_VERSION,
		IS_UNUSED
	} use;
	enum senml_kind kind; /* of IS_VALUE */
};

/* clang-format off */
static const struct label labels[] = {
	{"n",    IS_NAME,       SENML_NO_VALUE},
	{"v",    IS_VALUE,      SENML_NUMBER},
	{"vs",   IS_VALUE,      SENML_TEXT},
	{"vb",   IS_VALUE,      SENML_BOOLEAN},
	{"vd",   IS_VALUE,      SENML_DATA},
	{"vlo",  IS_VALUE,      SENML_LINK},
	{"bn",   IS_BASE_NAME,  SENML_NO_VALUE},
	{"bt",   IS_TIME,       SENML_NO_VALUE},
	{"t",    IS_TIME,       SENML_NO_VALUE},
	{"bv",   IS_BASE_VALUE, SENML_NO_VALUE},
	{"bver", IS_VERSION,    SENML_NO_VALUE},
};
/* clang-format on */

static const struct label *find_label(const char *name)
{
	static const struct label unused = {"", IS_UNUSED, SENML_NO_VALUE};

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (strcmp(labels[i].name, name) == 0)
			return &labels[i];
	return &unused;
}

static int read_text(const struct json *j, struct span *ret)
{
	*ret = json_text(j);
	return json_kind(j) == JSON_TEXT ? 0 : -EBADMSG;
}

/* store: for the octets of SENML_DATA, until the next value */
static int read_value(
	const struct json *j, enum senml_kind kind, struct buf *store, struct senml_fields *f)
{
	struct span text;
	int r;

	if (f->kind != SENML_NO_VALUE)
		return -EBADMSG;
	f->kind = json_kind(j) == JSON_NULL ? SENML_NULL : kind;
	if (f->kind == SENML_NULL)
		return 0;
	if (kind == SENML_NUMBER)
		return json_number(j, &f->number) < 0 ? -EBADMSG : 0;
	if (kind == SENML_BOOLEAN) {
		f->b = json_boolean(j);
		return json_kind(j) == JSON_BOOLEAN ? 0 : -EBADMSG;
	}
	r = read_text(j, &text);
	if (r == 0 && kind == SENML_DATA) {
		buf_truncate(store, 0);
		r = base64_decode(text, store);
		text = buf_span(store);
	}
	f->bytes = text;
	return r;
}

static int read_version(const struct json *j)
{
	int64_t version;

	return json_int(j, &version) == 0 && version <= SENML_VERSION ? 0 : -EBADMSG;
}

static int read_member(
	const char *name, const struct json *j, struct buf *store, struct senml_fields *f)
{
	const struct label *label = find_label(name);
	size_t len = strlen(name);
	struct number time;

	switch (label->use) {
	case IS_NAME:
		f->has_n = true;
		return read_text(j, &f->n);
	case IS_BASE_NAME:
		f->has_bn = true;
		return read_text(j, &f->bn);
	case IS_BASE_VALUE:
		f->has_bv = true;
		return json_number(j, &f->bv) < 0 ? -EBADMSG : 0;
	case IS_TIME:
		f->has_time = true;
		return json_number(j, &time) < 0 ? -EBADMSG : 0;
	case IS_VALUE:
		return read_value(j, label->kind, store, f);
	case IS_VERSION:
		return read_version(j);
	case IS_UNUSED:
		/* one that ends in "_" has to be understood (RFC 8428 section 4.4) */
		return len > 0 && name[len - 1] == '_' ? -EBADMSG : 0;
	}
	return -EBADMSG;
}

static int read_record(const struct json *object, struct buf *store, struct senml_reader *s)
{
	struct senml_fields fields = {0};
	const void *cursor = NULL;
	const struct json *member;
	const char *name;
	int r = json_kind(object) == JSON_OBJECT ? 0 : -EBADMSG;

	while (r == 0 && json_next_member(object, &cursor, &name, &member))
		r = read_member(name, member, store, &fields);
	return r < 0 ? r : senml_take(s, &fields);
}

static int decode(struct senml_reader *s, struct span in)
{
	_cleanup_(json_free_p) struct json *array = NULL;
	_cleanup_(buf_wipe) struct buf store = {.max = in.len + 1};
	uint8_t *room;
	int r = json_parse(in, &array);

	if (r == 0 && json_kind(array) != JSON_ARRAY)
		r = -EBADMSG;
	/* at once, so that a key is not left behind in memory that realloc() gave back */
	if (r == 0)
		r = buf_reserve(&store, in.len, &room);
	for (size_t i = 0; r == 0 && i < json_count(array); i++)
		r = read_record(json_item(array, i), &store, s);
	if (r == 0)
		r = senml_end(s);
	senml_reader_done(s);
	return r;
}

int senml_json_decode(struct path base, struct span in, const struct payload_sink *sink)
{
	struct senml_reader s = senml_reader_of(SENML_VALUES, base, sink);

	return decode(&s, in);
}

int senml_etch_json_decode(struct path base, struct span in, const struct payload_sink *sink)
{
	struct senml_reader s = senml_reader_of(SENML_ETCH, base, sink);

	return decode(&s, in);
}

int senml_json_decode_paths(
	struct span in, int (*on_path)(void *data, struct path path), void *data)
{
	struct senml_reader s = senml_reader_of(SENML_PATHS, PATH0(), NULL);

	s.on_path = on_path;
	s.data = data;
	return decode(&s, in);
}

/* --- output ----------------------------------------------------------------------------------- */

static void write_text_field(struct json_writer *w, const char *label, struct span text)
{
	if (text.len == 0)
		return;
	json_write_key(w, label);
	json_write_text(w, text);
}

static void write_time(struct json_writer *w, const char *label, int64_t ms)
{
	json_write_key(w, label);
	json_write_ms(w, ms);
}

static void write_value(struct json_writer *w, const struct value *v)
{
	static const char *const names[] = {
		[VALUE_NONE] = "v", /* is left out before */
		[VALUE_STRING] = "vs",
		[VALUE_INTEGER] = "v",
		[VALUE_UNSIGNED] = "v",
		[VALUE_FLOAT] = "v",
		[VALUE_BOOLEAN] = "vb",
		[VALUE_OPAQUE] = "vd",
		[VALUE_TIME] = "v",
		[VALUE_OBJLNK] = "vlo",
		[VALUE_CORELNK] = "vs",
	};

	json_write_key(w, names[v->type]);
	json_from_value(w, v, base64url_encode);
}

static void write_record(struct json_writer *w, const struct senml_record *r)
{
	json_open_object(w);
	write_text_field(w, "bn", r->bn);
	if (r->has_bt)
		write_time(w, "bt", r->bt);
	write_text_field(w, "n", r->n);
	if (r->has_t)
		write_time(w, "t", r->t);
	write_value(w, r->value);
	json_close_object(w);
}

int senml_json_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out)
{
	/* "bn":"", and "n":"", */
	static const struct senml_prices prices = {.bn = 8, .n = 7, .long_name = SIZE_MAX};
	_cleanup_(senml_plan_done) struct senml_plan plan;
	struct json_writer w = json_writer_to(out);
	struct senml_record record;
	int r = senml_plan_make(&plan, base, records, n_records, &prices);

	if (r < 0)
		return r;
	json_open_array(&w);
	while (w.w.err == 0 && senml_plan_next(&plan, &record))
		write_record(&w, &record);
	json_close_array(&w);
	return w.w.err;
}
