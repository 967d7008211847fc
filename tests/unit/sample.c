#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/encoding.h"
#include "codec/text.h"

/* clang-format off */
static const struct resource_def resources[] = {
	{.id = 0, .name = "Text", .type = VALUE_STRING, .ops = OP_R | OP_W, .is_mandatory = true,
		RESOURCE_RANGE(0, 10)},
	{.id = 1, .name = "Int", .type = VALUE_INTEGER, .ops = OP_R | OP_W, RESOURCE_RANGE(-5, 100)},
	{.id = 2, .name = "Unsigned", .type = VALUE_UNSIGNED, .ops = OP_R | OP_W},
	{.id = 3, .name = "Float", .type = VALUE_FLOAT, .ops = OP_R | OP_W},
	{.id = 4, .name = "Bool", .type = VALUE_BOOLEAN, .ops = OP_R | OP_W},
	{.id = 5, .name = "Bytes", .type = VALUE_OPAQUE, .ops = OP_R | OP_W},
	{.id = 6, .name = "Time", .type = VALUE_TIME, .ops = OP_R | OP_W},
	{.id = 7, .name = "Link", .type = VALUE_OBJLNK, .ops = OP_R | OP_W},
	{.id = 8, .name = "Corelnk", .type = VALUE_CORELNK, .ops = OP_R | OP_W},
	{.id = 9, .name = "Run", .ops = OP_E},
	{.id = 10, .name = "Ints", .type = VALUE_INTEGER, .ops = OP_R | OP_W, .is_multiple = true,
		RESOURCE_RANGE(-5, 100)},
	{.id = 11, .name = "Texts", .type = VALUE_STRING, .ops = OP_R | OP_W, .is_multiple = true,
		.is_mandatory = true},
	{.id = 12, .name = "Secret", .type = VALUE_STRING, .ops = OP_W},
	{.id = 13, .name = "Sensor", .type = VALUE_INTEGER, .ops = OP_R},
	{.id = 20, .name = "Counters", .type = VALUE_INTEGER, .ops = OP_R, .is_multiple = true},
};
/* clang-format on */

static void refresh(void *data, struct model *m, struct path target)
{
	struct sample *s = data;

	(void)m;
	s->n_refreshes++;
	s->refreshed = target;
}

static int check(void *data, const struct model *m, struct path resource, const struct value *v)
{
	struct sample *s = data;

	(void)m;
	(void)v;
	s->n_checks++;
	s->checked = resource;
	return s->check;
}

static int execute(
	void *data, struct model *m, uint16_t ssid, struct path resource, struct span args)
{
	struct sample *s = data;

	(void)m;
	s->n_executes++;
	s->executed = resource;
	s->ssid = ssid;
	snprintf(s->args, sizeof s->args, "%.*s", (int)args.len, (const char *)args.data);
	return s->execute;
}

static const struct object_hooks hooks = {.refresh = refresh, .check = check, .execute = execute};

const struct object_def object_sample = {
	.id = SAMPLE,
	.name = "Sample",
	.major = 2,
	.minor = 1,
	.is_multiple = true,
	.is_server_made = true,
	.resources = resources,
	.n_resources = sizeof resources / sizeof *resources,
	.hooks = &hooks,
};

const struct object_def object_sample_single = {
	.id = SAMPLE_SINGLE,
	.name = "Single",
	.major = 1,
	.is_server_made = true,
	.resources = resources,
	.n_resources = 2,
};

const struct object_def object_sample_hidden = {
	.id = SAMPLE_HIDDEN,
	.name = "Hidden",
	.major = 1,
	.is_multiple = true,
	.is_hidden = true,
	.resources = resources,
	.n_resources = 2,
};

const struct object_def object_sample_optional = {
	.id = SAMPLE_OPTIONAL,
	.name = "Optional",
	.major = 1,
	.is_multiple = true,
	.is_server_made = true,
	.resources = resources + 1,
	.n_resources = 9,
};

struct model *sample_model(struct sample *data)
{
	struct model *m;

	if (model_new(&m) < 0 || model_add_object(m, &object_sample_hidden, NULL) < 0 ||
		model_add_object(m, &object_sample, data) < 0 ||
		model_add_object(m, &object_sample_single, NULL) < 0 ||
		model_create(m, PATH2(SAMPLE, 0), ORIGIN_SERVER) < 0)
		abort();
	return m;
}

static void dump_value(const struct model *m, struct path p, struct writer *w)
{
	struct value v;
	char text[PATH_TEXT_MAX];

	path_format(p, text);
	wr_printf(w, "%s", text);
	if (model_get(m, p, &v) < 0) {
		wr_text(w, " empty\n");
		return;
	}
	wr_printf(w, " %s ", value_type_name(v.type));
	text_from_value(&v, w);
	wr_text(w, "\n");
}

static void dump_resource(const struct model *m, struct path p, struct writer *w)
{
	uint32_t cursor = 0;
	uint16_t riid;
	bool any = false;

	if (model_resource(m, p)->is_multiple)
		while (model_next_resource_instance(m, p, &cursor, &riid)) {
			dump_value(m, path_child(p, riid), w);
			any = true;
		}
	if (!any)
		dump_value(m, p, w);
}

char *model_dump(const struct model *m)
{
	struct buf b = {.max = 1u << 24};
	struct writer w = writer_to(&b);
	uint32_t o = 0, i, r;
	uint16_t oid, iid, rid;

	while (model_next_object(m, &o, &oid))
		for (i = 0; model_next_instance(m, oid, &i, &iid);) {
			wr_printf(&w, "/%u/%u origin %d\n", oid, iid,
				(int)model_origin(m, PATH2(oid, iid)));
			for (r = 0; model_next_resource(m, PATH2(oid, iid), &r, &rid);)
				dump_resource(m, PATH3(oid, iid, rid), &w);
		}
	wr_u8(&w, 0);
	if (w.err)
		abort();
	return (char *)b.data;
}
