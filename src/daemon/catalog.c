#include "daemon/catalog.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

/* The definition with all that it points to. */
struct entry {
	struct object_def def;
	char *name;
	struct resource_def *resources;
};

struct catalog {
	struct model *model;
	const struct object_hooks *hooks;
	void *data;
	struct entry **entry; /* by ascending id */
	size_t n;
};

static struct entry *entry_free(struct entry *e)
{
	if (!e)
		return NULL;
	for (size_t i = 0; e->resources && i < e->def.n_resources; i++)
		free((char *)(uintptr_t)e->resources[i].name);
	free(e->resources);
	free(e->name);
	free(e);
	return NULL;
}

static void entry_free_p(struct entry **e)
{
	*e = entry_free(*e);
}

/* Both headers number the operations alike. */
_Static_assert((int)DDF_R == (int)OP_R && (int)DDF_W == (int)OP_W && (int)DDF_E == (int)OP_E,
	"operations");

static int entry_new(const struct catalog *c, const struct ddf_object *o, bool is_server_made,
	struct entry **ret)
{
	_cleanup_(entry_free_p) struct entry *e = calloc(1, sizeof *e);

	if (!e)
		return -ENOMEM;
	e->name = strdup(o->name);
	e->resources = calloc(o->n_resources + 1, sizeof *e->resources);
	e->def = (struct object_def){.id = o->id,
		.name = e->name,
		.major = o->major,
		.minor = o->minor,
		.is_multiple = o->is_multiple,
		.is_mandatory = o->is_mandatory,
		.is_server_made = is_server_made,
		.resources = e->resources,
		.n_resources = o->n_resources,
		.hooks = c->hooks};
	if (!e->name || !e->resources)
		return -ENOMEM;
	for (size_t i = 0; i < o->n_resources; i++) {
		const struct ddf_resource *from = &o->resource[i];

		e->resources[i] = (struct resource_def){.id = from->id,
			.name = strdup(from->name),
			.type = from->type,
			.ops = from->ops,
			.is_multiple = from->is_multiple,
			.is_mandatory = from->is_mandatory,
			.has_range = from->has_range,
			.min = from->min,
			.max = from->max};
		if (!e->resources[i].name)
			return -ENOMEM;
	}
	*ret = TAKE_PTR(e);
	return 0;
}

static bool is_resource_equal(const struct resource_def *a, const struct resource_def *b)
{
	return a->id == b->id && strcmp(a->name, b->name) == 0 && a->type == b->type &&
	       a->ops == b->ops && a->is_multiple == b->is_multiple &&
	       a->is_mandatory == b->is_mandatory && a->has_range == b->has_range &&
	       a->min == b->min && a->max == b->max;
}

static bool is_equal(const struct entry *a, const struct entry *b)
{
	const struct object_def *x = &a->def, *y = &b->def;

	if (x->id != y->id || strcmp(x->name, y->name) != 0 || x->major != y->major ||
		x->minor != y->minor || x->is_multiple != y->is_multiple ||
		x->is_mandatory != y->is_mandatory || x->is_server_made != y->is_server_made ||
		x->n_resources != y->n_resources)
		return false;
	for (size_t i = 0; i < x->n_resources; i++)
		if (!is_resource_equal(&a->resources[i], &b->resources[i]))
			return false;
	return true;
}

static struct entry **find(const struct catalog *c, uint16_t oid)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->entry[i]->def.id == oid)
			return &c->entry[i];
	return NULL;
}

bool catalog_has(const struct catalog *c, uint16_t oid)
{
	return find(c, oid);
}

static bool is_listed(char *const *paths, uint16_t oid)
{
	struct path p;

	for (; paths && *paths; paths++)
		if (path_parse(span_of_text(*paths), &p) == 0 && p.depth == 1 && p.id[0] == oid)
			return true;
	return false;
}

static int drop(struct catalog *c, struct entry **at)
{
	int r = model_remove_object(c->model, (*at)->def.id);

	if (r < 0)
		return r;
	entry_free(*at);
	c->n--;
	memmove(at, at + 1, (size_t)(c->entry + c->n - at) * sizeof *at);
	return 0;
}

static int add_take(struct catalog *c, struct entry *e)
{
	struct entry **more = reallocarray(c->entry, c->n + 1, sizeof *more);
	size_t at = c->n;
	int r = more ? 0 : -ENOMEM;

	if (more) {
		c->entry = more;
		r = model_add_object(c->model, &e->def, c->data);
	}
	if (r < 0) {
		entry_free(e);
		return r;
	}
	while (at > 0 && c->entry[at - 1]->def.id > e->def.id)
		at--;
	memmove(&c->entry[at + 1], &c->entry[at], (c->n - at) * sizeof *c->entry);
	c->entry[at] = e;
	c->n++;
	return 0;
}

static int put(struct catalog *c, const struct ddf_object *o, bool is_server_made)
{
	_cleanup_(entry_free_p) struct entry *e = NULL;
	struct entry **old = find(c, o->id);
	int r;

	if (!old && model_object(c->model, o->id))
		return 0;
	r = entry_new(c, o, is_server_made, &e);
	if (r < 0 || (old && is_equal(*old, e)))
		return r;
	if (old)
		r = drop(c, old);
	return r < 0 ? r : add_take(c, TAKE_PTR(e));
}

static bool is_defined(const struct conf *conf, uint16_t oid)
{
	for (size_t i = 0; i < conf->n_objects; i++)
		if (conf->objects[i]->id == oid)
			return true;
	return false;
}

int catalog_set(struct catalog *c, const struct conf *conf)
{
	int r = 0;

	for (size_t i = c->n; r == 0 && i > 0; i--)
		if (!is_defined(conf, c->entry[i - 1]->def.id))
			r = drop(c, &c->entry[i - 1]);
	for (size_t i = 0; r == 0 && i < conf->n_objects; i++)
		r = put(c, conf->objects[i],
			is_listed(conf->objects_created, conf->objects[i]->id));
	return r;
}

int catalog_new(struct model *m, const struct object_hooks *hooks, void *data, struct catalog **ret)
{
	struct catalog *c = calloc(1, sizeof *c);

	if (!c)
		return -ENOMEM;
	*c = (struct catalog){.model = m, .hooks = hooks, .data = data};
	*ret = c;
	return 0;
}

struct catalog *catalog_free(struct catalog *c)
{
	if (!c)
		return NULL;
	for (size_t i = 0; i < c->n; i++)
		entry_free(c->entry[i]);
	free(c->entry);
	free(c);
	return NULL;
}
