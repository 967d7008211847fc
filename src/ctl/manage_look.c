#include "base/cleanup.h"
#include "ctl/manage_write.h"

void manage_get_status(void *data, struct varlink_call *call, const struct json *parameters)
{
	(void)parameters;
	manage_put_state(varlink_reply(call), data);
	varlink_end(call);
}

void manage_list_servers(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct manage *m = data;
	struct json_writer *w = varlink_reply(call);

	(void)parameters;
	json_write_key(w, "servers");
	json_open_array(w);
	m->ops->servers(m->data, manage_write_server, w);
	json_close_array(w);
	varlink_end(call);
}

static void answer_no_path(struct varlink_call *call, struct path p)
{
	manage_put_path(varlink_error(call, "org.lwm2md.Manage.NoSuchPath"), "path", p);
	varlink_end(call);
}

static void ignore_instance(void *to, const struct manage_instance *i)
{
	(void)to;
	(void)i;
}

void manage_list_objects(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct manage *m = data;
	const struct json *path = json_member(parameters, "path");
	struct path p = PATH0();

	if (path && (path_parse(json_text(path), &p) < 0 || p.depth > 2)) {
		varlink_invalid(call, "path");
		return;
	}
	if (m->ops->instances(m->data, p, ignore_instance, NULL) < 0) {
		answer_no_path(call, p);
		return;
	}

	struct json_writer *w = varlink_reply(call);

	json_write_key(w, "instances");
	json_open_array(w);
	m->ops->instances(m->data, p, manage_write_instance, w);
	json_close_array(w);
	varlink_end(call);
}

static void ignore_value(void *to, const struct manage_value *v)
{
	(void)to;
	(void)v;
}

void manage_read(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct manage *m = data;
	struct path p;

	if (path_parse(json_text(json_member(parameters, "path")), &p) < 0) {
		varlink_invalid(call, "path");
		return;
	}
	if (m->ops->values(m->data, p, ignore_value, NULL) < 0) {
		answer_no_path(call, p);
		return;
	}

	struct json_writer *w = varlink_reply(call);

	json_write_key(w, "values");
	json_open_array(w);
	m->ops->values(m->data, p, manage_write_value, w);
	json_close_array(w);
	varlink_end(call);
}

void manage_get_metrics(void *data, struct varlink_call *call, const struct json *parameters)
{
	_cleanup_(buf_done) struct buf text = {0};
	struct manage *m = data;
	int r = m->ops->metrics(m->data, &text);

	(void)parameters;
	if (r < 0) {
		manage_put_text(
			varlink_error(call, "org.lwm2md.Manage.Unavailable"), "why", strerror(-r));
	} else {
		struct json_writer *w = varlink_reply(call);

		manage_put_text(w, "content_type", "text/plain; version=0.0.4; charset=utf-8");
		json_write_key(w, "text");
		json_write_text(w, buf_span(&text));
	}
	varlink_end(call);
}

void manage_list_observations(void *data, struct varlink_call *call, const struct json *parameters)
{
	const struct json *ssid = json_member(parameters, "ssid");
	const struct manage *m = data;
	int64_t wanted = 0;

	if (ssid && (json_int(ssid, &wanted) < 0 || wanted < 1 || wanted > 65534)) {
		varlink_invalid(call, "ssid");
		return;
	}

	struct json_writer *w = varlink_reply(call);

	json_write_key(w, "observations");
	json_open_array(w);
	m->ops->observations(m->data, (uint16_t)wanted, manage_write_observation, w);
	json_close_array(w);
	varlink_end(call);
}
