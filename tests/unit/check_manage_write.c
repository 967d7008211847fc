#include "manage_fixture.h"
#include "runner.h"

static const struct {
	const char *method, *parameters, *reply;
} cases[] = {
	{"GetStatus", "", OK(STATE_TEXT("0"))},
	{"ListServers", "", OK("\"servers\":[" SERVER_TEXT "]")},
};

START_TEST(manage_writes_each_type_as_the_interface_says)
{
	manage_fixture_ask(cases[_i].method, cases[_i].parameters, cases[_i].reply);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("manage_write");
	TCase *t = tcase_create("manage_write");

	tcase_add_checked_fixture(t, manage_fixture_setup, manage_fixture_teardown);
	tcase_add_loop_test(
		t, manage_writes_each_type_as_the_interface_says, 0, sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
