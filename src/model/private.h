#pragma once
/*
 * The parts of struct model that model.c and transaction.c share. Layer: model, private to it.
 */
#include "model/guard.h"
#include "model/instance.h"

struct object {
	const struct object_def *def;
	void *data;		     /* of its hooks */
	struct instance **instances; /* by ascending key */
	size_t n, cap;
};

struct model {
	struct object **objects; /* by ascending id */
	size_t n, cap;
	bool is_in_transaction;
	bool has_deleted; /* the open transaction took instances away */
	struct undo *first_undo, **last_undo;
	/* what all instances count; it was so at begin; a transaction of a peer may let it be */
	size_t octets, octets_before, octets_max;
	struct guards *guards; /* owned; apart, since looking up may make the index anew */
	void (*changed)(void *data, struct path p, enum model_change what);
	void *changed_data;
};

/* The index of the first instance with this key or a greater one. */
size_t object_search(const struct object *o, uint32_t key);
struct instance *object_find(const struct object *o, uint32_t key); /* NULL: none */
/* Room for one more. -ENOMEM */
int object_reserve(struct object *o);
/* There must be room. */
void object_insert(struct object *o, struct instance *i);
/* Takes it out and returns it; NULL: none. */
struct instance *object_take(struct object *o, uint32_t key);

static inline struct path instance_path(const struct object *o, uint32_t key)
{
	struct path p = PATH2(o->def->id, key);

	p.device = (uint16_t)(key >> 16);
	return p;
}

/*
 * Before values of *i are changed: keeps what a rollback needs and replaces *i by the instance
 * to change. -ENOMEM: the change must not happen. Outside a transaction nothing.
 */
int transaction_keep(struct model *m, struct object *o, struct instance **i);
/* As above; the commit will look at this resource. */
int transaction_keep_resource(struct model *m, struct object *o, struct instance **i, uint16_t rid);
/* Puts a new instance into its object. Takes it if 0 is returned. */
int transaction_create(struct model *m, struct object *o, struct instance *fresh);
/* Takes an instance out of its object. */
int transaction_delete(struct model *m, struct object *o, struct instance *i);
/* Outside a transaction: tells the listener. */
void transaction_tell(struct model *m, struct path p, enum model_change what);
