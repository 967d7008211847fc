#include "daemon/card_source.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

struct card_none {
	const struct loop *loop;
	struct loop_source *timer;
	bool is_off;
	void (*done)(void *to, const struct card_answer *answer);
	void *to;
};

static void on_timer(void *data)
{
	const struct card_none *c = data;
	struct card_answer answer = {
		.reason = c->is_off ? REASON_CARD_OFF : REASON_CARD_NO_SERVICE,
		.detail = c->is_off ? "switched off in the configuration" : "no card service",
	};

	c->done(c->to, &answer);
}

static int card_read(void *data, struct model *m,
	void (*done)(void *to, const struct card_answer *answer), void *to)
{
	struct card_none *c = data;

	(void)m;
	c->done = done;
	c->to = to;
	return c->loop->arm(c->timer, 0, 1);
}

static void card_cancel(void *data)
{
	struct card_none *c = data;

	c->loop->arm(c->timer, USEC_NEVER, 1);
}

static bool card_can_change(void *data)
{
	(void)data;
	return false;
}

static void card_free(void *data)
{
	struct card_none *c = data;

	if (c)
		c->loop->free_source(c->timer);
	free(c);
}

int card_none_new(const struct loop *loop, bool is_off, struct card_source *ret)
{
	struct card_none *c = calloc(1, sizeof *c);
	int r;

	if (!c)
		return -ENOMEM;
	c->loop = loop;
	c->is_off = is_off;
	r = loop->timer(loop->impl, on_timer, c, &c->timer);
	if (r < 0) {
		free(c);
		return r;
	}
	*ret = (struct card_source){.data = c,
		.read = card_read,
		.cancel = card_cancel,
		.can_change = card_can_change,
		.free = card_free};
	return 0;
}
