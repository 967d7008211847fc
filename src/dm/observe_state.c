/*
 * Observations over a restart of the daemon: what is needed to go on as if nothing had happened.
 * (TS core 6.4.1: they should survive where the registration does; doc/decisions.md)
 */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "codec/cbor.h"
#include "dm/collect.h"
#include "dm/reporting.h"
#include "model/account.h"

enum {
	STATE_VERSION = 1,
	HEAD_ITEMS = 3,
	OBSERVATION_ITEMS = 11,
	STORED_ITEMS = 5,
	/* the file has a limit: observations matter more than what waited for their servers */
	STORED_OCTETS_MAX = 256 * 1024,
	PAYLOAD_MAX = 256 * 1024,
};

static bool is_among(const uint16_t *ids, size_t n, uint16_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* --- saving ----------------------------------------------------------------------------------- */

static void save_observation(
	const struct observe *o, const struct observation *ob, struct writer *w)
{
	const struct audience *a = audience_find(o, ob->short_server_id);
	uint64_t age = clock_now(o->env.clock) - ob->notified;

	cbor_write_array(w, OBSERVATION_ITEMS);
	cbor_write_uint(w, ob->short_server_id);
	cbor_write_uint(w, (uint64_t)a->version);
	cbor_write_bytes(w, observation_token(ob));
	cbor_write_bool(w, ob->is_composite);
	cbor_write_int(w, ob->accept);
	cbor_write_uint(w, ob->sequence);
	cbor_write_bool(w, ob->is_pending || ob->is_changed);
	cbor_write_int(w, (int64_t)(clock_realtime(o->env.clock) - age));
	cbor_write_uint(w, condition_digest(o, ob));
	cbor_write_array(w, ob->n_members);
	for (size_t i = 0; i < ob->n_members; i++)
		attributes_write_path(ob->member[i].path, w);
	cbor_write_array(w, ob->own ? 1 : 0);
	if (ob->own)
		attributes_write_set(ob->own, w);
}

static void save_stored(const struct audience *a, const struct stored *s, struct writer *w)
{
	cbor_write_array(w, STORED_ITEMS);
	cbor_write_uint(w, a->short_server_id);
	cbor_write_bytes(w, observation_token(s->of));
	cbor_write_uint(w, s->code);
	cbor_write_int(w, s->content_format);
	cbor_write_bytes(w, buf_span(&s->payload));
}

/* The one on its way first: nobody has acknowledged it. */
static const struct stored *next_stored(const struct audience *a, const struct stored *s)
{
	if (!s)
		return a->on_way && a->on_way->of ? a->on_way : a->stored;
	return s == a->on_way ? a->stored : s->next;
}

/* How many of the newest fit the limit, and how many must be left out before them. */
static size_t count_skipped(const struct audience *a, size_t *ret_n)
{
	size_t n = 0, octets = 0, skipped = 0;

	for (const struct stored *s = NULL; (s = next_stored(a, s));) {
		n++;
		octets += s->payload.len + 32;
	}
	for (const struct stored *s = NULL; octets > STORED_OCTETS_MAX && (s = next_stored(a, s));
		skipped++)
		octets -= s->payload.len + 32;
	*ret_n = n - skipped;
	return skipped;
}

static void save_all_stored(
	const struct observe *o, const uint16_t *ids, size_t n_ids, struct writer *w)
{
	size_t n, total = 0;

	for (size_t i = 0; i < o->n_audiences; i++)
		if (is_among(ids, n_ids, o->audiences[i]->short_server_id)) {
			count_skipped(o->audiences[i], &n);
			total += n;
		}
	cbor_write_array(w, total);
	for (size_t i = 0; i < o->n_audiences; i++) {
		const struct audience *a = o->audiences[i];
		size_t skipped = count_skipped(a, &n);

		if (!is_among(ids, n_ids, a->short_server_id))
			continue;
		for (const struct stored *s = NULL; (s = next_stored(a, s));)
			if (skipped == 0)
				save_stored(a, s, w);
			else
				skipped--;
	}
}

int observe_save(
	const struct observe *o, const uint16_t *short_server_ids, size_t n_ids, struct buf *out)
{
	struct writer w = writer_to(out);
	size_t n = 0;

	for (size_t i = 0; i < o->all.n; i++)
		n += is_among(short_server_ids, n_ids, o->all.heap[i]->short_server_id);
	cbor_write_array(&w, HEAD_ITEMS);
	cbor_write_uint(&w, STATE_VERSION);
	cbor_write_array(&w, n);
	for (size_t i = 0; i < o->all.n; i++)
		if (is_among(short_server_ids, n_ids, o->all.heap[i]->short_server_id))
			save_observation(o, o->all.heap[i], &w);
	save_all_stored(o, short_server_ids, n_ids, &w);
	return w.err;
}

/* --- loading ---------------------------------------------------------------------------------- */

struct kept {
	struct observe_wish wish;
	struct attrs own;
	struct path paths[COLLECT_PATHS_MAX];
	uint32_t sequence;
	bool is_pending;
	int64_t notified; /* REALTIME usec */
	uint64_t digest;
};

static int read_uint(struct reader *r, uint64_t max, uint64_t *ret)
{
	struct cbor_item item;

	if (cbor_expect(r, CBOR_UNSIGNED, &item) < 0 || item.u > max)
		return -EBADMSG;
	*ret = item.u;
	return 0;
}

static int read_bool(struct reader *r, bool *ret)
{
	struct cbor_item item;

	if (cbor_expect(r, CBOR_BOOLEAN, &item) < 0)
		return -EBADMSG;
	*ret = item.b;
	return 0;
}

static int read_token(struct reader *r, struct span *ret)
{
	struct cbor_item item;

	if (cbor_expect(r, CBOR_BYTES, &item) < 0 || item.bytes.len > OBSERVATION_TOKEN_MAX)
		return -EBADMSG;
	*ret = item.bytes;
	return 0;
}

static int read_format(struct reader *r, int *ret)
{
	int64_t format;

	if (cbor_expect_int(r, &format) < 0 || format < FORMAT_NONE || format > INT16_MAX)
		return -EBADMSG;
	*ret = (int)format;
	return 0;
}

static int read_paths(struct reader *r, struct kept *k)
{
	struct cbor_item head;

	if (cbor_expect(r, CBOR_ARRAY, &head) < 0 || head.u == 0 || head.u > COLLECT_PATHS_MAX)
		return -EBADMSG;
	k->wish.paths = k->paths;
	k->wish.n_paths = (size_t)head.u;
	for (size_t i = 0; i < k->wish.n_paths; i++)
		if (attributes_read_path(r, &k->paths[i]) < 0 ||
			(!k->wish.is_composite && k->paths[i].depth == 0))
			return -EBADMSG;
	return k->wish.is_composite || k->wish.n_paths == 1 ? 0 : -EBADMSG;
}

static int read_observation(struct reader *r, struct kept *k)
{
	struct cbor_item head;
	uint64_t ssid, version, sequence;

	if (cbor_expect(r, CBOR_ARRAY, &head) < 0 || head.u != OBSERVATION_ITEMS ||
		read_uint(r, SSID_MAX, &ssid) < 0 || read_uint(r, LWM2M_1_2, &version) < 0 ||
		read_token(r, &k->wish.token) < 0 || read_bool(r, &k->wish.is_composite) < 0 ||
		read_format(r, &k->wish.accept) < 0 || read_uint(r, 0xffffff, &sequence) < 0 ||
		read_bool(r, &k->is_pending) < 0 || cbor_expect_int(r, &k->notified) < 0 ||
		read_uint(r, UINT64_MAX, &k->digest) < 0 || read_paths(r, k) < 0 ||
		cbor_expect(r, CBOR_ARRAY, &head) < 0 || head.u > 1)
		return -EBADMSG;
	if (head.u == 1 && attributes_read_set(r, &k->own) < 0)
		return -EBADMSG;
	k->wish.own = head.u == 1 ? &k->own : NULL;
	k->wish.short_server_id = (uint16_t)ssid;
	k->wish.version = (enum lwm2m_version)version;
	k->sequence = (uint32_t)sequence;
	return 0;
}

/* A change while the daemon did not run is a change, but how big it was nobody knows. */
static int resume(struct observe *o, const struct kept *k)
{
	int64_t age = (int64_t)clock_realtime(o->env.clock) - k->notified;
	uint64_t now = clock_now(o->env.clock);
	struct observation *ob;
	int r = reporting_add(o, &k->wish, &ob);

	if (r < 0)
		return r;
	audience_find(o, ob->short_server_id)->is_online = false;
	ob->sequence = k->sequence;
	ob->notified = age < 0 ? now : (uint64_t)age > now ? 0 : now - (uint64_t)age;
	ob->is_pending = k->is_pending;
	ob->is_changed = condition_digest(o, ob) != k->digest;
	reporting_schedule(o, ob);
	return 0;
}

static int load_observations(struct observe *o, struct reader *r, const uint16_t *ids, size_t n)
{
	struct cbor_item head;

	if (cbor_expect(r, CBOR_ARRAY, &head) < 0)
		return -EBADMSG;
	for (uint64_t i = 0; i < head.u; i++) {
		struct kept k = {0};

		if (read_observation(r, &k) < 0)
			return -EBADMSG;
		if (!is_among(ids, n, k.wish.short_server_id))
			continue;

		int e = resume(o, &k);

		if (e < 0)
			return e;
	}
	return 0;
}

static int load_one_stored(struct observe *o, struct reader *r)
{
	struct cbor_item head, payload;
	struct span token;
	uint64_t ssid, code;
	int format;

	if (cbor_expect(r, CBOR_ARRAY, &head) < 0 || head.u != STORED_ITEMS ||
		read_uint(r, SSID_MAX, &ssid) < 0 || read_token(r, &token) < 0 ||
		read_uint(r, UINT8_MAX, &code) < 0 || read_format(r, &format) < 0 ||
		cbor_expect(r, CBOR_BYTES, &payload) < 0 || payload.bytes.len > PAYLOAD_MAX)
		return -EBADMSG;

	struct observation *ob = observations_find(&o->all, (uint16_t)ssid, token);

	if (!ob || o->n_stored >= o->env.stored_max)
		return 0;

	struct stored *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	*s = (struct stored){.of = ob, .code = (uint8_t)code, .content_format = format};

	int e = buf_set(&s->payload, payload.bytes);

	if (e < 0) {
		stored_free(s);
		return e;
	}
	stored_append(o, audience_find(o, (uint16_t)ssid), s);
	return 0;
}

static int load_stored(struct observe *o, struct reader *r)
{
	struct cbor_item head;

	if (cbor_expect(r, CBOR_ARRAY, &head) < 0)
		return -EBADMSG;
	for (uint64_t i = 0; i < head.u; i++) {
		int e = load_one_stored(o, r);

		if (e < 0)
			return e;
	}
	return rd_left(r) > 0 ? -EBADMSG : 0;
}

int observe_load(struct observe *o, struct span in, const uint16_t *short_server_ids, size_t n)
{
	struct reader r = reader_of(in);
	struct cbor_item head;
	uint64_t version;
	int e = -EBADMSG;

	if (cbor_expect(&r, CBOR_ARRAY, &head) == 0 && head.u == HEAD_ITEMS &&
		read_uint(&r, UINT64_MAX, &version) == 0 && version == STATE_VERSION)
		e = load_observations(o, &r, short_server_ids, n);
	if (e == 0)
		e = load_stored(o, &r);
	for (size_t i = 0; e < 0 && i < n; i++)
		observe_void(o, short_server_ids[i]);
	return e;
}
