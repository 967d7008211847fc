#include "ctl/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ctl/framing.h"
#include "ctl/unixsock.h"

struct client {
	int fd;
	uint64_t deadline;
	struct framing in;
};

int client_open(const char *path, uint64_t deadline, struct client **ret)
{
	_cleanup_(client_free_p) struct client *c = calloc(1, sizeof *c);
	struct unixsock socket;

	if (!c)
		return -ENOMEM;
	c->fd = -EBADF;
	c->deadline = deadline;

	int r = unixsock_open(&socket, path);

	if (r == 0)
		r = unixsock_connect(&socket, &c->fd);
	unixsock_done(&socket);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(c);
	return 0;
}

struct client *client_free(struct client *c)
{
	if (!c)
		return NULL;
	close_p(&c->fd);
	framing_done(&c->in);
	free(c);
	return NULL;
}

void client_free_p(struct client **c)
{
	*c = client_free(*c);
}

static int wait_for(const struct client *c, short events)
{
	for (;;) {
		uint64_t now = clock_now(&clock_system);
		uint64_t left = c->deadline > now ? c->deadline - now : 0;
		int ms = c->deadline == USEC_NEVER	    ? -1
			 : left / USEC_PER_MSEC > INT32_MAX ? INT32_MAX
							    : (int)(left / USEC_PER_MSEC);
		struct pollfd p = {.fd = c->fd, .events = events};
		int n = poll(&p, 1, ms);

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0 && clock_now(&clock_system) >= c->deadline)
			return -ETIMEDOUT;
	}
}

static int send_all(struct client *c, struct span bytes)
{
	while (bytes.len > 0) {
		int r = wait_for(c, POLLOUT);
		ssize_t n;

		if (r < 0)
			return r;
		n = send(c->fd, bytes.data, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0)
			bytes = span_of(bytes.data + n, bytes.len - (size_t)n);
	}
	return 0;
}

int client_call(struct client *c, const char *method, const char *parameters, bool wants_more)
{
	_cleanup_(buf_done) struct buf out = {.max = FRAMING_MAX};
	struct writer w = writer_to(&out);

	wr_printf(&w, "{\"method\":\"org.lwm2md.Manage.%s\",\"parameters\":", method);
	wr_text(&w, parameters ? parameters : "{}");
	wr_text(&w, wants_more ? ",\"more\":true}" : "}");
	wr_u8(&w, '\0');
	return w.err < 0 ? w.err : send_all(c, buf_span(&out));
}

static int parse(struct span text, struct json **ret)
{
	_cleanup_(json_free_p) struct json *j = NULL;
	int r = json_parse(text, &j);

	if (r < 0)
		return r == -ENOMEM ? r : -EBADMSG;
	if (json_kind(j) != JSON_OBJECT)
		return -EBADMSG;
	*ret = TAKE_PTR(j);
	return 1;
}

int client_next(struct client *c, struct json **ret)
{
	for (;;) {
		uint8_t bytes[16 * 1024];
		struct span text;
		ssize_t n;
		int r = framing_next(&c->in, &text);

		if (r != 0)
			return r < 0 ? -EBADMSG : parse(text, ret);
		r = wait_for(c, POLLIN);
		if (r < 0)
			return r;
		n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return errno == ECONNRESET ? 0 : -errno;
		if (n == 0)
			return 0;
		if (n > 0)
			r = framing_feed(&c->in, span_of(bytes, (size_t)n));
		if (r < 0)
			return r;
	}
}
