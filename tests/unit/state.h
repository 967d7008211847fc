#pragma once
/*
 * A temporary state directory, removed at the end with what is in it, and the crash test: an
 * operation in a child that ends, or fails, at its n-th change of the file system.
 */
#include "../crash/crashpoint.h"
#include "base/span.h"

struct state {
	char path[64];
	int fd;
};

void state_setup(struct state *s);
void state_teardown(struct state *s);

/* The whole file; empty if it is not there. Belongs to the runner. */
struct span state_file(const struct state *s, const char *name);
bool state_has(const struct state *s, const char *name);
void state_write(const struct state *s, const char *name, struct span bytes);

/*
 * Runs operation in a child with crash_at(n, mode). Its result, 0 or negative errno; 1 if the
 * child ended at the crash point.
 */
int state_run(int (*operation)(void *data), void *data, unsigned n, enum crash_mode mode);
