#pragma once
/*
 * The requests on their way to one peer: a random token each, bodies sent and collected in
 * blocks, a deadline for each message, and exactly one completion for each request. Knows no
 * socket: messages leave through a function and come in by outgoing_receive(); completions wait
 * for outgoing_deliver(), so that none happens inside another library's call. Layer: exchange.
 * (RFC 7252 section 5.3, RFC 7959 sections 2.4 to 3.3)
 */
#include "base/clock.h"
#include "exchange/packet.h"

struct outgoing;

struct outgoing_config {
	const struct clock *clock;
	size_t body_max;  /* of a response, in octets */
	uint8_t szx;	  /* the largest block, BLOCK_SZX_MAX: 1024 octets */
	uint64_t timeout; /* usec that each message may take to be answered */
	void (*random)(void *data, uint8_t *ret, size_t len);
	/*
	 * Sends a confirmable request; its mid is the sender's business. 0 or negative errno.
	 * -EMSGSIZE: too big for one message, smaller blocks are tried; -EAGAIN: not possible now,
	 * the request starts over with the next outgoing_flush().
	 */
	int (*send)(void *data, const struct packet *packet);
	void *data;
};

/*
 * error 0: *response is there, with any code. -ETIMEDOUT: no answer in time; -ECONNRESET: the
 * peer rejected the message (RST); -EMSGSIZE: a body beyond the limit; -EBADMSG: blocks that do
 * not fit together; -ENOMEM; else what outgoing_fail() was told or send() returned.
 */
typedef void (*outgoing_done_fn)(void *data, int error, const struct response *response);

int outgoing_new(const struct outgoing_config *config, struct outgoing **ret);
/* Forgets all requests without completing them. NULL is fine. Returns NULL. */
struct outgoing *outgoing_free(struct outgoing *o);
void outgoing_free_p(struct outgoing **o);

/* Copies the request; it leaves with the next outgoing_flush(). 0 or -ENOMEM. */
int outgoing_add(
	struct outgoing *o, const struct request *request, outgoing_done_fn done, void *data);
/* Sends what has not been sent yet. */
void outgoing_flush(struct outgoing *o);
/* A response. False: its token is none of ours. */
bool outgoing_receive(struct outgoing *o, const struct packet *response);
/* The request with this token has failed: given up, or rejected. */
void outgoing_fail(struct outgoing *o, struct token token, int error);
void outgoing_fail_all(struct outgoing *o, int error);
/* Those that have been sent and are not answered yet. */
void outgoing_fail_sent(struct outgoing *o, int error);
/* What was sent is sent again from its start with the next outgoing_flush(): another peer. */
void outgoing_restart(struct outgoing *o);
/* Forgets all requests without completing them. */
void outgoing_forget(struct outgoing *o);
/* The next deadline, USEC_NEVER: none. */
uint64_t outgoing_due(const struct outgoing *o);
void outgoing_expire(struct outgoing *o);
/*
 * The payload that one message may have without blocks, never less than one block: over TCP what
 * the peer announced. For requests that have not begun. (RFC 8323 section 5.3.1)
 */
void outgoing_set_room(struct outgoing *o, size_t room);
/* The deadline of each message from now on. */
void outgoing_set_timeout(struct outgoing *o, uint64_t timeout);

/* Whether a request is waiting: not sent yet, or not answered yet. */
bool outgoing_is_busy(const struct outgoing *o);
/* Whether outgoing_deliver() has something to do. */
bool outgoing_has_results(const struct outgoing *o);
/* Completes what is finished. A completion may add requests or free o. */
void outgoing_deliver(struct outgoing *o);
