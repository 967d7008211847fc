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
	struct record *records;
	size_t n;
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
static bool is_tolerated(const struct record *r)
{
	return r->path.depth == 3 && r->path.id[0] == OBJECT_SECURITY &&
	       r->path.id[2] == SECURITY_SHORT_SERVER_ID && r->value.type == VALUE_INTEGER &&
	       (r->value.i == 0 || r->value.i == ID_NONE);
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
	if (is_tolerated(record))
		return 0;
	if (record->value.type != VALUE_NONE) {
		int r = model_fits(b->m, record->path, &record->value);

		if (r < 0)
			return r;
	}
	return keep(b, record);
}

static int batch_fill(struct batch *b, const struct request *request, struct path p)
{
	struct payload_sink sink = {.data = b, .type_of = type_of, .on_record = on_record};
	uint8_t *room;

	b->records = calloc(BATCH_RECORDS_MAX, sizeof *b->records);
	if (!b->records)
		return -ENOMEM;
	b->bytes.max = request->payload.len + 1;

	int r = buf_reserve(&b->bytes, request->payload.len + 1, &room);

	return r < 0 ? r : payload_decode(request->content_format, p, request->payload, &sink);
}

/* Objects whose instances are only what was written; others have values of their own. */
static bool is_configuration(uint16_t object)
{
	return object == OBJECT_SECURITY || object == OBJECT_SERVER ||
	       object == OBJECT_ACCESS_CONTROL || object == OBJECT_OSCORE;
}

/*
 * Instances are made on demand. One that is written as a whole holds nothing else afterwards:
 * supported optional resources that are absent must not exist (4.2).
 */
static int prepare_instance(struct model *m, struct path instance, bool is_replaced)
{
	if (is_replaced && is_configuration(instance.id[0]) && model_exists(m, instance)) {
		int r = model_delete(m, instance);

		if (r < 0)
			return r;
	}
	if (model_exists(m, instance))
		return model_set_origin(m, instance, ORIGIN_BOOTSTRAP);
	return model_create(m, instance, ORIGIN_BOOTSTRAP);
}

static int apply_record(struct model *m, const struct record *r)
{
	if (r->path.depth == 2)
		return 0;
	if (r->value.type == VALUE_NONE)
		return model_set_empty(m, r->path);
	return model_set(m, r->path, &r->value);
}

static int apply(struct model *m, const struct batch *b, struct path p)
{
	struct path current = PATH0();
	int r = 0;

	/* a multiple resource written by itself is replaced as a whole */
	if (p.depth == 3 && b->n > 0 && b->records[0].path.depth == 4 && model_exists(m, p))
		r = model_delete(m, p);
	for (size_t i = 0; r == 0 && i < b->n; i++) {
		struct path instance = path_parent(b->records[i].path, 2);

		if (current.depth == 0 || !path_is_equal(current, instance))
			r = prepare_instance(m, instance, p.depth <= 2);
		current = instance;
		if (r == 0)
			r = apply_record(m, &b->records[i]);
	}
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

uint8_t operation_write(struct model *m, const struct request *request, struct path p)
{
	_cleanup_(batch_done) struct batch b = {.m = m};

	/* an unsupported object, and a resource that does not exist: 4.00 is the table's only code
	 */
	if (!model_object(m, p.id[0]))
		return MSG_BAD_REQUEST;
	if (!payload_can_decode(request->content_format))
		return MSG_UNSUPPORTED_FORMAT;

	int r = batch_fill(&b, request, p);

	if (r < 0)
		return code_of(r);
	if (p.depth >= 3 && b.n == 0)
		return p.id[0] == OBJECT_SECURITY && p.id[2] == SECURITY_SHORT_SERVER_ID
			       ? MSG_CHANGED
			       : MSG_BAD_REQUEST;
	return code_of(apply(m, &b, p));
}
