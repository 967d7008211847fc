#include <string.h>

#include "manage_fixture.h"
#include "runner.h"

static const struct {
	const char *method, *parameters, *reply;
} cases[] = {
	{"Explain", "", OK(STATE_TEXT("0") ",\"steps\":[" STEP_TEXT "]," ADVICE_TEXT)},
};

START_TEST(manage_explains_with_steps_and_advice)
{
	manage_fixture_ask(cases[_i].method, cases[_i].parameters, cases[_i].reply);
}
END_TEST

START_TEST(manage_monitor_begins_with_the_state_and_tells_each_kind)
{
	const struct manage_value value = {PATH3(3, 0, 0), "Manufacturer", VALUE_TEXT("y"), false};

	ck_assert(!manage_is_followed(m));
	ctl_say(fd, FOLLOW(""));
	manage_fixture_expect("\"kind\":\"state\"," STATE_TEXT("0"));
	ck_assert(manage_is_followed(m));
	manage_tell_step(m, &manage_fixture_step);
	manage_fixture_expect("\"kind\":\"step\",\"step\":" STEP_TEXT);
	manage_tell_server(m, 102);
	manage_tell_server(m, 101);
	manage_fixture_expect("\"kind\":\"server\",\"server\":" SERVER_TEXT);
	manage_tell_value(m, &value);
	manage_fixture_expect("\"kind\":\"value\",\"value\":{\"path\":\"/3/0/0\"");
}
END_TEST

START_TEST(manage_tells_a_state_once)
{
	ctl_say(fd, FOLLOW("\"kinds\":[\"state\"]"));
	manage_fixture_expect("\"servers_registered\":0");
	manage_tell_state(m);
	manage_fixture_expect("\"servers_registered\":0");
	manage_tell_state(m);
	fake.up = 1;
	manage_tell_state(m);
	manage_fixture_expect("\"servers_registered\":1");
}
END_TEST

START_TEST(manage_monitor_leaves_out_what_is_not_wanted)
{
	struct manage_value value = {PATH3(3, 0, 1), "Model", VALUE_TEXT("y"), false};

	ctl_say(fd, FOLLOW("\"kinds\":[\"value\"],\"paths\":[\"/4\",\"/3/0/0\"]"));
	manage_fixture_expect("\"kind\":\"state\"");
	manage_tell_step(m, &manage_fixture_step);
	manage_tell_state(m);
	manage_tell_value(m, &value);
	value.path = PATH3(3, 0, 0);
	manage_tell_value(m, &value);
	manage_fixture_expect("\"kind\":\"value\",\"value\":{\"path\":\"/3/0/0\"");
}
END_TEST

START_TEST(manage_monitor_refuses_kinds_and_paths_that_do_not_exist)
{
	ck_assert_str_eq(ctl_ask(fd, FOLLOW("\"kinds\":[\"step\",\"steps\"]")), WRONG("kinds"));
	ck_assert_str_eq(ctl_ask(fd, FOLLOW("\"paths\":[\"3\"]")), WRONG("paths"));
	ck_assert_str_eq(
		ctl_ask(fd, FOLLOW("\"paths\":[\"/\",\"/\",\"/\",\"/\",\"/\",\"/\",\"/\",\"/\","
				   "\"/\",\"/\",\"/\",\"/\",\"/\",\"/\",\"/\",\"/\",\"/\"]")),
		WRONG("paths"));
}
END_TEST

/* The number behind "lost", 0: nothing was. */
static unsigned lost_in(const char *event)
{
	const char *at = strstr(event, "\"lost\":");
	unsigned n = 0;

	for (at = at ? at + 7 : ""; *at >= '0' && *at <= '9'; at++)
		n = 10 * n + (unsigned)(*at - '0');
	return n;
}

START_TEST(manage_monitor_loses_nothing_without_saying_so)
{
	static const char big[] =
		"0123456789012345678901234567890123456789012345678901234567890123";
	const struct manage_value value = {PATH3(3, 0, 0), "Manufacturer", VALUE_TEXT(big), false};
	const unsigned all = 10000;
	unsigned heard = 0, lost = 0;
	const char *event;

	ctl_say(fd, FOLLOW("\"kinds\":[\"value\"]"));
	manage_fixture_expect("\"kind\":\"state\"");
	/* nobody reads meanwhile */
	for (unsigned i = 0; i < all; i++)
		manage_tell_value(m, &value);
	for (unsigned i = 0; heard + lost < all && (event = ctl_hear(fd)); i++) {
		heard++;
		lost += lost_in(event);
	}
	ck_assert_uint_lt(heard, all);
	manage_tell_value(m, &value);
	event = ctl_hear(fd);
	ck_assert_ptr_nonnull(event);
	ck_assert_uint_eq(heard + 1 + lost + lost_in(event), all + 1);
}
END_TEST

START_TEST(manage_monitor_of_a_reader_that_keeps_up_loses_none)
{
	const struct manage_value value = {PATH3(3, 0, 0), "Manufacturer", VALUE_TEXT("y"), false};

	ctl_say(fd, FOLLOW("\"kinds\":[\"value\"]"));
	manage_fixture_expect("\"kind\":\"state\"");
	for (unsigned i = 0; i < 1000; i++)
		manage_tell_value(m, &value);
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_uint_eq(lost_in(ctl_hear(fd)), 0);
}
END_TEST

START_TEST(manage_explain_goes_on_with_each_new_step)
{
	ctl_say(fd, "{\"method\":\"org.lwm2md.Manage.Explain\",\"more\":true}");
	manage_fixture_expect("\"steps\":[" STEP_TEXT "]");
	manage_tell_step(m, &manage_fixture_step);
	manage_fixture_expect("\"steps\":[" STEP_TEXT "]," ADVICE_TEXT);
	manage_tell_state(m);
	manage_fixture_expect("\"steps\":[]");
}
END_TEST

START_TEST(manage_without_a_socket_tells_nobody)
{
	manage_tell_state(NULL);
	manage_tell_step(NULL, &manage_fixture_step);
	manage_tell_server(NULL, 1);
	ck_assert(!manage_is_followed(NULL));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("manage_news");
	TCase *t = tcase_create("manage_news");

	tcase_add_checked_fixture(t, manage_fixture_setup, manage_fixture_teardown);
	tcase_add_loop_test(
		t, manage_explains_with_steps_and_advice, 0, sizeof cases / sizeof *cases);
	tcase_add_test(t, manage_monitor_begins_with_the_state_and_tells_each_kind);
	tcase_add_test(t, manage_tells_a_state_once);
	tcase_add_test(t, manage_monitor_leaves_out_what_is_not_wanted);
	tcase_add_test(t, manage_monitor_refuses_kinds_and_paths_that_do_not_exist);
	tcase_add_test(t, manage_monitor_loses_nothing_without_saying_so);
	tcase_add_test(t, manage_monitor_of_a_reader_that_keeps_up_loses_none);
	tcase_add_test(t, manage_explain_goes_on_with_each_new_step);
	tcase_add_test(t, manage_without_a_socket_tells_nobody);
	suite_add_tcase(s, t);
	return s;
}
