#include <stdio.h>

#include "transport/tp_session.h"

/* The way to the peer: its name, its addresses one after the other, the handshake, the loss. */

uint64_t connection_due(const struct tp_session *s)
{
	uint64_t due = s->deadline;

	if (s->lookup && s->lookup_deadline < due)
		due = s->lookup_deadline;
	if (s->token && s->token_deadline < due)
		due = s->token_deadline;
	return due;
}

bool connection_has_next(const struct tp_session *s)
{
	return s->at + 1 < s->names.n_addresses;
}

static bool names_are_fresh(const struct tp_session *s)
{
	return s->names_at && s->names.n_addresses &&
	       clock_now(s->tp->clock) - s->names_at < SESSION_NAME_FRESH;
}

static void on_names(void *data, const struct resolve_result *result)
{
	struct tp_session *s = data;

	s->lookup = NULL;
	s->names = *result;
	s->is_trying = false;
	s->at = 0;
	if (result->reason == REASON_NONE)
		s->names_at = clock_now(s->tp->clock);
	else if (session_is_wanted(s))
		session_fail(s, result->reason, false, "%.*s: %s", (int)s->uri.host.len,
			(const char *)s->uri.host.data, result->detail);
	session_work(s);
}

void connection_look_up(struct tp_session *s)
{
	if (s->lookup || names_are_fresh(s))
		return;

	int r = resolver_start(s->tp->resolver, s->uri.host, s->uri.port, s->tp->settings.family,
		on_names, s, &s->lookup);

	if (r < 0 && session_is_wanted(s))
		session_fail(s, REASON_DNS_NOT_FOUND, false, "%s", strerror(-r));
	s->lookup_deadline = clock_now(s->tp->clock) + SESSION_NAME_TIME;
}

void connection_drop(struct tp_session *s)
{
	coap_session_t *coap = s->coap;

	s->coap = NULL;
	s->state = SESSION_IDLE;
	s->deadline = USEC_NEVER;
	endpoint_drop(s->endpoint, coap);
}

void connection_want_drop(struct tp_session *s, enum session_drop drop)
{
	if (drop == DROP_END || s->drop == DROP_NOT)
		s->drop = drop;
}

void connection_settle(struct tp_session *s)
{
	enum session_drop drop = s->drop;

	if (drop == DROP_NOT)
		return;
	s->drop = DROP_NOT;
	connection_drop(s);

	if (drop == DROP_END) {
		s->is_trying = false;
		s->names_at = 0;
		s->icmp_at = 0;
		return;
	}
	outgoing_restart(s->out);
	if (drop == DROP_SKIP) {
		s->at++;
		s->icmp_at = 0;
	}
	if (drop == DROP_PAUSE) {
		s->state = SESSION_PAUSED;
		s->deadline = clock_now(s->tp->clock) + SESSION_PAUSE;
	}
}

/* The port of the last connection, on the interface that is asked for. */
static int local_address(const struct tp_session *s, int family, struct address *ret)
{
	*ret = address_any(family, 0);
	if (s->tp->interface[0]) {
		int r = address_of_interface(s->tp->interface, family, ret);

		if (r < 0)
			return r;
	}
	if (family == AF_INET)
		ret->v4.sin_port = htons(s->local_port);
	else
		ret->v6.sin6_port = htons(s->local_port);
	return 0;
}

static int connection_open(struct tp_session *s, const struct address *peer)
{
	struct address local;
	int r = address_probe(peer, s->tp->interface);

	if (r == 0)
		r = local_address(s, peer->any.sa_family, &local);
	if (r < 0)
		return r;

	s->coap = endpoint_connect(s->endpoint, peer, &local, s->proto);
	if (!s->coap && s->is_tcp && errno == ECONNREFUSED)
		return -ECONNREFUSED;
	if (!s->coap && s->local_port) {
		/* somebody else has our port now: any other is better than none */
		s->local_port = 0;
		(void)local_address(s, peer->any.sa_family, &local);
		s->coap = endpoint_connect(s->endpoint, peer, &local, s->proto);
	}
	return s->coap ? 0 : -ENETDOWN;
}

uint64_t connection_address_time(const struct tp_session *s)
{
	uint64_t wait = tp_max_transmit_wait(s->tp);

	return wait < SESSION_ADDRESS_TIME ? wait : SESSION_ADDRESS_TIME;
}

/* Another connection may come from the same port; over TCP the former one may still hold it. */
static void note_local_port(struct tp_session *s)
{
	struct address local = endpoint_address(coap_session_get_addr_local(s->coap));

	if (!s->is_tcp)
		s->local_port = address_port(&local);
}

/* Connects to the address in use, or to the first one behind it that has a route. */
static void connection_start(struct tp_session *s)
{
	uint64_t now = clock_now(s->tp->clock);
	int r = -EADDRNOTAVAIL;

	s->is_trying = true;
	for (; s->at < s->names.n_addresses; s->at++) {
		const struct address *peer = &s->names.address[s->at];

		address_format(peer, s->peer_text);
		r = connection_open(s, peer);
		if (r == 0)
			break;
	}
	if (r == -ECONNREFUSED) {
		connection_refused(s);
		return;
	}
	if (r < 0) {
		session_fail(
			s, REASON_NET_UNREACHABLE, false, "%s: %s", s->peer_text, strerror(-r));
		return;
	}

	bool is_ready = s->proto == COAP_PROTO_UDP;

	note_local_port(s);
	s->connections++;
	if (!is_ready)
		incoming_reset(s->in);
	s->is_heard = s->is_connected = false;
	s->begun = now;
	s->state = is_ready ? SESSION_READY : SESSION_HANDSHAKE;
	s->deadline = is_ready ? USEC_NEVER : now + SESSION_HANDSHAKE_TIME;
	if (connection_has_next(s) || s->endpoint->resume.session.len)
		s->deadline = now + connection_address_time(s);
}

static void fail_by_watch(struct tp_session *s)
{
	struct tls_verdict v = tls_judge(&s->endpoint->watch);

	if (v.reason == REASON_DTLS_TIMEOUT && s->icmp_at)
		session_fail(s, REASON_NET_REFUSED, false, "%s: port unreachable", s->peer_text);
	else
		session_fail(s, v.reason, v.is_fatal, "%s: %s", s->peer_text, v.detail);
}

void connection_refused(struct tp_session *s)
{
	session_fail(s, REASON_NET_REFUSED, false, "%s: port unreachable", s->peer_text);
}

bool connection_retry_in_full(struct tp_session *s)
{
	if (s->state == SESSION_READY || !s->endpoint->resume.session.len)
		return false;
	tls_resume_forget(&s->endpoint->resume);
	connection_want_drop(s, DROP_RETRY);
	return true;
}

/* A handshake that led nowhere: the next address if nobody was at this one, or the end. */
void connection_fail_handshake(struct tp_session *s)
{
	if (connection_retry_in_full(s))
		return;
	if (connection_has_next(s) && !s->endpoint->watch.is_heard)
		connection_want_drop(s, DROP_SKIP);
	else if (s->is_tcp && !s->is_connected)
		stream_timed_out(s);
	else
		fail_by_watch(s);
}

static void lookup_timed_out(struct tp_session *s)
{
	s->lookup = lookup_cancel(s->lookup);
	if (session_is_wanted(s))
		session_fail(s, REASON_DNS_TIMEOUT, false, "%.*s: no answer", (int)s->uri.host.len,
			(const char *)s->uri.host.data);
}

static void state_timed_out(struct tp_session *s)
{
	s->deadline = USEC_NEVER;
	switch (s->state) {
	case SESSION_IDLE:
		break;
	case SESSION_PAUSED:
		s->state = SESSION_IDLE;
		break;
	case SESSION_READY:
		if (!s->is_heard && connection_has_next(s))
			connection_want_drop(s, DROP_SKIP);
		break;
	case SESSION_CSM:
		stream_timed_out(s);
		break;
	case SESSION_HANDSHAKE:
		/* somebody is there, only slow: the whole time is granted */
		if (connection_has_next(s) && s->endpoint->watch.is_heard &&
			clock_now(s->tp->clock) < s->begun + SESSION_HANDSHAKE_TIME)
			s->deadline = s->begun + SESSION_HANDSHAKE_TIME;
		else
			connection_fail_handshake(s);
		break;
	}
}

void connection_advance(struct tp_session *s)
{
	uint64_t now = clock_now(s->tp->clock);

	if (s->lookup && now >= s->lookup_deadline)
		lookup_timed_out(s);
	if (s->token && now >= s->token_deadline)
		session_key_timed_out(s);
	if (now >= s->deadline)
		state_timed_out(s);
	connection_settle(s);

	if (!session_is_wanted(s))
		return;
	if (s->state == SESSION_IDLE && !session_has_key(s))
		return;
	if (s->state == SESSION_IDLE && !s->lookup) {
		if (s->is_trying || names_are_fresh(s))
			connection_start(s);
		else
			connection_look_up(s);
	}
	if (s->state != SESSION_READY)
		return;
	if (s->is_tcp)
		outgoing_set_room(s->out, stream_room(s));
	outgoing_flush(s->out);
}

/*
 * One ICMP error proves little (the server may be starting), so the same address gets a second
 * chance; another address is tried at once. is_dead: libcoap has ended the session for it.
 */
static void on_icmp(struct tp_session *s, bool is_dead)
{
	uint64_t now = clock_now(s->tp->clock);
	bool is_second = s->icmp_at && now - s->icmp_at >= SESSION_PAUSE / 2;

	if (!session_is_wanted(s)) {
		if (is_dead)
			connection_refused(s);
		return;
	}
	if (!s->icmp_at)
		s->icmp_at = now;
	if (connection_has_next(s) && !s->is_heard) {
		connection_want_drop(s, DROP_SKIP);
	} else if (is_second) {
		connection_refused(s);
	} else if (is_dead) {
		connection_want_drop(s, DROP_PAUSE);
	}
}

/* Without an alert it was an ICMP error: libcoap 4.3.1 ends a DTLS session at each of them. */
static void on_closed(struct tp_session *s)
{
	const struct tls_watch *w = &s->endpoint->watch;

	if (w->alert_seen != TLS_ALERT_NONE)
		s->last_alert = w->alert_seen;
	if (s->drop != DROP_NOT)
		return;
	if (w->alert_seen == TLS_ALERT_NONE && w->alert_sent == TLS_ALERT_NONE)
		on_icmp(s, true);
	else if (s->state == SESSION_HANDSHAKE)
		connection_fail_handshake(s);
	else
		fail_by_watch(s);
}

static const struct answer *on_request(
	void *owner, coap_session_t *from, const struct packet *request)
{
	static const struct answer silence = {
		.code = MSG_NO_RESPONSE, .observe = -1, .size1 = SIZE_ABSENT, .size2 = SIZE_ABSENT};
	struct tp_session *s = owner;

	if (from != s->coap || s->drop != DROP_NOT || s->wants_close)
		return &silence;
	s->is_heard = true;
	if (s->is_tcp)
		incoming_set_room(s->in, stream_room(s));
	return incoming_serve(s->in, request);
}

static bool on_response(void *owner, coap_session_t *from, const struct packet *response)
{
	struct tp_session *s = owner;

	if (from != s->coap)
		return false;
	s->is_heard = true;
	s->icmp_at = 0;
	return outgoing_receive(s->out, response);
}

static void on_nack(void *owner, coap_session_t *of, const struct packet *sent, uint16_t mid,
	coap_nack_reason_t reason)
{
	struct tp_session *s = owner;

	/* over TCP nothing is given up alone: the connection ends, which an event tells */
	if (of != s->coap || s->is_tcp)
		return;
	if (session_notice_failed(s, sent, mid, reason))
		return;
	switch (reason) {
	case COAP_NACK_TOO_MANY_RETRIES:
		if (connection_has_next(s) && !s->is_heard)
			connection_want_drop(s, DROP_SKIP);
		else if (sent)
			outgoing_fail(s->out, sent->token, -ETIMEDOUT);
		break;
	case COAP_NACK_RST:
		if (sent)
			outgoing_fail(s->out, sent->token, -ECONNRESET);
		break;
	case COAP_NACK_ICMP_ISSUE:
		on_icmp(s, false);
		break;
	case COAP_NACK_TLS_FAILED:
		on_closed(s);
		break;
#if COAP_HAS_NACK_LAYERS
	case COAP_NACK_BAD_RESPONSE:
		if (sent)
			outgoing_fail(s->out, sent->token, -EBADMSG);
		break;
	case COAP_NACK_TLS_LAYER_FAILED:
		on_closed(s);
		break;
	case COAP_NACK_WS_LAYER_FAILED:
	case COAP_NACK_WS_FAILED:
#endif
	case COAP_NACK_NOT_DELIVERABLE:
		break;
	}
}

static void on_event(void *owner, coap_session_t *of, coap_event_t event)
{
	struct tp_session *s = owner;

	if (of != s->coap)
		return;
	if (s->is_tcp) {
		stream_event(s, event);
		return;
	}
	if (event == COAP_EVENT_DTLS_CONNECTED && s->state == SESSION_HANDSHAKE) {
		endpoint_tune(s->endpoint, of);
		s->state = SESSION_READY;
		s->deadline = USEC_NEVER;
		s->is_heard = true;
		s->icmp_at = 0;
	} else if (event == COAP_EVENT_DTLS_CLOSED) {
		on_closed(s);
	}
}

static void on_settle(void *owner)
{
	session_work(owner);
}

const struct endpoint_ops session_endpoint_ops = {.request = on_request,
	.response = on_response,
	.nack = on_nack,
	.event = on_event,
	.settle = on_settle};
