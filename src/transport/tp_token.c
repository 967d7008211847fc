#include "transport/tp_token.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/cleanup.h"

/* What the thread and the loop share; the last of both frees it. */
struct job {
	pthread_mutex_t lock;
	unsigned refs;
	int fd; /* eventfd */
	struct secret uri, pin;
	int error;
	struct evp_pkey_st *key;
	bool is_pin_used;
	char why[KEY_WHY_MAX];
};

struct token_fetch {
	const struct loop *loop;
	struct loop_source *source;
	struct job *job;
	token_done_fn done;
	void *data;
};

static void job_unref(struct job *job)
{
	pthread_mutex_lock(&job->lock);

	bool is_last = --job->refs == 0;

	pthread_mutex_unlock(&job->lock);
	if (!is_last)
		return;
	pthread_mutex_destroy(&job->lock);
	secret_done(&job->uri);
	secret_done(&job->pin);
	key_free(job->key);
	close(job->fd);
	free(job);
}

static void *job_run(void *data)
{
	struct job *job = data;
	struct evp_pkey_st *key = NULL;

	/* nobody else looks at the result before the descriptor tells */
	job->error = token_load(
		secret_span(&job->uri), secret_span(&job->pin), &key, &job->is_pin_used, job->why);
	job->key = key;
	(void)eventfd_write(job->fd, 1);
	job_unref(job);
	return NULL;
}

/* Signals stay with the loop's thread. */
static int job_start(struct job *job)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);

	int r = pthread_create(&thread, &attr, job_run, job);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return -r;
}

static struct job *job_new(struct span uri, struct span pin)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	pthread_mutex_init(&job->lock, NULL);
	job->refs = 1;
	job->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (job->fd < 0 || secret_set(&job->uri, uri) < 0 || secret_set(&job->pin, pin) < 0) {
		job_unref(job);
		return NULL;
	}
	return job;
}

static void on_ready(void *data, uint32_t events)
{
	struct token_fetch *f = data;
	struct job *job = f->job;
	token_done_fn done = f->done;
	void *user = f->data;
	eventfd_t count;

	(void)events;
	if (eventfd_read(job->fd, &count) < 0)
		return;
	pthread_mutex_lock(&job->lock);
	job->refs++; /* until done has returned */
	pthread_mutex_unlock(&job->lock);
	token_fetch_cancel(f);
	done(user, job->error, TAKE_PTR(job->key), job->is_pin_used, job->why);
	job_unref(job);
}

int token_fetch_start(const struct loop *loop, struct span uri, struct span pin, token_done_fn done,
	void *data, struct token_fetch **ret)
{
	struct token_fetch *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	*f = (struct token_fetch){
		.loop = loop, .job = job_new(uri, pin), .done = done, .data = data};

	int r = f->job ? loop->watch(loop->impl, f->job->fd, EPOLLIN, on_ready, f, &f->source)
		       : -ENOMEM;

	if (r == 0) {
		f->job->refs++;
		r = job_start(f->job);
		if (r < 0)
			f->job->refs--;
	}
	if (r < 0) {
		token_fetch_cancel(f);
		return r;
	}
	*ret = f;
	return 0;
}

struct token_fetch *token_fetch_cancel(struct token_fetch *f)
{
	if (!f)
		return NULL;
	f->loop->free_source(f->source);
	if (f->job)
		job_unref(f->job);
	free(f);
	return NULL;
}
