#include "program.h"

#include <errno.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner.h"

extern char **environ;

enum { PEERS = 8 };

struct server {
	char directory[64], path[96];
	int listener, peers[PEERS];
	size_t n_peers;
};

static void server_open(struct server *s, const struct program *p)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	*s = (struct server){.listener = -1};
	snprintf(s->directory, sizeof s->directory, "%s", "/tmp/lwm2md-program-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(s->directory));
	snprintf(s->path, sizeof s->path, "%s/s", s->directory);
	if (!p->daemon)
		return;
	snprintf(un.sun_path, sizeof un.sun_path, "%s", s->path);
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(s->listener, (struct sockaddr *)&un, sizeof un), 0);
	ck_assert_int_eq(listen(s->listener, PEERS), 0);
}

static void server_close(struct server *s)
{
	for (size_t i = 0; i < s->n_peers; i++)
		if (s->peers[i] >= 0)
			close(s->peers[i]);
	if (s->listener >= 0)
		close(s->listener);
	unlink(s->path);
	ck_assert_int_eq(rmdir(s->directory), 0);
}

/* One call is one message; the client waits for its answer. */
static void server_answer(struct program *p, int *fd)
{
	char call[4096];
	ssize_t n = recv(*fd, call, sizeof call - 1, 0);
	size_t used;

	if (n <= 0) {
		close(*fd);
		*fd = -1;
		return;
	}
	call[n] = '\0';
	used = strlen(p->asked);
	ck_assert_uint_lt(used + strlen(call) + 2, sizeof p->asked);
	snprintf(p->asked + used, sizeof p->asked - used, "%s\n", call);
	for (const struct program_reply *r = p->daemon; r->method; r++) {
		char method[80];

		snprintf(method, sizeof method, "Manage.%s\"", r->method);
		if (!strstr(call, method))
			continue;
		for (const char *at = r->replies; at && *at;) {
			size_t len = strcspn(at, "\n");

			/* it may have heard enough */
			if (send(*fd, at, len, MSG_NOSIGNAL) != (ssize_t)len ||
				send(*fd, "", 1, MSG_NOSIGNAL) != 1)
				break;
			at += len + (at[len] == '\n');
		}
		if (r->replies)
			return;
	}
	close(*fd);
	*fd = -1;
}

/* Until the program closes its output. */
static void serve(struct server *s, struct program *p, int output)
{
	size_t len = 0;

	for (;;) {
		struct pollfd fds[PEERS + 2] = {
			{.fd = output, .events = POLLIN}, {.fd = s->listener, .events = POLLIN}};

		for (size_t i = 0; i < s->n_peers; i++)
			fds[i + 2] = (struct pollfd){.fd = s->peers[i], .events = POLLIN};
		ck_assert_int_gt(poll(fds, s->n_peers + 2, 20000), 0);
		for (size_t i = 0; i < s->n_peers; i++)
			if (fds[i + 2].revents)
				server_answer(p, &s->peers[i]);
		if (fds[1].revents && s->n_peers < PEERS)
			s->peers[s->n_peers++] = accept(s->listener, NULL, NULL);
		if (fds[0].revents) {
			ssize_t n = read(output, p->said + len, sizeof p->said - 1 - len);

			if (n <= 0)
				return;
			len += (size_t)n;
		}
	}
}

static pid_t start(struct program *p, const char *socket_path, int *ret_output)
{
	const char *build = getenv("top_builddir");
	char program[512];
	char *argv[PROGRAM_WORDS + 4] = {program, (char[]){"--socket"}, (char *)socket_path};
	posix_spawn_file_actions_t actions;
	int out[2], in[2];
	pid_t pid;

	snprintf(program, sizeof program, "%s/lwm2mctl", build ? build : ".");
	for (size_t i = 0; i < PROGRAM_WORDS && p->words[i]; i++)
		argv[i + 3] = (char *)p->words[i];
	ck_assert_int_eq(pipe(out), 0);
	ck_assert_int_eq(pipe(in), 0);
	if (p->input)
		ck_assert_int_ge(write(in[1], p->input, strlen(p->input)), 0);
	close(in[1]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, out[1], 2);
	posix_spawn_file_actions_addclose(&actions, out[0]);
	ck_assert_int_eq(posix_spawn(&pid, program, &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	close(in[0]);
	*ret_output = out[0];
	return pid;
}

void program_run(struct program *p)
{
	struct server s;
	int output, status;
	pid_t pid;

	server_open(&s, p);
	memset(p->said, 0, sizeof p->said);
	memset(p->asked, 0, sizeof p->asked);
	pid = start(p, s.path, &output);
	serve(&s, p, output);
	close(output);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	server_close(&s);
	ck_assert_msg(WIFEXITED(status), "%s", p->said);
	p->code = WEXITSTATUS(status);
}

void program_expect(struct program *p, int code, const char *says, const char *asks)
{
	program_run(p);
	ck_assert_msg(p->code == code, "%d: %s", p->code, p->said);
	ck_assert_msg(strstr(p->said, says), "said: %s\nwanted: %s", p->said, says);
	if (asks)
		ck_assert_msg(strstr(p->asked, asks), "asked: %s\nwanted: %s", p->asked, asks);
}
