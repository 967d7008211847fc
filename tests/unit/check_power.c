#include "objects/power.h"

#include <stdio.h>

#include "fakeroot.h"
#include "runner.h"

#define CLASS "/sys/class/power_supply"

static struct power p;

static void battery(const char *status)
{
	root_file(CLASS "/BAT0/type", "Battery\n");
	root_file(CLASS "/BAT0/status", status);
	root_file(CLASS "/BAT0/capacity", "42\n");
	root_file(CLASS "/BAT0/voltage_now", "12100000\n");
	root_file(CLASS "/BAT0/current_now", "250000\n");
}

START_TEST(power_is_nothing_where_the_kernel_knows_none)
{
	power_read(root_path(), &p);
	ck_assert_uint_eq(p.n, 0);
	ck_assert(!p.has_level && !p.has_status);
}
END_TEST

START_TEST(power_is_told_in_thousandths)
{
	battery("Discharging\n");
	power_read(root_path(), &p);
	ck_assert_uint_eq(p.n, 1);
	ck_assert_uint_eq(p.supply[0].source, POWER_INTERNAL_BATTERY);
	ck_assert_int_eq(p.supply[0].millivolt, 12100);
	ck_assert_int_eq(p.supply[0].milliampere, 250);
	ck_assert(p.has_level);
	ck_assert_int_eq(p.level, 42);
	ck_assert_uint_eq(p.status, BATTERY_NORMAL);
}
END_TEST

static const struct {
	const char *status, *extra_file, *extra;
	uint8_t expected;
} states[] = {
	{"Charging\n", NULL, NULL, BATTERY_CHARGING},
	{"Full\n", NULL, NULL, BATTERY_FULL},
	{"Not charging\n", NULL, NULL, BATTERY_NORMAL},
	{"Unknown\n", NULL, NULL, BATTERY_UNKNOWN},
	{"Discharging\n", CLASS "/BAT0/capacity_level", "Low\n", BATTERY_LOW},
	{"Discharging\n", CLASS "/BAT0/capacity_level", "Critical\n", BATTERY_LOW},
	{"Charging\n", CLASS "/BAT0/capacity_level", "Low\n", BATTERY_CHARGING},
	{"Discharging\n", CLASS "/BAT0/health", "Dead\n", BATTERY_DAMAGED},
	{"Unknown\n", CLASS "/BAT0/present", "0\n", BATTERY_NOT_INSTALLED},
};

START_TEST(power_tells_the_state_of_the_battery)
{
	battery(states[_i].status);
	if (states[_i].extra_file)
		root_file(states[_i].extra_file, states[_i].extra);
	power_read(root_path(), &p);
	ck_assert(p.has_status);
	ck_assert_uint_eq(p.status, states[_i].expected);
}
END_TEST

START_TEST(power_lists_supplies_that_are_in_use_by_name)
{
	root_file(CLASS "/ADP1/type", "Mains\n");
	root_file(CLASS "/ADP1/online", "1\n");
	battery("Full\n");
	root_file(CLASS "/USB/type", "USB\n");
	root_file(CLASS "/USB/online", "0\n"); /* nothing plugged in */
	root_file(CLASS "/mouse/type", "Battery\n");
	root_file(CLASS "/mouse/scope", "Device\n");
	root_file(CLASS "/odd/type", "Fusion\n");
	power_read(root_path(), &p);
	ck_assert_uint_eq(p.n, 2);
	ck_assert_uint_eq(p.supply[0].source, POWER_AC);
	ck_assert(!p.supply[0].has_voltage && !p.supply[0].has_current);
	ck_assert_uint_eq(p.supply[1].source, POWER_INTERNAL_BATTERY);
}
END_TEST

START_TEST(power_lists_no_more_supplies_than_there_is_room)
{
	char path[64];

	for (int i = 0; i < POWER_SUPPLIES_MAX + 2; i++) {
		snprintf(path, sizeof path, CLASS "/S%02d/type", i);
		root_file(path, "Mains\n");
	}
	power_read(root_path(), &p);
	ck_assert_uint_eq(p.n, POWER_SUPPLIES_MAX);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("power");
	TCase *t = tcase_create("power");

	tcase_add_checked_fixture(t, root_make, root_remove);
	tcase_add_test(t, power_is_nothing_where_the_kernel_knows_none);
	tcase_add_test(t, power_is_told_in_thousandths);
	tcase_add_loop_test(
		t, power_tells_the_state_of_the_battery, 0, sizeof states / sizeof *states);
	tcase_add_test(t, power_lists_supplies_that_are_in_use_by_name);
	tcase_add_test(t, power_lists_no_more_supplies_than_there_is_room);
	suite_add_tcase(s, t);
	return s;
}
