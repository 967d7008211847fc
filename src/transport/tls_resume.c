#include "transport/tls_resume.h"

#include <errno.h>
#include <time.h>

/* However long the server would take it back: certificates are looked at again once a day. */
#define LIFETIME_MAX_SEC (24L * 3600)

void tls_resume_prepare(SSL_CTX *ctx, int (*on_new)(SSL *ssl, SSL_SESSION *session))
{
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, on_new);
}

static SSL_SESSION *parse(struct span bytes)
{
	const unsigned char *at = bytes.data;

	return d2i_SSL_SESSION(NULL, &at, (long)bytes.len);
}

static long long made_at(const SSL_SESSION *session)
{
#if OPENSSL_VERSION_NUMBER >= 0x30300000L
	return SSL_SESSION_get_time_ex(session);
#else
	return SSL_SESSION_get_time(session);
#endif
}

static bool is_good(const SSL_SESSION *session)
{
	/* both by the clock of the calendar: a step of it costs a full handshake at most */
	long long age = (long long)time(NULL) - made_at(session);
	unsigned long hint = SSL_SESSION_get_ticket_lifetime_hint(session);
	long long lifetime = hint > 0 ? (long long)hint : SSL_SESSION_get_timeout(session);

	if (lifetime > LIFETIME_MAX_SEC)
		lifetime = LIFETIME_MAX_SEC;
	return SSL_SESSION_is_resumable(session) && age >= 0 && age < lifetime;
}

void tls_resume_offer(struct tls_resume *r, SSL *ssl)
{
	SSL_SESSION *session = r->session.len ? parse(secret_span(&r->session)) : NULL;

	SSL_SESSION_free(r->offered);
	r->offered = NULL;
	r->is_resumed = r->is_renewed = false;
	if (session && is_good(session) && SSL_set_session(ssl, session) == 1)
		r->offered = session;
	else
		SSL_SESSION_free(session);
	if (!r->offered)
		secret_done(&r->session);
}

void tls_resume_note(struct tls_resume *r, const SSL *ssl)
{
	if (!r->offered)
		return;
	/* a pre-shared key of TLS 1.3 counts as reused as well; then it is another object */
	r->is_resumed = SSL_session_reused(ssl) && SSL_get_session(ssl) == r->offered;
	SSL_SESSION_free(r->offered);
	r->offered = NULL;
	/* refused, or a ticket of TLS 1.3, which is good once: the server gives another one */
	if (!r->is_renewed && (!r->is_resumed || SSL_version(ssl) == TLS1_3_VERSION))
		secret_done(&r->session);
}

void tls_resume_keep(struct tls_resume *r, SSL_SESSION *session)
{
	unsigned char *bytes = NULL;
	int len = SSL_SESSION_is_resumable(session) ? i2d_SSL_SESSION(session, &bytes) : 0;

	secret_done(&r->session);
	r->is_renewed = true;
	if (len <= 0)
		return;
	if (len <= TLS_RESUME_MAX)
		(void)secret_set(&r->session, span_of(bytes, (size_t)len));
	OPENSSL_clear_free(bytes, (size_t)len);
}

int tls_resume_load(struct tls_resume *r, struct span bytes)
{
	SSL_SESSION *session = bytes.len <= TLS_RESUME_MAX ? parse(bytes) : NULL;
	bool is_usable = session && is_good(session);

	SSL_SESSION_free(session);
	return is_usable ? secret_set(&r->session, bytes) : -EBADMSG;
}

void tls_resume_forget(struct tls_resume *r)
{
	secret_done(&r->session);
	SSL_SESSION_free(r->offered);
	*r = (struct tls_resume){0};
}
