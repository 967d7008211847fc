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

/* The lock lives as long as the descriptor: a killed daemon leaves none behind. */
static int take_lock(struct store *s, int *ret_pid)
{
	char text[16];

	s->lock = openat(s->directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock < 0)
		return -errno;
	if (flock(s->lock, LOCK_EX | LOCK_NB) < 0) {
		*ret_pid = read_pid(s->lock);
		return errno == EWOULDBLOCK ? -EWOULDBLOCK : -errno;
	}

	int len = snprintf(text, sizeof text, "%d\n", (int)getpid());

	/* for the second daemon's message only: its loss is no error */
	if (ftruncate(s->lock, 0) == 0 && pwrite(s->lock, text, (size_t)len, 0) < 0)
		*ret_pid = 0;
	return 0;
}

int store_open(const char *directory, struct store **ret, int *ret_pid)
{
	_cleanup_(store_free_p) struct store *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->directory = s->lock = -EBADF;
	*ret_pid = 0;
	if (mkdir(directory, 0700) < 0 && errno != EEXIST)
		return -errno;
	s->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->directory < 0)
		return -errno;

	int r = take_lock(s, ret_pid);

	if (r < 0)
		return r;
	*ret = TAKE_PTR(s);
	return 0;
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
