#pragma once
/*
 * One bound resource while the daemon runs, and all of them: what resources.c (the objects and the
 * configuration), binding.c (where values come from and go to) and kept.c (what outlives a
 * restart) share. Not for other files. Layer: daemon.
 */
#include "daemon/resources.h"

/* One bound resource while the daemon runs. */
struct binding {
	const struct conf_resource *conf;
	uint64_t looked_at; /* when the source was last asked; 0: never */
	uint64_t valid_at;  /* when the value came; 0: there is none */
	uint64_t due;	    /* when the source is asked again, or the value is too old */
	struct program *reading, *writing, *executing;
	bool is_unwritten;   /* the value changed while on_write ran */
	bool has_failed;     /* told once */
	bool is_watched;     /* is in the list of those that become due */
	struct buf accepted; /* with on_write: the last value that the program took, as text */
	bool has_accepted;
	struct resources *owner;
};

struct resources {
	struct resources_env env;
	struct catalog *catalog;
	const struct conf *conf;
	struct binding *binding; /* in the order of conf->resources */
	size_t n;
	struct binding **watched; /* those with a file, a command or an age */
	size_t n_watched;
	struct loop_source *poll, *save;
	bool is_dirty, is_restored;
	bool is_own; /* the change is ours, no server's */
	uint16_t server;
};

uint64_t resources_now(const struct resources *r);
struct binding *resources_find(const struct resources *r, struct path p); /* NULL: none */
/* What is kept over restarts has changed. */
void resources_touch(struct resources *r);

const char *binding_path(const struct binding *b, char room[PATH_TEXT_MAX]);
/* Our own change of the value, no server's. Errors of model_set(). */
int binding_put(struct binding *b, const struct value *v);
void binding_drop(struct binding *b);
/* Asks the file now, or starts the command. */
void binding_look(struct binding *b);
bool binding_is_polled(const struct binding *b);
/* When the value is too old; USEC_NEVER. */
uint64_t binding_expires(const struct binding *b);
/* When it is to be looked at again or too old. */
uint64_t binding_due(const struct binding *b);
/* The value is what on_write would have taken. */
void binding_accept(struct binding *b);
/* Gives the value to on_write, now or when it is done with the one before. */
void binding_write(struct binding *b);

/* kept.c: saves all that outlives a restart; 0, -ENOMEM. */
void kept_save(struct resources *r);
void kept_read(struct resources *r);
