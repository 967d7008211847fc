#include <errno.h>

#include "base/cleanup.h"
#include "bootstrap/operation.h"
#include "codec/payload.h"

enum { BATCH_RECORDS_MAX = 512 };

/*
 * All records of one payload, checked before the first is applied: a refused Write changes
 * nothing. Holds copies, keys among them: wiped.
 */
struct batch {
	const struct model *m;
	struct path base;
	struct record *records;
	size_t n;
	bool is_cleared;  /* the Short Server ID was written as 0 */
	struct buf bytes; /* as long as the payload from the start: it never moves */
};

static void batch_done(struct batch *b)
{
	if (b->bytes.data)
		explicit_bzero(b->bytes.data, b->bytes.cap);
	buf_done(&b->bytes);
	free(b->records);
}

/* Executable resources have no value to write: like unknown ones they are left out. */
static enum value_type type_of(void *data, struct path resource, bool *ret_multiple)
{
	const struct batch *b = data;
	const struct resource_def *def = model_resource(b->m, resource);

	if (!def)
		return VALUE_NONE;
	*ret_multiple = def->is_multiple;
	return def->type;
}

/* Bootstrap servers write 0 here for their own account (0/x/10 means nothing in it). */
static bool is_no_short_server_id(const struct record *r)
{
	return r->path.depth == 3 && r->path.id[0] == OBJECT_SECURITY &&
	       r->path.id[2] == SECURITY_SHORT_SERVER_ID && r->value.type == VALUE_INTEGER &&
	       (r->value.i == 0 || r->value.i == ID_NONE);
}

/*
 * Objects whose instances are only what was written, and whose values Bootstrap-Finish judges as a
 * whole; others have values of their own.
 */
static bool is_configuration(uint16_t object)
{
	return object == OBJECT_SECURITY || object == OBJECT_SERVER ||
	       object == OBJECT_ACCESS_CONTROL || object == OBJECT_OSCORE;
}

/*
 * An instance write that names resources it has no use for leaves them empty (Leshan: the SMS keys
 * 0/x/7 and 0/x/8): where the range wants more, that is an absent resource.
 */
static bool is_left_empty(const struct batch *b, const struct record *r)
{
	const struct resource_def *def = model_resource(b->m, r->path);

	return b->base.depth < 3 && r->path.depth >= 3 && value_has_bytes(r->value.type) &&
	       r->value.bytes.len == 0 && def && !def->is_mandatory && def->has_range &&
	       def->min > 0;
}

static int check_record(const struct batch *b, const struct record *r)
{
	const struct object_def *def = model_object(b->m, r->path.id[0]);
	int e = 0;

	if (!def->is_multiple && r->path.id[1] != 0)
		return -EDOM;
	if (r->path.depth == 2 || r->value.type == VALUE_NONE)
		return 0;
	e = model_fits(b->m, r->path, &r->value);
	if (e < 0 || is_configuration(def->id))
		return e;
	e = model_check(b->m, path_parent(r->path, 3), &r->value);
	/* what no server may write, a Bootstrap-Server may (4.2) */
	return e == -EOPNOTSUPP ? 0 : e;
}

static int keep(struct batch *b, const struct record *record)
{
	struct record *copy = &b->records[b->n];

	*copy = *record;
	if (value_has_bytes(record->value.type)) {
		size_t at = b->bytes.len;
		int r = buf_append(&b->bytes, record->value.bytes);

		if (r < 0)
			return r;
		copy->value.bytes.data = b->bytes.data ? b->bytes.data + at : NULL;
	}
	b->n++;
	return 0;
}

static int on_record(void *data, const struct record *record)
{
	struct batch *b = data;

	if (b->n == BATCH_RECORDS_MAX)
		return -EDOM;
	if (is_no_short_server_id(record)) {
		b->is_cleared = true;
		return b->base.depth == 3 ? 0
					  : keep(b, &(const struct record){
							    .path = path_parent(record->path, 2)});
	}

	if (is_left_empty(b, record))
		return 0;

	int r = check_record(b, record);

	return r < 0 ? r : keep(b, record);
}

/* Whether the instances that the Write makes have room. */
static int check_room(const struct batch *b)
{
	uint32_t cursor = 0;
	uint16_t id;
	size_t n = 0;

	while (model_next_instance(b->m, b->base.id[0], &cursor, &id))
		n++;
	for (size_t i = 0; i < b->n; i++)
		if ((i == 0 || b->records[i].path.id[1] != b->records[i - 1].path.id[1]) &&
			!model_exists(b->m, path_parent(b->records[i].path, 2)))
			n++;
	return n > model_instances_max(model_object(b->m, b->base.id[0])) ? -EDOM : 0;
}

/*
 * The records of an instance and of a resource together, in the order of the payload otherwise:
 * SenML may mix them. Sorted by insertion, since most payloads are in order already.
 */
static void batch_sort(struct batch *b)
{
	for (size_t i = 1; i < b->n; i++) {
		struct record record = b->records[i];
		size_t k = i;

		for (; k > 0 && path_compare(b->records[k - 1].path, record.path) > 0; k--)
			b->records[k] = b->records[k - 1];
		b->records[k] = record;
	}
}

static int batch_fill(struct batch *b, const struct request *request)
{
	struct payload_sink sink = {.data = b, .type_of = type_of, .on_record = on_record};
	uint8_t *room;

	b->records = calloc(BATCH_RECORDS_MAX, sizeof *b->records);
	if (!b->records)
		return -ENOMEM;
	b->bytes.max = request->payload.len + 1;

	int r = buf_reserve(&b->bytes, request->payload.len + 1, &room);

	if (r == 0)
		r = payload_decode(request->content_format, b->base, request->payload, &sink);
	if (r < 0)
		return r;
	batch_sort(b);
	return check_room(b);
}

/*
 * Instances are made on demand. One that is written as a whole holds nothing else afterwards:
 * supported optional resources that are absent must not exist (4.2).
 */
static int prepare_instance(struct model *m, struct path instance, bool is_replaced)
{
	bool has_origin = is_configuration(instance.id[0]);

	if (is_replaced && has_origin && model_exists(m, instance)) {
		int r = model_delete(m, instance);

		if (r < 0)
			return r;
	}
	if (!model_exists(m, instance))
		return model_create(m, instance, ORIGIN_BOOTSTRAP);
	return has_origin ? model_set_origin(m, instance, ORIGIN_BOOTSTRAP) : 0;
}

static int apply_record(struct model *m, const struct record *r)
{
	if (r->path.depth == 2)
		return 0;
	if (r->value.type == VALUE_NONE)
		return model_set_empty(m, r->path);
	return model_set(m, r->path, &r->value);
}

/* A multiple resource that is written as a whole loses its old instances. */
static int prepare_resource(struct model *m, struct path base, struct path p)
{
	struct path resource = p.depth == 4 ? path_parent(p, 3) : p;

	if (p.depth != 4 || base.depth == 4 || !model_exists(m, resource))
		return 0;
	return model_delete(m, resource);
}

/* Whether both are in one instance (depth 2), of one resource (depth 3). */
static bool is_same(struct path a, struct path b, uint8_t depth)
{
	return a.depth >= depth && b.depth >= depth &&
	       path_is_equal(path_parent(a, depth), path_parent(b, depth));
}

static void note(struct bs_notes *notes, struct path instance)
{
	if (instance.id[0] == OBJECT_SERVER || instance.id[0] == OBJECT_ACCESS_CONTROL)
		notes->written[instance.id[0] - OBJECT_SERVER][instance.id[1] / 8] |=
			(uint8_t)(1u << instance.id[1] % 8);
}

static int apply(struct model *m, const struct batch *b, struct bs_notes *notes)
{
	struct path last = PATH0();
	int r = 0;

	for (size_t i = 0; r == 0 && i < b->n; i++) {
		struct path p = b->records[i].path;

		if (!is_same(p, last, 2))
			r = prepare_instance(m, path_parent(p, 2), b->base.depth <= 2);
		if (r == 0 && !is_same(p, last, 3))
			r = prepare_resource(m, b->base, p);
		if (r == 0)
			r = apply_record(m, &b->records[i]);
		note(notes, path_parent(p, 2));
		last = p;
	}
	if (r == 0 && b->base.depth == 3 && b->is_cleared && model_exists(m, b->base))
		r = model_delete(m, b->base);
	return r;
}

static uint8_t code_of(int r)
{
	switch (-r) {
	case 0:
		return MSG_CHANGED;
	case ENOTSUP:
		return MSG_UNSUPPORTED_FORMAT;
	case ENOMEM:
	case ENOSPC:
		return MSG_INTERNAL;
	default:
		return MSG_BAD_REQUEST;
	}
}

uint8_t operation_write(
	struct model *m, const struct request *request, struct path p, struct bs_notes *notes)
{
	_cleanup_(batch_done) struct batch b = {.m = m, .base = p};

	/* an object or a resource that is not there: 4.00 is the only code for it (4.2) */
	if (p.depth == 0 || request->n_queries > 0 || !model_object(m, p.id[0]))
		return MSG_BAD_REQUEST;
	if (!payload_can_decode(request->content_format))
		return MSG_UNSUPPORTED_FORMAT;

	int r = batch_fill(&b, request);

	if (r < 0)
		return code_of(r);
	if (p.depth >= 3 && b.n == 0 && !b.is_cleared)
		return MSG_BAD_REQUEST;
	r = apply(m, &b, notes);
	if (r < 0)
		notes->is_broken = true;
	return code_of(r);
}
