#include <errno.h>
#include <stdio.h>

#include "base/parse.h"
#include "codec/link.h"
#include "dm/links.h"
#include "dm/observe.h"
#include "dm/operation.h"

/*
 * TS core 6.3.2: what a Discover of this depth lists below its target, and with ?depth=.
 */
struct listing {
	const struct operation *op;
	struct writer w;
	uint8_t deepest; /* path depth of the last level that is listed */
};

static void write_target(struct listing *l, struct path p)
{
	char target[PATH_TEXT_MAX];

	path_format(p, target);
	link_write_target(&l->w, 0, target);
}

/*
 * Those that the asking server has attached (TS core 6.3.2): the target's line with what it
 * inherits, the lines below it with their own. With 1.2 an object's line also tells the periods
 * that the Server object sets.
 */
static void write_attributes(struct listing *l, struct path p)
{
	const struct dm_peer *peer = l->op->peer;
	const struct attributes *all = peer->observe ? observe_attributes(peer->observe) : NULL;
	const struct attrs *own;
	struct attrs a = {0};

	if (!all)
		return;
	if (p.depth == l->op->path.depth) {
		a = attributes_inherited(all, peer->short_server_id, p);
	} else {
		own = attributes_find(all, peer->short_server_id, p);
		if (own)
			a = *own;
	}
	if (p.depth == 1 && peer->version >= LWM2M_1_2) {
		struct attrs defaults = {0};

		attributes_default(&defaults, l->op->m, peer->short_server_id);
		defaults.set &= ATTR_BIT(ATTR_PMIN) | ATTR_BIT(ATTR_PMAX);
		attr_inherit(&a, &defaults);
	}
	attr_write(&a, &l->w);
}

static void write_resource(struct listing *l, struct path p, const struct resource_def *def)
{
	uint32_t cursor = 0;
	uint16_t riid;
	unsigned dim = 0;
	char text[16];

	write_target(l, p);
	if (!def->is_multiple) {
		write_attributes(l, p);
		return;
	}

	while (model_next_resource_instance(l->op->m, p, &cursor, &riid))
		dim++;
	snprintf(text, sizeof text, "%u", dim);
	link_write_attr(&l->w, "dim", text);
	write_attributes(l, p);

	cursor = 0;
	while (l->deepest >= 4 && model_next_resource_instance(l->op->m, p, &cursor, &riid)) {
		write_target(l, path_child(p, riid));
		write_attributes(l, path_child(p, riid));
	}
}

/* What cannot be read has no value that could be missing: it is there if it is defined. */
static bool is_there(const struct model *m, struct path p, const struct resource_def *def)
{
	return model_exists(m, p) || (def->ops && !(def->ops & OP_R));
}

static void write_instance(struct listing *l, struct path instance)
{
	const struct object_def *object = l->op->object;

	write_target(l, instance);
	write_attributes(l, instance);
	for (size_t i = 0; l->deepest >= 3 && i < object->n_resources; i++) {
		struct path p = path_child(instance, object->resources[i].id);

		if (is_there(l->op->m, p, &object->resources[i]))
			write_resource(l, p, &object->resources[i]);
	}
}

static void write_object(struct listing *l, struct path object)
{
	uint32_t cursor = 0;
	uint16_t iid;

	write_target(l, object);
	dm_links_write_version(&l->w, l->op->object, l->op->peer->version);
	write_attributes(l, object);
	while (l->deepest >= 2 && model_next_instance(l->op->m, object.id[0], &cursor, &iid))
		write_instance(l, path_child(object, iid));
}

/*
 * By default an object lists its instances and their resources, an instance its resources, a
 * resource its instances (1.0: itself alone). A depth that is none is ignored, not refused.
 */
static uint8_t deepest_level(const struct operation *op)
{
	static const char parameter[] = "depth=";
	enum { PARAMETER_LEN = sizeof parameter - 1, DEPTH_MAX = 3 };
	unsigned below = op->path.depth == 1 ? 2 : 1;

	if (op->path.depth == 3 && op->peer->version == LWM2M_1_0)
		below = 0;
	for (size_t i = 0; op->peer->version >= LWM2M_1_2 && i < op->request->n_queries; i++) {
		struct span q = op->request->query[i];
		uint16_t depth;

		if (q.len <= PARAMETER_LEN || memcmp(q.data, parameter, PARAMETER_LEN) != 0)
			continue;
		if (parse_u16(span_of(q.data + PARAMETER_LEN, q.len - PARAMETER_LEN), &depth) ==
				0 &&
			depth <= DEPTH_MAX)
			below = depth;
	}
	return (uint8_t)(op->path.depth + below);
}

int op_discover(const struct operation *op)
{
	struct listing l = {
		.op = op, .w = writer_to(&op->ret->payload), .deepest = deepest_level(op)};

	if (op->path.depth == 3 && !op->resource)
		return -ENOENT;
	model_refresh(op->m, op->path);
	if (op->path.depth == 3 && !is_there(op->m, op->path, op->resource))
		return -ENOENT;

	switch (op->path.depth) {
	case 1:
		write_object(&l, op->path);
		break;
	case 2:
		write_instance(&l, op->path);
		break;
	default:
		write_resource(&l, op->path, op->resource);
		break;
	}
	if (l.w.err < 0)
		return l.w.err;
	op->ret->content_format = FORMAT_LINK;
	op->ret->has_content_format = true;
	return MSG_CONTENT;
}
