#pragma once
/*
 * The values of one object instance: cells sorted by resource and resource instance. Bytes are
 * owned and wiped when they end, since object 0 holds keys. Layer: model, private to it.
 */
#include "model/model.h"

struct undo;

struct cell {
	uint32_t key; /* CELL_KEY */
	struct value value;
};

#define CELL_KEY(rid, riid) ((uint32_t)(rid) << 16 | (uint16_t)(riid))
static inline uint16_t cell_resource(const struct cell *c)
{
	return (uint16_t)(c->key >> 16);
}

/*
 * The id of no resource instance: the only cell of a multiple resource without instances, its
 * value is VALUE_NONE.
 */
enum { CELL_EMPTY_SET = ID_NONE };

/* What an instance and a value count beside the value's own octets (objects.max_octets). */
enum { INSTANCE_OCTETS = 64, CELL_OCTETS = 32 };

#define INSTANCE_KEY(device, iid) ((uint32_t)(device) << 16 | (uint16_t)(iid))

struct instance {
	uint32_t key; /* INSTANCE_KEY */
	enum origin origin;
	uint32_t n, cap;
	struct cell *cells;
	size_t octets;	   /* what all of it counts */
	struct undo *undo; /* of the open transaction; NULL: not touched in it */
};

int instance_new(uint32_t key, enum origin origin, struct instance **ret);
/* Everything but undo. */
int instance_clone(const struct instance *from, struct instance **ret);
struct instance *instance_free(struct instance *i);
void instance_free_p(struct instance **i);

/* The index of the first cell with this key or a greater one. */
uint32_t instance_search(const struct instance *i, uint32_t key);
const struct cell *instance_find(const struct instance *i, uint32_t key); /* NULL: none */
/* How many cells a resource has, the mark of an empty set included; the first is at *ret_at. */
uint32_t instance_run(const struct instance *i, uint16_t rid, uint32_t *ret_at);

/* Copies the value into the cell. -ENOMEM leaves everything as it was. */
int instance_put(struct instance *i, uint32_t key, const struct value *v);
/* Leaves one cell, the mark of the empty set. -ENOMEM as above. */
int instance_put_empty_set(struct instance *i, uint16_t rid);
/* All cells of a resource; a missing one is fine. */
void instance_remove_resource(struct instance *i, uint16_t rid);
/* One cell that exists; the last of a multiple resource becomes the mark of the empty set. */
void instance_remove_of_multiple(struct instance *i, uint32_t key);
/* Whether a resource is the same in both; NULL is an instance without values. */
bool instance_has_equal(const struct instance *a, const struct instance *b, uint16_t rid);
