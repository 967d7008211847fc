#include "transport/inbound.h"

static uint64_t option_number(struct span value)
{
	uint64_t v = 0;

	for (size_t i = 0; i < value.len && i < 8; i++)
		v = v << 8 | value.data[i];
	return v;
}

static void reject(struct packet *p, uint8_t code)
{
	if (!p->reject)
		p->reject = code;
}

static int format_of(struct span value)
{
	return value.len <= 2 ? (int)option_number(value) : FORMAT_NONE;
}

static void take_block(struct packet *p, struct span value, struct block *ret)
{
	if (block_decode(value, ret) < 0)
		reject(p, MSG_BAD_REQUEST);
}

static void take_option(struct packet *p, unsigned number, struct span value)
{
	struct request *c = &p->content;

	switch (number) {
	case COAP_OPTION_ETAG:
		p->etag = value;
		break;
	case COAP_OPTION_OBSERVE:
		c->observe = (int64_t)option_number(value);
		break;
	case COAP_OPTION_LOCATION_PATH:
	case COAP_OPTION_URI_PATH:
		if (request_add_segment(c, value) < 0)
			reject(p, MSG_BAD_REQUEST);
		break;
	case COAP_OPTION_URI_QUERY:
		if (request_add_query(c, value) < 0)
			reject(p, MSG_BAD_REQUEST);
		break;
	case COAP_OPTION_CONTENT_FORMAT:
		c->content_format = format_of(value);
		break;
	case COAP_OPTION_ACCEPT:
		c->accept = format_of(value);
		break;
	case COAP_OPTION_BLOCK1:
		take_block(p, value, &p->block1);
		break;
	case COAP_OPTION_BLOCK2:
		take_block(p, value, &p->block2);
		break;
	case COAP_OPTION_SIZE1:
		p->size1 = (int64_t)(option_number(value) & INT64_MAX);
		break;
	case COAP_OPTION_SIZE2:
		p->size2 = (int64_t)(option_number(value) & INT64_MAX);
		break;
	case COAP_OPTION_RTAG:
		p->request_tag = value;
		break;
	case COAP_OPTION_IF_MATCH:
	case COAP_OPTION_IF_NONE_MATCH:
		/* critical, and no precondition is ever checked here (RFC 7252 5.4.1, 5.10.8) */
		reject(p, MSG_BAD_OPTION);
		break;
	default:
		break;
	}
}

struct packet inbound_packet(const coap_pdu_t *pdu)
{
	struct packet p = packet_of(
		(enum packet_type)coap_pdu_get_type(pdu), (uint8_t)coap_pdu_get_code(pdu));
	coap_bin_const_t token = coap_pdu_get_token(pdu);
	coap_opt_iterator_t at;
	coap_opt_t *option;
	const uint8_t *data;
	size_t len;

	p.mid = (uint16_t)coap_pdu_get_mid(pdu);
	p.token = token_of(span_of(token.s, token.length));
	coap_option_iterator_init(pdu, &at, COAP_OPT_ALL);
	while ((option = coap_option_next(&at)))
		take_option(
			&p, at.number, span_of(coap_opt_value(option), coap_opt_length(option)));
	if (coap_get_data(pdu, &len, &data))
		p.content.payload = span_of(data, len);
	return p;
}
