#include "conf/account_keys.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "keys/certificate.h"
#include "keys/ciphersuite.h"
#include "keys/material.h"
#include "keys/pem.h"
#include "keys/token.h"

#define BIT(mode) (1u << (mode))

/* clang-format off */
/* Which security each key is for. */
static const struct {
	const char *key;
	unsigned modes, required;
} uses[] = {
	{"psk_identity", BIT(MODE_PSK), BIT(MODE_PSK)},
	{"psk_key", BIT(MODE_PSK), BIT(MODE_PSK)},
	{"private_key", BIT(MODE_RPK) | BIT(MODE_CERTIFICATE), BIT(MODE_RPK) | BIT(MODE_CERTIFICATE)},
	{"public_key", BIT(MODE_RPK), 0},
	{"server_public_key", BIT(MODE_RPK), BIT(MODE_RPK)},
	{"certificate", BIT(MODE_CERTIFICATE), BIT(MODE_CERTIFICATE)},
	{"trust", BIT(MODE_CERTIFICATE), BIT(MODE_CERTIFICATE)},
	{"certificate_usage", BIT(MODE_CERTIFICATE), 0},
	{"sni", BIT(MODE_PSK) | BIT(MODE_RPK) | BIT(MODE_CERTIFICATE), 0},
	{"ciphersuites", BIT(MODE_PSK) | BIT(MODE_RPK) | BIT(MODE_CERTIFICATE), 0},
};
/* clang-format on */

static const char *const mode_words[] = {
	[MODE_PSK] = "psk",
	[MODE_RPK] = "rpk",
	[MODE_CERTIFICATE] = "certificate",
	[MODE_NOSEC] = "nosec",
	[MODE_EST] = "est",
};

const char *account_keys_mode(enum security_mode mode)
{
	return mode_words[mode];
}

struct place account_keys_place(const struct node *group, const char *key)
{
	const struct node *n = node_child(group, key);

	return n ? n->at : group->at;
}

void account_keys_missing(
	struct check *c, const struct node *group, const struct conf_account *a, const char *key)
{
	if (!node_child(group, key))
		report_add(c->report, SEVERITY_ERROR, group->at, "missing-key", NULL,
			"%s%s: \"%s\" is missing", a->is_bootstrap ? "" : "servers.", a->name, key);
}

static void check_uses(struct check *c, const struct node *group, const struct conf_account *a)
{
	unsigned bit = BIT(a->security);

	for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
		if (uses[i].required & bit)
			account_keys_missing(c, group, a, uses[i].key);
		if (!(uses[i].modes & bit) && node_child(group, uses[i].key))
			report_add(c->report, SEVERITY_WARNING,
				account_keys_place(group, uses[i].key), "no-effect", NULL,
				"%s: is not used with security = \"%s\"", uses[i].key,
				mode_words[a->security]);
	}
}

static void check_nosec(struct check *c, const struct node *group, const struct conf_account *a)
{
	enum conf_nosec allowed = c->conf->security.allow_nosec;

	if (allowed == NOSEC_NO || (allowed == NOSEC_BOOTSTRAP && !a->is_bootstrap))
		report_add(c->report, SEVERITY_ERROR, account_keys_place(group, "security"),
			"nosec-not-allowed",
			a->is_bootstrap ? "security = { allow_nosec = \"bootstrap\"; }; allows it"
					: "security = { allow_nosec = \"yes\"; }; allows it",
			"without security anybody can be this server");
}

static void check_psk(struct check *c, const struct node *group, const struct conf_account *a)
{
	uint32_t min = c->conf->security.min_psk_length;

	if (a->secret_key.data && a->secret_key.len < min)
		report_add(c->report, SEVERITY_ERROR, account_keys_place(group, "psk_key"),
			"psk-short", "openssl rand -hex 16 makes a key of 16 octets",
			"psk_key: the key has %zu octets, %u are the least "
			"(security.min_psk_length)",
			a->secret_key.len, min);
}

static void check_suites(struct check *c, const struct node *group, const struct conf_account *a)
{
	enum ciphersuite_kind kind = a->security == MODE_PSK ? SUITE_PSK : SUITE_SIGNED;

	for (size_t i = 0; i < a->ciphersuites.n; i++)
		if (ciphersuite_is_usable(a->ciphersuites.at[i], kind) ||
			ciphersuite_is_usable(a->ciphersuites.at[i], SUITE_TLS13))
			return;
	if (a->ciphersuites.n > 0)
		report_add(c->report, SEVERITY_ERROR, account_keys_place(group, "ciphersuites"),
			"unsupported",
			a->security == MODE_PSK ? "49320 is TLS_PSK_WITH_AES_128_CCM_8"
						: "49326 is TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
			"ciphersuites: none of them can be used with security = \"%s\"",
			mode_words[a->security]);
}

/* --- raw public keys and certificates --------------------------------------------------------- */

static void invalid(struct check *c, const struct node *group, const char *key, const char *why)
{
	report_add(c->report, SEVERITY_ERROR, account_keys_place(group, key), "secret-invalid",
		NULL, "%s: %s", key, why);
}

static bool is_pem(struct span in)
{
	static const char begin[] = "-----BEGIN ";

	return in.len >= sizeof begin - 1 && memcmp(in.data, begin, sizeof begin - 1) == 0;
}

/* The DER of what is written; 0 with nothing in *ret if it is absent or in the report. */
static int to_der(struct check *c, const struct node *group, const char *key,
	const struct secret *written, enum pem_kind kind, struct secret *ret)
{
	struct buf der = {0};
	char why[KEY_WHY_MAX];
	uint8_t *to;
	int r;

	if (!is_pem(secret_span(written)))
		return written->len ? secret_set(ret, secret_span(written)) : 0;
	/* once and for good: a buffer that grows leaves copies behind */
	r = buf_reserve(&der, written->len, &to);
	if (r == 0)
		r = pem_decode(secret_span(written), kind, &der, why);
	if (r > 0)
		r = secret_set(ret, buf_span(&der));
	else if (r == -EBADMSG)
		invalid(c, group, key, why);
	if (der.data)
		explicit_bzero(der.data, der.cap);
	buf_done(&der);
	return r == -ENOMEM ? r : 0;
}

/* A token is not asked now: its public key must be written. */
static int take_public(struct check *c, const struct node *group, struct conf_account *a,
	const struct secret *written)
{
	if (written->len > 0)
		return secret_set(&a->identity, secret_span(written));
	if (!node_child(group, "public_key"))
		report_add(c->report, SEVERITY_ERROR, account_keys_place(group, "private_key"),
			"missing-key", "public_key = \"file:/path\": the other half of private_key",
			"public_key is needed beside a private key in a token");
	return 0;
}

/* Our raw public key is the public half of the private one; public_key is only compared. */
static int take_own_rpk(struct check *c, const struct node *group, struct conf_account *a)
{
	_cleanup_(secret_done) struct secret written = {0};
	_cleanup_(key_free_p) struct evp_pkey_st *private = NULL;
	_cleanup_(key_free_p) struct evp_pkey_st *public = NULL;
	_cleanup_(buf_done) struct buf der = {0};
	char why[KEY_WHY_MAX];
	int r = to_der(c, group, "public_key", &a->public_key, PEM_PUBLIC_KEY, &written);

	if (r < 0 || a->secret_key.len == 0)
		return r;
	if (token_is_uri(secret_span(&a->secret_key)))
		return take_public(c, group, a, &written);
	/* what is wrong with it is told with the rest */
	if (key_load_private(secret_span(&a->secret_key), &private, why) < 0)
		return 0;
	r = key_write_public(private, &der);
	if (r == 0)
		r = secret_set(&a->identity, buf_span(&der));
	if (r < 0 || written.len == 0)
		return r;
	if (key_load_public(secret_span(&written), &public, why) < 0)
		invalid(c, group, "public_key", why);
	else if (!key_is_pair(private, public))
		report_add(c->report, SEVERITY_ERROR, account_keys_place(group, "public_key"),
			"key-mismatch", NULL, "public_key: private_key is not its private half");
	return 0;
}

static int convert(struct check *c, const struct node *group, struct conf_account *a)
{
	bool is_rpk = a->security == MODE_RPK;
	bool is_token = token_is_uri(secret_span(&a->private_key));
	int r = is_token ? secret_set(&a->secret_key, secret_span(&a->private_key))
			 : to_der(c, group, "private_key", &a->private_key, PEM_PRIVATE_KEY,
				   &a->secret_key);

	if (r == 0 && is_rpk)
		r = to_der(c, group, "server_public_key", &a->server_key, PEM_PUBLIC_KEY,
			&a->server_public_key);
	else if (r == 0)
		r = to_der(c, group, "trust", &a->trust, PEM_CERTIFICATE, &a->server_public_key);
	if (r < 0)
		return r;
	if (is_rpk)
		return take_own_rpk(c, group, a);
	return to_der(c, group, "certificate", &a->certificate, PEM_CERTIFICATE, &a->identity);
}

/* The first thing that is wrong, or nothing. */
static int check_material(struct check *c, const struct node *group, const struct conf_account *a)
{
	bool is_rpk = a->security == MODE_RPK;
	const char *const fields[] = {
		[MATERIAL_OWN] = is_rpk ? "private_key" : "certificate",
		[MATERIAL_SERVER] = is_rpk ? "server_public_key" : "trust",
		[MATERIAL_SECRET] = "private_key",
	};
	struct material m = {.own = secret_span(&a->identity),
		.server = secret_span(&a->server_public_key),
		.secret = secret_span(&a->secret_key),
		.allows_token = true};
	struct material_problem p;
	int r;

	/* a key alone is judged all the same: the public half is made of it */
	if (is_rpk && m.secret.len && !m.own.len && !token_is_uri(m.secret))
		m.own = m.secret;
	r = is_rpk ? material_check_rpk(&m, &p) : material_check_certificate(&m, &p);
	/* what is empty is absent, in the report or a credential that cannot be seen now */
	if (r <= 0 || p.fault == MATERIAL_EMPTY)
		return r < 0 ? r : 0;
	if (p.fault == MATERIAL_MISMATCH)
		report_add(c->report, SEVERITY_ERROR, account_keys_place(group, "private_key"),
			"key-mismatch", NULL, "private_key: %s", p.why);
	else
		invalid(c, group, fields[p.field], p.why);
	return 0;
}

static void check_expiry(
	struct check *c, const struct node *group, const char *key, const struct secret *der)
{
	_cleanup_(certificate_chain_done) struct certificate_chain chain = {0};
	int64_t now = (int64_t)(clock_realtime(&clock_system) / USEC_PER_SEC);
	char why[KEY_WHY_MAX], date[16];

	if (certificate_load(secret_span(der), &chain, why) < 0 ||
		certificate_check_dates(chain.at[0], now) != CERTIFICATE_EXPIRED)
		return;
	certificate_format_date(certificate_not_after(chain.at[0]), date);
	report_add(c->report, SEVERITY_WARNING, account_keys_place(group, key), "cert-expired",
		"is the clock of this host right?", "%s: the certificate was valid until %s", key,
		date);
}

static int take_signed(struct check *c, const struct node *group, struct conf_account *a)
{
	int r;

	if (a->security == MODE_RPK && !key_has_raw_public_keys()) {
		report_add(c->report, SEVERITY_ERROR, account_keys_place(group, "security"),
			"unsupported", "use a certificate or a pre-shared key here",
			"raw public keys need OpenSSL 3.2, this is %s", key_library_version());
		return 0;
	}
	r = convert(c, group, a);
	if (r == 0)
		r = check_material(c, group, a);
	if (r == 0 && a->security == MODE_CERTIFICATE) {
		check_expiry(c, group, "certificate", &a->identity);
		check_expiry(c, group, "trust", &a->server_public_key);
	}
	return r;
}

int account_keys_take(struct check *c, const struct node *group, struct conf_account *a)
{
	check_uses(c, group, a);
	switch (a->security) {
	case MODE_PSK:
		check_psk(c, group, a);
		break;
	case MODE_RPK:
	case MODE_CERTIFICATE:
		check_suites(c, group, a);
		return take_signed(c, group, a);
	case MODE_NOSEC:
		check_nosec(c, group, a);
		return 0;
	case MODE_EST:
		return 0; /* there is no word for it */
	}
	check_suites(c, group, a);
	return 0;
}
