#include "payload_target.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "../unit/records.h"

/* clang-format off */
static const struct path bases[] = {
	{.depth = 0}, {.depth = 1, .id = {1}}, {.depth = 1, .id = {2}}, {.depth = 1, .id = {66}},
	{.depth = 1, .id = {OBJECT_SINGLE}}, {.depth = 1, .id = {OBJECT_MULTIPLE}},
	{.depth = 2, .id = {3, 0}}, {.depth = 2, .id = {65, 0}},
	{.depth = 2, .id = {OBJECT_SINGLE, 0}}, {.depth = 2, .id = {OBJECT_MULTIPLE, 1}},
	{.depth = 3, .id = {3, 0, 9}}, {.depth = 3, .id = {3, 0, 6}}, {.depth = 3, .id = {3, 0, 99}},
	{.depth = 4, .id = {3, 0, 6, 1}}, {.depth = 4, .id = {3, 0, 9, 1}},
	{.depth = 3, .id = {OBJECT_SINGLE, 0, VALUE_STRING}},
	{.depth = 3, .id = {OBJECT_SINGLE, 0, VALUE_UNSIGNED}},
	{.depth = 3, .id = {OBJECT_SINGLE, 0, VALUE_FLOAT}},
	{.depth = 3, .id = {OBJECT_SINGLE, 0, VALUE_BOOLEAN}},
	{.depth = 3, .id = {OBJECT_SINGLE, 0, VALUE_OPAQUE}},
	{.depth = 3, .id = {OBJECT_SINGLE, 0, VALUE_TIME}},
	{.depth = 3, .id = {OBJECT_SINGLE, 0, VALUE_OBJLNK}},
	{.depth = 3, .id = {OBJECT_SINGLE, 0, VALUE_CORELNK}},
	{.depth = 4, .id = {OBJECT_MULTIPLE, 0, VALUE_OPAQUE, 1}},
};
/* clang-format on */

static int compare(const void *a, const void *b)
{
	return path_compare(((const struct record *)a)->path, ((const struct record *)b)->path);
}

/*
 * Puts records in the order that encoders want; false if a path came twice or made no sense, or
 * one says that an instance goes.
 */
static bool make_encodable(struct recorder *r)
{
	qsort(r->records, r->n_records, sizeof *r->records, compare);
	for (size_t i = 1; i < r->n_records; i++)
		if (path_contains(r->records[i - 1].path, r->records[i].path))
			return false;
	for (size_t i = 0; i < r->n_records; i++)
		if (r->records[i].path.depth == 4 && r->records[i].value.type == VALUE_NONE)
			return false;
	return true;
}

/* SenML and the older JSON have no form for what is empty. */
static void drop_empty(int format, struct recorder *r)
{
	if (format != FORMAT_TLV && format != FORMAT_LWM2M_CBOR)
		r->n_records = records_drop_empty(r->records, r->n_records);
}

static void check_round_trip(int format, struct path base, struct recorder *first)
{
	struct recorder *second = malloc(sizeof *second);
	struct buf out = {.max = 1 << 20};

	assert(second);
	recorder_start(second);

	int r = payload_encode(format, base, first->records, first->n_records, &out);

	assert(r == 0);
	assert(payload_decode(format, base, buf_span(&out), &second->sink) == 0);
	drop_empty(format, second);
	assert(records_are_equal(
		first->records, first->n_records, second->records, second->n_records));
	buf_done(&out);
	free(second);
}

void payload_target(int format, const uint8_t *data, size_t size)
{
	if (size == 0)
		return;

	struct path base = bases[data[0] % (sizeof bases / sizeof *bases)];
	struct recorder *recorder = malloc(sizeof *recorder);

	assert(recorder);
	recorder_start(recorder);

	int r = payload_decode(format, base, span_of(data + 1, size - 1), &recorder->sink);

	assert(r == 0 || r == -EBADMSG || r == -EDOM || r == -ENOTSUP || r == -E2BIG);
	for (size_t i = 0; i < recorder->n_records; i++)
		assert(path_contains(base, recorder->records[i].path));

	/* an unknown resource leaves nothing to write */
	bool is_element = base.depth >= 3 && recorder->n_records == 0;

	drop_empty(format, recorder);
	if (r == 0 && !is_element && make_encodable(recorder))
		check_round_trip(format, base, recorder);
	free(recorder);
}
