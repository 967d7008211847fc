#include "transport/tls.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nothing below 255 bits, no SHA-1: SECLEVEL=0, which CCM_8 needs since OpenSSL 3.2, would let them
 * in. (TS transport 5.2.8) */
static const char groups[] = "P-256:X25519:P-384:P-521";
static const char signatures[] =
	"ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:"
	"RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512";

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
		SSL_CTX_set_min_proto_version(got->tls, TLS1_2_VERSION) != 1)
		return -ENOSYS;
	return 0;
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

static bool set_own(SSL *ssl, const struct tls_credentials *c)
{
	if (!c->own_key)
		return true;
	/* asked again for messages behind a handshake of TLS 1.3 */
	SSL_clear_chain_certs(ssl);
	/* the certificate first: a key is compared with the one that is there */
	if (c->own.n > 0 && SSL_use_certificate(ssl, c->own.at[0]) != 1)
		return false;
	for (size_t i = 1; i < c->own.n; i++)
		if (SSL_add1_chain_cert(ssl, c->own.at[i]) != 1)
			return false;
	return SSL_use_PrivateKey(ssl, c->own_key) == 1;
}

#if OPENSSL_VERSION_NUMBER >= 0x30200000L
static const uint8_t rpk_only[] = {TLSEXT_cert_type_rpk};

static bool set_rpk(SSL *ssl, const struct tls_credentials *c)
{
	return c->mode != MODE_RPK ||
	       (SSL_set1_client_cert_type(ssl, rpk_only, sizeof rpk_only) == 1 &&
		       SSL_set1_server_cert_type(ssl, rpk_only, sizeof rpk_only) == 1);
}

static bool set_rpk_of_context(SSL_CTX *ctx, const struct tls_credentials *c)
{
	return c->mode != MODE_RPK ||
	       (SSL_CTX_set1_client_cert_type(ctx, rpk_only, sizeof rpk_only) == 1 &&
		       SSL_CTX_set1_server_cert_type(ctx, rpk_only, sizeof rpk_only) == 1);
}
#else
static bool set_rpk(SSL *ssl, const struct tls_credentials *c)
{
	(void)ssl;
	return c->mode != MODE_RPK;
}

static bool set_rpk_of_context(SSL_CTX *ctx, const struct tls_credentials *c)
{
	(void)ctx;
	return c->mode != MODE_RPK;
}
#endif

/* CCM_8 is mandatory in LwM2M and counts as too weak since OpenSSL 3.2: hence the level. */
static void cipher_text(const struct tls_credentials *c, char ret[CIPHERSUITE_LIST_MAX + 16])
{
	snprintf(ret, CIPHERSUITE_LIST_MAX + 16, "%s%s@SECLEVEL=0", c->ciphers,
		*c->ciphers ? ":" : "");
}

static int set_policy(SSL *ssl, const struct tls_credentials *c)
{
	char ciphers[CIPHERSUITE_LIST_MAX + 16];

	cipher_text(c, ciphers);
	SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
	/* only suites of TLS 1.3 asked for: those of 1.2 are not offered then */
	if (*c->ciphers && SSL_set_cipher_list(ssl, ciphers) != 1)
		return -ENOSYS;
	if (!*c->ciphers && SSL_set_min_proto_version(ssl, TLS1_3_VERSION) != 1)
		return -ENOSYS;
	if (SSL_set1_groups_list(ssl, groups) != 1 || SSL_set1_sigalgs_list(ssl, signatures) != 1)
		return -ENOSYS;
	return 0;
}

int tls_client_setup(SSL *ssl, const struct tls_credentials *credentials, struct tls_watch *watch,
	SSL_psk_client_cb_func give_psk)
{
	int r = set_policy(ssl, credentials);

	watch->mode = credentials->mode;
	SSL_set_msg_callback(ssl, tls_watch_message);
	SSL_set_msg_callback_arg(ssl, watch);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	if (credentials->mode == MODE_PSK)
		SSL_set_psk_client_callback(ssl, give_psk);
	if (r < 0 || !set_rpk(ssl, credentials) || !set_own(ssl, credentials))
		return -ENOSYS;
	watch->has_binder = !SSL_is_dtls(ssl) && credentials->mode == MODE_PSK;
	if (!SSL_is_dtls(ssl) && tls_stream_setup(ssl, credentials) < 0)
		return -ENOSYS;
	if (credentials->sni && SSL_set_tlsext_host_name(ssl, credentials->sni) != 1)
		return -ENOMEM;
	return 0;
}

int tls_server_setup(SSL *ssl, const struct tls_credentials *credentials)
{
	SSL_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
	return set_policy(ssl, credentials);
}

static bool set_own_of_context(SSL_CTX *ctx, const struct tls_credentials *c)
{
	if (!c->own_key)
		return true;
	if (c->own.n > 0 && SSL_CTX_use_certificate(ctx, c->own.at[0]) != 1)
		return false;
	for (size_t i = 1; i < c->own.n; i++)
		if (SSL_CTX_add1_chain_cert(ctx, c->own.at[i]) != 1)
			return false;
	return SSL_CTX_use_PrivateKey(ctx, c->own_key) == 1;
}

int tls_listener_setup(SSL_CTX *ctx, const struct tls_credentials *c)
{
	char ciphers[CIPHERSUITE_LIST_MAX + 16];

	cipher_text(c, ciphers);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	if (SSL_CTX_set_cipher_list(ctx, ciphers) != 1 ||
		SSL_CTX_set1_groups_list(ctx, groups) != 1 ||
		SSL_CTX_set1_sigalgs_list(ctx, signatures) != 1)
		return -ENOSYS;
	if (c->mode == MODE_PSK)
		return 0;
	/* libcoap's own look at ClientHello knows nothing of what is set here */
	SSL_CTX_set_client_hello_cb(ctx, NULL, NULL);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return set_rpk_of_context(ctx, c) && set_own_of_context(ctx, c) ? 0 : -ENOSYS;
}

void tls_set_verifier(const struct tls_contexts *contexts,
	int (*verify)(X509_STORE_CTX *store, void *data), void *data)
{
	SSL_CTX_set_cert_verify_callback(contexts->dtls, verify, data);
	SSL_CTX_set_cert_verify_callback(contexts->tls, verify, data);
}

void tls_set_watch(const struct tls_contexts *contexts, struct tls_watch *watch)
{
	SSL_CTX *const all[] = {contexts->dtls, contexts->tls};

	for (size_t i = 0; i < 2; i++) {
		SSL_CTX_set_msg_callback(all[i], tls_watch_message);
		SSL_CTX_set_msg_callback_arg(all[i], watch);
	}
}

SSL *tls_of_store(X509_STORE_CTX *store)
{
	return X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
}
