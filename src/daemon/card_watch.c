#include "daemon/card_watch.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/card_child.h"

struct card_watch {
	const struct loop *loop;
	const struct clock *clock;
	void (*changed)(void *data);
	void *data;
	struct card_child *child;
	struct loop_source *timer;
	uint64_t retry_sec;
};

static void start(struct card_watch *w);

static void try_later(struct card_watch *w)
{
	w->loop->arm(w->timer, usec_after(clock_now(w->clock), w->retry_sec), USEC_PER_SEC);
	w->retry_sec = w->retry_sec * 2 > CARD_WATCH_RETRY_MAX_SEC ? CARD_WATCH_RETRY_MAX_SEC
								   : w->retry_sec * 2;
}

static void on_said(void *data, struct span bytes)
{
	struct card_watch *w = data;

	(void)bytes;
	w->retry_sec = CARD_WATCH_RETRY_SEC;
	w->changed(w->data);
}

static void on_ended(void *data)
{
	struct card_watch *w = data;

	w->child = card_child_free(w->child);
	try_later(w);
}

static void start(struct card_watch *w)
{
	const struct card_child_hooks hooks = {.data = w, .said = on_said, .ended = on_ended};

	if (card_child_new(w->loop, "watch", span_of(NULL, 0), &hooks, &w->child) < 0)
		try_later(w);
}

static void on_timer(void *data)
{
	start(data);
}

int card_watch_new(const struct loop *loop, const struct clock *clock, void (*changed)(void *data),
	void *data, struct card_watch **ret)
{
	struct card_watch *w = calloc(1, sizeof *w);

	if (!w)
		return -ENOMEM;
	*w = (struct card_watch){.loop = loop,
		.clock = clock,
		.changed = changed,
		.data = data,
		.retry_sec = CARD_WATCH_RETRY_SEC};

	int r = loop->timer(loop->impl, on_timer, w, &w->timer);

	if (r < 0) {
		free(w);
		return r;
	}
	start(w);
	*ret = w;
	return 0;
}

struct card_watch *card_watch_free(struct card_watch *w)
{
	if (!w)
		return NULL;
	card_child_free(w->child);
	w->loop->free_source(w->timer);
	free(w);
	return NULL;
}
