#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "keys/token.h"
#include "runner.h"

static char why[KEY_WHY_MAX];

START_TEST(only_pkcs11_uris_name_a_key_in_a_token)
{
	ck_assert(token_is_uri(span_of_text("pkcs11:token=a;object=b")));
	ck_assert(!token_is_uri(span_of_text("pkcs11")));
	ck_assert(!token_is_uri(span_of_text("PKCS11:token=a")));
	ck_assert(!token_is_uri(span_of("\x30\x77", 2)));
	ck_assert(!token_is_uri(span_of("", 0)));
	ck_assert_int_eq(token_check(span_of_text("file:/a"), why), -EINVAL);
	ck_assert_int_eq(token_check(span_of("pkcs11:token=a\0b", 16), why), -EINVAL);
}
END_TEST

START_TEST(pin_in_the_uri_is_refused)
{
	struct span uri = span_of_text("pkcs11:token=a;object=b?pin-value=4711");
	struct evp_pkey_st *key;
	bool is_used;

	ck_assert_int_eq(token_check(uri, why), -EACCES);
	ck_assert_ptr_null(strstr(why, "4711"));
	ck_assert_int_eq(token_load(uri, span_of("", 0), &key, &is_used, why), -EACCES);
	ck_assert(!is_used);
}
END_TEST

START_TEST(system_without_the_provider_says_what_is_needed)
{
	int r = token_check(span_of_text("pkcs11:token=a;object=b"), why);

	if (r == 0)
		return; /* the next tests show what it does */
	ck_assert_int_eq(r, -ENOTSUP);
	ck_assert_ptr_nonnull(strstr(why, "pkcs11-provider"));
}
END_TEST

/* --- a software token ------------------------------------------------------------------------- */

static char directory[] = "/tmp/check_token.XXXXXX";
static bool is_there;

static void run(const char *command)
{
	ck_assert_msg(system(command) == 0, "%s", command); /* NOLINT: a test with fixed texts */
}

/* A token "lwm2md" with PIN 4711 and a P-256 key "device"; none without SoftHSM. */
static void token_setup(void)
{
	char text[512];
	FILE *f;

	is_there = access("/usr/lib/softhsm/libsofthsm2.so", R_OK) == 0 &&
		   token_check(span_of_text("pkcs11:token=a"), why) == 0;
	if (!is_there)
		return;
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(text, sizeof text, "%s/softhsm2.conf", directory);
	f = fopen(text, "we");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "directories.tokendir = %s\nobjectstore.backend = file\n", directory);
	fclose(f);
	setenv("SOFTHSM2_CONF", text, 1);
	setenv("PKCS11_PROVIDER_MODULE", "/usr/lib/softhsm/libsofthsm2.so", 1);
	run("softhsm2-util --init-token --free --label lwm2md --so-pin 12345678 --pin 4711 "
	    ">/dev/null");
	snprintf(text, sizeof text,
		"cd %s && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "
		"k.pem "
		"2>/dev/null && openssl pkey -in k.pem -pubout -out pub.pem && softhsm2-util "
		"--import k.pem --token lwm2md --label device --id 01 --pin 4711 >/dev/null",
		directory);
	run(text);
}

static void token_teardown(void)
{
	char text[64];

	if (!is_there)
		return;
	snprintf(text, sizeof text, "rm -rf %s", directory);
	run(text);
}

static int load(const char *object, const char *pin, struct evp_pkey_st **ret, bool *ret_is_used)
{
	char uri[64];

	snprintf(uri, sizeof uri, "pkcs11:token=lwm2md;object=%s;type=private", object);
	return token_load(span_of_text(uri), span_of_text(pin), ret, ret_is_used, why);
}

START_TEST(key_in_a_token_signs_and_stays_there)
{
	_cleanup_(key_free_p) struct evp_pkey_st *key = NULL;
	EVP_MD_CTX *ctx;
	uint8_t signature[256];
	size_t len = sizeof signature;
	bool is_used;

	if (!is_there)
		return;
	ck_assert_msg(load("device", "4711", &key, &is_used) == 0, "%s", why);
	ck_assert(is_used);
	ck_assert_int_eq(key_check_strength(key, why), 0);
	ctx = EVP_MD_CTX_new();
	ck_assert_int_eq(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL), 1);
	ck_assert_int_eq(EVP_DigestSign(ctx, signature, &len, (const uint8_t *)"abc", 3), 1);
	EVP_MD_CTX_free(ctx);
}
END_TEST

START_TEST(wrong_pin_and_missing_key_are_told_apart_from_a_missing_token)
{
	struct evp_pkey_st *key = NULL;
	bool is_used;

	if (!is_there)
		return;
	ck_assert_int_eq(load("device", "9999", &key, &is_used), -EACCES);
	ck_assert(is_used);
	ck_assert_int_eq(load("device", "", &key, &is_used), -EACCES);
	ck_assert(!is_used);
	ck_assert_int_eq(load("other", "4711", &key, &is_used), -EACCES);
	ck_assert_int_eq(token_load(span_of_text("pkcs11:token=none;object=device;type=private"),
				 span_of_text("4711"), &key, &is_used, why),
		-ENOENT);
	ck_assert(!is_used);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("token");
	TCase *t = tcase_create("uri"), *soft = tcase_create("SoftHSM");

	suite_add_tcase(s, t);
	tcase_add_test(t, only_pkcs11_uris_name_a_key_in_a_token);
	tcase_add_test(t, pin_in_the_uri_is_refused);
	tcase_add_test(t, system_without_the_provider_says_what_is_needed);
	suite_add_tcase(s, soft);
	tcase_add_checked_fixture(soft, token_setup, token_teardown);
	tcase_set_timeout(soft, 60);
	tcase_add_test(soft, key_in_a_token_signs_and_stays_there);
	tcase_add_test(soft, wrong_pin_and_missing_key_are_told_apart_from_a_missing_token);
	return s;
}
