#include "daemon/holdoff.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"

/* ClientHoldOffTime has 32 bits, unsigned; configure asks for this on 32-bit systems */
_Static_assert(sizeof(time_t) >= 8, "time_t must hold a hold-off of 4294967295 s");

struct holdoff {
	const struct loop *loop;
	struct loop_source *source;
	int fd;
	void (*over)(void *data);
	void *data;
};

static void on_ready(void *data, uint32_t events)
{
	struct holdoff *h = data;
	uint64_t times;

	(void)events;
	/* cancelled or armed anew since the loop saw it */
	if (read(h->fd, &times, sizeof times) != sizeof times)
		return;
	h->over(h->data);
}

int holdoff_new(const struct loop *loop, void (*over)(void *data), void *data, struct holdoff **ret)
{
	_cleanup_(close_p) int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -errno;

	_cleanup_(holdoff_free_p) struct holdoff *h = calloc(1, sizeof *h);

	if (!h)
		return -ENOMEM;
	*h = (struct holdoff){.loop = loop, .fd = TAKE_FD(fd), .over = over, .data = data};

	int r = loop->watch(loop->impl, h->fd, EPOLLIN, on_ready, h, &h->source);

	if (r < 0)
		return r;
	*ret = TAKE_PTR(h);
	return 0;
}

struct holdoff *holdoff_free(struct holdoff *h)
{
	if (!h)
		return NULL;
	h->loop->free_source(h->source);
	close_p(&h->fd);
	free(h);
	return NULL;
}

void holdoff_free_p(struct holdoff **h)
{
	*h = holdoff_free(*h);
}

int holdoff_arm(struct holdoff *h, uint64_t at)
{
	/* all zero would disarm */
	struct itimerspec t = {.it_value.tv_nsec = 1};

	if (at > 0)
		t.it_value = (struct timespec){
			.tv_sec = (time_t)(at / USEC_PER_SEC),
			.tv_nsec = (long)(at % USEC_PER_SEC) * 1000,
		};
	return timerfd_settime(h->fd, TFD_TIMER_ABSTIME, &t, NULL) < 0 ? -errno : 0;
}

void holdoff_cancel(struct holdoff *h)
{
	timerfd_settime(h->fd, 0, &(const struct itimerspec){0}, NULL);
}

uint64_t holdoff_left(const struct holdoff *h)
{
	struct itimerspec t;

	if (timerfd_gettime(h->fd, &t) < 0)
		return 0;
	return (uint64_t)t.it_value.tv_sec * USEC_PER_SEC +
	       ((uint64_t)t.it_value.tv_nsec + 999) / 1000;
}
