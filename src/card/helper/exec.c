#include "card/helper/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/encoding.h"

enum { LINE_MAX_OCTETS = 4096 };

struct exec_card {
	pid_t pid;
	int to, from; /* its standard input and output */
	void (*alive)(void);
	struct card_port port;
};

static int write_all(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.data, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EIO;
		bytes = span_of(bytes.data + n, bytes.len - (size_t)n);
	}
	return 0;
}

/* One line without its end. */
static int read_line(int fd, struct buf *line)
{
	for (;;) {
		char c;
		ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || line->len == LINE_MAX_OCTETS)
			return -EIO;
		if (c == '\n')
			return 0;

		int r = c == '\r' ? 0 : buf_append_byte(line, (uint8_t)c);

		if (r < 0)
			return r;
	}
}

static int transmit(void *data, struct span command, struct buf *answer)
{
	struct exec_card *e = data;
	_cleanup_(buf_done) struct buf line = {0};
	struct writer w = writer_to(&line);

	hex_encode(command, &w);
	wr_u8(&w, '\n');

	int r = w.err;

	if (r == 0)
		r = write_all(e->to, buf_span(&line));
	buf_truncate(&line, 0);
	if (r == 0)
		r = read_line(e->from, &line);
	if (e->alive)
		e->alive();
	if (r == 0 && hex_decode(buf_span(&line), answer) < 0)
		r = -EPROTO;
	return r;
}

/* No reset is ever told here. */
static int restart(void *data)
{
	(void)data;
	return -EIO;
}

static char *text_of(struct span s)
{
	return strndup((const char *)s.data, s.len);
}

static int spawn(struct exec_card *e, char *const arguments[], int in, int out)
{
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn(&e->pid, arguments[0], &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

static int start(struct exec_card *e, char *const arguments[])
{
	int in[2] = {-EBADF, -EBADF}, out[2] = {-EBADF, -EBADF};
	int r = pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 ? -errno : 0;

	if (r == 0)
		r = spawn(e, arguments, in[0], out[1]);
	close_p(&in[0]);
	close_p(&out[1]);
	e->to = in[1];
	e->from = out[0];
	return r;
}

int exec_new(const struct card_wish *wish, struct card_outcome *outcome, void (*alive)(void),
	struct exec_card **ret)
{
	_cleanup_(exec_free_p) struct exec_card *e = calloc(1, sizeof *e);
	char *arguments[CARD_COMMAND_MAX + 1] = {NULL};
	int r = 0;

	if (!e)
		return -ENOMEM;
	e->to = e->from = -EBADF;
	e->alive = alive;
	e->port = (struct card_port){
		.data = e, .transmit = transmit, .restart = restart, .is_t0 = false};
	for (size_t i = 0; r == 0 && i < wish->n_command; i++) {
		arguments[i] = text_of(wish->command[i]);
		r = arguments[i] ? 0 : -ENOMEM;
	}
	signal(SIGPIPE, SIG_IGN);
	if (r == 0) {
		r = start(e, arguments);
		if (r < 0)
			r = outcome_end(outcome, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE,
				"%.100s cannot be started: %s", arguments[0], strerror(-r));
	}
	for (size_t i = 0; i < wish->n_command; i++)
		free(arguments[i]);
	if (r == 0)
		*ret = TAKE_PTR(e);
	return r;
}

struct exec_card *exec_free(struct exec_card *e)
{
	if (!e)
		return NULL;
	close_p(&e->to);
	close_p(&e->from);
	if (e->pid > 0) {
		kill(e->pid, SIGTERM);
		waitpid(e->pid, NULL, 0);
	}
	free(e);
	return NULL;
}

void exec_free_p(struct exec_card **e)
{
	exec_free(*e);
}

const struct card_port *exec_port(const struct exec_card *e)
{
	return &e->port;
}
