#include "ctl/manage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "codec/text.h"
#include "ctl/manage_idl.h"
#include "ctl/varlink.h"

enum topic { TOPIC_EXPLAIN = 1, TOPIC_MONITOR };
enum kind { KIND_STATE = 1, KIND_SERVER = 2, KIND_STEP = 4, KIND_VALUE = 8, KIND_ALL = 15 };

enum { PATHS_MAX = 16 };

/* What one Monitor wants. */
struct wanted {
	unsigned kinds;
	struct path paths[PATHS_MAX];
	size_t n_paths;
};

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

/* --- members and types --------------------------------------------------------------------------
 */

static void put_text(struct json_writer *w, const char *key, const char *text)
{
	json_write_key(w, key);
	json_write_text(w, span_of_text(text));
}

static void put_text_if(struct json_writer *w, const char *key, const char *text)
{
	if (text && *text)
		put_text(w, key, text);
}

static void put_int(struct json_writer *w, const char *key, int64_t v)
{
	json_write_key(w, key);
	json_write_int(w, v);
}

static void put_int_if(struct json_writer *w, const char *key, int64_t v)
{
	if (v >= 0)
		put_int(w, key, v);
}

static void put_bool(struct json_writer *w, const char *key, bool v)
{
	json_write_key(w, key);
	json_write_bool(w, v);
}

static void put_path(struct json_writer *w, const char *key, struct path p)
{
	char text[PATH_TEXT_MAX];

	path_format(p, text);
	put_text(w, key, text);
}

static void put_reason(struct json_writer *w, const char *key, enum reason reason, uint64_t when,
	const char *detail)
{
	if (reason == REASON_NONE)
		return;
	json_write_key(w, key);
	json_open_object(w);
	put_text(w, "id", reason_id(reason));
	put_text(w, "text", reason_text(reason));
	put_text(w, "hint", reason_hint(reason));
	put_int(w, "when", (int64_t)when);
	put_text_if(w, "detail", detail);
	json_close_object(w);
}

static void write_warning(void *to, const struct manage_warning *warning)
{
	struct json_writer *w = to;

	json_open_object(w);
	put_text(w, "code", reason_id(warning->reason));
	put_text(w, "text", warning->text);
	put_int(w, "since", (int64_t)warning->since);
	json_close_object(w);
}

static void put_state(struct json_writer *w, const struct manage *m)
{
	struct manage_state s = {0};

	m->ops->state(m->data, &s);
	json_write_key(w, "state");
	json_open_object(w);
	put_text(w, "phase", s.phase);
	put_text(w, "summary", s.summary);
	put_int(w, "since", (int64_t)s.since);
	put_text(w, "endpoint", s.endpoint);
	put_text(w, "version", m->version);
	put_text(w, "source", s.source);
	put_int_if(w, "holdoff_left", s.holdoff_left);
	put_text_if(w, "next", s.next);
	put_int_if(w, "next_in", s.next_in);
	put_int(w, "servers_registered", (int64_t)s.servers_registered);
	put_int(w, "servers_total", (int64_t)s.servers_total);
	put_int(w, "config_generation", s.config_generation);
	put_bool(w, "needs_person", s.needs_person);
	json_write_key(w, "warnings");
	json_open_array(w);
	m->ops->warnings(m->data, write_warning, w);
	json_close_array(w);
	json_close_object(w);
}

static void write_server(void *to, const struct manage_server *s)
{
	struct json_writer *w = to;

	json_open_object(w);
	if (s->ssid > 0)
		put_int(w, "ssid", s->ssid);
	put_bool(w, "bootstrap", s->ssid == 0);
	put_text(w, "uri", s->uri);
	put_text(w, "security", s->security);
	put_text(w, "state", s->state);
	put_int_if(w, "lifetime", s->lifetime);
	put_int_if(w, "expires_in", s->expires_in);
	if (s->next_action) {
		put_text(w, "next_action", s->next_action);
		put_int_if(w, "next_action_in", s->next_action_in);
	}
	put_reason(w, "last_error", s->last_error, s->last_error_when, s->last_error_detail);
	put_text_if(w, "peer", s->peer);
	put_text_if(w, "lwm2m", s->version);
	json_close_object(w);
}

static void write_step(void *to, const struct manage_step *s)
{
	struct json_writer *w = to;

	json_open_object(w);
	put_int(w, "seq", (int64_t)s->seq);
	put_int(w, "when", (int64_t)s->when);
	put_text(w, "stage", s->stage);
	if (s->ssid > 0)
		put_int(w, "ssid", s->ssid);
	put_text(w, "result", s->result);
	put_text(w, "detail", s->detail);
	put_reason(w, "reason", s->reason, s->when, NULL);
	put_int(w, "repeats", s->repeats);
	put_bool(w, "over", s->is_over);
	json_close_object(w);
}

static void write_advice(void *to, const struct manage_advice *a)
{
	struct json_writer *w = to;

	json_open_object(w);
	put_text(w, "why", a->why);
	put_text(w, "try", a->hint);
	put_text(w, "reason", reason_id(a->reason));
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

static void write_value(void *to, const struct manage_value *v)
{
	_cleanup_(buf_done) struct buf text = {.max = VARLINK_REPLY_MAX};
	struct json_writer *w = to;
	struct writer plain = writer_to(&text);

	json_open_object(w);
	put_path(w, "path", v->path);
	put_text(w, "type", type_name(v->value.type));
	if (!v->is_hidden && v->value.type != VALUE_NONE) {
		text_from_value(&v->value, &plain);
		if (plain.err == 0) {
			json_write_key(w, "value");
			json_write_text(w, buf_span(&text));
		}
	}
	put_text_if(w, "name", v->name);
	json_close_object(w);
}

static void write_instance(void *to, const struct manage_instance *i)
{
	struct json_writer *w = to;
	char version[8];

	snprintf(version, sizeof version, "%u.%u", i->major, i->minor);
	json_open_object(w);
	put_path(w, "path", i->path);
	put_text(w, "owner", i->owner);
	put_text(w, "version", version);
	put_text_if(w, "name", i->name);
	json_close_object(w);
}

/* --- methods that look --------------------------------------------------------------------------
 */

static void get_status(void *data, struct varlink_call *call, const struct json *parameters)
{
	(void)parameters;
	put_state(varlink_reply(call), data);
	varlink_end(call);
}

static void list_servers(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct manage *m = data;
	struct json_writer *w = varlink_reply(call);

	(void)parameters;
	json_write_key(w, "servers");
	json_open_array(w);
	m->ops->servers(m->data, write_server, w);
	json_close_array(w);
	varlink_end(call);
}

static void answer_no_path(struct varlink_call *call, struct path p)
{
	put_path(varlink_error(call, "org.lwm2md.Manage.NoSuchPath"), "path", p);
	varlink_end(call);
}

static void ignore_instance(void *to, const struct manage_instance *i)
{
	(void)to;
	(void)i;
}

static void list_objects(void *data, struct varlink_call *call, const struct json *parameters)
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
	m->ops->instances(m->data, p, write_instance, w);
	json_close_array(w);
	varlink_end(call);
}

static void ignore_value(void *to, const struct manage_value *v)
{
	(void)to;
	(void)v;
}

static void read_values(void *data, struct varlink_call *call, const struct json *parameters)
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
	m->ops->values(m->data, p, write_value, w);
	json_close_array(w);
	varlink_end(call);
}

static void put_advice(struct json_writer *w, const struct manage *m)
{
	json_write_key(w, "advice");
	json_open_array(w);
	m->ops->advice(m->data, write_advice, w);
	json_close_array(w);
}

static void explain(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct manage *m = data;

	(void)parameters;
	if (varlink_wants_more(call))
		varlink_stream(call, TOPIC_EXPLAIN, NULL);

	struct json_writer *w = varlink_reply(call);

	put_state(w, m);
	json_write_key(w, "steps");
	json_open_array(w);
	m->ops->steps(m->data, write_step, w);
	json_close_array(w);
	put_advice(w, m);
	varlink_end(call);
}

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
	put_int(w, "when", (int64_t)(clock_realtime(m->clock) / USEC_PER_SEC));
	put_text(w, "kind", kind);
}

static void monitor(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct manage *m = data;
	struct wanted *wanted = calloc(1, sizeof *wanted);
	const char *wrong = wanted ? take_wanted(parameters, wanted) : NULL;

	if (!wanted) {
		put_text(varlink_error(call, "org.lwm2md.Manage.Unavailable"), "why",
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
	put_state(w, m);
	varlink_end(call);
}

static void get_metrics(void *data, struct varlink_call *call, const struct json *parameters)
{
	_cleanup_(buf_done) struct buf text = {0};
	struct manage *m = data;
	int r = m->ops->metrics(m->data, &text);

	(void)parameters;
	if (r < 0) {
		put_text(varlink_error(call, "org.lwm2md.Manage.Unavailable"), "why", strerror(-r));
	} else {
		struct json_writer *w = varlink_reply(call);

		put_text(w, "content_type", "text/plain; version=0.0.4; charset=utf-8");
		json_write_key(w, "text");
		json_write_text(w, buf_span(&text));
	}
	varlink_end(call);
}

/* --- methods that steer -------------------------------------------------------------------------
 */

static void steer(struct manage *m, struct varlink_call *call, enum manage_action action,
	uint16_t ssid, uint32_t seconds)
{
	const char *why = NULL;
	int r = m->ops->steer(m->data, action, ssid, seconds, &why);

	if (r == 0)
		varlink_reply(call);
	else if (r == -ENOENT)
		put_int(varlink_error(call, "org.lwm2md.Manage.NoSuchServer"), "ssid", ssid);
	else
		put_text(varlink_error(call, r == -EBUSY ? "org.lwm2md.Manage.Busy"
							 : "org.lwm2md.Manage.Unavailable"),
			"why", why ? why : strerror(-r));
	varlink_end(call);
}

static void bootstrap(void *data, struct varlink_call *call, const struct json *parameters)
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

static void do_register(void *data, struct varlink_call *call, const struct json *parameters)
{
	steer_server(data, call, MANAGE_REGISTER, parameters);
}

static void update(void *data, struct varlink_call *call, const struct json *parameters)
{
	steer_server(data, call, MANAGE_UPDATE, parameters);
}

static void deregister(void *data, struct varlink_call *call, const struct json *parameters)
{
	steer_server(data, call, MANAGE_DEREGISTER, parameters);
}

static void reset(void *data, struct varlink_call *call, const struct json *parameters)
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

static void reload(void *data, struct varlink_call *call, const struct json *parameters)
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
		put_int(varlink_reply(call), "generation", state.config_generation);
	} else {
		struct json_writer *w = varlink_error(call, "org.lwm2md.Manage.ConfigInvalid");

		if (lines.w.err == 0 && json_parse(buf_span(&problems), &list) < 0)
			list = NULL;
		json_write_key(w, "problems");
		json_write_value(w, list);
	}
	varlink_end(call);
}

/* clang-format off */
static const struct varlink_method methods[] = {
	{"GetStatus",   .answer = get_status},
	{"ListServers", .answer = list_servers},
	{"ListObjects", .parameters = {{"path", VARLINK_TEXT, true}}, .answer = list_objects},
	{"Read",        .parameters = {{"path", VARLINK_TEXT, false}}, .answer = read_values},
	{"Explain",     .answer = explain},
	{"Monitor",     .parameters = {{"kinds", VARLINK_TEXTS, true}, {"paths", VARLINK_TEXTS, true}},
		.is_stream = true, .answer = monitor},
	{"GetMetrics",  .answer = get_metrics},
	{"Bootstrap",   .parameters = {{"reason", VARLINK_TEXT, true}}, .is_steering = true, .answer = bootstrap},
	{"Register",    .parameters = {{"ssid", VARLINK_INT, true}}, .is_steering = true, .answer = do_register},
	{"Update",      .parameters = {{"ssid", VARLINK_INT, true}}, .is_steering = true, .answer = update},
	{"Deregister",  .parameters = {{"ssid", VARLINK_INT, true}, {"for", VARLINK_INT, true}},
		.is_steering = true, .answer = deregister},
	{"Reset",       .parameters = {{"what", VARLINK_TEXT, false}}, .is_steering = true, .answer = reset},
	{"Reload",      .is_steering = true, .answer = reload},
};
/* clang-format on */

/* --- news ----------------------------------------------------------------------------------------
 */

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
	write_server(only->w, s);
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
		put_state(w, news->m);
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
		write_step(w, news->step);
		break;
	case KIND_VALUE:
		begin_event(w, news->m, "value");
		json_write_key(w, "value");
		write_value(w, news->value);
		break;
	case KIND_ALL:
		return false;
	}
	if (lost > 0)
		put_int(w, "lost", (int64_t)lost);
	return true;
}

static bool write_explanation(void *data, void *user, uint64_t lost, struct json_writer *w)
{
	const struct news *news = data;

	(void)user;
	(void)lost;
	put_state(w, news->m);
	json_write_key(w, "steps");
	json_open_array(w);
	if (news->step)
		write_step(w, news->step);
	json_close_array(w);
	put_advice(w, news->m);
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

/* --- life ----------------------------------------------------------------------------------------
 */

int manage_new(const struct loop *loop, const struct clock *clock,
	const struct manage_settings *settings, const struct manage_ops *ops, void *data,
	struct manage **ret)
{
	struct manage *m = calloc(1, sizeof *m);

	if (!m)
		return -ENOMEM;
	m->clock = clock;
	m->ops = ops;
	m->data = data;
	m->version = settings->version;
	m->interface = (struct varlink_interface){.name = "org.lwm2md.Manage",
		.description = MANAGE_DESCRIPTION,
		.methods = methods,
		.n_methods = sizeof methods / sizeof *methods};
	m->settings = (struct varlink_settings){.path = settings->path,
		.mode = 0660,
		.vendor = "lwm2md",
		.product = "LwM2M client daemon",
		.version = settings->version,
		.url = PACKAGE_URL,
		.interface = &m->interface,
		.data = m,
		.has_admin_group = settings->has_admin_group,
		.admin_group = settings->admin_group};

	int r = varlink_new(loop, clock, &m->settings, &m->varlink);

	if (r < 0) {
		free(m);
		return r;
	}
	*ret = m;
	return 0;
}

struct manage *manage_free(struct manage *m)
{
	if (!m)
		return NULL;
	varlink_free(m->varlink);
	free(m);
	return NULL;
}

void manage_free_p(struct manage **m)
{
	*m = manage_free(*m);
}
