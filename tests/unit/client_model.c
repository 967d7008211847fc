#include "client_model.h"

#include <stdlib.h>

#include "base/encoding.h"
#include "codec/text.h"
#include "objects/access_control.h"
#include "objects/device.h"
#include "objects/security.h"
#include "objects/server.h"

/* Object 21, as much of it as the consistency list knows. */
static const struct resource_def oscore_resources[] = {
	{.id = 0, .name = "OSCORE Master Secret", .type = VALUE_STRING, .is_mandatory = true},
	{.id = 1, .name = "OSCORE Sender ID", .type = VALUE_STRING, .is_mandatory = true},
	{.id = 2, .name = "OSCORE Recipient ID", .type = VALUE_STRING, .is_mandatory = true},
};
static const struct object_def object_oscore = {
	.id = OBJECT_OSCORE,
	.name = "LwM2M OSCORE",
	.major = 1,
	.is_multiple = true,
	.is_hidden = true,
	.resources = oscore_resources,
	.n_resources = 3,
};

void client_model_set(struct model *m, struct path p, struct value v)
{
	struct path instance = path_parent(p, 2);

	if (!model_exists(m, instance) && model_create(m, instance, ORIGIN_FACTORY) < 0)
		abort();
	if (model_set(m, p, &v) < 0)
		abort();
}

static void add_account(struct model *m, uint16_t i, bool is_bootstrap, const char *uri)
{
	client_model_set(m, PATH3(0, i, SECURITY_URI), VALUE_TEXT(uri));
	client_model_set(m, PATH3(0, i, SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(is_bootstrap));
	client_model_set(m, PATH3(0, i, SECURITY_MODE), VALUE_INT(MODE_PSK));
	client_model_set(m, PATH3(0, i, SECURITY_PUBLIC_KEY_OR_IDENTITY),
		VALUE_BYTES(span_of_text("urn:dev:1")));
	client_model_set(
		m, PATH3(0, i, SECURITY_SECRET_KEY), VALUE_BYTES(span_of_text(CLIENT_MODEL_KEY)));
}

struct model *client_model_new(void)
{
	static const struct device_facts facts = {.manufacturer = "x",
		.model = "y",
		.serial = "z",
		.firmware_version = "1",
		.root = "/nonexistent"};
	static struct device_actions actions = {.root = "/nonexistent"};
	struct model *m;

	if (model_new(&m) < 0 || model_add_object(m, &object_security, NULL) < 0 ||
		model_add_object(m, &object_server, NULL) < 0 ||
		model_add_object(m, &object_access_control, NULL) < 0 ||
		model_add_object(m, &object_device, &actions) < 0 ||
		model_add_object(m, &object_oscore, NULL) < 0 || device_fill(m, &facts) < 0)
		abort();
	add_account(m, 0, true, "coaps://bs.example");
	add_account(m, 1, false, "coaps://one.example");
	client_model_set(m, PATH3(0, 1, SECURITY_SHORT_SERVER_ID), VALUE_INT(101));
	client_model_set(m, PATH3(1, 0, SERVER_SHORT_SERVER_ID), VALUE_INT(101));
	client_model_set(m, PATH3(1, 0, SERVER_LIFETIME), VALUE_INT(86400));
	client_model_set(m, PATH3(1, 0, SERVER_DISABLE_TIMEOUT), VALUE_INT(60));
	client_model_set(m, PATH3(1, 0, SERVER_NOTIFICATION_STORING), VALUE_BOOL(true));
	client_model_set(m, PATH3(1, 0, SERVER_BINDING), VALUE_TEXT("U"));
	return m;
}

static void dump_value(struct writer *w, const struct model *m, struct path p)
{
	char text[PATH_TEXT_MAX];
	struct value v;

	path_format(p, text);
	wr_printf(w, "%s ", text);
	if (model_get(m, p, &v) == 0) {
		wr_printf(w, "%s ", value_type_name(v.type));
		if (v.type == VALUE_OPAQUE)
			hex_encode(v.bytes, w);
		else
			text_from_value(&v, w);
	}
	wr_text(w, "\n");
}

static void dump_instance(struct writer *w, const struct model *m, struct path instance)
{
	uint32_t cursor = 0, instances;
	char text[PATH_TEXT_MAX];
	uint16_t rid, riid;

	path_format(instance, text);
	wr_printf(w, "%s origin %d\n", text, (int)model_origin(m, instance));
	while (model_next_resource(m, instance, &cursor, &rid)) {
		struct path p = path_child(instance, rid);

		dump_value(w, m, p);
		for (instances = 0; model_resource(m, p)->is_multiple &&
				    model_next_resource_instance(m, p, &instances, &riid);)
			dump_value(w, m, path_child(p, riid));
	}
}

struct buf client_model_dump(const struct model *m)
{
	struct buf out = {.max = 16 << 20};
	struct writer w = writer_to(&out);
	uint32_t objects = 0, instances;
	uint16_t oid, iid;

	while (model_next_object(m, &objects, &oid))
		for (instances = 0; model_next_instance(m, oid, &instances, &iid);)
			dump_instance(&w, m, PATH2(oid, iid));
	wr_u8(&w, 0);
	if (w.err < 0)
		abort();
	return out;
}
