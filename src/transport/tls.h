#pragma once
/*
 * What OpenSSL is told before a handshake, and what is seen of it: libcoap's SSL_CTX are caught
 * when they are made, and each client handshake is set up in the info callback, since libcoap
 * offers no other place for it. Verdicts on handshakes that failed. Layer: transport.
 * (TS transport 5.2.8, 5.2.9; RFC 7925)
 */
#include <openssl/ssl.h>

#include "base/reason.h"
#include "base/secret.h"
#include "codec/ids.h"

struct tls_catcher;

enum { TLS_ALERT_NONE = -1, TLS_IDENTITY_MAX = 256, TLS_KEY_MAX = 256 };

/* The contexts that one coap_new_context() made. */
struct tls_contexts {
	unsigned count;
	SSL_CTX *dtls, *tls; /* libcoap's */
	void (*libcoap_info)(const SSL *ssl, int where, int value);
};

/* Catches from now on, for the whole process; one is enough. */
int tls_catcher_new(struct tls_catcher **ret);
struct tls_catcher *tls_catcher_free(struct tls_catcher *c);
/* What is made between these two calls, by this thread, is noted in *contexts. */
void tls_catch(struct tls_catcher *c, struct tls_contexts *contexts);
/*
 * -ENOSYS: not the two contexts with callbacks that are needed; else the limits of versions and
 * ciphers are set and info takes the place of libcoap's callback, which it must call.
 */
int tls_catch_end(struct tls_catcher *c, void (*info)(const SSL *ssl, int where, int value));

struct tls_credentials {
	enum security_mode mode;
	char *identity; /* PSK */
	struct secret key;
	char *sni; /* may be NULL */
};

/*
 * -EINVAL: what the mode needs is missing, too long, or has a NUL that OpenSSL would cut at;
 * -ENOTSUP: a mode that this build lacks.
 */
int tls_credentials_set(struct tls_credentials *c, enum security_mode mode, struct span identity,
	struct span key, struct span sni);
void tls_credentials_done(struct tls_credentials *c);

/* What was seen of the handshakes and alerts of one session. {0} is not valid: see _reset(). */
struct tls_watch {
	bool is_heard;	 /* anything came back */
	bool has_binder; /* TLS 1.3 proves a pre-shared key in the ClientHello */
	bool server_hello_seen;
	bool finished_sent, finished_seen;
	int alert_seen; /* by us, from the peer */
	int alert_sent; /* fatal, by us */
};

void tls_watch_reset(struct tls_watch *w);
/*
 * For the start of a client handshake (SSL_CB_HANDSHAKE_START): ciphers, credentials, name.
 * watch must live as long as the SSL. give_psk ends in tls_give_psk().
 */
int tls_client_setup(SSL *ssl, const struct tls_credentials *credentials, struct tls_watch *watch,
	SSL_psk_client_cb_func give_psk);
/* Identity and key where OpenSSL wants them; the key's length, 0: there is none. */
unsigned tls_give_psk(const struct tls_credentials *c, char *identity, unsigned identity_size,
	uint8_t *key, unsigned key_size);
/* For the start of a handshake of the listener. */
int tls_server_setup(SSL *ssl);
/* What only TLS has, DTLS 1.2 not: ALPN, the rules of TLS 1.3. For tls_client_setup(). */
int tls_stream_setup(SSL *ssl, enum security_mode mode);
/* The same ciphers on a context, for what libcoap makes before any handshake. */
int tls_set_ciphers(SSL_CTX *ctx);

struct tls_verdict {
	enum reason reason;
	bool is_fatal; /* a class of errors that a retry alone cannot heal */
	char detail[128];
};

/* Why a handshake came to nothing: it was ended, or its time is over. */
struct tls_verdict tls_judge(const struct tls_watch *watch);
const char *tls_alert_name(int alert);
/* Whether the standard wants this alert treated as final for the server. */
bool tls_alert_is_fatal(int alert);
