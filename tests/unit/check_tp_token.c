#include "transport/tp_token.h"

#include <errno.h>
#include <stdio.h>

#include "keys/token.h"
#include "runner.h"
#include "testloop.h"

static unsigned calls;
static int last_error;
static char last_why[KEY_WHY_MAX];

static void on_done(
	void *data, int error, struct evp_pkey_st *key, bool is_pin_used, const char *why)
{
	(void)data, (void)is_pin_used;
	ck_assert_ptr_null(key);
	calls++;
	last_error = error;
	snprintf(last_why, sizeof last_why, "%s", why);
}

static struct token_fetch *start(const char *uri)
{
	struct token_fetch *f;

	ck_assert_int_eq(token_fetch_start(&test_loop, span_of_text(uri), span_of_text("4711"),
				 on_done, NULL, &f),
		0);
	return f;
}

static void setup(void)
{
	calls = 0;
}

START_TEST(result_comes_through_the_loop_and_once)
{
	start("pkcs11:token=no such token;object=none;type=private");
	ck_assert_uint_eq(calls, 0);
	ck_assert(test_loop_until(&calls, 1, 10000));
	/* without the provider, or without the token */
	ck_assert(last_error == -ENOTSUP || last_error == -ENOENT);
	ck_assert_uint_gt(strlen(last_why), 0);
	test_loop_for(20);
	ck_assert_uint_eq(calls, 1);
}
END_TEST

START_TEST(uri_that_is_none_is_told_as_well)
{
	start("file:/key.pem");
	ck_assert(test_loop_until(&calls, 1, 10000));
	ck_assert_int_eq(last_error, -EINVAL);
}
END_TEST

START_TEST(cancelled_fetch_tells_nothing)
{
	for (int i = 0; i < 20; i++)
		ck_assert_ptr_null(token_fetch_cancel(start("file:/key.pem")));
	test_loop_for(100);
	ck_assert_uint_eq(calls, 0);
	ck_assert_ptr_null(token_fetch_cancel(NULL));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("tp_token");
	TCase *t = tcase_create("tp_token");

	/* a case may end, as the daemon may, while a token's thread is inside OpenSSL */
	token_prepare();
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, result_comes_through_the_loop_and_once);
	tcase_add_test(t, uri_that_is_none_is_told_as_well);
	tcase_add_test(t, cancelled_fetch_tells_nothing);
	return s;
}
