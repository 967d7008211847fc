#include "transport/tls.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* CCM_8 is mandatory in LwM2M and counts as too weak since OpenSSL 3.2: hence the level. AEAD
 * before CBC (RFC 7457). (TS transport 5.2.8) */
static const char psk_ciphers[] = "ECDHE-PSK-CHACHA20-POLY1305:PSK-AES128-GCM-SHA256:"
				  "PSK-AES128-CCM:PSK-AES128-CCM8:ECDHE-PSK-AES128-CBC-SHA256:"
				  "PSK-AES128-CBC-SHA256:@SECLEVEL=0";

enum { HANDSHAKE_SERVER_HELLO = 2, HANDSHAKE_FINISHED = 20, ALERT_FATAL = 2 };

struct tls_catcher {
	int index; /* of the extra data whose construction tells of each new SSL_CTX */
	struct tls_contexts *contexts; /* NULL: not catching */
	pthread_t thread;
};

static void on_new_context(
	void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp)
{
	struct tls_catcher *c = argp;

	(void)ptr, (void)ad, (void)idx, (void)argl;
	if (!c->contexts || !pthread_equal(c->thread, pthread_self()))
		return;
	/* libcoap makes the one for DTLS first */
	if (c->contexts->count == 0)
		c->contexts->dtls = parent;
	else if (c->contexts->count == 1)
		c->contexts->tls = parent;
	c->contexts->count++;
}

int tls_catcher_new(struct tls_catcher **ret)
{
	struct tls_catcher *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->index =
		CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, c, on_new_context, NULL, NULL);
	if (c->index < 0) {
		free(c);
		return -ENOMEM;
	}
	*ret = c;
	return 0;
}

struct tls_catcher *tls_catcher_free(struct tls_catcher *c)
{
	if (c)
		CRYPTO_free_ex_index(CRYPTO_EX_INDEX_SSL_CTX, c->index);
	free(c);
	return NULL;
}

void tls_catch(struct tls_catcher *c, struct tls_contexts *contexts)
{
	*contexts = (struct tls_contexts){0};
	c->thread = pthread_self();
	c->contexts = contexts;
}

int tls_set_ciphers(SSL_CTX *ctx)
{
	return SSL_CTX_set_cipher_list(ctx, psk_ciphers) == 1 ? 0 : -ENOSYS;
}

int tls_catch_end(struct tls_catcher *c, void (*info)(const SSL *ssl, int where, int value))
{
	struct tls_contexts *got = c->contexts;

	c->contexts = NULL;
	if (got->count != 2 || !SSL_CTX_get_info_callback(got->dtls) ||
		!SSL_CTX_get_info_callback(got->tls))
		return -ENOSYS;

	got->libcoap_info = SSL_CTX_get_info_callback(got->dtls);
	SSL_CTX_set_info_callback(got->dtls, info);
	SSL_CTX_set_info_callback(got->tls, info);
	if (SSL_CTX_set_min_proto_version(got->dtls, DTLS1_2_VERSION) != 1 ||
		SSL_CTX_set_min_proto_version(got->tls, TLS1_2_VERSION) != 1 ||
		tls_set_ciphers(got->dtls) < 0)
		return -ENOSYS;
	return 0;
}

static int text_of_span(struct span from, size_t max, char **ret)
{
	if (from.len > max || (from.len && memchr(from.data, 0, from.len)))
		return -EINVAL;

	char *text = malloc(from.len + 1);

	if (!text)
		return -ENOMEM;
	if (from.len)
		memcpy(text, from.data, from.len);
	text[from.len] = 0;
	*ret = text;
	return 0;
}

int tls_credentials_set(struct tls_credentials *c, enum security_mode mode, struct span identity,
	struct span key, struct span sni)
{
	int r;

	if (mode == MODE_NOSEC) {
		c->mode = mode;
		return 0;
	}
	if (mode != MODE_PSK)
		return -ENOTSUP;
	if (key.len == 0 || key.len > TLS_KEY_MAX)
		return -EINVAL;

	c->mode = mode;
	r = text_of_span(identity, TLS_IDENTITY_MAX, &c->identity);
	if (r == 0)
		r = secret_set(&c->key, key);
	if (r == 0 && sni.len)
		r = text_of_span(sni, 255, &c->sni);
	if (r < 0)
		tls_credentials_done(c);
	return r;
}

void tls_credentials_done(struct tls_credentials *c)
{
	secret_done(&c->key);
	free(c->identity);
	free(c->sni);
	*c = (struct tls_credentials){.mode = c->mode};
}

void tls_watch_reset(struct tls_watch *w)
{
	*w = (struct tls_watch){.alert_seen = TLS_ALERT_NONE, .alert_sent = TLS_ALERT_NONE};
}

static void watch_handshake(struct tls_watch *w, bool is_sent, uint8_t type)
{
	if (type == HANDSHAKE_SERVER_HELLO && !is_sent)
		w->server_hello_seen = true;
	if (type == HANDSHAKE_FINISHED && is_sent)
		w->finished_sent = true;
	if (type == HANDSHAKE_FINISHED && !is_sent)
		w->finished_seen = true;
}

/* OpenSSL's view of each message of the handshake and each alert, both ways. */
static void on_message(int is_sent, int version, int content_type, const void *bytes, size_t len,
	SSL *ssl, void *arg)
{
	struct tls_watch *w = arg;
	const uint8_t *octet = bytes;

	(void)version, (void)ssl;
	if (!is_sent)
		w->is_heard = true;
	if (content_type == SSL3_RT_HANDSHAKE && len >= 1)
		watch_handshake(w, is_sent, octet[0]);
	if (content_type != SSL3_RT_ALERT || len < 2)
		return;
	if (!is_sent)
		w->alert_seen = octet[1];
	else if (octet[0] == ALERT_FATAL)
		w->alert_sent = octet[1];
}

unsigned tls_give_psk(const struct tls_credentials *c, char *identity, unsigned identity_size,
	uint8_t *key, unsigned key_size)
{
	size_t len = c->identity ? strlen(c->identity) : 0;

	/* identity_size counts octets in front of the NUL (SSL_CTX_set_psk_client_callback(3)) */
	if (!c->identity || len > identity_size || c->key.len > key_size)
		return 0;
	memcpy(identity, c->identity, len + 1);
	memcpy(key, c->key.data, c->key.len);
	return (unsigned)c->key.len;
}

int tls_client_setup(SSL *ssl, const struct tls_credentials *credentials, struct tls_watch *watch,
	SSL_psk_client_cb_func give_psk)
{
	SSL_set_msg_callback(ssl, on_message);
	SSL_set_msg_callback_arg(ssl, watch);
	SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
	SSL_set_psk_client_callback(ssl, give_psk);
	if (SSL_set_cipher_list(ssl, psk_ciphers) != 1)
		return -ENOSYS;
	if (!SSL_is_dtls(ssl)) {
		int r = tls_stream_setup(ssl, credentials->mode);

		watch->has_binder = credentials->mode == MODE_PSK;
		if (r < 0)
			return r;
	}
	if (credentials->sni && SSL_set_tlsext_host_name(ssl, credentials->sni) != 1)
		return -ENOMEM;
	return 0;
}

int tls_server_setup(SSL *ssl)
{
	SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	return SSL_set_cipher_list(ssl, psk_ciphers) == 1 ? 0 : -ENOSYS;
}

bool tls_alert_is_fatal(int alert)
{
	return (alert >= 42 && alert <= 46) || alert == 48 || alert == 49 ||
	       (alert >= 112 && alert <= 115);
}

const char *tls_alert_name(int alert)
{
	return SSL_alert_desc_string_long(alert);
}

/* clang-format off */
static const struct {
	int alert;
	enum reason reason;
} alert_reasons[] = {
	{20, REASON_DTLS_PSK_WRONG_KEY}, /* bad_record_mac */
	{51, REASON_DTLS_PSK_WRONG_KEY}, /* decrypt_error */
	{71, REASON_DTLS_NO_COMMON_CIPHER}, /* insufficient_security */
	{115, REASON_DTLS_PSK_UNKNOWN_IDENTITY}, /* unknown_psk_identity */
};
/* clang-format on */

static enum reason alert_reason(const struct tls_watch *w)
{
	if (w->finished_seen)
		return REASON_DTLS_ALERT;
	for (size_t i = 0; i < sizeof alert_reasons / sizeof *alert_reasons; i++)
		if (alert_reasons[i].alert == w->alert_seen)
			return alert_reasons[i].reason;
	/* TLS 1.3 goes on without an unknown key, and fails for want of a certificate */
	if (w->alert_seen == 40 && !w->server_hello_seen && w->has_binder)
		return REASON_DTLS_PSK_UNKNOWN_IDENTITY;
	/* handshake_failure instead of a ServerHello: nothing we offered suits the server */
	if (w->alert_seen == 40 && !w->server_hello_seen)
		return REASON_DTLS_NO_COMMON_CIPHER;
	/* what the key's binder must be answered with where it does not fit (RFC 8446 4.2.11) */
	if (w->alert_seen == 47 && !w->server_hello_seen && w->has_binder)
		return REASON_DTLS_PSK_WRONG_KEY;
	return REASON_DTLS_ALERT;
}

struct tls_verdict tls_judge(const struct tls_watch *w)
{
	struct tls_verdict v = {.reason = REASON_DTLS_TIMEOUT};

	if (w->alert_seen > 0) {
		v.reason = alert_reason(w);
		v.is_fatal = tls_alert_is_fatal(w->alert_seen);
		snprintf(v.detail, sizeof v.detail, "alert %d (%s) from the server", w->alert_seen,
			tls_alert_name(w->alert_seen));
	} else if (w->alert_seen == 0) {
		v.reason = REASON_DTLS_CLOSED;
		snprintf(v.detail, sizeof v.detail, "close_notify from the server");
	} else if (w->alert_sent != TLS_ALERT_NONE) {
		v.reason = REASON_DTLS_ALERT;
		snprintf(v.detail, sizeof v.detail, "ended by this side with alert %d (%s)",
			w->alert_sent, tls_alert_name(w->alert_sent));
	} else if (w->finished_sent && !w->finished_seen) {
		/* a server drops what it cannot decrypt without a word (RFC 6347 4.1.2.7) */
		v.reason = REASON_DTLS_PSK_WRONG_KEY;
		snprintf(v.detail, sizeof v.detail, "the server fell silent at our Finished");
	} else if (w->is_heard) {
		v.reason = REASON_DTLS_HALF_OPEN;
		snprintf(v.detail, sizeof v.detail, "the server fell silent after its %s",
			w->server_hello_seen ? "ServerHello" : "first answer");
	} else {
		snprintf(v.detail, sizeof v.detail, "no answer to ClientHello");
	}
	return v;
}
