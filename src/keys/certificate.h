#pragma once
/*
 * X.509 certificates in DER: loaded, named, dated, judged by the strength of key and signature.
 * No paths and no trust: that is transport/tls_verify.c. The handles are OpenSSL's X509.
 * Layer: keys. (RFC 5280, TS transport 5.2.8)
 */
#include "keys/key.h"

struct x509_st;

enum { CERTIFICATE_CHAIN_MAX = 8, CERTIFICATE_NAME_MAX = 128 };

/* Owned certificates, the one of the key first. */
struct certificate_chain {
	struct x509_st *at[CERTIFICATE_CHAIN_MAX];
	size_t n;
};

/* One or more in a row. -EBADMSG: not, -EKEYREJECTED: too weak; why says it. -ENOMEM. */
int certificate_load(struct span der, struct certificate_chain *ret, char why[KEY_WHY_MAX]);
void certificate_chain_done(struct certificate_chain *c);

/* -EKEYREJECTED: the key is too weak, or the signature (SHA-1 and older). */
int certificate_check_strength(const struct x509_st *c, char why[KEY_WHY_MAX]);
int certificate_check_key(const struct x509_st *c, char why[KEY_WHY_MAX]);

enum certificate_dates { CERTIFICATE_VALID, CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID };

/* Seconds since 1970; a date that cannot be read is one that makes the certificate invalid. */
int64_t certificate_not_before(const struct x509_st *c);
int64_t certificate_not_after(const struct x509_st *c);
enum certificate_dates certificate_check_dates(const struct x509_st *c, int64_t now);
/* "2026-11-25" */
void certificate_format_date(int64_t date, char ret[16]);
/* Printable, cut if need be: "CN=gateway,O=Example". */
void certificate_format_subject(const struct x509_st *c, char ret[CERTIFICATE_NAME_MAX]);
void certificate_format_issuer(const struct x509_st *c, char ret[CERTIFICATE_NAME_MAX]);
