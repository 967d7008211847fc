#include "transport/tls_credentials.h"

#include <errno.h>

#include "pki.h"
#include "runner.h"

static struct tls_credentials c;
static char why[TLS_WHY_MAX];
static struct pki own, server;
static uint8_t long_bytes[300];

static void setup(void)
{
	memset(long_bytes, 'x', sizeof long_bytes);
	pki_make(&(struct pki_wish){.cn = "own"}, &own);
	pki_make(&(struct pki_wish){.cn = "server"}, &server);
}

static void teardown(void)
{
	tls_credentials_done(&c);
	pki_free(&own);
	pki_free(&server);
}

static struct tls_material psk(struct span identity, struct span key)
{
	return (struct tls_material){.mode = MODE_PSK, .identity = identity, .secret_key = key};
}

static struct tls_material certificate(void)
{
	return (struct tls_material){.mode = MODE_CERTIFICATE,
		.identity = buf_span(&own.certificate),
		.secret_key = buf_span(&own.pkcs8),
		.server_public_key = buf_span(&server.certificate),
		.host = span_of_text("dm.example"),
		.usage = USAGE_ABSENT};
}

static int set(struct tls_material m)
{
	tls_credentials_done(&c);
	return tls_credentials_set(&c, &m, why);
}

START_TEST(credentials_that_openssl_would_cut_are_refused)
{
	struct span key = span_of_text("k"), id = span_of_text("id");

	ck_assert_int_eq(set(psk(span_of("a\0b", 3), key)), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "NUL"));
	ck_assert_int_eq(set(psk(span_of(long_bytes, 257), key)), -EINVAL);
	ck_assert_int_eq(set(psk(id, (struct span){0})), -EINVAL);
	ck_assert_int_eq(set(psk(id, span_of(long_bytes, 257))), -EINVAL);

	struct tls_material m = psk(id, span_of(long_bytes, 64));

	m.sni = span_of_text("name");
	ck_assert_int_eq(set(m), 0);
	ck_assert_str_eq(c.identity, "id");
	ck_assert_str_eq(c.sni, "name");
	m.sni = span_of("a\0b", 3);
	ck_assert_int_eq(set(m), -EINVAL);
}
END_TEST

/* RFC 6066 3: a literal address is no name */
START_TEST(name_is_0_x_14_or_the_host_and_an_address_is_never_sent)
{
	struct tls_material m = certificate();

	ck_assert_int_eq(set(m), 0);
	ck_assert_str_eq(c.name, "dm.example");
	ck_assert_str_eq(c.sni, "dm.example");
	m.host = span_of_text("192.0.2.1");
	m.is_host_literal = true;
	ck_assert_int_eq(set(m), 0);
	ck_assert_str_eq(c.name, "192.0.2.1");
	ck_assert(c.is_name_literal && !c.sni);
	m.sni = span_of_text("other.example");
	ck_assert_int_eq(set(m), 0);
	ck_assert_str_eq(c.name, "other.example");
	ck_assert(!c.is_name_literal && c.sni);
}
END_TEST

START_TEST(certificate_material_is_checked_and_the_field_is_named)
{
	struct tls_material m = certificate();

	m.secret_key = buf_span(&server.pkcs8);
	ck_assert_int_eq(set(m), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "the private key"));
	m = certificate();
	m.server_public_key = (struct span){0};
	ck_assert_int_eq(set(m), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "the server's"));
	ck_assert_ptr_null(c.own_key);
}
END_TEST

START_TEST(raw_public_keys_are_refused_with_the_version_they_need)
{
	struct tls_material m = certificate();

	m.mode = MODE_RPK;
	m.identity = buf_span(&own.spki);
	m.server_public_key = buf_span(&server.spki);
	if (key_has_raw_public_keys()) {
		ck_assert_int_eq(set(m), 0);
		ck_assert(tls_credentials_match_key(&c, server.key));
		ck_assert(!tls_credentials_match_key(&c, own.key));
	} else {
		ck_assert_int_eq(set(m), -ENOTSUP);
		ck_assert_ptr_nonnull(strstr(why, "OpenSSL 3.2"));
	}
}
END_TEST

/* 0/x/13 */
START_TEST(server_is_matched_exactly_or_by_its_hash)
{
	static const struct {
		enum matching_type type;
		const char *digest;
	} kinds[] = {{MATCH_SHA256, "SHA256"}, {MATCH_SHA384, "SHA384"}, {MATCH_SHA512, "SHA512"}};
	struct tls_material m = certificate();
	uint8_t hash[64];
	unsigned len;

	ck_assert_int_eq(set(m), 0);
	ck_assert(tls_credentials_match(&c, server.x509) && !tls_credentials_match(&c, own.x509));
	for (size_t i = 0; i < 3; i++) {
		EVP_Digest(server.certificate.data, server.certificate.len, hash, &len,
			EVP_get_digestbyname(kinds[i].digest), NULL);
		m.matching = kinds[i].type;
		m.server_public_key = span_of(hash, len);
		ck_assert_int_eq(set(m), 0);
		ck_assert(tls_credentials_match(&c, server.x509));
		ck_assert(!tls_credentials_match(&c, own.x509));
	}
}
END_TEST

/* 0/x/16 */
START_TEST(only_wished_suites_are_offered_and_none_is_an_error)
{
	static const uint32_t wish[] = {0xc0a8}, other[] = {0xc0ae};
	struct tls_material m = psk(span_of_text("id"), span_of_text("key"));

	m.ciphersuites = wish;
	m.n_ciphersuites = 1;
	ck_assert_int_eq(set(m), 0);
	ck_assert_str_eq(c.ciphers, "PSK-AES128-CCM8");
	ck_assert_str_eq(c.ciphers13, "");
	m.ciphersuites = other;
	ck_assert_int_eq(set(m), -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(why, "0/x/16"));
}
END_TEST

START_TEST(client_chain_is_kept)
{
	struct tls_material m = certificate();

	buf_append(&own.certificate, buf_span(&server.certificate));
	m.identity = buf_span(&own.certificate);
	ck_assert_int_eq(set(m), 0);
	ck_assert_uint_eq(c.own.n, 2);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("tls_credentials");
	TCase *t = tcase_create("tls_credentials");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, credentials_that_openssl_would_cut_are_refused);
	tcase_add_test(t, name_is_0_x_14_or_the_host_and_an_address_is_never_sent);
	tcase_add_test(t, certificate_material_is_checked_and_the_field_is_named);
	tcase_add_test(t, raw_public_keys_are_refused_with_the_version_they_need);
	tcase_add_test(t, server_is_matched_exactly_or_by_its_hash);
	tcase_add_test(t, only_wished_suites_are_offered_and_none_is_an_error);
	tcase_add_test(t, client_chain_is_kept);
	suite_add_tcase(su, t);
	return su;
}
