#include "signed.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum { CONTEXTS = 2, PATH_LEN = 512 };

struct signed_keys {
	bool is_rpk;
	char own[PATH_LEN], key[PATH_LEN], peer[PATH_LEN];
	EVP_PKEY *peer_key;
};

/* libcoap makes two for each of its contexts: DTLS, TLS */
static SSL_CTX *last[CONTEXTS];

static void on_new(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp)
{
	(void)ptr, (void)ad, (void)idx, (void)argl, (void)argp;
	last[0] = last[1];
	last[1] = parent;
}

void signed_catch(void)
{
	CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, NULL, on_new, NULL, NULL);
}

static EVP_PKEY *read_public(const char *path)
{
	FILE *f = fopen(path, "re");
	EVP_PKEY *key = f ? PEM_read_PUBKEY(f, NULL, NULL, NULL) : NULL;

	if (f)
		fclose(f);
	return key;
}

/* "certificate: own key peer" or "rpk: key peer" */
static bool parse_line(char *line, struct signed_keys *k)
{
	char *const to[] = {k->own, k->key, k->peer};
	char *rest = line, *word = strsep(&rest, " ");
	size_t n;

	k->is_rpk = strcmp(word, "rpk:") == 0;
	if (!k->is_rpk && strcmp(word, "certificate:") != 0)
		return false;
	for (n = k->is_rpk ? 1 : 0; n < 3 && (word = strsep(&rest, " \n")); n++)
		snprintf(to[n], PATH_LEN, "%s", word);
	return n == 3;
}

int signed_load(const char *path, struct signed_keys **ret)
{
	_cleanup_(free_p) struct signed_keys *k = calloc(1, sizeof *k);
	_cleanup_(free_p) char *line = NULL;
	size_t size = 0;
	FILE *f = fopen(path, "re");
	bool is_read = f && getline(&line, &size, f) > 0;

	*ret = NULL;
	if (f)
		fclose(f);
	if (!k)
		return -ENOMEM;
	if (!is_read || !parse_line(line, k))
		return 0;
	if (k->is_rpk) {
		k->peer_key = read_public(k->peer);
		if (!k->peer_key)
			return -EBADMSG;
	}
	*ret = TAKE_PTR(k);
	return 0;
}

struct signed_keys *signed_free(struct signed_keys *k)
{
	if (k)
		EVP_PKEY_free(k->peer_key);
	free(k);
	return NULL;
}

#if OPENSSL_VERSION_NUMBER >= 0x30200000L
static int verify_rpk(X509_STORE_CTX *store, void *data)
{
	const struct signed_keys *k = data;
	const EVP_PKEY *key = X509_STORE_CTX_get0_rpk(store);
	bool is_good = key && EVP_PKEY_eq(key, k->peer_key) == 1;

	X509_STORE_CTX_set_error(store, is_good ? X509_V_OK : X509_V_ERR_RPK_UNTRUSTED);
	return is_good;
}

static bool apply_rpk(const struct signed_keys *k, SSL_CTX *ctx)
{
	static const uint8_t rpk[] = {TLSEXT_cert_type_rpk};

	SSL_CTX_set_cert_verify_callback(ctx, verify_rpk, (void *)(uintptr_t)k);
	return SSL_CTX_set1_server_cert_type(ctx, rpk, sizeof rpk) == 1 &&
	       SSL_CTX_set1_client_cert_type(ctx, rpk, sizeof rpk) == 1 &&
	       SSL_CTX_use_PrivateKey_file(ctx, k->key, SSL_FILETYPE_PEM) == 1;
}
#else
static bool apply_rpk(const struct signed_keys *k, SSL_CTX *ctx)
{
	(void)k, (void)ctx;
	return false;
}
#endif

static bool apply_certificate(const struct signed_keys *k, SSL_CTX *ctx)
{
	return SSL_CTX_use_certificate_chain_file(ctx, k->own) == 1 &&
	       SSL_CTX_use_PrivateKey_file(ctx, k->key, SSL_FILETYPE_PEM) == 1 &&
	       SSL_CTX_load_verify_locations(ctx, k->peer, NULL) == 1;
}

bool signed_apply(const struct signed_keys *k)
{
	for (int i = 0; i < CONTEXTS; i++) {
		SSL_CTX *ctx = last[i];

		if (!ctx || SSL_CTX_set_cipher_list(ctx, "ECDHE:!aNULL:!PSK:@SECLEVEL=0") != 1)
			return false;
		SSL_CTX_set_client_hello_cb(ctx, NULL, NULL);
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		if (!(k->is_rpk ? apply_rpk : apply_certificate)(k, ctx)) {
			ERR_print_errors_fp(stderr);
			return false;
		}
	}
	return true;
}
