#include "ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "runner.h"
#include "testloop.h"

static char directory[64], path[96];
static char heard[4 << 20];

const char *ctl_path(void)
{
	snprintf(directory, sizeof directory, "%s", "/tmp/lwm2md-ctl-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/status.sock", directory);
	return path;
}

void ctl_clean(void)
{
	unlink(path);
	ck_assert_int_eq(rmdir(directory), 0);
}

int ctl_connect(const char *to)
{
	return ctl_connect_as(to, geteuid());
}

int ctl_connect_as(const char *to, unsigned uid)
{
	uid_t me = geteuid();
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(un.sun_path, sizeof un.sun_path, "%s", to);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(seteuid(uid), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&un, sizeof un), 0);
	ck_assert_int_eq(seteuid(me), 0);
	test_loop_for(1);
	return fd;
}

bool ctl_send(int fd, struct span bytes)
{
	uint64_t end = clock_now(&clock_system) + USEC_PER_SEC;

	while (bytes.len > 0 && clock_now(&clock_system) < end) {
		ssize_t n = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return false;
		if (n > 0)
			bytes = span_of(bytes.data + n, bytes.len - (size_t)n);
		test_loop_for(n > 0 ? 0 : 1);
	}
	return bytes.len == 0;
}

void ctl_say(int fd, const char *text)
{
	ck_assert(ctl_send(fd, span_of(text, strlen(text) + 1)));
}

const char *ctl_hear(int fd)
{
	uint64_t end = clock_now(&clock_system) + USEC_PER_SEC;
	size_t n = 0;

	while (clock_now(&clock_system) < end && n < sizeof heard) {
		ssize_t r = recv(fd, heard + n, 1, 0);

		if (r < 0 && errno == EAGAIN) {
			test_loop_for(1);
			continue;
		}
		if (r <= 0)
			return "";
		if (heard[n++] == '\0')
			return heard;
	}
	return NULL;
}

const char *ctl_ask(int fd, const char *text)
{
	ctl_say(fd, text);
	return ctl_hear(fd);
}
