#include "daemon/network.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/bearer.h"
#include "daemon/netlink.h"
#include "objects/connectivity.h"
#include "objects/statistics.h"

/* One change of a link brings a dozen messages; a value may be so old when it is read. */
#define COLLECT USEC_PER_SEC
/* While statistics are collected, whoever observes them sees them grow. */
#define SAMPLE (10 * USEC_PER_SEC)
#define ACCURACY (100 * USEC_PER_MSEC)

/* Where the route of everything else goes. Documentation addresses: nothing is sent. */
static const char *const elsewhere[] = {"192.0.2.1", "2001:db8::1"};

struct network {
	struct network_env env;
	struct netlink *netlink;
	struct connectivity_actions connectivity;
	struct statistics statistics;
	struct loop_source *watch, *collect, *sample, *period;
	bool is_armed;
	bool is_told; /* that the kernel does not answer */
	uint64_t filled_at;
	struct net_link links[NET_LINKS_MAX];
	size_t n_links;
};

static const uint16_t ours[] = {OBJECT_CONNECTIVITY_MONITORING, OBJECT_CONNECTIVITY_STATISTICS};

static bool is_offered(const struct network *n, uint16_t oid)
{
	const struct object_def *def = model_object(n->env.model, oid);

	return def && (def == &object_connectivity || def == &object_statistics);
}

/* --- what there is ---------------------------------------------------------------------------- */

static int read_links(struct network *n)
{
	int r = netlink_links(n->netlink, n->links, NET_LINKS_MAX);

	if (r < 0 && !n->is_told)
		LOG(LOG_WARNING, "the kernel does not tell its links: %s", strerror(-r));
	n->is_told = r < 0;
	n->n_links = r < 0 ? 0 : (size_t)r;
	return r < 0 ? r : 0;
}

static const struct net_link *link_of(const struct network *n, int index)
{
	for (size_t i = 0; i < n->n_links; i++)
		if (n->links[i].index == index)
			return &n->links[i];
	return NULL;
}

/* The link to the server in use, else of the default route. NULL: there is none. */
static const struct net_link *find_link(struct network *n)
{
	char peer[NETWORK_PEER_MAX] = "";
	int index;

	n->env.peer(n->env.data, peer);
	if (*peer && netlink_route(n->netlink, peer, &index) == 0)
		return link_of(n, index);
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
		if (netlink_route(n->netlink, elsewhere[i], &index) == 0)
			return link_of(n, index);
	return NULL;
}

static void add_available(struct connectivity_facts *f, uint8_t bearer)
{
	for (size_t i = 0; i < f->n_available; i++)
		if (f->available[i] == bearer)
			return;
	if (f->n_available < CONNECTIVITY_LIST_MAX)
		f->available[f->n_available++] = bearer;
}

static size_t list_of(int r)
{
	return r < 0 ? 0 : (size_t)r;
}

static void find_facts(struct network *n, struct connectivity_facts *f)
{
	const struct net_link *link = find_link(n);

	*f = (struct connectivity_facts){.bearer = BEARER_ETHERNET};
	for (size_t i = 0; i < n->n_links; i++)
		if (n->links[i].is_up && !n->links[i].is_loopback)
			add_available(f, bearer_of(n->env.root, &n->links[i]));
	if (!link)
		return;
	f->bearer = bearer_of(n->env.root, link);
	/* a server on this host is reached over the loopback link, which is no bearer */
	if (f->n_available == 0)
		add_available(f, f->bearer);
	f->signal = bearer_signal(link);
	f->n_addresses = list_of(
		netlink_addresses(n->netlink, link->index, f->address, CONNECTIVITY_LIST_MAX));
	f->n_routers = list_of(
		netlink_gateways(n->netlink, link->index, f->router, CONNECTIVITY_LIST_MAX));
}

_Static_assert((int)NET_ADDRESS_MAX == (int)CONNECTIVITY_ADDRESS_MAX, "addresses");

static void fill(struct network *n)
{
	struct connectivity_facts facts;

	n->filled_at = clock_now(n->env.clock);
	if (!is_offered(n, OBJECT_CONNECTIVITY_MONITORING) || read_links(n) < 0)
		return;
	find_facts(n, &facts);

	int r = connectivity_fill(n->env.model, &facts);

	if (r < 0)
		LOG(LOG_WARNING, "object 4 keeps former values: %s", strerror(-r));
}

/* --- when ------------------------------------------------------------------------------------- */

static void update(void *data)
{
	struct network *n = data;

	if (n->filled_at == 0 || clock_now(n->env.clock) - n->filled_at >= COLLECT)
		fill(n);
}

static void on_ready(void *data, uint32_t events)
{
	struct network *n = data;

	(void)events;
	netlink_drain(n->netlink);
	if (n->is_armed)
		return;
	n->is_armed = true;
	n->env.loop->arm(n->collect, clock_now(n->env.clock) + COLLECT, ACCURACY);
}

static void on_collect(void *data)
{
	struct network *n = data;

	/* a bootstrap session is open: what is set now might be rolled back */
	if (model_in_transaction(n->env.model)) {
		n->env.loop->arm(n->collect, clock_now(n->env.clock) + COLLECT, ACCURACY);
		return;
	}
	n->is_armed = false;
	fill(n);
}

static bool counters(void *data, struct statistics_counters *ret)
{
	struct network *n = data;
	const struct net_link *link = read_links(n) < 0 ? NULL : find_link(n);

	if (!link)
		return false;
	*ret = (struct statistics_counters){.link = link->index,
		.tx_bytes = link->tx_bytes,
		.rx_bytes = link->rx_bytes,
		.tx_packets = link->tx_packets,
		.rx_packets = link->rx_packets};
	return true;
}

static void arm_sample(struct network *n)
{
	n->env.loop->arm(n->sample,
		n->statistics.is_collecting ? clock_now(n->env.clock) + SAMPLE : USEC_NEVER,
		ACCURACY);
}

static void on_sample(void *data)
{
	struct network *n = data;

	statistics_sample(&n->statistics, n->env.model);
	arm_sample(n);
}

static void arm_period(void *data, uint32_t seconds)
{
	struct network *n = data;
	uint64_t at = seconds ? usec_after(clock_now(n->env.clock), seconds) : USEC_NEVER;

	n->env.loop->arm(n->period, at, USEC_PER_MSEC);
	arm_sample(n);
}

static void on_period(void *data)
{
	struct network *n = data;

	statistics_stop(&n->statistics, n->env.model);
}

/* --- life ------------------------------------------------------------------------------------- */

static bool is_disabled(const struct conf *conf, uint16_t oid)
{
	struct path p;

	for (char **text = conf->objects_disabled; text && *text; text++)
		if (path_parse(span_of_text(*text), &p) == 0 && p.depth == 1 && p.id[0] == oid)
			return true;
	return false;
}

static int offer(struct network *n, uint16_t oid)
{
	if (oid == OBJECT_CONNECTIVITY_MONITORING) {
		int r = model_add_object(n->env.model, &object_connectivity, &n->connectivity);

		if (r == 0)
			fill(n);
		return r;
	}

	int r = model_add_object(n->env.model, &object_statistics, &n->statistics);

	return r < 0 ? r : statistics_fill(n->env.model);
}

int network_set_conf(struct network *n, const struct conf *conf)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof ours / sizeof *ours; i++) {
		bool is_wanted = !is_disabled(conf, ours[i]);

		if (is_wanted == is_offered(n, ours[i]))
			continue;
		if (ours[i] == OBJECT_CONNECTIVITY_STATISTICS && !is_wanted)
			statistics_stop(&n->statistics, n->env.model);
		r = is_wanted ? offer(n, ours[i]) : model_remove_object(n->env.model, ours[i]);
	}
	return r;
}

static int make(struct network *n)
{
	const struct loop *loop = n->env.loop;
	int r = netlink_new(&n->netlink);
	int fd = r < 0 ? r : netlink_watch(n->netlink);

	if (fd < 0)
		return fd;
	r = loop->watch(loop->impl, fd, EPOLLIN, on_ready, n, &n->watch);
	if (r >= 0)
		r = loop->timer(loop->impl, on_collect, n, &n->collect);
	if (r >= 0)
		r = loop->timer(loop->impl, on_sample, n, &n->sample);
	if (r >= 0)
		r = loop->timer(loop->impl, on_period, n, &n->period);
	return r;
}

int network_new(const struct network_env *env, struct network **ret)
{
	struct network *n = calloc(1, sizeof *n);

	if (!n)
		return -ENOMEM;
	n->env = *env;
	n->connectivity = (struct connectivity_actions){.data = n, .update = update};
	n->statistics = (struct statistics){.data = n, .counters = counters, .arm = arm_period};

	int r = make(n);

	if (r < 0) {
		network_free(n);
		return r;
	}
	*ret = n;
	return 0;
}

struct network *network_free(struct network *n)
{
	if (!n)
		return NULL;
	n->env.loop->free_source(n->watch);
	n->env.loop->free_source(n->collect);
	n->env.loop->free_source(n->sample);
	n->env.loop->free_source(n->period);
	netlink_free(n->netlink);
	free(n);
	return NULL;
}
