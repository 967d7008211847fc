#pragma once
/*
 * The insides of a session: what session.c (requests and their results), connection.c (name,
 * addresses, handshake, loss) and stream.c (the same over TCP) share. Not for other files. Layer:
 * transport.
 */
#include "codec/uri.h"
#include "exchange/incoming.h"
#include "exchange/notices.h"
#include "exchange/outgoing.h"
#include "transport/endpoint.h"
#include "transport/tp_token.h"

/* Deadlines of the steps */
#define SESSION_NAME_TIME (30 * USEC_PER_SEC)
#define SESSION_TOKEN_TIME (30 * USEC_PER_SEC)
#define SESSION_HANDSHAKE_TIME (35 * USEC_PER_SEC)
/* while another address is left to try */
#define SESSION_ADDRESS_TIME (10 * USEC_PER_SEC)
/* how long addresses that were found ahead of time are good */
#define SESSION_NAME_FRESH (60 * USEC_PER_SEC)
/* between an ICMP error and the next attempt at the same address */
#define SESSION_PAUSE (1 * USEC_PER_SEC)

enum session_state {
	SESSION_IDLE,	   /* no connection; perhaps a name is being looked up */
	SESSION_HANDSHAKE, /* DTLS; over TCP the connection, then TLS */
	SESSION_CSM,	   /* over TCP: the peer's first message is awaited (RFC 8323 5.3) */
	SESSION_READY,
	SESSION_PAUSED, /* the host refused; once more after SESSION_PAUSE */
};

/* What becomes of a connection, once libcoap has returned. */
enum session_drop {
	DROP_NOT,
	DROP_RETRY, /* another one at once, for the requests that were on their way */
	DROP_PAUSE, /* another one to the same address after SESSION_PAUSE */
	DROP_SKIP,  /* another one to the next address */
	DROP_END,   /* the next request makes another one, with fresh addresses */
};

struct session_failure {
	enum reason reason;
	bool is_fatal;
	char detail[192];
};

/* A request of the user, until it is completed. */
struct waiter {
	struct waiter *next;
	struct tp_session *session;
	tp_done_fn done;
	void *data;
	unsigned connections; /* of the session when the request was made */
};

struct tp_session {
	struct tp *tp;
	struct endpoint *endpoint;
	struct tp_handlers handlers;
	char *uri_text;
	struct uri uri; /* looks into uri_text */
	bool is_secure, is_tcp;
	coap_proto_t proto;

	struct outgoing *out;
	struct incoming *in;
	struct notices notices;
	bool has_answered; /* handlers.answered() is to be called */
	struct waiter *waiters;
	struct {
		tp_done_fn done; /* NULL: nobody waits for the connection itself */
		void *data;
		unsigned connections;
		bool is_failed;
	} opener;

	struct token_fetch *token; /* of the private key, while it is looked for in its token */
	uint64_t token_deadline;
	struct lookup *lookup;
	uint64_t lookup_deadline;
	struct resolve_result names;
	uint64_t names_at; /* when they were found, 0: never */
	bool is_trying;	   /* they are in use, however old */
	size_t at;	   /* the address in use */

	enum session_state state;
	coap_session_t *coap; /* in HANDSHAKE, CSM and READY */
	uint64_t deadline;    /* of the state; USEC_NEVER */
	uint64_t begun;	      /* when the handshake began */
	uint64_t icmp_at;     /* the first ICMP error since something was heard; 0: none */
	bool is_heard;	      /* the peer at this address has answered */
	bool is_connected;    /* the TCP connection stands */
	bool is_retried;      /* libcoap had lost the session once for these requests */
	unsigned connections;
	uint16_t local_port;
	char peer_text[ADDRESS_TEXT_MAX];
	int last_alert;

	struct session_failure failure; /* of the requests that end with -ESHUTDOWN */
	enum session_drop drop;
	bool is_lost;	  /* tell the user when libcoap has returned */
	bool wants_close; /* tp_session_close() was called inside libcoap */

	struct loop_source *timer;
	bool is_due;	/* session_work() has something to do now */
	bool *is_freed; /* set while session_work() runs */
};

extern const struct endpoint_ops session_endpoint_ops;

/* session.c: from the loop only, with no libcoap on the stack. May free the session. */
void session_work(struct tp_session *s);
/* Whether there is something that needs a connection. */
bool session_is_wanted(const struct tp_session *s);
/* Ends all requests and the connection with this reason; harmless inside libcoap. */
__attribute__((format(printf, 4, 5))) void session_fail(
	struct tp_session *s, enum reason reason, bool is_fatal, const char *format, ...);

/*
 * tp_notify.c. Whether a failure of libcoap was that of a notification; then it is noted, to be
 * told by session_tell_notices().
 */
bool session_notice_failed(
	struct tp_session *s, const struct packet *sent, uint16_t mid, coap_nack_reason_t reason);
/* From the loop: tells the user what became of notifications. The user may free the session. */
void session_tell_notices(struct tp_session *s, const bool *is_freed);

/* connection.c: what is due now for the state that the session is in. */
void connection_advance(struct tp_session *s);
/* Starts looking the name up, unless its addresses are fresh or on their way. */
void connection_look_up(struct tp_session *s);
void connection_drop(struct tp_session *s);
/* Harmless inside libcoap; DROP_END wins over the others. */
void connection_want_drop(struct tp_session *s, enum session_drop drop);
/* Does what was wanted. */
void connection_settle(struct tp_session *s);
/* The way to this peer has not led anywhere; the next address, if there is one. */
void connection_refused(struct tp_session *s);
/* The handshake has ended or run out of time; the same. */
void connection_fail_handshake(struct tp_session *s);
/*
 * Whether it may have been the old session that the peer stumbled over: then it is forgotten and
 * the same address is tried again, in full.
 */
bool connection_retry_in_full(struct tp_session *s);
/* Whether another address is left to try. */
bool connection_has_next(const struct tp_session *s);
/* token_key.c: starts looking for the key, if need be. False: the handshake cannot begin yet. */
bool session_has_key(struct tp_session *s);
/* The token has not answered in time. */
void session_key_timed_out(struct tp_session *s);
/* How long one address is tried while another is left: never longer than a request may take. */
uint64_t connection_address_time(const struct tp_session *s);
/* When connection_advance() is due again. */
uint64_t connection_due(const struct tp_session *s);

/* stream.c: what libcoap tells of a session over TCP. */
void stream_event(struct tp_session *s, coap_event_t event);
/* No CSM came, or no connection. */
void stream_timed_out(struct tp_session *s);
/* The payload that one message to the peer may have without blocks. */
size_t stream_room(const struct tp_session *s);
