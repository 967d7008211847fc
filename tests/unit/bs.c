#include "bs.h"

#include <stdio.h>
#include <stdlib.h>

static bool mode_is_supported(int64_t mode)
{
	return mode == MODE_PSK || mode == MODE_NOSEC;
}

static int persist(void *data, bool is_changed)
{
	struct bs *b = data;

	b->n_persists++;
	b->was_changed = is_changed;
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
	client_model_set(b->m, p, v);
}

void bs_setup(struct bs *b)
{
	*b = (struct bs){.support = {.mode = mode_is_supported}, .m = client_model_new()};
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

void bs_assert_payload(const struct bs *b, const char *text)
{
	ck_assert_msg(span_is_text(buf_span(&b->response.payload), text),
		"expected: %s\nreceived: %.*s", text, (int)b->response.payload.len,
		b->response.payload.data ? (const char *)b->response.payload.data : "");
}
