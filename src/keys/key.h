#pragma once
/*
 * Keys for signatures in DER: private ones as PKCS#8 version 1 or SEC1, public ones as
 * SubjectPublicKeyInfo. What is weaker than the standard allows does not load. The handles are
 * OpenSSL's EVP_PKEY; free with key_free(). Layer: keys.
 * (TS transport 5.2.8, E.1.1; RFC 5958, 5915, 7250)
 */
#include "base/buf.h"

struct evp_pkey_st;

enum { KEY_WHY_MAX = 128 };

/*
 * -EBADMSG: none of the forms; -EKEYREJECTED: a key that must not be used; why says it in a few
 * words, without the key. -ENOMEM.
 */
int key_load_private(struct span der, struct evp_pkey_st **ret, char why[KEY_WHY_MAX]);
int key_load_public(struct span der, struct evp_pkey_st **ret, char why[KEY_WHY_MAX]);
void key_free(struct evp_pkey_st *key);
void key_free_p(struct evp_pkey_st **key);

/* 0, or -EKEYREJECTED: a group below 255 bits, RSA below 2048, no key for signatures. */
int key_check_strength(const struct evp_pkey_st *key, char why[KEY_WHY_MAX]);
/* Whether both have the same public half. */
bool key_is_pair(const struct evp_pkey_st *a, const struct evp_pkey_st *b);
/* Appends the public half as SubjectPublicKeyInfo. */
int key_write_public(const struct evp_pkey_st *key, struct buf *ret);

/* Whether raw public keys can be used: they need OpenSSL 3.2, when built and when run. */
bool key_has_raw_public_keys(void);
/* "3.0.17" */
const char *key_library_version(void);
