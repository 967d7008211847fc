#include "bootstrap/session.h"

#include <errno.h>
#include <stdlib.h>

#include "bootstrap/operation.h"
#include "model/account.h"

/* What of the problems is sent back: they are also logged in full. */
enum { DIAGNOSTIC_MAX = 512 };

struct bs_session {
	struct model *m;
	struct consistency_support support;
	struct bs_hooks hooks;
	enum lwm2m_version version;
	struct bs_notes notes;
	struct buf problems; /* NUL terminated, or empty */
	bool is_over, is_committed, is_changed;
};

int bs_session_new(struct model *m, const struct consistency_support *support,
	const struct bs_hooks *hooks, enum lwm2m_version version, struct bs_session **ret)
{
	struct bs_session *s;
	struct account a;

	if (model_in_transaction(m))
		return -EBUSY;
	s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	s->m = m;
	s->support = *support;
	s->hooks = *hooks;
	s->version = version;
	s->notes.account = account_bootstrap(m, &a) ? a.security_instance : ID_NONE;

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

/* 1/x/12 Last Bootstrapped, of each instance that was written (4.2). */
static int date_written(struct bs_session *s)
{
	struct value now = {.type = VALUE_TIME, .i = s->hooks.unix_time(s->hooks.data)};
	uint32_t cursor = 0;
	uint16_t iid;
	int r = 0;

	while (r == 0 && model_next_instance(s->m, OBJECT_SERVER, &cursor, &iid))
		if (notes_has_written(&s->notes, PATH2(OBJECT_SERVER, iid)))
			r = model_set(
				s->m, PATH3(OBJECT_SERVER, iid, SERVER_LAST_BOOTSTRAPPED), &now);
	return r;
}

/* The whole lines that fit into one datagram: the diagnostic text of 4.06 (RFC 7252 5.5.2). */
static struct span diagnostic_of(const struct buf *problems)
{
	size_t len = problems->len;

	if (len > DIAGNOSTIC_MAX)
		for (len = DIAGNOSTIC_MAX; len > 0 && problems->data[len] != '\n';)
			len--;
	return span_of(problems->data, len);
}

static enum bs_result refuse(struct bs_session *s, struct response *ret)
{
	ret->code = MSG_NOT_ACCEPTABLE;
	/* both are only for people: without them the answer is the same */
	(void)buf_set(&ret->payload, diagnostic_of(&s->problems));
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
	/* a request of our own that was sent back to us is no Finish (RFC 9257: reflection) */
	if (request->n_queries > 0 || request->payload.len > 0) {
		ret->code = MSG_BAD_REQUEST;
		return BS_IGNORED;
	}
	if (s->is_over) {
		ret->code = s->is_committed ? MSG_CHANGED : MSG_INTERNAL;
		return BS_IGNORED;
	}
	if (s->notes.is_broken || operation_unbootstrap(s->m, &s->notes) < 0)
		return fail(s, ret);
	buf_truncate(&s->problems, 0);

	int problems = consistency_check(s->m, &s->support, 0, &s->problems);

	if (problems > 0)
		return refuse(s, ret);
	if (problems < 0 || date_written(s) < 0 ||
		s->hooks.persist(s->hooks.data, s->is_changed) < 0)
		return fail(s, ret);

	model_commit(s->m);
	s->is_over = s->is_committed = true;
	ret->code = MSG_CHANGED;
	return BS_FINISHED;
}

/* --- dispatch --------------------------------------------------------------------------------- */

static uint8_t get(
	struct bs_session *s, const struct request *request, struct path p, struct response *ret)
{
	if (request->accept == FORMAT_LINK || p.depth == 0)
		return operation_discover(s->m, request, p, s->version, ret);
	return operation_read(s->m, request, p, ret);
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
		ret->code = operation_write(s->m, request, p, &s->notes);
		s->is_changed |= msg_code_is_success(ret->code);
		return BS_OPERATION;
	case MSG_DELETE:
		ret->code = operation_delete(s->m, p, &s->notes);
		s->is_changed |= msg_code_is_success(ret->code);
		return BS_OPERATION;
	default:
		ret->code = MSG_NOT_ALLOWED;
		return BS_IGNORED;
	}
}
