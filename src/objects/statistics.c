#include "objects/statistics.h"

#include <errno.h>

enum statistics_resource {
	STATISTICS_TX = 2,
	STATISTICS_RX = 3,
	STATISTICS_AVERAGE_SIZE = 5,
	STATISTICS_START = 6,
	STATISTICS_STOP = 7,
	STATISTICS_PERIOD = 8,
};

/* clang-format off */
static const struct resource_def resources[] = {
	{.id = 0, .name = "SMS Tx Counter", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 1, .name = "SMS Rx Counter", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 2, .name = "Tx Data", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 3, .name = "Rx Data", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 4, .name = "Max Message Size", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 5, .name = "Average Message Size", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 6, .name = "Start", .type = VALUE_NONE, .ops = OP_E, .is_mandatory = true},
	{.id = 7, .name = "Stop", .type = VALUE_NONE, .ops = OP_E, .is_mandatory = true},
	{.id = 8, .name = "Collection Period", .type = VALUE_INTEGER, .ops = OP_R | OP_W},
};
/* clang-format on */

static struct path resource_path(uint16_t rid)
{
	return PATH3(OBJECT_CONNECTIVITY_STATISTICS, 0, rid);
}

static int show(const struct statistics *s, struct model *m)
{
	uint64_t octets = s->tx + s->rx;
	int r = model_set(m, resource_path(STATISTICS_TX), &VALUE_INT((int64_t)(s->tx / 1000)));

	if (r == 0)
		r = model_set(m, resource_path(STATISTICS_RX), &VALUE_INT((int64_t)(s->rx / 1000)));
	if (r == 0)
		r = model_set(m, resource_path(STATISTICS_AVERAGE_SIZE),
			&VALUE_INT(s->packets ? (int64_t)(octets / s->packets) : 0));
	return r;
}

int statistics_fill(struct model *m)
{
	static const struct statistics none;
	struct path instance = PATH2(OBJECT_CONNECTIVITY_STATISTICS, 0);
	int r = model_exists(m, instance) ? -EEXIST : model_create(m, instance, ORIGIN_NONE);

	if (r == -EEXIST)
		return 0;
	if (r == 0)
		r = show(&none, m);
	if (r == 0)
		r = model_set(m, resource_path(STATISTICS_PERIOD), &VALUE_INT(0));
	return r;
}

static uint64_t growth(uint64_t before, uint64_t now)
{
	/* a link that was made anew counts from 0 */
	return now >= before ? now - before : now;
}

static void count(struct statistics *s)
{
	struct statistics_counters now, *last = &s->last;

	if (!s->counters || !s->counters(s->data, &now))
		return;
	if (s->has_last && last->link == now.link) {
		s->tx += growth(last->tx_bytes, now.tx_bytes);
		s->rx += growth(last->rx_bytes, now.rx_bytes);
		s->packets += growth(last->tx_packets, now.tx_packets) +
			      growth(last->rx_packets, now.rx_packets);
	}
	*last = now;
	s->has_last = true;
}

void statistics_sample(struct statistics *s, struct model *m)
{
	if (!s->is_collecting || model_in_transaction(m))
		return;
	count(s);
	(void)show(s, m);
}

void statistics_stop(struct statistics *s, struct model *m)
{
	statistics_sample(s, m);
	s->is_collecting = false;
	if (s->arm)
		s->arm(s->data, 0);
}

static int start(struct statistics *s, struct model *m)
{
	int64_t period = model_get_int(m, resource_path(STATISTICS_PERIOD), 0);

	s->is_collecting = true;
	s->has_last = false;
	s->tx = s->rx = s->packets = 0;
	count(s);
	if (s->arm)
		s->arm(s->data, period > UINT32_MAX ? UINT32_MAX : (uint32_t)period);
	return show(s, m);
}

static void refresh(void *data, struct model *m, struct path target)
{
	(void)target;
	if (data)
		statistics_sample(data, m);
}

static int check(void *data, const struct model *m, struct path resource, const struct value *v)
{
	(void)data;
	(void)m;
	(void)resource;
	return v->i < 0 ? -EDOM : 0;
}

static int execute(
	void *data, struct model *m, uint16_t ssid, struct path resource, struct span args)
{
	(void)ssid;
	(void)args;
	if (!data)
		return -EOPNOTSUPP;
	if (resource.id[2] == STATISTICS_START)
		return start(data, m);
	statistics_stop(data, m);
	return 0;
}

static const struct object_hooks hooks = {
	.refresh = refresh,
	.check = check,
	.execute = execute,
};

const struct object_def object_statistics = {
	.id = OBJECT_CONNECTIVITY_STATISTICS,
	.name = "Connectivity Statistics",
	.major = 1,
	.minor = 0,
	.resources = resources,
	.n_resources = sizeof resources / sizeof *resources,
	.hooks = &hooks,
};
