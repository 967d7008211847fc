#include "exchange/answer.h"

void answer_reset(struct answer *a, uint8_t code)
{
	for (size_t i = 0; i < a->n_location; i++)
		body_done(&a->location[i]);
	body_done(&a->payload);
	*a = (struct answer){.code = code,
		.content_format = FORMAT_NONE,
		.observe = -1,
		.size1 = SIZE_ABSENT,
		.size2 = SIZE_ABSENT};
}

struct packet answer_packet(const struct answer *a)
{
	struct packet p = packet_of(PACKET_ACK, a->code);

	p.content.content_format = a->content_format;
	p.content.observe = a->observe;
	p.content.payload = body_span(&a->payload);
	for (size_t i = 0; i < a->n_location; i++)
		p.content.segment[p.content.n_segments++] = body_span(&a->location[i]);
	p.block1 = a->block1;
	p.block2 = a->block2;
	p.size1 = a->size1;
	p.size2 = a->size2;
	p.etag = span_of(a->etag, a->etag_len);
	return p;
}
