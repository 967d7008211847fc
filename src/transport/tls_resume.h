#pragma once
/*
 * The (D)TLS session that the next handshake with the same peer may resume: kept as the bytes that
 * also go to disk, since OpenSSL spoils a session whose connection ended badly. One per endpoint,
 * so never of other credentials. (RFC 5077, RFC 8446 section 2.2; RFC 7925) Layer: transport.
 */
#include <openssl/ssl.h>

#include "base/secret.h"

/* Larger ones, with long chains of certificates, are not kept. */
enum { TLS_RESUME_MAX = 8 * 1024 };

/* {0} is valid: nothing is kept. */
struct tls_resume {
	struct secret session;
	SSL_SESSION *offered; /* in this handshake */
	bool is_resumed;      /* the peer took it */
	bool is_renewed;      /* session is a newer one */
};

/* Before any handshake: sessions are told to on_new, which returns 0, and not kept by OpenSSL. */
void tls_resume_prepare(SSL_CTX *ctx, int (*on_new)(SSL *ssl, SSL_SESSION *session));
/* At the start of a client handshake, once it is set up. */
void tls_resume_offer(struct tls_resume *r, SSL *ssl);
/* At its end. */
void tls_resume_note(struct tls_resume *r, const SSL *ssl);
/* A session that the peer lets us resume later. */
void tls_resume_keep(struct tls_resume *r, SSL_SESSION *session);
/* Bytes that were kept over a restart. -EBADMSG: no session that could be resumed. */
int tls_resume_load(struct tls_resume *r, struct span bytes);
void tls_resume_forget(struct tls_resume *r);
