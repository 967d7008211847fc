#include "fake_loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "runner.h"

struct loop_source {
	struct loop_source *next;
	int fd; /* negative: a timer */
	void (*ready)(void *data, uint32_t events);
	void (*due)(void *data);
	void *data;
	uint64_t at;
};

static struct loop_source *sources;
static unsigned armings;

static struct loop_source *add(struct loop_source values)
{
	struct loop_source *s = malloc(sizeof *s);

	ck_assert_ptr_nonnull(s);
	*s = values;
	s->next = sources;
	s->at = USEC_NEVER;
	sources = s;
	return s;
}

static int watch(void *impl, int fd, uint32_t events, void (*ready)(void *data, uint32_t events),
	void *data, struct loop_source **ret)
{
	(void)impl;
	(void)events;
	*ret = add((struct loop_source){.fd = fd, .ready = ready, .data = data});
	return 0;
}

static int timer(void *impl, void (*due)(void *data), void *data, struct loop_source **ret)
{
	(void)impl;
	*ret = add((struct loop_source){.fd = -EBADF, .due = due, .data = data});
	return 0;
}

static int arm(struct loop_source *s, uint64_t at, uint64_t accuracy)
{
	ck_assert_uint_gt(accuracy, 0);
	s->at = at;
	armings++;
	return 0;
}

static void free_source(struct loop_source *s)
{
	struct loop_source **at = &sources;

	if (!s)
		return;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	free(s);
}

const struct loop *fake_loop(void)
{
	static const struct loop loop = {
		.watch = watch, .timer = timer, .arm = arm, .free_source = free_source};

	return &loop;
}

unsigned fake_loop_sources(void)
{
	unsigned n = 0;

	for (const struct loop_source *s = sources; s; s = s->next)
		n++;
	return n;
}

static struct loop_source *find_ready(int milliseconds)
{
	for (struct loop_source *s = sources; s; s = s->next) {
		struct pollfd p = {.fd = s->fd, .events = POLLIN};

		if (s->fd >= 0 && poll(&p, 1, milliseconds) > 0)
			return s;
	}
	return NULL;
}

bool fake_loop_is_ready(void)
{
	return find_ready(0);
}

bool fake_loop_turn(int milliseconds)
{
	struct loop_source *s = find_ready(milliseconds);

	if (!s)
		return false;
	s->ready(s->data, POLLIN);
	return true;
}

static struct loop_source *find_armed(void)
{
	struct loop_source *s = sources;

	while (s && s->at == USEC_NEVER)
		s = s->next;
	return s;
}

uint64_t fake_loop_armed(void)
{
	const struct loop_source *s = find_armed();

	return s ? s->at : USEC_NEVER;
}

unsigned fake_loop_armings(void)
{
	return armings;
}

void fake_loop_due(void)
{
	struct loop_source *s = find_armed();

	ck_assert_ptr_nonnull(s);
	s->at = USEC_NEVER;
	s->due(s->data);
}
