#include "conf/conf.h"

#include <errno.h>

#include "base/cleanup.h"
#include "conf_fixture.h"
#include "runner.h"

static int print(char **ret, unsigned *ret_errors)
{
	struct conf_paths paths = {.root = fixture_root()};
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
	size_t size;
	FILE *out = open_memstream(ret, &size);

	ck_assert_int_eq(conf_report_new(&report), 0);

	int r = conf_print(&paths, report, out);

	fclose(out);
	*ret_errors = conf_report_errors(report);
	return r;
}

START_TEST(print_shows_values_with_their_place_and_keys_as_fingerprints)
{
	_cleanup_(free_p) char *out = NULL;
	unsigned errors;

	fixture_populate();
	fixture_write("/etc/lwm2md/conf.d/90.conf", "servers = { main = { lifetime = \"1h\"; }; };",
		0644);
	fixture_write("/etc/lwm2md/lwm2md.conf",
		"servers = { main = { short_id = 1;\nuri = \"coaps://a.example\"; psk_identity = "
		"\"a\\\"b\";\n"
		"psk_key = \"file:/etc/lwm2md/keys/good.psk\"; }; };\n",
		0600);
	ck_assert_int_eq(print(&out, &errors), 0);
	ck_assert_ptr_nonnull(strstr(out, "    lifetime = \"1h\"; # "));
	ck_assert_ptr_nonnull(strstr(out, "/etc/lwm2md/conf.d/90.conf:1\n"));
	ck_assert_ptr_nonnull(strstr(out, "    psk_identity = \"a\\\"b\"; # "));
	ck_assert_ptr_nonnull(strstr(out, "    psk_key = \"sha256:be45cb2605bf36be\"; # "));
	ck_assert_ptr_nonnull(strstr(out, "/etc/lwm2md/lwm2md.conf:3\n"));
	ck_assert_ptr_nonnull(strstr(out, "  endpoint = \"urn:uuid:"));
	ck_assert_ptr_nonnull(strstr(out, "\"; # made from the machine id\n"));
	ck_assert_ptr_nonnull(strstr(out, "  max_retransmit = 4; # default\n"));
	ck_assert_ptr_null(strstr(out, "0001"));
}
END_TEST

START_TEST(print_of_the_full_example_parses_again)
{
	_cleanup_(free_p) char *out = NULL;
	unsigned errors;

	fixture_populate();
	fixture_write_bytes(
		"/etc/lwm2md/lwm2md.conf", test_file("tests/conf.good/full.conf"), 0600);
	ck_assert_int_eq(print(&out, &errors), 0);

	/* but for its fingerprints, which are no keys */
	struct fixture_result again = fixture_load_text(out);

	for (const char *line = again.problems; *line; line += strcspn(line, "\n") + 1)
		ck_assert_msg(strstr(line, " no-effect") || strstr(line, " secret-in-clear"), "%s",
			again.text);
	fixture_result_done(&again);
}
END_TEST

START_TEST(print_of_a_wrong_configuration_prints_nothing)
{
	_cleanup_(free_p) char *out = NULL;
	unsigned errors;

	fixture_write("/etc/lwm2md/lwm2md.conf", "nonsense = 1;", 0600);
	ck_assert_int_eq(print(&out, &errors), -EINVAL);
	ck_assert_str_eq(out, "");
	ck_assert_uint_eq(errors, 1);
}
END_TEST

static int check(bool strict, bool json, char **ret)
{
	struct conf_paths paths = {.root = fixture_root(), .is_file_required = true};
	size_t size;
	FILE *out = open_memstream(ret, &size);
	int status = conf_check_main(&paths, strict, json, out);

	fclose(out);
	return status;
}

START_TEST(check_main_gives_the_exit_status)
{
	static const struct {
		const char *text;
		int status, strict;
	} rows[] = {{"smartcard = { enabled = \"yes\"; };", 0, 0},
		{"smartcard = { enabled = \"no\"; };", 0, 1}, {"nonsense = 1;", 1, 1}};
	_cleanup_(free_p) char *plain = NULL, *strict = NULL, *json = NULL;

	fixture_write("/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n", 0444);
	fixture_write("/etc/lwm2md/lwm2md.conf", rows[_i].text, 0600);
	ck_assert_int_eq(check(false, false, &plain), rows[_i].status);
	ck_assert_int_eq(check(true, false, &strict), rows[_i].strict);
	ck_assert_int_eq(check(false, true, &json), rows[_i].status);
	ck_assert_int_eq(json[0], '{');
	ck_assert_ptr_nonnull(strstr(plain, " error"));
}
END_TEST

START_TEST(check_main_forgives_credentials_that_only_the_service_has)
{
	_cleanup_(free_p) char *out = NULL;

	fixture_write("/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n", 0444);
	fixture_write("/etc/lwm2md/lwm2md.conf",
		"bootstrap = { uri = \"coaps://a.example\"; psk_identity = \"a\";\n"
		"psk_key = \"credential:lwm2md.bs-psk\"; };",
		0600);
	ck_assert_int_eq(check(false, false, &out), 0);
	ck_assert_ptr_nonnull(strstr(out, ":2:warning: psk_key: credential:lwm2md.bs-psk"));

	struct fixture_result daemon = fixture_load();

	ck_assert_str_eq(daemon.problems, "2 error secret-missing\n");
	fixture_result_done(&daemon);
}
END_TEST

START_TEST(list_options_has_a_line_of_three_fields_for_each)
{
	_cleanup_(free_p) char *out = NULL;
	size_t size, n_tabs = 0, n_lines = 0;
	FILE *f = open_memstream(&out, &size);

	conf_list_options(f);
	fclose(f);
	for (const char *c = out; *c; c++) {
		n_tabs += *c == '\t';
		n_lines += *c == '\n';
	}
	ck_assert_uint_gt(n_lines, 100);
	ck_assert_uint_eq(n_tabs, 2 * n_lines);
	ck_assert_ptr_nonnull(strstr(out, "\nservers.NAME.lifetime\ttime\t1d\n"));
	ck_assert_ptr_nonnull(strstr(out, "\nservers.NAME.retry.count\tinteger\t\n"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("print");
	TCase *t = tcase_create("print");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, print_shows_values_with_their_place_and_keys_as_fingerprints);
	tcase_add_test(t, print_of_the_full_example_parses_again);
	tcase_add_test(t, print_of_a_wrong_configuration_prints_nothing);
	tcase_add_loop_test(t, check_main_gives_the_exit_status, 0, 3);
	tcase_add_test(t, check_main_forgives_credentials_that_only_the_service_has);
	tcase_add_test(t, list_options_has_a_line_of_three_fields_for_each);
	suite_add_tcase(s, t);
	return s;
}
