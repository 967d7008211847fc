#pragma once
/*
 * Plays operations on one session, one after the other: the next is sent when the former is
 * answered, and each answer becomes an event.
 */
#include <coap3/coap.h>

#include "op.h"

struct player {
	const char *server; /* name in events; borrowed */
	coap_session_t *session;
	struct op *queue;
	bool is_waiting; /* for the answer to the first of the queue */
	bool is_script;	 /* the end of the queue is worth an event */
	uint64_t due;	 /* of a WAIT, 0: none */
	uint64_t sent;
	uint8_t token[8];
	size_t token_len;
};

/* Later operations go to this session; NULL: to none. Keeps a reference. */
void player_use(struct player *p, coap_session_t *session);
/* Takes the list; is_script: {"event":"played"} follows the last answer. */
void player_add(struct player *p, struct op *list, bool is_script);
/* Sends what can be sent. Not from inside a callback of libcoap. */
void player_run(struct player *p);
/* When player_run() wants to be called; USEC_NEVER. */
uint64_t player_deadline(const struct player *p);
void player_response(struct player *p, coap_session_t *session, const coap_pdu_t *received);
void player_failed(struct player *p, coap_session_t *session, const char *why);
void player_done(struct player *p);
