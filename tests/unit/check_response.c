#include "dm/response.h"

#include <errno.h>

#include "codec/message.h"
#include "runner.h"

/* The codes that a request of a server may be refused with: TS transport 6.7. */
static const struct {
	int error;
	uint8_t code;
} rules[] = {
	{-EBADMSG, MSG_CODE(4, 0)},
	{-EDOM, MSG_CODE(4, 0)},
	{-ERANGE, MSG_CODE(4, 0)},
	{-EINVAL, MSG_CODE(4, 0)},
	{-EACCES, MSG_CODE(4, 1)},
	{-ENOENT, MSG_CODE(4, 4)},
	{-EOPNOTSUPP, MSG_CODE(4, 5)},
	{-ENOMEDIUM, MSG_CODE(4, 6)},
	{-EMEDIUMTYPE, MSG_CODE(4, 15)},
	{-EBUSY, MSG_CODE(5, 3)},
	{-ENOMEM, MSG_CODE(5, 0)},
	{-E2BIG, MSG_CODE(4, 13)},
	{-ENOSPC, MSG_CODE(5, 0)},
	{-EIO, MSG_CODE(5, 0)},
};

START_TEST(response_has_one_code_for_an_errno)
{
	ck_assert_uint_eq(response_code_of(rules[_i].error), rules[_i].code);
}
END_TEST

START_TEST(response_is_an_error_whatever_the_errno)
{
	for (int error = 1; error < 200; error++)
		ck_assert_uint_ge(response_code_of(-error), MSG_CODE(4, 0));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("response");
	TCase *t = tcase_create("response");

	tcase_add_loop_test(t, response_has_one_code_for_an_errno, 0, sizeof rules / sizeof *rules);
	tcase_add_test(t, response_is_an_error_whatever_the_errno);
	suite_add_tcase(s, t);
	return s;
}
