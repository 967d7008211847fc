#pragma once
/*
 * What one account brings to its handshakes, parsed and checked: pre-shared key, or private key
 * and certificates, and what the server's side is compared with. Owned, wiped at the end.
 * Layer: transport. (TS transport 5.2, object 0)
 */
#include <openssl/ssl.h>

#include "base/secret.h"
#include "codec/ids.h"
#include "keys/certificate.h"
#include "keys/ciphersuite.h"
#include "keys/material.h"

enum { TLS_IDENTITY_MAX = 256, TLS_KEY_MAX = 256, TLS_HASH_MAX = 64, TLS_WHY_MAX = 192 };

/* 0/x/15 */
enum tls_usage {
	USAGE_ABSENT = -1,
	USAGE_CA,
	USAGE_SERVER,
	USAGE_PINNED_CA,
	USAGE_PINNED_SERVER,
};

/* Resources of object 0 and settings, borrowed. */
struct tls_material {
	enum security_mode mode;
	struct span identity, server_public_key, secret_key, sni;
	struct span host; /* of the URI */
	bool is_host_literal;
	enum matching_type matching;
	enum tls_usage usage;
	const uint32_t *ciphersuites; /* none: those of the mode */
	size_t n_ciphersuites;
	const char *trust_store; /* a file of PEM certificates, for USAGE_CA and USAGE_SERVER */
	bool clock_check;
};

struct tls_credentials {
	enum security_mode mode;
	char *identity;	   /* PSK */
	struct secret key; /* PSK */
	EVP_PKEY *own_key;
	struct secret token_uri;      /* instead, until tls_credentials_set_key() */
	EVP_PKEY *own_public;	      /* what that key must belong to */
	struct certificate_chain own; /* certificate mode: ours and what leads to its issuer */
	EVP_PKEY *server_key;	      /* RPK */
	X509 *server_certificate;     /* certificate mode */
	uint8_t hash[TLS_HASH_MAX];   /* instead of both, if matching says so */
	enum matching_type matching;
	enum tls_usage usage;
	X509_STORE *trust; /* NULL: it could not be read */
	char *trust_path;
	char *sni;  /* to send, NULL: none */
	char *name; /* the certificate must be for it, NULL: not known */
	bool is_name_literal, clock_check;
	char ciphers[CIPHERSUITE_LIST_MAX], ciphers13[CIPHERSUITE_LIST_MAX];
};

/*
 * -EINVAL: what the mode needs is missing, does not parse, does not fit together, or has a NUL
 * that OpenSSL would cut at; -ENOTSUP: a mode or cipher suites that this build lacks. why: which.
 */
int tls_credentials_set(
	struct tls_credentials *c, const struct tls_material *m, char why[TLS_WHY_MAX]);
void tls_credentials_done(struct tls_credentials *c);
/* The key that a token brought, taken. -EINVAL: it is another one's; why says so. */
int tls_credentials_set_key(struct tls_credentials *c, EVP_PKEY *key, char why[TLS_WHY_MAX]);

/* Whether the encoded certificate or key is what 0/x/4 says, exactly or by its hash. */
bool tls_credentials_match(const struct tls_credentials *c, const X509 *certificate);
bool tls_credentials_match_key(const struct tls_credentials *c, const EVP_PKEY *key);
