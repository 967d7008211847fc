#include "keys/hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

struct hash {
	EVP_MD_CTX *ctx;
	int err; /* sticky: told by hash_finish() */
};

int hash_new(struct hash **ret)
{
	_cleanup_(hash_free_p) struct hash *h = calloc(1, sizeof *h);

	if (!h)
		return -ENOMEM;
	h->ctx = EVP_MD_CTX_new();
	if (!h->ctx || EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1)
		return -ENOMEM;
	*ret = TAKE_PTR(h);
	return 0;
}

void hash_add(struct hash *h, struct span bytes)
{
	if (bytes.len && EVP_DigestUpdate(h->ctx, bytes.data, bytes.len) != 1)
		h->err = -ENOMEM;
}

void hash_add_field(struct hash *h, struct span bytes)
{
	uint8_t len[4];

	for (size_t i = 0; i < sizeof len; i++)
		len[i] = (uint8_t)(bytes.len >> 8 * (sizeof len - 1 - i));
	if (bytes.len > UINT32_MAX)
		h->err = -E2BIG;
	hash_add(h, span_of(len, sizeof len));
	hash_add(h, bytes);
}

int hash_finish(struct hash *h, uint8_t ret[HASH_LEN])
{
	uint8_t digest[HASH_LEN];
	unsigned len = 0;

	if (h->err)
		return h->err;
	if (EVP_DigestFinal_ex(h->ctx, digest, &len) != 1 || len != HASH_LEN)
		return -ENOMEM;
	memcpy(ret, digest, HASH_LEN);
	return 0;
}

struct hash *hash_free(struct hash *h)
{
	if (h)
		EVP_MD_CTX_free(h->ctx);
	free(h);
	return NULL;
}

void hash_free_p(struct hash **h)
{
	*h = hash_free(*h);
}

int hash_sha256(struct span bytes, uint8_t ret[HASH_LEN])
{
	_cleanup_(hash_free_p) struct hash *h = NULL;
	int r = hash_new(&h);

	if (r < 0)
		return r;
	hash_add(h, bytes);
	return hash_finish(h, ret);
}

int fingerprint_format(struct span bytes, char ret[FINGERPRINT_TEXT_MAX])
{
	uint8_t digest[HASH_LEN];
	int r = hash_sha256(bytes, digest);

	if (r < 0)
		return r;

	size_t at = (size_t)snprintf(ret, FINGERPRINT_TEXT_MAX, "sha256:");

	for (size_t i = 0; i < 8; i++)
		at += (size_t)snprintf(ret + at, FINGERPRINT_TEXT_MAX - at, "%02x", digest[i]);
	return 0;
}
