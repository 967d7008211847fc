#include <errno.h>

#include "dm/observe.h"
#include "dm/operation.h"

static bool is_numeric(enum value_type type)
{
	return type == VALUE_INTEGER || type == VALUE_UNSIGNED || type == VALUE_FLOAT ||
	       type == VALUE_TIME;
}

/* TS core 5.1.2: conditions belong to values, and to those of a fitting type. */
static bool has_level(const struct operation *op, const struct attrs *a)
{
	bool is_value = op->path.depth >= 3;

	if ((a->set & ATTR_THRESHOLDS) && !(is_value && is_numeric(op->resource->type)))
		return false;
	return !(a->set & ATTR_BIT(ATTR_EDGE)) || (is_value && op->resource->type == VALUE_BOOLEAN);
}

int op_parse_attributes(const struct operation *op, struct attrs *ret, uint16_t *ret_unset)
{
	struct attrs a = {0};
	uint16_t unset = 0;

	for (size_t i = 0; i < op->request->n_queries; i++) {
		int r = attr_parse(op->request->query[i], op->peer->version, &a, &unset);

		if (r < 0)
			return r;
	}
	if (!has_level(op, &a))
		return -EINVAL;
	*ret = a;
	*ret_unset = unset;
	return 0;
}

static int check_target(const struct operation *op)
{
	if (op->path.depth < 3)
		return 0;
	if (!op->resource)
		return -ENOENT;
	if (!(op->resource->ops & OP_R))
		return -EOPNOTSUPP;
	model_refresh(op->m, op->path);
	return model_exists(op->m, op->path) ? 0 : -ENOENT;
}

/* TS core 6.3.4: what is not named stays; all or nothing. */
int op_write_attributes(const struct operation *op)
{
	uint16_t ssid = op->peer->short_server_id, unset;
	struct attributes *all = op->peer->observe ? observe_attributes(op->peer->observe) : NULL;
	struct attrs change, a = {0};
	const struct attrs *former;
	int r = all ? check_target(op) : -EOPNOTSUPP;

	if (r == 0)
		r = op_parse_attributes(op, &change, &unset);
	if (r < 0)
		return r;
	former = attributes_find(all, ssid, op->path);
	if (former)
		a = *former;
	attr_apply(&a, &change, unset);
	if (!attr_is_consistent(&a))
		return -EINVAL;
	r = attributes_put(all, ssid, op->path, &a);
	if (r < 0)
		return r;
	observe_attributes_changed(op->peer->observe, ssid, op->path);
	return MSG_CHANGED;
}
