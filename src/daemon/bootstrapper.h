#pragma once
/*
 * Everything towards the Bootstrap-Server: the request of a client-initiated bootstrap, the
 * listener for a server-initiated one, and the session that either opens. Reports events to the
 * sequence, which decides. Layer: daemon. (TS core 6.1.4, TS core 6.1.7)
 */
#include "bootstrap/sequence.h"
#include "bootstrap/session.h"
#include "conf/conf.h"
#include "daemon/keeper.h"
#include "daemon/timeline.h"
#include "transport/transport.h"

struct bootstrapper;

struct bootstrapper_env {
	struct model *model;
	struct tp *tp;
	const struct loop *loop;
	const struct clock *clock;
	struct timeline *timeline;
	struct keeper *keeper;
	void *data;
	/* An event for the sequence, taken up from the loop. */
	void (*feed)(void *data, enum seq_event event);
	/*
	 * The same, carried out before it returns: an operation must find its session open.
	 * false: the sequence has no use for it now.
	 */
	bool (*feed_now)(void *data, enum seq_event event);
};

int bootstrapper_new(const struct bootstrapper_env *env, struct bootstrapper **ret);
struct bootstrapper *bootstrapper_free(struct bootstrapper *b);
void bootstrapper_set_conf(struct bootstrapper *b, const struct conf *conf);

/* Looks the server's name up, so that the request is not late. */
void bootstrapper_prepare(struct bootstrapper *b);
/* Bootstrap-Request; its outcome comes as EV_REQUEST_…; EV_NO_ACCOUNT without account. */
void bootstrapper_request(struct bootstrapper *b);
void bootstrapper_cancel(struct bootstrapper *b);

void bootstrapper_open_listener(struct bootstrapper *b);
/* linger: a while later, for the repetition of a lost answer. */
void bootstrapper_close_listener(struct bootstrapper *b, bool linger);

bool bootstrapper_open_session(struct bootstrapper *b, bool is_server_initiated);
void bootstrapper_roll_back(struct bootstrapper *b);
/* After EV_FINISHED: the session's memory goes, counters start anew. */
void bootstrapper_finished(struct bootstrapper *b);
bool bootstrapper_has_session(const struct bootstrapper *b);

/* Failed client-initiated bootstraps in a row: the wait before the next, and whether the
 * sequence starts over (doc/decisions.md). */
uint64_t bootstrapper_back_off(struct bootstrapper *b, bool *ret_is_round_over);
