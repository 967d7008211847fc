#include <stdio.h>
#include <stdlib.h>

#include "ctl/manage_write.h"

enum kind { KIND_STATE = 1, KIND_SERVER = 2, KIND_STEP = 4, KIND_VALUE = 8, KIND_ALL = 15 };

enum { PATHS_MAX = 16 };

/* What one Monitor wants. */
struct wanted {
	unsigned kinds;
	struct path paths[PATHS_MAX];
	size_t n_paths;
};

static unsigned kind_of(struct span name)
{
	static const struct {
		const char *name;
		enum kind kind;
	} kinds[] = {{"state", KIND_STATE}, {"server", KIND_SERVER}, {"step", KIND_STEP},
		{"value", KIND_VALUE}};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (span_is_text(name, kinds[i].name))
			return kinds[i].kind;
	return 0;
}

/* The parameter that is wrong, or NULL. */
static const char *take_wanted(const struct json *parameters, struct wanted *ret)
{
	const struct json *kinds = json_member(parameters, "kinds");
	const struct json *paths = json_member(parameters, "paths");

	for (size_t i = 0; i < json_count(kinds); i++) {
		unsigned kind = kind_of(json_text(json_item(kinds, i)));

		if (kind == 0)
			return "kinds";
		ret->kinds |= kind;
	}
	if (!kinds)
		ret->kinds = KIND_ALL;
	for (size_t i = 0; i < json_count(paths); i++)
		if (ret->n_paths == PATHS_MAX ||
			path_parse(json_text(json_item(paths, i)), &ret->paths[ret->n_paths++]) < 0)
			return "paths";
	return NULL;
}

static void begin_event(struct json_writer *w, const struct manage *m, const char *kind)
{
	manage_put_int(w, "when", (int64_t)(clock_realtime(m->clock) / USEC_PER_SEC));
	manage_put_text(w, "kind", kind);
}

void manage_monitor(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct manage *m = data;
	struct wanted *wanted = calloc(1, sizeof *wanted);
	const char *wrong = wanted ? take_wanted(parameters, wanted) : NULL;

	if (!wanted) {
		manage_put_text(varlink_error(call, "org.lwm2md.Manage.Unavailable"), "why",
			"there is no memory");
		varlink_end(call);
		return;
	}
	if (wrong) {
		free(wanted);
		varlink_invalid(call, wrong);
		return;
	}
	varlink_stream(call, TOPIC_MONITOR, wanted);

	struct json_writer *w = varlink_reply(call);

	begin_event(w, m, "state");
	manage_put_state(w, m);
	varlink_end(call);
}

void manage_explain(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct manage *m = data;

	(void)parameters;
	if (varlink_wants_more(call))
		varlink_stream(call, TOPIC_EXPLAIN, NULL);

	struct json_writer *w = varlink_reply(call);

	manage_put_state(w, m);
	json_write_key(w, "steps");
	json_open_array(w);
	m->ops->steps(m->data, manage_write_step, w);
	json_close_array(w);
	manage_put_advice(w, m);
	varlink_end(call);
}

struct news {
	const struct manage *m;
	enum kind kind;
	uint16_t ssid;
	const struct manage_step *step;
	const struct manage_value *value;
};

struct only {
	struct json_writer *w;
	uint16_t ssid;
	bool is_found;
};

static void write_only(void *to, const struct manage_server *s)
{
	struct only *only = to;

	if (s->ssid != only->ssid)
		return;
	json_write_key(only->w, "server");
	manage_write_server(only->w, s);
	only->is_found = true;
}

static bool is_wanted(const struct wanted *wanted, const struct news *news)
{
	if (!(wanted->kinds & news->kind))
		return false;
	if (news->kind != KIND_VALUE || wanted->n_paths == 0)
		return true;
	for (size_t i = 0; i < wanted->n_paths; i++)
		if (path_contains(wanted->paths[i], news->value->path))
			return true;
	return false;
}

static bool write_event(void *data, void *user, uint64_t lost, struct json_writer *w)
{
	const struct news *news = data;
	struct only only = {.w = w, .ssid = news->ssid};

	if (!is_wanted(user, news))
		return false;
	switch (news->kind) {
	case KIND_STATE:
		begin_event(w, news->m, "state");
		manage_put_state(w, news->m);
		break;
	case KIND_SERVER:
		begin_event(w, news->m, "server");
		news->m->ops->servers(news->m->data, write_only, &only);
		if (!only.is_found)
			return false;
		break;
	case KIND_STEP:
		begin_event(w, news->m, "step");
		json_write_key(w, "step");
		manage_write_step(w, news->step);
		break;
	case KIND_VALUE:
		begin_event(w, news->m, "value");
		json_write_key(w, "value");
		manage_write_value(w, news->value);
		break;
	case KIND_ALL:
		return false;
	}
	if (lost > 0)
		manage_put_int(w, "lost", (int64_t)lost);
	return true;
}

static bool write_explanation(void *data, void *user, uint64_t lost, struct json_writer *w)
{
	const struct news *news = data;

	(void)user;
	(void)lost;
	manage_put_state(w, news->m);
	json_write_key(w, "steps");
	json_open_array(w);
	if (news->step)
		manage_write_step(w, news->step);
	json_close_array(w);
	manage_put_advice(w, news->m);
	return true;
}

void manage_tell_step(struct manage *m, const struct manage_step *step)
{
	struct news news = {.m = m, .kind = KIND_STEP, .step = step};

	if (!m)
		return;
	varlink_publish(m->varlink, TOPIC_MONITOR, write_event, &news);
	varlink_publish(m->varlink, TOPIC_EXPLAIN, write_explanation, &news);
}

void manage_tell_state(struct manage *m)
{
	struct news news = {.m = m, .kind = KIND_STATE};
	char text[sizeof m->told];
	struct manage_state s = {0};

	if (!m)
		return;
	m->ops->state(m->data, &s);
	snprintf(text, sizeof text, "%s %zu %zu %u %s", s.phase, s.servers_registered,
		s.servers_total, s.config_generation, s.source);
	if (strcmp(text, m->told) == 0)
		return;
	memcpy(m->told, text, sizeof text);
	varlink_publish(m->varlink, TOPIC_MONITOR, write_event, &news);
	varlink_publish(m->varlink, TOPIC_EXPLAIN, write_explanation, &news);
}

void manage_tell_server(struct manage *m, uint16_t ssid)
{
	struct news news = {.m = m, .kind = KIND_SERVER, .ssid = ssid};

	if (m)
		varlink_publish(m->varlink, TOPIC_MONITOR, write_event, &news);
}

void manage_tell_value(struct manage *m, const struct manage_value *value)
{
	struct news news = {.m = m, .kind = KIND_VALUE, .value = value};

	if (m)
		varlink_publish(m->varlink, TOPIC_MONITOR, write_event, &news);
}

bool manage_is_followed(const struct manage *m)
{
	return m && varlink_has_stream(m->varlink, TOPIC_MONITOR);
}
