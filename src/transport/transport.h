#pragma once
/*
 * Sessions with peers over CoAP and DTLS: the only layer that knows libcoap and OpenSSL sessions.
 * One session per account: name, handshake, exchange and its deadlines are inside; outside are
 * requests that are completed exactly once and requests of the peer that are answered.
 * Layer: transport. (RFC 7252, 7959; doc/decisions.md)
 */
#include "base/clock.h"
#include "base/loop.h"
#include "base/reason.h"
#include "codec/ids.h"
#include "codec/message.h"
#include "codec/uri.h"

struct tp;	    /* one per process */
struct tp_session;  /* one per account */
struct tp_listener; /* for server-initiated bootstrap */

struct tp_settings {
	uint64_t ack_timeout; /* usec, >= 1 s */
	double ack_random_factor;
	uint32_t max_retransmit;
	int family;		 /* AF_UNSPEC, AF_INET, AF_INET6 */
	const char *interface;	 /* "" or a name: SO_BINDTODEVICE where permitted; borrowed */
	size_t body_max;	 /* block-wise bodies, both ways, in octets */
	const char *trust_store; /* PEM certificates for usages 0 and 1, NULL: none; borrowed */
	struct span token_pin;	 /* for private keys in tokens; borrowed for the call */
	bool clock_check;	 /* no certificate is judged by a clock that was never set */
};

/* Starts libcoap; -ENOSYS: DTLS cannot be set up as needed (ret_why says what is missing). */
int tp_new(const struct loop *loop, const struct clock *clock, const struct tp_settings *settings,
	struct tp **ret, const char **ret_why);
/* All sessions and listeners must be gone. */
struct tp *tp_free(struct tp *tp);
void tp_free_p(struct tp **tp);
/* For a reload: used by sessions made from now on. */
int tp_set(struct tp *tp, const struct tp_settings *settings);
/* MAX_TRANSMIT_WAIT of the settings, usec (RFC 7252 4.8.2). */
uint64_t tp_max_transmit_wait(const struct tp *tp);
/* Whether this security mode can be used in this build and on this system. */
bool tp_supports_mode(int64_t security_mode);
/* Why the last session or listener could not be made of its credentials; "": nothing to say. */
const char *tp_refusal(const struct tp *tp);

/* Resources of an instance of object 0; all is copied, keys are wiped at the end. */
struct tp_peer {
	struct span uri;
	enum security_mode mode;
	struct span identity, secret_key, server_public_key, sni;
	int64_t matching_type;
	bool has_certificate_usage;
	int64_t certificate_usage;
	const uint32_t *ciphersuites;
	size_t n_ciphersuites; /* 0: those of the mode */
	uint16_t local_port;   /* 0: the kernel's choice */
};

enum tp_notice { TP_NOTICE_ACKNOWLEDGED, TP_NOTICE_REJECTED, TP_NOTICE_LOST };

struct tp_handlers {
	void *data;
	/*
	 * A complete request of the peer (block-wise put together, duplicates already answered).
	 * MSG_NO_RESPONSE in *ret: it is ignored. Must not free the session; schedule instead.
	 */
	void (*request)(
		void *data, const char *peer, const struct request *request, struct response *ret);
	/*
	 * The session ended by itself while no request was on its way: the next request makes a
	 * new one (a new security context). May be NULL.
	 */
	void (*lost)(void *data, enum reason reason, const char *detail);
	/*
	 * What became of a notification, from the loop: acknowledged or lost for each confirmable
	 * one, rejected (RST) for any, where libcoap tells it. May be NULL.
	 */
	void (*notified)(void *data, struct span token, enum tp_notice notice);
	/*
	 * After a request was answered: from the loop, nothing of the session is on the stack any
	 * more. The session must not be freed. May be NULL.
	 */
	void (*answered)(void *data);
	/* Somebody without the right credentials tried (listener only). May be NULL. */
	void (*refused)(void *data, const char *peer, const char *detail);
};

/* What came of a request. */
struct tp_result {
	enum reason reason;		 /* REASON_NONE: *response is there, with any code */
	const struct response *response; /* borrowed for the call */
	const char *detail; /* one line for people: address, alert, attempts; never NULL */
	bool is_fatal;	    /* a security error of the "Fail" class: a retry alone cannot heal it */
	bool is_new_session; /* this request made a new (D)TLS session or local port */
};

typedef void (*tp_done_fn)(void *data, const struct tp_result *result);

/*
 * No I/O yet. -EINVAL: bad URI or credentials; -ENOTSUP: mode, scheme or cipher suites are not
 * supported. tp_refusal() says which.
 */
int tp_session_new(struct tp *tp, const struct tp_peer *peer, const struct tp_handlers *handlers,
	struct tp_session **ret);
/* Drops the connection at once and forgets pending requests without completing them. NULL is fine.
 * Returns NULL. */
struct tp_session *tp_session_free(struct tp_session *s);
void tp_session_free_p(struct tp_session **s);
/*
 * Sends a request (CON), connecting first if need be. done is called once, from the loop, never
 * from inside this call; after tp_session_close() or _free() not at all. The request is copied.
 * Query and path of the URI are the caller's business. One deadline for each step: name 30 s,
 * handshake 35 s, exchange MAX_TRANSMIT_WAIT.
 */
int tp_session_request(
	struct tp_session *s, const struct request *request, tp_done_fn done, void *data);
/*
 * Makes a connection, unless one stands; done as above, but without a response. is_new_session:
 * the peer has no security context with us from before. One at a time.
 */
void tp_session_open(struct tp_session *s, tp_done_fn done, void *data);
/* Whether the next handshake offers to resume a (D)TLS session. */
bool tp_session_can_resume(const struct tp_session *s);
/* What it offers, to be kept over a restart: a secret, borrowed until the loop runs; or empty. */
struct span tp_session_resumption(const struct tp_session *s);
/* What a former run kept for the same URI and credentials. -EBADMSG: it cannot be used. */
int tp_session_set_resumption(struct tp_session *s, struct span kept);
struct tp_notification {
	struct span token; /* of the request that made the observation */
	uint32_t observe;  /* the sequence number, 24 bits */
	bool is_confirmable;
	/* what the peer observes: how it will ask for further blocks */
	const struct request *request;
	struct response *response; /* its payload changes hands; has_observe: with the number */
};

/*
 * Sends a notification, on the connection that stands. 0; -EBUSY: a confirmable one is on its way
 * and this is one too, handlers->notified will come; -ENOTCONN: there is no connection; -EMSGSIZE,
 * -ENOMEM.
 */
int tp_session_notify(struct tp_session *s, const struct tp_notification *n);
/* Resolves the name ahead of time, so that a request at a set moment is not late. */
void tp_session_prepare(struct tp_session *s);
/* Closes the connection (close_notify) and forgets pending requests; the next request connects
 * anew. */
void tp_session_close(struct tp_session *s);
bool tp_session_is_connected(const struct tp_session *s);
bool tp_session_is_secure(const struct tp_session *s);
bool tp_session_is_tcp(const struct tp_session *s);
/* Port in use or last used, 0: none yet. */
uint16_t tp_session_local_port(const struct tp_session *s);
/* "192.0.2.1:5684", "" before the name is known. */
const char *tp_session_peer_text(const struct tp_session *s);
/* The last (D)TLS alert received, -1: none (1/x/11). */
int tp_session_last_alert(const struct tp_session *s);

/*
 * Whether the host of this URI can be reached by some route: 1, 0, or -EAGAIN if that cannot be
 * said without a name service. Sends nothing (connect(2) on a UDP socket).
 */
int tp_has_route(const struct tp *tp, struct span uri);

struct tp_listen {
	const char *address; /* "[::]:5684", "0.0.0.0:5684" */
	struct tp_peer peer; /* MODE_NOSEC: only from the address of its URI */
};

/* -EADDRINUSE, -EINVAL (address), -ENOTSUP (mode). handlers->request gets the peer's text. */
int tp_listener_new(struct tp *tp, const struct tp_listen *listen,
	const struct tp_handlers *handlers, struct tp_listener **ret);
/* Closes it and the sessions that came through it. NULL is fine. Returns NULL. */
struct tp_listener *tp_listener_free(struct tp_listener *l);
void tp_listener_free_p(struct tp_listener **l);
/* The port it is bound to (for address ":0"). */
uint16_t tp_listener_port(const struct tp_listener *l);
