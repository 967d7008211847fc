#include "dm.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/parse.h"
#include "objects/access_control.h"
#include "objects/device.h"
#include "objects/security.h"
#include "objects/server.h"

static int disable(void *data, uint16_t ssid)
{
	struct dm *d = data;

	d->n_disables++;
	d->ssid = ssid;
	return d->action;
}

static int update(void *data, uint16_t ssid)
{
	struct dm *d = data;

	d->n_updates++;
	d->ssid = ssid;
	return d->action;
}

static int bootstrap(void *data, uint16_t ssid)
{
	struct dm *d = data;

	d->n_bootstraps++;
	d->ssid = ssid;
	return d->action;
}

static int reboot(void *data, uint16_t ssid)
{
	struct dm *d = data;

	d->n_reboots++;
	d->ssid = ssid;
	return d->action;
}

static struct server_actions server_actions = {
	.disable = disable, .update = update, .bootstrap = bootstrap};
static struct device_actions device_actions = {.reboot = reboot, .root = "/nonexistent"};

static void set(struct model *m, struct path p, struct value v)
{
	if (model_set(m, p, &v) < 0)
		abort();
}

static void add_server(struct model *m, uint16_t security, uint16_t server, uint16_t ssid)
{
	if (model_create(m, PATH2(0, security), ORIGIN_BOOTSTRAP) < 0 ||
		model_create(m, PATH2(1, server), ORIGIN_BOOTSTRAP) < 0)
		abort();
	set(m, PATH3(0, security, SECURITY_URI), VALUE_TEXT("coap://server.example"));
	set(m, PATH3(0, security, SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(false));
	set(m, PATH3(0, security, SECURITY_SHORT_SERVER_ID), VALUE_INT(ssid));
	set(m, PATH3(0, security, SECURITY_SECRET_KEY), VALUE_BYTES(span_of_text("secret")));
	set(m, PATH3(1, server, SERVER_SHORT_SERVER_ID), VALUE_INT(ssid));
	set(m, PATH3(1, server, SERVER_LIFETIME), VALUE_INT(86400));
	set(m, PATH3(1, server, SERVER_NOTIFICATION_STORING), VALUE_BOOL(true));
	set(m, PATH3(1, server, SERVER_BINDING), VALUE_TEXT("U"));
}

void dm_setup(struct dm *d)
{
	static const struct device_facts facts = {
		.manufacturer = "Open Mobile Alliance",
		.model = "Lightweight M2M Client",
		.serial = "345000123",
		.firmware_version = "1.0",
		.root = "/nonexistent",
	};

	*d = (struct dm){.peer = {.short_server_id = 123, .version = LWM2M_1_1}};
	server_actions.data = d;
	device_actions.data = d;
	d->m = sample_model(&d->sample);
	if (model_add_object(d->m, &object_security, NULL) < 0 ||
		model_add_object(d->m, &object_server, &server_actions) < 0 ||
		model_add_object(d->m, &object_access_control, NULL) < 0 ||
		model_add_object(d->m, &object_device, &device_actions) < 0 ||
		model_create(d->m, PATH2(0, 0), ORIGIN_FACTORY) < 0 ||
		model_create(d->m, PATH2(SAMPLE_HIDDEN, 0), ORIGIN_NONE) < 0 ||
		device_fill(d->m, &facts) < 0)
		abort();
	set(d->m, PATH3(0, 0, SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(true));
	add_server(d->m, 1, 0, 123);
}

void dm_teardown(struct dm *d)
{
	response_done(&d->response);
	d->m = model_free(d->m);
}

void dm_add_second_server(struct dm *d)
{
	add_server(d->m, 2, 1, 456);
}

static enum msg_method method_of(struct span word)
{
	static const char *const names[] = {
		[MSG_GET] = "GET",
		[MSG_POST] = "POST",
		[MSG_PUT] = "PUT",
		[MSG_DELETE] = "DELETE",
		[MSG_FETCH] = "FETCH",
		[MSG_PATCH] = "PATCH",
		[MSG_IPATCH] = "iPATCH",
	};

	for (unsigned i = MSG_GET; i <= MSG_IPATCH; i++)
		if (span_is_text(word, names[i]))
			return (enum msg_method)i;
	abort();
}

/* The text up to the first of the stop characters; takes it and the stop off *rest. */
static struct span take_until(struct span *rest, const char *stops, char *ret_stop)
{
	size_t n = 0;

	while (n < rest->len && !strchr(stops, rest->data[n]))
		n++;

	struct span word = span_of(rest->data, n);

	*ret_stop = n < rest->len ? (char)rest->data[n] : ' ';
	n += n < rest->len;
	*rest = span_of(rest->data + n, rest->len - n);
	return word;
}

static void take_uri(struct span *rest, struct request *request)
{
	char stop = '/';

	take_until(rest, "/", &stop);
	while (stop == '/') {
		struct span segment = take_until(rest, "/? ", &stop);

		if (segment.len > 0 && request_add_segment(request, segment) < 0)
			abort();
	}
	while (stop == '?' || stop == '&')
		if (request_add_query(request, take_until(rest, "& ", &stop)) < 0)
			abort();
}

static void take_option(struct span *rest, struct request *request)
{
	char stop;
	struct span name = take_until(rest, "=", &stop), text = take_until(rest, " ", &stop);
	uint32_t v;

	if (span_is_text(name, "token")) {
		request->token = text;
		return;
	}
	if (parse_u32(text, &v) < 0)
		abort();
	if (span_is_text(name, "cf"))
		request->content_format = (int)v;
	else if (span_is_text(name, "accept"))
		request->accept = (int)v;
	else if (span_is_text(name, "observe"))
		request->observe = v;
	else
		abort();
}

static struct span bytes_of(const char *text)
{
	return strncmp(text, "hex:", 4) == 0 ? test_hex(text + 4) : span_of_text(text);
}

struct request dm_request(const char *line, const char *payload)
{
	struct span rest = span_of_text(line);
	char stop;
	struct request request = request_of(method_of(take_until(&rest, " ", &stop)));

	take_uri(&rest, &request);
	while (rest.len > 0)
		take_option(&rest, &request);
	request.payload = bytes_of(payload);
	return request;
}

unsigned dm_ask(struct dm *d, const char *line, const char *payload)
{
	struct request request = dm_request(line, payload);

	response_done(&d->response);
	dm_dispatch(d->m, &d->peer, &request, &d->response);
	ck_assert(!model_in_transaction(d->m));
	return (d->response.code >> 5) * 100u + (d->response.code & 31u);
}

void dm_assert_payload(const struct dm *d, const char *expected)
{
	struct span bytes = bytes_of(expected), got = buf_span(&d->response.payload);

	ck_assert_msg(span_is_equal(got, bytes), "payload is not %s but %.*s", expected,
		(int)got.len, (const char *)got.data);
}
