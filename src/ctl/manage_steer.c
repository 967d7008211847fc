#include <errno.h>

#include "base/cleanup.h"
#include "ctl/manage_write.h"

static void steer(struct manage *m, struct varlink_call *call, enum manage_action action,
	uint16_t ssid, uint32_t seconds)
{
	const char *why = NULL;
	int r = m->ops->steer(m->data, action, ssid, seconds, &why);

	if (r == 0)
		varlink_reply(call);
	else if (r == -ENOENT)
		manage_put_int(varlink_error(call, "org.lwm2md.Manage.NoSuchServer"), "ssid", ssid);
	else
		manage_put_text(varlink_error(call, r == -EBUSY ? "org.lwm2md.Manage.Busy"
								: "org.lwm2md.Manage.Unavailable"),
			"why", why ? why : strerror(-r));
	varlink_end(call);
}

void manage_bootstrap(void *data, struct varlink_call *call, const struct json *parameters)
{
	(void)parameters;
	steer(data, call, MANAGE_BOOTSTRAP, 0, 0);
}

/* An absent number is 0. */
static int number_of(
	const struct json *parameters, const char *name, int64_t min, int64_t max, int64_t *ret)
{
	const struct json *value = json_member(parameters, name);
	int64_t v = 0;

	if (value && (json_int(value, &v) < 0 || v < min || v > max))
		return -ERANGE;
	*ret = v;
	return 0;
}

static void steer_server(struct manage *m, struct varlink_call *call, enum manage_action action,
	const struct json *parameters)
{
	int64_t ssid = 0, seconds = 0;

	if (number_of(parameters, "ssid", 1, 65534, &ssid) < 0)
		varlink_invalid(call, "ssid");
	else if (number_of(parameters, "for", 1, UINT32_MAX, &seconds) < 0)
		varlink_invalid(call, "for");
	else
		steer(m, call, action, (uint16_t)ssid, (uint32_t)seconds);
}

void manage_register(void *data, struct varlink_call *call, const struct json *parameters)
{
	steer_server(data, call, MANAGE_REGISTER, parameters);
}

void manage_update(void *data, struct varlink_call *call, const struct json *parameters)
{
	steer_server(data, call, MANAGE_UPDATE, parameters);
}

void manage_deregister(void *data, struct varlink_call *call, const struct json *parameters)
{
	steer_server(data, call, MANAGE_DEREGISTER, parameters);
}

void manage_reset(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct span what = json_text(json_member(parameters, "what"));

	if (span_is_text(what, "accounts"))
		steer(data, call, MANAGE_RESET_ACCOUNTS, 0, 0);
	else if (span_is_text(what, "all"))
		steer(data, call, MANAGE_RESET_ALL, 0, 0);
	else
		varlink_invalid(call, "what");
}

static void write_problem(void *to, const char *line)
{
	json_write_text(to, span_of_text(line));
}

void manage_reload(void *data, struct varlink_call *call, const struct json *parameters)
{
	_cleanup_(buf_done) struct buf problems = {.max = VARLINK_REPLY_MAX};
	_cleanup_(json_free_p) struct json *list = NULL;
	struct json_writer lines = json_writer_to(&problems);
	struct manage *m = data;
	struct manage_state state = {0};

	(void)parameters;
	json_open_array(&lines);

	int r = m->ops->reload(m->data, write_problem, &lines);

	json_close_array(&lines);
	if (r == 0) {
		m->ops->state(m->data, &state);
		manage_put_int(varlink_reply(call), "generation", state.config_generation);
	} else {
		struct json_writer *w = varlink_error(call, "org.lwm2md.Manage.ConfigInvalid");

		if (lines.w.err == 0 && json_parse(buf_span(&problems), &list) < 0)
			list = NULL;
		json_write_key(w, "problems");
		json_write_value(w, list);
	}
	varlink_end(call);
}
