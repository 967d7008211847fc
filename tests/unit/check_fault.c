#include "conf/fault.h"

#include <errno.h>
#include <string.h>

#include "runner.h"

START_TEST(fault_holds_code_message_and_hint)
{
	struct fault f;

	ck_assert_int_eq(fault_set(&f, "bad-value", "%s is %d", "it", 5), -EINVAL);
	ck_assert_str_eq(f.code, "bad-value");
	ck_assert_str_eq(f.message, "it is 5");
	ck_assert_str_eq(f.hint, "");
	fault_hint(&f, "write %d", 6);
	ck_assert_str_eq(f.hint, "write 6");
	fault_set(&f, "other", "again");
	ck_assert_str_eq(f.hint, "");
}
END_TEST

START_TEST(fault_cuts_a_text_that_is_too_long)
{
	char text[2 * FAULT_TEXT_MAX];
	struct fault f;

	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	fault_set(&f, "bad-value", "%s", text);
	fault_hint(&f, "%s", text);
	ck_assert_uint_eq(strlen(f.message), FAULT_TEXT_MAX - 1);
	ck_assert_uint_eq(strlen(f.hint), FAULT_TEXT_MAX - 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fault");
	TCase *t = tcase_create("fault");

	tcase_add_test(t, fault_holds_code_message_and_hint);
	tcase_add_test(t, fault_cuts_a_text_that_is_too_long);
	suite_add_tcase(s, t);
	return s;
}
