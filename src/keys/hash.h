#pragma once
/*
 * SHA-256 and how a key is shown to people: never itself, only its fingerprint. On OpenSSL.
 * Layer: keys.
 */
#include "base/span.h"

enum { HASH_LEN = 32, FINGERPRINT_TEXT_MAX = 40 };

struct hash;

int hash_new(struct hash **ret);
void hash_add(struct hash *h, struct span bytes);
/* Adds len as 4 octets and then the bytes: two different lists never give the same input. */
void hash_add_field(struct hash *h, struct span bytes);
int hash_finish(struct hash *h, uint8_t ret[HASH_LEN]);
struct hash *hash_free(struct hash *h);
void hash_free_p(struct hash **h);

int hash_sha256(struct span bytes, uint8_t ret[HASH_LEN]);
/* "sha256:3f9a…" of the first 8 octets. */
int fingerprint_format(struct span bytes, char ret[FINGERPRINT_TEXT_MAX]);
