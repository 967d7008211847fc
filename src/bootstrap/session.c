#include "bootstrap/session.h"

#include <errno.h>
#include <stdlib.h>

#include "bootstrap/operation.h"
#include "model/account.h"

enum { WRITTEN_SERVERS_MAX = 64 };

struct bs_session {
	struct model *m;
	const struct consistency_support *support; /* a copy follows */
	struct consistency_support support_copy;
	struct bs_hooks hooks;
	enum lwm2m_version version;
	struct bs_notes notes;
	uint16_t written[WRITTEN_SERVERS_MAX]; /* /1 instances, for 1/x/12 */
	size_t n_written;
	struct buf problems; /* NUL terminated */
	bool is_over;
};

int bs_session_new(struct model *m, const struct consistency_support *support,
	const struct bs_hooks *hooks, enum lwm2m_version version, struct bs_session **ret)
{
	struct bs_session *s;

	if (model_in_transaction(m))
		return -EBUSY;
	s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	s->m = m;
	s->support_copy = *support;
	s->support = &s->support_copy;
	s->hooks = *hooks;
	s->version = version;

	int r = model_begin(m);

	if (r < 0) {
		free(s);
		return r;
	}
	*ret = s;
	return 0;
}

struct bs_session *bs_session_free(struct bs_session *s)
{
	if (!s)
		return NULL;
	if (!s->is_over)
		model_rollback(s->m);
	buf_done(&s->problems);
	free(s);
	return NULL;
}

void bs_session_free_p(struct bs_session **s)
{
	bs_session_free(*s);
}

const char *bs_session_problems(const struct bs_session *s)
{
	return s->problems.len ? (const char *)s->problems.data : "";
}

static bool is_finish(const struct request *request)
{
	return request->method == MSG_POST && request_is_for(request, "bs");
}

bool bs_request_is_operation(const struct request *request)
{
	struct path p;

	switch (request->method) {
	case MSG_GET:
	case MSG_PUT:
	case MSG_DELETE:
		return request_path(request, &p) == 0;
	default:
		return false;
	}
}

/* --- Finish ----------------------------------------------------------------------------------- */

static void note_written(struct bs_session *s, struct path p)
{
	uint32_t cursor = 0;
	uint16_t id;

	if (p.depth == 0 || p.id[0] != OBJECT_SERVER)
		return;
	while (model_next_instance(s->m, OBJECT_SERVER, &cursor, &id))
		if ((p.depth == 1 || p.id[1] == id) && s->n_written < WRITTEN_SERVERS_MAX)
			s->written[s->n_written++] = id;
}

/* 1/x/12 Last Bootstrapped, of each account that was written. */
static int date_written(struct bs_session *s)
{
	struct value now = {.type = VALUE_TIME, .i = s->hooks.unix_time(s->hooks.data)};
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_written; i++)
		if (model_exists(s->m, PATH2(OBJECT_SERVER, s->written[i])))
			r = model_set(s->m,
				PATH3(OBJECT_SERVER, s->written[i], SERVER_LAST_BOOTSTRAPPED),
				&now);
	return r;
}

/* The reasons also go to the server, as the diagnostic text of 4.06 (RFC 7252 5.5.2). */
static enum bs_result refuse(struct bs_session *s, struct response *ret)
{
	ret->code = MSG_NOT_ACCEPTABLE;
	buf_set(&ret->payload, buf_span(&s->problems));
	if (buf_append_byte(&s->problems, 0) < 0)
		buf_truncate(&s->problems, 0);
	return BS_INCONSISTENT;
}

static enum bs_result fail(struct bs_session *s, struct response *ret)
{
	ret->code = MSG_INTERNAL;
	model_rollback(s->m);
	s->is_over = true;
	return BS_FAILED;
}

static enum bs_result finish(
	struct bs_session *s, const struct request *request, struct response *ret)
{
	/* a request of our own that was sent back to us is no Finish (section 2.1, reflection) */
	if (request->n_queries > 0 || request->payload.len > 0) {
		ret->code = MSG_BAD_REQUEST;
		return BS_IGNORED;
	}
	if (s->is_over) {
		ret->code = MSG_CHANGED;
		return BS_IGNORED;
	}

	buf_truncate(&s->problems, 0);
	operation_unbootstrap(s->m, &s->notes);

	int problems = consistency_check(s->m, s->support, 0, &s->problems);

	if (problems > 0)
		return refuse(s, ret);
	if (problems < 0 || date_written(s) < 0 || s->hooks.persist(s->hooks.data) < 0)
		return fail(s, ret);

	model_commit(s->m);
	s->is_over = true;
	ret->code = MSG_CHANGED;
	return BS_FINISHED;
}

/* --- dispatch --------------------------------------------------------------------------------- */

static uint8_t get(
	struct bs_session *s, const struct request *request, struct path p, struct response *ret)
{
	if (request->accept == FORMAT_LINK || p.depth == 0)
		return operation_discover(s->m, p, s->version, ret);
	return operation_read(s->m, request, p, ret);
}

static uint8_t put(struct bs_session *s, const struct request *request, struct path p)
{
	uint8_t code;

	if (p.depth == 0 || request->n_queries > 0)
		return MSG_BAD_REQUEST;
	code = operation_write(s->m, request, p);
	if (msg_code_is_success(code))
		note_written(s, p);
	return code;
}

enum bs_result bs_session_handle(
	struct bs_session *s, const struct request *request, struct response *ret)
{
	struct path p;

	if (is_finish(request))
		return finish(s, request, ret);
	if (s->is_over || request_path(request, &p) < 0) {
		ret->code = MSG_BAD_REQUEST;
		return BS_IGNORED;
	}
	switch (request->method) {
	case MSG_GET:
		ret->code = get(s, request, p, ret);
		return BS_OPERATION;
	case MSG_PUT:
		ret->code = put(s, request, p);
		return BS_OPERATION;
	case MSG_DELETE:
		ret->code = operation_delete(s->m, p, &s->notes);
		return BS_OPERATION;
	default:
		ret->code = MSG_NOT_ALLOWED;
		return BS_IGNORED;
	}
}
