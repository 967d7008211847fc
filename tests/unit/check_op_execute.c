#include <errno.h>

#include "dm.h"
#include "dm/operation.h"

static struct dm d;

static void setup(void)
{
	dm_setup(&d);
}

static void teardown(void)
{
	dm_teardown(&d);
}

static const struct {
	const char *text;
	bool is_valid;
} arguments[] = {
	{"", true},
	{"0", true},
	{"9", true},
	{"0,1", true},
	{"0='U'", true},
	{"2='10.3'", true},
	{"0,1='',2='a=b,c'", true},
	{"7, 0=' <https://www.omaspecworks.org>'", true}, /* the specification's own example */
	{"5 , 6", true},
	{"0='!#$%&()*+-./:;<=>?@[]^_`{|}~'", true},
	{"a", false},
	{"10", false},
	{",", false},
	{"0,", false},
	{",0", false},
	{"0=", false},
	{"0='", false},
	{"0='a", false},
	{"0=a", false},
	{"0='a'b", false},
	{"0='\"'", false},
	{"0='\\'", false},
	{"0='\x7F'", false},
	{"0='\n'", false},
	{"0,0", false}, /* each digit once */
	{"0='a',0='b'", false},
};

START_TEST(execute_knows_the_grammar_of_arguments)
{
	ck_assert_int_eq(
		execute_args_are_valid(span_of_text(arguments[_i].text)), arguments[_i].is_valid);
}
END_TEST

START_TEST(execute_hands_the_arguments_and_the_server_to_the_object)
{
	ck_assert_uint_eq(dm_ask(&d, "POST /30000/0/9 cf=0", "0='a'"), 204);
	ck_assert_uint_eq(d.sample.n_executes, 1);
	ck_assert_uint_eq(d.sample.ssid, 123);
	ck_assert_str_eq(d.sample.args, "0='a'");
	ck_assert_uint_eq(dm_ask(&d, "POST /30000/0/9", "1"), 204);
	ck_assert_str_eq(d.sample.args, "1");
}
END_TEST

static const struct {
	int result;
	unsigned code;
} results[] = {
	{0, 204},
	{-EINVAL, 400},
	{-EOPNOTSUPP, 405},
	{-EIO, 500},
};

START_TEST(execute_answers_what_the_object_says)
{
	d.sample.execute = results[_i].result;
	ck_assert_uint_eq(dm_ask(&d, "POST /30000/0/9", ""), results[_i].code);
}
END_TEST

START_TEST(execute_with_wrong_arguments_never_reaches_the_object)
{
	ck_assert_uint_eq(dm_ask(&d, "POST /30000/0/9 cf=0", "x"), 400);
	ck_assert_uint_eq(dm_ask(&d, "POST /30000/0/9 cf=11542", ""), 415);
	ck_assert_uint_eq(d.sample.n_executes, 0);
}
END_TEST

START_TEST(execute_of_the_server_object_asks_the_daemon)
{
	ck_assert_uint_eq(dm_ask(&d, "POST /1/0/4", ""), 204);
	ck_assert_uint_eq(dm_ask(&d, "POST /1/0/8 cf=0", "0='U'"), 204);
	ck_assert_uint_eq(dm_ask(&d, "POST /1/0/9", ""), 204);
	ck_assert_uint_eq(d.n_disables, 1);
	ck_assert_uint_eq(d.n_updates, 1);
	ck_assert_uint_eq(d.n_bootstraps, 1);
	ck_assert_uint_eq(d.ssid, 123);
}
END_TEST

START_TEST(execute_of_the_bootstrap_trigger_without_an_account_is_4_05)
{
	d.action = -EOPNOTSUPP;
	ck_assert_uint_eq(dm_ask(&d, "POST /1/0/9", ""), 405);
}
END_TEST

START_TEST(execute_of_reboot_is_4_05_unless_allowed)
{
	ck_assert_uint_eq(dm_ask(&d, "POST /3/0/4", ""), 204);
	ck_assert_uint_eq(d.n_reboots, 1);
	d.action = -EOPNOTSUPP;
	ck_assert_uint_eq(dm_ask(&d, "POST /3/0/4", ""), 405);
	/* there is no action for the factory reset here */
	ck_assert_uint_eq(dm_ask(&d, "POST /3/0/5", ""), 405);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("op_execute");
	TCase *t = tcase_create("op_execute");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
		t, execute_knows_the_grammar_of_arguments, 0, sizeof arguments / sizeof *arguments);
	tcase_add_test(t, execute_hands_the_arguments_and_the_server_to_the_object);
	tcase_add_loop_test(
		t, execute_answers_what_the_object_says, 0, sizeof results / sizeof *results);
	tcase_add_test(t, execute_with_wrong_arguments_never_reaches_the_object);
	tcase_add_test(t, execute_of_the_server_object_asks_the_daemon);
	tcase_add_test(t, execute_of_the_bootstrap_trigger_without_an_account_is_4_05);
	tcase_add_test(t, execute_of_reboot_is_4_05_unless_allowed);
	suite_add_tcase(s, t);
	return s;
}
