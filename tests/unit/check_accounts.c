#include "conf/accounts.h"

#include "conf_fixture.h"
#include "runner.h"

#define PSK "psk_identity = \"a\"; psk_key = \"hex:000102030405060708090a0b0c0d0e0f\"; "

static struct fixture_result load(const char *text)
{
	fixture_write("/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n", 0444);
	return fixture_load_text(text);
}

START_TEST(accounts_of_servers_come_by_ascending_short_id)
{
	struct fixture_result result =
		load("servers = {\n"
		     "  c = { short_id = 65534; uri = \"coaps://c\"; " PSK "};\n"
		     "  a = { short_id = 1; uri = \"coaps://a\"; " PSK "};\n"
		     "  b = { short_id = 300; uri = \"coaps://b\"; " PSK "};\n};\n");

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_uint_eq(result.conf->n_servers, 3);
	ck_assert_str_eq(result.conf->servers[0].name, "a");
	ck_assert_str_eq(result.conf->servers[1].name, "b");
	ck_assert_str_eq(result.conf->servers[2].name, "c");
	ck_assert_uint_eq(result.conf->servers[2].line, 2);
	ck_assert_ptr_nonnull(strstr(result.conf->servers[2].file, "/etc/lwm2md/lwm2md.conf"));
	fixture_result_done(&result);
}
END_TEST

START_TEST(accounts_security_goes_with_the_scheme)
{
	static const struct {
		const char *uri, *security, *problems;
	} rows[] = {
		{"coaps://a", "security = \"psk\"; " PSK, ""},
		{"coap://a", "security = \"nosec\"; ", ""},
		{"coap://a", PSK, "1 error scheme-security-mismatch\n"},
		{"coap://a", "security = \"psk\"; " PSK, "1 error scheme-security-mismatch\n"},
		{"coaps://a", "security = \"nosec\"; ", "1 error scheme-security-mismatch\n"},
		{"coap+tcp://a", "security = \"nosec\"; ", ""},
		{"coaps+tcp://a", PSK, ""},
		{"coap+tcp://a", PSK, "1 error scheme-security-mismatch\n"},
		{"coap://a", "security = \"certificate\"; ",
			"1 error missing-key\n1 error missing-key\n1 error missing-key\n"
			"1 error scheme-security-mismatch\n"},
		{"coaps://a", "security = \"nosex\"; " PSK, "1 error bad-value\n"},
	};
	char text[512];

	snprintf(text, sizeof text,
		"servers = { a = { short_id = 1; uri = \"%s\"; %s}; }; security = { allow_nosec = "
		"\"yes\"; };\n",
		rows[_i].uri, rows[_i].security);

	struct fixture_result result = load(text);

	ck_assert_msg(strcmp(result.problems, rows[_i].problems) == 0, "%s", result.text);
	fixture_result_done(&result);
}
END_TEST

START_TEST(accounts_nosec_is_allowed_step_by_step)
{
	static const struct {
		const char *allowed, *problems;
	} rows[] = {{"no", "2 error nosec-not-allowed\n3 error nosec-not-allowed\n"},
		{"bootstrap", "3 error nosec-not-allowed\n"}, {"yes", ""}};
	char text[512];

	snprintf(text, sizeof text,
		"security = { allow_nosec = \"%s\"; };\n"
		"bootstrap = { uri = \"coap://b\"; security = \"nosec\"; };\n"
		"servers = { a = { short_id = 1; uri = \"coap://a\"; security = \"nosec\"; }; };\n",
		rows[_i].allowed);

	struct fixture_result result = load(text);

	ck_assert_str_eq(result.problems, rows[_i].problems);
	fixture_result_done(&result);
}
END_TEST

START_TEST(accounts_bootstrap_group_without_a_uri_is_no_account)
{
	struct fixture_result result = load("smartcard = { enabled = \"yes\"; };\n"
					    "bootstrap = { client_hold_off_time = \"7s\"; "
					    "session_timeout = \"3s\"; };\n");

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert(!result.conf->has_bootstrap);
	ck_assert_uint_eq(result.conf->bootstrap.client_hold_off_time, 7);
	ck_assert_uint_eq(result.conf->server_initiated.session_timeout, 3000000);
	fixture_result_done(&result);
}
END_TEST

START_TEST(accounts_key_length_is_configurable_down_to_one)
{
	struct fixture_result strict = load("servers = { a = { short_id = 1; uri = \"coaps://a\"; "
					    "psk_identity = \"a\"; psk_key = \"hex:00\"; }; };\n");
	struct fixture_result lax = load("servers = { a = { short_id = 1; uri = \"coaps://a\"; "
					 "psk_identity = \"a\"; psk_key = \"hex:00\"; }; };\n"
					 "security = { min_psk_length = 1; };\n");

	ck_assert_str_eq(strict.problems, "1 error psk-short\n");
	ck_assert_msg(lax.r == 0, "%s", lax.text);
	ck_assert_uint_eq(lax.conf->servers[0].secret_key.len, 1);
	fixture_result_done(&strict);
	fixture_result_done(&lax);
}
END_TEST

START_TEST(accounts_hashes_tell_bootstrap_and_servers_apart)
{
	struct fixture_result one = load("bootstrap = { uri = \"coaps://b\"; " PSK "};\n");
	struct fixture_result two =
		load("bootstrap = { uri = \"coaps://b\"; " PSK "};\n"
		     "servers = { a = { short_id = 1; uri = \"coaps://a\"; " PSK "}; };\n");
	struct fixture_result three =
		load("bootstrap = { uri = \"coaps://b\"; " PSK "client_hold_off_time = 1; };\n");

	ck_assert(one.r == 0 && two.r == 0 && three.r == 0);
	ck_assert_mem_eq(one.conf->bootstrap.hash, two.conf->bootstrap.hash, 32);
	ck_assert_mem_ne(one.conf->accounts_hash, two.conf->accounts_hash, 32);
	ck_assert_mem_ne(one.conf->bootstrap.hash, three.conf->bootstrap.hash, 32);
	fixture_result_done(&one);
	fixture_result_done(&two);
	fixture_result_done(&three);
}
END_TEST

START_TEST(accounts_that_are_taken_out_are_not_checked)
{
	struct fixture_result result =
		load("smartcard = { enabled = \"yes\"; };\n"
		     "servers = { a = { enabled = false; short_id = 0; }; };\n");

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_uint_eq(result.conf->n_servers, 0);
	fixture_result_done(&result);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("accounts");
	TCase *t = tcase_create("accounts");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, accounts_of_servers_come_by_ascending_short_id);
	tcase_add_loop_test(t, accounts_security_goes_with_the_scheme, 0, 8);
	tcase_add_loop_test(t, accounts_nosec_is_allowed_step_by_step, 0, 3);
	tcase_add_test(t, accounts_bootstrap_group_without_a_uri_is_no_account);
	tcase_add_test(t, accounts_key_length_is_configurable_down_to_one);
	tcase_add_test(t, accounts_hashes_tell_bootstrap_and_servers_apart);
	tcase_add_test(t, accounts_that_are_taken_out_are_not_checked);
	suite_add_tcase(s, t);
	return s;
}
