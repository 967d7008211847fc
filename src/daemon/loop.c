#include "daemon/loop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <systemd/sd-event.h>

#include "base/clock.h"

enum { DEFERRED_MAX = 256 };

struct deferred {
	void (*fn)(void *data); /* NULL: forgotten */
	void *data;
};

struct watched_signal {
	struct watched_signal *next;
	sd_event_source *source;
	void (*fn)(void *data, int signo);
	void *data;
};

struct dloop {
	struct loop loop;
	sd_event *event;
	struct watched_signal *signals;
	sd_event_source *defer; /* on while calls wait */
	struct deferred deferred[DEFERRED_MAX];
	size_t n_deferred;
};

struct loop_source {
	sd_event_source *source;
	union {
		void (*ready)(void *data, uint32_t events);
		void (*due)(void *data);
	} call;
	void *data;
};

/* The callbacks may free their source: it is not touched behind the call. */
static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	const struct loop_source *s = userdata;

	(void)source;
	(void)fd;
	s->call.ready(s->data, events);
	return 0;
}

static int on_time(sd_event_source *source, uint64_t usec, void *userdata)
{
	const struct loop_source *s = userdata;

	(void)source;
	(void)usec;
	s->call.due(s->data);
	return 0;
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	const struct watched_signal *s = userdata;

	(void)source;
	s->fn(s->data, (int)info->ssi_signo);
	return 0;
}

/* What a call asks for anew runs in the next turn, so that descriptors get theirs between. */
static int on_defer(sd_event_source *source, void *userdata)
{
	struct dloop *l = userdata;
	size_t n = l->n_deferred;

	(void)source;
	for (size_t i = 0; i < n; i++) {
		struct deferred d = l->deferred[i];

		l->deferred[i].fn = NULL;
		if (d.fn)
			d.fn(d.data);
	}

	l->n_deferred -= n;
	for (size_t i = 0; i < l->n_deferred; i++)
		l->deferred[i] = l->deferred[n + i];
	if (l->n_deferred > 0)
		sd_event_source_set_enabled(l->defer, SD_EVENT_ONESHOT);
	return 0;
}

static void free_source(struct loop_source *s)
{
	if (!s)
		return;
	sd_event_source_disable_unref(s->source);
	free(s);
}

static int watch(void *impl, int fd, uint32_t events, void (*ready)(void *data, uint32_t events),
	void *data, struct loop_source **ret)
{
	const struct dloop *l = impl;
	struct loop_source *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->call.ready = ready;
	s->data = data;

	int r = sd_event_add_io(l->event, &s->source, fd, events, on_io, s);

	if (r < 0) {
		free(s);
		return r;
	}
	*ret = s;
	return 0;
}

static int timer(void *impl, void (*due)(void *data), void *data, struct loop_source **ret)
{
	const struct dloop *l = impl;
	struct loop_source *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->call.due = due;
	s->data = data;

	int r = sd_event_add_time(l->event, &s->source, CLOCK_BOOTTIME, USEC_NEVER, 1, on_time, s);

	if (r >= 0)
		r = sd_event_source_set_enabled(s->source, SD_EVENT_OFF);
	if (r < 0) {
		free_source(s);
		return r;
	}
	*ret = s;
	return 0;
}

static int arm(struct loop_source *s, uint64_t at, uint64_t accuracy)
{
	if (at == USEC_NEVER)
		return sd_event_source_set_enabled(s->source, SD_EVENT_OFF);

	/* an accuracy of 0 would be sd-event's default of 250 ms */
	int r = sd_event_source_set_time_accuracy(s->source, accuracy > 0 ? accuracy : 1);

	if (r >= 0)
		r = sd_event_source_set_time(s->source, at);
	if (r >= 0)
		r = sd_event_source_set_enabled(s->source, SD_EVENT_ONESHOT);
	return r < 0 ? r : 0;
}

int dloop_new(struct dloop **ret)
{
	struct dloop *l = calloc(1, sizeof *l);

	if (!l)
		return -ENOMEM;
	l->loop = (struct loop){
		.impl = l,
		.watch = watch,
		.timer = timer,
		.arm = arm,
		.free_source = free_source,
	};

	int r = sd_event_default(&l->event);

	if (r >= 0)
		r = sd_event_add_defer(l->event, &l->defer, on_defer, l);
	if (r >= 0)
		r = sd_event_source_set_enabled(l->defer, SD_EVENT_OFF);
	if (r < 0) {
		dloop_free(l);
		return r;
	}
	*ret = l;
	return 0;
}

struct dloop *dloop_free(struct dloop *l)
{
	if (!l)
		return NULL;
	while (l->signals) {
		struct watched_signal *s = l->signals;

		l->signals = s->next;
		sd_event_source_disable_unref(s->source);
		free(s);
	}
	sd_event_source_disable_unref(l->defer);
	sd_event_unref(l->event);
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
	struct watched_signal *s = calloc(1, sizeof *s);
	sigset_t set;

	if (!s)
		return -ENOMEM;
	s->fn = fn;
	s->data = data;

	sigemptyset(&set);
	sigaddset(&set, signo);

	/* sd-event wants it blocked first */
	int r = -pthread_sigmask(SIG_BLOCK, &set, NULL);

	if (r >= 0)
		r = sd_event_add_signal(l->event, &s->source, signo, on_signal, s);
	if (r < 0) {
		free(s);
		return r;
	}
	s->next = l->signals;
	l->signals = s;
	return 0;
}

int dloop_defer(struct dloop *l, void (*fn)(void *data), void *data)
{
	for (size_t i = 0; i < l->n_deferred; i++)
		if (l->deferred[i].fn == fn && l->deferred[i].data == data)
			return 0;
	if (l->n_deferred == DEFERRED_MAX)
		return -ENOBUFS;

	l->deferred[l->n_deferred++] = (struct deferred){.fn = fn, .data = data};
	return sd_event_source_set_enabled(l->defer, SD_EVENT_ONESHOT);
}

void dloop_forget(struct dloop *l, const void *data)
{
	for (size_t i = 0; i < l->n_deferred; i++)
		if (l->deferred[i].data == data)
			l->deferred[i].fn = NULL;
}

int dloop_watchdog(struct dloop *l)
{
	int r = sd_event_set_watchdog(l->event, true);

	return r < 0 ? r : 0;
}

int dloop_run(struct dloop *l)
{
	return sd_event_loop(l->event);
}

void dloop_exit(struct dloop *l, int code)
{
	sd_event_exit(l->event, code);
}
