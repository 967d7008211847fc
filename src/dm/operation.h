#pragma once
/*
 * One operation on one target, found by dispatch.c and carried out by the op_ files and
 * discover.c. Layer: dm, private to it.
 */
#include "codec/attr.h"
#include "dm/dispatch.h"

struct operation {
	struct model *m;
	const struct dm_peer *peer;
	const struct request *request;
	struct path path;		 /* object and instance exist; depth 0: of a composite */
	const struct object_def *object; /* of the path; NULL: a composite */
	const struct resource_def *resource; /* of the path; NULL: above, or not defined */
	struct response *ret;
};

/*
 * Each returns the success code (enum msg_code) or a negative errno for response_code_of(). The
 * right on the instance was checked, but for Read and Discover: collect.c does that for Read, and
 * Discover needs none.
 */
int op_read(const struct operation *op);
int op_replace(const struct operation *op);
int op_update(const struct operation *op);
int op_execute(const struct operation *op);
int op_create(const struct operation *op);
int op_delete(const struct operation *op);
int op_delete_resource_instance(const struct operation *op);
/* No path: the rights are those on each path that the payload names. */
int op_read_composite(const struct operation *op);
int op_write_composite(const struct operation *op);
int op_discover(const struct operation *op);
/* A Read or Read-Composite, and what its option Observe asks for. */
int op_observe(const struct operation *op);
int op_write_attributes(const struct operation *op);

/* The queries as attributes that are possible at the path, and those to be unset. -EINVAL */
int op_parse_attributes(const struct operation *op, struct attrs *ret, uint16_t *ret_unset);

/* Whether the text is a list of arguments as Execute takes them. */
bool execute_args_are_valid(struct span text);

static inline bool op_is_executable(const struct operation *op)
{
	return op->resource && (op->resource->ops & OP_E);
}
