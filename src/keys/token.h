#pragma once
/*
 * Private keys that never leave a token: named by a PKCS#11 URI, used through OpenSSL's provider
 * "pkcs11". The PIN is given once and never tried again here; who calls decides about that.
 * Layer: keys. (RFC 7512)
 */
#include "base/secret.h"
#include "keys/key.h"

/* Whether the bytes of a private key are such a URI. */
bool token_is_uri(struct span bytes);
/*
 * 0; -ENOTSUP: this system has no such provider; -EINVAL: not such a URI; -EACCES: the PIN stands
 * in it, where others read it. why: in a few words. Touches no token.
 */
int token_check(struct span uri, char why[KEY_WHY_MAX]);
/*
 * Finds the key; may block for as long as the token does: to be called in a thread. -ENOENT: no
 * such token or key; -EACCES: it wanted the PIN, and *ret_is_pin_used says whether one was given;
 * -EKEYREJECTED: a key that must not be used; -ENOTSUP, -EINVAL as above.
 */
int token_load(struct span uri, struct span pin, struct evp_pkey_st **ret, bool *ret_is_pin_used,
	char why[KEY_WHY_MAX]);
/*
 * Before anything else of OpenSSL is used: it is not cleaned up at the end of the process, where a
 * token that hangs would keep it from ending.
 */
void token_prepare(void);
