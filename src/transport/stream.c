#include "transport/tp_session.h"

/*
 * Sessions over TCP and TLS: nothing is sent before the peer's CSM, and what ends the connection
 * ends the session. (RFC 8323 sections 3, 5.3 and 8)
 */

/* Options and header of a message beside its payload. */
enum { OVERHEAD = 512 };

size_t stream_room(const struct tp_session *s)
{
	size_t max = s->coap ? coap_session_max_pdu_size(s->coap) : 0;

	return max > OVERHEAD ? max - OVERHEAD : 0;
}

/* Somebody took the connection: from here on it is this address or none. */
static void stream_await_csm(struct tp_session *s)
{
	s->is_heard = true;
	s->state = SESSION_CSM;
	s->deadline = clock_now(s->tp->clock) + connection_address_time(s);
}

static void stream_open(struct tp_session *s)
{
	s->state = SESSION_READY;
	s->deadline = USEC_NEVER;
	s->is_heard = true;
}

void stream_timed_out(struct tp_session *s)
{
	if (connection_retry_in_full(s))
		return;
	if (s->is_connected)
		session_fail(s, REASON_TCP_NO_CSM, false, "%s: no CSM came", s->peer_text);
	else
		session_fail(s, REASON_TCP_TIMEOUT, false, "%s: no answer to the connection",
			s->peer_text);
}

static const char *stage_of(const struct tp_session *s)
{
	return s->state == SESSION_CSM	       ? " before its CSM"
	       : s->state == SESSION_HANDSHAKE ? " in the handshake"
					       : "";
}

/* An alert says more than the end of the connection. */
static void stream_closed(struct tp_session *s)
{
	const struct tls_watch *w = &s->endpoint->watch;

	if (w->alert_seen != TLS_ALERT_NONE)
		s->last_alert = w->alert_seen;
	if (s->drop != DROP_NOT)
		return;
	if (connection_retry_in_full(s))
		return;
	if (!s->is_connected) {
		if (connection_has_next(s))
			connection_want_drop(s, DROP_SKIP);
		else
			session_fail(
				s, REASON_NET_REFUSED, false, "%s: no connection", s->peer_text);
		return;
	}
	if (s->is_secure && (w->alert_seen != TLS_ALERT_NONE || w->alert_sent != TLS_ALERT_NONE)) {
		connection_fail_handshake(s);
		return;
	}
	session_fail(s, REASON_TCP_CLOSED, false, "%s closed the connection%s", s->peer_text,
		stage_of(s));
}

/* libcoap tells the end of a connection by several events; the first one counts. */
void stream_event(struct tp_session *s, coap_event_t event)
{
	unsigned number = event;

	switch (number) {
	case COAP_EVENT_TCP_CONNECTED:
		s->is_connected = true;
		endpoint_tune_stream(s->endpoint, s->coap);
		if (!s->is_secure)
			stream_await_csm(s);
		break;
	case COAP_EVENT_DTLS_CONNECTED:
		if (s->state == SESSION_HANDSHAKE)
			stream_await_csm(s);
		break;
	case COAP_EVENT_SESSION_CONNECTED:
		stream_open(s);
		break;
	case COAP_EVENT_TCP_CLOSED:
	case COAP_EVENT_TCP_FAILED:
	case COAP_EVENT_SESSION_CLOSED:
	case COAP_EVENT_SESSION_FAILED:
	case COAP_EVENT_DTLS_CLOSED:
		stream_closed(s);
		break;
	default:
		break;
	}
}
