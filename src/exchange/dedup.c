#include "exchange/dedup.h"

#include <stdlib.h>

#include "base/clock.h"

struct dedup_entry {
	uint8_t code;
	struct token token;
	uint64_t expires;
	struct answer answer;
};

static struct dedup_entry *dedup_take_out(struct dedup *d, size_t i)
{
	struct dedup_entry *e = d->entry[i];

	d->n--;
	memmove(&d->entry[i], &d->entry[i + 1], (d->n - i) * sizeof *d->entry);
	memmove(&d->mid[i], &d->mid[i + 1], (d->n - i) * sizeof *d->mid);
	return e;
}

static void dedup_drop(struct dedup *d, size_t i)
{
	struct dedup_entry *e = dedup_take_out(d, i);

	answer_reset(&e->answer, 0);
	free(e);
}

static void dedup_append(struct dedup *d, struct dedup_entry *e, uint16_t mid)
{
	if (d->n == 0 || e->expires < d->expires)
		d->expires = e->expires;
	d->mid[d->n] = mid;
	d->entry[d->n++] = e;
}

const struct answer *dedup_find(struct dedup *d, const struct packet *request, uint64_t now)
{
	/* a repetition comes soon: the newest first */
	for (size_t i = d->n; i-- > 0;) {
		const struct dedup_entry *e = d->entry[i];

		if (d->mid[i] != request->mid)
			continue;
		if (e->code != request->code || !token_is_equal(e->token, request->token) ||
			e->expires <= now)
			continue;
		/* what was ignored was not executed: it may come again, at a better time */
		if (e->answer.code == MSG_NO_RESPONSE)
			continue;
		dedup_append(d, dedup_take_out(d, i), request->mid);
		return &e->answer;
	}
	return NULL;
}

struct answer *dedup_reserve(struct dedup *d, const struct packet *request, uint64_t now)
{
	struct dedup_entry *e;

	dedup_expire(d, now);
	/* the room of the one that makes room is room enough */
	e = d->n == DEDUP_MAX ? dedup_take_out(d, 0) : calloc(1, sizeof(*e));
	if (!e)
		return NULL;

	e->code = request->code;
	e->token = request->token;
	e->expires = usec_after(now, EXCHANGE_LIFETIME_SEC);
	answer_reset(&e->answer, MSG_NO_RESPONSE);
	dedup_append(d, e, request->mid);
	return &e->answer;
}

void dedup_expire(struct dedup *d, uint64_t now)
{
	uint64_t next = USEC_NEVER;

	if (d->n == 0 || now < d->expires)
		return;
	for (size_t i = d->n; i-- > 0;) {
		if (d->entry[i]->expires <= now)
			dedup_drop(d, i);
		else if (d->entry[i]->expires < next)
			next = d->entry[i]->expires;
	}
	d->expires = next;
}

void dedup_done(struct dedup *d)
{
	while (d->n > 0)
		dedup_drop(d, d->n - 1);
}
