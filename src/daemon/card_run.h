#pragma once
/*
 * One visit to a card by the helper program, with deadlines: it is killed when it is silent or
 * takes too long, and what it answers is checked again. Layer: daemon.
 */
#include "base/clock.h"
#include "base/loop.h"
#include "card/outcome.h"
#include "card/wish.h"

struct card_run;

struct card_run_env {
	const struct loop *loop;
	const struct clock *clock;
	void *data;
	/*
	 * Once for each start, from the loop. The outcome is the callee's for the call.
	 * is_killed: the card or the service hung.
	 */
	void (*done)(void *data, struct card_outcome *outcome, bool is_killed);
};

enum {
	CARD_FIRST_SIGN_SEC = 10, /* from the start to the first sign of life */
	CARD_SILENCE_SEC = 8,	  /* between two */
	CARD_TOTAL_SEC = 60,
};

int card_run_new(const struct card_run_env *env, struct card_run **ret);
/* Ends a running visit without a word. NULL is fine. Returns NULL. */
struct card_run *card_run_free(struct card_run *r);

/* -EBUSY while one is running. What cannot be started is an outcome, too. */
int card_run_start(struct card_run *r, const struct card_wish *wish);
bool card_run_is_running(const struct card_run *r);
/* Whether a card service is installed at all: cheap, no other program is asked. */
bool card_run_has_service(void);
