#include <errno.h>
#include <stdio.h>

#include "manage_fixture.h"
#include "runner.h"

static const struct {
	const char *method, *parameters, *reply;
} cases[] = {
	{"Register", "\"ssid\":0", WRONG("ssid")},
	{"Register", "\"ssid\":65535", WRONG("ssid")},
	{"Deregister", "\"for\":4294967296", WRONG("for")},
	{"Deregister", "\"for\":-1", WRONG("for")},
	{"Reset", "\"what\":\"everything\"", WRONG("what")},
	{"Reload", "", OK("\"generation\":3")},
};

START_TEST(manage_steer_refuses_numbers_and_words_that_do_not_exist)
{
	manage_fixture_ask(cases[_i].method, cases[_i].parameters, cases[_i].reply);
}
END_TEST

static const struct {
	const char *method, *parameters;
	enum manage_action action;
	uint16_t ssid;
	uint32_t seconds;
} steering[] = {
	{"Bootstrap", "\"reason\":\"test\"", MANAGE_BOOTSTRAP, 0, 0},
	{"Register", "", MANAGE_REGISTER, 0, 0},
	{"Register", "\"ssid\":101", MANAGE_REGISTER, 101, 0},
	{"Update", "\"ssid\":65534", MANAGE_UPDATE, 65534, 0},
	{"Deregister", "\"ssid\":1,\"for\":4294967295", MANAGE_DEREGISTER, 1, 4294967295},
	{"Reset", "\"what\":\"accounts\"", MANAGE_RESET_ACCOUNTS, 0, 0},
	{"Reset", "\"what\":\"all\"", MANAGE_RESET_ALL, 0, 0},
};

START_TEST(manage_passes_on_what_is_to_be_done)
{
	char call[200];

	fake.action = MANAGE_RESET_ALL;
	snprintf(call, sizeof call, "{\"method\":\"org.lwm2md.Manage.%s\",\"parameters\":{%s}}",
		steering[_i].method, steering[_i].parameters);
	ck_assert_str_eq(ctl_ask(fd, call), OK(""));
	ck_assert_int_eq(fake.action, steering[_i].action);
	ck_assert_uint_eq(fake.ssid, steering[_i].ssid);
	ck_assert_uint_eq(fake.seconds, steering[_i].seconds);

	fake.result = -EBUSY;
	ck_assert_str_eq(ctl_ask(fd, call), ERROR(OURS "Busy", "\"why\":\"because\""));
	fake.result = -EOPNOTSUPP;
	ck_assert_str_eq(ctl_ask(fd, call), ERROR(OURS "Unavailable", "\"why\":\"because\""));
}
END_TEST

START_TEST(manage_names_the_server_that_is_not_there)
{
	fake.result = -ENOENT;
	ck_assert_str_eq(ctl_ask(fd, "{\"method\":\"org.lwm2md.Manage.Update\","
				     "\"parameters\":{\"ssid\":7}}"),
		ERROR(OURS "NoSuchServer", "\"ssid\":7"));
}
END_TEST

START_TEST(manage_lists_the_problems_of_a_refused_reload)
{
	fake.is_conf_bad = true;
	ck_assert_str_eq(ctl_ask(fd, "{\"method\":\"org.lwm2md.Manage.Reload\"}"),
		ERROR(OURS "ConfigInvalid",
			"\"problems\":[\"a.conf:1:error: \\\"x\\\"\",\"b.conf:2:error: y\"]"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("manage_steer");
	TCase *t = tcase_create("manage_steer");

	tcase_add_checked_fixture(t, manage_fixture_setup, manage_fixture_teardown);
	tcase_add_loop_test(t, manage_steer_refuses_numbers_and_words_that_do_not_exist, 0,
		sizeof cases / sizeof *cases);
	tcase_add_loop_test(
		t, manage_passes_on_what_is_to_be_done, 0, sizeof steering / sizeof *steering);
	tcase_add_test(t, manage_names_the_server_that_is_not_there);
	tcase_add_test(t, manage_lists_the_problems_of_a_refused_reload);
	suite_add_tcase(s, t);
	return s;
}
