#include "dm/observations.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

enum { BUCKETS_MIN = 16 };

/* --- the heap --------------------------------------------------------------------------------- */

static void put(struct observations *l, size_t at, struct observation *ob)
{
	l->heap[at] = ob;
	ob->heap_at = (uint32_t)at;
}

static size_t sift_up(struct observations *l, size_t at, struct observation *ob)
{
	while (at > 0 && l->heap[(at - 1) / 2]->due > ob->due) {
		put(l, at, l->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(l, at, ob);
	return at;
}

static void sift_down(struct observations *l, size_t at, struct observation *ob)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= l->n)
			break;
		if (child + 1 < l->n && l->heap[child + 1]->due < l->heap[child]->due)
			child++;
		if (l->heap[child]->due >= ob->due)
			break;
		put(l, at, l->heap[child]);
		at = child;
	}
	put(l, at, ob);
}

void observations_schedule(struct observations *l, struct observation *ob, uint64_t due)
{
	bool is_earlier = due < ob->due;

	if (ob->due == due)
		return;
	ob->due = due;
	if (is_earlier)
		sift_up(l, ob->heap_at, ob);
	else
		sift_down(l, ob->heap_at, ob);
}

struct observation *observations_first(const struct observations *l)
{
	return l->n > 0 ? l->heap[0] : NULL;
}

static void heap_remove(struct observations *l, struct observation *ob)
{
	size_t at = ob->heap_at;
	struct observation *last = l->heap[--l->n];

	if (last == ob)
		return;
	if (sift_up(l, at, last) == at)
		sift_down(l, at, last);
}

/* --- the indices ------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t hash, uint64_t v)
{
	hash = (hash ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

static size_t hash_of_token(uint16_t short_server_id, struct span token)
{
	uint64_t v = 0;

	for (size_t i = 0; i < token.len; i++)
		v = v << 8 | token.data[i];
	return (size_t)mix(mix(short_server_id, token.len), v);
}

/* What a path is found by: that of its resource if it is deeper. */
static struct path key_of(struct path p)
{
	return p.depth > 3 ? path_parent(p, 3) : p;
}

static size_t hash_of_path(struct path p)
{
	uint64_t v = p.device;

	for (uint8_t i = 0; i < p.depth; i++)
		v = v << 16 | p.id[i];
	return (size_t)mix(p.depth, v);
}

static void link_member(struct observations *l, struct member *m)
{
	struct member **bucket = &l->paths[hash_of_path(key_of(m->path)) & (l->n_paths - 1)];

	m->next = *bucket;
	m->from = bucket;
	if (m->next)
		m->next->from = &m->next;
	*bucket = m;
}

static void unlink_member(struct member *m)
{
	*m->from = m->next;
	if (m->next)
		m->next->from = m->from;
}

static struct observation **bucket_of_token(
	const struct observations *l, uint16_t short_server_id, struct span token)
{
	return &l->tokens[hash_of_token(short_server_id, token) & (l->n_tokens - 1)];
}

static void link_token(struct observations *l, struct observation *ob)
{
	struct observation **bucket =
		bucket_of_token(l, ob->short_server_id, observation_token(ob));

	ob->next_of_token = *bucket;
	*bucket = ob;
}

static void unlink_token(struct observations *l, struct observation *ob)
{
	struct observation **at = bucket_of_token(l, ob->short_server_id, observation_token(ob));

	while (*at != ob)
		at = &(*at)->next_of_token;
	*at = ob->next_of_token;
}

static int grow_tokens(struct observations *l)
{
	size_t n = l->n_tokens ? 2 * l->n_tokens : BUCKETS_MIN;
	struct observation **tokens = calloc(n, sizeof *tokens);

	if (!tokens)
		return -ENOMEM;
	free(l->tokens);
	l->tokens = tokens;
	l->n_tokens = n;
	for (size_t i = 0; i < l->n; i++)
		link_token(l, l->heap[i]);
	return 0;
}

static int grow_paths(struct observations *l, size_t wanted)
{
	size_t n = l->n_paths ? l->n_paths : BUCKETS_MIN;

	while (n < wanted)
		n *= 2;

	struct member **paths = calloc(n, sizeof *paths);

	if (!paths)
		return -ENOMEM;
	free(l->paths);
	l->paths = paths;
	l->n_paths = n;
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < l->heap[i]->n_members; k++)
			link_member(l, &l->heap[i]->member[k]);
	return 0;
}

/* Room for one more with so many paths. */
static int reserve(struct observations *l, size_t n_members)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap + l->cap / 2 : BUCKETS_MIN;
		struct observation **heap = realloc(l->heap, cap * sizeof *heap);

		if (!heap)
			return -ENOMEM;
		l->heap = heap;
		l->cap = cap;
	}
	if (l->n >= l->n_tokens) {
		int r = grow_tokens(l);

		if (r < 0)
			return r;
	}
	if (l->n_members + n_members > l->n_paths)
		return grow_paths(l, l->n_members + n_members);
	return 0;
}

/* --- observations ----------------------------------------------------------------------------- */

static void observation_free(struct observation *ob)
{
	free(ob->own);
	free(ob->tracks);
	free(ob);
}

int observations_add(struct observations *l, uint16_t short_server_id, struct span token,
	const struct path *paths, size_t n_paths, struct observation **ret)
{
	struct observation *ob;
	int r = reserve(l, n_paths);

	assert(token.len <= OBSERVATION_TOKEN_MAX && n_paths > 0 && n_paths <= UINT16_MAX);
	if (r < 0)
		return r;
	ob = malloc(sizeof *ob + n_paths * sizeof *ob->member);
	if (!ob)
		return -ENOMEM;
	*ob = (struct observation){.short_server_id = short_server_id,
		.due = USEC_NEVER,
		.token_len = (uint8_t)token.len,
		.n_members = (uint16_t)n_paths};
	if (token.len)
		memcpy(ob->token, token.data, token.len);
	for (size_t i = 0; i < n_paths; i++) {
		ob->member[i] = (struct member){.of = ob, .path = paths[i]};
		link_member(l, &ob->member[i]);
	}
	link_token(l, ob);
	put(l, l->n++, ob);
	l->n_members += n_paths;
	*ret = ob;
	return 0;
}

void observations_remove(struct observations *l, struct observation *ob)
{
	for (size_t i = 0; i < ob->n_members; i++)
		unlink_member(&ob->member[i]);
	l->n_members -= ob->n_members;
	unlink_token(l, ob);
	heap_remove(l, ob);
	observation_free(ob);
}

void observations_done(struct observations *l)
{
	for (size_t i = 0; i < l->n; i++)
		observation_free(l->heap[i]);
	free(l->heap);
	free(l->tokens);
	free(l->paths);
	*l = (struct observations){0};
}

struct observation *observations_find(
	const struct observations *l, uint16_t short_server_id, struct span token)
{
	if (l->n == 0)
		return NULL;
	for (struct observation *ob = *bucket_of_token(l, short_server_id, token); ob;
		ob = ob->next_of_token)
		if (ob->short_server_id == short_server_id &&
			span_is_equal(observation_token(ob), token))
			return ob;
	return NULL;
}

struct member *observations_at(const struct observations *l, struct path p, struct member *after)
{
	struct member *m = after ? after->next : NULL;

	if (!after && l->n > 0)
		m = l->paths[hash_of_path(p) & (l->n_paths - 1)];
	while (m && !path_is_equal(key_of(m->path), p))
		m = m->next;
	return m;
}
