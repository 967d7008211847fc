#include "exchange/dedup.h"

#include <stdlib.h>

#include "base/clock.h"

struct dedup_entry {
	uint16_t mid;
	uint8_t code;
	struct token token;
	uint64_t expires;
	uint64_t used;
	struct answer answer;
};

static void dedup_drop(struct dedup_entry **entry)
{
	if (*entry)
		answer_reset(&(*entry)->answer, 0);
	free(*entry);
	*entry = NULL;
}

const struct answer *dedup_find(struct dedup *d, const struct packet *request, uint64_t now)
{
	for (size_t i = 0; i < DEDUP_MAX; i++) {
		struct dedup_entry *e = d->entry[i];

		if (!e || e->mid != request->mid || e->code != request->code ||
			!token_is_equal(e->token, request->token) || e->expires <= now)
			continue;
		/* what was ignored was not executed: it may come again, at a better time */
		if (e->answer.code == MSG_NO_RESPONSE)
			continue;
		e->used = now;
		return &e->answer;
	}
	return NULL;
}

static size_t dedup_place(const struct dedup *d)
{
	size_t oldest = 0;

	for (size_t i = 0; i < DEDUP_MAX; i++) {
		if (!d->entry[i])
			return i;
		if (d->entry[i]->used < d->entry[oldest]->used)
			oldest = i;
	}
	return oldest;
}

struct answer *dedup_reserve(struct dedup *d, const struct packet *request, uint64_t now)
{
	dedup_expire(d, now);

	size_t place = dedup_place(d);
	struct dedup_entry *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	dedup_drop(&d->entry[place]);
	d->entry[place] = e;

	e->mid = request->mid;
	e->code = request->code;
	e->token = request->token;
	e->expires = usec_after(now, EXCHANGE_LIFETIME_SEC);
	e->used = now;
	answer_reset(&e->answer, MSG_NO_RESPONSE);
	return &e->answer;
}

void dedup_expire(struct dedup *d, uint64_t now)
{
	for (size_t i = 0; i < DEDUP_MAX; i++)
		if (d->entry[i] && d->entry[i]->expires <= now)
			dedup_drop(&d->entry[i]);
}

void dedup_done(struct dedup *d)
{
	for (size_t i = 0; i < DEDUP_MAX; i++)
		dedup_drop(&d->entry[i]);
}
