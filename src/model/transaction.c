#include "model/private.h"

#include <assert.h>
#include <errno.h>

#include "base/cleanup.h"

/*
 * One instance that the open transaction touched: the instance as it was at begin is set aside
 * whole, the object holds a copy. So a rollback needs no memory and cannot fail.
 */
struct undo {
	struct undo *next;
	struct object *object;
	uint32_t key;
	struct instance *saved; /* NULL: there was none at begin */
	uint16_t *resources;	/* ids to compare at commit, ascending, if saved */
	size_t n, cap;
	enum model_change what; /* set at commit */
	bool is_change;
};

static struct undo *undo_free(struct undo *u)
{
	instance_free(u->saved);
	free(u->resources);
	free(u);
	return NULL;
}

static int undo_new(struct model *m, struct object *o, uint32_t key, struct undo **ret)
{
	struct undo *u = malloc(sizeof *u);

	if (!u)
		return -ENOMEM;
	*u = (struct undo){.object = o, .key = key};
	*m->last_undo = u;
	m->last_undo = &u->next;
	*ret = u;
	return 0;
}

static int undo_mark(struct undo *u, uint16_t rid)
{
	size_t at = u->n;

	while (at > 0 && u->resources[at - 1] >= rid)
		at--;
	if (at < u->n && u->resources[at] == rid)
		return 0;

	if (u->n == u->cap) {
		size_t cap = u->cap ? 2 * u->cap : 8;
		uint16_t *resources = realloc(u->resources, cap * sizeof *resources);

		if (!resources)
			return -ENOMEM;
		u->resources = resources;
		u->cap = cap;
	}
	memmove(&u->resources[at + 1], &u->resources[at], (u->n - at) * sizeof *u->resources);
	u->resources[at] = rid;
	u->n++;
	return 0;
}

static void note_change(struct model *m, const struct object *o)
{
	if (o->def->id == OBJECT_ACCESS_CONTROL)
		guard_forget(m->guards);
}

int transaction_keep(struct model *m, struct object *o, struct instance **i)
{
	_cleanup_(instance_free_p) struct instance *copy = NULL;
	struct undo *u;

	note_change(m, o);
	if (!m->is_in_transaction || (*i)->undo)
		return 0;

	int r = instance_clone(*i, &copy);
	if (r < 0)
		return r;
	r = undo_new(m, o, (*i)->key, &u);
	if (r < 0)
		return r;

	u->saved = *i;
	copy->undo = u;
	*i = o->instances[object_search(o, u->key)] = TAKE_PTR(copy);
	return 0;
}

int transaction_keep_resource(struct model *m, struct object *o, struct instance **i, uint16_t rid)
{
	int r = transaction_keep(m, o, i);

	if (r < 0 || !m->is_in_transaction || !(*i)->undo->saved)
		return r;
	return undo_mark((*i)->undo, rid);
}

/* What is known of an instance that the transaction deleted; NULL: nothing. */
static struct undo *find_undo(const struct model *m, const struct object *o, uint32_t key)
{
	/* not for each of thousands of instances that are made at once */
	for (struct undo *u = m->has_deleted ? m->first_undo : NULL; u; u = u->next)
		if (u->object == o && u->key == key)
			return u;
	return NULL;
}

int transaction_create(struct model *m, struct object *o, struct instance *fresh)
{
	int r = object_reserve(o);

	if (r < 0)
		return r;
	note_change(m, o);
	if (!m->is_in_transaction) {
		object_insert(o, fresh);
		transaction_tell(m, instance_path(o, fresh->key), MODEL_CREATED);
		return 0;
	}

	struct undo *u = find_undo(m, o, fresh->key);

	if (!u) {
		r = undo_new(m, o, fresh->key, &u);
		if (r < 0)
			return r;
	}
	/* deleted and made anew: to the listener all that it had may have changed */
	for (uint32_t c = 0; u->saved && c < u->saved->n; c++) {
		r = undo_mark(u, cell_resource(&u->saved->cells[c]));
		if (r < 0)
			return r;
	}
	fresh->undo = u;
	object_insert(o, fresh);
	return 0;
}

int transaction_delete(struct model *m, struct object *o, struct instance *i)
{
	uint32_t key = i->key;
	struct undo *u;

	note_change(m, o);
	m->has_deleted = m->is_in_transaction;
	if (m->is_in_transaction && !i->undo) {
		int r = undo_new(m, o, key, &u);

		if (r < 0)
			return r;
		m->octets -= i->octets;
		u->saved = object_take(o, key);
		return 0;
	}
	m->octets -= i->octets;
	instance_free(object_take(o, key));
	transaction_tell(m, instance_path(o, key), MODEL_DELETED);
	return 0;
}

void transaction_tell(struct model *m, struct path p, enum model_change what)
{
	if (!m->is_in_transaction && m->changed)
		m->changed(m->changed_data, p, what);
}

int model_begin(struct model *m)
{
	if (m->is_in_transaction)
		return -EBUSY;
	m->is_in_transaction = true;
	m->has_deleted = false;
	m->octets_before = m->octets;
	m->first_undo = NULL;
	m->last_undo = &m->first_undo;
	return 0;
}

bool model_in_transaction(const struct model *m)
{
	return m->is_in_transaction;
}

/* Decides what there is to tell, so that a listener may change the model afterwards. */
static void settle(struct undo *u)
{
	struct instance *now = object_find(u->object, u->key);
	size_t n = 0;

	if (now)
		now->undo = NULL;

	u->is_change = now || u->saved;
	u->what = !u->saved ? MODEL_CREATED : !now ? MODEL_DELETED : MODEL_WRITTEN;
	for (size_t i = 0; i < u->n; i++)
		if (!instance_has_equal(u->saved, now, u->resources[i]))
			u->resources[n++] = u->resources[i];
	u->n = n;
	u->saved = instance_free(u->saved);
}

static void tell_undo(struct model *m, const struct undo *u)
{
	struct path p = instance_path(u->object, u->key);

	if (!u->is_change)
		return;
	if (u->what != MODEL_WRITTEN) {
		transaction_tell(m, p, u->what);
		return;
	}
	for (size_t i = 0; i < u->n; i++)
		transaction_tell(m, path_child(p, u->resources[i]), MODEL_WRITTEN);
}

void model_commit(struct model *m)
{
	struct undo *list = TAKE_PTR(m->first_undo);

	m->last_undo = &m->first_undo;
	for (struct undo *u = list; u; u = u->next)
		settle(u);
	m->is_in_transaction = false;

	while (list) {
		struct undo *u = list;

		list = u->next;
		tell_undo(m, u);
		undo_free(u);
	}
}

void model_rollback(struct model *m)
{
	struct undo *list = TAKE_PTR(m->first_undo);

	if (m->is_in_transaction)
		m->octets = m->octets_before;
	m->last_undo = &m->first_undo;
	for (struct undo *u = list; u; u = u->next) {
		note_change(m, u->object);
		instance_free(object_take(u->object, u->key));
	}
	while (list) {
		struct undo *u = list;

		list = u->next;
		/* an object's room never shrinks: what was there at begin fits again */
		if (u->saved)
			object_insert(u->object, TAKE_PTR(u->saved));
		undo_free(u);
	}
	m->is_in_transaction = false;
}
