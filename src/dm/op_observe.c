/*
 * Observe and Observe-Composite, and their cancellation: a Read, and what the option Observe asks
 * for. (TS core 6.4.1, 6.4.3 to 6.4.5; RFC 7641)
 */
#include <errno.h>

#include "dm/collect.h"
#include "dm/observe.h"
#include "dm/operation.h"

enum { OBSERVE_BEGIN = 0, OBSERVE_END = 1 };

/* What a composite may have of its own: what does not belong to one value. */
static bool fits_composite(const struct attrs *a)
{
	return !(a->set & (ATTR_CONDITIONS | ATTR_BIT(ATTR_HQMAX)));
}

/* TS core 1.2, 6.4.1: queries are attributes of this observation alone. */
static int parse_own(const struct operation *op, struct attrs *ret)
{
	uint16_t unset;
	int r;

	*ret = (struct attrs){0};
	if (op->request->n_queries == 0)
		return 0;
	if (op->peer->version < LWM2M_1_2)
		return -EINVAL;
	r = op_parse_attributes(op, ret, &unset);
	if (r < 0)
		return r;
	if (unset || !attr_is_consistent(ret) || (op->path.depth == 0 && !fits_composite(ret)))
		return -EINVAL;
	return 0;
}

/* What cannot be kept is answered as a Read, without the option (RFC 7641 section 4.1). */
static void begin(const struct operation *op, const struct attrs *own, const struct path *paths,
	size_t n_paths)
{
	struct observe_wish wish = {.short_server_id = op->peer->short_server_id,
		.version = op->peer->version,
		.token = op->request->token,
		.paths = paths,
		.n_paths = n_paths,
		.is_composite = op->path.depth == 0,
		.accept = op->request->accept,
		.own = op->request->n_queries > 0 ? own : NULL};

	op->ret->has_observe = observe_add(op->peer->observe, &wish, &op->ret->observe) == 0;
}

struct paths {
	struct path path[COLLECT_PATHS_MAX];
	size_t n;
};

static int on_path(void *data, struct path p)
{
	struct paths *paths = data;

	if (paths->n == COLLECT_PATHS_MAX)
		return -E2BIG;
	paths->path[paths->n++] = p;
	return 0;
}

static void begin_composite(const struct operation *op, const struct attrs *own)
{
	struct paths paths = {.n = 0};

	if (payload_decode_paths(
		    op->request->content_format, op->request->payload, on_path, &paths) < 0)
		return;
	paths.n = collect_order(paths.path, paths.n);
	if (paths.n > 0)
		begin(op, own, paths.path, paths.n);
}

int op_observe(const struct operation *op)
{
	bool is_composite = op->path.depth == 0;
	int (*read)(const struct operation *) = is_composite ? op_read_composite : op_read;
	struct request request;
	struct operation plain;
	struct attrs own;
	int r;

	if (!op->peer->observe ||
		(op->request->observe != OBSERVE_BEGIN && op->request->observe != OBSERVE_END))
		return read(op);
	if (op->path.depth >= 3 && !op->resource)
		return -ENOENT;
	r = parse_own(op, &own);
	if (r < 0)
		return r;
	request = *op->request;
	request.n_queries = 0;
	plain = *op;
	plain.request = &request;
	r = read(&plain);
	if (op->request->observe == OBSERVE_END)
		observe_cancel(op->peer->observe, op->peer->short_server_id, op->request->token);
	else if (r >= 0 && is_composite)
		begin_composite(op, &own);
	else if (r >= 0)
		begin(op, &own, &op->path, 1);
	return r;
}
