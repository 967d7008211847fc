#include <errno.h>

#include "base/cleanup.h"
#include "dm/access.h"
#include "dm/operation.h"

/* Most reads need no memory: 64 records are on the stack. */
struct records {
	struct record few[64];
	struct record *many; /* owned; NULL: few */
	size_t n, cap;
};

static void records_done(struct records *l)
{
	free(l->many);
}

static struct record *records_of(struct records *l)
{
	return l->many ? l->many : l->few;
}

static int records_add(struct records *l, struct path p, struct value v)
{
	if (l->n == l->cap) {
		struct record *many = realloc(l->many, 2 * l->cap * sizeof *many);

		if (!many)
			return -ENOMEM;
		if (!l->many)
			memcpy(many, l->few, l->n * sizeof *many);
		l->many = many;
		l->cap *= 2;
	}
	records_of(l)[l->n++] = (struct record){.path = p, .value = v};
	return 0;
}

static int add_resource(struct records *l, const struct model *m, struct path p, bool is_multiple)
{
	struct value v;
	uint32_t cursor = 0;
	uint16_t riid;
	size_t before = l->n;
	int r = 0;

	if (!is_multiple) {
		r = model_get(m, p, &v);
		return r < 0 ? r : records_add(l, p, v);
	}

	while (r == 0 && model_next_resource_instance(m, p, &cursor, &riid)) {
		r = model_get(m, path_child(p, riid), &v);
		if (r == 0)
			r = records_add(l, path_child(p, riid), v);
	}
	if (r < 0 || l->n > before)
		return r;
	/* a set without instances is told as such */
	return model_exists(m, p) ? records_add(l, p, (struct value){0}) : -ENOENT;
}

/* Resources that cannot be read are left out (TS core 6.3, Read). */
static int add_instance(struct records *l, const struct model *m, struct path instance)
{
	uint32_t cursor = 0;
	uint16_t rid;
	size_t before = l->n;
	int r = 0;

	while (r == 0 && model_next_resource(m, instance, &cursor, &rid)) {
		struct path p = path_child(instance, rid);
		const struct resource_def *def = model_resource(m, p);

		if (def && (def->ops & OP_R))
			r = add_resource(l, m, p, def->is_multiple);
	}
	return r == 0 && l->n == before ? records_add(l, instance, (struct value){0}) : r;
}

/*
 * TS core 6.3, Read: only the instances that the server may read; none of
 * several readable: 4.01; an object without instances is empty.
 */
static int add_object(struct records *l, const struct operation *op)
{
	uint32_t cursor = 0;
	uint16_t iid;
	bool has_any = false, has_readable = false;
	int r = 0;

	while (r == 0 && model_next_instance(op->m, op->object->id, &cursor, &iid)) {
		struct path p = path_child(op->path, iid);

		has_any = true;
		if (!(access_rights(op->m, op->peer->short_server_id, p) & ACCESS_READ))
			continue;
		has_readable = true;
		r = add_instance(l, op->m, p);
	}
	return r == 0 && has_any && !has_readable ? -EACCES : r;
}

static int collect(struct records *l, const struct operation *op)
{
	struct value v;
	int r;

	switch (op->path.depth) {
	case 1:
		return add_object(l, op);
	case 2:
		return add_instance(l, op->m, op->path);
	case 3:
		return add_resource(l, op->m, op->path, op->resource->is_multiple);
	default:
		r = model_get(op->m, op->path, &v);
		return r < 0 ? r : records_add(l, op->path, v);
	}
}

static int check_resource(const struct operation *op)
{
	if (!op->resource)
		return -ENOENT;
	return op->resource->ops & OP_R ? 0 : -EOPNOTSUPP;
}

/*
 * TS core 6.3, TS core 7.4: without Accept a 1.0 server gets TLV, a later one the
 * plain format of a single value, and SenML CBOR for more if that is built in.
 */
static int preferred_format(const struct operation *op)
{
	const struct resource_def *def = op->resource;
	bool is_single = op->path.depth == 4 || (op->path.depth == 3 && !def->is_multiple);

	if (op->peer->version == LWM2M_1_0)
		return FORMAT_TLV;
	if (is_single)
		return def->type == VALUE_OPAQUE ? FORMAT_OPAQUE : FORMAT_TEXT;
	return payload_can_encode(FORMAT_SENML_CBOR) ? FORMAT_SENML_CBOR : FORMAT_TLV;
}

static int encode(const struct operation *op, int format, struct records *l)
{
	int r = payload_encode(format, op->path, records_of(l), l->n, &op->ret->payload);

	/* no such format, none for so many values or for this one: 4.06 in each case */
	if (r == -ENOTSUP || r == -EDOM)
		return -ENOMEDIUM;
	if (r < 0)
		return r;
	op->ret->content_format = format;
	op->ret->has_content_format = true;
	return MSG_CONTENT;
}

int op_read(const struct operation *op)
{
	_cleanup_(records_done) struct records l;
	int accept = op->request->accept;
	int r = op->path.depth >= 3 ? check_resource(op) : 0;

	l.many = NULL;
	l.n = 0;
	l.cap = sizeof l.few / sizeof *l.few;
	if (r < 0)
		return r;

	model_refresh(op->m, op->path);
	r = collect(&l, op);
	if (r < 0)
		return r;
	if (accept != FORMAT_NONE && !payload_can_encode(accept))
		return -ENOMEDIUM;
	/*
	 * An Observe option alone may be ignored (RFC 7641 section 4.1), the answer says so by not
	 * having one; but attributes that are not kept have to be refused (TS core 1.2, 6.4.1).
	 */
	if (op->request->n_queries > 0)
		return -EINVAL;
	return encode(op, accept == FORMAT_NONE ? preferred_format(op) : accept, &l);
}
