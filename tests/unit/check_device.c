#include "objects/device.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "alloc.h"
#include "fakeroot.h"
#include "registry.h"
#include "runner.h"

static struct model *m;
static struct device_actions actions;
static uint16_t asked_for;

static int allow(void *data, uint16_t ssid)
{
	(void)data;
	asked_for = ssid;
	return 0;
}

static void setup(void)
{
	root_make();
	actions = (struct device_actions){.root = root_path()};
	ck_assert_int_eq(model_new(&m), 0);
	ck_assert_int_eq(model_add_object(m, &object_device, &actions), 0);
}

static void teardown(void)
{
	m = model_free(m);
	root_remove();
}

static struct path at(uint16_t rid)
{
	return PATH3(OBJECT_DEVICE, 0, rid);
}

static void fill(struct device_facts facts)
{
	facts.root = root_path();
	ck_assert_int_eq(device_fill(m, &facts), 0);
}

static void expect_text(uint16_t rid, const char *text)
{
	struct span got = model_get_bytes(m, at(rid));

	ck_assert_msg(span_is_text(got, text), "resource %u is \"%.*s\"", rid, (int)got.len,
		(const char *)got.data);
}

START_TEST(device_has_the_mandatory_resources_without_any_fact)
{
	fill((struct device_facts){0});
	ck_assert_int_eq(model_get_int(m, path_child(at(11), 0), -1), 0);
	expect_text(16, "UT");
	for (uint16_t rid = 0; rid <= 22; rid++)
		ck_assert_int_eq(model_exists(m, at(rid)), rid == 11 || rid == 16);
}
END_TEST

START_TEST(device_facts_come_from_the_configuration_first)
{
	root_file("/sys/class/dmi/id/sys_vendor", "found");
	root_file("/etc/os-release", "VERSION_ID=found\nPRETTY_NAME=found\n");
	fill((struct device_facts){
		.manufacturer = "a",
		.model = "b",
		.serial = "c",
		.type = "d",
		.hardware_version = "e",
		.software_version = "f",
		.firmware_version = "g",
		.derived_serial = "h",
	});
	expect_text(0, "a");
	expect_text(1, "b");
	expect_text(2, "c");
	expect_text(3, "g");
	expect_text(17, "d");
	expect_text(18, "e");
	expect_text(19, "f");
}
END_TEST

START_TEST(device_facts_come_from_the_firmware_of_a_pc)
{
	root_file("/sys/class/dmi/id/sys_vendor", "Acme\n");
	root_file("/sys/class/dmi/id/product_name", "Box\n");
	root_file("/sys/class/dmi/id/product_serial", "123\n");
	root_file("/sys/class/dmi/id/board_version", "1.1\n");
	root_file("/etc/os-release", "VERSION_ID=12\nPRETTY_NAME=\"Debian 12\"\n");
	fill((struct device_facts){.manufacturer = "", .derived_serial = "derived"});
	expect_text(0, "Acme");
	expect_text(1, "Box");
	expect_text(2, "123");
	expect_text(3, "12");
	expect_text(18, "1.1");
	expect_text(19, "Debian 12");
}
END_TEST

START_TEST(device_facts_come_from_the_device_tree)
{
	root_file("/sys/firmware/devicetree/base/model", "Board Rev 2");
	root_file("/sys/firmware/devicetree/base/serial-number", "00ff");
	root_file("/etc/os-release", "IMAGE_VERSION=7\nVERSION_ID=12\n");
	fill((struct device_facts){0});
	expect_text(1, "Board Rev 2");
	expect_text(2, "00ff");
	expect_text(3, "7");
}
END_TEST

START_TEST(device_serial_is_derived_where_the_system_has_none)
{
	fill((struct device_facts){.derived_serial = "derived"});
	expect_text(2, "derived");
}
END_TEST

START_TEST(device_storage_is_told_in_kilobytes_of_1000)
{
	actions.storage = root_path();
	fill((struct device_facts){.storage = root_path()});
	ck_assert(model_exists(m, at(21)));
	model_refresh(m, at(10));
	ck_assert(model_exists(m, at(10)));
	ck_assert_int_gt(model_get_int(m, at(21), -1), 0);
	ck_assert_int_le(model_get_int(m, at(10), -1), model_get_int(m, at(21), -1));
	/* the directory is gone: so is what can be said about it */
	actions.storage = "/nonexistent";
	model_refresh(m, at(10));
	ck_assert(!model_exists(m, at(10)));
}
END_TEST

START_TEST(device_refresh_brings_the_clock)
{
	time_t before = time(NULL);

	fill((struct device_facts){0});
	model_refresh(m, PATH2(OBJECT_DEVICE, 0));
	ck_assert_int_ge(model_get_int(m, at(13), 0), before);
	ck_assert_int_le(model_get_int(m, at(13), 0), time(NULL));
}
END_TEST

static const struct {
	const char *zone, *offset;
} zones[] = {
	{"UTC0", "+00:00"},
	{"ZON-2", "+02:00"},
	{"ZON3:30", "-03:30"},
	{"ZON-5:45", "+05:45"},
};

START_TEST(device_offset_is_iso_8601)
{
	ck_assert_int_eq(setenv("TZ", zones[_i].zone, 1), 0);
	fill((struct device_facts){0});
	model_refresh(m, at(14));
	expect_text(14, zones[_i].offset);
}
END_TEST

START_TEST(device_timezone_is_where_localtime_points)
{
	fill((struct device_facts){0});
	root_link("/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin");
	model_refresh(m, at(15));
	expect_text(15, "Europe/Berlin");
}
END_TEST

START_TEST(device_power_appears_and_vanishes)
{
	fill((struct device_facts){0});
	root_file("/sys/class/power_supply/BAT0/type", "Battery\n");
	root_file("/sys/class/power_supply/BAT0/status", "Charging\n");
	root_file("/sys/class/power_supply/BAT0/capacity", "42\n");
	root_file("/sys/class/power_supply/USB/type", "USB\n");
	root_file("/sys/class/power_supply/USB/voltage_now", "5000000\n");
	model_refresh(m, PATH1(OBJECT_DEVICE));
	ck_assert_int_eq(model_get_int(m, path_child(at(6), 0), -1), 1);
	ck_assert_int_eq(model_get_int(m, path_child(at(6), 1), -1), 5);
	ck_assert_int_eq(model_get_int(m, path_child(at(7), 1), -1), 5000);
	ck_assert(!model_exists(m, path_child(at(7), 0)));
	ck_assert(!model_exists(m, at(8)));
	ck_assert_int_eq(model_get_int(m, at(9), -1), 42);
	ck_assert_int_eq(model_get_int(m, at(20), -1), 1);

	actions.root = "/nonexistent";
	model_refresh(m, at(6));
	ck_assert(!model_exists(m, at(6)));
	ck_assert(!model_exists(m, at(7)));
	ck_assert(!model_exists(m, at(9)));
	ck_assert(!model_exists(m, at(20)));
}
END_TEST

START_TEST(device_refresh_asks_only_for_what_is_read)
{
	fill((struct device_facts){.manufacturer = "a"});
	model_refresh(m, at(0));
	model_refresh(m, PATH4(OBJECT_DEVICE, 0, 11, 0));
	model_refresh(m, at(4711));
	model_refresh(m, PATH2(OBJECT_DEVICE, 1));
	ck_assert(!model_exists(m, at(13)));
	ck_assert(!model_exists(m, at(14)));
	model_refresh(m, at(13));
	ck_assert(model_exists(m, at(13)));
	ck_assert(!model_exists(m, at(14)));
}
END_TEST

START_TEST(device_needs_a_look_where_it_changes_by_itself)
{
	ck_assert(model_needs_look(m, PATH1(OBJECT_DEVICE)));
	ck_assert(model_needs_look(m, PATH2(OBJECT_DEVICE, 0)));
	ck_assert(model_needs_look(m, at(13)));
	ck_assert(!model_needs_look(m, at(0)));
	ck_assert(!model_needs_look(m, at(4711)));
	ck_assert(!model_needs_look(m, PATH2(OBJECT_DEVICE, 1)));
}
END_TEST

START_TEST(device_without_its_instance_has_nothing_to_refresh)
{
	model_refresh(m, PATH0());
	ck_assert(!model_exists(m, PATH2(OBJECT_DEVICE, 0)));
}
END_TEST

START_TEST(device_fill_may_be_repeated)
{
	fill((struct device_facts){.manufacturer = "a"});
	fill((struct device_facts){.manufacturer = "b"});
	expect_text(0, "b");
}
END_TEST

START_TEST(device_fill_tells_each_failing_allocation)
{
	const struct device_facts facts = {
		.manufacturer = "a", .root = root_path(), .storage = root_path()};
	bool failed = true;

	for (unsigned n = 1; failed; n++) {
		(void)model_delete(m, PATH2(OBJECT_DEVICE, 0));
		alloc_fail_at(n);

		int r = device_fill(m, &facts);

		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
	}
}
END_TEST

START_TEST(device_clock_cannot_be_set)
{
	fill((struct device_facts){0});
	for (uint16_t rid = 13; rid <= 15; rid++)
		ck_assert_int_eq(model_check(m, at(rid), &VALUE_TEXT("x")), -EOPNOTSUPP);
}
END_TEST

START_TEST(device_actions_are_asked_for_reboot_and_factory_reset)
{
	fill((struct device_facts){0});
	ck_assert_int_eq(model_execute(m, 123, at(4), (struct span){0}), -EOPNOTSUPP);
	ck_assert_int_eq(model_execute(m, 123, at(5), (struct span){0}), -EOPNOTSUPP);
	actions.reboot = actions.factory_reset = allow;
	ck_assert_int_eq(model_execute(m, 123, at(4), (struct span){0}), 0);
	ck_assert_uint_eq(asked_for, 123);
	ck_assert_int_eq(model_execute(m, 124, at(5), (struct span){0}), 0);
	ck_assert_uint_eq(asked_for, 124);
}
END_TEST

START_TEST(device_error_codes_are_reset_to_none)
{
	fill((struct device_facts){0});
	ck_assert_int_eq(model_set(m, path_child(at(11), 0), &VALUE_INT(5)), 0);
	ck_assert_int_eq(model_set(m, path_child(at(11), 3), &VALUE_INT(7)), 0);
	ck_assert_int_eq(model_execute(m, 123, at(12), (struct span){0}), 0);
	ck_assert_int_eq(model_get_int(m, path_child(at(11), 0), -1), 0);
	ck_assert(!model_exists(m, path_child(at(11), 3)));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("device");
	TCase *t = tcase_create("device");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, device_has_the_mandatory_resources_without_any_fact);
	tcase_add_test(t, device_facts_come_from_the_configuration_first);
	tcase_add_test(t, device_facts_come_from_the_firmware_of_a_pc);
	tcase_add_test(t, device_facts_come_from_the_device_tree);
	tcase_add_test(t, device_serial_is_derived_where_the_system_has_none);
	tcase_add_test(t, device_storage_is_told_in_kilobytes_of_1000);
	tcase_add_test(t, device_refresh_brings_the_clock);
	tcase_add_loop_test(t, device_offset_is_iso_8601, 0, sizeof zones / sizeof *zones);
	tcase_add_test(t, device_timezone_is_where_localtime_points);
	tcase_add_test(t, device_power_appears_and_vanishes);
	tcase_add_test(t, device_refresh_asks_only_for_what_is_read);
	tcase_add_test(t, device_needs_a_look_where_it_changes_by_itself);
	tcase_add_test(t, device_without_its_instance_has_nothing_to_refresh);
	tcase_add_test(t, device_fill_may_be_repeated);
	tcase_add_test(t, device_fill_tells_each_failing_allocation);
	tcase_add_test(t, device_clock_cannot_be_set);
	tcase_add_test(t, device_actions_are_asked_for_reboot_and_factory_reset);
	tcase_add_test(t, device_error_codes_are_reset_to_none);
	suite_add_tcase(s, t);
	suite_add_tcase(s, registry_case(&object_device));
	return s;
}
