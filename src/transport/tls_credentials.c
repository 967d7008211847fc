#include "transport/tls_credentials.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "keys/token.h"

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
	free(*ret);
	*ret = text;
	return 0;
}

static int fail(char why[TLS_WHY_MAX], int error, const char *text)
{
	snprintf(why, TLS_WHY_MAX, "%s", text);
	return error;
}

static int set_psk(struct tls_credentials *c, const struct tls_material *m, char why[TLS_WHY_MAX])
{
	if (m->secret_key.len == 0 || m->secret_key.len > TLS_KEY_MAX)
		return fail(why, -EINVAL, "a pre-shared key has 1 to 256 octets");
	/* OpenSSL takes a text: the rest of an identity behind a NUL would get lost */
	int r = text_of_span(m->identity, TLS_IDENTITY_MAX, &c->identity);

	if (r < 0)
		return fail(why, r, "a PSK identity has up to 256 octets and no NUL");
	return secret_set(&c->key, m->secret_key);
}

/* The field and what is wrong with it, as a text. */
static int check_material(const struct tls_material *m, char why[TLS_WHY_MAX])
{
	static const char *const fields[] = {"our public key or certificate",
		"the server's public key or certificate", "the private key"};
	struct material material = {.own = m->identity,
		.server = m->server_public_key,
		.secret = m->secret_key,
		.matching = m->matching,
		.allows_token = true};
	struct material_problem problem;
	int r = m->mode == MODE_RPK ? material_check_rpk(&material, &problem)
				    : material_check_certificate(&material, &problem);

	if (r <= 0)
		return r;
	snprintf(why, TLS_WHY_MAX, "%s: %s", fields[problem.field], problem.why);
	return -EINVAL;
}

static int set_server(struct tls_credentials *c, const struct tls_material *m)
{
	_cleanup_(certificate_chain_done) struct certificate_chain server = {0};
	char ignored[KEY_WHY_MAX];

	c->matching = m->matching;
	if (m->matching != MATCH_EXACT) {
		memcpy(c->hash, m->server_public_key.data, material_hash_len(m->matching));
		return 0;
	}
	if (m->mode == MODE_RPK)
		return key_load_public(m->server_public_key, &c->server_key, ignored);

	int r = certificate_load(m->server_public_key, &server, ignored);

	if (r == 0)
		c->server_certificate = TAKE_PTR(server.at[0]);
	return r;
}

static int set_signed(
	struct tls_credentials *c, const struct tls_material *m, char why[TLS_WHY_MAX])
{
	char ignored[KEY_WHY_MAX];
	int r = check_material(m, why);

	if (r == 0)
		r = token_is_uri(m->secret_key)
			    ? secret_set(&c->token_uri, m->secret_key)
			    : key_load_private(m->secret_key, &c->own_key, ignored);
	if (r == 0 && m->mode == MODE_CERTIFICATE)
		r = certificate_load(m->identity, &c->own, ignored);
	if (r == 0 && m->mode == MODE_RPK)
		r = key_load_public(m->identity, &c->own_public, ignored);
	if (r == 0)
		r = set_server(c, m);
	return r;
}

/*
 * The name that is sent and looked for in the certificate: that of 0/x/14, else the host of the
 * URI. A literal address is never sent. (RFC 6066 3, RFC 7925 4.4.1)
 */
static int set_names(struct tls_credentials *c, const struct tls_material *m, char why[TLS_WHY_MAX])
{
	struct span name = m->sni.len ? m->sni : m->host;
	int r;

	c->is_name_literal = m->sni.len == 0 && m->is_host_literal;
	if (name.len == 0)
		return 0;
	r = text_of_span(name, 255, &c->name);
	if (r == 0 && !c->is_name_literal)
		r = text_of_span(name, 255, &c->sni);
	return r < 0 ? fail(why, r, "the server's name is too long or has a NUL") : 0;
}

/* Read when the session is made, so that an update of the store needs no restart for new ones. */
static int set_trust(struct tls_credentials *c, const struct tls_material *m)
{
	if (m->mode != MODE_CERTIFICATE || (m->usage != USAGE_CA && m->usage != USAGE_SERVER))
		return 0;
	c->trust_path = strdup(m->trust_store ? m->trust_store : "");
	c->trust = X509_STORE_new();
	if (!c->trust_path || !c->trust)
		return -ENOMEM;
	if (X509_STORE_load_file(c->trust, c->trust_path) != 1) {
		ERR_clear_error();
		X509_STORE_free(c->trust);
		c->trust = NULL;
	}
	return 0;
}

static int set_ciphers(
	struct tls_credentials *c, const struct tls_material *m, char why[TLS_WHY_MAX])
{
	enum ciphersuite_kind kind = m->mode == MODE_PSK ? SUITE_PSK : SUITE_SIGNED;
	size_t n = ciphersuite_list(m->ciphersuites, m->n_ciphersuites, kind, c->ciphers);
	size_t n13 =
		ciphersuite_list(m->ciphersuites, m->n_ciphersuites, SUITE_TLS13, c->ciphers13);

	if (n + n13 == 0)
		return fail(why, -ENOTSUP, "none of the cipher suites (0/x/16) can be used here");
	return 0;
}

int tls_credentials_set(
	struct tls_credentials *c, const struct tls_material *m, char why[TLS_WHY_MAX])
{
	int r = 0;

	*c = (struct tls_credentials){
		.mode = m->mode, .usage = m->usage, .clock_check = m->clock_check};
	*why = 0;
	switch (m->mode) {
	case MODE_NOSEC:
		return 0;
	case MODE_PSK:
		r = set_psk(c, m, why);
		break;
	case MODE_RPK:
		if (!key_has_raw_public_keys()) {
			snprintf(why, TLS_WHY_MAX, "raw public keys need OpenSSL 3.2, this is %s",
				key_library_version());
			return -ENOTSUP;
		}
		r = set_signed(c, m, why);
		break;
	case MODE_CERTIFICATE:
		r = set_signed(c, m, why);
		break;
	case MODE_EST:
		return fail(why, -ENOTSUP, "certificates by EST cannot be had here");
	}
	if (r == 0)
		r = set_names(c, m, why);
	if (r == 0)
		r = set_trust(c, m);
	if (r == 0)
		r = set_ciphers(c, m, why);
	if (r < 0)
		tls_credentials_done(c);
	return r;
}

int tls_credentials_set_key(struct tls_credentials *c, EVP_PKEY *key, char why[TLS_WHY_MAX])
{
	const EVP_PKEY *wanted = c->own.n > 0 ? X509_get0_pubkey(c->own.at[0]) : c->own_public;

	if (!wanted || !key_is_pair(wanted, key)) {
		EVP_PKEY_free(key);
		return fail(why, -EINVAL, "the key in the token belongs to another public key");
	}
	EVP_PKEY_free(c->own_key);
	c->own_key = key;
	return 0;
}

void tls_credentials_done(struct tls_credentials *c)
{
	secret_done(&c->key);
	free(c->identity);
	free(c->sni);
	free(c->name);
	free(c->trust_path);
	EVP_PKEY_free(c->own_key); /* OpenSSL wipes private keys */
	EVP_PKEY_free(c->server_key);
	EVP_PKEY_free(c->own_public);
	secret_done(&c->token_uri);
	X509_free(c->server_certificate);
	X509_STORE_free(c->trust);
	certificate_chain_done(&c->own);
	*c = (struct tls_credentials){.mode = c->mode};
}

static bool is_hash_of(const struct tls_credentials *c, const uint8_t *der, int len)
{
	const EVP_MD *md[] = {
		[MATCH_SHA256] = EVP_sha256(),
		[MATCH_SHA384] = EVP_sha384(),
		[MATCH_SHA512] = EVP_sha512(),
	};
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_len = 0;

	return len > 0 && c->matching > MATCH_EXACT && c->matching < MATCH_END &&
	       EVP_Digest(der, (size_t)len, digest, &digest_len, md[c->matching], NULL) == 1 &&
	       digest_len == material_hash_len(c->matching) &&
	       memcmp(digest, c->hash, digest_len) == 0;
}

bool tls_credentials_match(const struct tls_credentials *c, const X509 *certificate)
{
	uint8_t *der = NULL;

	if (c->matching == MATCH_EXACT)
		return c->server_certificate && X509_cmp(c->server_certificate, certificate) == 0;

	int len = i2d_X509(certificate, &der);
	bool is_match = is_hash_of(c, der, len);

	OPENSSL_free(der);
	return is_match;
}

bool tls_credentials_match_key(const struct tls_credentials *c, const EVP_PKEY *key)
{
	uint8_t *der = NULL;

	if (c->matching == MATCH_EXACT)
		return c->server_key && key_is_pair(c->server_key, key);

	int len = i2d_PUBKEY(key, &der);
	bool is_match = is_hash_of(c, der, len);

	OPENSSL_free(der);
	return is_match;
}
