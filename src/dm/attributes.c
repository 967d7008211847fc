#include "dm/attributes.h"

#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "codec/cbor.h"
#include "model/account.h"

struct entry {
	uint16_t short_server_id;
	struct path path;
	struct attrs attrs;
};

struct attributes {
	struct entry *entries; /* by server, then path */
	size_t n, cap;
};

int attributes_new(struct attributes **ret)
{
	struct attributes *t = calloc(1, sizeof *t);

	if (!t)
		return -ENOMEM;
	*ret = t;
	return 0;
}

struct attributes *attributes_free(struct attributes *t)
{
	if (!t)
		return NULL;
	free(t->entries);
	free(t);
	return NULL;
}

void attributes_free_p(struct attributes **t)
{
	*t = attributes_free(*t);
}

static int compare(const struct entry *e, uint16_t short_server_id, struct path p)
{
	if (e->short_server_id != short_server_id)
		return e->short_server_id < short_server_id ? -1 : 1;
	return path_compare(e->path, p);
}

/* The index of the first entry at or behind. */
static size_t search(const struct attributes *t, uint16_t short_server_id, struct path p)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&t->entries[middle], short_server_id, p) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct attrs *attributes_find(
	const struct attributes *t, uint16_t short_server_id, struct path p)
{
	size_t at = search(t, short_server_id, p);

	if (at == t->n || compare(&t->entries[at], short_server_id, p) != 0)
		return NULL;
	return &t->entries[at].attrs;
}

static size_t count_of(const struct attributes *t, uint16_t short_server_id)
{
	return search(t, (uint16_t)(short_server_id + 1), PATH0()) -
	       search(t, short_server_id, PATH0());
}

static int insert(struct attributes *t, size_t at, const struct entry *e)
{
	if (count_of(t, e->short_server_id) >= ATTRIBUTES_PER_SERVER_MAX)
		return -ENOSPC;
	if (t->n == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 4;
		struct entry *entries = realloc(t->entries, cap * sizeof *entries);

		if (!entries)
			return -ENOMEM;
		t->entries = entries;
		t->cap = cap;
	}
	memmove(&t->entries[at + 1], &t->entries[at], (t->n - at) * sizeof *t->entries);
	t->entries[at] = *e;
	t->n++;
	return 0;
}

static void take_out(struct attributes *t, size_t at)
{
	t->n--;
	memmove(&t->entries[at], &t->entries[at + 1], (t->n - at) * sizeof *t->entries);
}

int attributes_put(
	struct attributes *t, uint16_t short_server_id, struct path p, const struct attrs *a)
{
	struct entry e = {.short_server_id = short_server_id, .path = p, .attrs = *a};
	size_t at = search(t, short_server_id, p);
	bool is_there = at < t->n && compare(&t->entries[at], short_server_id, p) == 0;

	if (is_there && a->set)
		t->entries[at] = e;
	else if (is_there)
		take_out(t, at);
	else if (a->set)
		return insert(t, at, &e);
	return 0;
}

struct attrs attributes_inherited(
	const struct attributes *t, uint16_t short_server_id, struct path p)
{
	struct attrs a = {0};

	for (uint8_t depth = p.depth; t->n > 0 && depth > 0; depth--) {
		const struct attrs *own =
			attributes_find(t, short_server_id, path_parent(p, depth));

		if (own)
			attr_inherit(&a, own);
	}
	return a;
}

void attributes_default(struct attrs *a, const struct model *m, uint16_t short_server_id)
{
	uint16_t iid = account_server_instance(m, short_server_id);
	struct path server = PATH2(OBJECT_SERVER, iid);
	struct attrs defaults = {0};
	int64_t pmin, pmax, con;

	if (iid == ID_NONE)
		return;
	pmin = model_get_int(m, path_child(server, SERVER_DEFAULT_MIN_PERIOD), -1);
	pmax = model_get_int(m, path_child(server, SERVER_DEFAULT_MAX_PERIOD), -1);
	con = model_get_int(m, path_child(server, SERVER_NOTIFICATION_MODE), -1);
	if (pmin >= 0 && pmin <= UINT32_MAX)
		defaults.pmin = (uint32_t)pmin, defaults.set |= ATTR_BIT(ATTR_PMIN);
	if (pmax >= 0 && pmax <= UINT32_MAX)
		defaults.pmax = (uint32_t)pmax, defaults.set |= ATTR_BIT(ATTR_PMAX);
	if (con >= 0)
		defaults.con = con == 1, defaults.set |= ATTR_BIT(ATTR_CON);
	attr_inherit(a, &defaults);
}

struct attrs attributes_effective(
	const struct attributes *t, const struct model *m, uint16_t short_server_id, struct path p)
{
	struct attrs a = attributes_inherited(t, short_server_id, p);

	attributes_default(&a, m, short_server_id);
	return a;
}

bool attributes_concern(
	const struct attributes *t, uint16_t short_server_id, struct path p, uint16_t bits)
{
	for (uint8_t depth = 1; t->n > 0 && depth < p.depth; depth++) {
		const struct attrs *a = attributes_find(t, short_server_id, path_parent(p, depth));

		if (a && (a->set & bits))
			return true;
	}
	if (t->n == 0)
		return false;
	for (size_t at = search(t, short_server_id, p);
		at < t->n && t->entries[at].short_server_id == short_server_id &&
		path_contains(p, t->entries[at].path);
		at++)
		if (t->entries[at].attrs.set & bits)
			return true;
	return false;
}

/* Keeps those that keep() wants. */
static bool filter(struct attributes *t, bool (*keep)(const struct entry *e, const void *what),
	const void *what)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (keep(&t->entries[i], what))
			t->entries[n++] = t->entries[i];

	bool has_dropped = n < t->n;

	t->n = n;
	return has_dropped;
}

static bool is_of_another_server(const struct entry *e, const void *short_server_id)
{
	return e->short_server_id != *(const uint16_t *)short_server_id;
}

bool attributes_drop_server(struct attributes *t, uint16_t short_server_id)
{
	return filter(t, is_of_another_server, &short_server_id);
}

static bool is_elsewhere(const struct entry *e, const void *p)
{
	return !path_contains(*(const struct path *)p, e->path);
}

bool attributes_drop_below(struct attributes *t, struct path p)
{
	return filter(t, is_elsewhere, &p);
}

size_t attributes_count(const struct attributes *t)
{
	return t->n;
}

struct path attributes_at(const struct attributes *t, size_t i, uint16_t *ret_short_server_id)
{
	*ret_short_server_id = t->entries[i].short_server_id;
	return t->entries[i].path;
}

/* --- state ------------------------------------------------------------------------------------ */

void attributes_write_path(struct path p, struct writer *w)
{
	cbor_write_array(w, (size_t)p.depth + 1);
	cbor_write_uint(w, p.device);
	for (uint8_t i = 0; i < p.depth; i++)
		cbor_write_uint(w, p.id[i]);
}

static int read_number(struct reader *r, uint64_t max, uint64_t *ret)
{
	struct cbor_item item;

	if (cbor_expect(r, CBOR_UNSIGNED, &item) < 0 || item.u > max)
		return -EBADMSG;
	*ret = item.u;
	return 0;
}

int attributes_read_path(struct reader *r, struct path *ret)
{
	struct cbor_item head;
	struct path p = PATH0();
	uint64_t id;

	if (cbor_expect(r, CBOR_ARRAY, &head) < 0 || head.u < 1 || head.u > PATH_DEPTH_MAX + 1 ||
		read_number(r, UINT16_MAX, &id) < 0)
		return -EBADMSG;
	p.device = (uint16_t)id;
	for (p.depth = 0; p.depth < head.u - 1; p.depth++) {
		if (read_number(r, ID_NONE - 1, &id) < 0)
			return -EBADMSG;
		p.id[p.depth] = (uint16_t)id;
	}
	*ret = p;
	return 0;
}

/* What is not set is written all the same: zeros are short, and one form is easily checked. */
enum { SET_ITEMS = 11 };

void attributes_write_set(const struct attrs *a, struct writer *w)
{
	struct attrs of = {0};

	attr_inherit(&of, a);
	cbor_write_array(w, SET_ITEMS);
	cbor_write_uint(w, of.set);
	cbor_write_uint(w, of.pmin);
	cbor_write_uint(w, of.pmax);
	cbor_write_uint(w, of.epmin);
	cbor_write_uint(w, of.epmax);
	cbor_write_uint(w, of.hqmax);
	cbor_write_uint(w, of.edge);
	cbor_write_uint(w, of.con);
	cbor_write_double(w, of.gt);
	cbor_write_double(w, of.lt);
	cbor_write_double(w, of.st);
}

static int read_numbers(struct reader *r, struct attrs *ret)
{
	uint64_t set, edge, con;
	uint64_t number[5];

	if (read_number(r, (1u << ATTR_COUNT) - 1, &set) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		if (read_number(r, UINT32_MAX, &number[i]) < 0)
			return -EBADMSG;
	if (read_number(r, 1, &edge) < 0 || read_number(r, 1, &con) < 0)
		return -EBADMSG;
	*ret = (struct attrs){.set = (uint16_t)set,
		.pmin = (uint32_t)number[0],
		.pmax = (uint32_t)number[1],
		.epmin = (uint32_t)number[2],
		.epmax = (uint32_t)number[3],
		.hqmax = (uint32_t)number[4],
		.edge = (uint8_t)edge,
		.con = (uint8_t)con};
	return 0;
}

int attributes_read_set(struct reader *r, struct attrs *ret)
{
	struct cbor_item item;
	struct attrs a;
	double *const floats[] = {&a.gt, &a.lt, &a.st};

	if (cbor_expect(r, CBOR_ARRAY, &item) < 0 || item.u != SET_ITEMS || read_numbers(r, &a) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
		if (cbor_expect(r, CBOR_FLOAT, &item) < 0 || !isfinite(item.f))
			return -EBADMSG;
		*floats[i] = item.f;
	}
	if (!attr_is_consistent(&a))
		return -EBADMSG;
	*ret = a;
	return 0;
}

int attributes_save(const struct attributes *t, struct buf *out)
{
	struct writer w = writer_to(out);

	cbor_write_array(&w, t->n);
	for (size_t i = 0; i < t->n; i++) {
		cbor_write_array(&w, 3);
		cbor_write_uint(&w, t->entries[i].short_server_id);
		attributes_write_path(t->entries[i].path, &w);
		attributes_write_set(&t->entries[i].attrs, &w);
	}
	return w.err;
}

static int load_entry(struct reader *r, struct attributes *t)
{
	struct cbor_item head;
	struct attrs a;
	struct path p;
	uint64_t ssid;

	if (cbor_expect(r, CBOR_ARRAY, &head) < 0 || head.u != 3 ||
		read_number(r, SSID_MAX, &ssid) < 0 || ssid < SSID_MIN ||
		attributes_read_path(r, &p) < 0 || p.depth == 0 || attributes_read_set(r, &a) < 0 ||
		a.set == 0)
		return -EBADMSG;
	return attributes_put(t, (uint16_t)ssid, p, &a);
}

int attributes_load(struct attributes *t, struct span in)
{
	_cleanup_(attributes_free_p) struct attributes *fresh = NULL;
	struct reader r = reader_of(in);
	struct cbor_item head;
	int n = attributes_new(&fresh);

	if (n < 0)
		return n;
	if (cbor_expect(&r, CBOR_ARRAY, &head) < 0)
		return -EBADMSG;
	for (uint64_t i = 0; i < head.u; i++) {
		n = load_entry(&r, fresh);
		if (n < 0)
			return n == -ENOMEM ? n : -EBADMSG;
	}
	if (rd_left(&r) > 0)
		return -EBADMSG;

	struct attributes former = *t;

	*t = *fresh;
	*fresh = former;
	return 0;
}
