#include "keys/key.h"

#include <errno.h>

#include "base/cleanup.h"
#include "pki.h"
#include "runner.h"

/* TS transport Appendix F: /0/2/5 (SEC1, though the text says PKCS#8), /0/2/3 and /0/2/4 */
#define F_PRIVATE                                                                                  \
	"30 77 02 01 01 04 20 9f352da16495748e146fcb5370b8e96d292ced5567a8fae55a22bb67d91651b8"    \
	"a0 0a 06 08 2a8648ce3d030107 a1 44 03 42 00 04"                                           \
	"a09dcb1bc739e7f19afa9adcb1944968bfba73efcec29b50486eb44d1b29c193"                         \
	"449970a3736830cb2bd5d7ec05d2bd1fc07b6df5e48b54ce77a6a7229c3a91c2"
#define P256_SPKI "30 59 30 13 06 07 2a8648ce3d0201 06 08 2a8648ce3d030107 03 42 00 04"
#define F_PUBLIC                                                                                   \
	P256_SPKI                                                                                  \
	"a09dcb1bc739e7f19afa9adcb1944968bfba73efcec29b50486eb44d1b29c193"                         \
	"449970a3736830cb2bd5d7ec05d2bd1fc07b6df5e48b54ce77a6a7229c3a91c2"
#define F_SERVER                                                                                   \
	P256_SPKI                                                                                  \
	"82c773f378d30c2783a48eb811b96cf6a90694a8564f1e7f6d366152f1169895"                         \
	"0f6f7c40cda585334f837750a102f5bf25508ceb9e55dfc0f12a455199a4c960"

static char why[KEY_WHY_MAX];

static int load_private(struct span der)
{
	struct evp_pkey_st *key = NULL;
	int r = key_load_private(der, &key, why);

	ck_assert((r == 0) == (key != NULL));
	key_free(key);
	return r;
}

static int load_public(struct span der)
{
	struct evp_pkey_st *key = NULL;
	int r = key_load_public(der, &key, why);

	ck_assert((r == 0) == (key != NULL));
	key_free(key);
	return r;
}

START_TEST(keys_of_the_standards_appendix_load_and_belong_together)
{
	_cleanup_(key_free_p) struct evp_pkey_st *private = NULL, *public = NULL, *server = NULL;
	_cleanup_(buf_done) struct buf written = {0};

	ck_assert_int_eq(key_load_private(test_hex(F_PRIVATE), &private, why), 0);
	ck_assert_int_eq(key_load_public(test_hex(F_PUBLIC), &public, why), 0);
	ck_assert_int_eq(key_load_public(test_hex(F_SERVER), &server, why), 0);
	ck_assert(key_is_pair(private, public));
	ck_assert(!key_is_pair(private, server));
	ck_assert_int_eq(key_write_public(private, &written), 0);
	ck_assert(span_is_equal(buf_span(&written), test_hex(F_PUBLIC)));
}
END_TEST

START_TEST(private_key_loads_as_pkcs8_and_as_sec1)
{
	static const char *const curves[] = {"P-256", "P-384", "P-521"};

	for (size_t i = 0; i < 3; i++) {
		struct pki p;

		pki_make(&(struct pki_wish){.curve = curves[i]}, &p);
		ck_assert_int_eq(load_private(buf_span(&p.pkcs8)), 0);
		ck_assert_int_eq(load_private(buf_span(&p.sec1)), 0);
		ck_assert_int_eq(load_public(buf_span(&p.spki)), 0);
		pki_free(&p);
	}
}
END_TEST

START_TEST(edwards_and_rsa_keys_load)
{
	struct pki p;

	pki_make(&(struct pki_wish){.curve = "ED25519"}, &p);
	ck_assert_int_eq(load_private(buf_span(&p.pkcs8)), 0);
	ck_assert_int_eq(load_public(buf_span(&p.spki)), 0);
	pki_free(&p);
	pki_make(&(struct pki_wish){.curve = "RSA", .bits = 2048}, &p);
	ck_assert_int_eq(load_private(buf_span(&p.pkcs8)), 0);
	ck_assert_int_eq(load_public(buf_span(&p.spki)), 0);
	pki_free(&p);
}
END_TEST

/* TS transport 5.2.8: no group below 255 bits */
START_TEST(weak_keys_do_not_load)
{
	static const struct pki_wish weak[] = {
		{.curve = "P-224"}, {.curve = "P-192"}, {.curve = "RSA", .bits = 1024}};

	for (size_t i = 0; i < 3; i++) {
		struct pki p;

		pki_make(&weak[i], &p);
		ck_assert_int_eq(load_private(buf_span(&p.pkcs8)), -EKEYREJECTED);
		ck_assert_ptr_nonnull(strstr(why, "are the least"));
		ck_assert_int_eq(load_public(buf_span(&p.spki)), -EKEYREJECTED);
		pki_free(&p);
	}
}
END_TEST

START_TEST(every_cut_and_anything_behind_it_is_refused)
{
	struct pki p;

	pki_make(&(struct pki_wish){0}, &p);

	struct buf *const forms[] = {&p.pkcs8, &p.sec1, &p.spki};

	for (size_t i = 0; i < 3; i++) {
		struct span whole = buf_span(forms[i]);

		for (size_t len = 0; len < whole.len; len++)
			ck_assert_int_eq(i < 2 ? load_private(span_of(whole.data, len))
					       : load_public(span_of(whole.data, len)),
				-EBADMSG);
		ck_assert_int_eq(buf_append_byte(forms[i], 0), 0);
		ck_assert_int_eq(
			i < 2 ? load_private(buf_span(forms[i])) : load_public(buf_span(forms[i])),
			-EBADMSG);
	}
	pki_free(&p);
}
END_TEST

/* clang-format off */
static const struct {
	const char *der, *why;
} bad[] = {
	{"", "not the DER"},
	{"9f352da16495748e146fcb5370b8e96d292ced5567a8fae55a22bb67d91651b8", "not the DER"}, /* a bare scalar */
	{"30 05 02 01 02 30 00", "version other than 1"}, /* OneAsymmetricKey, version 2 */
	{"30 04 30 00 04 00", "encrypted"},
	{"30 06 02 01 00 02 01 01", "neither"}, /* RSAPrivateKey */
	{"30 05 02 01 01 04 00", "damaged SEC1"},
	{"30 05 02 01 00 30 00", "damaged PKCS#8"},
	{"30 80 00 00", "not the DER"}, /* without a length */
	{"2d 2d 2d 2d 2d 42 45 47 49 4e", "not the DER"}, /* PEM */
};
/* clang-format on */

START_TEST(other_forms_are_refused_with_a_word)
{
	ck_assert_int_eq(load_private(test_hex(bad[_i].der)), -EBADMSG);
	ck_assert_msg(strstr(why, bad[_i].why), "%s", why);
}
END_TEST

START_TEST(private_key_with_the_public_half_of_another_is_refused)
{
	struct span der = test_hex(F_PRIVATE), other = test_hex(F_SERVER);
	uint8_t mixed[256];

	memcpy(mixed, der.data, der.len);
	memcpy(mixed + der.len - 64, other.data + other.len - 64, 64);
	ck_assert_int_eq(load_private(span_of(mixed, der.len)), -EBADMSG);
}
END_TEST

START_TEST(public_key_must_be_a_point_of_its_curve)
{
	struct span der = test_hex(F_PUBLIC);
	uint8_t wrong[128];

	memcpy(wrong, der.data, der.len);
	wrong[der.len - 1] ^= 1;
	ck_assert_int_eq(load_public(span_of(wrong, der.len)), -EBADMSG);
}
END_TEST

START_TEST(raw_public_keys_need_the_version_that_has_them)
{
	int major = key_library_version()[0] - '0', minor = key_library_version()[2] - '0';

	ck_assert_int_eq(key_has_raw_public_keys(), major > 3 || (major == 3 && minor >= 2));
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("key");
	TCase *t = tcase_create("key");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, keys_of_the_standards_appendix_load_and_belong_together);
	tcase_add_test(t, private_key_loads_as_pkcs8_and_as_sec1);
	tcase_add_test(t, edwards_and_rsa_keys_load);
	tcase_add_test(t, weak_keys_do_not_load);
	tcase_add_test(t, every_cut_and_anything_behind_it_is_refused);
	tcase_add_loop_test(
		t, other_forms_are_refused_with_a_word, 0, (int)(sizeof bad / sizeof *bad));
	tcase_add_test(t, private_key_with_the_public_half_of_another_is_refused);
	tcase_add_test(t, public_key_must_be_a_point_of_its_curve);
	tcase_add_test(t, raw_public_keys_need_the_version_that_has_them);
	suite_add_tcase(su, t);
	return su;
}
