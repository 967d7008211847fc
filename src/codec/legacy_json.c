#include "codec/legacy_json.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "codec/json.h"
#include "codec/text.h"

/* The member that holds a value of each type. */
static const char *const labels[] = {
	[VALUE_NONE] = "", /* none */
	[VALUE_STRING] = "sv",
	[VALUE_INTEGER] = "v",
	[VALUE_UNSIGNED] = "v",
	[VALUE_FLOAT] = "v",
	[VALUE_BOOLEAN] = "bv",
	[VALUE_OPAQUE] = "sv",
	[VALUE_TIME] = "v",
	[VALUE_OBJLNK] = "ov",
	[VALUE_CORELNK] = "sv",
};

/* --- input ------------------------------------------------------------------------------------ */

struct input {
	struct payload_teller teller;
	char bn[PATH_TEXT_MAX];
	bool has_time;
	struct buf store; /* of an opaque value */
};

static void input_done(struct input *in)
{
	payload_teller_done(&in->teller);
	buf_wipe(&in->store);
}

/* Text, or nothing at all. */
static int read_name(const struct json *object, const char *label, struct span *ret)
{
	const struct json *j = json_member(object, label);

	*ret = json_text(j);
	return !j || json_kind(j) == JSON_TEXT ? 0 : -EBADMSG;
}

/* Servers disagree about who brings the slash between the two. */
static int resolve_name(const struct input *in, struct span n, struct path *ret)
{
	char name[2 * PATH_TEXT_MAX];
	size_t len = strlen(in->bn);

	memcpy(name, in->bn, len);
	while (n.len > 0 && len > 0 && name[len - 1] == '/')
		len--;
	if (n.len > 0 && n.data[0] == '/')
		n = span_of(n.data + 1, n.len - 1);
	if (n.len > PATH_TEXT_MAX)
		return -EBADMSG;
	if (n.len > 0) {
		name[len++] = '/';
		memcpy(name + len, n.data, n.len);
		len += n.len;
	}
	return path_parse(span_of(name, len), ret) < 0 ? -EBADMSG : 0;
}

/* The only member with a value; another one makes the entry malformed. */
static int find_value(const struct json *entry, const char **ret_label, const struct json **ret)
{
	static const char *const all[] = {"v", "bv", "sv", "ov"};
	size_t n = 0;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const struct json *j = json_member(entry, all[i]);

		if (!j)
			continue;
		*ret_label = all[i];
		*ret = j;
		n++;
	}
	return n == 1 ? 0 : -EBADMSG;
}

static int to_value(struct input *in, const struct json *j, enum value_type type, struct value *ret)
{
	struct number number;

	if (strcmp(labels[type], "v") == 0)
		return json_number(j, &number) < 0 ? -EBADMSG
						   : value_from_number(number, type, ret);
	if (type == VALUE_BOOLEAN) {
		*ret = VALUE_BOOL(json_boolean(j));
		return json_kind(j) == JSON_BOOLEAN ? 0 : -EBADMSG;
	}
	if (json_kind(j) != JSON_TEXT)
		return -EBADMSG;
	buf_truncate(&in->store, 0);
	return text_to_value(json_text(j), type, &in->store, ret);
}

static int take_entry(struct input *in, const struct json *entry)
{
	const char *label = "";
	const struct json *j = NULL;
	enum value_type type = VALUE_NONE;
	struct value v;
	struct span n;
	struct path p;
	int r = json_kind(entry) == JSON_OBJECT ? read_name(entry, "n", &n) : -EBADMSG;

	if (r == 0)
		r = find_value(entry, &label, &j);
	if (r == 0)
		r = resolve_name(in, n, &p);
	if (r == 0)
		r = payload_teller_expect(
			&in->teller, p, !in->has_time && !json_member(entry, "t"), &type);
	if (r < 0 || type == VALUE_NONE)
		return r;
	if (strcmp(label, labels[type]) != 0)
		return -EDOM;
	r = to_value(in, j, type, &v);
	return r < 0 ? r : payload_teller_tell(&in->teller, p, v);
}

static int take_all(struct input *in, const struct json *whole)
{
	const struct json *entries = json_member(whole, "e");
	struct span bn;
	int r = json_kind(whole) == JSON_OBJECT ? read_name(whole, "bn", &bn) : -EBADMSG;

	if (r < 0)
		return r;
	if (json_kind(entries) != JSON_ARRAY || bn.len >= sizeof in->bn)
		return -EBADMSG;
	/* without one, names are relative to the path of the request */
	if (bn.len > 0)
		memcpy(in->bn, bn.data, bn.len);
	else
		path_format(in->teller.base, in->bn);
	in->has_time = json_member(whole, "bt");
	for (size_t i = 0; r == 0 && i < json_count(entries); i++)
		r = take_entry(in, json_item(entries, i));
	return r < 0 ? r : payload_teller_end(&in->teller);
}

int legacy_json_decode(struct path base, struct span in, const struct payload_sink *sink)
{
	_cleanup_(input_done) struct input input = {
		.teller = {.base = base, .sink = sink}, .store = {.max = in.len + 1}};
	_cleanup_(json_free_p) struct json *whole = NULL;
	uint8_t *room;
	int r = json_parse(in, &whole);

	/* at once, so that a key is not left behind in memory that realloc() gave back */
	if (r == 0)
		r = buf_reserve(&input.store, in.len, &room);
	return r < 0 ? r : take_all(&input, whole);
}

/* --- output ----------------------------------------------------------------------------------- */

/* What is empty has no form here. */
static bool is_written(const struct record *record)
{
	return record->value.type != VALUE_NONE;
}

static int check_records(struct path base, const struct record *records, size_t n_records)
{
	for (size_t i = 0; i < n_records; i++) {
		struct path p = records[i].path;
		bool has_depth =
			is_written(&records[i]) ? p.depth >= 3 : p.depth == 2 || p.depth == 3;

		if (!path_contains(base, p) || !has_depth)
			return -EINVAL;
	}
	return 0;
}

/* bn_len: how much of the path the base name has */
static void write_entry(
	struct json_writer *w, const struct record *record, size_t bn_len, int64_t bt)
{
	char name[PATH_TEXT_MAX];
	int64_t t = 0;

	path_format(record->path, name);
	json_open_object(w);
	if (strlen(name) > bn_len) {
		json_write_key(w, "n");
		json_write_text(w, span_of_text(name + bn_len));
	}
	if (record->time != 0 && !__builtin_sub_overflow(record->time, bt, &t) && t != 0) {
		json_write_key(w, "t");
		json_write_ms(w, t);
	}
	json_write_key(w, labels[record->value.type]);
	json_from_value(w, &record->value, base64_encode);
	json_close_object(w);
}

int legacy_json_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out)
{
	struct json_writer w = json_writer_to(out);
	char bn[PATH_TEXT_MAX + 1];
	int64_t bt = 0;
	int r = check_records(base, records, n_records);

	if (r < 0)
		return r;
	path_format(base, bn);

	size_t bn_len = strlen(bn);

	/* a value whose path is that of the request has no name besides */
	if (base.depth < 3 || (n_records > 0 && !path_is_equal(records[n_records - 1].path, base)))
		bn[bn_len++] = '/';
	for (size_t i = n_records; i-- > 0;)
		bt = records[i].time != 0 ? records[i].time : bt;

	json_open_object(&w);
	json_write_key(&w, "bn");
	json_write_text(&w, span_of(bn, bn_len));
	json_write_key(&w, "e");
	json_open_array(&w);
	for (size_t i = 0; i < n_records && w.w.err == 0; i++)
		if (is_written(&records[i]))
			write_entry(&w, &records[i], bn_len, bt);
	json_close_array(&w);
	if (bt != 0) {
		json_write_key(&w, "bt");
		json_write_ms(&w, bt);
	}
	json_close_object(&w);
	return w.w.err;
}
