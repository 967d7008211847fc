#pragma once
/*
 * Step 1 asks a card source and goes on when it answers. The interface keeps a slow or missing
 * card service out of the loop: the answer comes later, by callback. Layer: daemon.
 * (TS core 6.1.4 step 1)
 */
#include <stdbool.h>

#include "base/reason.h"
#include "model/model.h"

struct card_answer {
	bool is_configured; /* the card's accounts are in the model */
	enum origin origin; /* of the server accounts that are in use then */
	bool is_expected;   /* the configuration expects a card: its absence is a warning */
	enum reason reason; /* why not, or what changed */
	const char *detail; /* one line, never NULL */
};

struct card_source {
	void *data;
	/* Answers once, from the loop, never from inside this call. */
	int (*read)(void *data, struct model *m,
		void (*done)(void *to, const struct card_answer *answer), void *to);
	void (*cancel)(void *data);
	/* Whether asking again can bring something that the source does not tell by itself. */
	bool (*can_change)(void *data);
	void (*free)(void *data);
};
