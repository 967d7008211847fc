#include "daemon/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum { ROOM = 32 * 1024 };

struct netlink {
	struct mnl_socket *ask, *watch;
	uint32_t seq;
	char room[ROOM];
};

/* A list that is being filled. */
struct filling {
	void *list;
	size_t n, max;
	int link;
};

static int open_socket(unsigned groups, struct mnl_socket **ret)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (!s)
		return -errno;
	if (mnl_socket_bind(s, groups, MNL_SOCKET_AUTOPID) < 0) {
		int r = -errno;

		mnl_socket_close(s);
		return r;
	}
	*ret = s;
	return 0;
}

int netlink_new(struct netlink **ret)
{
	struct netlink *nl = calloc(1, sizeof *nl);

	if (!nl)
		return -ENOMEM;

	int r = open_socket(0, &nl->ask);

	if (r < 0) {
		free(nl);
		return r;
	}
	*ret = nl;
	return 0;
}

struct netlink *netlink_free(struct netlink *nl)
{
	if (!nl)
		return NULL;
	if (nl->watch)
		mnl_socket_close(nl->watch);
	mnl_socket_close(nl->ask);
	free(nl);
	return NULL;
}

/* --- questions -------------------------------------------------------------------------------- */

static struct nlmsghdr *begin(struct netlink *nl, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(nl->room);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++nl->seq;
	return h;
}

/* The kernel makes each part of its answer when it is read, so there is nothing to wait for. */
static int ask(struct netlink *nl, const struct nlmsghdr *h, mnl_cb_t take, void *data)
{
	unsigned port = mnl_socket_get_portid(nl->ask);
	uint32_t seq = h->nlmsg_seq;
	int r;

	if (mnl_socket_sendto(nl->ask, h, h->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t n = mnl_socket_recvfrom(nl->ask, nl->room, sizeof nl->room);

		if (n < 0)
			return -errno;
		r = mnl_cb_run(nl->room, (size_t)n, seq, port, take, data);
		/* what is left of an earlier answer that was given up */
		if (r < 0 && (errno == ESRCH || errno == EPROTO))
			r = MNL_CB_OK;
	} while (r > MNL_CB_STOP);
	return r < 0 ? -errno : 0;
}

static const struct nlattr *if_whole(const struct nlmsghdr *h, const struct nlattr *a)
{
	const char *tail = mnl_nlmsg_get_payload_tail(h);

	return mnl_attr_ok(a, (int)(tail - (const char *)a)) ? a : NULL;
}

/* The attributes behind a header of this size. */
static const struct nlattr *first_attribute(const struct nlmsghdr *h, size_t size)
{
	return if_whole(h, mnl_nlmsg_get_payload_offset(h, size));
}

static const struct nlattr *next_attribute(const struct nlmsghdr *h, const struct nlattr *a)
{
	return if_whole(h, mnl_attr_next(a));
}

static void take_counters(const struct nlattr *a, struct net_link *ret)
{
	struct rtnl_link_stats64 stats;

	if (mnl_attr_get_payload_len(a) < sizeof stats)
		return;
	memcpy(&stats, mnl_attr_get_payload(a), sizeof stats);
	ret->tx_bytes = stats.tx_bytes;
	ret->rx_bytes = stats.rx_bytes;
	ret->tx_packets = stats.tx_packets;
	ret->rx_packets = stats.rx_packets;
}

static int on_link(const struct nlmsghdr *h, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(h);
	struct filling *f = data;
	struct net_link link = {.index = info->ifi_index,
		.type = info->ifi_type,
		.is_up = (info->ifi_flags & IFF_UP) && (info->ifi_flags & IFF_RUNNING),
		.is_loopback = info->ifi_flags & IFF_LOOPBACK};
	const struct nlattr *a;

	if (f->n == f->max)
		return MNL_CB_OK;
	for (a = first_attribute(h, sizeof *info); a; a = next_attribute(h, a)) {
		if (mnl_attr_get_type(a) == IFLA_IFNAME)
			snprintf(link.name, sizeof link.name, "%.15s", mnl_attr_get_str(a));
		else if (mnl_attr_get_type(a) == IFLA_STATS64)
			take_counters(a, &link);
	}
	((struct net_link *)f->list)[f->n++] = link;
	return MNL_CB_OK;
}

int netlink_links(struct netlink *nl, struct net_link *list, size_t max)
{
	struct nlmsghdr *h = begin(nl, RTM_GETLINK, NLM_F_DUMP);
	struct filling f = {.list = list, .max = max};
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(h, sizeof *info);

	info->ifi_family = AF_UNSPEC;

	int r = ask(nl, h, on_link, &f);

	return r < 0 ? r : (int)f.n;
}

/* Each text once. */
static void add_address(struct filling *f, int family, const struct nlattr *a)
{
	char(*list)[NET_ADDRESS_MAX] = f->list;
	char text[NET_ADDRESS_MAX];
	size_t len = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	if (f->n == f->max || mnl_attr_get_payload_len(a) < len ||
		!inet_ntop(family, mnl_attr_get_payload(a), text, sizeof text))
		return;
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(list[i], text) == 0)
			return;
	memcpy(list[f->n++], text, sizeof text);
}

static int on_address(const struct nlmsghdr *h, void *data)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(h);
	const struct nlattr *a, *address = NULL;
	struct filling *f = data;

	if ((int)info->ifa_index != f->link || info->ifa_scope == RT_SCOPE_LINK)
		return MNL_CB_OK;
	/* on a point-to-point link IFA_ADDRESS is the other end, IFA_LOCAL ours */
	for (a = first_attribute(h, sizeof *info); a; a = next_attribute(h, a)) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == IFA_LOCAL || (type == IFA_ADDRESS && !address))
			address = a;
	}
	if (address && (info->ifa_family == AF_INET || info->ifa_family == AF_INET6))
		add_address(f, info->ifa_family, address);
	return MNL_CB_OK;
}

int netlink_addresses(struct netlink *nl, int link, char (*list)[NET_ADDRESS_MAX], size_t max)
{
	struct nlmsghdr *h = begin(nl, RTM_GETADDR, NLM_F_DUMP);
	struct filling f = {.list = list, .max = max, .link = link};
	struct rtgenmsg *info = mnl_nlmsg_put_extra_header(h, sizeof *info);

	info->rtgen_family = AF_UNSPEC;

	int r = ask(nl, h, on_address, &f);

	return r < 0 ? r : (int)f.n;
}

static int on_route(const struct nlmsghdr *h, void *data)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(h);
	const struct nlattr *a, *gateway = NULL;
	struct filling *f = data;
	int link = 0;

	for (a = first_attribute(h, sizeof *info); a; a = next_attribute(h, a)) {
		if (mnl_attr_get_type(a) == RTA_OIF && mnl_attr_get_payload_len(a) >= 4)
			link = (int)mnl_attr_get_u32(a);
		else if (mnl_attr_get_type(a) == RTA_GATEWAY)
			gateway = a;
	}
	if (gateway && link == f->link &&
		(info->rtm_family == AF_INET || info->rtm_family == AF_INET6))
		add_address(f, info->rtm_family, gateway);
	return MNL_CB_OK;
}

int netlink_gateways(struct netlink *nl, int link, char (*list)[NET_ADDRESS_MAX], size_t max)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct filling f = {.list = list, .max = max, .link = link};
	int r = 0;

	for (size_t i = 0; r == 0 && i < 2; i++) {
		struct nlmsghdr *h = begin(nl, RTM_GETROUTE, NLM_F_DUMP);
		struct rtmsg *info = mnl_nlmsg_put_extra_header(h, sizeof *info);

		info->rtm_family = families[i];
		r = ask(nl, h, on_route, &f);
		/* a kernel without IPv6 */
		if (r == -EAFNOSUPPORT || r == -EOPNOTSUPP)
			r = 0;
	}
	return r < 0 ? r : (int)f.n;
}

static int on_way(const struct nlmsghdr *h, void *data)
{
	int *link = data;
	const struct nlattr *a;

	for (a = first_attribute(h, sizeof(struct rtmsg)); a; a = next_attribute(h, a)) {
		if (mnl_attr_get_type(a) == RTA_OIF && mnl_attr_get_payload_len(a) >= 4)
			*link = (int)mnl_attr_get_u32(a);
	}
	return MNL_CB_OK;
}

int netlink_route(struct netlink *nl, const char *address, int *ret_link)
{
	uint8_t bytes[sizeof(struct in6_addr)];
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	size_t len = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	int link = 0;

	if (inet_pton(family, address, bytes) != 1)
		return -EINVAL;

	/* with its acknowledgement the answer has an end */
	struct nlmsghdr *h = begin(nl, RTM_GETROUTE, NLM_F_ACK);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(h, sizeof *info);

	info->rtm_family = (uint8_t)family;
	info->rtm_dst_len = (uint8_t)(8 * len);
	mnl_attr_put(h, RTA_DST, len, bytes);

	int r = ask(nl, h, on_way, &link);

	if (r < 0)
		return r;
	if (link == 0)
		return -ENETUNREACH;
	*ret_link = link;
	return 0;
}

/* --- changes ---------------------------------------------------------------------------------- */

int netlink_watch(struct netlink *nl)
{
	int r = nl->watch ? 0
			  : open_socket(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
						RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
				    &nl->watch);

	return r < 0 ? r : mnl_socket_get_fd(nl->watch);
}

void netlink_drain(struct netlink *nl)
{
	ssize_t n;

	/* that something changed is all we want to know; ENOBUFS says so as well */
	do
		n = mnl_socket_recvfrom(nl->watch, nl->room, sizeof nl->room);
	while (n > 0 || (n < 0 && (errno == ENOBUFS || errno == EINTR || errno == ENOSPC)));
}
