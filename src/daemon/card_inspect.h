#pragma once
/*
 * A visit to the card that changes nothing, for "lwm2mctl card". Layer: daemon.
 */
#include "ctl/manage.h"
#include "daemon/card_run.h"

struct card_inspect;

struct card_inspect_env {
	const struct loop *loop;
	const struct clock *clock;
	void *data;
	/* From the loop, once for each start: for step 1 to remember, and for people. */
	void (*done)(
		void *data, const struct card_outcome *outcome, const struct manage_card *card);
};

int card_inspect_new(const struct card_inspect_env *env, struct card_inspect **ret);
/* NULL is fine. Returns NULL. */
struct card_inspect *card_inspect_free(struct card_inspect *c);
/* -EBUSY while one is running. */
int card_inspect_start(struct card_inspect *c, const struct card_wish *wish);
