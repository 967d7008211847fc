#include "codec/lwm2m_cbor.h"

#include <errno.h>

#include "base/cleanup.h"
#include "codec/cbor.h"
#include "codec/cbor_value.h"

/* --- input ------------------------------------------------------------------------------------ */

struct input {
	struct reader r;
	struct buf store; /* of a string in pieces */
	struct payload_teller teller;
	int (*on_path)(void *data, struct path path); /* NULL: values */
	void *data;
	enum { KEYS_UNDECIDED, KEYS_WHOLE, KEYS_BELOW_BASE } keys;
};

static void input_done(struct input *in)
{
	buf_wipe(&in->store);
	payload_teller_done(&in->teller);
}

static int add_id(struct path *p, const struct cbor_item *item)
{
	if (item->kind != CBOR_UNSIGNED || item->u >= ID_NONE || p->depth == PATH_DEPTH_MAX)
		return -EBADMSG;
	*p = path_child(*p, (uint16_t)item->u);
	return 0;
}

/* One id or an array of at least one, so that each map is deeper than the one around it. */
static int add_key(struct input *in, const struct cbor_item *key, struct path *p)
{
	struct cbor_item item;
	uint8_t depth = p->depth;
	int r;

	if (key->kind != CBOR_ARRAY)
		return add_id(p, key);
	for (uint64_t i = 0; (r = cbor_next_of(&in->r, &in->store, key->u, i, &item)) == 1; i++) {
		r = add_id(p, &item);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : p->depth > depth ? 0 : -EBADMSG;
}

/* The path that the keys mean; a whole one begins with the path of the request. */
static int resolve(struct input *in, struct path keys, bool is_value, struct path *ret)
{
	struct path base = in->teller.base, p = base;

	if (in->keys == KEYS_UNDECIDED)
		in->keys = keys.depth >= (is_value ? 3 : 2) && path_contains(base, keys)
				   ? KEYS_WHOLE
				   : KEYS_BELOW_BASE;
	if (in->keys == KEYS_WHOLE || base.depth == 0) {
		*ret = keys;
		return 0;
	}
	if (base.depth + keys.depth > PATH_DEPTH_MAX)
		return -EBADMSG;
	for (uint8_t i = 0; i < keys.depth; i++)
		p = path_child(p, keys.id[i]);
	*ret = p;
	return 0;
}

static int take_path(struct input *in, struct path keys, const struct cbor_item *item)
{
	bool is_end = item->kind == CBOR_NULL || item->kind == CBOR_MAP;
	int r = is_end ? in->on_path(in->data, keys) : -EBADMSG;

	return r < 0 ? r : 0;
}

static int take_value(struct input *in, struct path keys, const struct cbor_item *item)
{
	struct path p = {0};
	struct value v = {0};
	enum value_type type;
	int r = resolve(in, keys, true, &p);

	if (r == 0)
		r = payload_teller_expect(&in->teller, p, true, &type);
	if (r < 0)
		return r;
	if (type == VALUE_NONE)
		return cbor_skip_rest(&in->r, item);
	if (item->kind == CBOR_NULL)
		r = in->teller.base.depth == 0 && p.depth == 4 ? 0 : -EDOM;
	else
		r = cbor_to_value(&in->r, item, type, &in->store, &v);
	return r < 0 ? r : payload_teller_tell(&in->teller, p, v);
}

static int take_empty(struct input *in, struct path keys)
{
	struct path p = {0};
	int r = resolve(in, keys, false, &p);

	/* an object without instances has nothing to tell */
	return r < 0 || p.depth < 2 ? r : payload_teller_tell_empty(&in->teller, p);
}

static int take_map(struct input *in, struct path keys, uint64_t n)
{
	struct cbor_item item;
	uint64_t i;
	int r;

	for (i = 0; (r = cbor_next_of(&in->r, &in->store, n, i, &item)) == 1; i++) {
		struct path p = keys;

		r = add_key(in, &item, &p);
		if (r == 0)
			r = cbor_need(&in->r, &in->store, &item);
		if (r == 0 && item.kind == CBOR_MAP && item.u > 0)
			r = take_map(in, p, item.u);
		else if (r == 0 && in->on_path)
			r = take_path(in, p, &item);
		else if (r == 0)
			r = item.kind == CBOR_MAP ? take_empty(in, p) : take_value(in, p, &item);
		if (r < 0)
			return r;
	}
	if (r < 0 || i > 0 || keys.depth == 0)
		return r;
	/* of indefinite length, and empty */
	return in->on_path ? in->on_path(in->data, keys) : take_empty(in, keys);
}

static int decode(struct input *in)
{
	struct cbor_item map;
	int r = cbor_need(&in->r, &in->store, &map);

	if (r == 0)
		r = map.kind == CBOR_MAP ? take_map(in, PATH0(), map.u) : -EBADMSG;
	if (r == 0 && rd_left(&in->r) > 0)
		r = -EBADMSG;
	return r < 0 || in->on_path ? r : payload_teller_end(&in->teller);
}

int lwm2m_cbor_decode(struct path base, struct span in, const struct payload_sink *sink)
{
	_cleanup_(input_done) struct input input = {.r = reader_of(in),
		.store = {.max = in.len},
		.teller = {.base = base, .sink = sink}};

	return decode(&input);
}

int lwm2m_cbor_decode_paths(
	struct span in, int (*on_path)(void *data, struct path path), void *data)
{
	_cleanup_(input_done) struct input input = {
		.r = reader_of(in), .store = {.max = in.len}, .on_path = on_path, .data = data};

	return decode(&input);
}

/* --- output ----------------------------------------------------------------------------------- */

/* Records in path order, those of one map. */
struct range {
	const struct record *begin, *end;
};

/* Those at the front of r that share the id of this level with the first. */
static struct range group_of(struct range r, uint8_t level)
{
	struct range group = {r.begin, r.begin};

	while (group.end < r.end && group.end->path.id[level] == r.begin->path.id[level])
		group.end++;
	return group;
}

static size_t count_groups(struct range r, uint8_t level)
{
	size_t n = 0;

	for (; r.begin < r.end; r.begin = group_of(r, level).end)
		n++;
	return n;
}

/* An empty one in front of what is in it says nothing. */
static struct range drop_empty(struct range r, uint8_t depth)
{
	while (r.end - r.begin > 1 && r.begin->path.depth == depth)
		r.begin++;
	return r;
}

static void encode_map(struct writer *w, struct range r, uint8_t level);

/* One entry: levels below that have one id only are joined into its key. */
static void encode_entry(struct writer *w, struct range r, uint8_t level)
{
	struct path p = r.begin->path;
	uint8_t depth = (uint8_t)(level + 1);

	for (;; depth++) {
		r = drop_empty(r, depth);
		p = r.begin->path;
		if (p.depth == depth || r.end[-1].path.id[depth] != p.id[depth])
			break;
	}
	if (depth > level + 1)
		cbor_write_array(w, (size_t)(depth - level));
	for (uint8_t i = level; i < depth; i++)
		cbor_write_uint(w, p.id[i]);
	if (p.depth > depth)
		encode_map(w, r, depth);
	else if (r.begin->value.type == VALUE_NONE)
		cbor_write_map(w, 0);
	else
		cbor_from_value(&r.begin->value, w);
}

static void encode_map(struct writer *w, struct range r, uint8_t level)
{
	cbor_write_map(w, count_groups(r, level));
	while (r.begin < r.end && w->err == 0) {
		struct range group = group_of(r, level);

		encode_entry(w, group, level);
		r.begin = group.end;
	}
}

static int check_records(struct path base, struct range r)
{
	for (const struct record *i = r.begin; i < r.end; i++) {
		bool is_empty = i->value.type == VALUE_NONE;
		int order = i == r.begin ? -1 : path_compare(i[-1].path, i->path);

		if (!path_contains(base, i->path) || order > 0 ||
			(is_empty ? i->path.depth != 2 && i->path.depth != 3 : i->path.depth < 3))
			return -EINVAL;
		/* a value at several times, or one that has others in it: no map holds both */
		if (order == 0 || (order < 0 && i > r.begin && i[-1].value.type != VALUE_NONE &&
					  path_contains(i[-1].path, i->path)))
			return -ENOTSUP;
	}
	return 0;
}

int lwm2m_cbor_encode(
	struct path base, const struct record *records, size_t n_records, struct buf *out)
{
	struct range all = {records, n_records ? records + n_records : records};
	struct writer w = writer_to(out);
	int r = check_records(base, all);

	if (r < 0)
		return r;
	encode_map(&w, all, 0);
	return w.err;
}
