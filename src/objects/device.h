#pragma once
/*
 * Object 3, Device 1.2, from the running system. Layer: objects. (object 3)
 */
#include "model/model.h"

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
	const char *storage, *root; /* as in struct device_facts; NULL is fine */
};

extern const struct object_def object_device;

/* Creates /3/0 with the facts that do not change while the daemon runs. */
int device_fill(struct model *m, const struct device_facts *facts);
