#include "transport/tp_session.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "transport/outbound.h"

bool session_is_wanted(const struct tp_session *s)
{
	return outgoing_is_busy(s->out) || s->opener.done;
}

void session_fail(struct tp_session *s, enum reason reason, bool is_fatal, const char *format, ...)
{
	va_list args;

	s->failure = (struct session_failure){.reason = reason, .is_fatal = is_fatal};
	va_start(args, format);
	vsnprintf(s->failure.detail, sizeof s->failure.detail, format, args);
	va_end(args);

	s->opener.is_failed = s->opener.done;
	if (outgoing_is_busy(s->out))
		outgoing_fail_all(s->out, -ESHUTDOWN);
	else if (!s->opener.done)
		s->is_lost = s->state == SESSION_READY;
	connection_want_drop(s, DROP_END);
}

/* clang-format off */
static const struct {
	int error;
	enum reason reason;
	const char *detail;
} error_reasons[] = {
	{-ECONNRESET, REASON_REG_REFUSED, "the server rejected the message (reset)"},
	{-EMSGSIZE, REASON_REG_SERVER_ERROR, "a message is larger than allowed"},
	{-EBADMSG, REASON_REG_SERVER_ERROR, "the blocks of the response do not fit together"},
	{-EIO, REASON_NET_UNREACHABLE, "the message could not be sent"},
};
/* clang-format on */

static void failure_of_timeout(const struct tp_session *s, struct session_failure *ret)
{
	if (s->icmp_at) {
		ret->reason = REASON_NET_REFUSED;
		snprintf(ret->detail, sizeof ret->detail, "%s: port unreachable", s->peer_text);
		return;
	}
	ret->reason = REASON_REG_TIMEOUT;
	snprintf(ret->detail, sizeof ret->detail, "no answer from %s", s->peer_text);
}

static struct session_failure failure_of(const struct tp_session *s, int error)
{
	struct session_failure f = {.reason = REASON_REG_TIMEOUT};

	if (error == -ESHUTDOWN)
		return s->failure;
	if (error == -ETIMEDOUT) {
		failure_of_timeout(s, &f);
		return f;
	}
	snprintf(f.detail, sizeof f.detail, "%s", strerror(-error));
	for (size_t i = 0; i < sizeof error_reasons / sizeof *error_reasons; i++)
		if (error_reasons[i].error == error) {
			f.reason = error_reasons[i].reason;
			snprintf(f.detail, sizeof f.detail, "%s", error_reasons[i].detail);
		}
	return f;
}

static void waiter_unlink(struct waiter *w)
{
	for (struct waiter **at = &w->session->waiters; *at; at = &(*at)->next)
		if (*at == w) {
			*at = w->next;
			return;
		}
}

static void on_done(void *data, int error, const struct response *response)
{
	struct waiter *w = data;
	struct tp_session *s = w->session;
	struct session_failure f = {0};
	tp_done_fn done = w->done;
	void *user = w->data;
	struct tp_result result = {
		.response = response, .is_new_session = w->connections != s->connections};

	if (error) {
		f = failure_of(s, error);
		/* who does not answer may have moved or restarted: a new connection next time */
		if (error == -ETIMEDOUT) {
			outgoing_fail_sent(s->out, -ETIMEDOUT);
			connection_want_drop(s, DROP_END);
		}
	} else {
		snprintf(f.detail, sizeof f.detail, "%s", s->peer_text);
		s->is_retried = false;
	}
	result.reason = f.reason;
	result.is_fatal = f.is_fatal;
	result.detail = f.detail;
	waiter_unlink(w);
	free(w);
	done(user, &result);
}

static void random_bytes(void *data, uint8_t *ret, size_t len)
{
	(void)data;
	/* up to 256 octets come at once and never fail */
	ssize_t got = getrandom(ret, len, 0);

	assert(got == (ssize_t)len);
}

/*
 * libcoap refuses to send when it has lost its session without telling: once, the request goes out
 * again on a new connection.
 */
static int on_send(void *data, const struct packet *p)
{
	struct tp_session *s = data;

	if (!s->coap || s->drop != DROP_NOT)
		return -EAGAIN;

	int r = endpoint_send(s->endpoint, s->coap, p);

	if (r != -ENOTCONN)
		return r;
	if (s->is_retried) {
		connection_want_drop(s, DROP_END);
		return -EIO;
	}
	connection_want_drop(s, DROP_RETRY);
	s->is_retried = true;
	return -EAGAIN;
}

static void on_incoming(void *data, const struct request *request, struct response *ret)
{
	struct tp_session *s = data;

	if (s->handlers.request)
		s->handlers.request(s->handlers.data, s->peer_text, request, ret);
	s->has_answered = true;
}

static void session_arm(struct tp_session *s)
{
	uint64_t due = connection_due(s), other = outgoing_due(s->out);

	if (other < due)
		due = other;
	other = incoming_due(s->in);
	if (other < due)
		due = other;
	if (s->is_due || s->opener.is_failed || s->drop != DROP_NOT || s->wants_close ||
		outgoing_has_results(s->out) || notices_has_results(&s->notices))
		due = clock_now(s->tp->clock);
	tp_arm(s->tp, s->timer, due);
}

static void session_forget(struct tp_session *s)
{
	outgoing_forget(s->out);
	s->opener.done = NULL;
	s->opener.is_failed = false;
	notices_forget(&s->notices);
	while (s->waiters) {
		struct waiter *next = s->waiters->next;

		free(s->waiters);
		s->waiters = next;
	}
	s->lookup = lookup_cancel(s->lookup);
}

static void session_close(struct tp_session *s)
{
	s->wants_close = false;
	session_forget(s);
	connection_want_drop(s, DROP_END);
	connection_settle(s);
}

static void session_tell_opener(struct tp_session *s)
{
	tp_done_fn done = s->opener.done;
	struct tp_result result = {.detail = s->peer_text};

	if (!done)
		return;
	if (s->opener.is_failed) {
		result.reason = s->failure.reason;
		result.is_fatal = s->failure.is_fatal;
		result.detail = s->failure.detail;
	} else if (tp_session_is_connected(s)) {
		result.is_new_session =
			s->opener.connections != s->connections && !s->endpoint->resume.is_resumed;
	} else {
		return;
	}
	s->opener.done = NULL;
	s->opener.is_failed = false;
	done(s->opener.data, &result);
}

void session_work(struct tp_session *s)
{
	bool is_freed = false;

	if (s->is_freed || s->endpoint->depth > 0)
		return;
	s->is_freed = &is_freed;
	s->is_due = false;

	if (s->wants_close)
		session_close(s);
	connection_settle(s);
	connection_advance(s);
	outgoing_expire(s->out);
	incoming_expire(s->in);
	outgoing_deliver(s->out);
	if (is_freed)
		return;
	session_tell_opener(s);
	if (is_freed)
		return;
	if (s->notices.is_waiting || notices_has_results(&s->notices))
		session_tell_notices(s, &is_freed);
	if (is_freed)
		return;
	if (s->has_answered) {
		s->has_answered = false;
		if (s->handlers.answered)
			s->handlers.answered(s->handlers.data);
		if (is_freed)
			return;
	}
	if (s->is_lost) {
		struct session_failure f = s->failure;

		s->is_lost = false;
		if (s->handlers.lost)
			s->handlers.lost(s->handlers.data, f.reason, f.detail);
		if (is_freed)
			return;
	}
	s->is_freed = NULL;
	session_arm(s);
}

static void session_due(void *data)
{
	session_work(data);
}

static const coap_proto_t protos[2][2] = {
	{COAP_PROTO_UDP, COAP_PROTO_DTLS}, {COAP_PROTO_TCP, COAP_PROTO_TLS}};

/* The scheme must fit the mode: security is never guessed. */
static int session_set_peer(struct tp_session *s, const struct tp_peer *peer)
{
	int r = uri_parse(span_of(s->uri_text, peer->uri.len), &s->uri, NULL);

	if (r < 0)
		return r == -EPROTONOSUPPORT ? -ENOTSUP : -EINVAL;
	if (!tp_supports_mode(peer->mode))
		return -ENOTSUP;
	s->is_secure = uri_is_secure(&s->uri);
	s->is_tcp = uri_is_tcp(&s->uri);
	s->proto = protos[s->is_tcp][s->is_secure];
	/* each connection over TCP has a port of its own */
	if (s->is_tcp)
		s->local_port = 0;
	if (s->is_secure != (peer->mode != MODE_NOSEC))
		return -EINVAL;
	return tp_set_credentials(s->tp, peer, &s->uri, &s->endpoint->credentials);
}

static int session_make_exchanges(struct tp_session *s)
{
	const struct tp_settings *settings = &s->tp->settings;
	struct outgoing_config out = {.clock = s->tp->clock,
		.body_max = settings->body_max,
		.szx = BLOCK_SZX_MAX,
		.timeout = tp_max_transmit_wait(s->tp),
		.random = random_bytes,
		.send = on_send,
		.data = s};
	struct incoming_config in = {.clock = s->tp->clock,
		.body_max = settings->body_max,
		.szx = BLOCK_SZX_MAX,
		.is_reliable = s->is_tcp,
		.request = on_incoming,
		.data = s};
	int r = outgoing_new(&out, &s->out);

	return r < 0 ? r : incoming_new(&in, &s->in);
}

static char *text_of(struct span span)
{
	char *text = malloc(span.len + 1);

	if (!text)
		return NULL;
	if (span.len)
		memcpy(text, span.data, span.len);
	text[span.len] = 0;
	return text;
}

int tp_session_new(struct tp *tp, const struct tp_peer *peer, const struct tp_handlers *handlers,
	struct tp_session **ret)
{
	_cleanup_(tp_session_free_p) struct tp_session *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->tp = tp;
	tp->refusal[0] = 0;
	s->handlers = *handlers;
	s->deadline = s->lookup_deadline = s->token_deadline = USEC_NEVER;
	s->last_alert = TLS_ALERT_NONE;
	s->local_port = peer->local_port;
	s->uri_text = text_of(peer->uri);
	if (!s->uri_text)
		return -ENOMEM;

	int r = endpoint_new(tp, &session_endpoint_ops, s, &s->endpoint);
	if (r == 0)
		r = session_set_peer(s, peer);
	if (r == 0)
		r = session_make_exchanges(s);
	if (r == 0)
		r = tp->loop->timer(tp->loop->impl, session_due, s, &s->timer);
	if (r < 0)
		return r;

	*ret = TAKE_PTR(s);
	return 0;
}

struct tp_session *tp_session_free(struct tp_session *s)
{
	if (!s)
		return NULL;
	if (s->is_freed)
		*s->is_freed = true;
	lookup_cancel(s->lookup);
	token_fetch_cancel(s->token);
	if (s->endpoint)
		connection_drop(s);
	if (s->out)
		session_forget(s);
	s->tp->loop->free_source(s->timer);
	outgoing_free(s->out);
	incoming_free(s->in);
	endpoint_free(s->endpoint);
	free(s->uri_text);
	free(s);
	return NULL;
}

void tp_session_free_p(struct tp_session **s)
{
	*s = tp_session_free(*s);
}

int tp_session_request(
	struct tp_session *s, const struct request *request, tp_done_fn done, void *data)
{
	struct waiter *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	*w = (struct waiter){.next = s->waiters,
		.session = s,
		.done = done,
		.data = data,
		.connections = s->connections};

	int r = outgoing_add(s->out, request, on_done, w);
	if (r < 0) {
		free(w);
		return r;
	}
	s->waiters = w;
	s->is_due = true;
	session_arm(s);
	return 0;
}

void tp_session_open(struct tp_session *s, tp_done_fn done, void *data)
{
	s->opener.done = done;
	s->opener.data = data;
	s->opener.connections = s->connections;
	s->opener.is_failed = false;
	s->is_due = true;
	session_arm(s);
}

bool tp_session_can_resume(const struct tp_session *s)
{
	return s->endpoint->resume.session.len > 0;
}

struct span tp_session_resumption(const struct tp_session *s)
{
	return secret_span(&s->endpoint->resume.session);
}

int tp_session_set_resumption(struct tp_session *s, struct span kept)
{
	return s->is_secure ? tls_resume_load(&s->endpoint->resume, kept) : -EINVAL;
}

void tp_session_prepare(struct tp_session *s)
{
	if (s->state != SESSION_IDLE)
		return;
	connection_look_up(s);
	session_arm(s);
}

void tp_session_close(struct tp_session *s)
{
	/* not while libcoap or one of the session's own completions is on the stack */
	s->wants_close = true;
	if (s->endpoint->depth == 0)
		session_close(s);
	session_arm(s);
}

bool tp_session_is_connected(const struct tp_session *s)
{
	return s->state == SESSION_READY && s->drop == DROP_NOT && !s->wants_close;
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
	return s->local_port;
}

const char *tp_session_peer_text(const struct tp_session *s)
{
	return s->peer_text;
}

int tp_session_last_alert(const struct tp_session *s)
{
	return s->last_alert;
}
