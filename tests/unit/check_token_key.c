#include <errno.h>

#include "keys/token.h"
#include "peer.h"
#include "pki.h"
#include "runner.h"
#include "testloop.h"
#include "transport/tp_session.h"

static struct tp *tp;
static struct user u;
static struct tp_session *s;
static struct pki device, other;

static void setup(void)
{
	struct tp_settings settings = test_settings;

	memset(&u, 0, sizeof u);
	settings.token_pin = span_of_text("4711");
	tp = test_tp(&settings);
	pki_make(&(struct pki_wish){.cn = "device"}, &device);
	pki_make(&(struct pki_wish){.cn = "other"}, &other);

	struct tp_handlers handlers = user_handlers(&u);
	struct tp_peer peer = {.uri = span_of_text("coaps://127.0.0.1:5684"),
		.mode = MODE_CERTIFICATE,
		.identity = buf_span(&device.certificate),
		.server_public_key = buf_span(&other.certificate),
		.secret_key = span_of_text("pkcs11:token=no such;object=key;type=private")};

	ck_assert_msg(tp_session_new(tp, &peer, &handlers, &s) == 0, "%s", tp_refusal(tp));
}

static void teardown(void)
{
	s = tp_session_free(s);
	tp = tp_free(tp);
	test_loop_for(0);
	pki_free(&device);
	pki_free(&other);
	user_free(&u);
}

START_TEST(request_fails_with_the_token)
{
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 10000));
	ck_assert_int_eq(u.reason, REASON_TOKEN_UNAVAILABLE);
	/* and again: nothing is left behind */
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 2, 10000));
	ck_assert_int_eq(u.reason, REASON_TOKEN_UNAVAILABLE);
}
END_TEST

/* Many tokens are blocked after the third wrong PIN. */
START_TEST(refused_pin_is_not_given_again_before_another_one_is_configured)
{
	struct tp_settings settings = test_settings;

	ck_assert_int_eq(secret_set(&tp->refused_pin, span_of_text("4711")), 0);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 2000));
	ck_assert_int_eq(u.reason, REASON_TOKEN_UNAVAILABLE);
	ck_assert_ptr_nonnull(strstr(u.detail, "PIN"));
	ck_assert_ptr_null(s->token);

	settings.token_pin = span_of_text("0815");
	ck_assert_int_eq(tp_set(tp, &settings), 0);
	ck_assert(!session_has_key(s));
	ck_assert_ptr_nonnull(s->token);
}
END_TEST

START_TEST(token_that_hangs_ends_the_request_and_is_asked_once)
{
	struct token_fetch *token;

	test_post(s, &u, 10);
	/* as one that never answers: its descriptor is not looked at in between */
	ck_assert(!session_has_key(s));
	token = s->token;
	ck_assert_ptr_nonnull(token);
	test_loop_jump(30 * USEC_PER_SEC);
	session_key_timed_out(s);
	ck_assert_ptr_eq(s->token, token);
	ck_assert(!session_has_key(s));
	ck_assert_ptr_eq(s->token, token);
	ck_assert(test_loop_until(&u.results, 1, 10000));
	ck_assert_int_eq(u.reason, REASON_TOKEN_UNAVAILABLE);
}
END_TEST

START_TEST(key_of_another_certificate_is_refused)
{
	char why[TLS_WHY_MAX];

	EVP_PKEY_up_ref(other.key);
	ck_assert_int_eq(
		tls_credentials_set_key(&s->endpoint->credentials, other.key, why), -EINVAL);
	ck_assert(!session_has_key(s));
	EVP_PKEY_up_ref(device.key);
	ck_assert_int_eq(tls_credentials_set_key(&s->endpoint->credentials, device.key, why), 0);
	ck_assert(session_has_key(s));
}
END_TEST

Suite *suite(void)
{
	Suite *all = suite_create("token_key");
	TCase *t = tcase_create("token_key");

	/* a case may end, as the daemon may, while a token's thread is inside OpenSSL */
	token_prepare();
	suite_add_tcase(all, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, request_fails_with_the_token);
	tcase_add_test(t, refused_pin_is_not_given_again_before_another_one_is_configured);
	tcase_add_test(t, token_that_hangs_ends_the_request_and_is_asked_once);
	tcase_add_test(t, key_of_another_certificate_is_refused);
	return all;
}
