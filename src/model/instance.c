#include "model/instance.h"

#include <errno.h>

#include "base/cleanup.h"

/* Most instances of an object with thousands of them hold few values. */
enum { CELLS_FIRST = 1 };

static void value_release(struct value *v)
{
	if (!value_has_bytes(v->type) || !v->bytes.data)
		return;
	explicit_bzero((uint8_t *)v->bytes.data, v->bytes.len);
	free((uint8_t *)v->bytes.data);
	v->bytes = (struct span){0};
}

static size_t bytes_of(const struct value *v)
{
	return value_has_bytes(v->type) ? v->bytes.len : 0;
}

/* The cell has no value then. */
static void cell_clear(struct instance *i, struct cell *c)
{
	i->octets -= bytes_of(&c->value);
	value_release(&c->value);
	c->value = (struct value){0};
}

static int value_copy(const struct value *from, struct value *ret)
{
	if (!value_has_bytes(from->type)) {
		*ret = *from;
		return 0;
	}

	uint8_t *bytes = NULL;

	if (from->bytes.len > 0) {
		bytes = malloc(from->bytes.len);
		if (!bytes)
			return -ENOMEM;
		memcpy(bytes, from->bytes.data, from->bytes.len);
	}
	*ret = (struct value){.type = from->type, .bytes = span_of(bytes, from->bytes.len)};
	return 0;
}

int instance_new(uint32_t key, enum origin origin, struct instance **ret)
{
	struct instance *i = malloc(sizeof *i);

	if (!i)
		return -ENOMEM;
	*i = (struct instance){.key = key, .origin = origin, .octets = INSTANCE_OCTETS};
	*ret = i;
	return 0;
}

struct instance *instance_free(struct instance *i)
{
	if (!i)
		return NULL;
	for (uint32_t c = 0; c < i->n; c++)
		value_release(&i->cells[c].value);
	free(i->cells);
	free(i);
	return NULL;
}

void instance_free_p(struct instance **i)
{
	*i = instance_free(*i);
}

int instance_clone(const struct instance *from, struct instance **ret)
{
	_cleanup_(instance_free_p) struct instance *i = NULL;
	int r = instance_new(from->key, from->origin, &i);

	if (r < 0)
		return r;
	if (from->n > 0) {
		i->cells = malloc(from->n * sizeof *i->cells);
		if (!i->cells)
			return -ENOMEM;
		i->cap = from->n;
	}
	for (; i->n < from->n; i->n++) {
		i->cells[i->n].key = from->cells[i->n].key;
		r = value_copy(&from->cells[i->n].value, &i->cells[i->n].value);
		if (r < 0)
			return r;
	}
	i->octets = from->octets;
	*ret = TAKE_PTR(i);
	return 0;
}

uint32_t instance_search(const struct instance *i, uint32_t key)
{
	uint32_t low = 0, high = i->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (i->cells[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct cell *instance_find(const struct instance *i, uint32_t key)
{
	uint32_t at = instance_search(i, key);

	return at < i->n && i->cells[at].key == key ? &i->cells[at] : NULL;
}

uint32_t instance_run(const struct instance *i, uint16_t rid, uint32_t *ret_at)
{
	uint32_t at = instance_search(i, CELL_KEY(rid, 0)), n = 0;

	while (at + n < i->n && cell_resource(&i->cells[at + n]) == rid)
		n++;
	*ret_at = at;
	return n;
}

static int grow(struct instance *i)
{
	if (i->n < i->cap)
		return 0;

	uint32_t cap = i->cap ? 2 * i->cap : CELLS_FIRST;
	struct cell *cells = realloc(i->cells, cap * sizeof *cells);

	if (!cells)
		return -ENOMEM;
	i->cells = cells;
	i->cap = cap;
	return 0;
}

/* Where the value of key goes: its cell, the mark of its empty set, or a new cell. */
static int make_cell(struct instance *i, uint32_t key, struct cell **ret)
{
	uint32_t at = instance_search(i, key);
	uint32_t mark = key | CELL_EMPTY_SET;

	if (at == i->n || (i->cells[at].key != key && i->cells[at].key != mark)) {
		int r = grow(i);

		if (r < 0)
			return r;
		memmove(&i->cells[at + 1], &i->cells[at], (i->n - at) * sizeof *i->cells);
		i->cells[at] = (struct cell){.key = key};
		i->n++;
		i->octets += CELL_OCTETS;
	}
	*ret = &i->cells[at];
	return 0;
}

int instance_put(struct instance *i, uint32_t key, const struct value *v)
{
	struct cell *c;
	struct value copy;
	int r = value_copy(v, &copy);

	if (r < 0)
		return r;
	r = make_cell(i, key, &c);
	if (r < 0) {
		value_release(&copy);
		return r;
	}
	cell_clear(i, c);
	*c = (struct cell){.key = key, .value = copy};
	i->octets += bytes_of(&copy);
	return 0;
}

static void remove_cells(struct instance *i, uint32_t at, uint32_t n)
{
	for (uint32_t c = at; c < at + n; c++)
		cell_clear(i, &i->cells[c]);
	i->octets -= n * (size_t)CELL_OCTETS;
	if (n > 0)
		memmove(&i->cells[at], &i->cells[at + n], (i->n - at - n) * sizeof *i->cells);
	i->n -= n;
}

int instance_put_empty_set(struct instance *i, uint16_t rid)
{
	struct cell *c;
	uint32_t at, n = instance_run(i, rid, &at);

	if (n > 1)
		remove_cells(i, at + 1, n - 1);
	if (n > 0) {
		cell_clear(i, &i->cells[at]);
		i->cells[at].key = CELL_KEY(rid, CELL_EMPTY_SET);
		return 0;
	}
	return make_cell(i, CELL_KEY(rid, CELL_EMPTY_SET), &c);
}

void instance_remove_resource(struct instance *i, uint16_t rid)
{
	uint32_t at, n = instance_run(i, rid, &at);

	remove_cells(i, at, n);
}

void instance_remove_of_multiple(struct instance *i, uint32_t key)
{
	uint16_t rid = (uint16_t)(key >> 16);
	uint32_t at;

	if (instance_run(i, rid, &at) == 1) {
		cell_clear(i, &i->cells[at]);
		i->cells[at].key = CELL_KEY(rid, CELL_EMPTY_SET);
		return;
	}
	remove_cells(i, instance_search(i, key), 1);
}

bool instance_has_equal(const struct instance *a, const struct instance *b, uint16_t rid)
{
	uint32_t at_a = 0, at_b = 0;
	uint32_t n = a ? instance_run(a, rid, &at_a) : 0;

	if (n != (b ? instance_run(b, rid, &at_b) : 0))
		return false;
	for (uint32_t c = 0; c < n; c++)
		if (a->cells[at_a + c].key != b->cells[at_b + c].key ||
			!value_is_equal(&a->cells[at_a + c].value, &b->cells[at_b + c].value))
			return false;
	return true;
}
