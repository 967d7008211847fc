#include "daemon/routes.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/cleanup.h"

/* One change of a link brings a dozen messages. */
#define COLLECT USEC_PER_SEC
#define ACCURACY (100 * USEC_PER_MSEC)

struct routes {
	const struct loop *loop;
	const struct clock *clock;
	int fd;
	struct loop_source *watch, *timer;
	bool is_armed;
	void (*changed)(void *data);
	void *data;
};

static void on_ready(void *data, uint32_t events)
{
	struct routes *r = data;
	char message[64]; /* that there is one says enough; the rest of it is dropped */
	ssize_t n;

	(void)events;
	do
		n = recv(r->fd, message, sizeof message, MSG_TRUNC);
	while (n > 0 || (n < 0 && (errno == ENOBUFS || errno == EINTR)));

	if (r->is_armed)
		return;
	r->is_armed = r->loop->arm(r->timer, clock_now(r->clock) + COLLECT, ACCURACY) >= 0;
}

static void on_due(void *data)
{
	struct routes *r = data;

	r->is_armed = false;
	r->changed(r->data);
}

static int open_netlink(void)
{
	_cleanup_(close_p) int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	const struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
			     RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
	};

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int routes_new(const struct loop *loop, const struct clock *clock, void (*changed)(void *data),
	void *data, struct routes **ret)
{
	_cleanup_(close_p) int fd = open_netlink();

	if (fd < 0)
		return fd;

	_cleanup_(routes_free_p) struct routes *r = calloc(1, sizeof *r);

	if (!r)
		return -ENOMEM;
	*r = (struct routes){
		.loop = loop, .clock = clock, .fd = TAKE_FD(fd), .changed = changed, .data = data};

	int err = loop->timer(loop->impl, on_due, r, &r->timer);

	if (err >= 0)
		err = loop->watch(loop->impl, r->fd, EPOLLIN, on_ready, r, &r->watch);
	if (err < 0)
		return err;
	*ret = TAKE_PTR(r);
	return 0;
}

struct routes *routes_free(struct routes *r)
{
	if (!r)
		return NULL;
	r->loop->free_source(r->watch);
	r->loop->free_source(r->timer);
	close_p(&r->fd);
	free(r);
	return NULL;
}

void routes_free_p(struct routes **r)
{
	*r = routes_free(*r);
}
