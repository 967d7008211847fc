#include "keys/material.h"

#include "pki.h"
#include "runner.h"

static struct pki own, other, server, weak;
static struct material m;
static struct material_problem p;

static void setup_rpk(void)
{
	pki_make(&(struct pki_wish){0}, &own);
	pki_make(&(struct pki_wish){0}, &other);
	pki_make(&(struct pki_wish){0}, &server);
	pki_make(&(struct pki_wish){.curve = "P-224"}, &weak);
	m = (struct material){.own = buf_span(&own.spki),
		.server = buf_span(&server.spki),
		.secret = buf_span(&own.pkcs8)};
}

static void setup_certificate(void)
{
	setup_rpk();
	m.own = buf_span(&own.certificate);
	m.server = buf_span(&server.certificate);
}

static void teardown(void)
{
	pki_free(&own);
	pki_free(&other);
	pki_free(&server);
	pki_free(&weak);
}

static void expect(int (*check)(const struct material *, struct material_problem *),
	enum material_field field, enum material_fault fault)
{
	ck_assert_int_eq(check(&m, &p), 1);
	ck_assert_int_eq(p.field, field);
	ck_assert_int_eq(p.fault, fault);
	ck_assert_uint_gt(strlen(p.why), 0);
}

START_TEST(rpk_material_that_fits_has_no_problem)
{
	ck_assert_int_eq(material_check_rpk(&m, &p), 0);
	m.secret = buf_span(&own.sec1);
	ck_assert_int_eq(material_check_rpk(&m, &p), 0);
}
END_TEST

START_TEST(rpk_material_with_a_wrong_field_says_which)
{
	struct material good = m;

	m.server = (struct span){0};
	expect(material_check_rpk, MATERIAL_SERVER, MATERIAL_EMPTY);
	m = good;
	m.own = buf_span(&own.certificate);
	expect(material_check_rpk, MATERIAL_OWN, MATERIAL_FORMAT);
	m = good;
	m.server = buf_span(&server.certificate);
	expect(material_check_rpk, MATERIAL_SERVER, MATERIAL_FORMAT);
	m = good;
	m.secret = buf_span(&own.spki);
	expect(material_check_rpk, MATERIAL_SECRET, MATERIAL_FORMAT);
	m = good;
	m.secret = buf_span(&other.pkcs8);
	expect(material_check_rpk, MATERIAL_SECRET, MATERIAL_MISMATCH);
	m = good;
	m.server = buf_span(&weak.spki);
	expect(material_check_rpk, MATERIAL_SERVER, MATERIAL_WEAK);
}
END_TEST

START_TEST(certificate_material_that_fits_has_no_problem)
{
	ck_assert_int_eq(material_check_certificate(&m, &p), 0);
}
END_TEST

START_TEST(certificate_material_with_a_wrong_field_says_which)
{
	struct material good = m;

	m.own = buf_span(&own.spki);
	expect(material_check_certificate, MATERIAL_OWN, MATERIAL_FORMAT);
	m = good;
	m.own = (struct span){0};
	expect(material_check_certificate, MATERIAL_OWN, MATERIAL_EMPTY);
	m = good;
	m.secret = buf_span(&other.sec1);
	expect(material_check_certificate, MATERIAL_SECRET, MATERIAL_MISMATCH);
	m = good;
	m.server = buf_span(&weak.certificate);
	expect(material_check_certificate, MATERIAL_SERVER, MATERIAL_WEAK);
	m = good;
	m.server = buf_span(&server.spki);
	expect(material_check_certificate, MATERIAL_SERVER, MATERIAL_FORMAT);
	buf_append(&server.certificate, buf_span(&other.certificate));
	m.server = buf_span(&server.certificate);
	expect(material_check_certificate, MATERIAL_SERVER, MATERIAL_FORMAT);
}
END_TEST

/* 0/x/13: 0/x/4 holds a hash then */
START_TEST(hash_of_the_server_has_the_length_of_its_kind)
{
	static const uint8_t bytes[64];

	for (int i = MATCH_SHA256; i < MATCH_END; i++) {
		m.matching = (enum matching_type)i;
		m.server = span_of(bytes, material_hash_len(m.matching));
		ck_assert_int_eq(material_check_certificate(&m, &p), 0);
		m.server.len--;
		expect(material_check_certificate, MATERIAL_SERVER, MATERIAL_FORMAT);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("material");
	TCase *t = tcase_create("rpk");

	tcase_add_checked_fixture(t, setup_rpk, teardown);
	tcase_add_test(t, rpk_material_that_fits_has_no_problem);
	tcase_add_test(t, rpk_material_with_a_wrong_field_says_which);
	suite_add_tcase(su, t);
	t = tcase_create("certificate");
	tcase_add_checked_fixture(t, setup_certificate, teardown);
	tcase_add_test(t, certificate_material_that_fits_has_no_problem);
	tcase_add_test(t, certificate_material_with_a_wrong_field_says_which);
	tcase_add_test(t, hash_of_the_server_has_the_length_of_its_kind);
	suite_add_tcase(su, t);
	return su;
}
