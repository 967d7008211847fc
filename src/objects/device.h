#pragma once
/*
 * Object 3, Device 1.2, from the running system. Layer: objects. (object 3)
 */
#include "model/model.h"

enum device_resource {
	DEVICE_MANUFACTURER = 0,
	DEVICE_MODEL = 1,
	DEVICE_SERIAL = 2,
	DEVICE_FIRMWARE_VERSION = 3,
	DEVICE_REBOOT = 4,
	DEVICE_FACTORY_RESET = 5,
	DEVICE_POWER_SOURCES = 6,
	DEVICE_POWER_VOLTAGE = 7,
	DEVICE_POWER_CURRENT = 8,
	DEVICE_BATTERY_LEVEL = 9,
	DEVICE_MEMORY_FREE = 10,
	DEVICE_ERROR_CODE = 11,
	DEVICE_RESET_ERROR_CODE = 12,
	DEVICE_CURRENT_TIME = 13,
	DEVICE_UTC_OFFSET = 14,
	DEVICE_TIMEZONE = 15,
	DEVICE_BINDINGS = 16,
	DEVICE_TYPE = 17,
	DEVICE_HARDWARE_VERSION = 18,
	DEVICE_SOFTWARE_VERSION = 19,
	DEVICE_BATTERY_STATUS = 20,
	DEVICE_MEMORY_TOTAL = 21,
};

/* Texts from the configuration; NULL or empty: found out from the system. Borrowed. */
struct device_facts {
	const char *manufacturer, *model, *serial, *type;
	const char *hardware_version, *software_version, *firmware_version;
	/*
	 * The serial number where neither the configuration nor the system has one: an id derived
	 * from the machine id, which itself stays private (sd_id128_get_machine_app_specific()).
	 */
	const char *derived_serial;
	const char *storage; /* directory whose file system /3/0/10 and /3/0/21 describe */
	const char *root;    /* "" or a directory in front of /sys, /etc, … (tests) */
};

/* Hook data of object_device. */
struct device_actions {
	void *data;
	int (*reboot)(void *data, uint16_t short_server_id); /* -EOPNOTSUPP: not allowed (4.05) */
	int (*factory_reset)(void *data, uint16_t short_server_id); /* as above */
	/*
	 * Whether a server may set DEVICE_CURRENT_TIME or DEVICE_TIMEZONE to this value; the change
	 * is told by the model. 0, -EDOM (4.00), -EOPNOTSUPP (4.05). NULL: never.
	 */
	int (*can_set)(void *data, uint16_t rid, const struct value *v);
	const char *storage, *root; /* as in struct device_facts; NULL is fine */
};

extern const struct object_def object_device;

/* Creates /3/0 with the facts that do not change while the daemon runs. */
int device_fill(struct model *m, const struct device_facts *facts);
