#include "daemon/bearer.h"

#include <stdio.h>

#include "fakeroot.h"
#include "objects/connectivity.h"
#include "runner.h"

static const struct {
	const char *file, *text;
	uint16_t type;
	uint8_t bearer;
} rows[] = {
	{NULL, NULL, 1, BEARER_ETHERNET},
	{"wireless/x", "", 1, BEARER_WLAN},
	{"phy80211/x", "", 1, BEARER_WLAN},
	{"uevent", "DEVTYPE=wwan\nINTERFACE=x0\n", 1, BEARER_LTE_FDD},
	{"uevent", "DEVTYPE=bluetooth\n", 1, BEARER_BLUETOOTH},
	{"uevent", "DEVTYPE=bridge\n", 1, BEARER_ETHERNET},
	{NULL, NULL, 519, BEARER_LTE_FDD},
	{NULL, NULL, 804, BEARER_802_15_4},
	{NULL, NULL, 825, BEARER_802_15_4},
	{NULL, NULL, 512, BEARER_DSL},
};

START_TEST(bearer_is_told_by_sysfs_and_link_type)
{
	const struct net_link link = {.name = "x0", .type = rows[_i].type};
	char path[128];

	if (rows[_i].file) {
		snprintf(path, sizeof path, "/sys/class/net/x0/%s", rows[_i].file);
		root_file(path, rows[_i].text);
	}
	ck_assert_uint_eq(bearer_of(root_path(), &link), rows[_i].bearer);
}
END_TEST

START_TEST(bearer_of_a_wire_has_no_signal)
{
	const struct net_link link = {.name = "lo"};

	ck_assert_int_eq(bearer_signal(&link), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("bearer");
	TCase *t = tcase_create("bearer");

	tcase_add_checked_fixture(t, root_make, root_remove);
	tcase_add_loop_test(
		t, bearer_is_told_by_sysfs_and_link_type, 0, sizeof rows / sizeof *rows);
	tcase_add_test(t, bearer_of_a_wire_has_no_signal);
	suite_add_tcase(s, t);
	return s;
}
