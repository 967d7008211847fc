#pragma once
/*
 * A transport without sockets, in the world of world.h: servers are rules that say what they
 * answer and when, requests are kept for the test to see, and the test speaks as the servers do.
 * It is linked instead of libtransport.a, and checks what transport.h asks of its users: no
 * session or listener is freed inside a request of its peer, each one is freed before the tp.
 */
#include "transport/transport.h"

enum fake_op { FAKE_ANY, FAKE_REGISTER, FAKE_UPDATE, FAKE_DEREGISTER, FAKE_BOOTSTRAP, FAKE_SEND };

/* Later rules win over earlier ones; without a rule there is silence. */
struct fake_rule {
	const char *uri; /* of the session; NULL: any */
	enum fake_op op;
	uint8_t code;	    /* of the response; 0: none, but the reason */
	enum reason reason; /* REASON_REG_TIMEOUT comes after MAX_TRANSMIT_WAIT */
	bool is_fatal;
	bool is_never;	/* not completed at all: the session is given up before */
	uint64_t delay; /* usec */
	unsigned times; /* 0: always */
};

/* A new network without servers; 93 s of MAX_TRANSMIT_WAIT. */
void fake_begin(void);
void fake_rule(const struct fake_rule *rule);
/* Accepts all; nothing answers any more; one code for one operation. */
void fake_up(const char *uri);
/* What becomes of the attempt to resume a security session; FAKE_RESUME_NEVER: nothing is kept. */
enum fake_resumption {
	FAKE_RESUME_NEVER,
	FAKE_RESUME_TAKEN,
	FAKE_RESUME_REFUSED,
	FAKE_RESUME_FAILED
};
void fake_resumption(enum fake_resumption what);
void fake_down(const char *uri);
void fake_answer(const char *uri, enum fake_op op, uint8_t code);

struct fake_sent {
	uint64_t at;
	char uri[URI_MAX + 1];
	enum fake_op op;
	char text[800];	   /* "POST /rd?ep=x&lt=60" */
	char payload[800]; /* of a link list */
};

unsigned fake_count(const char *uri, enum fake_op op);
/* The n-th from 0, negative: from the end. Fails the test if there is none. */
const struct fake_sent *fake_sent(const char *uri, enum fake_op op, int n);
/* How often the name was looked up ahead of time, and when last. */
unsigned fake_prepared(const char *uri, uint64_t *ret_at);

/*
 * The peer of the session with this URI asks something: method, "/1/0/1?query". payload may be
 * empty. Returns the code; *ret may be NULL.
 */
uint8_t fake_ask(const char *uri, enum msg_method method, const char *path, int content_format,
	struct span payload, struct response *ret);
/* GET with Observe 0 and this token. */
uint8_t fake_observe(const char *uri, const char *path, const char *token, struct response *ret);
/* Somebody with the right credentials on the listener; 0 (no answer) where there is none. */
uint8_t fake_call(enum msg_method method, const char *path, int content_format, struct span payload,
	struct response *ret);
/* Somebody without. */
void fake_intrude(void);
/* The session of this URI ends by itself. */
void fake_lose(const char *uri, enum reason reason);
void fake_alert(const char *uri, int alert);

struct fake_notice {
	uint64_t at;
	char uri[URI_MAX + 1];
	char token[9];
	uint8_t code;
	int64_t observe; /* -1: absent */
	bool is_confirmable;
	char payload[200];
};

enum { FAKE_NOTICES_MAX = 64 };

/* Notifications that were sent; the n-th from 0, negative: from the end, among the last few. */
unsigned fake_notices(void);
const struct fake_notice *fake_notice(int n);
/* What becomes of the confirmable one on its way; the peer rejects another one. */
void fake_conclude(const char *uri, enum tp_notice notice);
void fake_reject(const char *uri, const char *token);
void fake_fail_notice(int error); /* of tp_session_notify(), 0: it works */

unsigned fake_sessions(void);
/* Sessions with this URI. */
unsigned fake_sessions_to(const char *uri);
bool fake_is_connected(const char *uri);
/* Requests that are not completed yet. */
unsigned fake_pending(const char *uri);

unsigned fake_listeners(void);
/* The address of the i-th open one. */
const char *fake_listener(unsigned i);
/* How many were ever opened. */
unsigned fake_listeners_opened(void);
void fake_fail_listener(int error); /* of tp_listener_new(), 0: it works */
void fake_fail_session(int error);  /* of tp_session_new() */
void fake_fail_request(int error);  /* of tp_session_request() */

/* What tp_has_route() says of this URI from now on; NULL: of all. */
void fake_route(const char *uri, int answer);
