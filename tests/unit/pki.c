#include "pki.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

#include "base/cleanup.h"
#include "runner.h"

static EVP_PKEY *make_key(const struct pki_wish *w)
{
	if (w->curve && strcmp(w->curve, "RSA") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)w->bits);
	if (w->curve && strcmp(w->curve, "ED25519") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", w->curve ? w->curve : "P-256");
}

static void add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

static X509 *make_certificate(const struct pki_wish *w, EVP_PKEY *key)
{
	static long serial;
	X509 *x = X509_new();
	X509_NAME *name = X509_NAME_new();
	const char *cn = w->cn ? w->cn : "test";
	bool has_dates = w->from || w->until;
	time_t now = time(NULL), from = now + (has_dates ? w->from : -3600),
	       until = now + (has_dates ? w->until : 3600);
	const EVP_MD *md = EVP_get_digestbyname(w->digest ? w->digest : "SHA256");
	char text[128];

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(x, w->issuer ? X509_get_subject_name(w->issuer->x509) : name);
	X509_NAME_free(name);
	ASN1_TIME_set(X509_getm_notBefore(x), from);
	ASN1_TIME_set(X509_getm_notAfter(x), until);
	X509_set_pubkey(x, key);
	if (w->is_ca)
		add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	snprintf(text, sizeof text, "%s%s%s%s%s", w->dns ? "DNS:" : "", w->dns ? w->dns : "",
		w->dns && w->ip ? "," : "", w->ip ? "IP:" : "", w->ip ? w->ip : "");
	if (*text)
		add_extension(x, NID_subject_alt_name, text);
	if (w->curve && strcmp(w->curve, "ED25519") == 0 && !w->issuer)
		md = NULL;
	ck_assert_int_gt(X509_sign(x, w->issuer ? w->issuer->key : key, md), 0);
	return x;
}

static void take(struct buf *to, uint8_t *der, int len)
{
	ck_assert_int_gt(len, 0);
	ck_assert_int_eq(buf_append(to, span_of(der, (size_t)len)), 0);
	OPENSSL_free(der);
}

void pki_make(const struct pki_wish *w, struct pki *ret)
{
	PKCS8_PRIV_KEY_INFO *info;
	uint8_t *der = NULL;
	int len;

	*ret = (struct pki){.key = make_key(w)};
	ck_assert_ptr_nonnull(ret->key);
	ret->x509 = make_certificate(w, ret->key);
	len = i2d_X509(ret->x509, &der);
	take(&ret->certificate, TAKE_PTR(der), len);
	info = EVP_PKEY2PKCS8(ret->key);
	len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	take(&ret->pkcs8, TAKE_PTR(der), len);
	PKCS8_PRIV_KEY_INFO_free(info);
	len = i2d_PUBKEY(ret->key, &der);
	take(&ret->spki, TAKE_PTR(der), len);
	if (EVP_PKEY_get_base_id(ret->key) == EVP_PKEY_EC) {
		len = i2d_PrivateKey(ret->key, &der);
		take(&ret->sec1, TAKE_PTR(der), len);
	}
}

void pki_free(struct pki *p)
{
	buf_done(&p->certificate);
	buf_done(&p->pkcs8);
	buf_done(&p->sec1);
	buf_done(&p->spki);
	EVP_PKEY_free(p->key);
	X509_free(p->x509);
	*p = (struct pki){0};
}
