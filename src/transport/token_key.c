#include <errno.h>

#include "transport/tp_session.h"

/*
 * The private key of an account that names a token. A PIN that was refused is not given again
 * before another one is configured: after the third time many tokens are blocked.
 */

static bool is_refused(const struct tp *tp)
{
	return tp->refused_pin.len > 0 &&
	       span_is_equal(secret_span(&tp->refused_pin), secret_span(&tp->token_pin));
}

static void on_key(
	void *data, int error, struct evp_pkey_st *key, bool is_pin_used, const char *why)
{
	struct tp_session *s = data;
	char text[TLS_WHY_MAX];

	s->token = NULL;
	s->token_deadline = USEC_NEVER;
	snprintf(text, sizeof text, "%s", why);
	if (error == -EACCES && is_pin_used)
		(void)secret_set(&s->tp->refused_pin, secret_span(&s->tp->token_pin));
	if (error == 0)
		error = tls_credentials_set_key(&s->endpoint->credentials, key, text);
	if (error < 0 && session_is_wanted(s))
		session_fail(s, REASON_TOKEN_UNAVAILABLE, false, "%s", text);
	session_work(s);
}

bool session_has_key(struct tp_session *s)
{
	const struct tls_credentials *c = &s->endpoint->credentials;
	int r = 0;

	if (c->token_uri.len == 0 || c->own_key)
		return true;
	if (is_refused(s->tp)) {
		session_fail(s, REASON_TOKEN_UNAVAILABLE, false,
			"the token refused the PIN; it is not tried again");
		return false;
	}
	if (!s->token)
		r = token_fetch_start(s->tp->loop, secret_span(&c->token_uri),
			secret_span(&s->tp->token_pin), on_key, s, &s->token);
	if (r < 0)
		session_fail(s, REASON_TOKEN_UNAVAILABLE, false, "%s", strerror(-r));
	else if (s->token_deadline == USEC_NEVER)
		s->token_deadline = clock_now(s->tp->clock) + SESSION_TOKEN_TIME;
	return false;
}

/* Its thread goes on: a later answer serves the next attempt, and there never is a second one. */
void session_key_timed_out(struct tp_session *s)
{
	s->token_deadline = USEC_NEVER;
	if (session_is_wanted(s))
		session_fail(s, REASON_TOKEN_UNAVAILABLE, false, "the token does not answer");
}
