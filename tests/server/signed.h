#pragma once
/*
 * Raw public keys and certificates of a server: what libcoap cannot be told is set in its SSL_CTX,
 * which are caught when they are made.
 */
#include <stdbool.h>

struct signed_keys;

/* Once, before the first context of libcoap. */
void signed_catch(void);
/*
 * From the first line of a file of keys (PEM):
 *   "rpk: own-private-key peer-public-key" or "certificate: own-chain own-private-key peer-CA"
 * 0 with NULL in *ret: the file is of another kind. Negative errno: it cannot be used.
 */
int signed_load(const char *path, struct signed_keys **ret);
struct signed_keys *signed_free(struct signed_keys *keys);
/* For the context of libcoap that was made last, before it knows of any key. */
bool signed_apply(const struct signed_keys *keys);
