#include "keys/ciphersuite.h"

#include "runner.h"

static char list[CIPHERSUITE_LIST_MAX];

/* TS transport 5.2.8: the suites that a client must have */
START_TEST(mandatory_suites_are_offered)
{
	ck_assert_uint_gt(ciphersuite_list(NULL, 0, SUITE_PSK, list), 3);
	ck_assert_ptr_nonnull(strstr(list, ":PSK-AES128-CCM8:"));
	ck_assert_uint_gt(ciphersuite_list(NULL, 0, SUITE_SIGNED, list), 3);
	ck_assert_ptr_nonnull(strstr(list, ":ECDHE-ECDSA-AES128-CCM8:"));
	ck_assert(ciphersuite_is_usable(49320, SUITE_PSK)); /* C0A8 */
	ck_assert(ciphersuite_is_usable(0xc0ae, SUITE_SIGNED));
}
END_TEST

/* RFC 7457 */
START_TEST(cbc_comes_last)
{
	ciphersuite_list(NULL, 0, SUITE_PSK, list);
	ck_assert(strstr(list, "CBC") > strstr(list, "CCM8"));
	ciphersuite_list(NULL, 0, SUITE_SIGNED, list);
	ck_assert_str_eq(strrchr(list, ':'), ":ECDHE-ECDSA-AES128-SHA256");
}
END_TEST

START_TEST(wish_keeps_its_order_and_names_each_suite_once)
{
	static const uint32_t wish[] = {0xc0a8, 0x00a8, 0xc0a8, 0xc0a4, 0xc0ae, 0x1234, 0x1301};

	ck_assert_uint_eq(ciphersuite_list(wish, 7, SUITE_PSK, list), 3);
	ck_assert_str_eq(list, "PSK-AES128-CCM8:PSK-AES128-GCM-SHA256:PSK-AES128-CCM");
	ck_assert_uint_eq(ciphersuite_list(wish, 7, SUITE_SIGNED, list), 1);
	ck_assert_uint_eq(ciphersuite_list(wish, 7, SUITE_TLS13, list), 1);
	ck_assert_str_eq(list, "TLS_AES_128_GCM_SHA256");
}
END_TEST

START_TEST(unknown_and_unsafe_suites_are_never_usable)
{
	static const uint32_t never[] = {0, 0x002c, 0x0000c0b0, 0x000a, UINT32_MAX};

	for (size_t i = 0; i < 5; i++) {
		ck_assert(!ciphersuite_is_usable(never[i], SUITE_PSK));
		ck_assert(!ciphersuite_is_usable(never[i], SUITE_SIGNED));
		ck_assert_uint_eq(ciphersuite_list(&never[i], 1, SUITE_PSK, list), 0);
		ck_assert_str_eq(list, "");
	}
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("ciphersuite");
	TCase *t = tcase_create("ciphersuite");

	tcase_add_test(t, mandatory_suites_are_offered);
	tcase_add_test(t, cbc_comes_last);
	tcase_add_test(t, wish_keeps_its_order_and_names_each_suite_once);
	tcase_add_test(t, unknown_and_unsafe_suites_are_never_usable);
	suite_add_tcase(su, t);
	return su;
}
