/*
 * Both halves of exchange/ driven by messages made of bytes: whatever comes in whatever order,
 * each request is completed once, no body exceeds its limit, nothing is kept for ever.
 */
#include "fuzz.h"

#include <assert.h>

#include "base/reader.h"
#include "exchange/incoming.h"
#include "exchange/outgoing.h"

enum { LIMIT = 4096, STEPS_MAX = 400 };

struct world {
	uint64_t now;
	struct incoming *in;
	struct outgoing *out;
	size_t respond;
	uint8_t code;
	struct token token; /* of the last message sent */
	unsigned added, done;
	uint8_t seed;
};

static uint64_t world_now(void *data)
{
	return ((struct world *)data)->now;
}

static void world_random(void *data, uint8_t *ret, size_t len)
{
	memset(ret, ++((struct world *)data)->seed, len);
}

static int world_send(void *data, const struct packet *p)
{
	struct world *w = data;

	assert(p->content.payload.len <= 1024);
	w->token = p->token;
	return 0;
}

static void world_done(void *data, int error, const struct response *response)
{
	struct world *w = data;

	w->done++;
	assert(error ? response == NULL : response->payload.len <= LIMIT);
}

static void world_request(void *data, const struct request *request, struct response *ret)
{
	static const uint8_t zero[3000];
	struct world *w = data;

	assert(request->payload.len <= LIMIT);
	ret->code = w->code;
	(void)response_set_payload(ret, FORMAT_TLV, span_of(zero, w->respond));
}

static struct block read_block(struct reader *r, uint8_t flags)
{
	struct block block = {0};

	if (flags && block_decode(rd_take(r, 1 + (flags & 1)), &block) < 0)
		block = (struct block){0};
	return block;
}

static struct packet read_packet(struct reader *r)
{
	uint8_t flags = rd_u8(r);
	struct packet p = packet_of(PACKET_CON, rd_u8(r));

	p.mid = rd_u8(r);
	p.token.len = 1;
	p.token.data[0] = flags & 1;
	if (flags & 2)
		(void)request_add_segment(&p.content, rd_take(r, 1));
	if (flags & 4)
		p.content.content_format = rd_u8(r);
	p.block1 = read_block(r, flags >> 3 & 3);
	p.block2 = read_block(r, flags >> 5 & 3);
	if (flags & 0x80) {
		p.size1 = (int64_t)rd_be(r, 2);
		p.etag = p.request_tag = rd_take(r, 1);
	}
	/* as long as its block says, or nearly */
	size_t len = p.block1.is_set   ? block_size(p.block1.szx)
		     : p.block2.is_set ? block_size(p.block2.szx)
				       : rd_u8(r);
	uint8_t bend = rd_u8(r);

	if (bend & 1)
		len = bend;
	if (len > rd_left(r) && bend & 2)
		len = rd_left(r);
	static const uint8_t zero[1024];

	p.content.payload = len <= rd_left(r) ? rd_take(r, len) : span_of(zero, len);
	return p;
}

static void step(struct world *w, struct reader *r)
{
	static const uint8_t zero[3000];
	uint8_t what = rd_u8(r);
	struct request request = request_of(MSG_POST);
	struct packet p;

	switch (what % 6) {
	case 0:
		w->code = what & 0x40 ? MSG_CONTENT : what;
		w->respond = rd_u8(r) * 11u;
		p = read_packet(r);
		(void)incoming_serve(w->in, &p);
		break;
	case 1:
		request.method = rd_u8(r);
		request.payload = span_of(zero, rd_u8(r) * 11u);
		if (outgoing_add(w->out, &request, world_done, w) == 0)
			w->added++;
		outgoing_flush(w->out);
		break;
	case 2:
		p = read_packet(r);
		p.token = w->token;
		(void)outgoing_receive(w->out, &p);
		break;
	case 3:
		w->now += rd_u8(r) * USEC_PER_SEC;
		incoming_expire(w->in);
		outgoing_expire(w->out);
		break;
	case 4:
		outgoing_fail(w->out, w->token, -5);
		break;
	case 5:
		outgoing_deliver(w->out);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w = {.now = USEC_PER_SEC};
	struct clock clock = {.now = world_now, .realtime = world_now, .data = &w};
	struct incoming_config in = {
		.clock = &clock, .body_max = LIMIT, .szx = 6, .request = world_request, .data = &w};
	struct outgoing_config out = {.clock = &clock,
		.body_max = LIMIT,
		.szx = 6,
		.timeout = 93 * USEC_PER_SEC,
		.random = world_random,
		.send = world_send,
		.data = &w};
	struct reader r = reader_of(span_of(data, size));

	if (incoming_new(&in, &w.in) < 0 || outgoing_new(&out, &w.out) < 0)
		return 0;
	for (int i = 0; i < STEPS_MAX && rd_left(&r) > 0; i++)
		step(&w, &r);

	outgoing_fail_all(w.out, -5);
	outgoing_deliver(w.out);
	assert(w.added == w.done);
	while (incoming_due(w.in) != USEC_NEVER) {
		w.now = incoming_due(w.in);
		incoming_expire(w.in);
	}
	incoming_free(w.in);
	outgoing_free(w.out);
	return 0;
}
