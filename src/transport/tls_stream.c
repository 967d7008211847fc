#include <errno.h>

#include "transport/tls.h"

/* (RFC 8323 section 8.2) */
static const uint8_t alpn[] = {4, 'c', 'o', 'a', 'p'};

/* Whatever certificate it is: what was agreed on is a key. */
static int no_certificate(int is_good, X509_STORE_CTX *ctx)
{
	(void)is_good;
	X509_STORE_CTX_set_error(ctx, X509_V_ERR_CERT_UNTRUSTED);
	return 0;
}

int tls_stream_setup(SSL *ssl, const struct tls_credentials *c)
{
	/* TLS 1.3 lets a server pass over the key and show a certificate instead */
	if (c->mode == MODE_PSK)
		SSL_set_verify(ssl, SSL_VERIFY_PEER, no_certificate);
	/* only suites of TLS 1.2 are wished for (0/x/16) */
	if (!*c->ciphers13 && SSL_set_max_proto_version(ssl, TLS1_2_VERSION) != 1)
		return -ENOSYS;
	if (SSL_set_ciphersuites(ssl, c->ciphers13) != 1 ||
		SSL_set_alpn_protos(ssl, alpn, sizeof alpn) != 0)
		return -ENOSYS;
	return 0;
}
