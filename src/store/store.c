#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "store/private.h"

static int read_pid(int fd)
{
	char text[16];
	ssize_t n = pread(fd, text, sizeof text, 0);
	uint32_t pid;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	return n > 0 && parse_u32(span_of(text, (size_t)n), &pid) == 0 && pid <= INT32_MAX
		       ? (int)pid
		       : 0;
}

static int lock(int fd, int pid_fd, int *ret_pid)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;

	int r = -errno;

	*ret_pid = read_pid(pid_fd);
	return r;
}

/* For the second daemon's message only: its loss is no error. */
static void write_pid(int fd)
{
	char text[16];
	int len = snprintf(text, sizeof text, "%d\n", (int)getpid());

	if (ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, text, (size_t)len, 0);
}

/*
 * The lock lives as long as the descriptor: a killed daemon leaves none behind. Where its file
 * cannot be written nothing else can: the directory itself is locked and the store only read.
 */
static int take_lock(struct store *s, int *ret_pid)
{
	s->lock = openat(s->directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	int e = s->lock < 0 ? -errno : 0;
	int r = lock(e ? s->directory : s->lock, s->lock, ret_pid);

	if (r < 0)
		return r;
	if (e == 0)
		write_pid(s->lock);
	return e;
}

int store_open(const char *directory, struct store **ret, int *ret_pid)
{
	_cleanup_(store_free_p) struct store *s = calloc(1, sizeof *s);

	*ret = NULL;
	*ret_pid = 0;
	if (!s)
		return -ENOMEM;
	s->directory = s->lock = -EBADF;
	if (mkdir(directory, 0700) < 0 && errno != EEXIST)
		return -errno;
	s->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->directory < 0)
		return -errno;

	int r = take_lock(s, ret_pid);

	if (r == 0 || r == -EROFS || r == -EACCES)
		*ret = TAKE_PTR(s);
	return r;
}

struct store *store_free(struct store *s)
{
	if (!s)
		return NULL;
	close_p(&s->lock);
	close_p(&s->directory);
	free(s);
	return NULL;
}

void store_free_p(struct store **s)
{
	store_free(*s);
}
