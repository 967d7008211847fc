#include "transport/outbound.h"

#include <errno.h>

/* Options with a sticky result; they must come in the order of their numbers. */
struct options {
	coap_pdu_t *pdu;
	bool is_full;
};

static void add(struct options *o, coap_option_num_t number, struct span value)
{
	if (!o->is_full && coap_add_option(o->pdu, number, value.len, value.data) == 0)
		o->is_full = true;
}

static void add_number(struct options *o, coap_option_num_t number, uint64_t value)
{
	uint8_t bytes[8];
	size_t len = 0;

	for (int shift = 56; shift >= 0; shift -= 8)
		if (len > 0 || value >> shift)
			bytes[len++] = (uint8_t)(value >> shift);
	add(o, number, span_of(bytes, len));
}

static void add_all(
	struct options *o, coap_option_num_t number, const struct span *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(o, number, values[i]);
}

static void add_block(struct options *o, coap_option_num_t number, struct block block)
{
	uint8_t bytes[BLOCK_VALUE_MAX];

	if (block.is_set)
		add(o, number, span_of(bytes, block_encode(block, bytes)));
}

static bool fill(coap_pdu_t *pdu, const struct packet *p)
{
	struct options o = {.pdu = pdu};
	const struct request *c = &p->content;
	bool is_response = p->code >> 5 != 0;

	if (p->etag.len)
		add(&o, COAP_OPTION_ETAG, p->etag);
	if (c->observe >= 0)
		add_number(&o, COAP_OPTION_OBSERVE, (uint64_t)c->observe);
	add_all(&o, is_response ? COAP_OPTION_LOCATION_PATH : COAP_OPTION_URI_PATH, c->segment,
		c->n_segments);
	if (c->content_format != FORMAT_NONE)
		add_number(&o, COAP_OPTION_CONTENT_FORMAT, (uint64_t)c->content_format);
	add_all(&o, COAP_OPTION_URI_QUERY, c->query, c->n_queries);
	if (c->accept != FORMAT_NONE)
		add_number(&o, COAP_OPTION_ACCEPT, (uint64_t)c->accept);
	add_block(&o, COAP_OPTION_BLOCK2, p->block2);
	add_block(&o, COAP_OPTION_BLOCK1, p->block1);
	if (p->size2 != SIZE_ABSENT)
		add_number(&o, COAP_OPTION_SIZE2, (uint64_t)p->size2);
	if (p->size1 != SIZE_ABSENT)
		add_number(&o, COAP_OPTION_SIZE1, (uint64_t)p->size1);
	if (p->request_tag.len)
		add(&o, COAP_OPTION_RTAG, p->request_tag);
	if (o.is_full)
		return false;
	return c->payload.len == 0 || coap_add_data(pdu, c->payload.len, c->payload.data);
}

int outbound_notify(coap_session_t *session, const struct packet *p, uint16_t *ret_mid)
{
	coap_pdu_t *pdu = coap_pdu_init((coap_pdu_type_t)p->type, (coap_pdu_code_t)p->code,
		coap_new_message_id(session), coap_session_max_pdu_size(session));

	if (!pdu)
		return -ENOMEM;
	if (!coap_add_token(pdu, p->token.len, p->token.data) || !fill(pdu, p)) {
		coap_delete_pdu(pdu);
		return -EMSGSIZE;
	}

	coap_mid_t mid = coap_send(session, pdu);

	if (mid == COAP_INVALID_MID)
		return -ENOTCONN;
	*ret_mid = (uint16_t)mid;
	return 0;
}

int outbound_send(coap_session_t *session, const struct packet *p)
{
	uint16_t mid;

	return outbound_notify(session, p, &mid);
}

void outbound_respond(coap_pdu_t *response, const struct packet *p)
{
	coap_pdu_set_code(response, (coap_pdu_code_t)p->code);
	if (p->code == MSG_NO_RESPONSE) {
		/* an empty message that is not an ACK is dropped by libcoap: we stay silent */
		coap_pdu_set_type(response, COAP_MESSAGE_NON);
		return;
	}
	if (!fill(response, p))
		coap_pdu_set_code(response, (coap_pdu_code_t)MSG_INTERNAL);
}
