#include "model/guard.h"

#include <stdlib.h>

#include "model/private.h"

struct guard {
	uint32_t target; /* object and instance */
	uint16_t iid;	 /* of object 2 */
};

static uint32_t target_of(uint16_t oid, uint16_t iid)
{
	return (uint32_t)oid << 16 | iid;
}

/* False: an instance that guards nothing. */
static bool read_guard(const struct model *m, uint16_t iid, struct guard *ret)
{
	struct path p = PATH2(OBJECT_ACCESS_CONTROL, iid);
	int64_t object = model_get_int(m, path_child(p, ACCESS_OBJECT_ID), -1);
	int64_t instance = model_get_int(m, path_child(p, ACCESS_INSTANCE_ID), -1);

	if (object < 0 || object > UINT16_MAX || instance < 0 || instance > UINT16_MAX)
		return false;
	*ret = (struct guard){target_of((uint16_t)object, (uint16_t)instance), iid};
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct guard *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return (x->iid > y->iid) - (x->iid < y->iid);
}

static bool refresh(const struct model *m, struct guards *g)
{
	uint32_t cursor = 0;
	uint16_t iid;
	size_t n = 0;

	while (model_next_instance(m, OBJECT_ACCESS_CONTROL, &cursor, &iid))
		n++;
	guard_done(g);
	g->list = malloc((n + 1) * sizeof *g->list);
	if (!g->list)
		return false;

	cursor = 0;
	while (model_next_instance(m, OBJECT_ACCESS_CONTROL, &cursor, &iid))
		g->n += read_guard(m, iid, &g->list[g->n]);
	qsort(g->list, g->n, sizeof *g->list, compare);
	g->is_fresh = true;
	return true;
}

/* Without memory for the index. */
static uint16_t walk(const struct model *m, uint32_t target)
{
	uint32_t cursor = 0;
	uint16_t iid;
	struct guard guard;

	while (model_next_instance(m, OBJECT_ACCESS_CONTROL, &cursor, &iid))
		if (read_guard(m, iid, &guard) && guard.target == target)
			return iid;
	return ID_NONE;
}

uint16_t guard_of(const struct model *m, uint16_t oid, uint16_t iid)
{
	struct guards *g = m->guards;
	uint32_t target = target_of(oid, iid);

	if (!g->is_fresh && !refresh(m, g))
		return walk(m, target);

	size_t low = 0, high = g->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->list[middle].target < target)
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->n && g->list[low].target == target ? g->list[low].iid : ID_NONE;
}

void guard_forget(struct guards *g)
{
	g->is_fresh = false;
}

void guard_done(struct guards *g)
{
	free(g->list);
	*g = (struct guards){0};
}
