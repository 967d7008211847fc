#include "testloop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct loop_source {
	struct loop_source *next;
	bool is_dead;
	int fd; /* -1: a timer */
	uint32_t events;
	void (*ready)(void *data, uint32_t events);
	void (*due)(void *data);
	void *data;
	uint64_t at;
};

static struct loop_source *sources;
static uint64_t ahead;
static int epoll_fd = -1;

static uint64_t loop_now(void *data)
{
	(void)data;
	return clock_now(&clock_system) + ahead;
}

static uint64_t loop_realtime(void *data)
{
	(void)data;
	return clock_realtime(&clock_system);
}

const struct clock test_loop_clock = {.now = loop_now, .realtime = loop_realtime};

static struct loop_source *source_new(int fd, void *data)
{
	struct loop_source *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	*s = (struct loop_source){.next = sources, .fd = fd, .data = data, .at = USEC_NEVER};
	sources = s;
	return s;
}

static int loop_watch(void *impl, int fd, uint32_t events,
	void (*ready)(void *data, uint32_t events), void *data, struct loop_source **ret)
{
	struct loop_source *s = source_new(fd, data);
	struct epoll_event event = {.events = events, .data.ptr = s};

	(void)impl;
	s->ready = ready;
	if (epoll_fd < 0)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		abort();
	*ret = s;
	return 0;
}

static int loop_timer(void *impl, void (*due)(void *data), void *data, struct loop_source **ret)
{
	(void)impl;
	*ret = source_new(-1, data);
	(*ret)->due = due;
	return 0;
}

static int loop_arm(struct loop_source *timer, uint64_t at, uint64_t accuracy)
{
	(void)accuracy;
	timer->at = at;
	return 0;
}

static void loop_free_source(struct loop_source *source)
{
	if (!source)
		return;
	if (source->fd >= 0)
		(void)epoll_ctl(epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
	source->is_dead = true;
	source->at = USEC_NEVER;
}

const struct loop test_loop = {
	.watch = loop_watch, .timer = loop_timer, .arm = loop_arm, .free_source = loop_free_source};

static void bury(void)
{
	for (struct loop_source **at = &sources; *at;) {
		struct loop_source *s = *at;

		if (!s->is_dead) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free(s);
	}
}

static struct loop_source *earliest(void)
{
	struct loop_source *first = NULL;

	for (struct loop_source *s = sources; s; s = s->next)
		if (s->fd < 0 && !s->is_dead && s->at != USEC_NEVER &&
			(!first || s->at < first->at))
			first = s;
	return first;
}

static void turn(uint64_t end)
{
	struct epoll_event events[16];
	struct loop_source *timer = earliest();
	uint64_t now = loop_now(NULL), until = timer && timer->at < end ? timer->at : end;
	int ms = until > now ? (int)((until - now + 999) / 1000) : 0;
	int n = 0;

	if (epoll_fd < 0)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	n = epoll_wait(epoll_fd, events, 16, ms);
	for (int i = 0; i < n; i++) {
		struct loop_source *s = events[i].data.ptr;

		if (!s->is_dead)
			s->ready(s->data, events[i].events);
	}
	now = loop_now(NULL);
	while ((timer = earliest()) && timer->at <= now) {
		timer->at = USEC_NEVER;
		timer->due(timer->data);
	}
	bury();
}

void test_loop_jump(uint64_t usec)
{
	ahead += usec;
}

bool test_loop_until(const unsigned *count, unsigned value, unsigned ms)
{
	uint64_t end = clock_now(&clock_system) + ms * USEC_PER_MSEC;

	while (*count < value && clock_now(&clock_system) < end)
		turn(end + ahead);
	return *count >= value;
}

void test_loop_for(unsigned ms)
{
	static const unsigned never = 0;

	(void)test_loop_until(&never, 1, ms);
}
