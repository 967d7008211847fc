#include "conf/command.h"

#include <errno.h>
#include <sys/stat.h>

#include "conf_fixture.h"
#include "runner.h"

START_TEST(command_is_a_program_that_others_cannot_change)
{
	static const struct {
		const char *path, *code;
	} rows[] = {{"/bin/right", NULL}, {"/bin/plain", "command-not-executable"},
		{"/bin/open", "command-writable-by-others"}, {"/bin", "command-not-executable"},
		{"/bin/none", "command-not-executable"}, {"right", "command-not-executable"},
		{"", "command-not-executable"}};
	struct fault fault = {0};

	fixture_write("/bin/right", "#!/bin/sh\n", 0755);
	fixture_write("/bin/plain", "#!/bin/sh\n", 0644);
	fixture_write("/bin/open", "#!/bin/sh\n", 0757);

	int r = command_check(fixture_root(), rows[_i].path, &fault);

	ck_assert_int_eq(r, rows[_i].code ? -EINVAL : 0);
	if (rows[_i].code)
		ck_assert_str_eq(fault.code, rows[_i].code);
}
END_TEST

START_TEST(command_hint_is_the_chmod_to_run)
{
	struct fault fault;

	fixture_write("/bin/plain", "#!/bin/sh\n", 0644);
	ck_assert_int_eq(command_check(fixture_root(), "/bin/plain", &fault), -EINVAL);
	ck_assert_int_eq(strncmp(fault.hint, "chmod 0755 /", 12), 0);
	ck_assert_ptr_nonnull(strstr(fault.hint, "/bin/plain"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("command");
	TCase *t = tcase_create("command");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_loop_test(t, command_is_a_program_that_others_cannot_change, 0, 7);
	tcase_add_test(t, command_hint_is_the_chmod_to_run);
	suite_add_tcase(s, t);
	return s;
}
