#include "daemon/binding.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "codec/text.h"
#include "conf/literal.h"
#include "daemon/sample.h"

const char *binding_path(const struct binding *b, char room[PATH_TEXT_MAX])
{
	path_format(b->conf->path, room);
	return room;
}

/* --- values ----------------------------------------------------------------------------------- */

int binding_put(struct binding *b, const struct value *v)
{
	struct resources *r = b->owner;
	bool was_own = r->is_own;

	r->is_own = true;

	int e = model_set(r->env.model, b->conf->path, v);

	r->is_own = was_own;
	if (e == 0)
		b->valid_at = resources_now(r);
	return e;
}

void binding_drop(struct binding *b)
{
	struct resources *r = b->owner;
	bool was_own = r->is_own;

	r->is_own = true;
	model_delete(r->env.model, b->conf->path);
	r->is_own = was_own;
	b->valid_at = 0;
}

static void tell_failure(struct binding *b, const char *why)
{
	char path[PATH_TEXT_MAX];

	if (!b->has_failed)
		log_fields(LOG_WARNING,
			&(const struct log_fields){
				.server = LOG_SERVER_NONE, .path = binding_path(b, path)},
			"%s has no new value: %s", path, why);
	b->has_failed = true;
}

static void tell_recovery(struct binding *b)
{
	char path[PATH_TEXT_MAX];

	if (b->has_failed)
		LOG(LOG_NOTICE, "%s has values again", binding_path(b, path));
	b->has_failed = false;
}

/* A text from outside becomes the value. The old one stays for as long as max_age allows. */
static void take_sample(struct binding *b, struct buf *text)
{
	_cleanup_(buf_done) struct buf room = {.max = SAMPLE_MAX};
	char why[SAMPLE_WHY_MAX] = "out of memory";
	struct value v;
	int e = sample_parse(b->conf, text, &room, &v, why);

	if (e == 0) {
		e = binding_put(b, &v);
		if (e < 0)
			snprintf(why, sizeof why, "the definition does not allow it");
	}
	if (e < 0)
		tell_failure(b, why);
	else
		tell_recovery(b);
}

static void read_file(struct binding *b)
{
	_cleanup_(buf_done) struct buf text = {0};
	char why[SAMPLE_WHY_MAX];

	b->looked_at = resources_now(b->owner);
	if (sample_read(b->conf->file, &text, why) < 0) {
		tell_failure(b, why);
		/* a file that is gone has no value, not an old one */
		if (!b->conf->has_max_age)
			binding_drop(b);
		return;
	}
	take_sample(b, &text);
}

static void on_read_done(void *data, const struct program_result *result)
{
	struct binding *b = data;
	_cleanup_(buf_done) struct buf text = {.max = SAMPLE_MAX + 1};

	b->reading = NULL;
	if (result->end != PROGRAM_EXITED || result->status != 0)
		tell_failure(b, result->text);
	else if (buf_set(&text, result->output) < 0)
		tell_failure(b, "out of memory");
	else
		take_sample(b, &text);
}

static void run_command(struct binding *b)
{
	char path[PATH_TEXT_MAX];
	struct program_job job = {.argv = b->conf->command,
		.path = binding_path(b, path),
		.timeout = b->conf->timeout,
		.data = b,
		.done = on_read_done};

	b->looked_at = resources_now(b->owner);
	if (b->reading)
		return;

	int e = programs_run(b->owner->env.programs, &job, &b->reading);

	if (e < 0)
		tell_failure(b, e == -EBUSY ? "too many programs wait" : strerror(-e));
}

void binding_look(struct binding *b)
{
	if (b->conf->source == SOURCE_FILE)
		read_file(b);
	else if (b->conf->source == SOURCE_COMMAND)
		run_command(b);
}

/* --- ages ------------------------------------------------------------------------------------ */

bool binding_is_polled(const struct binding *b)
{
	return b->conf->source == SOURCE_FILE || b->conf->source == SOURCE_COMMAND;
}

uint64_t binding_expires(const struct binding *b)
{
	uint64_t at;

	if (!b->conf->has_max_age || b->valid_at == 0 ||
		__builtin_add_overflow(b->valid_at, b->conf->max_age, &at))
		return USEC_NEVER;
	return at;
}

uint64_t binding_due(const struct binding *b)
{
	uint64_t age = binding_expires(b);
	uint64_t poll = binding_is_polled(b) ? b->looked_at + b->conf->poll : USEC_NEVER;

	return age < poll ? age : poll;
}

/* --- what servers write ----------------------------------------------------------------------- */

static int value_text(const struct binding *b, struct buf *ret)
{
	struct writer w = writer_to(ret);
	struct value v;
	int e = model_get(b->owner->env.model, b->conf->path, &v);

	if (e < 0)
		return e;
	if (value_has_bytes(v.type))
		return buf_append(ret, v.bytes);
	text_from_value(&v, &w);
	return w.err;
}

/* What the program last took is the value again. */
static void put_back(struct binding *b)
{
	_cleanup_(buf_done) struct buf room = {.max = SAMPLE_MAX};
	struct value v = {.type = b->conf->type, .bytes = buf_span(&b->accepted)};
	int e = b->has_accepted ? 0 : -ENOENT;

	if (e == 0 && !value_has_bytes(b->conf->type))
		e = literal_parse(buf_span(&b->accepted), b->conf->type, &room, &v);
	if (e == 0)
		e = binding_put(b, &v);
	if (e < 0)
		binding_drop(b);
}

void binding_accept(struct binding *b)
{
	b->accepted.max = SAMPLE_MAX;
	buf_truncate(&b->accepted, 0);
	b->has_accepted = b->conf->on_write && value_text(b, &b->accepted) == 0;
}

static void on_write_done(void *data, const struct program_result *result)
{
	struct binding *b = data;
	char path[PATH_TEXT_MAX];

	b->writing = NULL;
	if (b->is_unwritten) {
		binding_write(b);
		return;
	}
	if (result->end == PROGRAM_EXITED && result->status == 0) {
		binding_accept(b);
		return;
	}
	log_fields(LOG_WARNING,
		&(const struct log_fields){
			.server = LOG_SERVER_NONE, .path = binding_path(b, path)},
		"the program of %s did not take the value, the former one is back: %s", path,
		result->text);
	put_back(b);
	resources_touch(b->owner);
}

void binding_write(struct binding *b)
{
	struct resources *r = b->owner;
	_cleanup_(buf_done) struct buf text = {.max = SAMPLE_MAX};
	char path[PATH_TEXT_MAX];
	int e;

	b->is_unwritten = b->writing;
	if (b->writing)
		return;
	e = value_text(b, &text);
	if (e == -ENOENT)
		return;
	if (e == 0)
		e = programs_run(r->env.programs,
			&(const struct program_job){.argv = b->conf->on_write,
				.input = buf_span(&text),
				.path = binding_path(b, path),
				.short_server_id = r->server,
				.timeout = b->conf->timeout,
				.data = b,
				.done = on_write_done},
			&b->writing);
	if (e == 0)
		return;
	LOG(LOG_WARNING, "the program of %s cannot be started, the former value is back: %s",
		binding_path(b, path), strerror(-e));
	put_back(b);
}
