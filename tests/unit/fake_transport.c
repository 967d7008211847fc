#include "fake_transport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/uri.h"
#include "runner.h"
#include "world.h"

enum { RULES_MAX = 64, SENT_MAX = 4096, ROUTES_MAX = 8 };

struct tp {
	const struct loop *loop;
	struct tp_settings settings;
};

struct pending {
	struct pending *next;
	struct tp_session *session;
	struct loop_source *timer;
	tp_done_fn done;
	void *data;
	struct fake_rule rule;
	enum fake_op op;
};

struct tp_session {
	struct tp_session *next;
	struct tp *tp;
	struct tp_handlers handlers;
	char uri[URI_MAX + 1];
	bool is_secure, is_tcp, is_connected;
	unsigned depth, prepared;
	uint64_t prepared_at;
	uint16_t port;
	int alert;
	char waits_for[9]; /* the token of the confirmable notification on its way */
	struct pending *pending;
	struct loop_source *opener;
	tp_done_fn opened;
	void *opened_data;
};

struct tp_listener {
	struct tp_listener *next;
	struct tp *tp;
	struct tp_handlers handlers;
	char address[64];
	unsigned depth;
};

static struct {
	struct fake_rule rules[RULES_MAX];
	size_t n_rules;
	struct fake_sent sent[SENT_MAX];
	size_t n_sent;
	struct tp_session *sessions;
	struct tp_listener *listeners;
	unsigned n_opened, locations;
	enum fake_resumption resumption;
	uint16_t port;
	int listener_error, session_error, request_error, notice_error;
	struct fake_notice notices[FAKE_NOTICES_MAX];
	unsigned n_notices;
	struct {
		const char *uri;
		int answer;
	} routes[ROUTES_MAX];
	size_t n_routes;
} net;

void fake_begin(void)
{
	memset(&net, 0, sizeof net);
	net.port = 40000;
}

/* --- rules ------------------------------------------------------------------------------------ */

void fake_rule(const struct fake_rule *rule)
{
	ck_assert_uint_lt(net.n_rules, RULES_MAX);
	net.rules[net.n_rules++] = *rule;
}

void fake_answer(const char *uri, enum fake_op op, uint8_t code)
{
	fake_rule(&(const struct fake_rule){.uri = uri, .op = op, .code = code});
}

void fake_up(const char *uri)
{
	fake_answer(uri, FAKE_REGISTER, MSG_CREATED);
	fake_answer(uri, FAKE_UPDATE, MSG_CHANGED);
	fake_answer(uri, FAKE_DEREGISTER, MSG_DELETED);
	fake_answer(uri, FAKE_BOOTSTRAP, MSG_CHANGED);
	fake_answer(uri, FAKE_SEND, MSG_CHANGED);
}

void fake_down(const char *uri)
{
	fake_rule(&(const struct fake_rule){.uri = uri, .reason = REASON_REG_TIMEOUT});
}

static struct fake_rule take_rule(const char *uri, enum fake_op op)
{
	for (size_t i = net.n_rules; i > 0; i--) {
		struct fake_rule *rule = &net.rules[i - 1], found = *rule;

		if ((rule->op != FAKE_ANY && rule->op != op) ||
			(rule->uri && strcmp(rule->uri, uri) != 0))
			continue;
		if (rule->times > 0 && --rule->times == 0) {
			net.n_rules--;
			memmove(rule, rule + 1,
				(size_t)(&net.rules[net.n_rules] - rule) * sizeof *rule);
		}
		return found;
	}
	return (struct fake_rule){.reason = REASON_REG_TIMEOUT};
}

/* --- requests of the daemon ------------------------------------------------------------------- */

static enum fake_op op_of(const struct request *request)
{
	struct span last =
		request->n_segments ? request->segment[request->n_segments - 1] : span_of_text("");

	if (request->method == MSG_DELETE)
		return FAKE_DEREGISTER;
	if (request->method == MSG_POST && span_is_text(last, "rd"))
		return FAKE_REGISTER;
	if (request->method == MSG_POST && span_is_text(last, "dp"))
		return FAKE_SEND;
	return request->method == MSG_POST && span_is_text(last, "bs") ? FAKE_BOOTSTRAP
								       : FAKE_UPDATE;
}

static void append(char *to, size_t size, const char *separator, struct span text)
{
	size_t used = strlen(to);

	snprintf(to + used, size - used, "%s%.*s", separator, (int)text.len,
		text.len ? (const char *)text.data : "");
}

static void remember(const struct tp_session *s, const struct request *request)
{
	static const char *const methods[] = {
		[MSG_GET] = "GET", [MSG_POST] = "POST", [MSG_PUT] = "PUT", [MSG_DELETE] = "DELETE"};
	struct fake_sent *sent = &net.sent[net.n_sent++];

	ck_assert_uint_le(net.n_sent, SENT_MAX);
	sent->at = world_now();
	sent->op = op_of(request);
	snprintf(sent->uri, sizeof sent->uri, "%s", s->uri);
	snprintf(sent->text, sizeof sent->text, "%s ", methods[request->method]);
	for (size_t i = 0; i < request->n_segments; i++)
		append(sent->text, sizeof sent->text, "/", request->segment[i]);
	for (size_t i = 0; i < request->n_queries; i++)
		append(sent->text, sizeof sent->text, i ? "&" : "?", request->query[i]);
	if (request->content_format == FORMAT_LINK)
		append(sent->payload, sizeof sent->payload, "", request->payload);
}

unsigned fake_count(const char *uri, enum fake_op op)
{
	unsigned n = 0;

	for (size_t i = 0; i < net.n_sent; i++)
		n += (op == FAKE_ANY || net.sent[i].op == op) &&
		     (!uri || strcmp(net.sent[i].uri, uri) == 0);
	return n;
}

const struct fake_sent *fake_sent(const char *uri, enum fake_op op, int n)
{
	int count = (int)fake_count(uri, op), wanted = n < 0 ? count + n : n;

	ck_assert_msg(wanted >= 0 && wanted < count, "%s: request %d of %d (operation %d)",
		uri ? uri : "anybody", n, count, (int)op);
	for (size_t i = 0;; i++) {
		if ((op != FAKE_ANY && net.sent[i].op != op) ||
			(uri && strcmp(net.sent[i].uri, uri) != 0))
			continue;
		if (wanted-- == 0)
			return &net.sent[i];
	}
}

static void pending_free(struct pending *p)
{
	world_loop.free_source(p->timer);
	free(p);
}

static void unlink_pending(struct pending *p)
{
	struct pending **at = &p->session->pending;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
}

static void respond(struct response *response, const struct pending *p)
{
	char handle[16];

	response->code = p->rule.code;
	if (p->op != FAKE_REGISTER || response->code != MSG_CREATED)
		return;
	snprintf(handle, sizeof handle, "%u", net.locations++);
	ck_assert_int_eq(response_add_location(response, span_of_text("rd")), 0);
	ck_assert_int_eq(response_add_location(response, span_of_text(handle)), 0);
}

static void on_completed(void *data)
{
	struct pending *p = data;
	struct tp_session *s = p->session;
	struct response response = {0};
	struct tp_result result = {.reason = p->rule.reason,
		.detail = s->uri,
		.is_fatal = p->rule.is_fatal,
		.is_new_session = !s->is_connected};
	tp_done_fn done = p->done;
	void *user = p->data;

	if (p->rule.reason == REASON_NONE) {
		respond(&response, p);
		result.response = &response;
		s->is_connected = true;
	} else {
		s->is_connected = false;
	}
	unlink_pending(p);
	pending_free(p);
	done(user, &result);
	response_done(&response);
}

int tp_session_request(
	struct tp_session *s, const struct request *request, tp_done_fn done, void *data)
{
	struct pending *p;
	uint64_t wait;

	if (net.request_error)
		return net.request_error;
	p = calloc(1, sizeof *p);
	ck_assert_ptr_nonnull(p);
	remember(s, request);
	p->session = s;
	p->op = op_of(request);
	p->done = done;
	p->data = data;
	p->rule = take_rule(s->uri, p->op);
	wait = p->rule.reason == REASON_REG_TIMEOUT && p->rule.delay == 0
		       ? tp_max_transmit_wait(s->tp)
		       : p->rule.delay;
	ck_assert_int_eq(world_loop.timer(NULL, on_completed, p, &p->timer), 0);
	world_loop.arm(p->timer, p->rule.is_never ? USEC_NEVER : world_now() + wait, 1);
	p->next = s->pending;
	s->pending = p;
	return 0;
}

/* --- sessions that are resumed ---------------------------------------------------------------- */

static void on_open(void *data)
{
	struct tp_session *s = data;
	struct tp_result result = {
		.reason = net.resumption == FAKE_RESUME_FAILED ? REASON_DTLS_TIMEOUT : REASON_NONE,
		.detail = "192.0.2.1:5684",
		.is_new_session = net.resumption == FAKE_RESUME_REFUSED};

	world_loop.free_source(s->opener);
	s->opener = NULL;
	s->is_connected = result.reason == REASON_NONE;
	s->opened(s->opened_data, &result);
}

void tp_session_open(struct tp_session *s, tp_done_fn done, void *data)
{
	s->opened = done;
	s->opened_data = data;
	ck_assert_int_eq(world_loop.timer(NULL, on_open, s, &s->opener), 0);
	world_loop.arm(s->opener, world_now(), 1);
}

bool tp_session_can_resume(const struct tp_session *s)
{
	return s->is_secure && net.resumption != FAKE_RESUME_NEVER;
}

struct span tp_session_resumption(const struct tp_session *s)
{
	return tp_session_can_resume(s) ? span_of_text("session") : span_of("", 0);
}

int tp_session_set_resumption(struct tp_session *s, struct span kept)
{
	(void)s;
	return span_is_text(kept, "session") ? 0 : -EBADMSG;
}

void fake_resumption(enum fake_resumption what)
{
	net.resumption = what;
}

/* --- notifications ------------------------------------------------------------------------------
 */

int tp_session_notify(struct tp_session *s, const struct tp_notification *n)
{
	struct fake_notice *notice = &net.notices[net.n_notices % FAKE_NOTICES_MAX];

	if (net.notice_error)
		return net.notice_error;
	if (!s->is_connected)
		return -ENOTCONN;
	if (n->is_confirmable && s->waits_for[0])
		return -EBUSY;
	*notice = (struct fake_notice){.at = world_now(),
		.code = n->response->code,
		.observe = n->response->has_observe ? (int64_t)n->observe : -1,
		.is_confirmable = n->is_confirmable};
	snprintf(notice->uri, sizeof notice->uri, "%s", s->uri);
	snprintf(notice->token, sizeof notice->token, "%.*s", (int)n->token.len,
		(const char *)n->token.data);
	snprintf(notice->payload, sizeof notice->payload, "%.*s", (int)n->response->payload.len,
		(const char *)n->response->payload.data);
	net.n_notices++;
	if (n->is_confirmable)
		snprintf(s->waits_for, sizeof s->waits_for, "%s", notice->token);
	return 0;
}

/* --- sessions --------------------------------------------------------------------------------- */

int tp_new(const struct loop *loop, const struct clock *clock, const struct tp_settings *settings,
	struct tp **ret, const char **ret_why)
{
	(void)clock, (void)ret_why;
	*ret = malloc(sizeof **ret);
	if (!*ret)
		return -ENOMEM;
	**ret = (struct tp){.loop = loop, .settings = *settings};
	return 0;
}

struct tp *tp_free(struct tp *tp)
{
	for (const struct tp_session *s = net.sessions; s; s = s->next)
		ck_assert_msg(s->tp != tp, "tp_free() before the session to %s", s->uri);
	for (const struct tp_listener *l = net.listeners; l; l = l->next)
		ck_assert_msg(l->tp != tp, "tp_free() before the listener %s", l->address);
	free(tp);
	return NULL;
}

void tp_free_p(struct tp **tp)
{
	*tp = tp_free(*tp);
}

int tp_set(struct tp *tp, const struct tp_settings *settings)
{
	tp->settings = *settings;
	return 0;
}

uint64_t tp_max_transmit_wait(const struct tp *tp)
{
	(void)tp;
	return 93 * USEC_PER_SEC;
}

bool tp_supports_mode(int64_t security_mode)
{
	return security_mode == MODE_PSK || security_mode == MODE_NOSEC;
}

const char *tp_refusal(const struct tp *tp)
{
	(void)tp;
	return "";
}

int tp_session_new(struct tp *tp, const struct tp_peer *peer, const struct tp_handlers *handlers,
	struct tp_session **ret)
{
	struct tp_session *s;
	struct uri uri;

	if (net.session_error)
		return net.session_error;
	if (!tp_supports_mode(peer->mode))
		return -ENOTSUP;
	if (uri_parse(peer->uri, &uri, NULL) < 0)
		return -EINVAL;
	s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	s->tp = tp;
	s->handlers = *handlers;
	s->is_secure = peer->mode != MODE_NOSEC;
	s->port = peer->local_port ? peer->local_port : net.port++;
	s->alert = -1;
	append(s->uri, sizeof s->uri, "", peer->uri);
	s->is_tcp = strstr(s->uri, "+tcp:");
	s->next = net.sessions;
	net.sessions = s;
	*ret = s;
	return 0;
}

void tp_session_close(struct tp_session *s)
{
	while (s->pending) {
		struct pending *next = s->pending->next;

		pending_free(s->pending);
		s->pending = next;
	}
	world_loop.free_source(s->opener);
	s->opener = NULL;
	s->is_connected = false;
}

struct tp_session *tp_session_free(struct tp_session *s)
{
	struct tp_session **at = &net.sessions;

	if (!s)
		return NULL;
	ck_assert_msg(s->depth == 0, "%s is freed inside its own callback", s->uri);
	tp_session_close(s);
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	free(s);
	return NULL;
}

void tp_session_free_p(struct tp_session **s)
{
	*s = tp_session_free(*s);
}

void tp_session_prepare(struct tp_session *s)
{
	s->prepared++;
	s->prepared_at = world_now();
}

bool tp_session_is_connected(const struct tp_session *s)
{
	return s->is_connected;
}

bool tp_session_is_secure(const struct tp_session *s)
{
	return s->is_secure;
}

bool tp_session_is_tcp(const struct tp_session *s)
{
	return s->is_tcp;
}

uint16_t tp_session_local_port(const struct tp_session *s)
{
	return s->port;
}

const char *tp_session_peer_text(const struct tp_session *s)
{
	return s->uri;
}

int tp_session_last_alert(const struct tp_session *s)
{
	return s->alert;
}

static struct tp_session *find(const char *uri)
{
	for (struct tp_session *s = net.sessions; s; s = s->next)
		if (strcmp(s->uri, uri) == 0)
			return s;
	ck_abort_msg("there is no session to %s", uri);
	return NULL;
}

unsigned fake_sessions(void)
{
	unsigned n = 0;

	for (const struct tp_session *s = net.sessions; s; s = s->next)
		n++;
	return n;
}

unsigned fake_sessions_to(const char *uri)
{
	unsigned n = 0;

	for (const struct tp_session *s = net.sessions; s; s = s->next)
		n += strcmp(s->uri, uri) == 0;
	return n;
}

bool fake_is_connected(const char *uri)
{
	return find(uri)->is_connected;
}

unsigned fake_pending(const char *uri)
{
	unsigned n = 0;

	for (const struct tp_session *s = net.sessions; s; s = s->next)
		for (const struct pending *p = s->pending; p; p = p->next)
			n += !uri || strcmp(s->uri, uri) == 0;
	return n;
}

unsigned fake_prepared(const char *uri, uint64_t *ret_at)
{
	const struct tp_session *s = find(uri);

	if (ret_at)
		*ret_at = s->prepared_at;
	return s->prepared;
}

void fake_lose(const char *uri, enum reason reason)
{
	struct tp_session *s = find(uri);

	s->is_connected = false;
	if (s->handlers.lost)
		s->handlers.lost(s->handlers.data, reason, "the session is gone");
}

void fake_alert(const char *uri, int alert)
{
	find(uri)->alert = alert;
}

void fake_fail_session(int error)
{
	net.session_error = error;
}

void fake_fail_request(int error)
{
	net.request_error = error;
}

/* --- requests of the peer --------------------------------------------------------------------- */

/* "/1/0/1?a&b" */
static struct request request_to(
	enum msg_method method, const char *path, int content_format, struct span payload)
{
	struct request request = request_of(method);
	const char *query = strchr(path, '?');
	const char *end = query ? query : path + strlen(path);

	request.content_format = payload.len ? content_format : FORMAT_NONE;
	request.accept = method == MSG_GET ? content_format : FORMAT_NONE;
	request.payload = payload;
	while (path < end && *path == '/') {
		size_t len = strcspn(++path, "/?");

		if (len)
			ck_assert_int_eq(request_add_segment(&request, span_of(path, len)), 0);
		path += len;
	}
	while (query && *query) {
		size_t len = strcspn(++query, "&");

		ck_assert_int_eq(request_add_query(&request, span_of(query, len)), 0);
		query += len;
	}
	return request;
}

static uint8_t ask(const struct tp_handlers *h, const struct request *request, struct response *ret)
{
	struct response own = {0}, *response = ret ? ret : &own;

	h->request(h->data, "192.0.2.1:5683", request, response);

	uint8_t code = response->code;

	response_done(&own);
	return code;
}

uint8_t fake_ask(const char *uri, enum msg_method method, const char *path, int content_format,
	struct span payload, struct response *ret)
{
	struct request request = request_to(method, path, content_format, payload);
	struct tp_session *s = find(uri);

	s->depth++;
	uint8_t code = ask(&s->handlers, &request, ret);
	s->depth--;
	if (s->handlers.answered)
		s->handlers.answered(s->handlers.data);
	return code;
}

uint8_t fake_observe(const char *uri, const char *path, const char *token, struct response *ret)
{
	struct request request = request_to(MSG_GET, path, FORMAT_NONE, (struct span){0});
	struct tp_session *s = find(uri);

	request.observe = 0;
	request.token = span_of_text(token);
	response_done(ret);
	s->depth++;
	uint8_t code = ask(&s->handlers, &request, ret);
	s->depth--;
	if (s->handlers.answered)
		s->handlers.answered(s->handlers.data);
	return code;
}

void fake_conclude(const char *uri, enum tp_notice notice)
{
	struct tp_session *s = find(uri);
	char token[sizeof s->waits_for];

	snprintf(token, sizeof token, "%s", s->waits_for);
	s->waits_for[0] = '\0';
	s->handlers.notified(s->handlers.data, span_of_text(token), notice);
}

void fake_reject(const char *uri, const char *token)
{
	struct tp_session *s = find(uri);

	s->handlers.notified(s->handlers.data, span_of_text(token), TP_NOTICE_REJECTED);
}

unsigned fake_notices(void)
{
	return net.n_notices;
}

const struct fake_notice *fake_notice(int n)
{
	unsigned at = n < 0 ? net.n_notices - (unsigned)-n : (unsigned)n;

	ck_assert_uint_lt(at, net.n_notices);
	return &net.notices[at % FAKE_NOTICES_MAX];
}

void fake_fail_notice(int error)
{
	net.notice_error = error;
}

/* --- listeners -------------------------------------------------------------------------------- */

int tp_listener_new(struct tp *tp, const struct tp_listen *listen,
	const struct tp_handlers *handlers, struct tp_listener **ret)
{
	struct tp_listener *l;

	if (net.listener_error)
		return net.listener_error;
	if (!tp_supports_mode(listen->peer.mode))
		return -ENOTSUP;
	for (l = net.listeners; l; l = l->next)
		if (strcmp(l->address, listen->address) == 0)
			return -EADDRINUSE;
	l = calloc(1, sizeof *l);
	if (!l)
		return -ENOMEM;
	l->tp = tp;
	l->handlers = *handlers;
	snprintf(l->address, sizeof l->address, "%s", listen->address);
	l->next = net.listeners;
	net.listeners = l;
	net.n_opened++;
	*ret = l;
	return 0;
}

struct tp_listener *tp_listener_free(struct tp_listener *l)
{
	struct tp_listener **at = &net.listeners;

	if (!l)
		return NULL;
	ck_assert_msg(l->depth == 0, "a listener is freed inside its own callback");
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	free(l);
	return NULL;
}

void tp_listener_free_p(struct tp_listener **l)
{
	*l = tp_listener_free(*l);
}

uint16_t tp_listener_port(const struct tp_listener *l)
{
	(void)l;
	return 5683;
}

uint8_t fake_call(enum msg_method method, const char *path, int content_format, struct span payload,
	struct response *ret)
{
	struct request request = request_to(method, path, content_format, payload);
	struct tp_listener *l = net.listeners;

	if (!l)
		return MSG_NO_RESPONSE;
	l->depth++;
	uint8_t code = ask(&l->handlers, &request, ret);
	l->depth--;
	return code;
}

void fake_intrude(void)
{
	struct tp_listener *l = net.listeners;

	ck_assert_msg(l, "nothing listens");
	l->depth++;
	if (l->handlers.refused)
		l->handlers.refused(l->handlers.data, "198.51.100.7:9", "another PSK identity");
	l->depth--;
}

unsigned fake_listeners(void)
{
	unsigned n = 0;

	for (const struct tp_listener *l = net.listeners; l; l = l->next)
		n++;
	return n;
}

const char *fake_listener(unsigned i)
{
	const struct tp_listener *l = net.listeners;

	while (l && i-- > 0)
		l = l->next;
	ck_assert_ptr_nonnull(l);
	return l->address;
}

unsigned fake_listeners_opened(void)
{
	return net.n_opened;
}

void fake_fail_listener(int error)
{
	net.listener_error = error;
}

/* --- routes ----------------------------------------------------------------------------------- */

void fake_route(const char *uri, int answer)
{
	ck_assert_uint_lt(net.n_routes, ROUTES_MAX);
	net.routes[net.n_routes].uri = uri;
	net.routes[net.n_routes++].answer = answer;
}

int tp_has_route(const struct tp *tp, struct span uri)
{
	(void)tp;
	for (size_t i = net.n_routes; i > 0; i--)
		if (!net.routes[i - 1].uri || span_is_text(uri, net.routes[i - 1].uri))
			return net.routes[i - 1].answer;
	return 1;
}
