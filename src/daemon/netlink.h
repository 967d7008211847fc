#pragma once
/*
 * What the kernel says of links, addresses and routes (rtnetlink): the only user of libmnl. Each
 * question is answered by the kernel at once; nothing here waits. Layer: daemon. (rtnetlink(7))
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NET_LINKS_MAX = 64, NET_NAME_MAX = 16, NET_ADDRESS_MAX = 46 };

struct net_link {
	int index;
	char name[NET_NAME_MAX];
	uint16_t type; /* ARPHRD_… */
	bool is_up;    /* and has a carrier */
	bool is_loopback;
	uint64_t tx_bytes, rx_bytes, tx_packets, rx_packets;
};

struct netlink;

int netlink_new(struct netlink **ret);
/* NULL is fine. Returns NULL. */
struct netlink *netlink_free(struct netlink *nl);

/* How many were put into list; negative errno. */
int netlink_links(struct netlink *nl, struct net_link *list, size_t max);
/* The addresses of a link, without IPv6 link-local ones, as text. */
int netlink_addresses(struct netlink *nl, int link, char (*list)[NET_ADDRESS_MAX], size_t max);
/* The next hops of the routes through a link, each once, as text. */
int netlink_gateways(struct netlink *nl, int link, char (*list)[NET_ADDRESS_MAX], size_t max);
/* The link of the route to an address; -EINVAL: that is no address. */
int netlink_route(struct netlink *nl, const char *address, int *ret_link);

/*
 * A descriptor that is readable when links, addresses or routes changed; netlink_drain() takes
 * what it says away. Negative errno.
 */
int netlink_watch(struct netlink *nl);
void netlink_drain(struct netlink *nl);
