#include "keys/certificate.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

#include "base/cleanup.h"

enum { DER_MAX = 64 * 1024, SIGNATURE_BITS_MIN = 112 };

static int fail(char why[KEY_WHY_MAX], int error, const char *text)
{
	ERR_clear_error();
	snprintf(why, KEY_WHY_MAX, "%s", text);
	return error;
}

void certificate_chain_done(struct certificate_chain *c)
{
	for (size_t i = 0; i < c->n; i++)
		X509_free(c->at[i]);
	*c = (struct certificate_chain){0};
}

int certificate_check_key(const struct x509_st *c, char why[KEY_WHY_MAX])
{
	const EVP_PKEY *key = X509_get0_pubkey(c);

	if (!key)
		return fail(why, -EKEYREJECTED, "its key cannot be used here");
	return key_check_strength(key, why);
}

int certificate_check_strength(const struct x509_st *c, char why[KEY_WHY_MAX])
{
	int bits = 0, r = certificate_check_key(c, why);

	if (r < 0)
		return r;
	/* SHA-1 counts as 63 bits */
	if (X509_get_signature_info((X509 *)(uintptr_t)c, NULL, NULL, &bits, NULL) != 1 ||
		bits < SIGNATURE_BITS_MIN)
		return fail(why, -EKEYREJECTED, "its signature is too weak (SHA-1 or older)");
	return 0;
}

int certificate_load(struct span der, struct certificate_chain *ret, char why[KEY_WHY_MAX])
{
	_cleanup_(certificate_chain_done) struct certificate_chain c = {0};
	const uint8_t *at = der.data, *end = der.data + der.len;

	if (der.len == 0 || der.len > DER_MAX)
		return fail(why, -EBADMSG, "not the DER of a certificate");
	while (at < end) {
		if (c.n == CERTIFICATE_CHAIN_MAX)
			return fail(why, -EBADMSG, "a chain of more than 8 certificates");
		c.at[c.n] = d2i_X509(NULL, &at, end - at);
		if (!c.at[c.n])
			return fail(why, -EBADMSG,
				c.n ? "octets that are no certificate behind the first one"
				    : "not the DER of a certificate");
		c.n++;

		int r = certificate_check_key(c.at[c.n - 1], why);

		if (r < 0)
			return r;
	}
	ERR_clear_error();
	*ret = c;
	c = (struct certificate_chain){0};
	return 0;
}

static int64_t date_of(const ASN1_TIME *t, int64_t otherwise)
{
	struct tm tm;

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1) {
		ERR_clear_error();
		return otherwise;
	}
	return timegm(&tm);
}

int64_t certificate_not_before(const struct x509_st *c)
{
	return date_of(X509_get0_notBefore(c), INT64_MAX);
}

int64_t certificate_not_after(const struct x509_st *c)
{
	return date_of(X509_get0_notAfter(c), INT64_MIN);
}

enum certificate_dates certificate_check_dates(const struct x509_st *c, int64_t now)
{
	if (now > certificate_not_after(c))
		return CERTIFICATE_EXPIRED;
	return now < certificate_not_before(c) ? CERTIFICATE_NOT_YET_VALID : CERTIFICATE_VALID;
}

void certificate_format_date(int64_t date, char ret[16])
{
	time_t t = (time_t)date;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(ret, 16, "%Y-%m-%d", &tm) == 0)
		snprintf(ret, 16, "unreadable");
}

static void format_name(const X509_NAME *name, char ret[CERTIFICATE_NAME_MAX])
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len = 0;

	if (out && X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253) >= 0)
		len = BIO_get_mem_data(out, &text);
	snprintf(ret, CERTIFICATE_NAME_MAX, "%.*s", (int)len, text ? text : "");
	BIO_free(out);
	ERR_clear_error();
}

void certificate_format_subject(const struct x509_st *c, char ret[CERTIFICATE_NAME_MAX])
{
	format_name(X509_get_subject_name(c), ret);
}

void certificate_format_issuer(const struct x509_st *c, char ret[CERTIFICATE_NAME_MAX])
{
	format_name(X509_get_issuer_name(c), ret);
}
