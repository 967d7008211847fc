#include "ctl/manage_write.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "codec/text.h"

void manage_put_text(struct json_writer *w, const char *key, const char *text)
{
	json_write_key(w, key);
	json_write_text(w, span_of_text(text));
}

void manage_put_text_if(struct json_writer *w, const char *key, const char *text)
{
	if (text && *text)
		manage_put_text(w, key, text);
}

void manage_put_int(struct json_writer *w, const char *key, int64_t v)
{
	json_write_key(w, key);
	json_write_int(w, v);
}

void manage_put_int_if(struct json_writer *w, const char *key, int64_t v)
{
	if (v >= 0)
		manage_put_int(w, key, v);
}

void manage_put_bool(struct json_writer *w, const char *key, bool v)
{
	json_write_key(w, key);
	json_write_bool(w, v);
}

void manage_put_path(struct json_writer *w, const char *key, struct path p)
{
	char text[PATH_TEXT_MAX];

	path_format(p, text);
	manage_put_text(w, key, text);
}

void manage_put_reason(struct json_writer *w, const char *key, enum reason reason, uint64_t when,
	const char *detail)
{
	if (reason == REASON_NONE)
		return;
	json_write_key(w, key);
	json_open_object(w);
	manage_put_text(w, "id", reason_id(reason));
	manage_put_text(w, "text", reason_text(reason));
	manage_put_text(w, "hint", reason_hint(reason));
	manage_put_int(w, "when", (int64_t)when);
	manage_put_text_if(w, "detail", detail);
	json_close_object(w);
}

void manage_write_warning(void *to, const struct manage_warning *warning)
{
	struct json_writer *w = to;

	json_open_object(w);
	manage_put_text(w, "code", reason_id(warning->reason));
	manage_put_text(w, "text", warning->text);
	manage_put_int(w, "since", (int64_t)warning->since);
	json_close_object(w);
}

void manage_put_state(struct json_writer *w, const struct manage *m)
{
	struct manage_state s = {0};

	m->ops->state(m->data, &s);
	json_write_key(w, "state");
	json_open_object(w);
	manage_put_text(w, "phase", s.phase);
	manage_put_text(w, "summary", s.summary);
	manage_put_int(w, "since", (int64_t)s.since);
	manage_put_text(w, "endpoint", s.endpoint);
	manage_put_text(w, "version", m->version);
	manage_put_text(w, "source", s.source);
	manage_put_int_if(w, "holdoff_left", s.holdoff_left);
	manage_put_text_if(w, "next", s.next);
	manage_put_int_if(w, "next_in", s.next_in);
	manage_put_int(w, "servers_registered", (int64_t)s.servers_registered);
	manage_put_int(w, "servers_total", (int64_t)s.servers_total);
	manage_put_int(w, "config_generation", s.config_generation);
	manage_put_bool(w, "needs_person", s.needs_person);
	json_write_key(w, "warnings");
	json_open_array(w);
	m->ops->warnings(m->data, manage_write_warning, w);
	json_close_array(w);
	json_close_object(w);
}

void manage_write_server(void *to, const struct manage_server *s)
{
	struct json_writer *w = to;

	json_open_object(w);
	if (s->ssid > 0)
		manage_put_int(w, "ssid", s->ssid);
	manage_put_bool(w, "bootstrap", s->ssid == 0);
	manage_put_text(w, "uri", s->uri);
	manage_put_text(w, "security", s->security);
	manage_put_text_if(w, "key", s->key);
	manage_put_text(w, "state", s->state);
	manage_put_int_if(w, "lifetime", s->lifetime);
	manage_put_int_if(w, "expires_in", s->expires_in);
	if (s->next_action) {
		manage_put_text(w, "next_action", s->next_action);
		manage_put_int_if(w, "next_action_in", s->next_action_in);
	}
	manage_put_reason(w, "last_error", s->last_error, s->last_error_when, s->last_error_detail);
	if (s->ssid > 0)
		manage_put_int(w, "observations", (int64_t)s->observations);
	manage_put_text_if(w, "peer", s->peer);
	manage_put_text_if(w, "lwm2m", s->version);
	json_close_object(w);
}

void manage_write_step(void *to, const struct manage_step *s)
{
	struct json_writer *w = to;

	json_open_object(w);
	manage_put_int(w, "seq", (int64_t)s->seq);
	manage_put_int(w, "when", (int64_t)s->when);
	manage_put_text(w, "stage", s->stage);
	if (s->ssid > 0)
		manage_put_int(w, "ssid", s->ssid);
	manage_put_text(w, "result", s->result);
	manage_put_text(w, "detail", s->detail);
	manage_put_reason(w, "reason", s->reason, s->when, NULL);
	manage_put_int(w, "repeats", s->repeats);
	manage_put_bool(w, "over", s->is_over);
	json_close_object(w);
}

void manage_write_advice(void *to, const struct manage_advice *a)
{
	struct json_writer *w = to;

	json_open_object(w);
	manage_put_text(w, "why", a->why);
	manage_put_text(w, "try", a->hint);
	manage_put_text(w, "reason", reason_id(a->reason));
	json_close_object(w);
}

static const char *type_name(enum value_type type)
{
	static const char *const names[] = {
		[VALUE_NONE] = "none",
		[VALUE_STRING] = "string",
		[VALUE_INTEGER] = "int",
		[VALUE_UNSIGNED] = "uint",
		[VALUE_FLOAT] = "float",
		[VALUE_BOOLEAN] = "bool",
		[VALUE_OPAQUE] = "opaque",
		[VALUE_TIME] = "time",
		[VALUE_OBJLNK] = "objlnk",
		[VALUE_CORELNK] = "corelnk",
	};

	return names[type];
}

void manage_write_value(void *to, const struct manage_value *v)
{
	_cleanup_(buf_done) struct buf text = {.max = VARLINK_REPLY_MAX};
	struct json_writer *w = to;
	struct writer plain = writer_to(&text);

	json_open_object(w);
	manage_put_path(w, "path", v->path);
	manage_put_text(w, "type", type_name(v->value.type));
	if (!v->is_hidden && v->value.type != VALUE_NONE) {
		text_from_value(&v->value, &plain);
		if (plain.err == 0) {
			json_write_key(w, "value");
			json_write_text(w, buf_span(&text));
		}
	}
	manage_put_text_if(w, "name", v->name);
	json_close_object(w);
}

void manage_write_instance(void *to, const struct manage_instance *i)
{
	struct json_writer *w = to;
	char version[8];

	snprintf(version, sizeof version, "%u.%u", i->major, i->minor);
	json_open_object(w);
	manage_put_path(w, "path", i->path);
	manage_put_text(w, "owner", i->owner);
	manage_put_text(w, "version", version);
	manage_put_text_if(w, "name", i->name);
	json_close_object(w);
}

void manage_put_advice(struct json_writer *w, const struct manage *m)
{
	json_write_key(w, "advice");
	json_open_array(w);
	m->ops->advice(m->data, manage_write_advice, w);
	json_close_array(w);
}

void manage_write_observation(void *to, const struct manage_observation *o)
{
	struct json_writer *w = to;

	json_open_object(w);
	manage_put_int(w, "ssid", o->ssid);
	json_write_key(w, "paths");
	json_open_array(w);
	for (size_t i = 0; i < o->n_paths; i++) {
		char text[PATH_TEXT_MAX];

		path_format(o->paths[i], text);
		json_write_text(w, span_of_text(text));
	}
	json_close_array(w);
	manage_put_text(w, "attributes", o->attributes);
	manage_put_int_if(w, "notified", o->notified);
	manage_put_int(w, "stored", (int64_t)o->stored);
	json_close_object(w);
}
