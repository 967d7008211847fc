#pragma once
/*
 * Power supplies of the kernel, as object 3 tells them. Layer: objects, private to it.
 * (object 3 resources 6 to 9 and 20)
 */
#include "base/span.h"

enum { POWER_SUPPLIES_MAX = 8 };

enum power_source {
	POWER_DC = 0,
	POWER_INTERNAL_BATTERY = 1,
	POWER_EXTERNAL_BATTERY = 2,
	POWER_USB = 5,
	POWER_AC = 6,
};

enum battery_status {
	BATTERY_NORMAL = 0,
	BATTERY_CHARGING = 1,
	BATTERY_FULL = 2,
	BATTERY_DAMAGED = 3,
	BATTERY_LOW = 4,
	BATTERY_NOT_INSTALLED = 5,
	BATTERY_UNKNOWN = 6,
};

struct power_supply {
	uint8_t source; /* enum power_source */
	bool has_voltage, has_current;
	int64_t millivolt, milliampere;
};

struct power {
	struct power_supply supply[POWER_SUPPLIES_MAX]; /* in the order of their names */
	size_t n;
	bool has_level, has_status;
	int64_t level;	/* percent, of the first internal battery */
	uint8_t status; /* enum battery_status, as above */
};

/* All zero where the kernel knows none. */
void power_read(const char *root, struct power *ret);
