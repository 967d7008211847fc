#pragma once
/*
 * The Sends that wait for one server: in order, one at a time, kept while the server cannot be
 * reached, dropped when it refuses them. Layer: daemon. (TS core 1.1 5.2)
 */
#include "transport/transport.h"

enum { SENDER_WAITING_MAX = 16, SENDER_OCTETS_MAX = 256 * 1024 };

struct sender;

enum sender_event {
	SENDER_TAKEN,	/* 2.04 */
	SENDER_REFUSED, /* 4.xx: dropped */
	SENDER_KEPT,	/* no answer, or 5.xx: once more after sender_ready() */
	SENDER_LOST,	/* too many wait: the oldest is dropped */
};

struct sender_env {
	void *data;
	/* As tp_session_request(): POST to the server's /dp. */
	int (*post)(void *data, int format, struct span payload, tp_done_fn done, void *done_data);
	/* result: NULL for SENDER_LOST */
	void (*told)(void *data, enum sender_event event, const struct tp_result *result);
};

int sender_new(const struct sender_env *env, struct sender **ret);
/* Only after the session, or after sender_closed(): no answer may come any more. */
struct sender *sender_free(struct sender *s);

/* At the end of the queue; payload changes hands. -EMSGSIZE: never fits */
int sender_add(struct sender *s, int format, struct buf *payload);
/* Registered or updated: what waits goes out. */
void sender_ready(struct sender *s);
/* The session was closed, so that no answer comes any more: what was on its way waits again. */
void sender_closed(struct sender *s);
/* Forgets all that waits. */
void sender_clear(struct sender *s);
size_t sender_waiting(const struct sender *s);
