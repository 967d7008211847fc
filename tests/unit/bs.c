#include "bs.h"

#include <inttypes.h>
#include <stdio.h>
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

static bool mode_is_supported(int64_t mode)
{
	return mode == MODE_PSK || mode == MODE_NOSEC;
}

static int persist(void *data)
{
	struct bs *b = data;

	b->n_persists++;
	return b->persist;
}

static int64_t unix_time(void *data)
{
	(void)data;
	return BS_NOW;
}

static void changed(void *data, struct path p, enum model_change what)
{
	struct bs *b = data;

	(void)p;
	(void)what;
	b->n_changes++;
}

void bs_set(struct bs *b, struct path p, struct value v)
{
	struct path instance = path_parent(p, 2);

	if (!model_exists(b->m, instance) && model_create(b->m, instance, ORIGIN_FACTORY) < 0)
		abort();
	if (model_set(b->m, p, &v) < 0)
		abort();
}

static void add_account(struct bs *b, uint16_t i, bool is_bootstrap, const char *uri)
{
	bs_set(b, PATH3(0, i, SECURITY_URI), VALUE_TEXT(uri));
	bs_set(b, PATH3(0, i, SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(is_bootstrap));
	bs_set(b, PATH3(0, i, SECURITY_MODE), VALUE_INT(MODE_PSK));
	bs_set(b, PATH3(0, i, SECURITY_PUBLIC_KEY_OR_IDENTITY),
		VALUE_BYTES(span_of_text("urn:dev:1")));
	bs_set(b, PATH3(0, i, SECURITY_SECRET_KEY), VALUE_BYTES(span_of_text("sixteen octets..")));
}

void bs_setup(struct bs *b)
{
	static const struct device_facts facts = {.manufacturer = "x",
		.model = "y",
		.serial = "z",
		.firmware_version = "1",
		.root = "/nonexistent"};
	static const struct device_actions actions = {.root = "/nonexistent"};

	*b = (struct bs){.support = {.mode = mode_is_supported}};
	if (model_new(&b->m) < 0 || model_add_object(b->m, &object_security, NULL) < 0 ||
		model_add_object(b->m, &object_server, NULL) < 0 ||
		model_add_object(b->m, &object_access_control, NULL) < 0 ||
		model_add_object(b->m, &object_device, (void *)&actions) < 0 ||
		model_add_object(b->m, &object_oscore, NULL) < 0 || device_fill(b->m, &facts) < 0)
		abort();
	add_account(b, 0, true, "coaps://bs.example");
	add_account(b, 1, false, "coaps://one.example");
	bs_set(b, PATH3(0, 1, SECURITY_SHORT_SERVER_ID), VALUE_INT(101));
	bs_set(b, PATH3(1, 0, SERVER_SHORT_SERVER_ID), VALUE_INT(101));
	bs_set(b, PATH3(1, 0, SERVER_LIFETIME), VALUE_INT(86400));
	bs_set(b, PATH3(1, 0, SERVER_DISABLE_TIMEOUT), VALUE_INT(60));
	bs_set(b, PATH3(1, 0, SERVER_NOTIFICATION_STORING), VALUE_BOOL(true));
	bs_set(b, PATH3(1, 0, SERVER_BINDING), VALUE_TEXT("U"));
	model_on_change(b->m, changed, b);
}

void bs_teardown(struct bs *b)
{
	response_done(&b->response);
	b->s = bs_session_free(b->s);
	b->m = model_free(b->m);
}

void bs_begin(struct bs *b, enum lwm2m_version version)
{
	struct bs_hooks hooks = {.data = b, .persist = persist, .unix_time = unix_time};

	b->s = bs_session_free(b->s);
	ck_assert_int_eq(bs_session_new(b->m, &b->support, &hooks, version, &b->s), 0);
}

static enum msg_method method_of(const char *line)
{
	static const char *const names[] = {
		[MSG_GET] = "GET ",
		[MSG_POST] = "POST ",
		[MSG_PUT] = "PUT ",
		[MSG_DELETE] = "DELETE ",
		[MSG_FETCH] = "FETCH ",
	};

	for (unsigned i = MSG_GET; i <= MSG_FETCH; i++)
		if (strncmp(line, names[i], strlen(names[i])) == 0)
			return (enum msg_method)i;
	abort();
}

/* "/0/1?a&b" into segments and queries. */
static void add_uri(struct request *request, const char *uri)
{
	bool is_query = false;

	while (*uri) {
		size_t len;
		int r = 0;

		is_query |= *uri++ == '?';
		len = strcspn(uri, is_query ? "&" : "/?");
		if (is_query)
			r = request_add_query(request, span_of(uri, len));
		else if (len)
			r = request_add_segment(request, span_of(uri, len));
		if (r < 0)
			abort();
		uri += len;
	}
}

unsigned bs_ask(struct bs *b, const char *line, int content_format, int accept, struct span payload)
{
	struct request request = request_of(method_of(line));

	add_uri(&request, strchr(line, ' ') + 1);
	request.content_format = content_format;
	request.accept = accept;
	request.payload = payload;
	response_done(&b->response);
	b->result = bs_session_handle(b->s, &request, &b->response);
	return (b->response.code >> 5) * 100u + (b->response.code & 31u);
}

static unsigned ask(struct bs *b, const char *method, const char *path, int content_format,
	int accept, struct span payload)
{
	char line[128];

	snprintf(line, sizeof line, "%s %s", method, path);
	return bs_ask(b, line, content_format, accept, payload);
}

unsigned bs_get(struct bs *b, const char *path, int accept)
{
	return ask(b, "GET", path, FORMAT_NONE, accept, span_of(NULL, 0));
}

unsigned bs_delete(struct bs *b, const char *path)
{
	return ask(b, "DELETE", path, FORMAT_NONE, FORMAT_NONE, span_of(NULL, 0));
}

unsigned bs_finish(struct bs *b)
{
	return ask(b, "POST", "/bs", FORMAT_NONE, FORMAT_NONE, span_of(NULL, 0));
}

unsigned bs_put_text(struct bs *b, const char *path, const char *text)
{
	return ask(b, "PUT", path, FORMAT_TEXT, FORMAT_NONE, span_of_text(text));
}

unsigned bs_put_hex(struct bs *b, const char *path, int content_format, const char *hex)
{
	return ask(b, "PUT", path, content_format, FORMAT_NONE, test_hex(hex));
}

unsigned bs_put(struct bs *b, struct path instance, const struct bs_value *values, size_t n)
{
	struct record records[BS_RECORDS_MAX] = {0};
	struct buf payload = {0};
	char path[PATH_TEXT_MAX];
	unsigned code;

	ck_assert_uint_le(n, BS_RECORDS_MAX);
	for (size_t i = 0; i < n; i++) {
		records[i].path = path_child(instance, values[i].resource);
		if (values[i].instance != ID_NONE)
			records[i].path = path_child(records[i].path, values[i].instance);
		records[i].value = values[i].value;
	}
	ck_assert_int_eq(payload_encode(FORMAT_TLV, instance, records, n, &payload), 0);
	path_format(instance, path);
	code = ask(b, "PUT", path, FORMAT_TLV, FORMAT_NONE, buf_span(&payload));
	buf_done(&payload);
	return code;
}

unsigned bs_put_security(struct bs *b, uint16_t i, uint16_t ssid)
{
	return BS_PUT(b, PATH2(0, i), {SECURITY_URI, ID_NONE, VALUE_TEXT("coaps://two.example")},
		{SECURITY_BOOTSTRAP_SERVER, ID_NONE, VALUE_BOOL(false)},
		{SECURITY_MODE, ID_NONE, VALUE_INT(MODE_PSK)},
		{SECURITY_PUBLIC_KEY_OR_IDENTITY, ID_NONE, VALUE_BYTES(span_of_text("id"))},
		{SECURITY_SECRET_KEY, ID_NONE, VALUE_BYTES(span_of_text("another key here"))},
		{SECURITY_SHORT_SERVER_ID, ID_NONE, VALUE_INT(ssid)});
}

unsigned bs_put_bootstrap(struct bs *b, uint16_t i, const char *uri)
{
	return BS_PUT(b, PATH2(0, i), {SECURITY_URI, ID_NONE, VALUE_TEXT(uri)},
		{SECURITY_BOOTSTRAP_SERVER, ID_NONE, VALUE_BOOL(true)},
		{SECURITY_MODE, ID_NONE, VALUE_INT(MODE_PSK)},
		{SECURITY_PUBLIC_KEY_OR_IDENTITY, ID_NONE, VALUE_BYTES(span_of_text("id"))},
		{SECURITY_SECRET_KEY, ID_NONE, VALUE_BYTES(span_of_text("another key here"))});
}

unsigned bs_put_server(struct bs *b, uint16_t i, uint16_t ssid)
{
	return BS_PUT(b, PATH2(1, i), {SERVER_SHORT_SERVER_ID, ID_NONE, VALUE_INT(ssid)},
		{SERVER_LIFETIME, ID_NONE, VALUE_INT(300)},
		{SERVER_NOTIFICATION_STORING, ID_NONE, VALUE_BOOL(true)},
		{SERVER_BINDING, ID_NONE, VALUE_TEXT("U")});
}

int64_t bs_int(const struct bs *b, uint16_t object, uint16_t instance, uint16_t resource)
{
	return model_get_int(b->m, PATH3(object, instance, resource), -1);
}

bool bs_exists(const struct bs *b, const char *path)
{
	struct path p;

	ck_assert_int_eq(path_parse(span_of_text(path), &p), 0);
	return model_exists(b->m, p);
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

struct buf bs_dump(const struct model *m)
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

void bs_assert_payload(const struct bs *b, const char *text)
{
	ck_assert_msg(span_is_text(buf_span(&b->response.payload), text),
		"expected: %s\nreceived: %.*s", text, (int)b->response.payload.len,
		b->response.payload.data ? (const char *)b->response.payload.data : "");
}
