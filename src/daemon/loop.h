#pragma once
/*
 * The event loop: sd-event behind base/loop.h, for all layers below. One per process, owned by
 * the daemon. Layer: daemon. (doc/architecture.md)
 */
#include "base/loop.h"

struct dloop;

int dloop_new(struct dloop **ret);
struct dloop *dloop_free(struct dloop *l);
void dloop_free_p(struct dloop **l);

/* The function pointers for the other layers; lives as long as l. */
const struct loop *dloop_loop(struct dloop *l);
/* Blocks signo and calls fn from the loop. */
int dloop_signal(struct dloop *l, int signo, void (*fn)(void *data, int signo), void *data);
/*
 * Calls fn once, from the loop, before it waits again. Needs no memory; the same fn and data asked
 * for again before the call are one call. -ENOBUFS: more than 256 different ones wait.
 */
int dloop_defer(struct dloop *l, void (*fn)(void *data), void *data);
/* Before data goes away: calls that still wait for it are dropped. */
void dloop_forget(struct dloop *l, const void *data);
/* Feeds the watchdog of the service manager, if there is one. */
int dloop_watchdog(struct dloop *l);
/* Runs until dloop_exit(); returns its code or a negative errno. */
int dloop_run(struct dloop *l);
void dloop_exit(struct dloop *l, int code);
