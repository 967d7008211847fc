#include "dm/dispatch.h"

#include <errno.h>

#include "dm/access.h"
#include "dm/operation.h"
#include "dm/response.h"

/* TS core 6.3.3, 6.3.5: POST on a resource runs it, or adds to a multiple one. */
static int op_post_resource(const struct operation *op)
{
	if (op_is_executable(op))
		return op_execute(op);
	if (op->resource && !op->resource->is_multiple)
		return -EOPNOTSUPP;
	return op_update(op);
}

/*
 * TS transport 6.4.4: how a request says which operation it is. The first row that
 * fits counts; no row: the path is none for the method.
 */
enum form { FORM_ANY, FORM_DISCOVER, FORM_ATTRIBUTES };

/* clang-format off */
static const struct row {
	uint8_t method;
	enum form form;
	uint8_t depth_min, depth_max;
	uint8_t rights; /* enum access, of the instance or, for Create, of the object */
	int (*run)(const struct operation *op);
} rows[] = {
	{MSG_FETCH,  FORM_ANY,        0, 0, 0,              op_observe},
	{MSG_IPATCH, FORM_ANY,        0, 0, 0,              op_write_composite},
	{MSG_GET,    FORM_DISCOVER,   1, 3, 0,              op_discover},
	{MSG_GET,    FORM_ANY,        1, 4, 0,              op_observe},
	{MSG_PUT,    FORM_ATTRIBUTES, 1, 1, 0,              op_write_attributes},
	{MSG_PUT,    FORM_ATTRIBUTES, 2, 4, ACCESS_READ,    op_write_attributes},
	{MSG_PUT,    FORM_ANY,        2, 4, ACCESS_WRITE,   op_replace},
	{MSG_POST,   FORM_ANY,        1, 1, ACCESS_CREATE,  op_create},
	{MSG_POST,   FORM_ANY,        2, 2, ACCESS_WRITE,   op_update},
	{MSG_POST,   FORM_ANY,        3, 3, ACCESS_WRITE,   op_post_resource},
	{MSG_DELETE, FORM_ANY,        2, 2, ACCESS_DELETE,  op_delete},
	{MSG_DELETE, FORM_ANY,        4, 4, ACCESS_DELETE,  op_delete_resource_instance},
};
/* clang-format on */

static enum form form_of(const struct request *request)
{
	if (request->method == MSG_GET && request->accept == FORMAT_LINK)
		return FORM_DISCOVER;
	if (request->method == MSG_PUT && request->n_queries > 0 &&
		request->content_format == FORMAT_NONE)
		return FORM_ATTRIBUTES;
	return FORM_ANY;
}

static const struct row *find_row(const struct request *request, uint8_t depth)
{
	enum form form = form_of(request);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].method == request->method && rows[i].form == form &&
			depth >= rows[i].depth_min && depth <= rows[i].depth_max)
			return &rows[i];
	return NULL;
}

static bool has_right(const struct operation *op, const struct row *row)
{
	unsigned wanted = row->rights;

	if (wanted == 0)
		return true;
	if (op->request->method == MSG_POST && op_is_executable(op))
		wanted = ACCESS_EXECUTE;
	return (access_rights(op->m, op->peer->short_server_id, op->path) & wanted) == wanted;
}

/*
 * TS transport 6.7, order of evaluation: path, hidden objects, existence of object
 * and instance, access right; the rest is up to the operation.
 */
static int run(struct operation *op)
{
	int r = request_path(op->request, &op->path);

	/* what is no number names nothing here; too long a path breaks the rules for paths */
	if (r < 0)
		return op->request->n_segments > PATH_DEPTH_MAX ? -EOPNOTSUPP : -ENOENT;
	if (op->path.depth > 0) {
		op->object = model_object(op->m, op->path.id[0]);
		if (access_is_hidden(op->path.id[0], op->object))
			return -EACCES;
	}

	const struct row *row = find_row(op->request, op->path.depth);

	if (!row)
		return -EOPNOTSUPP;
	if (op->path.depth == 0)
		return row->run(op);
	if (!op->object || (op->path.depth >= 2 && !model_exists(op->m, path_parent(op->path, 2))))
		return -ENOENT;
	if (op->path.depth >= 3)
		op->resource = model_resource(op->m, op->path);
	if (!has_right(op, row))
		return -EACCES;
	/* a path into a resource that has no instances breaks the rules for paths */
	if (op->path.depth == 4 && op->resource && !op->resource->is_multiple)
		return -EOPNOTSUPP;
	return row->run(op);
}

void dm_dispatch(struct model *m, const struct dm_peer *peer, const struct request *request,
	struct response *ret)
{
	struct operation op = {.m = m, .peer = peer, .request = request, .ret = ret};
	int r = run(&op);

	if (r >= 0) {
		ret->code = (uint8_t)r;
		return;
	}
	response_done(ret);
	ret->code = response_code_of(r);
}
