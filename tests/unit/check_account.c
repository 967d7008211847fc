#include "model/account.h"

#include "objects/access_control.h"
#include "objects/security.h"
#include "objects/server.h"
#include "runner.h"

static struct model *m;

static void set(struct path p, struct value v)
{
	ck_assert_int_eq(model_set(m, p, &v), 0);
}

/* /0/0 bootstrap, /0/1 server 101 with /1/7, /0/4 server 102 without /1. */
static void setup(void)
{
	ck_assert_int_eq(model_new(&m), 0);
	ck_assert_int_eq(model_add_object(m, &object_server, NULL), 0);
	ck_assert_int_eq(model_add_object(m, &object_security, NULL), 0);
	ck_assert_int_eq(model_create(m, PATH2(0, 0), ORIGIN_FACTORY), 0);
	set(PATH3(0, 0, SECURITY_URI), VALUE_TEXT("coaps://bs.example"));
	set(PATH3(0, 0, SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(true));
	set(PATH3(0, 0, SECURITY_SHORT_SERVER_ID), VALUE_INT(101));
	set(PATH3(0, 0, SECURITY_MODE), VALUE_INT(MODE_PSK));
	set(PATH3(0, 0, SECURITY_PUBLIC_KEY_OR_IDENTITY), VALUE_BYTES(span_of_text("me")));
	set(PATH3(0, 0, SECURITY_SECRET_KEY), VALUE_BYTES(span_of_text("key")));
	set(PATH3(0, 0, SECURITY_BOOTSTRAP_ACCOUNT_TIMEOUT), VALUE_INT(60));

	ck_assert_int_eq(model_create(m, PATH2(0, 1), ORIGIN_BOOTSTRAP), 0);
	set(PATH3(0, 1, SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(false));
	set(PATH3(0, 1, SECURITY_SHORT_SERVER_ID), VALUE_INT(101));
	ck_assert_int_eq(model_create(m, PATH2(1, 7), ORIGIN_BOOTSTRAP), 0);
	set(PATH3(1, 7, SERVER_SHORT_SERVER_ID), VALUE_INT(101));

	ck_assert_int_eq(model_create(m, PATH2(0, 4), ORIGIN_CARD), 0);
	set(PATH3(0, 4, SECURITY_SHORT_SERVER_ID), VALUE_INT(102));
}

static void teardown(void)
{
	m = model_free(m);
}

START_TEST(account_of_the_bootstrap_server_has_no_short_server_id)
{
	struct account a;

	ck_assert(account_bootstrap(m, &a));
	ck_assert_uint_eq(a.security_instance, 0);
	ck_assert(a.is_bootstrap);
	ck_assert_uint_eq(a.short_server_id, SSID_BOOTSTRAP);
	ck_assert_uint_eq(a.server_instance, ID_NONE);
	ck_assert_int_eq(a.origin, ORIGIN_FACTORY);
	ck_assert(span_is_text(a.uri, "coaps://bs.example"));
	ck_assert_int_eq(a.mode, MODE_PSK);
	ck_assert(span_is_text(a.identity, "me"));
	ck_assert(span_is_text(a.secret_key, "key"));
	ck_assert_uint_eq(a.server_public_key.len, 0);
	ck_assert_uint_eq(a.bootstrap_account_timeout, 60);
}
END_TEST

START_TEST(account_of_a_server_is_found_by_its_short_server_id)
{
	struct account a;

	ck_assert(account_of_server(m, 101, &a));
	ck_assert_uint_eq(a.security_instance, 1);
	ck_assert_uint_eq(a.server_instance, 7);
	ck_assert_int_eq(a.mode, -1);
	ck_assert(account_of_server(m, 102, &a));
	ck_assert_uint_eq(a.server_instance, ID_NONE);
	ck_assert(!account_of_server(m, 103, &a));
	ck_assert(!account_of_server(m, SSID_BOOTSTRAP, &a));
	ck_assert_uint_eq(account_server_instance(m, 101), 7);
	ck_assert_uint_eq(account_server_instance(m, 102), ID_NONE);
}
END_TEST

START_TEST(account_next_walks_all)
{
	static const uint16_t expected[] = {0, 1, 4};
	struct account a;
	uint32_t cursor = 0;

	for (size_t i = 0; i < 3; i++) {
		ck_assert(account_next(m, &cursor, &a));
		ck_assert_uint_eq(a.security_instance, expected[i]);
	}
	ck_assert(!account_next(m, &cursor, &a));
	ck_assert_uint_eq(account_count_servers(m), 2);
}
END_TEST

START_TEST(account_bootstrap_may_be_absent)
{
	struct account a;

	ck_assert_int_eq(model_delete(m, PATH2(0, 0)), 0);
	ck_assert(!account_bootstrap(m, &a));
}
END_TEST

static const struct {
	int64_t seconds;
	bool has;
	uint32_t expected;
} hold_offs[] = {
	{0, true, 0},
	{3600, true, 3600},
	{UINT32_MAX, true, UINT32_MAX},
	{INT64_MAX, true, UINT32_MAX},
	{-1, false, 0},
};

START_TEST(account_hold_off_is_32_bits_without_overflow)
{
	struct account a;

	ck_assert(account_bootstrap(m, &a));
	ck_assert(!a.has_hold_off);
	set(PATH3(0, 0, SECURITY_CLIENT_HOLD_OFF_TIME), VALUE_INT(hold_offs[_i].seconds));
	ck_assert(account_bootstrap(m, &a));
	ck_assert_int_eq(a.has_hold_off, hold_offs[_i].has);
	ck_assert_uint_eq(a.client_hold_off_time, hold_offs[_i].expected);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("account");
	TCase *t = tcase_create("account");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, account_of_the_bootstrap_server_has_no_short_server_id);
	tcase_add_test(t, account_of_a_server_is_found_by_its_short_server_id);
	tcase_add_test(t, account_next_walks_all);
	tcase_add_test(t, account_bootstrap_may_be_absent);
	tcase_add_loop_test(t, account_hold_off_is_32_bits_without_overflow, 0,
		sizeof hold_offs / sizeof *hold_offs);
	suite_add_tcase(s, t);
	return s;
}
