#include "objects/device.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <time.h>

#include "objects/fact.h"
#include "objects/power.h"

/* clang-format off */
static const struct resource_def resources[] = {
	{.id = 0, .name = "Manufacturer", .type = VALUE_STRING, .ops = OP_R},
	{.id = 1, .name = "Model Number", .type = VALUE_STRING, .ops = OP_R},
	{.id = 2, .name = "Serial Number", .type = VALUE_STRING, .ops = OP_R},
	{.id = 3, .name = "Firmware Version", .type = VALUE_STRING, .ops = OP_R},
	{.id = 4, .name = "Reboot", .ops = OP_E, .is_mandatory = true},
	{.id = 5, .name = "Factory Reset", .ops = OP_E},
	{.id = 6, .name = "Available Power Sources",
		.type = VALUE_INTEGER, .ops = OP_R, .is_multiple = true, RESOURCE_RANGE(0, 7)},
	{.id = 7, .name = "Power Source Voltage",
		.type = VALUE_INTEGER, .ops = OP_R, .is_multiple = true},
	{.id = 8, .name = "Power Source Current",
		.type = VALUE_INTEGER, .ops = OP_R, .is_multiple = true},
	{.id = 9, .name = "Battery Level",
		.type = VALUE_INTEGER, .ops = OP_R, RESOURCE_RANGE(0, 100)},
	{.id = 10, .name = "Memory Free", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 11, .name = "Error Code",
		.type = VALUE_INTEGER, .ops = OP_R, .is_multiple = true, .is_mandatory = true, RESOURCE_RANGE(0, 32)},
	{.id = 12, .name = "Reset Error Code", .ops = OP_E},
	{.id = 13, .name = "Current Time", .type = VALUE_TIME, .ops = OP_R | OP_W},
	{.id = 14, .name = "UTC Offset", .type = VALUE_STRING, .ops = OP_R | OP_W},
	{.id = 15, .name = "Timezone", .type = VALUE_STRING, .ops = OP_R | OP_W},
	{.id = 16, .name = "Supported Binding and Modes",
		.type = VALUE_STRING, .ops = OP_R, .is_mandatory = true},
	{.id = 17, .name = "Device Type", .type = VALUE_STRING, .ops = OP_R},
	{.id = 18, .name = "Hardware Version", .type = VALUE_STRING, .ops = OP_R},
	{.id = 19, .name = "Software Version", .type = VALUE_STRING, .ops = OP_R},
	{.id = 20, .name = "Battery Status",
		.type = VALUE_INTEGER, .ops = OP_R, RESOURCE_RANGE(0, 6)},
	{.id = 21, .name = "Memory Total", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 22, .name = "ExtDevInfo", .type = VALUE_OBJLNK, .ops = OP_R, .is_multiple = true},
};
/* clang-format on */

static struct path resource_path(uint16_t rid)
{
	return PATH3(OBJECT_DEVICE, 0, rid);
}

static void forget(struct model *m, uint16_t rid)
{
	model_delete(m, resource_path(rid));
}

/* An empty text is no fact: the resource stays away. */
static int set_text(struct model *m, uint16_t rid, const char *text)
{
	if (text && text[0])
		return model_set(m, resource_path(rid), &VALUE_TEXT(text));
	forget(m, rid);
	return 0;
}

static int set_int(struct model *m, uint16_t rid, int64_t v)
{
	return model_set(m, resource_path(rid), &VALUE_INT(v));
}

static int set_int_of_many(struct model *m, uint16_t rid, uint16_t riid, int64_t v)
{
	return model_set(m, path_child(resource_path(rid), riid), &VALUE_INT(v));
}

/* Where the text of a resource is looked for when the configuration has none. */
struct source {
	uint16_t rid;
	const char *path;	/* a file with the text, or */
	const char *os_release; /* a key of os-release */
};

static const struct source sources[] = {
	{DEVICE_MANUFACTURER, "/sys/class/dmi/id/sys_vendor", NULL},
	{DEVICE_MODEL, "/sys/class/dmi/id/product_name", NULL},
	{DEVICE_MODEL, "/sys/firmware/devicetree/base/model", NULL},
	{DEVICE_SERIAL, "/sys/firmware/devicetree/base/serial-number", NULL},
	{DEVICE_SERIAL, "/sys/class/dmi/id/product_serial", NULL},
	{DEVICE_FIRMWARE_VERSION, NULL, "IMAGE_VERSION"},
	{DEVICE_FIRMWARE_VERSION, NULL, "VERSION_ID"},
	{DEVICE_HARDWARE_VERSION, "/sys/class/dmi/id/board_version", NULL},
	{DEVICE_SOFTWARE_VERSION, NULL, "PRETTY_NAME"},
};

static void find_fact(const char *root, uint16_t rid, char ret[FACT_MAX + 1])
{
	ret[0] = '\0';
	for (size_t i = 0; i < sizeof sources / sizeof *sources && !ret[0]; i++) {
		if (sources[i].rid != rid)
			continue;
		if (sources[i].path)
			fact_read(root, sources[i].path, ret);
		else
			fact_os_release(root, sources[i].os_release, ret);
	}
}

static int fill_texts(struct model *m, const struct device_facts *facts)
{
	const struct {
		uint16_t rid;
		const char *configured;
	} texts[] = {
		{DEVICE_MANUFACTURER, facts->manufacturer},
		{DEVICE_MODEL, facts->model},
		{DEVICE_SERIAL, facts->serial},
		{DEVICE_FIRMWARE_VERSION, facts->firmware_version},
		{DEVICE_TYPE, facts->type},
		{DEVICE_HARDWARE_VERSION, facts->hardware_version},
		{DEVICE_SOFTWARE_VERSION, facts->software_version},
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *text = texts[i].configured;
		char found[FACT_MAX + 1];

		if (!text || !text[0]) {
			find_fact(facts->root, texts[i].rid, found);
			text = found;
			if (!found[0] && texts[i].rid == DEVICE_SERIAL)
				text = facts->derived_serial;
		}

		int r = set_text(m, texts[i].rid, text);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Resources 10 and 21 are about storage, in units of 1000 octets (their registry description). */
static bool storage_size(const char *directory, int64_t *ret_free, int64_t *ret_total)
{
	struct statvfs fs;

	if (!directory || !directory[0] || statvfs(directory, &fs) < 0)
		return false;
	*ret_free = (int64_t)((double)fs.f_bavail * (double)fs.f_frsize / 1000);
	*ret_total = (int64_t)((double)fs.f_blocks * (double)fs.f_frsize / 1000);
	return true;
}

int device_fill(struct model *m, const struct device_facts *facts)
{
	struct path device = PATH2(OBJECT_DEVICE, 0);
	int64_t free_kb, total_kb;
	int r = model_exists(m, device) ? 0 : model_create(m, device, ORIGIN_NONE);

	if (r < 0)
		return r;
	r = fill_texts(m, facts);
	if (r < 0)
		return r;
	if (storage_size(facts->storage, &free_kb, &total_kb)) {
		r = set_int(m, DEVICE_MEMORY_TOTAL, total_kb);
		if (r < 0)
			return r;
	}
	r = set_int_of_many(m, DEVICE_ERROR_CODE, 0, 0);
	if (r < 0)
		return r;
	return set_text(m, DEVICE_BINDINGS, "UT");
}

static void refresh_storage(const struct device_actions *a, struct model *m)
{
	int64_t free_kb, total_kb;

	if (storage_size(a->storage, &free_kb, &total_kb))
		set_int(m, DEVICE_MEMORY_FREE, free_kb);
	else
		forget(m, DEVICE_MEMORY_FREE);
}

static void refresh_time(const struct device_actions *a, struct model *m)
{
	struct value now = {.type = VALUE_TIME, .i = time(NULL)};

	(void)a;
	model_set(m, resource_path(DEVICE_CURRENT_TIME), &now);
}

/* ISO 8601: "+02:00" */
static void refresh_offset(const struct device_actions *a, struct model *m)
{
	time_t now = time(NULL);
	struct tm local;
	char text[32];

	(void)a;
	tzset();
	if (!localtime_r(&now, &local))
		return;

	long minutes = (local.tm_gmtoff < 0 ? -local.tm_gmtoff : local.tm_gmtoff) / 60;

	snprintf(text, sizeof text, "%c%02ld:%02ld", local.tm_gmtoff < 0 ? '-' : '+', minutes / 60,
		minutes % 60);
	set_text(m, DEVICE_UTC_OFFSET, text);
}

static void refresh_timezone(const struct device_actions *a, struct model *m)
{
	char zone[FACT_MAX + 1];

	fact_timezone(a->root, zone);
	if (zone[0])
		set_text(m, DEVICE_TIMEZONE, zone);
	else
		forget(m, DEVICE_TIMEZONE);
}

/* One of the sets 6, 7, 8: an instance for each supply that knows the number. */
static void refresh_set(struct model *m, uint16_t rid, const struct power *power,
	bool (*number)(const struct power_supply *s, int64_t *ret))
{
	size_t n = 0;
	int64_t v;

	for (uint16_t i = 0; i < POWER_SUPPLIES_MAX; i++) {
		if (i < power->n && number(&power->supply[i], &v)) {
			set_int_of_many(m, rid, i, v);
			n++;
		} else {
			model_delete(m, path_child(resource_path(rid), i));
		}
	}
	if (n == 0)
		forget(m, rid);
}

static bool source_of(const struct power_supply *s, int64_t *ret)
{
	*ret = s->source;
	return true;
}

static bool voltage_of(const struct power_supply *s, int64_t *ret)
{
	*ret = s->millivolt;
	return s->has_voltage;
}

static bool current_of(const struct power_supply *s, int64_t *ret)
{
	*ret = s->milliampere;
	return s->has_current;
}

static void refresh_power(const struct device_actions *a, struct model *m)
{
	struct power power;

	power_read(a->root, &power);
	refresh_set(m, DEVICE_POWER_SOURCES, &power, source_of);
	refresh_set(m, DEVICE_POWER_VOLTAGE, &power, voltage_of);
	refresh_set(m, DEVICE_POWER_CURRENT, &power, current_of);
	if (power.has_level)
		set_int(m, DEVICE_BATTERY_LEVEL, power.level);
	else
		forget(m, DEVICE_BATTERY_LEVEL);
	if (power.has_status)
		set_int(m, DEVICE_BATTERY_STATUS, power.status);
	else
		forget(m, DEVICE_BATTERY_STATUS);
}

/* The resources that change by themselves. A Read of any other asks the system nothing. */
enum {
	POWER = 1 << DEVICE_POWER_SOURCES | 1 << DEVICE_POWER_VOLTAGE | 1 << DEVICE_POWER_CURRENT |
		1 << DEVICE_BATTERY_LEVEL | 1 << DEVICE_BATTERY_STATUS,
	DYNAMIC = POWER | 1 << DEVICE_MEMORY_FREE | 1 << DEVICE_CURRENT_TIME |
		  1 << DEVICE_UTC_OFFSET | 1 << DEVICE_TIMEZONE,
};

static const struct {
	uint32_t rids; /* bits */
	void (*refresh)(const struct device_actions *a, struct model *m);
} dynamic[] = {
	{POWER, refresh_power},
	{1u << DEVICE_MEMORY_FREE, refresh_storage},
	{1u << DEVICE_CURRENT_TIME, refresh_time},
	{1u << DEVICE_UTC_OFFSET, refresh_offset},
	{1u << DEVICE_TIMEZONE, refresh_timezone},
};

static uint32_t dynamic_below(struct path target)
{
	if (target.device != 0 || (target.depth >= 2 && target.id[1] != 0))
		return 0;
	if (target.depth < 3)
		return DYNAMIC;
	return target.id[2] < 32 ? (1u << target.id[2]) & DYNAMIC : 0;
}

static bool needs_look(void *data, struct path target)
{
	(void)data;
	return dynamic_below(target) != 0;
}

static void refresh(void *data, struct model *m, struct path target)
{
	static const struct device_actions none;
	uint32_t rids = dynamic_below(target);

	if (!rids || !model_exists(m, PATH2(OBJECT_DEVICE, 0)))
		return;
	for (size_t i = 0; i < sizeof dynamic / sizeof *dynamic; i++)
		if (rids & dynamic[i].rids)
			dynamic[i].refresh(data ? data : &none, m);
}

/* The UTC offset follows from the time zone, it is not set by itself. */
static int check(void *data, const struct model *m, struct path resource, const struct value *v)
{
	const struct device_actions *a = data;
	uint16_t rid = resource.id[2];

	(void)m;
	if (rid == DEVICE_UTC_OFFSET || !a || !a->can_set)
		return -EOPNOTSUPP;
	return a->can_set(a->data, rid, v);
}

static int reset_error_code(struct model *m)
{
	struct path codes = resource_path(DEVICE_ERROR_CODE);
	uint32_t cursor = 1;
	uint16_t riid;
	int r = set_int_of_many(m, DEVICE_ERROR_CODE, 0, 0);

	while (r == 0 && model_next_resource_instance(m, codes, &cursor, &riid))
		r = model_delete(m, path_child(codes, riid));
	return r;
}

static int execute(
	void *data, struct model *m, uint16_t ssid, struct path resource, struct span args)
{
	const struct device_actions *a = data;

	(void)args;
	switch (resource.id[2]) {
	case DEVICE_REBOOT:
		return a && a->reboot ? a->reboot(a->data, ssid) : -EOPNOTSUPP;
	case DEVICE_FACTORY_RESET:
		return a && a->factory_reset ? a->factory_reset(a->data, ssid) : -EOPNOTSUPP;
	case DEVICE_RESET_ERROR_CODE:
		return reset_error_code(m);
	default:
		return -EOPNOTSUPP;
	}
}

static const struct object_hooks hooks = {
	.refresh = refresh,
	.needs_look = needs_look,
	.check = check,
	.execute = execute,
};

const struct object_def object_device = {
	.id = OBJECT_DEVICE,
	.name = "Device",
	.major = 1,
	.minor = 2,
	.is_mandatory = true,
	.resources = resources,
	.n_resources = sizeof resources / sizeof *resources,
	.hooks = &hooks,
};
