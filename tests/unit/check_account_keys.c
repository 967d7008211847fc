#include "conf/account_keys.h"

#include <stdio.h>

#include "base/encoding.h"
#include "conf_fixture.h"
#include "keys/key.h"
#include "pki.h"
#include "runner.h"

static struct pki own, server, other;

static void write_pem(const char *path, const char *label, struct span der, bool is_more)
{
	static struct buf text;
	struct buf base64 = {0};
	struct writer w = writer_to(&base64);
	char line[128];

	if (!is_more)
		buf_truncate(&text, 0);
	base64_encode(der, &w);
	snprintf(line, sizeof line, "-----BEGIN %s-----\n", label);
	buf_append_text(&text, line);
	for (size_t at = 0; at < base64.len; at += 64) {
		size_t left = base64.len - at;

		buf_append(&text, span_of(base64.data + at, left < 64 ? left : 64));
		buf_append_text(&text, "\n");
	}
	snprintf(line, sizeof line, "-----END %s-----\n", label);
	buf_append_text(&text, line);
	fixture_write_bytes(path, buf_span(&text), 0600);
	buf_done(&base64);
}

static void setup(void)
{
	fixture_setup();
	pki_make(&(struct pki_wish){.cn = "own"}, &own);
	pki_make(&(struct pki_wish){.cn = "server"}, &server);
	pki_make(&(struct pki_wish){.cn = "old", .from = -7200, .until = -3600}, &other);
	write_pem("/k/own.crt", "CERTIFICATE", buf_span(&own.certificate), false);
	write_pem("/k/chain.crt", "CERTIFICATE", buf_span(&server.certificate), true);
	write_pem("/k/own.key", "PRIVATE KEY", buf_span(&own.pkcs8), false);
	write_pem("/k/own.sec1", "EC PRIVATE KEY", buf_span(&own.sec1), false);
	write_pem("/k/server.crt", "CERTIFICATE", buf_span(&server.certificate), false);
	write_pem("/k/server.pub", "PUBLIC KEY", buf_span(&server.spki), false);
	write_pem("/k/own.pub", "PUBLIC KEY", buf_span(&own.spki), false);
	fixture_write_bytes("/k/own.der", buf_span(&own.pkcs8), 0600);
	fixture_write_bytes("/k/server.der", buf_span(&server.certificate), 0600);
	write_pem("/k/old.crt", "CERTIFICATE", buf_span(&other.certificate), false);
	write_pem("/k/old.key", "PRIVATE KEY", buf_span(&other.pkcs8), false);
}

static void teardown(void)
{
	pki_free(&own);
	pki_free(&server);
	pki_free(&other);
	fixture_teardown();
}

static struct fixture_result load(const char *security, const char *keys)
{
	char text[1024];

	snprintf(text, sizeof text,
		"servers = { a = { short_id = 1; uri = \"coaps://a\"; security = \"%s\";\n%s }; "
		"};\n",
		security, keys);
	return fixture_load_text(text);
}

#define CERTIFICATE "certificate = \"file:/k/own.crt\"; trust = \"file:/k/server.crt\"; "

START_TEST(certificate_account_gets_der_whatever_the_files_hold)
{
	static const char *const keys[] = {
		CERTIFICATE "private_key = \"file:/k/own.key\";",
		CERTIFICATE "private_key = \"file:/k/own.sec1\";",
		("certificate = \"file:/k/own.crt\"; trust = \"file:/k/server.der\"; "
		 "private_key = \"file:/k/own.der\";"),
	};

	for (size_t i = 0; i < 3; i++) {
		struct fixture_result r = load("certificate", keys[i]);

		ck_assert_msg(r.r == 0, "%s", r.text);
		ck_assert_str_eq(r.problems, "");

		const struct conf_account *a = &r.conf->servers[0];

		ck_assert_int_eq(a->security, MODE_CERTIFICATE);
		ck_assert(span_is_equal(secret_span(&a->identity), buf_span(&own.certificate)));
		ck_assert(span_is_equal(
			secret_span(&a->server_public_key), buf_span(&server.certificate)));
		ck_assert(span_is_equal(
			secret_span(&a->secret_key), buf_span(i == 1 ? &own.sec1 : &own.pkcs8)));
		ck_assert(!a->has_certificate_usage);
		fixture_result_done(&r);
	}
}
END_TEST

START_TEST(certificate_file_may_hold_the_chain)
{
	struct fixture_result r = load("certificate",
		"certificate = \"file:/k/chain.crt\"; trust = \"file:/k/server.crt\"; "
		"private_key = \"file:/k/own.key\"; certificate_usage = \"pinned-ca\"; "
		"ciphersuites = [ 49326, 49195 ];");

	ck_assert_msg(r.r == 0, "%s", r.text);

	const struct conf_account *a = &r.conf->servers[0];

	ck_assert_uint_eq(a->identity.len, own.certificate.len + server.certificate.len);
	ck_assert(a->has_certificate_usage);
	ck_assert_int_eq(a->certificate_usage, TRUST_PINNED_CA);
	ck_assert_uint_eq(a->ciphersuites.n, 2);
	ck_assert_uint_eq(a->ciphersuites.at[1], 0xc02b);
	fixture_result_done(&r);
}
END_TEST

/* clang-format off */
static const struct {
	const char *keys, *problems;
} wrong[] = {
	{"", "1 error missing-key\n1 error missing-key\n1 error missing-key\n"},
	{CERTIFICATE, "1 error missing-key\n"},
	{CERTIFICATE "private_key = \"file:/k/old.key\";", "2 error key-mismatch\n"},
	{CERTIFICATE "private_key = \"file:/k/own.pub\";", "2 error secret-invalid\n"},
	{CERTIFICATE "private_key = \"file:/k/own.key\"; psk_identity = \"a\";", "2 warning no-effect\n"},
	{CERTIFICATE "private_key = \"file:/k/own.key\"; ciphersuites = [ 49320 ];", "2 error unsupported\n"},
	{"certificate = \"file:/k/own.pub\"; trust = \"file:/k/server.crt\"; private_key = \"file:/k/own.key\";",
		"2 error secret-invalid\n"},
	{"certificate = \"file:/k/own.crt\"; trust = \"file:/k/server.pub\"; private_key = \"file:/k/own.key\";",
		"2 error secret-invalid\n"},
	{"certificate = \"file:/k/own.crt\"; trust = \"file:/k/chain.crt\"; private_key = \"file:/k/own.key\";",
		"2 error secret-invalid\n"}, /* one certificate is trusted, not two */
	{"certificate = \"file:/k/old.crt\"; trust = \"file:/k/old.crt\"; private_key = \"file:/k/old.key\";",
		"2 warning cert-expired\n2 warning cert-expired\n"},
};
/* clang-format on */

START_TEST(certificate_account_that_cannot_work_is_told_by_key)
{
	struct fixture_result r = load("certificate", wrong[_i].keys);

	ck_assert_msg(strcmp(r.problems, wrong[_i].problems) == 0, "%s", r.text);
	fixture_result_done(&r);
}
END_TEST

START_TEST(raw_public_key_is_made_of_the_private_one)
{
	struct fixture_result r = load("rpk",
		"private_key = \"file:/k/own.key\"; server_public_key = \"file:/k/server.pub\";");

	if (!key_has_raw_public_keys()) {
		ck_assert_str_eq(r.problems, "1 error unsupported\n");
		ck_assert_ptr_nonnull(strstr(r.text, "OpenSSL 3.2"));
	} else {
		ck_assert_msg(r.r == 0, "%s", r.text);
		ck_assert(span_is_equal(
			secret_span(&r.conf->servers[0].identity), buf_span(&own.spki)));
		ck_assert(span_is_equal(secret_span(&r.conf->servers[0].server_public_key),
			buf_span(&server.spki)));
	}
	fixture_result_done(&r);
}
END_TEST

/* clang-format off */
static const struct {
	const char *keys, *problems;
} wrong_rpk[] = {
	{"private_key = \"file:/k/own.key\"; server_public_key = \"file:/k/server.pub\"; "
		"public_key = \"file:/k/own.pub\";", ""},
	{"private_key = \"file:/k/old.key\"; server_public_key = \"file:/k/server.pub\"; "
		"public_key = \"file:/k/own.pub\";", "2 error key-mismatch\n"},
	{"private_key = \"file:/k/own.key\"; server_public_key = \"file:/k/server.crt\";",
		"2 error secret-invalid\n"},
	{"private_key = \"file:/k/own.pub\"; server_public_key = \"file:/k/server.pub\";",
		"2 error secret-invalid\n"},
	{"private_key = \"file:/k/own.key\";", "1 error missing-key\n"},
};
/* clang-format on */

START_TEST(raw_public_key_that_cannot_work_is_told_by_key)
{
	struct fixture_result r;

	if (!key_has_raw_public_keys())
		return;
	r = load("rpk", wrong_rpk[_i].keys);
	ck_assert_msg(strcmp(r.problems, wrong_rpk[_i].problems) == 0, "%s", r.text);
	fixture_result_done(&r);
}
END_TEST

START_TEST(credential_of_the_service_that_is_not_there_now_is_no_error_of_the_rest)
{
	struct fixture_result r =
		load("certificate", CERTIFICATE "private_key = \"file:/k/none\";");

	ck_assert_str_eq(r.problems, "2 error secret-missing\n");
	fixture_result_done(&r);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("account_keys");
	TCase *t = tcase_create("account_keys");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, certificate_account_gets_der_whatever_the_files_hold);
	tcase_add_test(t, certificate_file_may_hold_the_chain);
	tcase_add_loop_test(t, certificate_account_that_cannot_work_is_told_by_key, 0,
		(int)(sizeof wrong / sizeof *wrong));
	tcase_add_test(t, raw_public_key_is_made_of_the_private_one);
	tcase_add_loop_test(t, raw_public_key_that_cannot_work_is_told_by_key, 0,
		(int)(sizeof wrong_rpk / sizeof *wrong_rpk));
	tcase_add_test(t, credential_of_the_service_that_is_not_there_now_is_no_error_of_the_rest);
	suite_add_tcase(su, t);
	return su;
}
