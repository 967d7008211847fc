#pragma once
/*
 * The data model in memory: objects (defined by const tables), instances, resources, values,
 * and transactions over all of it. One owner: the daemon. Values that getters return are looks,
 * valid until the next change. Layer: model. (TS core 7.1, 7.2)
 */
#include "codec/ids.h"
#include "codec/path.h"
#include "codec/value.h"

struct model;

enum { OP_R = 1, OP_W = 2, OP_E = 4 };

/* For tables of resources: {.id = 2, …, RESOURCE_RANGE(0, 4)}. */
#define RESOURCE_RANGE(lowest, highest) .has_range = true, .min = (lowest), .max = (highest)

/* Where an instance came from (doc/decisions.md). */
enum origin { ORIGIN_NONE, ORIGIN_FACTORY, ORIGIN_CARD, ORIGIN_BOOTSTRAP, ORIGIN_SERVER };

struct resource_def {
	uint16_t id;
	const char *name;
	enum value_type type; /* VALUE_NONE: executable */
	uint8_t ops;	      /* what a server may do: OP_R | OP_W | OP_E; 0: bootstrap only */
	bool is_multiple;
	bool is_mandatory;
	bool has_range;
	int64_t min, max; /* of an integer; of the length in octets for strings and opaque */
};

struct object_hooks {
	/*
	 * Brings the stored values below target up to date before they are read (device facts).
	 * NULL: nothing changes by itself.
	 */
	void (*refresh)(void *data, struct model *m, struct path target);
	/*
	 * Whether something below target changes without being told, so that who observes it has
	 * to refresh it now and then. NULL: all that can be refreshed does.
	 */
	bool (*needs_look)(void *data, struct path target);
	/*
	 * Whether a server's write of this value is possible beyond type and range.
	 * 0; -EDOM: the value is wrong (4.00); -EOPNOTSUPP: not now (4.05). NULL: always.
	 */
	int (*check)(
		void *data, const struct model *m, struct path resource, const struct value *v);
	/*
	 * Executes a resource for the server ssid. args: the argument text, checked for its
	 * grammar. 0, -EINVAL (4.00), -EOPNOTSUPP (4.05), others 5.00.
	 */
	int (*execute)(
		void *data, struct model *m, uint16_t ssid, struct path resource, struct span args);
};

struct object_def {
	uint16_t id;
	const char *name;
	uint8_t major, minor; /* object version */
	bool is_multiple;
	bool is_mandatory;
	bool is_hidden;		/* never visible to a LwM2M server: 0, 21, 23 */
	bool is_server_made;	/* servers may create and delete instances (TS core 6.3.6, 6.3.7) */
	uint16_t max_instances; /* 0: as many as there are ids */
	const struct resource_def *resources; /* by ascending id */
	size_t n_resources;
	const struct object_hooks *hooks; /* may be NULL */
};

enum model_change { MODEL_WRITTEN, MODEL_CREATED, MODEL_DELETED };

/* Of an object as many as there are ids; of objects 0 and 1, which are walked, fewer. */
enum {
	MODEL_INSTANCES_MAX = 65535,
	MODEL_ACCOUNTS_MAX = 256,
	MODEL_RESOURCE_INSTANCES_MAX = 256,
};

int model_new(struct model **ret);
struct model *model_free(struct model *m);
void model_free_p(struct model **m);

/* def must outlive the model; data goes to its hooks. -EEXIST */
int model_add_object(struct model *m, const struct object_def *def, void *data);
/* With its instances, which are told as deleted. Not within a transaction. -ENOENT, -EBUSY */
int model_remove_object(struct model *m, uint16_t oid);
const struct object_def *model_object(const struct model *m, uint16_t oid); /* NULL: unknown */
const struct resource_def *model_resource(
	const struct model *m, struct path resource); /* depth >= 3 */

/*
 * Walks in ascending order: start with *cursor = 0, repeat while true. Changes between calls
 * are fine.
 */
bool model_next_object(const struct model *m, uint32_t *cursor, uint16_t *ret_oid);
bool model_next_instance(const struct model *m, uint16_t oid, uint32_t *cursor, uint16_t *ret_iid);
bool model_next_resource(
	const struct model *m, struct path instance, uint32_t *cursor, uint16_t *ret_rid);
bool model_next_resource_instance(
	const struct model *m, struct path resource, uint32_t *cursor, uint16_t *ret_riid);

/* Depth 1: the object is defined; 2: the instance exists; 3, 4: a value (or an empty set) is there.
 */
bool model_exists(const struct model *m, struct path p);

/*
 * -ENOENT without the object, -EEXIST, -EDOM for the reserved id 65535, -ENOSPC beyond the limit
 * or for another instance than 0 of a single-instance object.
 */
int model_create(struct model *m, struct path instance, enum origin origin);
/* How many instances an object can have. */
size_t model_instances_max(const struct object_def *def);
/* The lowest free instance id; -ENOSPC. */
int model_free_instance_id(const struct model *m, uint16_t oid, uint16_t *ret);
/*
 * Instance, resource or resource instance. -ENOENT. A multiple resource that loses its last
 * instance stays as an empty set.
 */
int model_delete(struct model *m, struct path p);
/*
 * Sets one value (depth 3: single, 4: of a multiple resource). The instance must exist.
 * -ENOENT: no such instance or resource in the definition; -EDOM: wrong type or depth, or text
 * that is not UTF-8;
 * -ERANGE: outside the definition's range; -ENOSPC, -ENOMEM. Nothing changed on failure.
 * An equal value is no change.
 */
int model_set(struct model *m, struct path p, const struct value *v);
/* Whether model_set() would take the value; the instance need not exist. 0, -ENOENT, -EDOM, -ERANGE
 */
int model_fits(const struct model *m, struct path p, const struct value *v);
/* A multiple resource without instances. Errors as model_set(). */
int model_set_empty(struct model *m, struct path resource);
/* -ENOENT: not there (no default is invented). */
int model_get(const struct model *m, struct path p, struct value *ret);

/* Conveniences: the value, or otherwise if it is not there. */
int64_t model_get_int(
	const struct model *m, struct path p, int64_t otherwise); /* INTEGER, UNSIGNED, TIME */
bool model_get_bool(const struct model *m, struct path p, bool otherwise);
struct span model_get_bytes(const struct model *m, struct path p); /* empty if not there */

enum origin model_origin(const struct model *m, struct path instance);
int model_set_origin(struct model *m, struct path instance, enum origin origin);

/*
 * One transaction at a time (-EBUSY). Rollback brings everything back as it was at begin,
 * origins included. Changes are told at commit; outside a transaction at once.
 */
int model_begin(struct model *m);
void model_commit(struct model *m);
void model_rollback(struct model *m);
bool model_in_transaction(const struct model *m);

/*
 * How much peers may make us keep, in octets of values; each instance counts 64 more, each value
 * 32. What the configuration or the device itself sets is not refused. No limit at first.
 */
void model_set_octets_max(struct model *m, size_t octets);
size_t model_octets(const struct model *m);
/* The open transaction made it more, and more than the limit: to be rolled back. */
bool model_has_outgrown(const struct model *m);

/* One listener. Called after commit, once for each changed path (instance paths for CREATED and
 * DELETED, resource paths for WRITTEN). It may change the model. */
void model_on_change(struct model *m,
	void (*changed)(void *data, struct path p, enum model_change what), void *data);

/* The hooks of the object that owns the path; no hook: refresh does nothing, check is 0, execute is
 * -EOPNOTSUPP. */
void model_refresh(struct model *m, struct path target);
bool model_can_refresh(const struct model *m, struct path target);
bool model_needs_look(const struct model *m, struct path target);
int model_check(const struct model *m, struct path resource, const struct value *v);
int model_execute(struct model *m, uint16_t ssid, struct path resource, struct span args);
