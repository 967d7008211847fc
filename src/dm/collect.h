#pragma once
/*
 * What a server gets to see below a path, or below several, as records: for Read, Observe and
 * notifications, their composites, and Send. Layer: dm. (TS core 6.3.1, 6.3.8, 8.2)
 */
#include "dm/dispatch.h"

/* Most collections need no memory: 64 records are inside. */
struct collection {
	struct record few[64];
	struct record *many; /* owned; NULL: few */
	size_t n, cap;
};

/* Not by an initialiser, which would clear all the room. */
static inline void collection_init(struct collection *c)
{
	c->many = NULL;
	c->n = 0;
	c->cap = sizeof c->few / sizeof *c->few;
}

static inline const struct record *collection_records(const struct collection *c)
{
	return c->many ? c->many : c->few;
}

void collection_done(struct collection *c);

/*
 * Both append records in path order; their values are looks, valid until the model changes.
 * Neither brings the model up to date: model_refresh() is the caller's, before.
 *
 * One path of depth 1 to 4. -ENOENT: not there; -EACCES: not for this server, also an object of
 * whose instances it may read none; -EOPNOTSUPP: a resource that cannot be read. What is below
 * the path and not to be read is left out; an object without instances adds nothing.
 */
int collect_path(
	const struct model *m, const struct dm_peer *peer, struct path p, struct collection *c);
/*
 * Several, in the order of collect_order(); "/" is every object. What collect_path() refuses is
 * left out; -EACCES if a path was refused for lack of rights and none was granted.
 */
int collect_paths(const struct model *m, const struct dm_peer *peer, const struct path *paths,
	size_t n_paths, struct collection *c);

/* So many a composite may name. */
enum { COLLECT_PATHS_MAX = 128 };

/* Puts paths in order and takes out those that others contain. Returns how many are left. */
size_t collect_order(struct path *paths, size_t n_paths);

/*
 * The format (enum content_format) of an answer where none was asked for. p: what was asked for,
 * PATH0() for composites and Send. (TS core 7.4)
 */
int collect_format(const struct model *m, enum lwm2m_version version, struct path p);
