#include "card/helper/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "card/helper/sandbox.h"

enum { LINE_MAX_OCTETS = 4096, GOODBYE_MS = 1000 };

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
	if (r == 0 && span_is_text(buf_span(&line), "absent"))
		r = -ENOMEDIUM;
	else if (r == 0 && hex_decode(buf_span(&line), answer) < 0)
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

/* In the child. The program gets its own process group, and ends with us however we end. */
__attribute__((noreturn)) static void become(
	char *const arguments[], int in, int out, int told, pid_t parent)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *const environment[] = {path, NULL};

	signal(SIGPIPE, SIG_DFL);
	sandbox_leave();
	if (setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
		dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execve(arguments[0], arguments, environment);

	int error = errno;

	if (write(told, &error, sizeof error) < 0)
		_exit(126);
	_exit(127);
}

/* The pipe that tells of a failure closes by itself where the program begins. */
static int spawn(struct exec_card *e, char *const arguments[], int in, int out)
{
	_cleanup_(close_p) int told = -EBADF, tell = -EBADF;
	int ends[2], error = 0;
	pid_t parent = getpid();

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	told = ends[0];
	tell = ends[1];
	e->pid = fork();
	if (e->pid < 0)
		return -errno;
	if (e->pid == 0)
		become(arguments, in, out, tell, parent);
	close_p(&tell);
	return read(told, &error, sizeof error) == sizeof error ? -error : 0;
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

/* Its input has ended: it may tidy up and end by itself. */
static void end(pid_t pid)
{
	_cleanup_(close_p) int fd = pidfd_open(pid, 0);
	struct pollfd ended = {.fd = fd, .events = POLLIN};

	if (fd < 0 || poll(&ended, 1, GOODBYE_MS) != 1)
		kill(pid, SIGKILL);
	kill(-pid, SIGKILL); /* what it started */
	waitpid(pid, NULL, 0);
}

struct exec_card *exec_free(struct exec_card *e)
{
	if (!e)
		return NULL;
	close_p(&e->to);
	close_p(&e->from);
	if (e->pid > 0)
		end(e->pid);
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
