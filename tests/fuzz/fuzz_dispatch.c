/*
 * Requests made of bytes against a managed device. Whatever they are, each gets an answer, a
 * refused one changes nothing, and nobody touches object 0.
 *
 * A request: method, flags (VERSION_*, HAS_*), number of ids, ids of two octets each, the chosen
 * options of one octet each, length of the payload, payload. Several may follow each other.
 */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/reader.h"
#include "dm/dispatch.h"
#include "dm/links.h"
#include "dm/observe.h"
#include "objects/access_control.h"
#include "objects/device.h"
#include "objects/security.h"
#include "objects/server.h"
#include "unit/sample.h"

enum {
	VERSION_MASK = 3,
	HAS_FORMAT = 4,
	HAS_ACCEPT = 8,
	HAS_QUERY = 16,
	HAS_OBSERVE = 32,
	SECOND_SERVER = 64,
};

/* new ones go to the end: the corpus names them by number */
/* clang-format off */
static const int formats[] = {
	FORMAT_TEXT, FORMAT_LINK, FORMAT_OPAQUE, FORMAT_TLV, FORMAT_CBOR, FORMAT_SENML_CBOR, 65000,
	FORMAT_SENML_JSON, FORMAT_SENML_ETCH_JSON, FORMAT_SENML_ETCH_CBOR, FORMAT_JSON,
	FORMAT_LWM2M_CBOR,
};

static const char *const queries[] = {"depth=0", "depth=1", "depth=3", "depth=", "pmin=1", "", "=",
	"pmax=60", "gt=50", "lt=-42.2", "st=5", "epmin=1", "epmax=9", "edge=1", "con=1", "hqmax=5",
	"pmin"};
/* clang-format on */

static void set(struct model *m, struct path p, struct value v)
{
	int r = model_set(m, p, &v);

	assert(r == 0);
}

static void create(struct model *m, uint16_t oid, uint16_t iid)
{
	int r = model_create(m, PATH2(oid, iid), ORIGIN_BOOTSTRAP);

	assert(r == 0);
}

static void add_server(struct model *m, uint16_t n, uint16_t ssid)
{
	create(m, OBJECT_SECURITY, n);
	create(m, OBJECT_SERVER, n);
	set(m, PATH3(OBJECT_SECURITY, n, SECURITY_SHORT_SERVER_ID), VALUE_INT(ssid));
	set(m, PATH3(OBJECT_SECURITY, n, SECURITY_SECRET_KEY), VALUE_BYTES(span_of_text("key")));
	set(m, PATH3(OBJECT_SERVER, n, SERVER_SHORT_SERVER_ID), VALUE_INT(ssid));
	set(m, PATH3(OBJECT_SERVER, n, SERVER_LIFETIME), VALUE_INT(60));
}

/*
 * Server 2 may do what the entry says with /30000/0, create instances of that object, and nothing
 * elsewhere.
 */
static void guard(struct model *m)
{
	create(m, OBJECT_ACCESS_CONTROL, 1);
	set(m, PATH3(OBJECT_ACCESS_CONTROL, 1, ACCESS_OBJECT_ID), VALUE_INT(SAMPLE));
	set(m, PATH3(OBJECT_ACCESS_CONTROL, 1, ACCESS_INSTANCE_ID), VALUE_INT(ID_NONE));
	set(m, PATH4(OBJECT_ACCESS_CONTROL, 1, ACCESS_ACL, 2), VALUE_INT(16));
	set(m, PATH3(OBJECT_ACCESS_CONTROL, 1, ACCESS_OWNER), VALUE_INT(ID_NONE));
	create(m, OBJECT_ACCESS_CONTROL, 0);
	set(m, PATH3(OBJECT_ACCESS_CONTROL, 0, ACCESS_OBJECT_ID), VALUE_INT(SAMPLE));
	set(m, PATH3(OBJECT_ACCESS_CONTROL, 0, ACCESS_INSTANCE_ID), VALUE_INT(0));
	set(m, PATH4(OBJECT_ACCESS_CONTROL, 0, ACCESS_ACL, 2), VALUE_INT(7));
	set(m, PATH3(OBJECT_ACCESS_CONTROL, 0, ACCESS_OWNER), VALUE_INT(1));
}

static struct model *device(struct sample *sample, bool has_second)
{
	static const struct device_facts facts = {.manufacturer = "Acme", .root = "/nonexistent"};
	struct model *m = sample_model(sample);

	if (model_add_object(m, &object_security, NULL) < 0 ||
		model_add_object(m, &object_server, NULL) < 0 ||
		model_add_object(m, &object_access_control, NULL) < 0 ||
		model_add_object(m, &object_device, NULL) < 0 || device_fill(m, &facts) < 0)
		abort();
	add_server(m, 0, 1);
	if (has_second) {
		add_server(m, 1, 2);
		guard(m);
	}
	set(m, PATH3(SAMPLE, 0, SAMPLE_TEXT), VALUE_TEXT("text"));
	set(m, PATH4(SAMPLE, 0, SAMPLE_INTS, 1), VALUE_INT(1));
	set(m, PATH3(SAMPLE, 0, SAMPLE_SENSOR), VALUE_INT(7));
	return m;
}

/* Half a second passes with each request; every third notification finds no way. */
struct reporting {
	struct observe *o;
	uint64_t now;
	unsigned n_sent;
};

static uint64_t reporting_now(void *data)
{
	return ((struct reporting *)data)->now;
}

static int reporting_send(void *data, const struct observe_notice *n)
{
	struct reporting *r = data;

	assert(n->token.len <= 8 && n->sequence <= 0xffffff && n->response->code != 0);
	assert(msg_code_is_success(n->response->code) == n->response->has_observe);
	return ++r->n_sent % 3 == 0 ? -ENOTCONN : 0;
}

static void reporting_arm(void *data, uint64_t at)
{
	(void)data, (void)at;
}

static void reporting_unreachable(void *data, uint16_t short_server_id)
{
	(void)data, (void)short_server_id;
}

static void reporting_added(void *data, const struct observe_info *info)
{
	(void)data;
	assert(info->n_paths > 0);
}

static void reporting_dropped(void *data, uint16_t short_server_id, size_t n)
{
	(void)data, (void)short_server_id, (void)n;
}

static void reporting_touched(void *data)
{
	(void)data;
}

static void reporting_changed(void *data, struct path p, enum model_change what)
{
	observe_changed(((struct reporting *)data)->o, p, what);
}

static void reporting_begin(struct reporting *r, struct clock *clock, struct model *m)
{
	struct observe_env env = {.model = m,
		.clock = clock,
		.observations_max = 8,
		.stored_max = 4,
		.data = r,
		.send = reporting_send,
		.arm = reporting_arm,
		.unreachable = reporting_unreachable,
		.added = reporting_added,
		.dropped = reporting_dropped,
		.touched = reporting_touched};

	*clock = (struct clock){reporting_now, reporting_now, r};

	int e = observe_new(&env, &r->o);

	assert(e == 0);
	model_on_change(m, reporting_changed, r);
}

static void reporting_pass(struct reporting *r, const struct dm_peer *peer, struct span token)
{
	r->now += USEC_PER_SEC / 2;
	observe_step(r->o);
	observe_concluded(r->o, peer->short_server_id, token, OBSERVE_ACKNOWLEDGED);
	if (r->n_sent % 5 == 0)
		observe_online(r->o, peer->short_server_id, true);
}

/* What is kept over a restart is read again. */
static void reporting_end(struct reporting *r, struct model *m)
{
	static const uint16_t servers[] = {1, 2};
	struct buf state = {0};
	int e = observe_save(r->o, servers, 2, &state);

	assert(e == 0);
	observe_void(r->o, 1);
	observe_void(r->o, 2);
	assert(observe_count(r->o) == 0);
	e = observe_load(r->o, buf_span(&state), servers, 2);
	assert(e == 0);
	buf_done(&state);
	model_on_change(m, NULL, NULL);
	observe_free(r->o);
}

/* An id now and then is no number, so that such paths are met, too. */
static void take_path(struct reader *r, struct request *request, char text[8][8])
{
	size_t n = rd_u8(r) % 8;

	for (size_t i = 0; i < n; i++) {
		uint16_t id = (uint16_t)rd_be(r, 2);

		snprintf(text[i], 8, id == 0xFFFE ? "x%u" : "%u", id);
		(void)request_add_segment(request, span_of_text(text[i]));
	}
}

static struct span take_request(
	struct reader *r, struct request *request, struct dm_peer *peer, char text[8][8])
{
	uint8_t method = rd_u8(r), flags = rd_u8(r);

	*request = request_of((enum msg_method)(method % 8));
	peer->version = (enum lwm2m_version)((flags & VERSION_MASK) % 3);
	peer->short_server_id = flags & SECOND_SERVER ? 2 : 1;
	take_path(r, request, text);
	if (flags & HAS_FORMAT)
		request->content_format = formats[rd_u8(r) % (sizeof formats / sizeof *formats)];
	if (flags & HAS_ACCEPT)
		request->accept = formats[rd_u8(r) % (sizeof formats / sizeof *formats)];
	if (flags & HAS_QUERY)
		(void)request_add_query(request,
			span_of_text(queries[rd_u8(r) % (sizeof queries / sizeof *queries)]));
	if (flags & HAS_OBSERVE)
		request->observe = rd_u8(r) & 1;
	request->token = span_of(flags & SECOND_SERVER ? "b" : "a", 1);
	request->payload = rd_take(r, rd_u8(r));
	return request->payload;
}

/* The device's own facts, as its clock, move by themselves. */
static void cut_device(char *dump)
{
	char *from, *end;

	while ((from = strstr(dump, "\n/3/0/"))) {
		end = strchr(from + 1, '\n');
		memmove(from, end, strlen(end) + 1);
	}
}

static void ask(struct model *m, struct reader *r, struct reporting *reporting)
{
	struct response response = {0};
	struct request request;
	struct dm_peer peer = {.observe = reporting->o};
	char text[8][8];

	take_request(r, &request, &peer, text);

	char *before = request.method == MSG_GET ? NULL : model_dump(m);

	dm_dispatch(m, &peer, &request, &response);
	reporting_pass(reporting, &peer, request.token);
	assert(!model_in_transaction(m));
	assert(msg_code_is_success(response.code) || response.code >> 5 == 4);
	if (!msg_code_is_success(response.code))
		assert(response.payload.len == 0 && !response.has_content_format);
	if (before == NULL) {
		response_done(&response);
		return;
	}

	char *after = model_dump(m);

	cut_device(before);
	cut_device(after);
	assert(msg_code_is_success(response.code) || strcmp(before, after) == 0);
	free(before);
	free(after);
	response_done(&response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sample sample = {0};
	struct reader r = reader_of(span_of(data, size));
	struct model *m = device(&sample, rd_u8(&r) & 1);
	struct buf links = {0};
	struct reporting reporting = {.now = USEC_PER_SEC};
	struct clock clock;

	reporting_begin(&reporting, &clock, m);
	while (rd_left(&r) > 0)
		ask(m, &r, &reporting);

	assert(span_is_text(
		model_get_bytes(m, PATH3(OBJECT_SECURITY, 0, SECURITY_SECRET_KEY)), "key"));

	int err = dm_links_register(m, LWM2M_1_2, &links);

	assert(err == 0);
	buf_done(&links);
	reporting_end(&reporting, m);
	model_free(m);
	return 0;
}
