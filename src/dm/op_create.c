#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "codec/tlv.h"
#include "dm/access.h"
#include "dm/apply.h"

/* A Create as its records come in. (TS core 6.3.6) */
struct create {
	const struct operation *op;
	uint16_t *iids; /* owned: made by this request, in the order of the payload */
	size_t n, cap;
	int error;
};

static void create_done(struct create *c)
{
	free(c->iids);
}

/* What a server cannot write is ignored without an error, and so is what is not defined. */
static enum value_type type_of(void *data, struct path resource, bool *ret_multiple)
{
	const struct create *c = data;
	const struct resource_def *def = model_resource(c->op->m, resource);

	if (!def || !(def->ops & OP_W))
		return VALUE_NONE;
	*ret_multiple = def->is_multiple;
	return def->type;
}

static bool is_made(const struct create *c, uint16_t iid)
{
	for (size_t i = c->n; i > 0; i--)
		if (c->iids[i - 1] == iid)
			return true;
	return false;
}

/* -EEXIST: an instance that was there before the request */
static int make_instance(struct create *c, uint16_t iid)
{
	struct model *m = c->op->m;
	struct path instance = PATH2(c->op->object->id, iid);

	if (model_exists(m, instance))
		return is_made(c, iid) ? 0 : -EEXIST;
	if (!c->op->object->is_multiple && iid != 0)
		return -EDOM;

	if (c->n == c->cap) {
		size_t cap = c->cap ? 2 * c->cap : 4;
		uint16_t *iids = realloc(c->iids, cap * sizeof *iids);

		if (!iids)
			return -ENOMEM;
		c->iids = iids;
		c->cap = cap;
	}

	int r = model_create(m, instance, ORIGIN_SERVER);

	if (r < 0)
		return r;
	c->iids[c->n++] = iid;
	return access_on_create(m, c->op->peer->short_server_id, instance);
}

static int set_value(struct create *c, const struct record *record)
{
	struct model *m = c->op->m;
	const struct resource_def *def = model_resource(m, record->path);

	/* the same value twice: no telling which one is meant */
	if (model_exists(m, record->path))
		return -EBADMSG;
	if (record->value.type != VALUE_NONE)
		return apply_value(m, record);
	return def->is_multiple && record->path.depth == 3 ? model_set_empty(m, record->path)
							   : -EBADMSG;
}

static int on_record(void *data, const struct record *record)
{
	struct create *c = data;

	if (record->path.depth < 2 || !path_contains(c->op->path, record->path))
		c->error = -EBADMSG;
	else
		c->error = make_instance(c, record->path.id[1]);
	if (c->error == 0 && record->path.depth >= 3)
		c->error = set_value(c, record);
	return c->error;
}

/* A mandatory resource that only the server can give a value has to have one. */
static int check_mandatory(const struct create *c)
{
	const struct object_def *object = c->op->object;

	for (size_t i = 0; i < c->n; i++)
		for (size_t n = 0; n < object->n_resources; n++) {
			const struct resource_def *def = &object->resources[n];

			if (def->is_mandatory && (def->ops & OP_W) &&
				!model_exists(c->op->m, PATH3(object->id, c->iids[i], def->id)))
				return -EBADMSG;
		}
	return 0;
}

/*
 * The payload says which instances it is about, or it is empty or of TLV without Object Instances:
 * then it is about one whose id is ours to choose.
 */
static bool has_instance_ids(const struct request *request)
{
	struct reader r = reader_of(request->payload);
	struct tlv first;

	if (request->content_format != FORMAT_TLV)
		return request->content_format != FORMAT_NONE;
	return tlv_next(&r, &first) != 0 && first.kind == TLV_INSTANCE;
}

static int decode(struct create *c)
{
	const struct request *request = c->op->request;
	const struct payload_sink sink = {.data = c, .type_of = type_of, .on_record = on_record};
	struct path base = c->op->path;
	uint16_t iid;

	if (!has_instance_ids(request)) {
		int r = model_free_instance_id(c->op->m, c->op->object->id, &iid);

		/* the only instance of a single-instance object is there */
		if (r == -ENOSPC && !c->op->object->is_multiple)
			r = -EEXIST;
		if (r == 0)
			r = make_instance(c, iid);
		if (r < 0)
			return r;
		base = path_child(base, iid);
	}
	/* LwM2M 1.2: there may be no payload, and then no format of it */
	if (request->content_format == FORMAT_NONE && request->payload.len == 0 &&
		request->n_queries == 0 && c->op->peer->version >= LWM2M_1_2)
		return 0;
	return apply_payload(c->op, base, &sink, &c->error);
}

/* TS transport 6.4.4: Location-Path has the object and the instance; of several the first. */
static int tell_location(const struct create *c)
{
	const uint16_t ids[] = {c->op->object->id, c->iids[0]};
	char text[8];
	int r = 0;

	for (size_t i = 0; i < 2 && r == 0; i++) {
		snprintf(text, sizeof text, "%u", ids[i]);
		r = response_add_location(c->op->ret, span_of_text(text));
	}
	return r;
}

int op_create(const struct operation *op)
{
	_cleanup_(create_done) struct create c = {.op = op};

	if (!op->object->is_server_made)
		return -EOPNOTSUPP;

	int r = model_begin(op->m);
	if (r < 0)
		return r;

	r = decode(&c);
	if (r == 0 && c.n == 0)
		r = -EBADMSG;
	if (r == 0)
		r = check_mandatory(&c);
	if (r == 0)
		r = tell_location(&c);
	return apply_end(op->m, r, MSG_CREATED);
}
