#pragma once
/*
 * Bound resources of object 33000 (tests/unit/bound.c has its definition) in a world of their own:
 * model, state directory and configuration of a daemon without servers.
 */
#include "daemon/resources.h"
#include "world.h"

struct bound {
	struct model *model;
	struct timeline *timeline;
	struct keeper *keeper;
	struct programs *programs;
	struct resources *resources;
	struct conf *conf;
};

extern struct bound bound;

/* Fixture of a test case. */
void bound_setup(void);
void bound_teardown(void);
/* A new process with this configuration: entries of resources, and what else there is. */
void bound_start(const char *entries, const char *more);
void bound_stop(void);
/* Another configuration for the process that runs. */
void bound_reload(const char *entries, const char *more);
int bound_try_reload(const char *entries, const char *more);
/* A file below the root of the fixture; its whole path. */
const char *bound_file(const char *name, const char *text);
/* The value as text, "" without one; after a refresh as a Read does it. */
const char *bound_read(struct path p);
/* As device management does it for server 101: 0 or the negative errno of check() or model_set().
 */
int bound_write(struct path p, const struct value *v);
