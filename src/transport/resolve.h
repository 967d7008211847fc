#pragma once
/*
 * Names to addresses, off the loop: one short thread for each name that is waited for, at most
 * eight at a time. A look-up that is given up is not joined; its late answer is dropped. Literals
 * need no thread. Layer: transport.
 */
#include "base/loop.h"
#include "base/reason.h"
#include "transport/address.h"

struct resolver;
struct lookup;

enum { RESOLVE_ADDRESSES_MAX = 8, RESOLVE_THREADS_MAX = 8 };

struct resolve_result {
	enum reason reason; /* REASON_NONE: there is at least one address */
	size_t n_addresses;
	struct address address[RESOLVE_ADDRESSES_MAX]; /* in the order to try; ports set */
	char detail[96];			       /* what the name service said */
};

typedef void (*resolve_done_fn)(void *data, const struct resolve_result *result);

int resolver_new(const struct loop *loop, struct resolver **ret);
/* Look-ups still under way are given up. NULL is fine. Returns NULL. */
struct resolver *resolver_free(struct resolver *r);

/*
 * done is called once, from the loop. family: AF_UNSPEC, AF_INET, AF_INET6. No deadline here:
 * who waits gives up by lookup_cancel().
 */
int resolver_start(struct resolver *r, struct span host, uint16_t port, int family,
	resolve_done_fn done, void *data, struct lookup **ret);
/* Ends the wait; done is not called. NULL is fine. Returns NULL. */
struct lookup *lookup_cancel(struct lookup *l);
