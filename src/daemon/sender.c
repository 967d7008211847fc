#include "daemon/sender.h"

#include <errno.h>
#include <stdlib.h>

struct item {
	int format;
	struct buf payload;
};

struct sender {
	struct sender_env env;
	struct item items[SENDER_WAITING_MAX]; /* the oldest first */
	size_t n_items, n_octets;
	bool is_sending; /* the oldest is on its way */
	bool is_dropped; /* … and is not waited for any more */
};

int sender_new(const struct sender_env *env, struct sender **ret)
{
	struct sender *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->env = *env;
	*ret = s;
	return 0;
}

static void remove_at(struct sender *s, size_t i)
{
	s->n_octets -= s->items[i].payload.len;
	buf_done(&s->items[i].payload);
	s->n_items--;
	memmove(&s->items[i], &s->items[i + 1], (s->n_items - i) * sizeof *s->items);
}

void sender_clear(struct sender *s)
{
	s->is_dropped = s->is_sending;
	while (s->n_items > 0)
		remove_at(s, s->n_items - 1);
}

struct sender *sender_free(struct sender *s)
{
	if (!s)
		return NULL;
	sender_clear(s);
	free(s);
	return NULL;
}

static void on_done(void *data, const struct tp_result *result)
{
	struct sender *s = data;
	bool has_answer = result->reason == REASON_NONE;
	uint8_t class = has_answer ? result->response->code >> 5 : 0;
	enum sender_event event = class == 2   ? SENDER_TAKEN
				  : class == 4 ? SENDER_REFUSED
					       : SENDER_KEPT;

	s->is_sending = false;
	if (event != SENDER_KEPT && !s->is_dropped)
		remove_at(s, 0);
	s->is_dropped = false;
	s->env.told(s->env.data, event, result);
	/* after a failure the next success of the registration shows that the server is back */
	if (event != SENDER_KEPT)
		sender_ready(s);
}

void sender_ready(struct sender *s)
{
	if (s->is_sending || s->n_items == 0)
		return;

	const struct item *item = &s->items[0];

	/* what cannot be sent now stays for the next time */
	s->is_sending =
		s->env.post(s->env.data, item->format, buf_span(&item->payload), on_done, s) == 0;
}

void sender_closed(struct sender *s)
{
	s->is_sending = s->is_dropped = false;
}

int sender_add(struct sender *s, int format, struct buf *payload)
{
	if (payload->len > SENDER_OCTETS_MAX)
		return -EMSGSIZE;
	while (s->n_items == SENDER_WAITING_MAX ||
		(s->n_items > 0 && s->n_octets + payload->len > SENDER_OCTETS_MAX)) {
		/* its answer is of one that is gone */
		s->is_dropped |= s->is_sending;
		remove_at(s, 0);
		s->env.told(s->env.data, SENDER_LOST, NULL);
	}
	s->items[s->n_items++] = (struct item){format, *payload};
	s->n_octets += payload->len;
	*payload = (struct buf){0};
	return 0;
}

size_t sender_waiting(const struct sender *s)
{
	return s->n_items;
}
