#include "transport/tls_verify.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/writer.h"
#include "keys/hash.h"

/* One verdict in the making. */
struct verify {
	X509_STORE_CTX *store;
	const struct tls_credentials *c;
	bool is_server_checked;
	int64_t now;
	struct tls_refusal *refusal;
	X509 *leaf;
	STACK_OF(X509) * sent; /* by the other side, the leaf among them */
};

int64_t tls_verify_build_date(void)
{
	return BUILD_DATE;
}

/* error: OpenSSL derives the alert from it */
__attribute__((format(printf, 5, 6))) static bool refuse(
	struct verify *v, enum reason reason, bool is_fatal, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(v->refusal->detail, sizeof v->refusal->detail, format, args);
	va_end(args);
	v->refusal->reason = reason;
	v->refusal->is_fatal = is_fatal;
	X509_STORE_CTX_set_error(v->store, error);
	return false;
}

static bool refuse_untrusted(struct verify *v, const char *why)
{
	char subject[CERTIFICATE_NAME_MAX], issuer[CERTIFICATE_NAME_MAX];

	certificate_format_subject(v->leaf, subject);
	certificate_format_issuer(v->leaf, issuer);
	return refuse(v, REASON_DTLS_CERT_UNTRUSTED, true,
		X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "%.48s (issuer %.48s): %.80s",
		subject, issuer, why);
}

/* --- dates ------------------------------------------------------------------------------------ */

static bool check_date(struct verify *v, const X509 *certificate, bool is_clock_set)
{
	char subject[CERTIFICATE_NAME_MAX], date[16];
	/* even a clock that was never set knows that it is later than this program's making */
	int64_t now = is_clock_set ? v->now : BUILD_DATE;

	certificate_format_subject(certificate, subject);
	if (now > certificate_not_after(certificate)) {
		certificate_format_date(certificate_not_after(certificate), date);
		return refuse(v, REASON_DTLS_CERT_EXPIRED, true, X509_V_ERR_CERT_HAS_EXPIRED,
			"%.100s: valid until %s", subject, date);
	}
	if (is_clock_set && now < certificate_not_before(certificate)) {
		certificate_format_date(certificate_not_before(certificate), date);
		return refuse(v, REASON_DTLS_CERT_NOT_YET_VALID, false,
			X509_V_ERR_CERT_NOT_YET_VALID, "%.100s: valid from %s", subject, date);
	}
	return true;
}

/* All of them, and only when the rest is right: a wrong server is told before a wrong clock. */
static bool check_dates(struct verify *v, STACK_OF(X509) * path)
{
	bool is_clock_set = v->now >= BUILD_DATE;
	char date[16];

	if (!is_clock_set && v->c->clock_check) {
		certificate_format_date(v->now, date);
		return refuse(v, REASON_CLOCK_UNSET, false, X509_V_ERR_CERT_NOT_YET_VALID,
			"the clock says %s, before this program was made", date);
	}
	for (int i = 0; i < sk_X509_num(path); i++)
		if (!check_date(v, sk_X509_value(path, i), is_clock_set))
			return false;
	return true;
}

/* --- name ------------------------------------------------------------------------------------- */

static bool check_name(struct verify *v)
{
	const struct tls_credentials *c = v->c;
	char subject[CERTIFICATE_NAME_MAX];
	int r;

	if (!c->name)
		return refuse_untrusted(v, "the server's name is not known");
	r = c->is_name_literal ? X509_check_ip_asc(v->leaf, c->name, 0)
			       : X509_check_host(v->leaf, c->name, 0,
					 X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL);
	if (r == 1)
		return true;
	certificate_format_subject(v->leaf, subject);
	return refuse(v, REASON_DTLS_CERT_NAME, true,
		c->is_name_literal ? X509_V_ERR_IP_ADDRESS_MISMATCH : X509_V_ERR_HOSTNAME_MISMATCH,
		"%.90s is no certificate for %.80s", subject, c->name);
}

/* --- paths ------------------------------------------------------------------------------------ */

/* SECLEVEL is lowered for CCM_8, so keys and signatures are judged here. The last one's signature
 * is its own or a matter of whom we trust. */
static bool check_strength(struct verify *v, STACK_OF(X509) * path)
{
	char why[KEY_WHY_MAX], text[KEY_WHY_MAX + CERTIFICATE_NAME_MAX];
	char subject[CERTIFICATE_NAME_MAX];
	int n = sk_X509_num(path);

	for (int i = 0; i < n; i++) {
		const X509 *at = sk_X509_value(path, i);
		int r = i == n - 1 ? certificate_check_key(at, why)
				   : certificate_check_strength(at, why);

		if (r == 0)
			continue;
		certificate_format_subject(at, subject);
		snprintf(text, sizeof text, "%.40s: %s", subject, why);
		return refuse_untrusted(v, text);
	}
	return true;
}

static void stack_free(STACK_OF(X509) * *stack)
{
	sk_X509_pop_free(*stack, X509_free);
}

static void ctx_free(X509_STORE_CTX **ctx)
{
	X509_STORE_CTX_free(*ctx);
}

static void store_free(X509_STORE **store)
{
	X509_STORE_free(*store);
}

/* From the leaf to something in trust; dates are checked elsewhere, with our own clock rule. */
static bool build_path(struct verify *v, X509_STORE *trust, STACK_OF(X509) * *ret)
{
	_cleanup_(ctx_free) X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	if (!ctx || X509_STORE_CTX_init(ctx, trust, v->leaf, v->sent) != 1)
		return refuse_untrusted(v, "out of memory");
	X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN);
	if (v->is_server_checked)
		X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_SERVER);
	if (X509_verify_cert(ctx) != 1)
		return refuse_untrusted(
			v, X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	*ret = X509_STORE_CTX_get1_chain(ctx);
	return *ret || refuse_untrusted(v, "out of memory");
}

/* Usages 0 and 1: a path to the trust store of the system. */
static bool build_public_path(struct verify *v, STACK_OF(X509) * *ret)
{
	char why[160];

	if (v->c->trust)
		return build_path(v, v->c->trust, ret);
	snprintf(why, sizeof why, "the trust store %.60s cannot be read", v->c->trust_path);
	return refuse_untrusted(v, why);
}

/* Usage 2: a path to the one certificate of 0/x/4, sent by the server if we have its hash only. */
static bool build_pinned_path(struct verify *v, STACK_OF(X509) * *ret)
{
	_cleanup_(store_free) X509_STORE *trust = X509_STORE_new();
	X509 *anchor = v->c->server_certificate;

	for (int i = 0; !anchor && i < sk_X509_num(v->sent); i++)
		if (tls_credentials_match(v->c, sk_X509_value(v->sent, i)))
			anchor = sk_X509_value(v->sent, i);
	if (!anchor)
		return refuse_untrusted(v, "no certificate with the expected hash was sent");
	if (!trust || X509_STORE_add_cert(trust, anchor) != 1)
		return refuse_untrusted(v, "out of memory");
	return build_path(v, trust, ret);
}

static bool has_expected_ca(const struct verify *v, STACK_OF(X509) * path)
{
	for (int i = 1; i < sk_X509_num(path); i++)
		if (tls_credentials_match(v->c, sk_X509_value(path, i)))
			return true;
	return false;
}

static bool check_path(struct verify *v, STACK_OF(X509) * path)
{
	return check_strength(v, path) && check_name(v) && check_dates(v, path);
}

static bool accept_ca(struct verify *v)
{
	_cleanup_(stack_free) STACK_OF(X509) *path = NULL;

	if (!build_public_path(v, &path))
		return false;
	if (!has_expected_ca(v, path))
		return refuse_untrusted(v, "the expected CA is not in its path");
	return check_path(v, path);
}

static bool accept_server(struct verify *v)
{
	_cleanup_(stack_free) STACK_OF(X509) *path = NULL;

	if (!tls_credentials_match(v->c, v->leaf))
		return refuse_untrusted(v, "another certificate than the expected one");
	return build_public_path(v, &path) && check_path(v, path);
}

static bool accept_pinned_ca(struct verify *v)
{
	_cleanup_(stack_free) STACK_OF(X509) *path = NULL;

	return build_pinned_path(v, &path) && check_path(v, path);
}

/* Neither path nor name: it is the very certificate. Its dates count all the same. */
static bool accept_pinned_server(struct verify *v)
{
	_cleanup_(stack_free) STACK_OF(X509) *path = sk_X509_new_null();

	if (!tls_credentials_match(v->c, v->leaf))
		return refuse_untrusted(v, "another certificate than the expected one");
	if (!path || X509_up_ref(v->leaf) != 1 || sk_X509_push(path, v->leaf) <= 0)
		return refuse_untrusted(v, "out of memory");
	return check_strength(v, path) && check_dates(v, path);
}

/* Usage absent: 0/x/4 is the server's certificate, or else the trust anchor. (TS 1.0 E.1.1) */
static bool accept_either(struct verify *v)
{
	if (tls_credentials_match(v->c, v->leaf))
		return accept_pinned_server(v);
	return accept_pinned_ca(v);
}

static bool accept_certificate(struct verify *v)
{
	v->leaf = X509_STORE_CTX_get0_cert(v->store);
	v->sent = X509_STORE_CTX_get0_untrusted(v->store);
	if (!v->leaf)
		return refuse(v, REASON_DTLS_CERT_UNTRUSTED, true, X509_V_ERR_UNSPECIFIED,
			"there is no certificate");
	switch (v->c->usage) {
	case USAGE_ABSENT:
		return accept_either(v);
	case USAGE_CA:
		return accept_ca(v);
	case USAGE_SERVER:
		return accept_server(v);
	case USAGE_PINNED_CA:
		return accept_pinned_ca(v);
	case USAGE_PINNED_SERVER:
		return accept_pinned_server(v);
	}
	return refuse_untrusted(v, "an unknown Certificate Usage");
}

/* --- raw public keys -------------------------------------------------------------------------- */

#if OPENSSL_VERSION_NUMBER >= 0x30200000L
static void format_key(const EVP_PKEY *key, char ret[FINGERPRINT_TEXT_MAX])
{
	_cleanup_(buf_done) struct buf der = {0};

	if (!key || key_write_public(key, &der) < 0 || fingerprint_format(buf_span(&der), ret) < 0)
		snprintf(ret, FINGERPRINT_TEXT_MAX, "unknown");
}

static bool accept_key(struct verify *v)
{
	const EVP_PKEY *key = X509_STORE_CTX_get0_rpk(v->store);
	char theirs[FINGERPRINT_TEXT_MAX], expected[FINGERPRINT_TEXT_MAX];

	if (key && tls_credentials_match_key(v->c, key))
		return true;
	format_key(key, theirs);
	format_key(v->c->server_key, expected);
	return refuse(v, REASON_DTLS_RPK_MISMATCH, true, X509_V_ERR_DANE_NO_MATCH,
		"its key is %s, expected is %s", theirs, expected);
}
#else
static bool accept_key(struct verify *v)
{
	return refuse(v, REASON_DTLS_RPK_MISMATCH, true, X509_V_ERR_UNSPECIFIED,
		"raw public keys need OpenSSL 3.2");
}
#endif

bool tls_verify(X509_STORE_CTX *store, const struct tls_credentials *c, bool is_server_checked,
	int64_t now, struct tls_refusal *ret)
{
	struct verify v = {.store = store,
		.c = c,
		.is_server_checked = is_server_checked,
		.now = now,
		.refusal = ret};
	bool is_good = false;

	*ret = (struct tls_refusal){.reason = REASON_NONE};
	switch (c->mode) {
	case MODE_RPK:
		is_good = accept_key(&v);
		break;
	case MODE_CERTIFICATE:
		is_good = accept_certificate(&v);
		break;
	case MODE_PSK:
	case MODE_NOSEC:
	case MODE_EST:
		/* nobody was asked for one */
		refuse(&v, REASON_DTLS_CERT_UNTRUSTED, true, X509_V_ERR_UNSPECIFIED,
			"a certificate instead of the pre-shared key");
		break;
	}
	if (is_good)
		X509_STORE_CTX_set_error(store, X509_V_OK);
	ERR_clear_error();
	return is_good;
}
