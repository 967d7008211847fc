#include "daemon/card_apply.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "bootstrap/operation.h"
#include "card/content.h"
#include "model/account.h"

static const uint16_t objects[] = {
	OBJECT_SECURITY, OBJECT_SERVER, OBJECT_ACCESS_CONTROL, OBJECT_OSCORE};

/* Deletes instances of this origin, or all (ORIGIN_NONE); counts those of object 0. */
static size_t delete_accounts(struct model *m, enum origin origin)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		uint32_t cursor = 0;
		uint16_t id;

		while (model_next_instance(m, objects[i], &cursor, &id)) {
			struct path instance = PATH2(objects[i], id);

			if (origin != ORIGIN_NONE && model_origin(m, instance) != origin)
				continue;
			if (model_delete(m, instance) == 0)
				n += objects[i] == OBJECT_SECURITY;
		}
	}
	return n;
}

static void mark_accounts(struct model *m)
{
	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		uint32_t cursor = 0;
		uint16_t id;

		while (model_next_instance(m, objects[i], &cursor, &id))
			model_set_origin(m, PATH2(objects[i], id), ORIGIN_CARD);
	}
}

/* Objects that this client does not have are left out, as a server's would be refused. */
static int write_objects(struct model *m, struct span content, char *problem, size_t len)
{
	struct bs_notes notes = {.account = ID_NONE};
	struct content_object o;
	size_t cursor = 0;

	while (content_next(content, &cursor, &o)) {
		struct request request = request_of(MSG_PUT);
		uint8_t code;

		if (!model_object(m, o.id))
			continue;
		request.content_format = FORMAT_TLV;
		request.payload = o.tlv;
		code = operation_write(m, &request, PATH1(o.id), &notes);
		if (code == MSG_CHANGED)
			continue;
		snprintf(problem, len,
			"object %u, octet %zu of the file: expected instances as this client's "
			"definition has them",
			o.id, (size_t)(o.tlv.data - content.data));
		return code == MSG_INTERNAL || notes.is_broken ? -ENOMEM : -EBADMSG;
	}
	return 0;
}

static int check(
	struct model *m, const struct consistency_support *support, char *problem, size_t len)
{
	_cleanup_(buf_done) struct buf problems = {0};
	struct account a;
	int n;

	if (account_count_servers(m) == 0 && !account_bootstrap(m, &a)) {
		snprintf(problem, len, "there is no account in it");
		return -EBADMSG;
	}
	n = consistency_check(m, support, CONSISTENCY_SERVERS_OPTIONAL, &problems);
	if (n <= 0)
		return n;

	const uint8_t *end = memchr(problems.data, '\n', problems.len);
	size_t first = end ? (size_t)(end - problems.data) : problems.len;

	snprintf(problem, len, "%d problem(s): %.*s", n, first > 120 ? 120 : (int)first,
		(const char *)problems.data);
	return -EBADMSG;
}

int card_apply(struct model *m, struct span content, const struct consistency_support *support,
	char *problem, size_t len)
{
	struct card_fault fault;
	int r;

	if (content_check(content, &fault) < 0) {
		snprintf(problem, len, "octet %zu: expected %s", fault.offset, fault.expected);
		return -EBADMSG;
	}
	delete_accounts(m, ORIGIN_NONE);
	r = write_objects(m, content, problem, len);
	mark_accounts(m);
	return r < 0 ? r : check(m, support, problem, len);
}

size_t card_apply_drop(struct model *m)
{
	return delete_accounts(m, ORIGIN_CARD);
}
