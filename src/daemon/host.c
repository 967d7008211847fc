#include "daemon/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/system_bus.h"

/* The answer to Execute is on its way by then. */
#define REBOOT_DELAY USEC_PER_SEC
#define RESET_TIMEOUT (600 * USEC_PER_SEC)

enum { ZONE_MAX = 64 };

struct host {
	struct host_env env;
	struct system_bus *bus;
	const struct conf *conf;
	struct loop_source *reboot;
	struct program *resetting;
	/* what a server is about to write; done when the model tells that it is written */
	bool is_time_pending, is_zone_pending;
	int64_t time;
	char zone[ZONE_MAX + 1];
};

/* --- reboot and factory reset ----------------------------------------------------------------- */

static void on_reboot(void *data)
{
	struct host *h = data;
	int r = system_bus_reboot(h->bus);

	if (r < 0)
		LOG(LOG_WARNING, "the reboot cannot be asked for: %s", strerror(-r));
}

static int reboot_host(void *data, uint16_t short_server_id)
{
	struct host *h = data;

	if (!h->conf->device.allow_reboot || !system_bus_can_reboot(h->bus)) {
		/* permission may have come since it was asked for */
		if (h->conf->device.allow_reboot)
			system_bus_probe(h->bus);
		return -EOPNOTSUPP;
	}
	LOG_EV(LOG_NOTICE, ({.server = short_server_id, .path = "/3/0/4"}),
		"server %u reboots this host", short_server_id);
	return h->env.loop->arm(h->reboot, clock_now(h->env.clock) + REBOOT_DELAY, USEC_PER_MSEC);
}

static void on_reset_done(void *data, const struct program_result *result)
{
	struct host *h = data;

	h->resetting = NULL;
	if (result->end != PROGRAM_EXITED || result->status != 0) {
		LOG(LOG_WARNING, "the factory reset failed, the accounts stay: %s", result->text);
		return;
	}
	LOG(LOG_NOTICE, "the factory reset is done, the accounts go");
	h->env.reset(h->env.data);
}

static int reset_host(void *data, uint16_t short_server_id)
{
	struct host *h = data;

	if (!h->conf->device.allow_factory_reset || !h->conf->device.factory_reset_command)
		return -EOPNOTSUPP;
	if (h->resetting)
		return -EBUSY;
	LOG_EV(LOG_NOTICE, ({.server = short_server_id, .path = "/3/0/5"}),
		"server %u resets this host", short_server_id);
	return programs_run(h->env.programs,
		&(const struct program_job){.argv = h->conf->device.factory_reset_command,
			.path = "/3/0/5",
			.short_server_id = short_server_id,
			.timeout = RESET_TIMEOUT,
			.data = h,
			.done = on_reset_done},
		&h->resetting);
}

/* --- clock and time zone ---------------------------------------------------------------------- */

/* A name as those below /usr/share/zoneinfo, and there is such a file. */
static bool is_zone(struct span name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789+-_/";
	char path[128];

	if (name.len == 0 || name.len > ZONE_MAX || name.data[0] == '/')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!name.data[i] || !strchr(letters, name.data[i]))
			return false;
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", (int)name.len,
		(const char *)name.data);
	return access(path, R_OK) == 0;
}

static int can_set(void *data, uint16_t rid, const struct value *v)
{
	struct host *h = data;

	if (rid == DEVICE_CURRENT_TIME && system_bus_can_set_time(h->bus)) {
		h->is_time_pending = true;
		h->time = v->i;
		return v->i > 0 ? 0 : -EDOM;
	}
	if (rid == DEVICE_TIMEZONE && system_bus_can_set_timezone(h->bus)) {
		if (!is_zone(v->bytes))
			return -EDOM;
		h->is_zone_pending = true;
		snprintf(h->zone, sizeof h->zone, "%.*s", (int)v->bytes.len,
			(const char *)v->bytes.data);
		return 0;
	}
	/* NTP may have been turned off since it was asked for */
	system_bus_probe(h->bus);
	return -EOPNOTSUPP;
}

void host_changed(struct host *h, struct path p, enum model_change what)
{
	int r = 0;

	if (!h || what != MODEL_WRITTEN || p.id[0] != OBJECT_DEVICE)
		return;
	if (p.id[2] == DEVICE_CURRENT_TIME && h->is_time_pending) {
		/* object 3 tells the time anew before each Read: that is no Write */
		if (model_get_int(h->env.model, p, 0) == h->time)
			r = system_bus_set_time(h->bus, h->time);
		h->is_time_pending = false;
	}
	if (p.id[2] == DEVICE_TIMEZONE && h->is_zone_pending) {
		if (span_is_text(model_get_bytes(h->env.model, p), h->zone))
			r = system_bus_set_timezone(h->bus, h->zone);
		h->is_zone_pending = false;
	}
	if (r < 0)
		LOG(LOG_WARNING, "the clock cannot be set: %s", strerror(-r));
}

/* --- life ------------------------------------------------------------------------------------- */

void host_set_conf(struct host *h, const struct conf *conf)
{
	h->conf = conf;
	/* its arguments belong to the former configuration */
	program_forget(h->resetting);
	h->resetting = NULL;
	system_bus_probe(h->bus);
}

void host_fill_actions(struct host *h, struct device_actions *actions)
{
	actions->data = h;
	actions->reboot = reboot_host;
	actions->factory_reset = reset_host;
	actions->can_set = can_set;
}

int host_new(const struct host_env *env, struct host **ret)
{
	struct host *h = calloc(1, sizeof *h);

	if (!h)
		return -ENOMEM;
	h->env = *env;

	int r = system_bus_new(env->loop, env->clock, &h->bus);

	if (r >= 0)
		r = env->loop->timer(env->loop->impl, on_reboot, h, &h->reboot);
	if (r < 0) {
		host_free(h);
		return r;
	}
	*ret = h;
	return 0;
}

struct host *host_free(struct host *h)
{
	if (!h)
		return NULL;
	program_forget(h->resetting);
	h->env.loop->free_source(h->reboot);
	system_bus_free(h->bus);
	free(h);
	return NULL;
}
