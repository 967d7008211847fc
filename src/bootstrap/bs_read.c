#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/writer.h"
#include "bootstrap/operation.h"
#include "codec/link.h"
#include "codec/payload.h"
#include "codec/uri.h"
#include "model/account.h"

enum { READ_RECORDS_MAX = 2048 };

/* --- Bootstrap-Discover ----------------------------------------------------------------------- */

/* ssid and, from 1.1 on, uri; the bootstrap account carries neither (4.1). */
static void write_attributes(
	struct writer *w, const struct model *m, struct path instance, enum lwm2m_version version)
{
	uint16_t resource = instance.id[0] == OBJECT_SECURITY ? SECURITY_SHORT_SERVER_ID
							      : SERVER_SHORT_SERVER_ID;
	bool is_security = instance.id[0] == OBJECT_SECURITY;
	char text[24];

	if (instance.id[0] > OBJECT_SERVER ||
		(is_security &&
			model_get_bool(m, path_child(instance, SECURITY_BOOTSTRAP_SERVER), false)))
		return;
	if (model_exists(m, path_child(instance, resource))) {
		snprintf(text, sizeof text, "%" PRId64,
			model_get_int(m, path_child(instance, resource), 0));
		link_write_attr(w, "ssid", text);
	}

	/* what is no URI yet may hold octets that have no place in a link */
	struct span text_uri = model_get_bytes(m, path_child(instance, SECURITY_URI));
	struct uri uri;

	if (is_security && version >= LWM2M_1_1 && uri_parse(text_uri, &uri, NULL) == 0)
		link_write_quoted(w, "uri", text_uri);
}

static void write_object(
	struct writer *w, const struct model *m, uint16_t object, enum lwm2m_version version)
{
	const struct object_def *def = model_object(m, object);
	/* 0 and 1 have the enabler's own version, which needs no words */
	bool is_bundled = object <= OBJECT_SERVER && def->major == 1 &&
			  def->minor == (unsigned)version && version >= LWM2M_1_1;
	bool has_version = !is_bundled && (def->major != 1 || def->minor != 0);
	char target[PATH_TEXT_MAX], text[16];
	uint32_t cursor = 0;
	uint16_t id;
	bool has_instances = model_next_instance(m, object, &cursor, &id);

	/* the object's own line: without instances, or to tell its version (TS core 6.2.1) */
	if (!has_instances || has_version) {
		path_format(PATH1(object), target);
		link_write_target(w, 0, target);
	}
	snprintf(text, sizeof text, "%u.%u", def->major, def->minor);
	if (has_version && version == LWM2M_1_0)
		link_write_quoted(w, "ver", span_of_text(text));
	else if (has_version)
		link_write_attr(w, "ver", text);
	for (cursor = 0; model_next_instance(m, object, &cursor, &id);) {
		path_format(PATH2(object, id), target);
		link_write_target(w, 0, target);
		write_attributes(w, m, PATH2(object, id), version);
	}
}

uint8_t operation_discover(const struct model *m, const struct request *request, struct path p,
	enum lwm2m_version version, struct response *ret)
{
	_cleanup_(buf_done) struct buf out = {0};
	struct writer w = writer_to(&out);
	uint32_t cursor = 0;
	uint16_t object;

	if (p.depth > 1)
		return MSG_BAD_REQUEST;
	if (p.depth == 1 && !model_object(m, p.id[0]))
		return MSG_NOT_FOUND;
	if (request->accept != FORMAT_LINK && request->accept != FORMAT_NONE)
		return MSG_NOT_ACCEPTABLE;

	if (version == LWM2M_1_0) {
		wr_text(&w, "lwm2m=\"1.0\"");
	} else {
		link_write_target(&w, 0, "/");
		link_write_attr(&w, "lwm2m", version == LWM2M_1_1 ? "1.1" : "1.2");
	}
	if (p.depth == 1)
		write_object(&w, m, p.id[0], version);
	while (p.depth == 0 && model_next_object(m, &cursor, &object))
		write_object(&w, m, object, version);

	int r = w.err ? w.err : response_set_payload(ret, FORMAT_LINK, buf_span(&out));

	return r < 0 ? MSG_INTERNAL : MSG_CONTENT;
}

/* --- Bootstrap-Read --------------------------------------------------------------------------- */

struct records {
	struct record *list;
	size_t n;
};

static int add_record(struct records *r, struct path p, const struct value *v)
{
	if (r->n == READ_RECORDS_MAX)
		return -ENOSPC;
	r->list[r->n++] = (struct record){.path = p, .value = *v};
	return 0;
}

static int add_resource(struct records *r, const struct model *m, struct path resource)
{
	const struct resource_def *def = model_resource(m, resource);
	uint32_t cursor = 0;
	uint16_t id;
	struct value v = {.type = VALUE_NONE};
	bool is_empty = true;
	int e = 0;

	if (!def->is_multiple) {
		e = model_get(m, resource, &v);
		return e < 0 ? e : add_record(r, resource, &v);
	}
	while (e == 0 && model_next_resource_instance(m, resource, &cursor, &id)) {
		is_empty = false;
		e = model_get(m, path_child(resource, id), &v);
		if (e == 0)
			e = add_record(r, path_child(resource, id), &v);
	}
	return is_empty ? add_record(r, resource, &v) : e;
}

static int add_instance(struct records *r, const struct model *m, struct path instance)
{
	uint32_t cursor = 0;
	uint16_t id;
	size_t before = r->n;
	int e = 0;

	while (e == 0 && model_next_resource(m, instance, &cursor, &id))
		e = add_resource(r, m, path_child(instance, id));
	if (e == 0 && r->n == before)
		e = add_record(r, instance, &(const struct value){.type = VALUE_NONE});
	return e;
}

uint8_t operation_read(
	struct model *m, const struct request *request, struct path p, struct response *ret)
{
	int format = request->accept == FORMAT_NONE ? FORMAT_TLV : request->accept;
	_cleanup_(free_p) struct record *list = NULL;
	struct records records = {0};
	uint32_t cursor = 0;
	uint16_t id;
	int r = 0;

	/* keys never leave: only objects 1 and 2 can be read (section 6) */
	if (p.id[0] != OBJECT_SERVER && p.id[0] != OBJECT_ACCESS_CONTROL)
		return MSG_NOT_ALLOWED;
	if (p.depth < 1 || p.depth > 2)
		return MSG_BAD_REQUEST;
	if (!model_exists(m, p))
		return MSG_NOT_FOUND;
	/* TLV, SenML or LwM2M CBOR: those that hold more than one value */
	if (format != FORMAT_TLV && !payload_can_encode_composite(format))
		return MSG_NOT_ACCEPTABLE;

	list = calloc(READ_RECORDS_MAX, sizeof *list);
	if (!list)
		return MSG_INTERNAL;
	records.list = list;
	model_refresh(m, p);
	if (p.depth == 2)
		r = add_instance(&records, m, p);
	while (r == 0 && p.depth == 1 && model_next_instance(m, p.id[0], &cursor, &id))
		r = add_instance(&records, m, PATH2(p.id[0], id));
	if (r == 0)
		r = response_set_payload(ret, format, span_of(NULL, 0));
	if (r == 0)
		r = payload_encode(format, p, records.list, records.n, &ret->payload);
	return r < 0 ? MSG_INTERNAL : MSG_CONTENT;
}
