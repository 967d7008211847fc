#include "exchange/slices.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/clock.h"

static void large_drop(struct large *l)
{
	buf_done(&l->key);
	body_done(&l->body);
	*l = (struct large){0};
}

/*
 * FNV-1a over the body: the same content has the same ETag, also when it was made anew for a
 * peer that asks for single blocks.
 */
static void body_etag(struct span body, uint8_t ret[ETAG_MAX])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < body.len; i++)
		hash = (hash ^ body.data[i]) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < ETAG_MAX; i++)
		ret[i] = (uint8_t)(hash >> (8 * i));
}

static uint8_t wanted_szx(const struct packet *request, uint8_t szx)
{
	if (request->block2.is_set && request->block2.szx < szx)
		return request->block2.szx;
	return szx;
}

/*
 * One block of body into *a. A peer that asks for blocks larger than ours names an offset in its
 * own size: the number counts in the size that it asked for. (RFC 7959 2.4)
 */
static int slice_into(struct span body, const struct packet *request, uint8_t szx, struct answer *a)
{
	uint8_t use = wanted_szx(request, szx);
	size_t offset = request->block2.is_set ? block_offset(request->block2) : 0;

	if (offset > 0 && offset >= body.len)
		return -ERANGE;

	a->block2 = block_at(body.len, offset, use);
	a->etag_len = ETAG_MAX;
	body_etag(body, a->etag);
	if (offset == 0)
		a->size2 = (int64_t)body.len;
	return body_append(&a->payload, span_slice(body, offset, block_size(use)), SIZE_MAX);
}

static struct large *slices_find(struct slices *s, struct span key)
{
	for (size_t i = 0; i < SLICES_MAX; i++)
		if (s->large[i].key.len && span_is_equal(buf_span(&s->large[i].key), key))
			return &s->large[i];
	return NULL;
}

static struct large *slices_place(struct slices *s, struct span key)
{
	struct large *place = slices_find(s, key);

	for (size_t i = 0; i < SLICES_MAX && !place; i++)
		if (s->large[i].key.len == 0)
			place = &s->large[i];
	if (!place) {
		place = &s->large[0];
		for (size_t i = 1; i < SLICES_MAX; i++)
			if (s->large[i].expires < place->expires)
				place = &s->large[i];
	}
	large_drop(place);
	return place;
}

int slices_answer(struct slices *s, const struct packet *request, uint8_t szx, uint64_t now,
	struct body *body, struct answer *a)
{
	slices_expire(s, now);

	/* it fits one message and the peer did not speak of blocks */
	size_t room = s->room > block_size(szx) ? s->room : block_size(szx);

	if (!request->block2.is_set && body->len <= room) {
		a->payload = *body;
		*body = (struct body){0};
		return 0;
	}

	int r = slice_into(body_span(body), request, szx, a);
	if (r < 0 || !a->block2.more)
		return r;

	_cleanup_(buf_done) struct buf key = {0};

	r = packet_key(request, KEY_ACCEPT, &key);
	if (r < 0)
		return r;

	struct large *l = slices_place(s, buf_span(&key));

	*l = (struct large){.key = key,
		.code = a->code,
		.content_format = a->content_format,
		.body = *body,
		.expires = usec_after(now, SLICES_KEPT_SEC)};
	key = (struct buf){0};
	*body = (struct body){0};
	return 0;
}

int slices_next(
	struct slices *s, const struct packet *request, uint8_t szx, uint64_t now, struct answer *a)
{
	_cleanup_(buf_done) struct buf key = {0};

	slices_expire(s, now);

	int r = packet_key(request, KEY_ACCEPT, &key);
	if (r < 0)
		return r;

	struct large *l = slices_find(s, buf_span(&key));

	if (!l)
		return -ENOENT;
	a->code = l->code;
	a->content_format = l->content_format;
	r = slice_into(body_span(&l->body), request, szx, a);
	if (r < 0)
		return r;

	l->expires = usec_after(now, SLICES_KEPT_SEC);
	if (!a->block2.more)
		large_drop(l);
	return 0;
}

void slices_expire(struct slices *s, uint64_t now)
{
	for (size_t i = 0; i < SLICES_MAX; i++)
		if (s->large[i].key.len && s->large[i].expires <= now)
			large_drop(&s->large[i]);
}

uint64_t slices_due(const struct slices *s)
{
	uint64_t due = USEC_NEVER;

	for (size_t i = 0; i < SLICES_MAX; i++)
		if (s->large[i].key.len && s->large[i].expires < due)
			due = s->large[i].expires;
	return due;
}

void slices_done(struct slices *s)
{
	for (size_t i = 0; i < SLICES_MAX; i++)
		large_drop(&s->large[i]);
}
