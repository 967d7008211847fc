#include "ctl/cmdline.h"

#include "runner.h"

START_TEST(cmdline_takes_short_server_ids_only)
{
	uint16_t ssid = 7;

	ck_assert_int_eq(cmdline_parse_ssid("65534", &ssid), EXIT_OK);
	ck_assert_uint_eq(ssid, 65534);
	ck_assert_int_eq(cmdline_parse_ssid("0", &ssid), EXIT_USAGE);
	ck_assert_int_eq(cmdline_parse_ssid("65535", &ssid), EXIT_USAGE);
	ck_assert_int_eq(cmdline_parse_ssid("-1", &ssid), EXIT_USAGE);
	ck_assert_int_eq(cmdline_parse_ssid("", &ssid), EXIT_USAGE);
	ck_assert_uint_eq(ssid, 65534);
}
END_TEST

START_TEST(cmdline_takes_paths_only)
{
	struct path p;

	ck_assert_int_eq(cmdline_parse_path("/3/0/0", &p), EXIT_OK);
	ck_assert_uint_eq(p.depth, 3);
	ck_assert_int_eq(cmdline_parse_path("3/0/0", &p), EXIT_USAGE);
	ck_assert_int_eq(cmdline_parse_path("/3/x", &p), EXIT_USAGE);
}
END_TEST

START_TEST(cmdline_has_what_was_given)
{
	const struct cmdline c = {.options = {[OPTION_JSON] = ""}};

	ck_assert(cmdline_has(&c, OPTION_JSON));
	ck_assert(!cmdline_has(&c, OPTION_FOR));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cmdline");
	TCase *t = tcase_create("cmdline");

	tcase_add_test(t, cmdline_takes_short_server_ids_only);
	tcase_add_test(t, cmdline_takes_paths_only);
	tcase_add_test(t, cmdline_has_what_was_given);
	suite_add_tcase(s, t);
	return s;
}
