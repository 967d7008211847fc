#include "records.h"

#include <stdlib.h>

struct row {
	uint16_t object, resource;
	enum value_type type;
	bool is_multiple;
};

/* clang-format off */
static const struct row rows[] = {
	{1, 0, VALUE_INTEGER, false}, {1, 1, VALUE_INTEGER, false}, {1, 2, VALUE_INTEGER, false},
	{1, 3, VALUE_INTEGER, false}, {1, 5, VALUE_INTEGER, false}, {1, 6, VALUE_BOOLEAN, false},
	{1, 7, VALUE_STRING, false},
	{2, 0, VALUE_INTEGER, false}, {2, 1, VALUE_INTEGER, false}, {2, 2, VALUE_INTEGER, true},
	{2, 3, VALUE_INTEGER, false},
	{3, 0, VALUE_STRING, false}, {3, 1, VALUE_STRING, false}, {3, 2, VALUE_STRING, false},
	{3, 3, VALUE_STRING, false}, {3, 6, VALUE_INTEGER, true}, {3, 7, VALUE_INTEGER, true},
	{3, 8, VALUE_INTEGER, true}, {3, 9, VALUE_INTEGER, false}, {3, 10, VALUE_INTEGER, false},
	{3, 11, VALUE_INTEGER, true}, {3, 13, VALUE_TIME, false}, {3, 14, VALUE_STRING, false},
	{3, 16, VALUE_STRING, false},
	{16, 0, VALUE_STRING, true},
	/* as the standard's example of links has them */
	{65, 0, VALUE_OBJLNK, true}, {65, 1, VALUE_STRING, false}, {65, 2, VALUE_INTEGER, false},
	{66, 0, VALUE_STRING, false}, {66, 1, VALUE_STRING, false}, {66, 2, VALUE_OBJLNK, false},
};
/* clang-format on */

enum value_type recorder_type_of(void *data, struct path resource, bool *ret_multiple)
{
	(void)data;
	*ret_multiple = resource.id[0] == OBJECT_MULTIPLE;
	if (resource.id[0] == OBJECT_SINGLE || resource.id[0] == OBJECT_MULTIPLE)
		return resource.id[2] <= VALUE_CORELNK ? (enum value_type)resource.id[2]
						       : VALUE_NONE;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].object != resource.id[0] || rows[i].resource != resource.id[2])
			continue;
		*ret_multiple = rows[i].is_multiple;
		return rows[i].type;
	}
	return VALUE_NONE;
}

static int keep(void *data, const struct record *record)
{
	struct recorder *r = data;
	struct record *kept = &r->records[r->n_records];

	if (r->n_records == RECORDS_MAX)
		return -7; /* -E2BIG, and never that of a codec */
	r->n_records++;
	*kept = *record;
	if (value_has_bytes(record->value.type)) {
		if (record->value.bytes.len > RECORD_BYTES_MAX - r->n_bytes)
			return -7;
		if (record->value.bytes.len)
			memcpy(r->bytes + r->n_bytes, record->value.bytes.data,
				record->value.bytes.len);
		kept->value.bytes.data = r->bytes + r->n_bytes;
		r->n_bytes += record->value.bytes.len;
	}
	return r->result;
}

void recorder_start(struct recorder *r)
{
	r->n_records = r->n_bytes = 0;
	r->result = 0;
	r->sink = (struct payload_sink){.data = r, .type_of = recorder_type_of, .on_record = keep};
}

bool record_is_equal(const struct record *a, const struct record *b)
{
	return path_is_equal(a->path, b->path) && value_is_equal(&a->value, &b->value);
}

bool records_are_equal(const struct record *a, size_t n_a, const struct record *b, size_t n_b)
{
	for (size_t i = 0; i < n_a && i < n_b; i++)
		if (!record_is_equal(&a[i], &b[i]))
			return false;
	return n_a == n_b;
}

uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545F4914F6CDD1D);
}

/* All lengths of numbers come up about equally often. */
static uint64_t random_number(uint64_t *state)
{
	return random_next(state) >> random_next(state) % 64;
}

static double random_float(uint64_t *state)
{
	double v;
	uint64_t bits;

	if (random_next(state) % 2)
		return (double)(int64_t)random_number(state) / 64;
	do {
		bits = random_next(state);
		memcpy(&v, &bits, sizeof v);
	} while ((bits >> 52 & 0x7FF) == 0x7FF);
	return v;
}

static struct span random_bytes(uint64_t *state, bool is_text, uint8_t *bytes, size_t max_bytes)
{
	size_t len = (size_t)(random_next(state) % (max_bytes + 1));

	for (size_t i = 0; i < len; i++) {
		uint64_t n = random_next(state) >> 32;

		bytes[i] = (uint8_t)(is_text ? ' ' + n % 95 : n);
	}
	return span_of(bytes, len);
}

struct value random_value(uint64_t *state, enum value_type type, uint8_t *bytes, size_t max_bytes)
{
	struct value v = {.type = type};

	switch (type) {
	case VALUE_NONE:
		break;
	case VALUE_STRING:
	case VALUE_CORELNK:
		v.bytes = random_bytes(state, true, bytes, max_bytes);
		break;
	case VALUE_OPAQUE:
		v.bytes = random_bytes(state, false, bytes, max_bytes);
		break;
	case VALUE_INTEGER:
	case VALUE_TIME:
		v.i = (int64_t)random_number(state);
		v.i = random_next(state) % 2 ? v.i : ~v.i;
		break;
	case VALUE_UNSIGNED:
		v.u = random_number(state);
		break;
	case VALUE_FLOAT:
		v.f = random_float(state);
		break;
	case VALUE_BOOLEAN:
		v.b = random_next(state) >> 63;
		break;
	case VALUE_OBJLNK:
		v.link.object = (uint16_t)random_next(state);
		v.link.instance = (uint16_t)random_number(state);
		break;
	}
	return v;
}

static size_t make_records(uint64_t *state, struct record *records, uint8_t *bytes)
{
	size_t n = 0;
	uint16_t iid = 0;

	for (unsigned i = 0; i < 3; i++) {
		size_t first = n;

		iid = (uint16_t)(iid + 1 + random_next(state) % 400);
		for (uint16_t rid = VALUE_STRING; rid <= VALUE_CORELNK; rid++) {
			if (random_next(state) % 3 == 0)
				continue;
			records[n] = (struct record){.path = PATH3(OBJECT_SINGLE, iid, rid)};
			records[n++].value = random_value(state, rid, bytes, RANDOM_LENGTH_MAX);
			bytes += RANDOM_LENGTH_MAX;
		}
		if (n == first)
			records[n++] = (struct record){.path = PATH2(OBJECT_SINGLE, iid)};
	}
	return n;
}

/* The same as instances of multiple resources, 0 to 3 each. */
static size_t make_multiple(uint64_t *state, struct record *records, uint8_t *bytes)
{
	size_t n = 0;

	for (uint16_t rid = VALUE_STRING; rid <= VALUE_CORELNK; rid++) {
		unsigned n_instances = random_next(state) % 4;
		uint16_t riid = 0;

		if (n_instances == 0)
			records[n++] = (struct record){.path = PATH3(OBJECT_MULTIPLE, 0, rid)};
		for (unsigned i = 0; i < n_instances; i++) {
			riid = (uint16_t)(riid + 1 + random_next(state) % 400);
			records[n] = (struct record){.path = PATH4(OBJECT_MULTIPLE, 0, rid, riid)};
			records[n++].value = random_value(state, rid, bytes, RANDOM_LENGTH_MAX);
			bytes += RANDOM_LENGTH_MAX;
		}
	}
	return n;
}

size_t random_records(uint64_t *state, bool is_multiple, struct record *records, uint8_t *bytes)
{
	return (is_multiple ? make_multiple : make_records)(state, records, bytes);
}

size_t records_drop_empty(struct record *records, size_t n_records)
{
	size_t kept = 0;

	for (size_t i = 0; i < n_records; i++)
		if (records[i].value.type != VALUE_NONE)
			records[kept++] = records[i];
	return kept;
}
