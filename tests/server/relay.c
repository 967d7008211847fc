#include "relay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"

enum { PEERS_MAX = 32, LATE_MAX = 64, DATAGRAM_MAX = 65536 };

struct peer {
	struct address address; /* of the other side, as the public socket sees it */
	int fd;			/* towards libcoap; < 0: free */
	struct address inner;	/* uplink: libcoap's socket, once it has sent something */
	bool is_uplink;
	bool is_secure; /* records behind a finished handshake were seen */
	uint64_t used;
};

struct late {
	uint64_t due;
	struct address to;
	uint8_t *data;
	size_t len;
};

struct relay {
	int epoll, public, timer;
	struct address address, backend;
	struct relay_hooks hooks;
	struct relay_faults faults;
	struct peer peer[PEERS_MAX];
	struct late late[LATE_MAX];
	uint64_t uses;
	uint8_t datagram[DATAGRAM_MAX];
};

static int watch(struct relay *r, int fd)
{
	struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

static int bound_socket(const struct address *a)
{
	int fd = socket(a->sa.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&a->sa, a->len) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

static void forget_peer(struct peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	*p = (struct peer){.fd = -EBADF};
}

int relay_new(const struct address *listen, const struct relay_hooks *hooks, struct relay **ret)
{
	struct relay *r = calloc(1, sizeof *r);

	if (!r)
		return -ENOMEM;
	for (size_t i = 0; i < PEERS_MAX; i++)
		r->peer[i].fd = -EBADF;
	r->hooks = *hooks;
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	r->timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	r->public = bound_socket(listen);

	int rc = r->public < 0 ? r->public : address_of_socket(r->public, &r->address);

	if (rc == 0)
		rc = watch(r, r->public);
	if (rc == 0)
		rc = watch(r, r->timer);
	if (rc < 0) {
		relay_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

struct relay *relay_free(struct relay *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < PEERS_MAX; i++)
		forget_peer(&r->peer[i]);
	for (size_t i = 0; i < LATE_MAX; i++)
		free(r->late[i].data);
	if (r->public >= 0)
		close(r->public);
	if (r->timer >= 0)
		close(r->timer);
	if (r->epoll >= 0)
		close(r->epoll);
	free(r);
	return NULL;
}

void relay_set_backend(struct relay *r, const struct address *backend)
{
	for (size_t i = 0; i < PEERS_MAX; i++)
		forget_peer(&r->peer[i]);
	r->backend = *backend;
}

struct relay_faults *relay_faults(struct relay *r)
{
	return &r->faults;
}

const struct address *relay_address(const struct relay *r)
{
	return &r->address;
}

int relay_fd(const struct relay *r)
{
	return r->epoll;
}

/* A free place, or that of the peer that was quiet longest. */
static struct peer *take_place(struct relay *r)
{
	struct peer *oldest = &r->peer[0];

	for (size_t i = 0; i < PEERS_MAX; i++) {
		if (r->peer[i].fd < 0) {
			oldest = &r->peer[i];
			break;
		}
		if (r->peer[i].used < oldest->used)
			oldest = &r->peer[i];
	}
	forget_peer(oldest);
	return oldest;
}

static struct peer *peer_open(struct relay *r, const struct address *address, bool is_uplink)
{
	struct peer *p = take_place(r);
	struct address any = address_loopback();
	int fd = bound_socket(&any);

	if (fd < 0)
		return NULL;
	if (!is_uplink)
		connect(fd, (const struct sockaddr *)&r->backend.sa, r->backend.len);
	if (watch(r, fd) < 0) {
		close(fd);
		return NULL;
	}
	*p = (struct peer){.address = *address, .fd = fd, .is_uplink = is_uplink};
	return p;
}

static struct peer *peer_find(struct relay *r, const struct address *address)
{
	for (size_t i = 0; i < PEERS_MAX; i++)
		if (r->peer[i].fd >= 0 && address_is_equal(&r->peer[i].address, address))
			return &r->peer[i];
	return NULL;
}

/* RFC 6347 section 4.1: type 22, epoch 0; handshake message 1 behind the 13 octets of header */
static bool is_client_hello(struct span d)
{
	return d.len > 25 && d.data[0] == 22 && d.data[3] == 0 && d.data[4] == 0 && d.data[13] == 1;
}

static bool is_protected(struct span d)
{
	return d.len > 13 && d.data[0] >= 20 && d.data[0] <= 25 && (d.data[3] | d.data[4]);
}

/* A peer that starts over from the same port gets a socket of its own towards libcoap. */
static struct peer *peer_for(struct relay *r, const struct address *from, struct span d)
{
	struct peer *p = peer_find(r, from);

	if (p && p->is_secure && !p->is_uplink && is_client_hello(d)) {
		forget_peer(p);
		p = NULL;
	}
	if (!p)
		p = peer_open(r, from, false);
	if (p) {
		p->is_secure |= is_protected(d);
		p->used = ++r->uses;
	}
	return p;
}

static bool take_one(unsigned *count)
{
	if (*count == 0)
		return false;
	--*count;
	return true;
}

static void pass_in(struct relay *r, const struct address *from, struct span d)
{
	char text[ADDRESS_TEXT_MAX];

	address_format(from, text);
	if (is_client_hello(d))
		r->hooks.client_hello(r->hooks.data, text, d);
	if (r->faults.is_silent || take_one(&r->faults.drop_in)) {
		r->hooks.ignored(r->hooks.data, text, d);
		return;
	}

	struct peer *p = peer_for(r, from, d);

	for (int copies = take_one(&r->faults.duplicate_in) ? 2 : 1; p && copies > 0; copies--) {
		ssize_t n = p->is_uplink
				    ? sendto(p->fd, d.data, d.len, 0,
					      (const struct sockaddr *)&p->inner.sa, p->inner.len)
				    : send(p->fd, d.data, d.len, 0);

		(void)n; /* a datagram may get lost */
	}
}

static void send_out(struct relay *r, const struct address *to, struct span d)
{
	ssize_t n = sendto(r->public, d.data, d.len, 0, (const struct sockaddr *)&to->sa, to->len);

	(void)n; /* a datagram may get lost */
}

static void arm_timer(struct relay *r)
{
	uint64_t due = USEC_NEVER;

	for (size_t i = 0; i < LATE_MAX; i++)
		if (r->late[i].data && r->late[i].due < due)
			due = r->late[i].due;

	struct itimerspec when = {0};

	if (due != USEC_NEVER) {
		when.it_value.tv_sec = (time_t)(due / USEC_PER_SEC);
		when.it_value.tv_nsec = (long)(due % USEC_PER_SEC) * 1000;
	}
	timerfd_settime(r->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void keep_late(struct relay *r, const struct address *to, struct span d)
{
	for (size_t i = 0; i < LATE_MAX; i++) {
		struct late *l = &r->late[i];

		if (l->data)
			continue;
		l->data = malloc(d.len + 1);
		if (!l->data)
			return;
		memcpy(l->data, d.data, d.len);
		l->len = d.len;
		l->to = *to;
		l->due = clock_now(&clock_system) + r->faults.delay_out;
		arm_timer(r);
		return;
	}
}

static void pass_out(struct relay *r, const struct peer *p, struct span d)
{
	if (r->faults.is_silent || take_one(&r->faults.drop_out))
		return;
	for (int copies = take_one(&r->faults.duplicate_out) ? 2 : 1; copies > 0; copies--)
		if (r->faults.delay_out)
			keep_late(r, &p->address, d);
		else
			send_out(r, &p->address, d);
}

static void send_late(struct relay *r)
{
	uint64_t now = clock_now(&clock_system);
	uint64_t expirations;

	if (read(r->timer, &expirations, sizeof expirations) < 0 && errno != EAGAIN)
		return;
	for (size_t i = 0; i < LATE_MAX; i++) {
		struct late *l = &r->late[i];

		if (!l->data || l->due > now)
			continue;
		send_out(r, &l->to, span_of(l->data, l->len));
		free(l->data);
		l->data = NULL;
	}
	arm_timer(r);
}

/* One datagram of a socket; *ret_from its sender. False: there is none. */
static bool receive(struct relay *r, int fd, struct address *ret_from, struct span *ret)
{
	ssize_t n;

	do { /* a port that is closed says so once */
		*ret_from = (struct address){.len = sizeof ret_from->sa};
		n = recvfrom(fd, r->datagram, sizeof r->datagram, 0,
			(struct sockaddr *)&ret_from->sa, &ret_from->len);
	} while (n < 0 && (errno == ECONNREFUSED || errno == EINTR));
	if (n < 0)
		return false;
	*ret = span_of(r->datagram, (size_t)n);
	return true;
}

static void process_peer(struct relay *r, int fd)
{
	struct address from;
	struct span d;

	for (size_t i = 0; i < PEERS_MAX; i++) {
		struct peer *p = &r->peer[i];

		while (p->fd == fd && receive(r, fd, &from, &d)) {
			if (p->is_uplink)
				p->inner = from;
			p->used = ++r->uses;
			pass_out(r, p, d);
		}
	}
}

void relay_process(struct relay *r)
{
	struct epoll_event ready[16];
	int n = epoll_wait(r->epoll, ready, 16, 0);

	for (int i = 0; i < n; i++) {
		struct address from;
		struct span d;

		if (ready[i].data.fd == r->timer) {
			send_late(r);
		} else if (ready[i].data.fd == r->public) {
			while (receive(r, r->public, &from, &d))
				pass_in(r, &from, d);
		} else {
			process_peer(r, ready[i].data.fd);
		}
	}
}

bool relay_peer(const struct relay *r, unsigned port, char ret[ADDRESS_TEXT_MAX])
{
	for (size_t i = 0; i < PEERS_MAX; i++) {
		struct address local;

		if (r->peer[i].fd < 0 || address_of_socket(r->peer[i].fd, &local) < 0 ||
			address_port(&local) != port)
			continue;
		address_format(&r->peer[i].address, ret);
		return true;
	}
	return false;
}

int relay_open_uplink(struct relay *r, const struct address *target, struct address *ret_local)
{
	struct peer *p = peer_find(r, target);

	if (p)
		forget_peer(p);
	p = peer_open(r, target, true);
	if (!p)
		return -ENOMEM;
	p->used = ++r->uses;
	return address_of_socket(p->fd, ret_local);
}
