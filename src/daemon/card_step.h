#pragma once
/*
 * Step 1 with a real card: reads it by the helper program, decides whether it is new, changed,
 * another one, gone or only out of reach, brings its accounts into the model or takes them out,
 * and looks again when something changes and before each Register and Update to its servers.
 * Layer: daemon. (TS core 6.1.3.2, 6.1.4 step 1)
 */
#include "bootstrap/consistency.h"
#include "card/outcome.h"
#include "card/wish.h"
#include "conf/conf.h"
#include "daemon/card_source.h"
#include "daemon/keeper.h"
#include "daemon/timeline.h"

struct card_step;

struct card_step_env {
	struct model *model;
	const struct loop *loop;
	const struct clock *clock;
	struct timeline *timeline;
	struct keeper *keeper;
	bool (*supports_mode)(int64_t security_mode);
	void *data;
	/* The sequence shall begin again at step 1. false: it cannot now; asked again later. */
	bool (*start_over)(void *data);
	/* What card_step_check() held up may go. */
	void (*checked)(void *data);
	/* Whether a registration stands. */
	bool (*is_up)(void *data);
};

int card_step_new(const struct card_step_env *env, const struct conf *conf, struct card_step **ret);
struct card_step *card_step_free(struct card_step *c);
/* A reload: what was given up is tried again. conf is borrowed. */
void card_step_set_conf(struct card_step *c, const struct conf *conf);
/* The source that step 1 asks; lives as long as c, its free does nothing. */
struct card_source card_step_source(struct card_step *c);
/* Looks at the card before a Register or Update. true: it takes a while, env.checked follows. */
bool card_step_check(struct card_step *c);

/* What is wished of a visit now; borrows from the configuration. -EBUSY: one is running;
 * -EOPNOTSUPP: smartcard.enabled is "no". */
int card_step_wish(struct card_step *c, struct card_wish *ret);
/* The outcome of a visit by somebody else: a PIN that the card refused is not tried again. */
void card_step_note(struct card_step *c, const struct card_outcome *outcome);
