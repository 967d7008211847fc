#include <errno.h>
#include <stdlib.h>

#include "daemon/binding.h"
#include "daemon/catalog.h"

/* What is saved, while it is put together. Values look into the model. */
struct saving {
	const struct resources *r;
	struct store_value *list;
	size_t n, allocated;
};

static int save_one(struct saving *s, const struct store_value *v)
{
	if (s->n == s->allocated) {
		size_t n = s->allocated ? 2 * s->allocated : 16;
		struct store_value *list = reallocarray(s->list, n, sizeof *list);

		if (!list)
			return -ENOMEM;
		s->list = list;
		s->allocated = n;
	}
	s->list[s->n++] = *v;
	return 0;
}

static int save_resource(struct saving *s, struct path p)
{
	const struct model *m = s->r->env.model;
	struct store_value v = {.path = p, .is_server_made = true};
	uint32_t cursor = 0;
	uint16_t id;
	int e = 0;

	if (!model_resource(m, p)->is_multiple)
		return model_get(m, p, &v.value) == 0 ? save_one(s, &v) : 0;
	while (e == 0 && model_next_resource_instance(m, p, &cursor, &id)) {
		v.path = path_child(p, id);
		if (model_get(m, v.path, &v.value) == 0)
			e = save_one(s, &v);
	}
	return e;
}

static int save_instance(struct saving *s, struct path p)
{
	struct store_value v = {.path = p, .is_server_made = true, .value = {.type = VALUE_NONE}};
	uint32_t cursor = 0;
	uint16_t id;
	int e = save_one(s, &v);

	while (e == 0 && model_next_resource(s->r->env.model, p, &cursor, &id))
		e = save_resource(s, path_child(p, id));
	return e;
}

static int save_made(struct saving *s)
{
	const struct model *m = s->r->env.model;
	uint32_t objects = 0;
	uint16_t oid, iid;
	int e = 0;

	while (e == 0 && model_next_object(m, &objects, &oid)) {
		uint32_t instances = 0;

		if (!catalog_has(s->r->catalog, oid) || !model_object(m, oid)->is_server_made)
			continue;
		while (e == 0 && model_next_instance(m, oid, &instances, &iid))
			if (model_origin(m, PATH2(oid, iid)) == ORIGIN_SERVER)
				e = save_instance(s, PATH2(oid, iid));
	}
	return e;
}

static int save_bound(struct saving *s)
{
	const struct resources *r = s->r;
	int e = 0;

	for (size_t i = 0; e == 0 && i < r->n; i++) {
		const struct binding *b = &r->binding[i];
		struct store_value v = {.path = b->conf->path};

		if (!b->conf->store || model_get(r->env.model, v.path, &v.value) < 0)
			continue;
		v.since = (int64_t)((clock_realtime(r->env.clock) -
					    (resources_now(r) - b->valid_at)) /
				    USEC_PER_SEC);
		e = save_one(s, &v);
	}
	return e;
}

void kept_save(struct resources *r)
{
	struct saving s = {.r = r};
	int e = save_made(&s);

	if (e == 0 && r->conf->store_values)
		e = save_bound(&s);
	keeper_save_values(r->env.keeper, s.list, s.n, e);
	free(s.list);
}

static void restore_made(struct resources *r, const struct store_value *v)
{
	const struct object_def *def = model_object(r->env.model, v->path.id[0]);

	if (!def || !def->is_server_made || !catalog_has(r->catalog, def->id))
		return;
	if (v->path.depth == 2)
		(void)model_create(r->env.model, v->path, ORIGIN_SERVER);
	else if (model_origin(r->env.model, path_parent(v->path, 2)) == ORIGIN_SERVER)
		(void)model_set(r->env.model, v->path, &v->value);
}

/* What no longer fits the configuration or a definition is left out. */
static int restore(void *data, const struct store_value *v)
{
	struct resources *r = data;
	struct binding *b = resources_find(r, v->path);
	int64_t age = (int64_t)(clock_realtime(r->env.clock) / USEC_PER_SEC) - v->since;

	if (v->is_server_made) {
		restore_made(r, v);
		return 0;
	}
	if (!b || !b->conf->store || !r->conf->store_values || binding_put(b, &v->value) < 0)
		return 0;
	/* an age before the start of the clock cannot be told: such a value is as old as can be */
	if (age > 0)
		b->valid_at = (uint64_t)age * USEC_PER_SEC < b->valid_at
				      ? b->valid_at - (uint64_t)age * USEC_PER_SEC
				      : 1;
	return 0;
}

void kept_read(struct resources *r)
{
	r->is_own = true;
	keeper_read_values(r->env.keeper, restore, r);
	r->is_own = false;
}
