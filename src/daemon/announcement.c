#include "daemon/announcement.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "dm/links.h"
#include "server/registration.h"

enum { LETTERS_MAX = 8 }; /* of 1/x/7 */

/* A server that is reached over TCP and says nothing of it in 1/x/7 is told so all the same. */
static struct span binding_of(const struct announced *by)
{
	struct span b = model_get_bytes(
		by->model, PATH3(OBJECT_SERVER, by->server_instance, SERVER_BINDING));

	if (by->is_tcp && (b.len == 0 || span_is_text(b, "U")))
		return span_of_text("T");
	return b;
}

/*
 * b: absent when it is "U". LwM2M 1.0 has a Q among the letters for queue mode, later versions a
 * parameter of its own (TS core 6.2.1).
 */
static void add_binding(
	const struct announced *by, struct announcement_room *room, struct request *request)
{
	struct span b = binding_of(by);
	bool has_q = b.len > 0 && memchr(b.data, 'Q', b.len);
	bool is_1_0 = by->version == LWM2M_1_0;
	char letters[LETTERS_MAX + sizeof "Q"];
	size_t n = 0;

	if (b.len > LETTERS_MAX)
		return;
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] != 'Q' || is_1_0)
			letters[n++] = (char)b.data[i];
	if (n == 0)
		letters[n++] = 'U';
	if (is_1_0 && by->has_queue_mode && !has_q)
		letters[n++] = 'Q';
	if (n == 1 && letters[0] == 'U')
		return;
	snprintf(room->binding, sizeof room->binding, "b=%.*s", (int)n, letters);
	request_add_query(request, span_of_text(room->binding));
}

static void add_lifetime(
	const struct announcement *a, struct announcement_room *room, struct request *request)
{
	snprintf(room->lifetime, sizeof room->lifetime, "lt=%" PRIu32, a->lifetime);
	request_add_query(request, span_of_text(room->lifetime));
}

static void set_payload(struct request *request, const struct announcement_room *room)
{
	request->content_format = FORMAT_LINK;
	request->payload = buf_span(&room->links);
}

static int list_links(const struct announced *by, struct buf *ret)
{
	ret->max = DM_LINKS_MAX;
	return dm_links_register(by->model, by->version, ret);
}

static int remember(struct announcement *a, const struct announced *by, struct span links)
{
	a->lifetime = (uint32_t)model_get_int(
		by->model, PATH3(OBJECT_SERVER, by->server_instance, SERVER_LIFETIME), 0);
	a->links.max = DM_LINKS_MAX;

	int r = buf_set(&a->binding, binding_of(by));

	return r < 0 ? r : buf_set(&a->links, links);
}

int announcement_register(struct announcement *a, const struct announced *by,
	struct announcement_room *room, struct request *request)
{
	int r = list_links(by, &room->links);

	if (r == 0)
		r = remember(a, by, buf_span(&room->links));
	if (r < 0)
		return r;

	snprintf(room->endpoint, sizeof room->endpoint, "ep=%s", by->endpoint);
	request_add_query(request, span_of_text(room->endpoint));
	add_lifetime(a, room, request);
	snprintf(room->version, sizeof room->version, "lwm2m=%s", reg_version_text(by->version));
	request_add_query(request, span_of_text(room->version));
	add_binding(by, room, request);
	if (by->has_queue_mode && by->version > LWM2M_1_0)
		request_add_query(request, span_of_text("Q"));
	set_payload(request, room);
	return 0;
}

int announcement_update(struct announcement *a, const struct announced *by,
	struct announcement_room *room, struct request *request)
{
	uint32_t old_lifetime = a->lifetime;
	bool has_binding = !span_is_equal(buf_span(&a->binding), binding_of(by));
	int r = list_links(by, &room->links);

	if (r == 0 && !span_is_equal(buf_span(&room->links), buf_span(&a->links)))
		set_payload(request, room);
	if (r == 0)
		r = remember(a, by, buf_span(&room->links));
	if (r < 0)
		return r;
	if (old_lifetime != a->lifetime)
		add_lifetime(a, room, request);
	if (has_binding)
		add_binding(by, room, request);
	return 0;
}

int announcement_is_list_current(const struct announcement *a, const struct announced *by)
{
	_cleanup_(buf_done) struct buf links = {0};
	int r = list_links(by, &links);

	return r < 0 ? r : span_is_equal(buf_span(&links), buf_span(&a->links));
}

void announcement_done(struct announcement *a)
{
	buf_done(&a->binding);
	buf_done(&a->links);
}

void announcement_room_done(struct announcement_room *room)
{
	buf_done(&room->links);
}
