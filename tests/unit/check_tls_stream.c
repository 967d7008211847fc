#include <openssl/evp.h>
#include <openssl/x509.h>

#include "runner.h"
#include "transport/tls.h"

/*
 * Client and server in memory. The server has a certificate of its own making and may know the
 * key; what it chose is looked at.
 */
static SSL_CTX *client_ctx, *server_ctx;
static SSL *client, *server;
static struct tls_credentials credentials;
static struct tls_watch watch;
static bool knows_key;
static char chosen[16];

static unsigned give_psk(SSL *ssl, const char *hint, char *identity, unsigned identity_size,
	unsigned char *key, unsigned key_size)
{
	(void)ssl, (void)hint;
	return tls_give_psk(&credentials, identity, identity_size, key, key_size);
}

static unsigned find_psk(SSL *ssl, const char *identity, unsigned char *key, unsigned size)
{
	(void)ssl, (void)size;
	if (!knows_key || strcmp(identity, "device") != 0)
		return 0;
	memcpy(key, "0123456789abcdef", 16);
	return 16;
}

static int choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *len,
	const unsigned char *in, unsigned in_len, void *arg)
{
	(void)ssl, (void)arg;
	if (in_len < 5 || in[0] != 4)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	memcpy(chosen, in + 1, 4);
	*out = in + 1;
	*len = 4;
	return SSL_TLSEXT_ERR_OK;
}

static void give_certificate(SSL_CTX *ctx)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();

	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	ck_assert_int_gt(X509_sign(x, key, EVP_sha256()), 0);
	ck_assert_int_eq(SSL_CTX_use_certificate(ctx, x), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(ctx, key), 1);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void setup(void)
{
	BIO *a, *b;

	memset(chosen, 0, sizeof chosen);
	knows_key = true;
	client_ctx = SSL_CTX_new(TLS_client_method());
	server_ctx = SSL_CTX_new(TLS_server_method());
	give_certificate(server_ctx);
	SSL_CTX_set_alpn_select_cb(server_ctx, choose_alpn, NULL);
	SSL_CTX_set_psk_server_callback(server_ctx, find_psk);
	ck_assert_int_eq(SSL_CTX_set_cipher_list(server_ctx, "ALL:PSK:@SECLEVEL=0"), 1);

	struct tls_material material = {.mode = MODE_PSK,
		.identity = span_of_text("device"),
		.secret_key = span_of_text("0123456789abcdef")};
	char why[TLS_WHY_MAX];

	ck_assert_int_eq(tls_credentials_set(&credentials, &material, why), 0);
	client = SSL_new(client_ctx);
	server = SSL_new(server_ctx);
	ck_assert_int_eq(BIO_new_bio_pair(&a, 0, &b, 0), 1);
	SSL_set_bio(client, a, a);
	SSL_set_bio(server, b, b);
	tls_watch_reset(&watch);
}

static void teardown(void)
{
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(client_ctx);
	SSL_CTX_free(server_ctx);
	tls_credentials_done(&credentials);
}

/* The client's result: 1, or what it failed with. */
static int shake_hands(int version)
{
	int r = 0;

	ck_assert_int_eq(SSL_set_max_proto_version(client, version), 1);
	ck_assert_int_eq(SSL_set_min_proto_version(client, version), 1);
	ck_assert_int_eq(tls_client_setup(client, &credentials, &watch, give_psk), 0);
	for (int i = 0; i < 10; i++) {
		r = SSL_connect(client);
		if (r != 1 && SSL_get_error(client, r) != SSL_ERROR_WANT_READ)
			return r;
		SSL_accept(server);
	}
	return r;
}

/* RFC 8323 section 8.2 */
START_TEST(alpn_coap_is_offered)
{
	ck_assert_int_eq(shake_hands(_i), 1);
	ck_assert_str_eq(chosen, "coap");
	ck_assert_int_eq(SSL_version(client), _i);
}
END_TEST

START_TEST(key_is_used_with_tls_1_2_and_1_3)
{
	ck_assert_int_eq(shake_hands(_i), 1);
	/* no certificate was shown: the key alone authenticates */
	ck_assert_ptr_null(SSL_get0_peer_certificate(client));
}
END_TEST

/* RFC 8446 section 4.2.11: a server may ignore the key and go on with a certificate */
START_TEST(certificate_in_place_of_the_key_is_refused)
{
	knows_key = false;
	ck_assert_int_ne(shake_hands(_i), 1);
	ck_assert_int_ne(SSL_is_init_finished(client), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("tls_stream");
	TCase *t = tcase_create("tls_stream");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, alpn_coap_is_offered, TLS1_2_VERSION, TLS1_3_VERSION + 1);
	tcase_add_loop_test(
		t, key_is_used_with_tls_1_2_and_1_3, TLS1_2_VERSION, TLS1_3_VERSION + 1);
	tcase_add_loop_test(
		t, certificate_in_place_of_the_key_is_refused, TLS1_2_VERSION, TLS1_3_VERSION + 1);
	return s;
}
