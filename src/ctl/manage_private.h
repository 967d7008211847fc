#pragma once
/*
 * What the files of manage share: the state, and the methods of the table. Layer: ctl.
 */
#include "codec/json.h"
#include "ctl/manage.h"
#include "ctl/varlink.h"

enum manage_topic { TOPIC_EXPLAIN = 1, TOPIC_MONITOR, TOPIC_CARD };

struct manage {
	struct varlink *varlink;
	struct varlink_settings settings;
	struct varlink_interface interface;
	const struct clock *clock;
	const struct manage_ops *ops;
	void *data;
	const char *version;
	char told[2 * MANAGE_TEXT_MAX]; /* the state that was told last */
};

/* Methods: data is a struct manage. */
#define MANAGE_METHOD(name)                                                                        \
	void manage_##name(void *data, struct varlink_call *call, const struct json *parameters)

MANAGE_METHOD(get_status);
MANAGE_METHOD(list_servers);
MANAGE_METHOD(list_objects);
MANAGE_METHOD(list_observations);
MANAGE_METHOD(read);
MANAGE_METHOD(get_metrics);
MANAGE_METHOD(explain);
MANAGE_METHOD(monitor);
MANAGE_METHOD(bootstrap);
MANAGE_METHOD(register);
MANAGE_METHOD(update);
MANAGE_METHOD(deregister);
MANAGE_METHOD(reset);
MANAGE_METHOD(reload);
MANAGE_METHOD(write);
MANAGE_METHOD(execute);
MANAGE_METHOD(send);
MANAGE_METHOD(inspect_card);
MANAGE_METHOD(diagnose);
