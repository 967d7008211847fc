#include "conf/setting.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "conf/command.h"
#include "conf_fixture.h"
#include "runner.h"

/* One setting in the group of its section; smartcard "yes" keeps other warnings away. */
static struct fixture_result load_setting(const char *setting)
{
	char text[512];

	snprintf(text, sizeof text,
		"device = { endpoint = \"e\"; };\nsmartcard = { enabled = \"yes\"; };\n%s\n",
		setting);
	return fixture_load_text(text);
}

START_TEST(setting_of_the_wrong_kind_says_what_is_expected)
{
	static const struct {
		const char *setting, *said;
	} rows[] = {
		{"network = { wait_online = \"true\"; };",
			"wait_online: true or false is expected, this is a string [wrong-type]"},
		{"network = { wait_online = 1; };", "this is an integer [wrong-type]"},
		{"network = { family = true; };", "hint: one of any|inet|inet6, in quotes"},
		{"network = { family = \"inett6\"; };", "hint: did you mean \"inet6\"?"},
		{"network = { interface = 0; };", "interface: a string is expected"},
		{"coap = { max_retransmit = 1.5; };", "an integer is expected"},
		{"coap = { max_retransmit = 21; };", "max_retransmit: 21 is not within 0 to 20"},
		{"coap = { max_retransmit = -1; };", "-1 is not within 0 to 20 [number-range]"},
		{"coap = { ack_random_factor = 0.9; };", "0.9 is not within 1 to 10"},
		{"coap = { ack_random_factor = \"1.5\"; };", "a number is expected"},
		{"coap = { ack_timeout = \"999ms\"; };",
			"ack_timeout: the time is not within 1s to 600s"},
		{"coap = { ack_timeout = -2; };", "[number-range]"},
		{"coap = { ack_timeout = \"2 s\"; };", "\"2 s\" is no time [bad-time]"},
		{"coap = { ack_timeout = [ 1 ]; };", "a time is expected, this is an array"},
		{"retry = { timer = \"1500ms\"; };", "this time is in whole seconds [bad-time]"},
		{"retry = { timer = \"99999999999999999999s\"; };", "[number-range]"},
		{"retry = { timer = 9223372036854775807L; };", "[number-range]"},
		{"firmware = { max_size = \"1X\"; };", "\"1X\" is no size"},
		{"firmware = { max_size = true; };", "a size is expected"},
		{"firmware = { max_size = -1; };", "the size is not within 0 to"},
		{"bootstrap = { server_initiated = { address = [ 1 ]; }; };",
			"an array of strings is expected"},
		{"firmware = { command = [ ]; };", "the program is missing"},
		{"bootstrap = { ciphersuites = [ 65536 ]; };", "65536 is not within 0 to 65535"},
		{"bootstrap = { ciphersuites = 1; };", "an array of integers is expected"},
		{"bootstrap = { psk_key = 1; };", "psk_key: a string is expected"},
		{"bootstrap = { psk_identity = 1; };", "psk_identity: a string is expected"},
		{"bootstrap = { psk_identity = \"hex:0\"; };", "psk_identity: this is no hex"},
		{"bootstrap = { psk_identity = \"\"; };", "an identity has 1 to 255 octets"},
	};
	struct fixture_result result = load_setting(rows[_i].setting);

	ck_assert_int_lt(result.r, 0);
	ck_assert_msg(strstr(result.text, rows[_i].said), "%s", result.text);
	fixture_result_done(&result);
}
END_TEST

START_TEST(setting_at_its_limits_is_stored)
{
	struct fixture_result result = load_setting(
		"coap = { ack_timeout = 1; ack_random_factor = 1; max_retransmit = 0; };\n"
		"retry = { timer = \"4294967295s\"; sequence_delay = 4294967295L; jitter = "
		"\"1500ms\"; };\n"
		"network = { interface = \"fifteen-letters\"; family = \"inet6\"; };\n"
		"log = { level = \"debug\"; };\n"
		"bootstrap = { server_initiated = { address = [ ]; listen = \"never\"; }; };\n"
		"security = { allow_nosec = \"bootstrap\"; };");
	const struct conf *c = result.conf;

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_uint_eq(c->coap.ack_timeout, 1000000);
	ck_assert(c->coap.ack_random_factor > 0.99 && c->coap.ack_random_factor < 1.01);
	ck_assert_uint_eq(c->coap.max_retransmit, 0);
	ck_assert_uint_eq(c->bootstrap.retry.timer, UINT32_MAX);
	ck_assert_uint_eq(c->bootstrap.retry.sequence_delay, UINT32_MAX);
	ck_assert_uint_eq(c->retry.jitter, 1500000);
	ck_assert_str_eq(c->network.interface, "fifteen-letters");
	ck_assert_int_eq(c->network.family, FAMILY_INET6);
	ck_assert_int_eq(c->log_level, 4);
	ck_assert_ptr_null(c->server_initiated.addresses[0]);
	ck_assert_int_eq(c->server_initiated.listen, LISTEN_NEVER);
	ck_assert_int_eq(c->security.allow_nosec, NOSEC_BOOTSTRAP);
	fixture_result_done(&result);
}
END_TEST

START_TEST(setting_without_effect_is_checked_and_warned_of)
{
	struct fixture_result right =
		(fixture_populate(), load_setting("control = { app_group = \"sensors\"; };"));
	struct fixture_result wrong = load_setting("control = { app_group = 5; };");

	ck_assert_int_eq(right.r, 0);
	ck_assert_str_eq(right.problems, "3 warning no-effect\n");
	ck_assert_ptr_nonnull(strstr(
		right.text, "app_group: accepted and checked, has no effect in this version"));
	ck_assert_str_eq(wrong.problems, "3 warning no-effect\n3 error wrong-type\n");
	fixture_result_done(&right);
	fixture_result_done(&wrong);
}
END_TEST

START_TEST(setting_of_an_image_that_only_the_device_can_fill_in_is_a_note)
{
	struct fixture_result result = fixture_load_text(
		"device = { endpoint = \"%{mac:eth7}\"; };\nsmartcard = { enabled = \"yes\"; };\n");

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_str_eq(result.problems, "");
	ck_assert_ptr_nonnull(strstr(result.text, "filled in on the device"));
	fixture_result_done(&result);
}
END_TEST

START_TEST(setting_secret_is_noted_by_form_length_and_fingerprint_only)
{
	struct fixture_result result =
		load_setting("bootstrap = { uri = \"coaps://a.example\"; psk_identity = \"a\";\n"
			     "psk_key = \"hex:000102030405060708090a0b0c0d0e0f\"; };");

	ck_assert_msg(result.r == 0, "%s", result.text);
	/* SHA-256 of 00 01 … 0f begins so */
	ck_assert_ptr_nonnull(
		strstr(result.text, ":4:note: psk_key: hex, 16 octets, sha256:be45cb2605bf36be\n"));
	ck_assert_ptr_null(strstr(result.text, "0001"));
	fixture_result_done(&result);
}
END_TEST

static struct fixture_result load_program(size_t n_words)
{
	char text[512] = "device = { endpoint = \"e\"; };\n"
			 "smartcard = { command = [ \"/bin/right\"";
	size_t len = strlen(text);

	fixture_write("/bin/right", "", 0755);
	for (size_t i = 1; i < n_words; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, ", \"%zu\"", i);
	snprintf(text + len, sizeof text - len, " ]; };\n");
	return fixture_load_text(text);
}

START_TEST(setting_of_a_program_has_a_limit_of_words)
{
	struct fixture_result result = load_program(COMMAND_WORDS_MAX);

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_str_eq(result.conf->smartcard.command[0], "/bin/right");
	ck_assert_str_eq(result.conf->smartcard.command[15], "15");
	ck_assert_ptr_null(result.conf->smartcard.command[16]);
	fixture_result_done(&result);
	result = load_program(COMMAND_WORDS_MAX + 1);
	ck_assert_int_lt(result.r, 0);
	ck_assert_msg(strstr(result.text, "command: a program and at most 15 arguments"), "%s",
		result.text);
	fixture_result_done(&result);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("setting");
	TCase *t = tcase_create("setting");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, setting_of_a_program_has_a_limit_of_words);
	tcase_add_loop_test(t, setting_of_the_wrong_kind_says_what_is_expected, 0, 28);
	tcase_add_test(t, setting_at_its_limits_is_stored);
	tcase_add_test(t, setting_without_effect_is_checked_and_warned_of);
	tcase_add_test(t, setting_of_an_image_that_only_the_device_can_fill_in_is_a_note);
	tcase_add_test(t, setting_secret_is_noted_by_form_length_and_fingerprint_only);
	suite_add_tcase(s, t);
	return s;
}
