#pragma once
/*
 * The requests of one peer: each is executed once, its body put together first; its answer is cut
 * into blocks and kept for repetitions. Sends nothing: the answer is handed back. Layer: exchange.
 * (RFC 7252 sections 4.5 and 5.2, RFC 7959)
 */
#include "base/clock.h"
#include "exchange/answer.h"

struct incoming;

struct incoming_config {
	const struct clock *clock;
	size_t body_max; /* of a request, in octets */
	uint8_t szx;	 /* the largest block that is sent, BLOCK_SZX_MAX: 1024 octets */
	/* The transport repeats nothing and its message ids mean nothing. (RFC 8323 section 3) */
	bool is_reliable;
	/* A complete request; MSG_NO_RESPONSE in *ret: it is ignored, its repetitions too. */
	void (*request)(void *data, const struct request *request, struct response *ret);
	void *data;
};

int incoming_new(const struct incoming_config *config, struct incoming **ret);
/* NULL is fine. Returns NULL. */
struct incoming *incoming_free(struct incoming *in);
void incoming_free_p(struct incoming **in);

/* Forgets all it keeps: another peer, or a new security session with this one. */
void incoming_reset(struct incoming *in);
/*
 * The payload that one message may have without blocks, never less than one block: over TCP what
 * the peer announced. (RFC 8323 section 5.3.1)
 */
void incoming_set_room(struct incoming *in, size_t room);
/* The answer, borrowed until the next call; never NULL. Code MSG_NO_RESPONSE: send nothing. */
const struct answer *incoming_serve(struct incoming *in, const struct packet *request);

/*
 * A notification: *ret, reset by the caller, becomes the response, or its first block; then the
 * rest is kept for the peer to ask for as it asks for that of an answer to the request, whose
 * method, path, queries and Accept count (RFC 7959 section 2.6). 0 or -ENOMEM.
 */
int incoming_notify(struct incoming *in, const struct packet *request, struct response *response,
	struct answer *ret);

/*
 * When a body that is kept must be wiped; USEC_NEVER: there is none. (Answers kept for duplicates
 * wake nobody: they are few, and make room by themselves.)
 */
uint64_t incoming_due(const struct incoming *in);
void incoming_expire(struct incoming *in);
