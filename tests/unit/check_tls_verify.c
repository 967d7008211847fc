#include "transport/tls_verify.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <time.h>

#include "base/cleanup.h"
#include "pki.h"
#include "runner.h"

/*
 * root -> ca -> leaf, and another root; what the server sends is leaf and ca. No handshake: the
 * verdict alone.
 */
static struct pki root, ca, leaf, other;
static struct tls_credentials c;
static struct tls_refusal refusal;
static X509_STORE *trust;
static int64_t now;

static void setup(void)
{
	now = time(NULL);
	pki_make(&(struct pki_wish){.cn = "root", .is_ca = true}, &root);
	pki_make(&(struct pki_wish){.cn = "ca", .is_ca = true, .issuer = &root}, &ca);
	pki_make(
		&(struct pki_wish){
			.cn = "leaf", .dns = "dm.example", .ip = "192.0.2.1", .issuer = &ca},
		&leaf);
	pki_make(&(struct pki_wish){.cn = "other", .is_ca = true}, &other);
	trust = X509_STORE_new();
	X509_STORE_add_cert(trust, root.x509);
	c = (struct tls_credentials){.mode = MODE_CERTIFICATE,
		.usage = USAGE_ABSENT,
		.clock_check = true,
		.name = (char *)(uintptr_t) "dm.example",
		.trust = trust,
		.trust_path = (char *)(uintptr_t) "/store"};
}

static void teardown(void)
{
	pki_free(&root);
	pki_free(&ca);
	pki_free(&leaf);
	pki_free(&other);
	X509_STORE_free(trust);
}

static bool verify_sent(const struct pki *first, const struct pki *second)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_STORE *empty = X509_STORE_new();
	STACK_OF(X509) *sent = sk_X509_new_null();

	sk_X509_push(sent, first->x509);
	if (second)
		sk_X509_push(sent, second->x509);
	ck_assert_int_eq(X509_STORE_CTX_init(ctx, empty, first->x509, sent), 1);

	bool is_good = tls_verify(ctx, &c, true, now, &refusal);

	ck_assert((X509_STORE_CTX_get_error(ctx) == X509_V_OK) == is_good);
	ck_assert((refusal.reason == REASON_NONE) == is_good);
	sk_X509_free(sent);
	X509_STORE_free(empty);
	X509_STORE_CTX_free(ctx);
	return is_good;
}

static void expect(bool is_good, enum tls_usage usage, const struct pki *server)
{
	c.usage = usage;
	c.server_certificate = server->x509;
	ck_assert_msg(verify_sent(&leaf, &ca) == is_good, "usage %d: %s", usage, refusal.detail);
	if (!is_good)
		ck_assert_str_eq(reason_id(refusal.reason), "dtls.cert-untrusted");
}

/* RFC 6698 2.1.1, object 0 resource 15 */
START_TEST(usage_0_wants_a_path_to_the_store_with_this_ca_in_it)
{
	expect(true, USAGE_CA, &ca);
	expect(true, USAGE_CA, &root);
	expect(false, USAGE_CA, &leaf);
	expect(false, USAGE_CA, &other);
	c.trust = NULL;
	expect(false, USAGE_CA, &ca);
	ck_assert_ptr_nonnull(strstr(refusal.detail, "/store"));
}
END_TEST

START_TEST(usage_1_wants_this_certificate_and_a_path_to_the_store)
{
	expect(true, USAGE_SERVER, &leaf);
	expect(false, USAGE_SERVER, &ca);

	X509_STORE *stranger = X509_STORE_new();

	X509_STORE_add_cert(stranger, other.x509);
	c.trust = stranger;
	expect(false, USAGE_SERVER, &leaf);
	X509_STORE_free(stranger);
}
END_TEST

START_TEST(usage_2_wants_a_path_to_this_ca_and_no_store)
{
	c.trust = NULL;
	expect(true, USAGE_PINNED_CA, &ca);
	expect(true, USAGE_PINNED_CA, &root);
	expect(false, USAGE_PINNED_CA, &other);
	/* an intermediate that is not sent cannot be guessed */
	c.server_certificate = root.x509;
	ck_assert(!verify_sent(&leaf, NULL));
}
END_TEST

START_TEST(usage_3_wants_this_certificate_and_nothing_else)
{
	c.trust = NULL;
	c.name = (char *)(uintptr_t) "another.example";
	expect(true, USAGE_PINNED_SERVER, &leaf);
	expect(false, USAGE_PINNED_SERVER, &ca);
	expect(false, USAGE_PINNED_SERVER, &other);
}
END_TEST

START_TEST(absent_usage_is_the_certificate_or_its_anchor)
{
	c.trust = NULL;
	expect(true, USAGE_ABSENT, &leaf);
	expect(true, USAGE_ABSENT, &ca);
	expect(false, USAGE_ABSENT, &other);
	/* as an anchor the name counts, as the certificate itself it does not */
	c.name = (char *)(uintptr_t) "another.example";
	expect(true, USAGE_ABSENT, &leaf);
	c.server_certificate = ca.x509;
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_DTLS_CERT_NAME);
}
END_TEST

START_TEST(pinned_ca_may_be_known_by_its_hash)
{
	unsigned len;

	c.matching = MATCH_SHA256;
	EVP_Digest(ca.certificate.data, ca.certificate.len, c.hash, &len, EVP_sha256(), NULL);
	c.usage = USAGE_PINNED_CA;
	ck_assert(verify_sent(&leaf, &ca));
	ck_assert(!verify_sent(&leaf, NULL));
	c.usage = USAGE_CA;
	ck_assert(verify_sent(&leaf, &ca));
}
END_TEST

/* RFC 6125, RFC 7925 4.4.1 */
START_TEST(name_is_looked_for_in_the_certificate)
{
	c.usage = USAGE_PINNED_CA;
	c.server_certificate = root.x509;
	c.name = (char *)(uintptr_t) "DM.example";
	ck_assert(verify_sent(&leaf, &ca));
	c.name = (char *)(uintptr_t) "192.0.2.1";
	c.is_name_literal = true;
	ck_assert(verify_sent(&leaf, &ca));
	c.name = (char *)(uintptr_t) "192.0.2.2";
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_DTLS_CERT_NAME);
	ck_assert(refusal.is_fatal && strstr(refusal.detail, "192.0.2.2"));
	c.is_name_literal = false;
	c.name = (char *)(uintptr_t) "other.example";
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_DTLS_CERT_NAME);
}
END_TEST

START_TEST(dates_are_told_apart_from_a_wrong_server)
{
	c.usage = USAGE_PINNED_CA;
	c.server_certificate = root.x509;
	now += 7200;
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_DTLS_CERT_EXPIRED);
	now -= 3 * 7200;
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_DTLS_CERT_NOT_YET_VALID);
	ck_assert(!refusal.is_fatal); /* the clock may be set later */
	/* the wrong server is told first */
	c.server_certificate = other.x509;
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_DTLS_CERT_UNTRUSTED);
	/* a pinned certificate has its dates as well */
	c.usage = USAGE_PINNED_SERVER;
	c.server_certificate = leaf.x509;
	now += 5 * 7200;
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_DTLS_CERT_EXPIRED);
}
END_TEST

START_TEST(clock_that_was_never_set_judges_nothing)
{
	c.usage = USAGE_PINNED_SERVER;
	c.server_certificate = leaf.x509;
	now = tls_verify_build_date() - 1;
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_CLOCK_UNSET);
	ck_assert(!refusal.is_fatal);
	/* by wish only what is expired for certain is refused */
	c.clock_check = false;
	ck_assert(verify_sent(&leaf, &ca));

	int64_t long_ago = tls_verify_build_date() - time(NULL) - 86400;

	pki_free(&leaf);
	pki_make(&(struct pki_wish){.from = long_ago - 3600, .until = long_ago}, &leaf);
	c.server_certificate = leaf.x509;
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_DTLS_CERT_EXPIRED);
}
END_TEST

/* CCM_8 needs SECLEVEL=0, which would let these in */
START_TEST(weak_keys_and_signatures_in_the_path_are_refused)
{
	c.usage = USAGE_PINNED_CA;
	c.server_certificate = root.x509;
	pki_free(&leaf);
	pki_make(&(struct pki_wish){.curve = "P-224", .dns = "dm.example", .issuer = &ca}, &leaf);
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_DTLS_CERT_UNTRUSTED);
	ck_assert_ptr_nonnull(strstr(refusal.detail, "255 are the least"));
	pki_free(&leaf);
	pki_make(&(struct pki_wish){.digest = "SHA1", .dns = "dm.example", .issuer = &ca}, &leaf);
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_ptr_nonnull(strstr(refusal.detail, "SHA-1"));
	pki_free(&leaf);
	pki_make(
		&(struct pki_wish){
			.curve = "RSA", .bits = 1024, .dns = "dm.example", .issuer = &ca},
		&leaf);
	ck_assert(!verify_sent(&leaf, &ca));
}
END_TEST

START_TEST(account_with_a_pre_shared_key_takes_no_certificate)
{
	c.mode = MODE_PSK;
	ck_assert(!verify_sent(&leaf, &ca));
}
END_TEST

START_TEST(certificate_is_no_raw_public_key)
{
	c.mode = MODE_RPK;
	c.server_key = leaf.key;
	ck_assert(!verify_sent(&leaf, &ca));
	ck_assert_int_eq(refusal.reason, REASON_DTLS_RPK_MISMATCH);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("tls_verify");
	TCase *t = tcase_create("tls_verify");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, usage_0_wants_a_path_to_the_store_with_this_ca_in_it);
	tcase_add_test(t, usage_1_wants_this_certificate_and_a_path_to_the_store);
	tcase_add_test(t, usage_2_wants_a_path_to_this_ca_and_no_store);
	tcase_add_test(t, usage_3_wants_this_certificate_and_nothing_else);
	tcase_add_test(t, absent_usage_is_the_certificate_or_its_anchor);
	tcase_add_test(t, pinned_ca_may_be_known_by_its_hash);
	tcase_add_test(t, name_is_looked_for_in_the_certificate);
	tcase_add_test(t, dates_are_told_apart_from_a_wrong_server);
	tcase_add_test(t, clock_that_was_never_set_judges_nothing);
	tcase_add_test(t, weak_keys_and_signatures_in_the_path_are_refused);
	tcase_add_test(t, account_with_a_pre_shared_key_takes_no_certificate);
	tcase_add_test(t, certificate_is_no_raw_public_key);
	suite_add_tcase(su, t);
	return su;
}
