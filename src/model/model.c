#include "model/model.h"

#include <assert.h>
#include <errno.h>

#include "base/cleanup.h"
#include "model/definition.h"
#include "model/private.h"

int model_new(struct model **ret)
{
	_cleanup_(model_free_p) struct model *m = calloc(1, sizeof *m);

	if (!m)
		return -ENOMEM;
	m->last_undo = &m->first_undo;
	m->octets_max = SIZE_MAX;
	m->guards = calloc(1, sizeof *m->guards);
	if (!m->guards)
		return -ENOMEM;
	*ret = TAKE_PTR(m);
	return 0;
}

static void object_free(struct object *o)
{
	for (size_t i = 0; i < o->n; i++)
		instance_free(o->instances[i]);
	free(o->instances);
	free(o);
}

struct model *model_free(struct model *m)
{
	if (!m)
		return NULL;
	model_rollback(m);
	for (size_t i = 0; i < m->n; i++)
		object_free(m->objects[i]);
	free(m->objects);
	if (m->guards)
		guard_done(m->guards);
	free(m->guards);
	free(m);
	return NULL;
}

void model_free_p(struct model **m)
{
	*m = model_free(*m);
}

/* The index of the first object with this id or a greater one. */
static size_t search(const struct model *m, uint32_t oid)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->objects[middle]->def->id < oid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct object *find_object(const struct model *m, uint16_t oid)
{
	/* objects 0 to 3 are always there */
	if (oid < m->n && m->objects[oid]->def->id == oid)
		return m->objects[oid];

	size_t at = search(m, oid);

	return at < m->n && m->objects[at]->def->id == oid ? m->objects[at] : NULL;
}

int model_add_object(struct model *m, const struct object_def *def, void *data)
{
	size_t at = search(m, def->id);

	if (at < m->n && m->objects[at]->def->id == def->id)
		return -EEXIST;

	if (m->n == m->cap) {
		size_t cap = m->cap ? 2 * m->cap : 8;
		struct object **objects = realloc(m->objects, cap * sizeof *objects);

		if (!objects)
			return -ENOMEM;
		m->objects = objects;
		m->cap = cap;
	}

	struct object *o = malloc(sizeof *o);

	if (!o)
		return -ENOMEM;
	*o = (struct object){.def = def, .data = data};
	memmove(&m->objects[at + 1], &m->objects[at], (m->n - at) * sizeof *m->objects);
	m->objects[at] = o;
	m->n++;
	return 0;
}

int model_remove_object(struct model *m, uint16_t oid)
{
	size_t at = search(m, oid);

	if (m->is_in_transaction)
		return -EBUSY;
	if (at == m->n || m->objects[at]->def->id != oid)
		return -ENOENT;

	struct object *o = m->objects[at];

	while (o->n > 0) {
		int r = model_delete(m, instance_path(o, o->instances[o->n - 1]->key));

		if (r < 0)
			return r;
	}
	m->n--;
	memmove(&m->objects[at], &m->objects[at + 1], (m->n - at) * sizeof *m->objects);
	object_free(o);
	return 0;
}

const struct object_def *model_object(const struct model *m, uint16_t oid)
{
	const struct object *o = find_object(m, oid);

	return o ? o->def : NULL;
}

const struct resource_def *model_resource(const struct model *m, struct path resource)
{
	const struct object *o = find_object(m, resource.id[0]);

	return o ? definition_find(o->def, resource.id[2]) : NULL;
}

size_t object_search(const struct object *o, uint32_t key)
{
	size_t low = 0, high = o->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->instances[middle]->key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct instance *object_find(const struct object *o, uint32_t key)
{
	/* as long as the ids have no gap, an instance stands at its own id */
	if (key < o->n && o->instances[key]->key == key)
		return o->instances[key];

	size_t at = object_search(o, key);

	return at < o->n && o->instances[at]->key == key ? o->instances[at] : NULL;
}

int object_reserve(struct object *o)
{
	if (o->n < o->cap)
		return 0;

	size_t cap = o->cap ? 2 * o->cap : 2;
	struct instance **instances = realloc(o->instances, cap * sizeof *instances);

	if (!instances)
		return -ENOMEM;
	o->instances = instances;
	o->cap = cap;
	return 0;
}

void object_insert(struct object *o, struct instance *i)
{
	size_t at = object_search(o, i->key);

	assert(o->n < o->cap);
	memmove(&o->instances[at + 1], &o->instances[at], (o->n - at) * sizeof *o->instances);
	o->instances[at] = i;
	o->n++;
}

struct instance *object_take(struct object *o, uint32_t key)
{
	size_t at = object_search(o, key);

	if (at == o->n || o->instances[at]->key != key)
		return NULL;

	struct instance *i = o->instances[at];

	o->n--;
	memmove(&o->instances[at], &o->instances[at + 1], (o->n - at) * sizeof *o->instances);
	return i;
}

static struct instance *find_instance(const struct model *m, struct path p, struct object **ret_o)
{
	struct object *o = p.depth >= 2 ? find_object(m, p.id[0]) : NULL;

	*ret_o = o;
	return o ? object_find(o, INSTANCE_KEY(p.device, p.id[1])) : NULL;
}

static const struct instance *look_up(const struct model *m, struct path p)
{
	struct object *o;

	return find_instance(m, p, &o);
}

static const struct cell *find_cell(const struct model *m, struct path p)
{
	const struct instance *i = look_up(m, p);

	return i ? instance_find(i, CELL_KEY(p.id[2], p.depth == 4 ? p.id[3] : 0)) : NULL;
}

bool model_next_object(const struct model *m, uint32_t *cursor, uint16_t *ret_oid)
{
	size_t at = search(m, *cursor);

	if (at == m->n)
		return false;
	*ret_oid = m->objects[at]->def->id;
	*cursor = *ret_oid + 1u;
	return true;
}

bool model_next_instance(const struct model *m, uint16_t oid, uint32_t *cursor, uint16_t *ret_iid)
{
	const struct object *o = find_object(m, oid);
	size_t at = o ? object_search(o, *cursor) : 0;

	if (!o || at == o->n || o->instances[at]->key >= INSTANCE_KEY(1, 0))
		return false;
	*ret_iid = (uint16_t)o->instances[at]->key;
	*cursor = *ret_iid + 1u;
	return true;
}

bool model_next_resource(
	const struct model *m, struct path instance, uint32_t *cursor, uint16_t *ret_rid)
{
	const struct instance *i = look_up(m, instance);

	if (!i || *cursor > UINT16_MAX)
		return false;

	uint32_t at = instance_search(i, CELL_KEY(*cursor, 0));

	if (at == i->n)
		return false;
	*ret_rid = cell_resource(&i->cells[at]);
	*cursor = *ret_rid + 1u;
	return true;
}

bool model_next_resource_instance(
	const struct model *m, struct path resource, uint32_t *cursor, uint16_t *ret_riid)
{
	const struct instance *i = look_up(m, resource);

	if (!i || *cursor >= CELL_EMPTY_SET)
		return false;

	uint32_t at = instance_search(i, CELL_KEY(resource.id[2], *cursor));

	if (at == i->n || cell_resource(&i->cells[at]) != resource.id[2] ||
		i->cells[at].value.type == VALUE_NONE)
		return false;
	*ret_riid = (uint16_t)i->cells[at].key;
	*cursor = *ret_riid + 1u;
	return true;
}

bool model_exists(const struct model *m, struct path p)
{
	const struct instance *i;
	uint32_t at;

	switch (p.depth) {
	case 0:
		return true;
	case 1:
		return find_object(m, p.id[0]);
	case 2:
		return look_up(m, p);
	case 3:
		i = look_up(m, p);
		return i && instance_run(i, p.id[2], &at) > 0;
	default:
		return p.id[3] != CELL_EMPTY_SET && find_cell(m, p);
	}
}

int model_create(struct model *m, struct path instance, enum origin origin)
{
	_cleanup_(instance_free_p) struct instance *i = NULL;
	struct object *o = find_object(m, instance.id[0]);
	uint32_t key = INSTANCE_KEY(instance.device, instance.id[1]);

	if (!o)
		return -ENOENT;
	if (instance.id[1] == ID_NONE)
		return -EDOM;
	if (object_find(o, key))
		return -EEXIST;
	if (!o->def->is_multiple && instance.id[1] != 0)
		return -ENOSPC;
	if (o->n >= model_instances_max(o->def))
		return -ENOSPC;

	int r = instance_new(key, origin, &i);
	if (r < 0)
		return r;
	r = transaction_create(m, o, i);
	if (r < 0)
		return r;
	/* not of i: a listener may have taken it away again */
	m->octets += INSTANCE_OCTETS;
	TAKE_PTR(i);
	return 0;
}

size_t model_instances_max(const struct object_def *def)
{
	if (!def->is_multiple)
		return 1;
	return def->max_instances ? def->max_instances : MODEL_INSTANCES_MAX;
}

int model_free_instance_id(const struct model *m, uint16_t oid, uint16_t *ret)
{
	const struct object *o = find_object(m, oid);

	if (!o)
		return -ENOENT;

	/* the first that does not stand at its own id */
	size_t low = 0, high = o->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->instances[middle]->key == middle)
			low = middle + 1;
		else
			high = middle;
	}
	if (low >= ID_NONE || o->n >= model_instances_max(o->def))
		return -ENOSPC;
	*ret = (uint16_t)low;
	return 0;
}

int model_delete(struct model *m, struct path p)
{
	struct object *o;
	struct instance *i = find_instance(m, p, &o);

	if (!i || !model_exists(m, p))
		return -ENOENT;
	if (p.depth == 2)
		return transaction_delete(m, o, i);

	const struct resource_def *def = definition_find(o->def, p.id[2]);

	if (p.depth == 4 && !(def && def->is_multiple))
		return -ENOENT;

	int r = transaction_keep_resource(m, o, &i, p.id[2]);
	if (r < 0)
		return r;
	m->octets -= i->octets;
	if (p.depth == 3)
		instance_remove_resource(i, p.id[2]);
	else
		instance_remove_of_multiple(i, CELL_KEY(p.id[2], p.id[3]));
	m->octets += i->octets;
	transaction_tell(m, path_parent(p, 3), MODEL_WRITTEN);
	return 0;
}

int model_fits(const struct model *m, struct path p, const struct value *v)
{
	const struct resource_def *def = p.depth >= 3 ? model_resource(m, p) : NULL;

	return def ? definition_check(def, p.depth, v) : -ENOENT;
}

int model_set(struct model *m, struct path p, const struct value *v)
{
	struct object *o;
	struct instance *i = find_instance(m, p, &o);
	const struct resource_def *def =
		i && p.depth >= 3 ? definition_find(o->def, p.id[2]) : NULL;

	if (!def)
		return -ENOENT;

	int r = definition_check(def, p.depth, v);
	if (r < 0)
		return r;
	if (p.depth == 4 && p.id[3] == CELL_EMPTY_SET)
		return -EDOM;

	uint32_t key = CELL_KEY(p.id[2], p.depth == 4 ? p.id[3] : 0);
	const struct cell *old = instance_find(i, key);
	uint32_t at;

	if (old && value_is_equal(&old->value, v))
		return 0;
	if (!old && instance_run(i, p.id[2], &at) >= MODEL_RESOURCE_INSTANCES_MAX)
		return -ENOSPC;

	r = transaction_keep_resource(m, o, &i, p.id[2]);
	if (r < 0)
		return r;
	m->octets -= i->octets;
	r = instance_put(i, key, v);
	m->octets += i->octets;
	if (r < 0)
		return r;
	transaction_tell(m, path_parent(p, 3), MODEL_WRITTEN);
	return 0;
}

int model_set_empty(struct model *m, struct path resource)
{
	struct object *o;
	struct instance *i = find_instance(m, resource, &o);
	const struct resource_def *def =
		i && resource.depth >= 3 ? definition_find(o->def, resource.id[2]) : NULL;

	if (!def)
		return -ENOENT;
	if (!def->is_multiple || resource.depth != 3)
		return -EDOM;
	if (instance_find(i, CELL_KEY(resource.id[2], CELL_EMPTY_SET)))
		return 0;

	int r = transaction_keep_resource(m, o, &i, resource.id[2]);
	if (r < 0)
		return r;
	m->octets -= i->octets;
	r = instance_put_empty_set(i, resource.id[2]);
	m->octets += i->octets;
	if (r < 0)
		return r;
	transaction_tell(m, resource, MODEL_WRITTEN);
	return 0;
}

int model_get(const struct model *m, struct path p, struct value *ret)
{
	const struct cell *c = p.depth >= 3 ? find_cell(m, p) : NULL;

	if (!c || c->value.type == VALUE_NONE)
		return -ENOENT;
	*ret = c->value;
	return 0;
}

int64_t model_get_int(const struct model *m, struct path p, int64_t otherwise)
{
	struct value v;

	if (model_get(m, p, &v) < 0)
		return otherwise;
	if (v.type == VALUE_INTEGER || v.type == VALUE_TIME)
		return v.i;
	if (v.type != VALUE_UNSIGNED)
		return otherwise;
	return v.u > INT64_MAX ? INT64_MAX : (int64_t)v.u;
}

bool model_get_bool(const struct model *m, struct path p, bool otherwise)
{
	struct value v;

	return model_get(m, p, &v) == 0 && v.type == VALUE_BOOLEAN ? v.b : otherwise;
}

struct span model_get_bytes(const struct model *m, struct path p)
{
	struct value v;

	return model_get(m, p, &v) == 0 && value_has_bytes(v.type) ? v.bytes : (struct span){0};
}

enum origin model_origin(const struct model *m, struct path instance)
{
	const struct instance *i = look_up(m, instance);

	return i ? i->origin : ORIGIN_NONE;
}

int model_set_origin(struct model *m, struct path instance, enum origin origin)
{
	struct object *o;
	struct instance *i = find_instance(m, instance, &o);

	if (!i)
		return -ENOENT;
	if (i->origin == origin)
		return 0;

	int r = transaction_keep(m, o, &i);
	if (r < 0)
		return r;
	i->origin = origin;
	return 0;
}

void model_set_octets_max(struct model *m, size_t octets)
{
	m->octets_max = octets;
}

size_t model_octets(const struct model *m)
{
	return m->octets;
}

bool model_has_outgrown(const struct model *m)
{
	return m->is_in_transaction && m->octets > m->octets_max && m->octets > m->octets_before;
}

void model_on_change(struct model *m,
	void (*changed)(void *data, struct path p, enum model_change what), void *data)
{
	m->changed = changed;
	m->changed_data = data;
}

static void refresh(struct model *m, const struct object *o, struct path target)
{
	if (o && o->def->hooks && o->def->hooks->refresh)
		o->def->hooks->refresh(o->data, m, target);
}

void model_refresh(struct model *m, struct path target)
{
	if (target.depth > 0)
		refresh(m, find_object(m, target.id[0]), target);
	for (size_t i = 0; target.depth == 0 && i < m->n; i++)
		refresh(m, m->objects[i], target);
}

static bool can_refresh(const struct object *o)
{
	return o && o->def->hooks && o->def->hooks->refresh;
}

bool model_can_refresh(const struct model *m, struct path target)
{
	if (target.depth > 0)
		return can_refresh(find_object(m, target.id[0]));
	for (size_t i = 0; i < m->n; i++)
		if (can_refresh(m->objects[i]))
			return true;
	return false;
}

static bool needs_look(const struct object *o, struct path target)
{
	return can_refresh(o) &&
	       (!o->def->hooks->needs_look || o->def->hooks->needs_look(o->data, target));
}

bool model_needs_look(const struct model *m, struct path target)
{
	if (target.depth > 0)
		return needs_look(find_object(m, target.id[0]), target);
	for (size_t i = 0; i < m->n; i++)
		if (needs_look(m->objects[i], PATH1(m->objects[i]->def->id)))
			return true;
	return false;
}

int model_check(const struct model *m, struct path resource, const struct value *v)
{
	const struct object *o = find_object(m, resource.id[0]);

	if (!o || !o->def->hooks || !o->def->hooks->check)
		return 0;
	return o->def->hooks->check(o->data, m, resource, v);
}

int model_execute(struct model *m, uint16_t ssid, struct path resource, struct span args)
{
	const struct object *o = find_object(m, resource.id[0]);

	if (!o || !o->def->hooks || !o->def->hooks->execute)
		return -EOPNOTSUPP;
	return o->def->hooks->execute(o->data, m, ssid, resource, args);
}
