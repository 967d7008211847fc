#include "dm/collect.h"

#include <errno.h>
#include <stdlib.h>

#include "dm/access.h"

void collection_done(struct collection *c)
{
	free(c->many);
	collection_init(c);
}

static int add(struct collection *c, struct path p, struct value v)
{
	if (c->n == c->cap) {
		struct record *many = realloc(c->many, 2 * c->cap * sizeof *many);

		if (!many)
			return -ENOMEM;
		if (!c->many)
			memcpy(many, c->few, c->n * sizeof *many);
		c->many = many;
		c->cap *= 2;
	}
	(c->many ? c->many : c->few)[c->n++] = (struct record){.path = p, .value = v};
	return 0;
}

static int add_resource(
	struct collection *c, const struct model *m, struct path p, const struct resource_def *def)
{
	struct value v;
	uint32_t cursor = 0;
	uint16_t riid;
	size_t before = c->n;
	int r = 0;

	if (!def->is_multiple) {
		r = model_get(m, p, &v);
		return r < 0 ? r : add(c, p, v);
	}

	while (r == 0 && model_next_resource_instance(m, p, &cursor, &riid)) {
		r = model_get(m, path_child(p, riid), &v);
		if (r == 0)
			r = add(c, path_child(p, riid), v);
	}
	if (r < 0 || c->n > before)
		return r;
	/* a set without instances is told as such */
	return model_exists(m, p) ? add(c, p, (struct value){0}) : -ENOENT;
}

/* Resources that cannot be read are left out (TS core 6.3, Read). */
static int add_instance(struct collection *c, const struct model *m, struct path instance)
{
	uint32_t cursor = 0;
	uint16_t rid;
	size_t before = c->n;
	int r = 0;

	while (r == 0 && model_next_resource(m, instance, &cursor, &rid)) {
		struct path p = path_child(instance, rid);
		const struct resource_def *def = model_resource(m, p);

		if (def && (def->ops & OP_R))
			r = add_resource(c, m, p, def);
	}
	return r == 0 && c->n == before ? add(c, instance, (struct value){0}) : r;
}

/*
 * TS core 6.3, Read: only the instances that the server may read; none of
 * several readable: 4.01; an object without instances is empty.
 */
static int add_object(
	struct collection *c, const struct model *m, const struct dm_peer *peer, struct path object)
{
	uint32_t cursor = 0;
	uint16_t iid;
	bool has_any = false, has_readable = false;
	int r = 0;

	while (r == 0 && model_next_instance(m, object.id[0], &cursor, &iid)) {
		struct path p = path_child(object, iid);

		has_any = true;
		if (!(access_rights(m, peer->short_server_id, p) & ACCESS_READ))
			continue;
		has_readable = true;
		r = add_instance(c, m, p);
	}
	return r == 0 && has_any && !has_readable ? -EACCES : r;
}

static int add_below_resource(struct collection *c, const struct model *m, struct path p)
{
	const struct resource_def *def = model_resource(m, p);
	struct value v;

	if (!def)
		return -ENOENT;
	/* a path into a resource that has no instances breaks the rules for paths */
	if (!(def->ops & OP_R) || (p.depth == 4 && !def->is_multiple))
		return -EOPNOTSUPP;
	if (p.depth == 3)
		return add_resource(c, m, p, def);

	int r = model_get(m, p, &v);

	return r < 0 ? r : add(c, p, v);
}

int collect_path(
	const struct model *m, const struct dm_peer *peer, struct path p, struct collection *c)
{
	const struct object_def *object = model_object(m, p.id[0]);

	if (access_is_hidden(p.id[0], object))
		return -EACCES;
	if (!object)
		return -ENOENT;
	if (p.depth == 1)
		return add_object(c, m, peer, p);
	if (!model_exists(m, path_parent(p, 2)))
		return -ENOENT;
	if (!(access_rights(m, peer->short_server_id, p) & ACCESS_READ))
		return -EACCES;
	return p.depth == 2 ? add_instance(c, m, p) : add_below_resource(c, m, p);
}

static int collect_root(const struct model *m, const struct dm_peer *peer, struct collection *c)
{
	uint32_t cursor = 0;
	uint16_t oid;
	int r = 0;

	while (r == 0 && model_next_object(m, &cursor, &oid)) {
		r = collect_path(m, peer, PATH1(oid), c);
		if (r == -EACCES)
			r = 0;
	}
	return r;
}

/* TS core 6.3.8, Read-Composite: not atomic, what is absent or not allowed is left out. */
int collect_paths(const struct model *m, const struct dm_peer *peer, const struct path *paths,
	size_t n_paths, struct collection *c)
{
	bool is_denied = false, is_granted = false;

	for (size_t i = 0; i < n_paths; i++) {
		int r = paths[i].depth == 0 ? collect_root(m, peer, c)
					    : collect_path(m, peer, paths[i], c);

		if (r == -ENOMEM)
			return r;
		is_denied |= r == -EACCES;
		is_granted |= r == 0;
	}
	return is_denied && !is_granted ? -EACCES : 0;
}

static int compare(const void *a, const void *b)
{
	return path_compare(*(const struct path *)a, *(const struct path *)b);
}

size_t collect_order(struct path *paths, size_t n_paths)
{
	size_t n = 0;

	qsort(paths, n_paths, sizeof *paths, compare);
	/* what contains a path comes before it, and all between is contained as well */
	for (size_t i = 0; i < n_paths; i++)
		if (n == 0 || !path_contains(paths[n - 1], paths[i]))
			paths[n++] = paths[i];
	return n;
}

int collect_format(const struct model *m, enum lwm2m_version version, struct path p)
{
	const struct resource_def *def = p.depth >= 3 ? model_resource(m, p) : NULL;

	/* TS core 1.0 6.4: TLV is what each client has to have */
	if (version == LWM2M_1_0)
		return FORMAT_TLV;
	if (def && (p.depth == 4 || !def->is_multiple))
		return def->type == VALUE_OPAQUE ? FORMAT_OPAQUE : FORMAT_TEXT;
	return payload_can_encode(FORMAT_SENML_CBOR) ? FORMAT_SENML_CBOR : FORMAT_TLV;
}
