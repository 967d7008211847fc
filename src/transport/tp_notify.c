/*
 * Notifications of a session. libcoap tells of resets and of what was given up, but not of
 * acknowledgements: the context of a session has no other, so when it has nothing on its way the
 * one confirmable notification was acknowledged.
 */
#include "base/cleanup.h"
#include "transport/outbound.h"
#include "transport/tp_session.h"

static bool is_response(uint8_t code)
{
	return code >> 5 != 0;
}

bool session_notice_failed(
	struct tp_session *s, const struct packet *sent, uint16_t mid, coap_nack_reason_t reason)
{
	if (sent && !is_response(sent->code))
		return false;
	if (reason == COAP_NACK_RST)
		return notices_reject(&s->notices, mid);
	if (reason != COAP_NACK_TOO_MANY_RETRIES || !sent)
		return false;
	notices_lose(&s->notices);
	return true;
}

void session_tell_notices(struct tp_session *s, const bool *is_freed)
{
	static const enum tp_notice notices[] = {
		[NOTICE_ACKNOWLEDGED] = TP_NOTICE_ACKNOWLEDGED,
		[NOTICE_REJECTED] = TP_NOTICE_REJECTED,
		[NOTICE_LOST] = TP_NOTICE_LOST,
	};
	struct notice_result result;

	if (s->notices.is_waiting && !s->coap)
		notices_lose(&s->notices);
	else if (s->notices.is_waiting && coap_can_exit(s->endpoint->context))
		notices_settle(&s->notices);
	while (!*is_freed && notices_take(&s->notices, &result))
		if (s->handlers.notified)
			s->handlers.notified(s->handlers.data,
				span_of(result.token.data, result.token.len),
				notices[result.outcome]);
}

/* The request again, as far as it says which body this is. */
static struct packet request_packet(const struct request *request)
{
	struct packet p = packet_of(PACKET_CON, request->method);

	p.content = *request;
	return p;
}

int tp_session_notify(struct tp_session *s, const struct tp_notification *n)
{
	struct answer a = {0};
	struct packet request = request_packet(n->request);
	uint16_t mid;

	if (!tp_session_is_connected(s))
		return -ENOTCONN;
	if (n->is_confirmable && s->notices.is_waiting)
		return -EBUSY;

	answer_reset(&a, 0);
	if (s->is_tcp)
		incoming_set_room(s->in, stream_room(s));

	int r = incoming_notify(s->in, &request, n->response, &a);

	if (r == 0) {
		struct packet p = answer_packet(&a);

		p.type = n->is_confirmable ? PACKET_CON : PACKET_NON;
		p.token = token_of(n->token);
		if (n->response->has_observe)
			/* over TCP they come in order: the number says nothing (RFC 8323 7.1) */
			p.content.observe = s->is_tcp ? 0 : (int64_t)n->observe;
		s->endpoint->depth++;
		r = outbound_notify(s->coap, &p, &mid);
		s->endpoint->depth--;
	}
	answer_reset(&a, 0);
	if (r < 0)
		return r;
	notices_add(&s->notices, n->is_confirmable, token_of(n->token), mid);
	if (s->is_tcp) {
		/* nothing acknowledges it, TCP delivers it or the session ends */
		notices_settle(&s->notices);
		tp_arm(s->tp, s->timer, clock_now(s->tp->clock));
	}
	return 0;
}
