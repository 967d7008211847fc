#pragma once
/*
 * What can be seen of a handshake from outside: messages, records and alerts, and what follows
 * from them once it has come to nothing. Layer: transport. (TS transport 5.2.9, RFC 6347)
 */
#include "transport/tls_verify.h"

enum { TLS_ALERT_NONE = -1 };

/* What was seen of the handshakes and alerts of one session. {0} is not valid: see _reset(). */
struct tls_watch {
	enum security_mode mode;
	bool is_heard;	 /* anything came back */
	bool has_binder; /* TLS 1.3 proves a pre-shared key in the ClientHello */
	bool server_hello_seen;
	bool certificate_sent; /* also a raw public key */
	bool finished_sent, finished_seen;
	int alert_seen;		    /* by us, from the peer */
	int alert_sent;		    /* fatal, by us */
	struct tls_refusal refusal; /* what we did not like about the peer */
	/* DTLS: whether the path loses packets, and whether the peer got our last flight */
	unsigned hellos_sent, hellos_asked; /* ClientHello, and how many the peer asked for */
	bool is_counting, has_gap;
	uint64_t next_record;	 /* of epoch 0, expected from the peer */
	unsigned flight, repeat; /* handshake records of the peer before and after our Finished */
	unsigned finishes;	 /* how often we sent it */
};

void tls_watch_reset(struct tls_watch *w);
/* OpenSSL's view of each record, message and alert, both ways; arg is the struct tls_watch. */
void tls_watch_message(int is_sent, int version, int content_type, const void *bytes, size_t len,
	SSL *ssl, void *arg);

struct tls_verdict {
	enum reason reason;
	bool is_fatal; /* a class of errors that a retry alone cannot heal */
	char detail[192];
};

/* Why a handshake came to nothing: it was ended, or its time is over. */
struct tls_verdict tls_judge(const struct tls_watch *watch);
const char *tls_alert_name(int alert);
/* Whether the standard wants this alert treated as final for the server. */
bool tls_alert_is_fatal(int alert);
