#include <errno.h>

#include "base/cleanup.h"
#include "dm/access.h"
#include "dm/apply.h"
#include "dm/collect.h"

/* Composites came with LwM2M 1.1, SenML-ETCH and LwM2M CBOR with 1.2 (TS core 7.4). */
static int check_format(const struct operation *op, int format)
{
	bool is_new = format == FORMAT_SENML_ETCH_JSON || format == FORMAT_SENML_ETCH_CBOR ||
		      format == FORMAT_LWM2M_CBOR;

	if (format == FORMAT_NONE || op->request->n_queries > 0)
		return -EINVAL;
	if (!payload_can_decode_composite(format) || (is_new && op->peer->version < LWM2M_1_2))
		return -EMEDIUMTYPE;
	return 0;
}

/* --- Read-Composite (TS core 6.3.8) ----------------------------------------------------------- */

struct paths {
	struct path path[COLLECT_PATHS_MAX];
	size_t n;
};

static int on_path(void *data, struct path path)
{
	struct paths *paths = data;

	if (paths->n == COLLECT_PATHS_MAX)
		return -E2BIG;
	paths->path[paths->n++] = path;
	return 0;
}

static int encode(const struct operation *op, const struct collection *c)
{
	int format = op->request->accept;

	if (format == FORMAT_NONE)
		format = collect_format(op->m, op->peer->version, PATH0());
	if (!payload_can_encode_composite(format))
		return -ENOMEDIUM;

	int r = payload_encode(format, PATH0(), collection_records(c), c->n, &op->ret->payload);

	/* a value without a form in this format */
	if (r == -EDOM || r == -ENOTSUP)
		return -ENOMEDIUM;
	if (r < 0)
		return r;
	op->ret->content_format = format;
	op->ret->has_content_format = true;
	return MSG_CONTENT;
}

int op_read_composite(const struct operation *op)
{
	_cleanup_(collection_done) struct collection c;
	const struct request *request = op->request;
	struct paths paths = {.n = 0};

	collection_init(&c);
	if (op->peer->version == LWM2M_1_0)
		return -EOPNOTSUPP;

	int r = check_format(op, request->content_format);
	if (r == 0)
		r = payload_decode_paths(
			request->content_format, request->payload, on_path, &paths);
	if (r < 0)
		return r == -ENOTSUP ? -EMEDIUMTYPE : r;

	paths.n = collect_order(paths.path, paths.n);
	for (size_t i = 0; i < paths.n; i++)
		model_refresh(op->m, paths.path[i]);
	r = collect_paths(op->m, op->peer, paths.path, paths.n, &c);
	return r < 0 ? r : encode(op, &c);
}

/* --- Write-Composite (TS core 6.3.9) ---------------------------------------------------------- */

/* As its records come in, within one transaction: all of it happens or nothing. */
struct write {
	const struct operation *op;
	struct path instance; /* the one whose right was checked last; depth 0: none yet */
	size_t n_records;
	int error;
};

/* The order of evaluation of TS transport 6.7, for the target of one record. */
static int check_instance(struct write *w, struct path instance)
{
	const struct model *m = w->op->m;
	const struct object_def *object = model_object(m, instance.id[0]);

	if (path_is_equal(instance, w->instance))
		return 0;
	if (access_is_hidden(instance.id[0], object))
		return -EACCES;
	if (!object || !model_exists(m, instance))
		return -ENOENT;
	if (!(access_rights(m, w->op->peer->short_server_id, instance) & ACCESS_WRITE))
		return -EACCES;
	w->instance = instance;
	return 0;
}

static int check_target(struct write *w, struct path p)
{
	int r = p.depth >= 2 ? check_instance(w, path_parent(p, 2)) : -EOPNOTSUPP;

	if (r < 0 || p.depth == 2)
		return r;

	const struct resource_def *def = model_resource(w->op->m, p);

	if (!def)
		return -ENOENT;
	return def->ops & OP_W ? 0 : -EOPNOTSUPP;
}

static enum value_type type_of(void *data, struct path resource, bool *ret_multiple)
{
	struct write *w = data;
	int r = check_target(w, resource);

	if (r < 0) {
		if (w->error == 0)
			w->error = r;
		return VALUE_NONE;
	}

	const struct resource_def *def = model_resource(w->op->m, resource);

	*ret_multiple = def->is_multiple;
	return def->type;
}

/* Nothing as a value: the null of a resource instance deletes it, a set of none is a set. */
static int apply_nothing(struct model *m, struct path p)
{
	const struct resource_def *def = model_resource(m, p);

	if (!def->is_multiple)
		return -EBADMSG;
	if (p.depth == 4)
		return model_delete(m, p);
	return model_exists(m, p) ? 0 : model_set_empty(m, p);
}

static int on_record(void *data, const struct record *record)
{
	struct write *w = data;

	w->n_records++;
	if (w->error == 0)
		w->error = check_target(w, record->path);
	if (w->error == 0 && record->path.depth >= 3)
		w->error = record->value.type == VALUE_NONE ? apply_nothing(w->op->m, record->path)
							    : apply_value(w->op->m, record);
	return w->error;
}

int op_write_composite(const struct operation *op)
{
	struct write w = {.op = op};
	const struct payload_sink sink = {.data = &w, .type_of = type_of, .on_record = on_record};

	if (op->peer->version == LWM2M_1_0)
		return -EOPNOTSUPP;

	int r = check_format(op, op->request->content_format);
	if (r < 0)
		return r;
	r = model_begin(op->m);
	if (r < 0)
		return r;

	r = apply_payload(op, PATH0(), &sink, &w.error);
	if (r == 0 && w.n_records == 0)
		r = -EBADMSG;
	return apply_end(op->m, r, MSG_CHANGED);
}
