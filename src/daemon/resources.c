#include "daemon/resources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "conf/literal.h"
#include "daemon/binding.h"
#include "daemon/catalog.h"
#include "daemon/sample.h"

/* How old the value of a file may be when it is read. */
#define FILE_FRESH USEC_PER_SEC
#define SAVE_DELAY (2 * USEC_PER_SEC)
#define ACCURACY (100 * USEC_PER_MSEC)

uint64_t resources_now(const struct resources *r)
{
	return clock_now(r->env.clock);
}

/* The first at or behind p. */
static size_t search(const struct resources *r, struct path p)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (path_compare(r->binding[middle].conf->path, p) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct binding *resources_find(const struct resources *r, struct path p)
{
	size_t at = search(r, p);

	return at < r->n && path_is_equal(r->binding[at].conf->path, p) ? &r->binding[at] : NULL;
}

/* --- what becomes due ------------------------------------------------------------------------- */

static void arm(struct resources *r)
{
	uint64_t due = USEC_NEVER;

	for (size_t i = 0; i < r->n_watched; i++)
		if (r->watched[i]->due < due)
			due = r->watched[i]->due;
	r->env.loop->arm(r->poll, due, ACCURACY);
}

static void on_poll(void *data)
{
	struct resources *r = data;
	uint64_t at = resources_now(r);

	/* a bootstrap session is open: what is set now might be rolled back */
	if (model_in_transaction(r->env.model)) {
		r->env.loop->arm(r->poll, at + USEC_PER_SEC, ACCURACY);
		return;
	}
	for (size_t i = 0; i < r->n_watched; i++) {
		struct binding *b = r->watched[i];

		if (b->due > at)
			continue;
		if (binding_is_polled(b) && b->looked_at + b->conf->poll <= at)
			binding_look(b);
		if (binding_expires(b) <= at)
			binding_drop(b);
		b->due = binding_due(b);
	}
	arm(r);
}

/* A value came or went otherwise: its age counts anew. */
static void renew(struct binding *b)
{
	if (!b->is_watched)
		return;
	b->due = binding_due(b);
	arm(b->owner);
}

/* --- hooks of the objects --------------------------------------------------------------------- */

static void refresh_one(struct binding *b)
{
	uint64_t at = resources_now(b->owner);

	if (b->conf->source == SOURCE_FILE &&
		(b->looked_at == 0 || at - b->looked_at >= FILE_FRESH))
		binding_look(b);
	if (binding_expires(b) <= at)
		binding_drop(b);
}

static void refresh(void *data, struct model *m, struct path target)
{
	struct resources *r = data;
	/* of one instance of a resource that has several, all are looked at: they are few */
	struct path from = path_parent(target, target.depth < 3 ? target.depth : 3);

	if (model_in_transaction(m) || r->n_watched == 0)
		return;
	for (size_t i = search(r, from); i < r->n; i++) {
		if (!path_contains(from, r->binding[i].conf->path))
			break;
		if (r->binding[i].is_watched)
			refresh_one(&r->binding[i]);
	}
}

/* Who observes is told of what the polls find and others set. */
static bool needs_look(void *data, struct path target)
{
	(void)data, (void)target;
	return false;
}

/* A resource of an instance that the configuration binds is written only as it says. */
static int check(void *data, const struct model *m, struct path resource, const struct value *v)
{
	struct resources *r = data;
	size_t at = search(r, path_parent(resource, 2));

	(void)v;
	if (model_origin(m, path_parent(resource, 2)) == ORIGIN_SERVER)
		return 0;
	for (; at < r->n && path_contains(path_parent(resource, 2), r->binding[at].conf->path);
		at++)
		if (path_contains(path_parent(resource, 3), r->binding[at].conf->path) &&
			(r->binding[at].conf->is_writable || r->binding[at].conf->on_write))
			return 0;
	return -EOPNOTSUPP;
}

static void on_execute_done(void *data, const struct program_result *result)
{
	struct binding *b = data;
	char path[PATH_TEXT_MAX];

	b->executing = NULL;
	if (result->end != PROGRAM_EXITED || result->status != 0)
		log_fields(LOG_WARNING,
			&(const struct log_fields){
				.server = LOG_SERVER_NONE, .path = binding_path(b, path)},
			"the program of %s failed: %s", path, result->text);
}

static int execute(
	void *data, struct model *m, uint16_t ssid, struct path resource, struct span args)
{
	struct resources *r = data;
	struct binding *b = resources_find(r, resource);
	char path[PATH_TEXT_MAX];

	(void)m;
	if (!b || !b->conf->on_execute)
		return -EOPNOTSUPP;
	if (b->executing)
		return -EBUSY;
	return programs_run(r->env.programs,
		&(const struct program_job){.argv = b->conf->on_execute,
			.input = args,
			.path = binding_path(b, path),
			.short_server_id = ssid,
			.timeout = b->conf->timeout,
			.data = b,
			.done = on_execute_done},
		&b->executing);
}

static const struct object_hooks hooks = {
	.refresh = refresh, .needs_look = needs_look, .check = check, .execute = execute};

/* --- what servers write and others set ---------------------------------------------------------
 */

void resources_touch(struct resources *r)
{
	/* not later with each change: a server that writes all the time must not put it off */
	if (r->is_dirty)
		return;
	r->is_dirty = true;
	r->env.loop->arm(r->save, resources_now(r) + SAVE_DELAY, ACCURACY);
}

static void written(struct binding *b)
{
	b->valid_at =
		model_exists(b->owner->env.model, b->conf->path) ? resources_now(b->owner) : 0;
	renew(b);
	if (b->conf->store)
		resources_touch(b->owner);
	if (b->conf->on_write)
		binding_write(b);
}

void resources_serve(struct resources *r, uint16_t short_server_id)
{
	r->server = short_server_id;
}

void resources_changed(struct resources *r, struct path p, enum model_change what)
{
	if (!r || r->is_own || !catalog_has(r->catalog, p.id[0]))
		return;
	if (what != MODEL_WRITTEN || model_origin(r->env.model, path_parent(p, 2)) == ORIGIN_SERVER)
		resources_touch(r);
	for (size_t i = search(r, p); what == MODEL_WRITTEN && i < r->n; i++) {
		if (!path_contains(p, r->binding[i].conf->path))
			break;
		written(&r->binding[i]);
	}
}

int resources_set(struct resources *r, struct path p, const char *text)
{
	_cleanup_(buf_done) struct buf room = {.max = SAMPLE_MAX};
	struct binding *b = resources_find(r, p);
	struct value v;

	if (!b)
		return -ENOENT;
	if (b->conf->source != SOURCE_SET)
		return -EPERM;

	int e = literal_parse(span_of_text(text), b->conf->type, &room, &v);

	if (e == 0)
		e = binding_put(b, &v);
	if (e < 0)
		return e;
	renew(b);
	binding_accept(b);
	if (b->conf->store)
		resources_touch(r);
	return 0;
}

/* --- over restarts ---------------------------------------------------------------------------- */

void resources_flush(struct resources *r)
{
	if (!r->is_dirty || !r->env.keeper || model_in_transaction(r->env.model))
		return;
	r->is_dirty = false;
	kept_save(r);
}

static void on_save(void *data)
{
	struct resources *r = data;

	resources_flush(r);
	if (r->is_dirty)
		r->env.loop->arm(r->save, resources_now(r) + SAVE_DELAY, ACCURACY);
}

/* --- the configuration ------------------------------------------------------------------------ */

static void binding_done(struct binding *b)
{
	program_cancel(b->reading);
	program_forget(b->writing);
	program_forget(b->executing);
	buf_done(&b->accepted);
}

static bool is_text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_command_equal(char *const *a, char *const *b)
{
	for (; a && b && *a && *b; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return (!a || !*a) == (!b || !*b) && (a && b ? !*a && !*b : !a && !b);
}

static bool is_source_equal(const struct conf_resource *a, const struct conf_resource *b)
{
	return a->source == b->source && a->type == b->type && a->has_value == b->has_value &&
	       (!a->has_value || value_is_equal(&a->value, &b->value)) &&
	       is_text_equal(a->file, b->file) && is_text_equal(a->match, b->match) &&
	       a->scale == b->scale && a->offset == b->offset &&
	       is_command_equal(a->command, b->command);
}

static int start_binding(struct binding *b, bool is_kept)
{
	struct model *m = b->owner->env.model;
	struct path instance = path_parent(b->conf->path, 2);
	int e = model_exists(m, instance) ? 0 : model_create(m, instance, ORIGIN_NONE);

	if (e < 0)
		return e;
	/* an instance that a server made is the configuration's from now on */
	e = model_set_origin(m, instance, ORIGIN_NONE);
	if (e == 0 && b->conf->has_value && !(is_kept && model_exists(m, b->conf->path)))
		e = binding_put(b, &b->conf->value);
	if (e < 0)
		return e;
	binding_accept(b);
	if (!is_kept || b->looked_at == 0)
		binding_look(b);
	b->is_watched = binding_is_polled(b) || b->conf->has_max_age;
	b->due = binding_due(b);
	return 0;
}

/* What an old binding knows goes to its successor. */
static bool take_over(struct binding *b, struct binding *old)
{
	if (!old || !is_source_equal(old->conf, b->conf))
		return false;
	b->looked_at = old->reading ? 0 : old->looked_at;
	b->valid_at = old->valid_at;
	b->has_failed = old->has_failed;
	return true;
}

/* Resources that are bound no longer go, and instances in which nothing is bound. */
static void drop_unbound(struct resources *r, const struct binding *old, size_t n)
{
	r->is_own = true;
	for (size_t i = 0; i < n; i++) {
		struct path p = old[i].conf->path, instance = path_parent(p, 2);
		size_t at = search(r, instance);

		if (!resources_find(r, p))
			model_delete(r->env.model, p);
		if (at == r->n || !path_contains(instance, r->binding[at].conf->path))
			model_delete(r->env.model, instance);
	}
	r->is_own = false;
}

static int make_watched(struct resources *r)
{
	struct binding **watched = calloc(r->n + 1, sizeof *watched);

	/* those in the list are of the former configuration, also if there is no other list */
	free(r->watched);
	r->watched = watched;
	r->n_watched = 0;
	if (!watched)
		return -ENOMEM;
	for (size_t i = 0; i < r->n; i++)
		if (r->binding[i].is_watched)
			r->watched[r->n_watched++] = &r->binding[i];
	return 0;
}

static int replace(struct resources *r, const struct conf *conf, struct binding *fresh)
{
	struct binding *old = r->binding;
	size_t n_old = r->n, at = 0;
	int e = 0;

	r->n_watched = 0;
	r->binding = fresh;
	r->n = conf->n_resources;
	drop_unbound(r, old, n_old);
	r->conf = conf;
	for (size_t i = 0; i < r->n; i++) {
		struct binding *b = &r->binding[i];

		while (at < n_old && path_compare(old[at].conf->path, b->conf->path) < 0)
			at++;

		bool is_same = at < n_old && path_is_equal(old[at].conf->path, b->conf->path);

		int one = start_binding(b, take_over(b, is_same ? &old[at] : NULL));

		e = e < 0 ? e : one;
	}
	for (size_t i = 0; i < n_old; i++)
		binding_done(&old[i]);
	free(old);
	return e;
}

/* Nothing of the former configuration may be used any more. */
static void let_go(struct resources *r, const struct conf *conf)
{
	for (size_t i = 0; i < r->n; i++)
		binding_done(&r->binding[i]);
	free(r->binding);
	r->binding = NULL;
	r->n = r->n_watched = 0;
	r->conf = conf;
}

int resources_set_conf(struct resources *r, const struct conf *conf)
{
	struct binding *fresh = calloc(conf->n_resources + 1, sizeof *fresh);
	int e = fresh ? 0 : -ENOMEM;

	r->is_own = true;
	if (e == 0)
		e = catalog_set(r->catalog, conf);
	r->is_own = false;
	if (e < 0) {
		let_go(r, conf);
		free(fresh);
		return e;
	}
	for (size_t i = 0; i < conf->n_resources; i++) {
		fresh[i].conf = &conf->resources[i];
		fresh[i].owner = r;
	}
	e = replace(r, conf, fresh);
	if (e == 0 && !r->is_restored && r->env.keeper)
		kept_read(r);
	r->is_restored = true;

	int watched = make_watched(r);

	arm(r);
	return e < 0 ? e : watched;
}

/* --- life ------------------------------------------------------------------------------------- */

int resources_new(const struct resources_env *env, struct resources **ret)
{
	struct resources *r = calloc(1, sizeof *r);

	if (!r)
		return -ENOMEM;
	r->env = *env;

	int e = env->loop->timer(env->loop->impl, on_poll, r, &r->poll);

	if (e >= 0)
		e = env->loop->timer(env->loop->impl, on_save, r, &r->save);
	if (e >= 0)
		e = catalog_new(env->model, &hooks, r, &r->catalog);
	if (e < 0) {
		resources_free(r);
		return e;
	}
	*ret = r;
	return 0;
}

struct catalog *resources_take_catalog(struct resources *r)
{
	return r ? TAKE_PTR(r->catalog) : NULL;
}

struct resources *resources_free(struct resources *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < r->n; i++)
		binding_done(&r->binding[i]);
	free(r->binding);
	free(r->watched);
	r->env.loop->free_source(r->poll);
	r->env.loop->free_source(r->save);
	catalog_free(r->catalog);
	free(r);
	return NULL;
}
