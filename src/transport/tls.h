#pragma once
/*
 * What OpenSSL is told before a handshake, and what is seen of it: libcoap's SSL_CTX are caught
 * when they are made, and each client handshake is set up in the info callback, since libcoap
 * offers no other place for it. Layer: transport. (TS transport 5.2.8, RFC 7925)
 */
#include "transport/tls_watch.h"

struct tls_catcher;

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
int tls_server_setup(SSL *ssl, const struct tls_credentials *credentials);
/* What only TLS has, DTLS 1.2 not: ALPN, the rules of TLS 1.3. For tls_client_setup(). */
int tls_stream_setup(SSL *ssl, const struct tls_credentials *credentials);
/* The same on its context, for what libcoap makes before any handshake: to be called before
 * libcoap gets to know of a key. */
int tls_listener_setup(SSL_CTX *ctx, const struct tls_credentials *credentials);
/* Whom verify(store, data) asks for each certificate and raw public key of a peer. */
void tls_set_verifier(const struct tls_contexts *contexts,
	int (*verify)(X509_STORE_CTX *store, void *data), void *data);
/*
 * What watches the client sessions of these contexts. Before they are made: the record layer of
 * OpenSSL 3.2 and later takes its callback over at that moment.
 */
void tls_set_watch(const struct tls_contexts *contexts, struct tls_watch *watch);
/* The session that a verification is for. */
SSL *tls_of_store(X509_STORE_CTX *store);
