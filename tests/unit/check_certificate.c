#include "keys/certificate.h"

#include <errno.h>
#include <time.h>

#include "base/cleanup.h"
#include "pki.h"
#include "runner.h"

static char why[KEY_WHY_MAX];
static struct pki one, two;

static void teardown(void)
{
	pki_free(&one);
	pki_free(&two);
}

START_TEST(certificate_tells_subject_issuer_and_dates)
{
	_cleanup_(certificate_chain_done) struct certificate_chain c = {0};
	char text[CERTIFICATE_NAME_MAX], date[16];
	int64_t now = time(NULL);

	pki_make(&(struct pki_wish){.cn = "An\nissuer", .is_ca = true}, &two);
	pki_make(&(struct pki_wish){.cn = "gateway", .issuer = &two}, &one);
	ck_assert_int_eq(certificate_load(buf_span(&one.certificate), &c, why), 0);
	ck_assert_uint_eq(c.n, 1);
	certificate_format_subject(c.at[0], text);
	ck_assert_str_eq(text, "CN=gateway");
	/* what others wrote never breaks a line of the log */
	certificate_format_issuer(c.at[0], text);
	ck_assert_str_eq(text, "CN=An\\0Aissuer");
	ck_assert_int_lt(llabs(certificate_not_after(c.at[0]) - now - 3600), 10);
	ck_assert_int_lt(llabs(certificate_not_before(c.at[0]) - now + 3600), 10);
	certificate_format_date(1795564800, date);
	ck_assert_str_eq(date, "2026-11-25");
}
END_TEST

START_TEST(dates_are_compared_with_the_time_that_is_given)
{
	pki_make(&(struct pki_wish){0}, &one);

	int64_t from = certificate_not_before(one.x509), until = certificate_not_after(one.x509);

	ck_assert_int_eq(certificate_check_dates(one.x509, from - 1), CERTIFICATE_NOT_YET_VALID);
	ck_assert_int_eq(certificate_check_dates(one.x509, from), CERTIFICATE_VALID);
	ck_assert_int_eq(certificate_check_dates(one.x509, until), CERTIFICATE_VALID);
	ck_assert_int_eq(certificate_check_dates(one.x509, until + 1), CERTIFICATE_EXPIRED);
}
END_TEST

START_TEST(chain_is_certificates_in_a_row)
{
	_cleanup_(certificate_chain_done) struct certificate_chain c = {0};

	pki_make(&(struct pki_wish){.is_ca = true}, &two);
	pki_make(&(struct pki_wish){.issuer = &two}, &one);
	buf_append(&one.certificate, buf_span(&two.certificate));
	ck_assert_int_eq(certificate_load(buf_span(&one.certificate), &c, why), 0);
	ck_assert_uint_eq(c.n, 2);
	certificate_chain_done(&c);
	buf_append_byte(&one.certificate, 0x30);
	ck_assert_int_eq(certificate_load(buf_span(&one.certificate), &c, why), -EBADMSG);
	ck_assert_uint_eq(c.n, 0);
}
END_TEST

START_TEST(chain_has_a_limit)
{
	_cleanup_(certificate_chain_done) struct certificate_chain c = {0};
	_cleanup_(buf_done) struct buf many = {0};

	pki_make(&(struct pki_wish){0}, &one);
	for (int i = 0; i < CERTIFICATE_CHAIN_MAX; i++)
		buf_append(&many, buf_span(&one.certificate));
	ck_assert_int_eq(certificate_load(buf_span(&many), &c, why), 0);
	certificate_chain_done(&c);
	buf_append(&many, buf_span(&one.certificate));
	ck_assert_int_eq(certificate_load(buf_span(&many), &c, why), -EBADMSG);
}
END_TEST

START_TEST(every_cut_is_refused)
{
	struct certificate_chain c = {0};

	pki_make(&(struct pki_wish){0}, &one);
	for (size_t len = 0; len < one.certificate.len; len++)
		ck_assert_int_eq(
			certificate_load(span_of(one.certificate.data, len), &c, why), -EBADMSG);
	ck_assert_int_eq(certificate_load(buf_span(&one.spki), &c, why), -EBADMSG);
}
END_TEST

START_TEST(weak_key_or_signature_is_refused)
{
	struct certificate_chain c = {0};

	pki_make(&(struct pki_wish){.curve = "P-224"}, &one);
	ck_assert_int_eq(certificate_load(buf_span(&one.certificate), &c, why), -EKEYREJECTED);
	pki_make(&(struct pki_wish){.digest = "SHA1"}, &two);
	ck_assert_int_eq(certificate_check_key(two.x509, why), 0);
	ck_assert_int_eq(certificate_check_strength(two.x509, why), -EKEYREJECTED);
	ck_assert_ptr_nonnull(strstr(why, "SHA-1"));
	pki_free(&two);
	pki_make(&(struct pki_wish){.curve = "ED25519"}, &two);
	ck_assert_int_eq(certificate_check_strength(two.x509, why), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("certificate");
	TCase *t = tcase_create("certificate");

	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, certificate_tells_subject_issuer_and_dates);
	tcase_add_test(t, dates_are_compared_with_the_time_that_is_given);
	tcase_add_test(t, chain_is_certificates_in_a_row);
	tcase_add_test(t, chain_has_a_limit);
	tcase_add_test(t, every_cut_is_refused);
	tcase_add_test(t, weak_key_or_signature_is_refused);
	suite_add_tcase(su, t);
	return su;
}
