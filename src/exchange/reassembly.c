#include "exchange/reassembly.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "exchange/dedup.h"

static void transfer_drop(struct transfer *t)
{
	buf_done(&t->key);
	body_done(&t->body);
	*t = (struct transfer){0};
}

static struct transfer *reassembly_find(struct reassembly *r, struct span key)
{
	for (size_t i = 0; i < REASSEMBLY_MAX; i++)
		if (r->transfer[i].key.len && span_is_equal(buf_span(&r->transfer[i].key), key))
			return &r->transfer[i];
	return NULL;
}

/* A free place; without one the transfer that has been silent longest is given up. */
static struct transfer *reassembly_place(struct reassembly *r)
{
	struct transfer *oldest = &r->transfer[0];

	for (size_t i = 0; i < REASSEMBLY_MAX; i++) {
		if (r->transfer[i].key.len == 0)
			return &r->transfer[i];
		if (r->transfer[i].expires < oldest->expires)
			oldest = &r->transfer[i];
	}
	transfer_drop(oldest);
	return oldest;
}

/* Every block but the last is as long as its size says; the last may be shorter or empty. */
static bool block_is_sound(const struct packet *p)
{
	size_t size = block_size(p->block1.szx);

	return p->block1.more ? p->content.payload.len == size : p->content.payload.len <= size;
}

static uint8_t transfer_add(
	struct transfer *t, const struct packet *p, size_t body_max, struct body *ret)
{
	int r = body_append(&t->body, p->content.payload, body_max);

	if (r < 0) {
		transfer_drop(t);
		return r == -ENOSPC ? MSG_TOO_LARGE : MSG_INTERNAL;
	}
	if (p->block1.more)
		return MSG_CONTINUE;

	*ret = t->body;
	t->body = (struct body){0};
	transfer_drop(t);
	return 0;
}

uint8_t reassembly_add(struct reassembly *r, const struct packet *p, size_t body_max, uint64_t now,
	struct body *ret)
{
	_cleanup_(buf_done) struct buf key = {0};

	reassembly_expire(r, now);
	if (packet_key(p, KEY_CONTENT_FORMAT | KEY_REQUEST_TAG, &key) < 0)
		return MSG_INTERNAL;

	struct transfer *t = reassembly_find(r, buf_span(&key));

	/* block 0 always starts over: the peer has given up the former try */
	if (t && p->block1.num == 0) {
		transfer_drop(t);
		t = NULL;
	}
	if (!block_is_sound(p)) {
		if (t)
			transfer_drop(t);
		return MSG_BAD_REQUEST;
	}
	if (p->size1 != SIZE_ABSENT && (uint64_t)p->size1 > body_max) {
		if (t)
			transfer_drop(t);
		return MSG_TOO_LARGE;
	}
	if (!t && p->block1.num != 0)
		return MSG_INCOMPLETE;
	if (t && block_offset(p->block1) != t->body.len) {
		transfer_drop(t);
		return MSG_INCOMPLETE;
	}

	if (!t) {
		t = reassembly_place(r);
		t->key = key;
		key = (struct buf){0};
	}
	t->expires = usec_after(now, EXCHANGE_LIFETIME_SEC);
	return transfer_add(t, p, body_max, ret);
}

void reassembly_expire(struct reassembly *r, uint64_t now)
{
	for (size_t i = 0; i < REASSEMBLY_MAX; i++)
		if (r->transfer[i].key.len && r->transfer[i].expires <= now)
			transfer_drop(&r->transfer[i]);
}

uint64_t reassembly_due(const struct reassembly *r)
{
	uint64_t due = USEC_NEVER;

	for (size_t i = 0; i < REASSEMBLY_MAX; i++)
		if (r->transfer[i].key.len && r->transfer[i].expires < due)
			due = r->transfer[i].expires;
	return due;
}

void reassembly_done(struct reassembly *r)
{
	for (size_t i = 0; i < REASSEMBLY_MAX; i++)
		transfer_drop(&r->transfer[i]);
}
