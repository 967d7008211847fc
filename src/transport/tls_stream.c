#include <errno.h>

#include "transport/tls.h"

/* (RFC 8323 section 8.2) */
static const uint8_t alpn[] = {4, 'c', 'o', 'a', 'p'};

/*
 * A pre-shared key goes with SHA-256 (RFC 8446 4.2.11); CCM_8 as in TLS 1.2 for servers of the
 * smallest kind.
 */
static const char psk_suites[] = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
				 "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256";
static const char suites[] = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
			     "TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:"
			     "TLS_AES_128_CCM_8_SHA256";

/* Whatever certificate it is: what was agreed on is a key. */
static int no_certificate(int is_good, X509_STORE_CTX *ctx)
{
	(void)is_good;
	X509_STORE_CTX_set_error(ctx, X509_V_ERR_CERT_UNTRUSTED);
	return 0;
}

int tls_stream_setup(SSL *ssl, enum security_mode mode)
{
	bool is_psk = mode == MODE_PSK;

	/* TLS 1.3 lets a server pass over the key and show a certificate instead */
	if (is_psk)
		SSL_set_verify(ssl, SSL_VERIFY_PEER, no_certificate);
	if (SSL_set_ciphersuites(ssl, is_psk ? psk_suites : suites) != 1 ||
		SSL_set_alpn_protos(ssl, alpn, sizeof alpn) != 0)
		return -ENOSYS;
	return 0;
}
