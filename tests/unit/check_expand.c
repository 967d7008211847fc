#include "conf/expand.h"

#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "conf_fixture.h"
#include "runner.h"

static int expand(const char *text, const char *serial, char **ret)
{
	struct expand_env env = {.root = fixture_root(), .serial = serial};
	char why[EXPAND_WHY_MAX];

	return expand_words(&env, text, ret, why);
}

START_TEST(expand_fills_in_each_word)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {{"", ""}, {"plain %x 100% {}", "plain %x 100% {}"}, {"%{serial}", "SN 1"},
		{"a-%{mac:eth0}-%{hostname}-b", "a-0011aabbccdd-gateway-b"},
		{"%{file:/etc/name}%{file:/etc/name}", "n\xc3\xa4men\xc3\xa4me"},
		{"%{machine-id}", "f8ce5021-e342-4843-972e-8a77d7f9f4c6"}};
	_cleanup_(free_p) char *text = NULL;

	fixture_write("/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n", 0444);
	fixture_write("/etc/hostname", "gateway\n", 0644);
	fixture_write("/etc/name", "  n\xc3\xa4me \nsecond line\n", 0644);
	fixture_write("/sys/class/net/eth0/address", "00:11:aa:bb:cc:dd\n", 0644);
	fixture_write("/sys/class/dmi/id/product_serial", "SN 1\n", 0644);
	ck_assert_int_eq(expand(rows[_i].text, NULL, &text), 0);
	ck_assert_str_eq(text, rows[_i].expected);
}
END_TEST

START_TEST(expand_refuses_words_that_do_not_exist)
{
	static const char *const rows[] = {"%{}", "%{sreial}", "%{mac:}", "%{mac:../lo}",
		"%{mac:.}", "%{file:}", "%{file:relative}", "%{open", "a%{"};
	_cleanup_(free_p) char *text = NULL;

	ck_assert_int_eq(expand(rows[_i], "x", &text), -EINVAL);
	ck_assert_ptr_null(text);
}
END_TEST

START_TEST(expand_tells_a_fact_that_is_not_there)
{
	static const char *const rows[] = {
		"%{mac:eth7}", "%{file:/none}", "%{machine-id}", "%{serial}", "%{hostname}"};
	_cleanup_(free_p) char *text = NULL;

	ck_assert_int_eq(expand(rows[_i], NULL, &text), -ENODATA);
}
END_TEST

START_TEST(expand_refuses_a_file_without_a_line_of_text)
{
	static const char *const rows[] = {"", "\n", " \t\n", "a\tb\n", "\xff\n"};
	_cleanup_(free_p) char *text = NULL;

	fixture_write("/f", rows[_i], 0644);
	ck_assert_int_eq(expand("%{file:/f}", NULL, &text), -EINVAL);
}
END_TEST

START_TEST(expand_takes_the_serial_from_the_first_that_has_one)
{
	_cleanup_(free_p) char *configured = NULL, *tree = NULL, *dmi = NULL, *machine = NULL;

	fixture_write("/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n", 0444);
	fixture_write("/sys/class/dmi/id/product_serial", "To Be Filled By O.E.M.\n", 0644);
	ck_assert_int_eq(expand("%{serial}", NULL, &machine), 0);
	ck_assert_uint_eq(strlen(machine), MACHINE_ID_TEXT_LEN);
	fixture_write("/sys/class/dmi/id/product_serial", "dmi\n", 0644);
	ck_assert_int_eq(expand("%{serial}", "", &dmi), 0);
	ck_assert_str_eq(dmi, "dmi");
	fixture_write_bytes(
		"/sys/firmware/devicetree/base/serial-number", span_of("tree", 5), 0644);
	ck_assert_int_eq(expand("%{serial}", NULL, &tree), 0);
	ck_assert_str_eq(tree, "tree");
	ck_assert_int_eq(expand("%{serial}", "configured", &configured), 0);
	ck_assert_str_eq(configured, "configured");
}
END_TEST

START_TEST(expand_never_shows_the_machine_id_itself)
{
	char one[MACHINE_ID_TEXT_LEN + 1], other[MACHINE_ID_TEXT_LEN + 1];

	fixture_write("/etc/machine-id", "00112233445566778899aabbccddeeff\n", 0444);
	ck_assert_int_eq(expand_machine_id(fixture_root(), one), 0);
	ck_assert_ptr_null(strstr(one, "0011"));
	/* RFC 4122: version 4, variant 1 */
	ck_assert_int_eq(one[14], '4');
	ck_assert_ptr_nonnull(strchr("89ab", one[19]));
	fixture_write("/etc/machine-id", "00112233445566778899aabbccddeef0\n", 0666);
	ck_assert_int_eq(expand_machine_id(fixture_root(), other), 0);
	ck_assert_str_ne(one, other);
}
END_TEST

START_TEST(expand_knows_no_machine_id_before_the_first_boot)
{
	static const char *const rows[] = {
		"", "uninitialized\n", "0011\n", "00112233445566778899aabbccddeefg\n"};
	char id[MACHINE_ID_TEXT_LEN + 1];

	fixture_write("/etc/machine-id", rows[_i], 0644);
	ck_assert_int_eq(expand_machine_id(fixture_root(), id), -ENODATA);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("expand");
	TCase *t = tcase_create("expand");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_loop_test(t, expand_fills_in_each_word, 0, 6);
	tcase_add_loop_test(t, expand_refuses_words_that_do_not_exist, 0, 9);
	tcase_add_loop_test(t, expand_tells_a_fact_that_is_not_there, 0, 5);
	tcase_add_loop_test(t, expand_refuses_a_file_without_a_line_of_text, 0, 5);
	tcase_add_test(t, expand_takes_the_serial_from_the_first_that_has_one);
	tcase_add_test(t, expand_never_shows_the_machine_id_itself);
	tcase_add_loop_test(t, expand_knows_no_machine_id_before_the_first_boot, 0, 4);
	suite_add_tcase(s, t);
	return s;
}
