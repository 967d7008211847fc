#include "server/order.h"

#include <errno.h>

static bool is_before(const struct order_entry *a, const struct order_entry *b)
{
	if (a->has_priority != b->has_priority)
		return a->has_priority;
	if (a->has_priority && a->priority != b->priority)
		return a->priority < b->priority;
	return a->short_server_id < b->short_server_id;
}

static void insert_sorted(struct order *o, const struct order_entry *e)
{
	size_t at = o->n++;

	for (; at > 0 && is_before(e, &o->entry[at - 1]); at--)
		o->entry[at] = o->entry[at - 1];
	o->entry[at] = *e;
}

static struct order_entry *find(struct order *o, uint16_t short_server_id)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->entry[i].short_server_id == short_server_id)
			return &o->entry[i];
	return NULL;
}

static bool has_state(const struct order *o, int state)
{
	for (size_t i = 0; i < o->n; i++)
		if ((int)o->entry[i].state == state)
			return true;
	return false;
}

static void start(struct order_entry *e, struct order_result *ret)
{
	e->state = ORDER_RUNS;
	ret->start[ret->n_start++] = e->short_server_id;
}

/* The next of the ordered servers, if it is its turn: all before it are through. */
static void start_next(struct order *o, struct order_result *ret)
{
	for (size_t i = 0; i < o->n && o->entry[i].has_priority; i++) {
		if (o->entry[i].is_passed)
			continue;
		if (o->entry[i].state == ORDER_WAITS)
			start(&o->entry[i], ret);
		return;
	}
}

static enum order_verdict verdict_of_end(const struct order *o)
{
	if (has_state(o, ORDER_UP) || has_state(o, ORDER_RUNS))
		return ORDER_PENDING;

	/* an absent 1/x/16 is true here, and only here */
	for (size_t i = 0; i < o->n; i++)
		if (o->entry[i].state == ORDER_FAILED &&
			o->entry[i].bootstrap_on_failure != ON_FAILURE_FALSE)
			return ORDER_ALL_FAILED;
	return ORDER_REPEAT;
}

int order_begin(
	struct order *o, const struct order_entry *entries, size_t n, struct order_result *ret)
{
	if (n > ORDER_SERVERS_MAX)
		return -E2BIG;

	*ret = (struct order_result){0};
	o->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct order_entry e = entries[i];

		e.is_passed = e.state == ORDER_UP;
		if (!e.is_passed)
			e.state = ORDER_WAITS;
		insert_sorted(o, &e);
	}

	start_next(o, ret);
	for (size_t i = 0; i < n; i++)
		if (!o->entry[i].has_priority && o->entry[i].state == ORDER_WAITS)
			start(&o->entry[i], ret);

	if (n == 0)
		ret->verdict = ORDER_EMPTY;
	else if (has_state(o, ORDER_UP))
		ret->verdict = ORDER_ANY_UP;
	return 0;
}

void order_up(struct order *o, uint16_t short_server_id, struct order_result *ret)
{
	struct order_entry *e = find(o, short_server_id);

	*ret = (struct order_result){0};
	if (!e)
		return;
	if (!has_state(o, ORDER_UP))
		ret->verdict = ORDER_ANY_UP;
	e->state = ORDER_UP;
	e->is_passed = true;
	start_next(o, ret);
}

void order_failed(struct order *o, uint16_t short_server_id, struct order_result *ret)
{
	struct order_entry *e = find(o, short_server_id);

	*ret = (struct order_result){0};
	if (!e)
		return;
	e->state = ORDER_FAILED;
	if (!e->has_priority || !e->failure_block)
		e->is_passed = true;
	start_next(o, ret);

	/* waiting ones are behind a block: nothing can come of them any more */
	ret->verdict = verdict_of_end(o);
	if (ret->verdict == ORDER_PENDING && e->bootstrap_on_failure == ON_FAILURE_TRUE)
		ret->verdict = ORDER_BOOTSTRAP;
}

void order_running(struct order *o, uint16_t short_server_id)
{
	struct order_entry *e = find(o, short_server_id);

	if (e)
		e->state = ORDER_RUNS;
}

bool order_has_failed(const struct order *o)
{
	return has_state(o, ORDER_FAILED);
}

void order_again(struct order *o, struct order_result *ret)
{
	*ret = (struct order_result){0};
	for (size_t i = 0; i < o->n; i++)
		if (o->entry[i].state == ORDER_FAILED)
			start(&o->entry[i], ret);
}
