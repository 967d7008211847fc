#pragma once
/*
 * The helper program as a child: what it says comes by callback, and it can be ended at any
 * moment. Nothing here waits for it. Layer: daemon.
 */
#include "base/loop.h"
#include "base/span.h"

struct card_child;

struct card_child_hooks {
	void *data;
	void (*said)(void *data, struct span bytes);
	/* It closed its output: nothing follows. */
	void (*ended)(void *data);
};

/*
 * Starts "PROGRAM command" with input (at most a pipe's room of it) on its standard input. The
 * program is lwm2md-card where it is installed, or what $LWM2MD_CARD_HELPER names. Negative errno:
 * it cannot be started.
 */
int card_child_new(const struct loop *loop, const char *command, struct span input,
	const struct card_child_hooks *hooks, struct card_child **ret);
/* Kills it if it still runs. May be called from the hooks. NULL is fine. Returns NULL. */
struct card_child *card_child_free(struct card_child *c);
/* The program's path, for people. */
const char *card_child_program(void);
