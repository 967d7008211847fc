#include "daemon/reporter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

/* Lost notifications are told together: the first at once, later ones after this time. */
#define DROPPED_TELL_TIME (60 * USEC_PER_SEC)
#define SAVE_DELAY (1 * USEC_PER_SEC)
/* Servers may observe thousands of values: so many lines in this time, then their number. */
#define ADDED_TELL_TIME (60 * USEC_PER_SEC)
enum { ADDED_LINES_MAX = 20 };

/* What was lost of one server since it was told last. */
struct loss {
	uint16_t short_server_id;
	size_t n;
	uint64_t told; /* 0: never */
};

struct reporter {
	struct reporter_env env;
	struct observe *observe;
	struct servers *servers;
	struct loop_source *timer, *save, *tell, *many;
	struct {
		uint64_t since; /* of the first line */
		size_t n;	/* lines and what was not told */
	} added;
	struct loss *losses;
	size_t n_losses;
	bool is_loading; /* what is loaded is no news */
	bool is_dirty;
};

static uint64_t now(const struct reporter *r)
{
	return clock_now(r->env.clock);
}

/* --- what observations ask for
 * -------------------------------------------------------------------- */

static int send(void *data, const struct observe_notice *notice)
{
	struct reporter *r = data;
	struct server_link *l =
		r->servers ? servers_find(r->servers, notice->short_server_id) : NULL;

	return l ? server_link_notify(l, notice) : -ENOTCONN;
}

static void arm(void *data, uint64_t at)
{
	struct reporter *r = data;

	r->env.loop->arm(r->timer, at, USEC_PER_MSEC);
}

static void on_due(void *data)
{
	struct reporter *r = data;

	observe_step(r->observe);
}

/* An Update finds out whether the server is still there, and wakes one that sleeps. */
static void unreachable(void *data, uint16_t short_server_id)
{
	struct reporter *r = data;
	const struct server_link *l = r->servers ? servers_find(r->servers, short_server_id) : NULL;

	/* LwM2M 1.0: what falls into the sleep waits for the Update that ends it (TS 1.0, 8.3) */
	if (!l || (reg_version(server_link_reg(l)) == LWM2M_1_0 && !server_link_is_awake(l)))
		return;
	servers_trigger_update(r->servers, short_server_id);
}

/* Whether there is room for one more line. */
static bool may_tell_added(struct reporter *r)
{
	if (r->added.n > 0 && now(r) >= r->added.since + ADDED_TELL_TIME)
		r->added.n = 0;
	if (r->added.n == 0)
		r->added.since = now(r);
	if (++r->added.n <= ADDED_LINES_MAX)
		return true;
	if (r->added.n == ADDED_LINES_MAX + 1)
		r->env.loop->arm(r->many, r->added.since + ADDED_TELL_TIME, USEC_PER_SEC);
	return false;
}

static void on_many(void *data)
{
	struct reporter *r = data;

	if (r->added.n > ADDED_LINES_MAX)
		LOG_EV(LOG_INFO, ({.id = LOG_ID_OBSERVATION_ADDED, .server = LOG_SERVER_NONE}),
			"%zu more observation(s) in the last minute", r->added.n - ADDED_LINES_MAX);
	r->added.n = 0;
}

static void added(void *data, const struct observe_info *info)
{
	struct reporter *r = data;
	char path[PATH_TEXT_MAX];

	if (r->is_loading || !may_tell_added(r))
		return;
	path_format(observe_info_path(info, 0), path);
	if (info->n_paths == 1)
		LOG_EV(LOG_INFO,
			({.id = LOG_ID_OBSERVATION_ADDED, .server = info->short_server_id}),
			"server %u observes %s", info->short_server_id, path);
	else
		LOG_EV(LOG_INFO,
			({.id = LOG_ID_OBSERVATION_ADDED, .server = info->short_server_id}),
			"server %u observes %s and %zu other path(s) together",
			info->short_server_id, path, info->n_paths - 1);
}

/* --- what was lost
 * -------------------------------------------------------------------------------- */

static struct loss *loss_of(struct reporter *r, uint16_t short_server_id)
{
	for (size_t i = 0; i < r->n_losses; i++)
		if (r->losses[i].short_server_id == short_server_id)
			return &r->losses[i];

	struct loss *losses = realloc(r->losses, (r->n_losses + 1) * sizeof *losses);

	if (!losses)
		return NULL;
	r->losses = losses;
	losses[r->n_losses] = (struct loss){.short_server_id = short_server_id};
	return &losses[r->n_losses++];
}

static void on_tell(void *data)
{
	struct reporter *r = data;
	uint64_t next = USEC_NEVER;

	for (size_t i = 0; i < r->n_losses; i++) {
		struct loss *l = &r->losses[i];

		if (l->n == 0)
			continue;
		if (l->told && now(r) < l->told + DROPPED_TELL_TIME) {
			next = l->told + DROPPED_TELL_TIME < next ? l->told + DROPPED_TELL_TIME
								  : next;
			continue;
		}
		LOG_EV(LOG_WARNING,
			({.id = LOG_ID_NOTIFICATIONS_DROPPED, .server = l->short_server_id}),
			"%zu notification(s) to server %u dropped: more than may be stored", l->n,
			l->short_server_id);
		l->n = 0;
		l->told = now(r);
	}
	r->env.loop->arm(r->tell, next, USEC_PER_SEC);
}

static void dropped(void *data, uint16_t short_server_id, size_t n)
{
	struct reporter *r = data;
	struct loss *l = loss_of(r, short_server_id);

	if (!l)
		return;
	l->n += n;
	r->env.loop->arm(
		r->tell, l->told ? l->told + DROPPED_TELL_TIME : now(r) + SAVE_DELAY, USEC_PER_SEC);
}

/* --- state
 * ---------------------------------------------------------------------------------------- */

static void touched(void *data)
{
	struct reporter *r = data;

	if (r->is_loading || r->is_dirty)
		return;
	r->is_dirty = true;
	r->env.loop->arm(r->save, now(r) + SAVE_DELAY, USEC_PER_MSEC);
}

void reporter_flush(struct reporter *r)
{
	_cleanup_(buf_done) struct buf state = {0};

	if (!r->is_dirty)
		return;
	r->is_dirty = false;
	if (attributes_count(observe_attributes(r->observe)) == 0 ||
		attributes_save(observe_attributes(r->observe), &state) == 0)
		keeper_save_attributes(r->env.keeper, buf_span(&state));
}

static void on_save(void *data)
{
	reporter_flush(data);
}

void reporter_load_attributes(struct reporter *r)
{
	_cleanup_(buf_done) struct buf state = {0};

	if (keeper_read_attributes(r->env.keeper, &state) < 0)
		return;
	if (attributes_load(observe_attributes(r->observe), buf_span(&state)) < 0)
		keeper_refuse_attributes(r->env.keeper);
}

void reporter_keep(struct reporter *r, const uint16_t *short_server_ids, size_t n)
{
	_cleanup_(buf_done) struct buf state = {0};
	size_t n_observations = 0;

	for (size_t i = 0; i < n; i++)
		n_observations += observe_count_of(r->observe, short_server_ids[i]);
	if (n_observations == 0 || observe_save(r->observe, short_server_ids, n, &state) == 0)
		keeper_save_observations(r->env.keeper, buf_span(&state));
}

void reporter_resume(struct reporter *r)
{
	_cleanup_(buf_done) struct buf state = {0};
	uint16_t standing[STORE_REGISTRATIONS_MAX];
	const struct server_link *l;
	size_t cursor = 0, n = 0;

	while (n < STORE_REGISTRATIONS_MAX && (l = servers_next(r->servers, &cursor)))
		if (reg_is_up(server_link_reg(l)))
			standing[n++] = server_link_short_server_id(l);
	if (keeper_take_observations(r->env.keeper, &state) < 0)
		return;
	r->is_loading = true;

	int e = observe_load(r->observe, buf_span(&state), standing, n);

	r->is_loading = false;
	if (e < 0)
		LOG(LOG_WARNING, "the observations of the last run cannot be used: %s",
			strerror(-e));
	else if (observe_count(r->observe) > 0)
		LOG(LOG_INFO, "%zu observation(s) go on", observe_count(r->observe));
}

/* --- life
 * ----------------------------------------------------------------------------------------- */

struct observe *reporter_observe(struct reporter *r)
{
	return r->observe;
}

void reporter_set_servers(struct reporter *r, struct servers *s)
{
	r->servers = s;
}

void reporter_changed(struct reporter *r, struct path p, enum model_change what)
{
	observe_changed(r->observe, p, what);
}

int reporter_new(const struct reporter_env *env, const struct conf *conf, struct reporter **ret)
{
	struct reporter *r = calloc(1, sizeof *r);
	int e;

	if (!r)
		return -ENOMEM;
	r->env = *env;

	struct observe_env observe = {.model = env->model,
		.clock = env->clock,
		.observations_max = conf->notifications.max_observations,
		.stored_max = conf->notifications.max_stored,
		.payload_max = conf->coap.max_body,
		.data = r,
		.send = send,
		.arm = arm,
		.unreachable = unreachable,
		.added = added,
		.dropped = dropped,
		.touched = touched};

	e = env->loop->timer(env->loop->impl, on_due, r, &r->timer);
	if (e == 0)
		e = env->loop->timer(env->loop->impl, on_save, r, &r->save);
	if (e == 0)
		e = env->loop->timer(env->loop->impl, on_tell, r, &r->tell);
	if (e == 0)
		e = env->loop->timer(env->loop->impl, on_many, r, &r->many);
	if (e == 0)
		e = observe_new(&observe, &r->observe);
	if (e < 0) {
		reporter_free(r);
		return e;
	}
	*ret = r;
	return 0;
}

struct reporter *reporter_free(struct reporter *r)
{
	if (!r)
		return NULL;
	observe_free(r->observe);
	r->env.loop->free_source(r->timer);
	r->env.loop->free_source(r->save);
	r->env.loop->free_source(r->tell);
	r->env.loop->free_source(r->many);
	free(r->losses);
	free(r);
	return NULL;
}
