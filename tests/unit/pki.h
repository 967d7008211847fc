#pragma once
/*
 * Keys and certificates for tests, made when they are needed: nothing of it is ever in the source.
 */
#include "base/buf.h"

struct pki_wish {
	const char *cn;	      /* NULL: "test" */
	const char *dns, *ip; /* subjectAltName, NULL: none */
	const char *curve;    /* NULL: P-256; "RSA": see bits */
	const char *digest;   /* NULL: SHA256 */
	unsigned bits;	      /* of RSA */
	bool is_ca;
	/* from now; both 0: from an hour ago until in an hour */
	int64_t from, until;
	const struct pki *issuer; /* NULL: signed by itself */
};

struct pki {
	struct buf certificate, pkcs8, sec1, spki; /* DER; sec1 of curves only */
	struct evp_pkey_st *key;
	struct x509_st *x509;
};

void pki_make(const struct pki_wish *wish, struct pki *ret);
void pki_free(struct pki *p);
