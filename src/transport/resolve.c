#include "transport/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/cleanup.h"

enum { STACK_SIZE = 256 * 1024, NAME_MAX_LEN = 255 };

/* One name in one thread. Belongs to the thread until it is in the mailbox. */
struct job {
	struct job *next;
	struct mailbox *mailbox;
	char name[NAME_MAX_LEN + 1];
	int error; /* of getaddrinfo() */
	struct addrinfo *found;
};

/* What the threads and the loop share; the last of them frees it. */
struct mailbox {
	pthread_mutex_t lock;
	unsigned refs;
	int fd; /* eventfd */
	bool is_closed;
	struct job *finished;
};

/* Somebody who waits. */
struct lookup {
	struct lookup *next;
	struct resolver *resolver;
	char name[NAME_MAX_LEN + 1];
	uint16_t port;
	int family;
	resolve_done_fn done;
	void *data;
	bool is_literal;
	struct address literal;
};

/* A thread that is under way: its name, for those who come to wait for the same. */
struct flight {
	bool is_used;
	char name[NAME_MAX_LEN + 1];
};

struct resolver {
	const struct loop *loop;
	struct mailbox *mailbox;
	struct loop_source *source;
	struct lookup *lookups;
	struct flight flight[RESOLVE_THREADS_MAX];
};

static struct job *job_free(struct job *job)
{
	if (job && job->found)
		freeaddrinfo(job->found);
	free(job);
	return NULL;
}

static void mailbox_unref(struct mailbox *m)
{
	pthread_mutex_lock(&m->lock);

	bool is_last = --m->refs == 0;

	pthread_mutex_unlock(&m->lock);
	if (!is_last)
		return;
	while (m->finished) {
		struct job *next = m->finished->next;

		job_free(m->finished);
		m->finished = next;
	}
	pthread_mutex_destroy(&m->lock);
	close(m->fd);
	free(m);
}

static struct mailbox *mailbox_new(void)
{
	struct mailbox *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (m->fd < 0) {
		free(m);
		return NULL;
	}
	pthread_mutex_init(&m->lock, NULL);
	m->refs = 1;
	return m;
}

static void *job_run(void *data)
{
	struct job *job = data;
	struct mailbox *m = job->mailbox;
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};

	job->error = getaddrinfo(job->name, NULL, &hints, &job->found);

	pthread_mutex_lock(&m->lock);
	if (m->is_closed) {
		job_free(job);
	} else {
		job->next = m->finished;
		m->finished = job;
		(void)eventfd_write(m->fd, 1);
	}
	pthread_mutex_unlock(&m->lock);
	mailbox_unref(m);
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
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);

	int r = pthread_create(&thread, &attr, job_run, job);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return -r;
}

static int flight_start(struct resolver *r, struct flight *flight, const char *name)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return -ENOMEM;
	memcpy(job->name, name, sizeof job->name);
	job->mailbox = r->mailbox;

	pthread_mutex_lock(&r->mailbox->lock);
	r->mailbox->refs++;
	pthread_mutex_unlock(&r->mailbox->lock);

	int err = job_start(job);
	if (err < 0) {
		mailbox_unref(r->mailbox);
		job_free(job);
		return err;
	}
	flight->is_used = true;
	memcpy(flight->name, name, sizeof flight->name);
	return 0;
}

static bool is_in_flight(const struct resolver *r, const char *name)
{
	for (size_t i = 0; i < RESOLVE_THREADS_MAX; i++)
		if (r->flight[i].is_used && strcmp(r->flight[i].name, name) == 0)
			return true;
	return false;
}

/* Starts threads for names that wait for one, while there are less than the maximum. */
static void resolver_start_flights(struct resolver *r)
{
	size_t i = 0;

	for (const struct lookup *l = r->lookups; l; l = l->next) {
		if (l->is_literal || is_in_flight(r, l->name))
			continue;
		while (i < RESOLVE_THREADS_MAX && r->flight[i].is_used)
			i++;
		if (i == RESOLVE_THREADS_MAX)
			return;
		/* no memory, no thread: tried again with the next event; who waits has a deadline
		 */
		if (flight_start(r, &r->flight[i], l->name) < 0)
			return;
	}
}

static void result_add(struct resolve_result *result, struct address a, uint16_t port, int family)
{
	if (family != AF_UNSPEC && a.any.sa_family != family)
		return;
	if (a.any.sa_family == AF_INET)
		a.v4.sin_port = htons(port);
	else if (a.any.sa_family == AF_INET6)
		a.v6.sin6_port = htons(port);
	else
		return;
	for (size_t i = 0; i < result->n_addresses; i++)
		if (address_is_equal(&result->address[i], &a))
			return;
	if (result->n_addresses < RESOLVE_ADDRESSES_MAX)
		result->address[result->n_addresses++] = a;
}

static struct resolve_result result_of(const struct lookup *l, const struct job *job)
{
	struct resolve_result result = {0};

	if (l->is_literal)
		result_add(&result, l->literal, l->port, l->family);
	for (const struct addrinfo *a = job ? job->found : NULL; a; a = a->ai_next)
		result_add(&result, address_of(a->ai_addr, a->ai_addrlen), l->port, l->family);

	if (result.n_addresses > 0)
		return result;
	if (!job || job->error == 0) {
		result.reason = REASON_DNS_NO_FAMILY;
		snprintf(result.detail, sizeof result.detail, "no %s address",
			l->family == AF_INET ? "IPv4" : "IPv6");
		return result;
	}
	result.reason = job->error == EAI_AGAIN ? REASON_DNS_TIMEOUT : REASON_DNS_NOT_FOUND;
	snprintf(result.detail, sizeof result.detail, "%s", gai_strerror(job->error));
	return result;
}

static void lookup_unlink(struct lookup *l)
{
	for (struct lookup **at = &l->resolver->lookups; *at; at = &(*at)->next)
		if (*at == l) {
			*at = l->next;
			return;
		}
}

struct lookup *lookup_cancel(struct lookup *l)
{
	if (!l)
		return NULL;
	lookup_unlink(l);
	free(l);
	return NULL;
}

/* The next one that waits for this job, or for nothing but the loop. */
static struct lookup *next_waiting(struct resolver *r, const struct job *job)
{
	for (struct lookup *l = r->lookups; l; l = l->next)
		if (job ? !l->is_literal && strcmp(l->name, job->name) == 0 : l->is_literal)
			return l;
	return NULL;
}

static void resolver_complete(struct resolver *r, const struct job *job)
{
	struct lookup *l;

	while ((l = next_waiting(r, job))) {
		struct resolve_result result = result_of(l, job);
		resolve_done_fn done = l->done;
		void *data = l->data;

		lookup_cancel(l);
		done(data, &result);
	}
}

static void resolver_ready(void *data, uint32_t events)
{
	struct resolver *r = data;
	struct mailbox *m = r->mailbox;
	eventfd_t count;

	(void)events;
	(void)eventfd_read(m->fd, &count);
	pthread_mutex_lock(&m->lock);

	struct job *finished = m->finished;

	m->finished = NULL;
	pthread_mutex_unlock(&m->lock);

	while (finished) {
		struct job *next = finished->next;

		for (size_t i = 0; i < RESOLVE_THREADS_MAX; i++)
			if (r->flight[i].is_used && strcmp(r->flight[i].name, finished->name) == 0)
				r->flight[i].is_used = false;
		resolver_complete(r, finished);
		job_free(finished);
		finished = next;
	}
	resolver_complete(r, NULL);
	resolver_start_flights(r);
}

int resolver_new(const struct loop *loop, struct resolver **ret)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->loop = loop;
	r->mailbox = mailbox_new();
	if (!r->mailbox) {
		free(r);
		return -ENOMEM;
	}

	int err = loop->watch(loop->impl, r->mailbox->fd, EPOLLIN, resolver_ready, r, &r->source);
	if (err < 0) {
		resolver_free(r);
		return err;
	}
	*ret = r;
	return 0;
}

struct resolver *resolver_free(struct resolver *r)
{
	if (!r)
		return NULL;
	while (r->lookups)
		lookup_cancel(r->lookups);
	r->loop->free_source(r->source);

	pthread_mutex_lock(&r->mailbox->lock);
	r->mailbox->is_closed = true;
	pthread_mutex_unlock(&r->mailbox->lock);
	mailbox_unref(r->mailbox);
	free(r);
	return NULL;
}

int resolver_start(struct resolver *r, struct span host, uint16_t port, int family,
	resolve_done_fn done, void *data, struct lookup **ret)
{
	if (host.len == 0 || host.len > NAME_MAX_LEN || memchr(host.data, 0, host.len))
		return -EINVAL;

	struct lookup *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	*l = (struct lookup){
		.resolver = r, .port = port, .family = family, .done = done, .data = data};
	memcpy(l->name, host.data, host.len);
	l->is_literal = address_parse(host, port, &l->literal) == 0;

	struct lookup **end = &r->lookups;

	while (*end)
		end = &(*end)->next;
	*end = l;

	if (l->is_literal)
		(void)eventfd_write(r->mailbox->fd, 1);
	else
		resolver_start_flights(r);
	*ret = l;
	return 0;
}
