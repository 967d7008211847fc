#include "ctl/unixsock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"

int unixsock_open(struct unixsock *a, const char *path)
{
	_cleanup_(free_p) char *directory = strdup(path);
	char *slash;

	*a = (struct unixsock){.directory = -EBADF};
	if (!directory)
		return -ENOMEM;
	slash = strrchr(directory, '/');
	if (strlen(slash ? slash + 1 : directory) >= sizeof a->name / 2)
		return -ENAMETOOLONG;
	snprintf(a->name, sizeof a->name, "%s", slash ? slash + 1 : directory);
	if (slash)
		slash[slash == directory] = '\0';
	a->directory = open(slash ? directory : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (a->directory < 0)
		return -errno;
	if (strlen(path) < sizeof a->text)
		snprintf(a->text, sizeof a->text, "%s", path);
	else
		snprintf(a->text, sizeof a->text, "/proc/self/fd/%d/%.60s", a->directory, a->name);
	return 0;
}

void unixsock_done(struct unixsock *a)
{
	close_p(&a->directory);
	a->directory = -EBADF;
}

static struct sockaddr_un sockaddr_of(const struct unixsock *a)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	memcpy(un.sun_path, a->text, sizeof un.sun_path);
	return un;
}

static int connect_with(const struct unixsock *a, int flags, int *ret_fd)
{
	struct sockaddr_un un = sockaddr_of(a);
	_cleanup_(close_p) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&un, sizeof un) < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int unixsock_connect(const struct unixsock *a, int *ret_fd)
{
	return connect_with(a, 0, ret_fd);
}

/* 0: the name is free. */
static int clear(const struct unixsock *a)
{
	_cleanup_(close_p) int fd = -EBADF;
	int r = connect_with(a, SOCK_NONBLOCK, &fd);

	if (r == 0 || r == -EAGAIN)
		return -EADDRINUSE;
	if (r == -ECONNREFUSED)
		return unlinkat(a->directory, a->name, 0) < 0 ? -errno : 0;
	return r == -ENOENT ? 0 : r;
}

int unixsock_listen(const struct unixsock *a, mode_t mode, int backlog, int *ret_fd)
{
	struct sockaddr_un un = sockaddr_of(a);
	_cleanup_(close_p) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;

	int r = clear(a);

	if (r < 0)
		return r;
	/* nobody can connect before listen(): the mode is right by then */
	if (bind(fd, (struct sockaddr *)&un, sizeof un) < 0 ||
		fchmodat(a->directory, a->name, mode, 0) < 0 || listen(fd, backlog) < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void unixsock_unlink(const struct unixsock *a)
{
	unlinkat(a->directory, a->name, 0);
}
