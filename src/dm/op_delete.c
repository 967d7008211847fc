#include <errno.h>

#include "dm/access.h"
#include "dm/apply.h"

/*
 * TS core 6.3.7: an instance goes together with the one of object 2 that guards it. What no server
 * has made (the configuration binds it) no server deletes.
 */
int op_delete(const struct operation *op)
{
	if (!op->object->is_server_made || model_origin(op->m, op->path) != ORIGIN_SERVER)
		return -EOPNOTSUPP;

	int r = model_begin(op->m);
	if (r < 0)
		return r;

	r = model_delete(op->m, op->path);
	if (r == 0)
		r = access_on_delete(op->m, op->path);
	return apply_end(op->m, r, MSG_DELETED);
}

/* LwM2M 1.2, TS core 6.3.7: one instance of a multiple resource. */
int op_delete_resource_instance(const struct operation *op)
{
	if (op->peer->version < LWM2M_1_2)
		return -EOPNOTSUPP;
	if (!op->resource)
		return -ENOENT;
	if (!op->resource->is_multiple || !(op->resource->ops & OP_W))
		return -EOPNOTSUPP;

	int r = model_delete(op->m, op->path);

	return r < 0 ? r : MSG_DELETED;
}
