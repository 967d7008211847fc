#pragma once
/*
 * What servers may do to this host through object 3: reboot, factory reset, clock and time zone.
 * Effects happen after the answer. Layer: daemon. (object 3 resources 4, 5, 13 and 15)
 */
#include "conf/conf.h"
#include "daemon/programs.h"
#include "model/model.h"
#include "objects/device.h"

struct host;

struct host_env {
	struct model *model;
	const struct loop *loop;
	const struct clock *clock;
	struct programs *programs;
	void *data;
	/* The program of the factory reset has succeeded: the accounts go as well. */
	void (*reset)(void *data);
};

int host_new(const struct host_env *env, struct host **ret);
/* NULL is fine. Returns NULL. */
struct host *host_free(struct host *h);
/* conf must live until the next call. */
void host_set_conf(struct host *h, const struct conf *conf);
/* What object 3 asks. */
void host_fill_actions(struct host *h, struct device_actions *actions);
/* Of the model (h NULL: does nothing): a server wrote clock or time zone. */
void host_changed(struct host *h, struct path p, enum model_change what);
