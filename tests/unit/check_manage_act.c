#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "manage_fixture.h"
#include "runner.h"

#define SET(values) "\"values\":[" values "]"

START_TEST(manage_write_sets_each_value)
{
	manage_fixture_ask("Write", SET("{\"path\":\"/3303/0/5700\",\"value\":\"21.4\"}"),
		OK("\"changed\":1"));
	ck_assert(path_is_equal(fake.path, PATH3(3303, 0, 5700)));
	ck_assert_str_eq(fake.text, "21.4");
	manage_fixture_ask("Write", SET(""), OK("\"changed\":0"));
}
END_TEST

START_TEST(manage_write_refuses_what_is_no_list_of_values)
{
	manage_fixture_ask("Write", "", WRONG("values"));
	manage_fixture_ask("Write", "\"values\":[1]", WRONG("values"));
	manage_fixture_ask("Write", SET("{\"path\":\"/3/0\",\"value\":\"1\"}"), WRONG("values"));
	manage_fixture_ask("Write", SET("{\"path\":\"/3/0/1\",\"value\":1}"), WRONG("values"));
	manage_fixture_ask("Write", SET("{\"path\":\"/3/0/1\"}"), WRONG("values"));
}
END_TEST

static const struct {
	int result;
	const char *error, *more;
} failures[] = {
	{-ENOENT, "NoSuchPath", ""},
	{-EOPNOTSUPP, "NotAllowed", ",\"why\":\"because\""},
	{-EPERM, "NotAllowed", ",\"why\":\"because\""},
	{-EINVAL, "BadValue", ",\"why\":\"because\""},
	{-ERANGE, "BadValue", ",\"why\":\"because\""},
};

START_TEST(manage_tells_why_a_value_or_an_operation_is_refused)
{
	char error[200];

	fake.result = failures[_i].result;
	snprintf(error, sizeof error,
		"{\"error\":\"org.lwm2md.Manage.%s\",\"parameters\":{\"path\":\"/3/0/1\"%s}}",
		failures[_i].error, failures[_i].more);
	manage_fixture_ask("Write", SET("{\"path\":\"/3/0/1\",\"value\":\"1\"}"), error);
	manage_fixture_ask("Execute", "\"path\":\"/3/0/1\"", error);
}
END_TEST

START_TEST(manage_execute_passes_the_argument_on)
{
	manage_fixture_ask("Execute", "\"path\":\"/3/0/4\",\"argument\":\"0\"", OK(""));
	ck_assert(path_is_equal(fake.path, PATH3(3, 0, 4)));
	ck_assert_str_eq(fake.text, "0");
	manage_fixture_ask("Execute", "\"path\":\"/3/0\"", WRONG("path"));
	fake.result = -EBUSY;
	manage_fixture_ask(
		"Execute", "\"path\":\"/3/0/4\"", ERROR(OURS "Busy", "\"why\":\"because\""));
	fake.result = -EIO;
	manage_fixture_ask(
		"Execute", "\"path\":\"/3/0/4\"", ERROR(OURS "Unavailable", "\"why\":\"because\""));
}
END_TEST

START_TEST(manage_send_takes_paths_and_a_server)
{
	manage_fixture_ask(
		"Send", "\"paths\":[\"/3/0\",\"/4/0/2\"],\"ssid\":101", OK("\"accepted\":2"));
	ck_assert(path_is_equal(fake.path, PATH3(4, 0, 2)));
	ck_assert_uint_eq(fake.ssid, 101);
	manage_fixture_ask("Send", "\"paths\":[]", WRONG("paths"));
	manage_fixture_ask("Send", "\"paths\":[\"3\"]", WRONG("paths"));
	manage_fixture_ask("Send", "\"paths\":[\"/3\"],\"ssid\":0", WRONG("ssid"));
	fake.result = -ENOENT;
	manage_fixture_ask(
		"Send", "\"paths\":[\"/3\"],\"ssid\":7", ERROR(OURS "NoSuchServer", "\"ssid\":7"));
	fake.result = -EPERM;
	manage_fixture_ask(
		"Send", "\"paths\":[\"/3\"]", ERROR(OURS "Unavailable", "\"why\":\"because\""));
}
END_TEST

START_TEST(manage_answers_with_the_card_when_it_is_read)
{
	const struct manage_card card = {.reader = "r",
		.atr = "3B",
		.application = "",
		.result = "absent",
		.text = "no card\n",
		.reason = REASON_CARD_ABSENT,
		.detail = "no card in r"};
	int other = ctl_connect(manage_fixture_path());

	ctl_say(fd, "{\"method\":\"org.lwm2md.Manage.InspectCard\",\"parameters\":{\"reader\":\"r*"
		    "\"}}");
	ck_assert_str_eq(ctl_ask(other, "{\"method\":\"org.lwm2md.Manage.InspectCard\"}"),
		ERROR(OURS "Busy", "\"why\":\"the card is being read\""));
	ck_assert_str_eq(fake.text, "r*");
	manage_tell_card(m, &card);

	const char *heard = ctl_hear(fd);

	ck_assert_ptr_nonnull(strstr(heard,
		"{\"parameters\":{\"reader\":\"r\",\"atr\":\"3B\",\"application\":\"\","
		"\"result\":\"absent\",\"text\":\"no "
		"card\\n\",\"reason\":{\"id\":\"card.absent\""));
	ck_assert_ptr_null(strstr(heard, "continues"));
	/* the connection goes on */
	manage_fixture_ask("Execute", "\"path\":\"/3/0/4\"", OK(""));
	fake.result = -EOPNOTSUPP;
	manage_fixture_ask("InspectCard", "", ERROR(OURS "Unavailable", "\"why\":\"because\""));
	close(other);
}
END_TEST

START_TEST(manage_diagnose_tells_each_finding_and_ends)
{
	ctl_say(fd, "{\"method\":\"org.lwm2md.Manage.Diagnose\",\"more\":true}");
	manage_fixture_expect("\"check\":\"config\",\"result\":\"ok\",\"text\":\"fine\"}");

	const char *heard = ctl_hear(fd);

	ck_assert_ptr_nonnull(strstr(heard, "\"result\":\"fail\""));
	ck_assert_ptr_nonnull(strstr(heard, "\"id\":\"state.full\""));
	ck_assert_ptr_null(strstr(heard, "continues"));
	manage_fixture_ask("Execute", "\"path\":\"/3/0/4\"", OK(""));
	manage_fixture_ask("Diagnose", "", ERROR("org.varlink.service.ExpectedMore", ""));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("manage_act");
	TCase *t = tcase_create("manage_act");

	tcase_add_checked_fixture(t, manage_fixture_setup, manage_fixture_teardown);
	tcase_add_test(t, manage_write_sets_each_value);
	tcase_add_test(t, manage_write_refuses_what_is_no_list_of_values);
	tcase_add_loop_test(t, manage_tells_why_a_value_or_an_operation_is_refused, 0,
		sizeof failures / sizeof *failures);
	tcase_add_test(t, manage_execute_passes_the_argument_on);
	tcase_add_test(t, manage_send_takes_paths_and_a_server);
	tcase_add_test(t, manage_answers_with_the_card_when_it_is_read);
	tcase_add_test(t, manage_diagnose_tells_each_finding_and_ends);
	suite_add_tcase(s, t);
	return s;
}
