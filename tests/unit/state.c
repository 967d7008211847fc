#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner.h"

void state_setup(struct state *s)
{
	const char *base = getenv("TMPDIR");

	snprintf(s->path, sizeof s->path, "%s/lwm2md-test-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(s->path))
		abort();
	s->fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0)
		abort();
	crash_off();
}

void state_teardown(struct state *s)
{
	DIR *d = opendir(s->path);
	const struct dirent *entry;

	crash_off();
	while (d && (entry = readdir(d)))
		if (entry->d_name[0] != '.')
			unlinkat(s->fd, entry->d_name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0);
	if (d)
		closedir(d);
	close(s->fd);
	rmdir(s->path);
}

bool state_has(const struct state *s, const char *name)
{
	struct stat st;

	return fstatat(s->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

struct span state_file(const struct state *s, const char *name)
{
	static uint8_t content[1 << 16];
	int fd = openat(s->fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, content, sizeof content);

	if (fd >= 0)
		close(fd);
	return span_of(content, n < 0 ? 0 : (size_t)n);
}

void state_write(const struct state *s, const char *name, struct span bytes)
{
	int fd = openat(s->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes.data, bytes.len) != (ssize_t)bytes.len || close(fd) < 0)
		abort();
}

int state_run(int (*operation)(void *data), void *data, unsigned n, enum crash_mode mode)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		crash_at(n, mode);

		int r = operation(data);

		_exit(-r);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "the child died of signal %d", WTERMSIG(status));
	return WEXITSTATUS(status) == CRASH_STATUS ? 1 : -WEXITSTATUS(status);
}
