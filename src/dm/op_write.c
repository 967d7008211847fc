#include <errno.h>

#include "base/cleanup.h"
#include "dm/apply.h"

/* A Write as its records come in, within one transaction: all of it happens or nothing. */
struct write {
	const struct operation *op;
	bool is_replace;
	bool *is_seen; /* for each resource of the definition */
	size_t n_records;
	int error; /* what our own callbacks found; the codecs give it back unchanged or hide it */
};

static const struct resource_def *find_resource(const struct write *w, struct path p)
{
	return model_resource(w->op->m, p);
}

/* Unknown resources are skipped; each known one has to be writable. */
static enum value_type type_of(void *data, struct path resource, bool *ret_multiple)
{
	struct write *w = data;
	const struct resource_def *def = find_resource(w, resource);

	if (!def)
		return VALUE_NONE;
	if (!(def->ops & OP_W))
		w->error = -EOPNOTSUPP;
	*ret_multiple = def->is_multiple;
	return def->type;
}

static int apply(struct write *w, const struct record *record)
{
	struct model *m = w->op->m;
	struct path resource = path_parent(record->path, 3);
	const struct resource_def *def = find_resource(w, resource);
	int r = 0;

	if (!def)
		return 0;

	bool is_empty_set = record->value.type == VALUE_NONE;
	bool *is_seen = &w->is_seen[def - w->op->object->resources];
	bool is_first = !*is_seen;

	*is_seen = true;
	if ((!def->is_multiple && !is_first) ||
		(is_empty_set && (!def->is_multiple || record->path.depth == 4)))
		return -EBADMSG;
	/* Replace takes the place of the whole set; Partial Update only adds and overwrites */
	if (def->is_multiple && is_first && w->op->path.depth < 4 &&
		(w->is_replace || !model_exists(m, resource)))
		r = model_set_empty(m, resource);
	return r < 0 || is_empty_set ? r : apply_value(m, record);
}

static int on_record(void *data, const struct record *record)
{
	struct write *w = data;

	if (w->error == 0 && !path_contains(w->op->path, record->path))
		w->error = -EBADMSG;
	if (w->error == 0 && record->path.depth >= 3) {
		w->n_records++;
		w->error = apply(w, record);
	}
	return w->error;
}

/* Replace of an instance: what may be absent and is not named goes (TS core 6.3.3). */
static int remove_absent(struct write *w)
{
	const struct object_def *object = w->op->object;

	for (size_t i = 0; i < object->n_resources; i++) {
		const struct resource_def *def = &object->resources[i];

		if (w->is_seen[i] || def->is_mandatory || !(def->ops & OP_W))
			continue;

		int r = model_delete(w->op->m, path_child(w->op->path, def->id));
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return 0;
}

static int decode(struct write *w)
{
	const struct payload_sink sink = {.data = w, .type_of = type_of, .on_record = on_record};
	int r = apply_payload(w->op, w->op->path, &sink, &w->error);

	if (r < 0)
		return r;
	if (w->op->path.depth >= 3 && w->n_records == 0)
		return -EBADMSG;
	return w->is_replace && w->op->path.depth == 2 ? remove_absent(w) : 0;
}

static int check_target(const struct operation *op)
{
	if (op->path.depth < 3)
		return 0;
	if (!op->resource)
		return -ENOENT;
	if (!(op->resource->ops & OP_W))
		return -EOPNOTSUPP;
	/* an optional resource is made by the Write, an instance of it is not: 4.04 */
	return op->path.depth == 4 && !model_exists(op->m, op->path) ? -ENOENT : 0;
}

static int write_payload(const struct operation *op, bool is_replace)
{
	_cleanup_(free_p) bool *is_seen = NULL;
	int r = check_target(op);

	if (r < 0)
		return r;
	is_seen = calloc(op->object->n_resources + 1, sizeof *is_seen);
	if (!is_seen)
		return -ENOMEM;
	r = model_begin(op->m);
	if (r < 0)
		return r;

	struct write w = {.op = op, .is_replace = is_replace, .is_seen = is_seen};

	return apply_end(op->m, decode(&w), MSG_CHANGED);
}

int op_replace(const struct operation *op)
{
	return write_payload(op, true);
}

int op_update(const struct operation *op)
{
	return write_payload(op, false);
}
