#include "daemon/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/cleanup.h"

struct program {
	struct programs *owner;
	struct program *next;
	struct program_job job;
	char path[32];
	struct buf input, output;
	pid_t pid; /* 0: not started, or buried */
	int output_fd, pidfd;
	struct loop_source *output_source, *pidfd_source, *deadline;
	enum program_end end; /* what we made of it; EXITED: nothing */
	bool is_cancelled;
};

struct programs {
	const struct loop *loop;
	const struct clock *clock;
	struct program *first; /* all, in the order they were asked for */
	struct loop_source *wake;
	size_t n_running, n_waiting;
};

/* --- starting --------------------------------------------------------------------------------- */

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
	/* a group of its own: what it starts is killed with it */
	if (r == 0)
		r = posix_spawnattr_setpgroup(attributes, 0);
	if (r == 0)
		r = posix_spawnattr_setflags(attributes,
			POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	return r;
}

static int spawn(struct program *p, int in, int out)
{
	char path[64], server[64];
	const char *environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
		path, server, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r = posix_spawnattr_init(&attributes);

	if (r != 0)
		return -r;
	snprintf(path, sizeof path, "LWM2M_PATH=%s", p->path);
	snprintf(server, sizeof server, "LWM2M_SERVER=%u", p->job.short_server_id);
	if (p->job.short_server_id == 0)
		environment[3] = NULL;
	r = posix_spawn_file_actions_init(&actions);
	if (r == 0) {
		r = set_up(&attributes, &actions, in, out);
		if (r == 0)
			r = posix_spawn(&p->pid, p->job.argv[0], &actions, &attributes, p->job.argv,
				(char *const *)(uintptr_t)environment);
		posix_spawn_file_actions_destroy(&actions);
	}
	posix_spawnattr_destroy(&attributes);
	return -r;
}

/* A file in memory: unlike a pipe it takes all of the input before anybody reads it. */
static int open_input(struct span input)
{
	_cleanup_(close_p) int fd = memfd_create("lwm2md-input", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < input.len;) {
		ssize_t n = write(fd, input.data + done, input.len - done);

		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static void on_output(void *data, uint32_t events);
static void on_exit_seen(void *data, uint32_t events);

static int start(struct program *p)
{
	const struct loop *loop = p->owner->loop;
	_cleanup_(close_p) int in = open_input(buf_span(&p->input));
	int out[2];

	if (in < 0)
		return in;
	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;

	int r = fcntl(out[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : spawn(p, in, out[1]);

	close(out[1]);
	p->output_fd = out[0];
	if (r < 0)
		return r;
	p->pidfd = pidfd_open(p->pid, 0);
	if (p->pidfd < 0)
		return -errno;
	r = loop->watch(loop->impl, p->output_fd, EPOLLIN, on_output, p, &p->output_source);
	if (r >= 0)
		r = loop->watch(loop->impl, p->pidfd, EPOLLIN, on_exit_seen, p, &p->pidfd_source);
	if (r >= 0)
		r = loop->arm(
			p->deadline, clock_now(p->owner->clock) + p->job.timeout, USEC_PER_MSEC);
	return r;
}

/* --- ending ----------------------------------------------------------------------------------- */

static void kill_group(const struct program *p)
{
	/* not buried yet, so the number is still its own */
	if (p->pid > 0 && kill(-p->pid, SIGKILL) < 0)
		kill(p->pid, SIGKILL);
}

static void unlink_program(struct program *p)
{
	for (struct program **at = &p->owner->first; *at; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			return;
		}
}

static void stop_watching(struct program *p)
{
	const struct loop *loop = p->owner->loop;

	loop->free_source(p->output_source);
	loop->free_source(p->pidfd_source);
	loop->free_source(p->deadline);
	p->output_source = p->pidfd_source = p->deadline = NULL;
	close_p(&p->output_fd);
	close_p(&p->pidfd);
	p->output_fd = p->pidfd = -EBADF;
}

static void program_destroy(struct program *p)
{
	unlink_program(p);
	stop_watching(p);
	buf_done(&p->input);
	buf_done(&p->output);
	free(p);
}

static void wake(struct programs *owner)
{
	owner->loop->arm(owner->wake, clock_now(owner->clock), 1);
}

static void describe(const struct program *p, int status, struct program_result *ret)
{
	static const char *const texts[] = {
		[PROGRAM_EXITED] = "",
		[PROGRAM_SIGNALLED] = "",
		[PROGRAM_TIMED_OUT] = "not done in time, killed",
		[PROGRAM_TOO_LONG] = "too much output, killed",
		[PROGRAM_NOT_STARTED] = "cannot be started",
	};

	*ret = (struct program_result){.end = p->end, .output = buf_span(&p->output)};
	if (p->end != PROGRAM_EXITED) {
		snprintf(ret->text, sizeof ret->text, "%s", texts[p->end]);
		if (p->end == PROGRAM_NOT_STARTED)
			snprintf(ret->text, sizeof ret->text, "cannot be started: %s",
				strerror(status));
	} else if (WIFEXITED(status)) {
		ret->status = WEXITSTATUS(status);
		snprintf(ret->text, sizeof ret->text, "exit status %d", ret->status);
	} else {
		ret->end = PROGRAM_SIGNALLED;
		snprintf(ret->text, sizeof ret->text, "ended by signal %d", WTERMSIG(status));
	}
}

static void finish(struct program *p, int status)
{
	struct programs *owner = p->owner;
	struct program_result result;
	bool is_cancelled = p->is_cancelled;

	describe(p, status, &result);
	unlink_program(p);
	stop_watching(p);
	if (!is_cancelled)
		p->job.done(p->job.data, &result);
	p->next = NULL;
	buf_done(&p->input);
	buf_done(&p->output);
	free(p);
	wake(owner);
}

/* --- while it runs ---------------------------------------------------------------------------- */

static void give_up(struct program *p, enum program_end end)
{
	if (p->end == PROGRAM_EXITED)
		p->end = end;
	kill_group(p);
}

/* false: nothing more for now. */
static bool read_some(struct program *p)
{
	uint8_t *room;

	if (p->output.len > PROGRAM_OUTPUT_MAX || buf_reserve(&p->output, 4096, &room) < 0) {
		give_up(p, PROGRAM_TOO_LONG);
		return false;
	}

	ssize_t n = read(p->output_fd, room, 4096);

	if (n < 0)
		return errno == EINTR;
	p->output.len += (size_t)n;
	if (n == 0) {
		p->owner->loop->free_source(p->output_source);
		p->output_source = NULL;
	}
	return n > 0;
}

static void on_output(void *data, uint32_t events)
{
	(void)events;
	read_some(data);
}

static void bury(struct program *p)
{
	siginfo_t info = {0};
	int status = 0;

	/* not yet buried: what it left behind goes while the number of the group is still its own
	 */
	if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		info.si_pid == 0)
		return;
	kill_group(p);
	while (waitpid(p->pid, &status, WNOHANG) < 0 && errno == EINTR)
		;
	p->pid = 0;
	p->owner->n_running--;
	while (p->output_source && read_some(p))
		;
	if (p->output.len > PROGRAM_OUTPUT_MAX && p->end == PROGRAM_EXITED)
		p->end = PROGRAM_TOO_LONG;
	finish(p, status);
}

static void on_exit_seen(void *data, uint32_t events)
{
	(void)events;
	bury(data);
}

static void on_deadline(void *data)
{
	give_up(data, PROGRAM_TIMED_OUT);
}

bool programs_take_child(struct programs *owner, pid_t pid)
{
	for (struct program *p = owner->first; p; p = p->next)
		if (p->pid == pid) {
			bury(p);
			return true;
		}
	return false;
}

/* --- the queue -------------------------------------------------------------------------------- */

static struct program *first_waiting(struct programs *owner)
{
	for (struct program *p = owner->first; p; p = p->next)
		if (p->pid == 0)
			return p;
	return NULL;
}

static void on_wake(void *data)
{
	struct programs *owner = data;
	struct program *p;

	while (owner->n_running < PROGRAMS_AT_ONCE && (p = first_waiting(owner))) {
		owner->n_waiting--;

		int r = start(p);

		if (r < 0 && p->pid > 0) {
			/* it runs, but unseen */
			kill_group(p);
			waitpid(p->pid, NULL, 0);
			p->pid = 0;
		}
		if (r < 0) {
			p->end = PROGRAM_NOT_STARTED;
			finish(p, -r);
			continue;
		}
		owner->n_running++;
	}
}

int programs_run(struct programs *owner, const struct program_job *job, struct program **ret)
{
	struct program *p;
	struct program **last = &owner->first;
	int r;

	if (owner->n_waiting >= PROGRAMS_WAITING_MAX)
		return -EBUSY;
	p = calloc(1, sizeof *p);
	if (!p)
		return -ENOMEM;
	p->owner = owner;
	p->job = *job;
	p->output_fd = p->pidfd = -EBADF;
	p->output.max = PROGRAM_OUTPUT_MAX + 8192;
	p->input.max = PROGRAM_OUTPUT_MAX;
	snprintf(p->path, sizeof p->path, "%s", job->path ? job->path : "");
	r = buf_set(&p->input, job->input);
	if (r == 0)
		r = owner->loop->timer(owner->loop->impl, on_deadline, p, &p->deadline);
	if (r < 0) {
		program_destroy(p);
		return r;
	}
	while (*last)
		last = &(*last)->next;
	*last = p;
	owner->n_waiting++;
	wake(owner);
	*ret = p;
	return 0;
}

void program_cancel(struct program *p)
{
	if (!p)
		return;
	if (p->pid == 0) {
		p->owner->n_waiting--;
		program_destroy(p);
		return;
	}
	p->is_cancelled = true;
	kill_group(p);
}

void program_forget(struct program *p)
{
	if (p && p->pid > 0)
		p->is_cancelled = true;
	else
		program_cancel(p);
}

/* --- life ------------------------------------------------------------------------------------- */

int programs_new(const struct loop *loop, const struct clock *clock, struct programs **ret)
{
	struct programs *p = calloc(1, sizeof *p);

	if (!p)
		return -ENOMEM;
	*p = (struct programs){.loop = loop, .clock = clock};

	int r = loop->timer(loop->impl, on_wake, p, &p->wake);

	if (r < 0) {
		free(p);
		return r;
	}
	*ret = p;
	return 0;
}

struct programs *programs_free(struct programs *p)
{
	if (!p)
		return NULL;
	while (p->first) {
		/* killed; the init process buries it if we are gone before */
		kill_group(p->first);
		program_destroy(p->first);
	}
	p->loop->free_source(p->wake);
	free(p);
	return NULL;
}
