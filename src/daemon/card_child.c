#include "daemon/card_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>

#include "base/cleanup.h"

enum { READ_MAX = 4096, ENVIRONMENT_MAX = 8, VARIABLE_MAX = 512 };

struct card_child {
	const struct loop *loop;
	struct card_child_hooks hooks;
	struct loop_source *source;
	int output; /* of the program */
	int pidfd;
	struct card_child **gone; /* told when a hook frees it */
};

const char *card_child_program(void)
{
	const char *named = secure_getenv("LWM2MD_CARD_HELPER");

	return named ? named : CARD_HELPER;
}

/* --- starting --------------------------------------------------------------------------------- */

/* What the program may know of our environment. */
static size_t make_environment(
	char room[ENVIRONMENT_MAX][VARIABLE_MAX], char *ret[ENVIRONMENT_MAX + 1])
{
	static const char *const names[] = {
		"PCSCLITE_CSOCK_NAME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"};
	size_t n = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);

		if (!value)
			continue;

		int len = snprintf(room[n], VARIABLE_MAX, "%s=%s", names[i], value);

		if (len < VARIABLE_MAX) {
			ret[n] = room[n];
			n++;
		}
	}
	ret[n] = NULL;
	return n;
}

/* A child has no signals blocked or ignored because we have, and none of our descriptors. */
static int set_up(
	posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions, int in, int out)
{
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	r = posix_spawnattr_setsigmask(attributes, &none);
	if (r == 0)
		r = posix_spawnattr_setsigdefault(attributes, &all);
	if (r == 0)
		r = posix_spawnattr_setflags(
			attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	return r;
}

static int spawn(const char *command, int in, int out, pid_t *ret)
{
	char room[ENVIRONMENT_MAX][VARIABLE_MAX];
	char *environment[ENVIRONMENT_MAX + 1];
	const char *program = card_child_program();
	const char *const arguments[] = {program, command, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r = posix_spawnattr_init(&attributes);

	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_init(&actions);
	if (r == 0) {
		make_environment(room, environment);
		r = set_up(&attributes, &actions, in, out);
		if (r == 0)
			r = posix_spawn(ret, program, &actions, &attributes,
				(char *const *)(uintptr_t)arguments, environment);
		posix_spawn_file_actions_destroy(&actions);
	}
	posix_spawnattr_destroy(&attributes);
	return -r;
}

/* The whole input goes into the pipe before anybody reads it. */
static int fill_pipe(int fd, struct span input)
{
	ssize_t n = input.len ? write(fd, input.data, input.len) : 0;

	return n == (ssize_t)input.len ? 0 : -EMSGSIZE;
}

static int start(struct card_child *c, const char *command, struct span input)
{
	int in[2] = {-EBADF, -EBADF}, out[2] = {-EBADF, -EBADF};
	pid_t pid = 0;
	int r = pipe2(in, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(out, O_CLOEXEC) < 0 ? -errno : 0;

	if (r == 0)
		r = fill_pipe(in[1], input);
	if (r == 0 && fcntl(in[0], F_SETFL, 0) < 0)
		r = -errno;
	if (r == 0 && fcntl(out[0], F_SETFL, O_NONBLOCK) < 0)
		r = -errno;
	if (r == 0)
		r = spawn(command, in[0], out[1], &pid);
	close_p(&in[0]);
	close_p(&in[1]);
	close_p(&out[1]);
	c->output = out[0];
	if (r < 0)
		return r;
	/* one that has ended already needs no handle */
	c->pidfd = pidfd_open(pid, 0);
	return 0;
}

/* --- what it says ----------------------------------------------------------------------------- */

static void on_ready(void *data, uint32_t events)
{
	struct card_child *c = data;
	struct card_child *self = c;
	uint8_t room[READ_MAX];
	ssize_t n = read(c->output, room, sizeof room);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		c->gone = &self;
		c->hooks.said(c->hooks.data, span_of(room, (size_t)n));
		explicit_bzero(room, (size_t)n);
		if (self)
			self->gone = NULL;
		return;
	}
	c->loop->free_source(c->source);
	c->source = NULL;
	c->hooks.ended(c->hooks.data);
}

/* --- life ------------------------------------------------------------------------------------- */

int card_child_new(const struct loop *loop, const char *command, struct span input,
	const struct card_child_hooks *hooks, struct card_child **ret)
{
	struct card_child *c = calloc(1, sizeof *c);

	if (!c)
		return -ENOMEM;
	c->loop = loop;
	c->hooks = *hooks;
	c->output = c->pidfd = -EBADF;
	int r = start(c, command, input);

	if (r == 0)
		r = loop->watch(loop->impl, c->output, EPOLLIN, on_ready, c, &c->source);
	if (r < 0) {
		card_child_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

struct card_child *card_child_free(struct card_child *c)
{
	if (!c)
		return NULL;
	if (c->gone)
		*c->gone = NULL;
	if (c->source)
		c->loop->free_source(c->source);
	if (c->pidfd >= 0)
		pidfd_send_signal(c->pidfd, SIGKILL, NULL, 0);
	close_p(&c->pidfd);
	close_p(&c->output);
	free(c);
	return NULL;
}
