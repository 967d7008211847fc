#include "keys/pem.h"

#include <errno.h>

#include "base/cleanup.h"
#include "runner.h"

static char why[KEY_WHY_MAX];

/* n < 0: the error */
static void expect(const char *text, enum pem_kind kind, int n, const char *hex)
{
	_cleanup_(buf_done) struct buf out = {0};

	ck_assert_int_eq(pem_decode(span_of_text(text), kind, &out, why), n);
	if (n > 0)
		ck_assert(span_is_equal(buf_span(&out), test_hex(hex)));
}

START_TEST(pem_gives_the_octets_of_the_wanted_block)
{
	expect("-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----\n", PEM_PUBLIC_KEY, 1,
		"01 02 03");
	expect("words\r\n-----BEGIN EC PARAMETERS-----\r\nBggq\r\n-----END EC PARAMETERS-----\r\n"
	       "-----BEGIN EC PRIVATE KEY-----\r\nAQID\r\nBAU=\r\n-----END EC PRIVATE KEY-----\r\n",
		PEM_PRIVATE_KEY, 1, "01 02 03 04 05");
	expect("-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----", PEM_PRIVATE_KEY, 1,
		"01 02 03");
}
END_TEST

START_TEST(pem_certificates_follow_each_other)
{
	expect("-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n"
	       "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n"
	       "-----BEGIN CERTIFICATE-----\nAg==\n-----END CERTIFICATE-----\n",
		PEM_CERTIFICATE, 2, "01 02");
}
END_TEST

/* clang-format off */
static const struct {
	const char *text;
	enum pem_kind kind;
	const char *why;
} bad[] = {
	{"", PEM_CERTIFICATE, "without a certificate"},
	{"-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----\n", PEM_CERTIFICATE, "without"},
	{"-----BEGIN PUBLIC KEY-----\nAQID\n", PEM_PUBLIC_KEY, "without an end"},
	{"-----BEGIN PUBLIC KEY-----\nAQID\n", PEM_PRIVATE_KEY, "without an end"},
	{"-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----\n", PEM_PUBLIC_KEY, "damaged"},
	{"-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----\n", PEM_PUBLIC_KEY, "damaged"},
	{"-----BEGIN PUBLIC KEY-----\nAQID\n-----END CERTIFICATE-----\n", PEM_PUBLIC_KEY, "damaged"},
	{"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAQID\n-----END ENCRYPTED PRIVATE KEY-----\n",
		PEM_PRIVATE_KEY, "encrypted"},
	{"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END EC PRIVATE KEY-----\n",
		PEM_PRIVATE_KEY, "encrypted"},
	{"-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n"
		"-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n",
		PEM_PRIVATE_KEY, "more than one"},
};
/* clang-format on */

START_TEST(pem_that_is_not_usable_is_refused_with_a_word)
{
	expect(bad[_i].text, bad[_i].kind, -EBADMSG, NULL);
	ck_assert_msg(strstr(why, bad[_i].why), "%s", why);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("pem");
	TCase *t = tcase_create("pem");

	tcase_add_test(t, pem_gives_the_octets_of_the_wanted_block);
	tcase_add_test(t, pem_certificates_follow_each_other);
	tcase_add_loop_test(t, pem_that_is_not_usable_is_refused_with_a_word, 0,
		(int)(sizeof bad / sizeof *bad));
	suite_add_tcase(su, t);
	return su;
}
