#pragma once
/*
 * In which order servers are registered and what their failures mean together: priority order,
 * failure block, bootstrap on registration failure (1/x/13, 15, 16). Pure. Layer: server.
 * (TS core 6.2.1.1)
 */
#include "server/registration.h"

enum { ORDER_SERVERS_MAX = 64 };

struct order_entry {
	uint16_t short_server_id;
	bool has_priority;
	uint32_t priority;  /* 1/x/13 */
	bool failure_block; /* 1/x/15 */
	enum {
		ON_FAILURE_ABSENT,
		ON_FAILURE_FALSE,
		ON_FAILURE_TRUE
	} bootstrap_on_failure; /* 1/x/16 */
	/* kept by the order */
	enum { ORDER_WAITS, ORDER_RUNS, ORDER_UP, ORDER_FAILED } state;
	bool is_passed; /* its turn is over: the next one may start */
};

/* Servers with a priority come first, by priority, then by Short Server ID. */
struct order {
	struct order_entry entry[ORDER_SERVERS_MAX];
	size_t n;
};

enum order_verdict {
	ORDER_PENDING,	  /* something still runs or waits, nothing to tell */
	ORDER_ANY_UP,	  /* a server is registered (first time it becomes true) */
	ORDER_ALL_FAILED, /* nothing runs, nothing is up */
	ORDER_REPEAT, /* … and each 1/x/16 is false: no bootstrap, another round after a while */
	ORDER_BOOTSTRAP, /* a failure that asks for a bootstrap by itself: 1/x/16 rules */
	ORDER_EMPTY,	 /* there is no server */
};

/* What to do after a change: servers to start now, and what it means for the sequence. */
struct order_result {
	uint16_t start[ORDER_SERVERS_MAX];
	size_t n_start;
	enum order_verdict verdict;
};

/* entries: state ignored, or ORDER_UP for one that is registered already. -E2BIG */
int order_begin(
	struct order *o, const struct order_entry *entries, size_t n, struct order_result *ret);
void order_up(struct order *o, uint16_t short_server_id, struct order_result *ret);
void order_failed(struct order *o, uint16_t short_server_id, struct order_result *ret);
/* A registered server that is now trying again (lost); it counts as running. */
void order_running(struct order *o, uint16_t short_server_id);

/*
 * Failed servers while others stand: the sequence has no further round for them, so the caller
 * asks for one after retry_round_delay(). Verdict is ORDER_PENDING.
 */
bool order_has_failed(const struct order *o);
void order_again(struct order *o, struct order_result *ret);
