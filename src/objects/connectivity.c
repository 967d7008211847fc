#include "objects/connectivity.h"

#include <errno.h>

enum connectivity_resource {
	CONNECTIVITY_BEARER = 0,
	CONNECTIVITY_AVAILABLE = 1,
	CONNECTIVITY_SIGNAL = 2,
	CONNECTIVITY_ADDRESSES = 4,
	CONNECTIVITY_ROUTERS = 5,
};

/* clang-format off */
static const struct resource_def resources[] = {
	{.id = 0, .name = "Network Bearer", .type = VALUE_INTEGER, .ops = OP_R, .is_mandatory = true, RESOURCE_RANGE(0, 50)},
	{.id = 1, .name = "Available Network Bearer", .type = VALUE_INTEGER, .ops = OP_R, .is_multiple = true, .is_mandatory = true, RESOURCE_RANGE(0, 50)},
	{.id = 2, .name = "Radio Signal Strength", .type = VALUE_INTEGER, .ops = OP_R, .is_mandatory = true},
	{.id = 3, .name = "Link Quality", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 4, .name = "IP Addresses", .type = VALUE_STRING, .ops = OP_R, .is_multiple = true, .is_mandatory = true},
	{.id = 5, .name = "Router IP Addresses", .type = VALUE_STRING, .ops = OP_R, .is_multiple = true},
	{.id = 6, .name = "Link Utilization", .type = VALUE_INTEGER, .ops = OP_R, RESOURCE_RANGE(0, 100)},
	{.id = 7, .name = "APN", .type = VALUE_STRING, .ops = OP_R, .is_multiple = true},
	{.id = 8, .name = "Cell ID", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 9, .name = "SMNC", .type = VALUE_INTEGER, .ops = OP_R, RESOURCE_RANGE(0, 999)},
	{.id = 10, .name = "SMCC", .type = VALUE_INTEGER, .ops = OP_R, RESOURCE_RANGE(0, 999)},
	{.id = 11, .name = "SignalSNR", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 12, .name = "LAC", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 13, .name = "Coverage Enhancement Level", .type = VALUE_INTEGER, .ops = OP_R, RESOURCE_RANGE(0, 4)},
};
/* clang-format on */

static struct path resource_path(uint16_t rid)
{
	return PATH3(OBJECT_CONNECTIVITY_MONITORING, 0, rid);
}

/* Instances 0 to n - 1 are the values, there are no others. */
static int set_list(struct model *m, uint16_t rid, size_t n,
	struct value (*value)(const struct connectivity_facts *f, size_t i),
	const struct connectivity_facts *f)
{
	struct path list = resource_path(rid);
	uint32_t cursor = (uint32_t)n;
	uint16_t riid;
	int r = 0;

	if (n == 0)
		return model_set_empty(m, list);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct value v = value(f, i);

		r = model_set(m, path_child(list, (uint16_t)i), &v);
	}
	while (r == 0 && model_next_resource_instance(m, list, &cursor, &riid))
		r = model_delete(m, path_child(list, riid));
	return r;
}

static struct value available(const struct connectivity_facts *f, size_t i)
{
	return VALUE_INT(f->available[i]);
}

static struct value address(const struct connectivity_facts *f, size_t i)
{
	return VALUE_TEXT(f->address[i]);
}

static struct value router(const struct connectivity_facts *f, size_t i)
{
	return VALUE_TEXT(f->router[i]);
}

int connectivity_fill(struct model *m, const struct connectivity_facts *f)
{
	struct path instance = PATH2(OBJECT_CONNECTIVITY_MONITORING, 0);
	int r = model_exists(m, instance) ? 0 : model_create(m, instance, ORIGIN_NONE);

	if (r == 0)
		r = model_set(m, resource_path(CONNECTIVITY_BEARER), &VALUE_INT(f->bearer));
	if (r == 0)
		r = set_list(m, CONNECTIVITY_AVAILABLE, f->n_available, available, f);
	if (r == 0)
		r = model_set(m, resource_path(CONNECTIVITY_SIGNAL), &VALUE_INT(f->signal));
	if (r == 0)
		r = set_list(m, CONNECTIVITY_ADDRESSES, f->n_addresses, address, f);
	if (r == 0)
		r = set_list(m, CONNECTIVITY_ROUTERS, f->n_routers, router, f);
	return r;
}

static void refresh(void *data, struct model *m, struct path target)
{
	const struct connectivity_actions *a = data;

	(void)target;
	if (a && a->update && !model_in_transaction(m))
		a->update(a->data);
}

static const struct object_hooks hooks = {.refresh = refresh};

const struct object_def object_connectivity = {
	.id = OBJECT_CONNECTIVITY_MONITORING,
	.name = "Connectivity Monitoring",
	.major = 1,
	.minor = 3,
	.resources = resources,
	.n_resources = sizeof resources / sizeof *resources,
	.hooks = &hooks,
};
