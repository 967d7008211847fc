#include "ctl/manage.h"

#include <stdio.h>
#include <string.h>

#include "codec/json.h"
#include "ctl/manage_idl.h"
#include "manage_fixture.h"
#include "runner.h"

START_TEST(manage_describes_each_method_that_it_has)
{
	const char *heard =
		ctl_ask(fd, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
			    "\"parameters\":{\"interface\":\"org.lwm2md.Manage\"}}");
	struct json *j;

	ck_assert_int_eq(json_parse(span_of_text(heard), &j), 0);
	ck_assert(span_is_text(json_text(json_member(json_member(j, "parameters"), "description")),
		MANAGE_DESCRIPTION));
	json_free(j);
	for (const char *at = MANAGE_DESCRIPTION; (at = strstr(at, "\nmethod ")); at++) {
		char call[100];
		int len = (int)strcspn(at + 8, "(");

		snprintf(call, sizeof call,
			"{\"method\":\"org.lwm2md.Manage.%.*s\",\"parameters\":{\"x\":1}}", len,
			at + 8);
		ck_assert_str_eq(ctl_ask(fd, call), WRONG("x"));
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("manage");
	TCase *t = tcase_create("manage");

	tcase_add_checked_fixture(t, manage_fixture_setup, manage_fixture_teardown);
	tcase_add_test(t, manage_describes_each_method_that_it_has);
	suite_add_tcase(s, t);
	return s;
}
