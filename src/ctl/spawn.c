#include "ctl/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/cleanup.h"

int spawn_become(const char *const words[])
{
	char path[256];

	/* execvp() wants words it may not change as char * */
	execvp(words[0], (char *const *)words);
	if (errno != ENOENT || strchr(words[0], '/'))
		return -errno;
	snprintf(path, sizeof path, "%s/%s", SBINDIR, words[0]);
	execv(path, (char *const *)words);
	return -errno;
}

/* 127: as a shell says it. */
static void be_child(const char *const words[], int in, int out)
{
	if (dup2(in, STDIN_FILENO) < 0 ||
		(out >= 0 && (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)))
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	spawn_become(words);
	_exit(127);
}

/* As much as a pipe holds at once; the keys and texts given here are shorter. */
static int open_input(struct span input, int *ret)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) < 0)
		return -errno;

	_cleanup_(close_p) int to = fd[1];
	ssize_t n = input.len > 0 ? write(to, input.data, input.len) : 0;

	if (n != (ssize_t)input.len) {
		close(fd[0]);
		return -E2BIG;
	}
	*ret = fd[0];
	return 0;
}

static void collect(int fd, struct buf *output)
{
	uint8_t some[4096];

	for (;;) {
		ssize_t n = read(fd, some, sizeof some);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		buf_append(output, span_of(some, (size_t)n));
	}
}

int spawn_program(const char *const words[], struct span input, struct buf *output)
{
	_cleanup_(close_p) int in = -EBADF;
	int out[2] = {-1, -1}, status;
	int r = open_input(input, &in);

	if (r < 0)
		return r;
	if (output && pipe2(out, O_CLOEXEC) < 0)
		return -errno;

	pid_t pid = fork();

	if (pid == 0)
		be_child(words, in, out[1]);
	r = -errno;
	if (out[1] >= 0)
		close(out[1]);
	if (pid > 0 && output)
		collect(out[0], output);
	if (out[0] >= 0)
		close(out[0]);
	if (pid < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOENT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}
