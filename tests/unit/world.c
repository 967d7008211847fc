#include "world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "daemon/holdoff.h"
#include "daemon/loop.h"
#include "daemon/routes.h"
#include "runner.h"

enum { SIGNALS_MAX = 65, LOG_MAX = 2048, LINE_MAX_ = 400, CALLS_WITHOUT_TIME = 10000 };

#define CALENDAR_BEGIN (UINT64_C(1800000000) * USEC_PER_SEC)

struct loop_source {
	struct loop_source *next;
	void (*due)(void *data);
	void *data;
	uint64_t at, order;
};

struct handler {
	void (*fn)(void *data, int signo);
	void *data;
};

static struct {
	uint64_t begin, now, armings;
	int64_t calendar;
	struct loop_source *sources;
	unsigned n_sources, fail_source;
	int64_t random;
	struct handler handlers[SIGNALS_MAX];
	bool has_ended;
	int exit_code, routes_error;
	struct routes *routes;
	struct holdoff *holdoff;
	char log[LOG_MAX][LINE_MAX_];
	unsigned n_log;
} world;

/* --- time ------------------------------------------------------------------------------------- */

static uint64_t clock_boot(void *data)
{
	(void)data;
	return world.now;
}

static uint64_t clock_calendar(void *data)
{
	(void)data;
	return CALENDAR_BEGIN + (world.now - world.begin) +
	       (uint64_t)(world.calendar * (int64_t)USEC_PER_SEC);
}

const struct clock clock_system = {.now = clock_boot, .realtime = clock_calendar};

uint64_t world_now(void)
{
	return world.now;
}

double world_seconds(void)
{
	return (double)(world.now - world.begin) / (double)USEC_PER_SEC;
}

uint64_t world_second(double seconds)
{
	return world.begin + (uint64_t)(seconds * (double)USEC_PER_SEC + 0.5);
}

void world_set_calendar(int64_t by_seconds)
{
	world.calendar += by_seconds;
}

/* --- struct loop ------------------------------------------------------------------------------ */

static int loop_watch(void *impl, int fd, uint32_t events,
	void (*ready)(void *data, uint32_t events), void *data, struct loop_source **ret)
{
	(void)impl, (void)fd, (void)events, (void)ready, (void)data, (void)ret;
	/* there are no descriptors in this world: the status socket stays closed */
	return -ENOSYS;
}

static int loop_timer(void *impl, void (*due)(void *data), void *data, struct loop_source **ret)
{
	struct loop_source *s;

	(void)impl;
	if (world.fail_source && --world.fail_source == 0)
		return -ENOMEM;
	s = malloc(sizeof *s);
	if (!s)
		return -ENOMEM;
	*s = (struct loop_source){
		.next = world.sources, .due = due, .data = data, .at = USEC_NEVER};
	world.sources = s;
	world.n_sources++;
	*ret = s;
	return 0;
}

static int loop_arm(struct loop_source *timer, uint64_t at, uint64_t accuracy)
{
	/* no ck_assert: it allocates, and tests make allocations fail */
	if (accuracy == 0)
		ck_abort_msg("a timer without accuracy");
	timer->at = at;
	timer->order = world.armings++;
	return 0;
}

static void loop_free_source(struct loop_source *s)
{
	struct loop_source **at = &world.sources;

	if (!s)
		return;
	while (*at && *at != s)
		at = &(*at)->next;
	ck_assert_msg(*at, "a loop source is freed that is not there");
	*at = s->next;
	world.n_sources--;
	free(s);
}

const struct loop world_loop = {
	.watch = loop_watch, .timer = loop_timer, .arm = loop_arm, .free_source = loop_free_source};

void world_fail_source(unsigned n)
{
	world.fail_source = n;
}

unsigned world_sources(void)
{
	return world.n_sources;
}

static struct loop_source *first_due(void)
{
	struct loop_source *first = NULL;

	for (struct loop_source *s = world.sources; s; s = s->next)
		if (s->at != USEC_NEVER && (!first || s->at < first->at ||
						   (s->at == first->at && s->order < first->order)))
			first = s;
	return first;
}

uint64_t world_next(void)
{
	const struct loop_source *s = first_due();

	return s ? s->at : USEC_NEVER;
}

void world_run_to(uint64_t at)
{
	unsigned calls = 0;
	struct loop_source *s;

	while (!world.has_ended && (s = first_due()) && s->at <= at) {
		if (s->at > world.now) {
			world.now = s->at;
			calls = 0;
		}
		ck_assert_msg(++calls < CALLS_WITHOUT_TIME, "the loop turns and time stands still");
		s->at = USEC_NEVER;
		s->due(s->data);
	}
	if (!world.has_ended && at > world.now)
		world.now = at;
}

void world_run(double seconds)
{
	world_run_to(world.now + (uint64_t)(seconds * (double)USEC_PER_SEC + 0.5));
}

void world_settle(void)
{
	world_run_to(world.now);
}

struct scripted {
	struct loop_source *timer;
	void (*fn)(void);
};

static void on_scripted(void *data)
{
	struct scripted *s = data;
	void (*fn)(void) = s->fn;

	loop_free_source(s->timer);
	free(s);
	fn();
}

void world_at(double seconds, void (*fn)(void))
{
	struct scripted *s = malloc(sizeof *s);

	ck_assert_ptr_nonnull(s);
	s->fn = fn;
	ck_assert_int_eq(loop_timer(NULL, on_scripted, s, &s->timer), 0);
	loop_arm(s->timer, world_second(seconds), 1);
}

/* --- the loop of the daemon ------------------------------------------------------------------- */

struct dloop {
	struct loop loop;
};

int dloop_new(struct dloop **ret)
{
	struct dloop *l = malloc(sizeof *l);

	if (!l)
		return -ENOMEM;
	l->loop = world_loop;
	world.has_ended = false;
	world.exit_code = -1;
	*ret = l;
	return 0;
}

struct dloop *dloop_free(struct dloop *l)
{
	free(l);
	return NULL;
}

void dloop_free_p(struct dloop **l)
{
	*l = dloop_free(*l);
}

const struct loop *dloop_loop(struct dloop *l)
{
	return &l->loop;
}

int dloop_signal(struct dloop *l, int signo, void (*fn)(void *data, int signo), void *data)
{
	(void)l;
	world.handlers[signo] = (struct handler){fn, data};
	return 0;
}

int dloop_defer(struct dloop *l, void (*fn)(void *data), void *data)
{
	(void)l, (void)fn, (void)data;
	return -ENOSYS;
}

void dloop_forget(struct dloop *l, const void *data)
{
	(void)l, (void)data;
}

int dloop_watchdog(struct dloop *l)
{
	(void)l;
	return 0;
}

/* Until the daemon ends, a day at most. */
int dloop_run(struct dloop *l)
{
	(void)l;
	world_run(86400);
	ck_assert_msg(world.has_ended, "the daemon did not end within a day");
	return world.exit_code;
}

void dloop_exit(struct dloop *l, int code)
{
	(void)l;
	world.has_ended = true;
	world.exit_code = code;
}

void world_signal(int signo)
{
	ck_assert_msg(world.handlers[signo].fn, "nobody handles signal %d", signo);
	world.handlers[signo].fn(world.handlers[signo].data, signo);
}

int world_exit_code(void)
{
	return world.exit_code;
}

/* --- the hold-off ----------------------------------------------------------------------------- */

struct holdoff {
	const struct loop *loop;
	struct loop_source *timer;
	void (*over)(void *data);
	void *data;
};

static void on_holdoff(void *data)
{
	const struct holdoff *h = data;

	h->over(h->data);
}

int holdoff_new(const struct loop *loop, void (*over)(void *data), void *data, struct holdoff **ret)
{
	struct holdoff *h = malloc(sizeof *h);

	if (!h)
		return -ENOMEM;
	*h = (struct holdoff){.loop = loop, .over = over, .data = data};

	int r = loop->timer(loop->impl, on_holdoff, h, &h->timer);

	if (r < 0) {
		free(h);
		return r;
	}
	world.holdoff = h;
	*ret = h;
	return 0;
}

struct holdoff *holdoff_free(struct holdoff *h)
{
	if (!h)
		return NULL;
	world.holdoff = NULL;
	h->loop->free_source(h->timer);
	free(h);
	return NULL;
}

void holdoff_free_p(struct holdoff **h)
{
	*h = holdoff_free(*h);
}

int holdoff_arm(struct holdoff *h, uint64_t at)
{
	return h->loop->arm(h->timer, at, 1);
}

void holdoff_cancel(struct holdoff *h)
{
	h->loop->arm(h->timer, USEC_NEVER, 1);
}

uint64_t holdoff_left(const struct holdoff *h)
{
	return h->timer->at == USEC_NEVER || h->timer->at < world.now ? 0
								      : h->timer->at - world.now;
}

uint64_t world_holdoff(void)
{
	return world.holdoff ? world.holdoff->timer->at : USEC_NEVER;
}

/* --- routes ----------------------------------------------------------------------------------- */

struct routes {
	void (*changed)(void *data);
	void *data;
};

int routes_new(const struct loop *loop, const struct clock *clock, void (*changed)(void *data),
	void *data, struct routes **ret)
{
	(void)loop, (void)clock;
	if (world.routes_error)
		return world.routes_error;
	ck_assert_msg(!world.routes, "routes are watched twice");
	*ret = world.routes = malloc(sizeof **ret);
	ck_assert_ptr_nonnull(world.routes);
	**ret = (struct routes){changed, data};
	return 0;
}

struct routes *routes_free(struct routes *r)
{
	if (r)
		world.routes = NULL;
	free(r);
	return NULL;
}

void routes_free_p(struct routes **r)
{
	*r = routes_free(*r);
}

void world_change_routes(void)
{
	ck_assert_msg(world.routes, "nobody watches the routes");
	world.routes->changed(world.routes->data);
}

bool world_is_watching_routes(void)
{
	return world.routes;
}

void world_fail_routes(int error)
{
	world.routes_error = error;
}

/* --- chance, and what is logged --------------------------------------------------------------- */

ssize_t __wrap_getrandom(void *buf, size_t len, unsigned flags);

ssize_t __wrap_getrandom(void *buf, size_t len, unsigned flags)
{
	(void)flags;
	if (world.random < 0) {
		errno = EAGAIN;
		return -1;
	}
	memset(buf, 0, len);
	memcpy(buf, &world.random, len < sizeof world.random ? len : sizeof world.random);
	return (ssize_t)len;
}

void world_random(int64_t value)
{
	world.random = value;
}

static void on_log(void *data, const struct log_record *record)
{
	(void)data;
	if (strstr(record->message, "a bug"))
		ck_abort_msg("%s", record->message);
	snprintf(world.log[world.n_log++ % LOG_MAX], LINE_MAX_, "%s", record->message);
	if (getenv("WORLD_VERBOSE"))
		fprintf(stderr, "%14.6f %s\n", world_seconds(), record->message);
}

const char *world_log(const char *text)
{
	for (unsigned i = world.n_log; i > 0 && i + LOG_MAX > world.n_log; i--)
		if (strstr(world.log[(i - 1) % LOG_MAX], text))
			return world.log[(i - 1) % LOG_MAX];
	return NULL;
}

unsigned world_log_count(const char *text)
{
	unsigned n = 0;

	for (unsigned i = 0; i < world.n_log && i < LOG_MAX; i++)
		n += strstr(world.log[i], text) != NULL;
	return n;
}

void world_begin(uint64_t now)
{
	memset(&world, 0, sizeof world);
	world.begin = world.now = now;
	world.exit_code = -1;
	log_to(on_log, NULL, LOG_DEBUG);
}

void world_end(void)
{
	ck_assert_msg(world.n_sources == 0, "%u loop sources are left", world.n_sources);
	ck_assert_msg(!world.routes && !world.holdoff, "routes or hold-off are left");
}
