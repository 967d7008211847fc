#include "exchange/incoming.h"

#include <errno.h>

#include "base/cleanup.h"
#include "exchange/dedup.h"
#include "exchange/reassembly.h"
#include "exchange/slices.h"

struct incoming {
	struct incoming_config config;
	struct dedup dedup;
	struct reassembly reassembly;
	struct slices slices;
	struct answer last; /* over a reliable transport */
};

int incoming_new(const struct incoming_config *config, struct incoming **ret)
{
	struct incoming *in = calloc(1, sizeof(*in));

	if (!in)
		return -ENOMEM;
	in->config = *config;
	*ret = in;
	return 0;
}

void incoming_reset(struct incoming *in)
{
	dedup_done(&in->dedup);
	reassembly_done(&in->reassembly);
	slices_done(&in->slices);
	answer_reset(&in->last, MSG_NO_RESPONSE);
}

void incoming_set_room(struct incoming *in, size_t room)
{
	in->slices.room = room;
}

struct incoming *incoming_free(struct incoming *in)
{
	if (!in)
		return NULL;
	incoming_reset(in);
	free(in);
	return NULL;
}

void incoming_free_p(struct incoming **in)
{
	*in = incoming_free(*in);
}

static int answer_take_response(struct answer *a, struct response *response, struct body *ret_body)
{
	struct buf *payload = &response->payload;
	int r = 0;

	/* its memory changes hands: nothing to copy, nothing left to wipe */
	*ret_body = (struct body){.data = payload->data, .len = payload->len, .cap = payload->cap};
	*payload = (struct buf){0};

	a->code = response->code;
	if (ret_body->len || response->has_content_format)
		a->content_format = response->content_format;
	if (response->has_observe)
		a->observe = (int64_t)response->observe;
	for (size_t i = 0; i < response->n_location && r == 0; i++)
		r = body_append(
			&a->location[a->n_location++], buf_span(&response->location[i]), SIZE_MAX);
	return r;
}

/* Has the request executed and puts its response, or the first block of it, into *a. */
static void incoming_execute(
	struct incoming *in, const struct packet *p, struct span payload, struct answer *a)
{
	_cleanup_(response_done) struct response response = {
		.content_format = FORMAT_NONE, .payload.max = in->config.body_max};
	_cleanup_(body_done) struct body body = {0};
	struct request request = p->content;

	request.payload = payload;
	request.token = span_of(p->token.data, p->token.len);
	in->config.request(in->config.data, &request, &response);
	if (response.code == MSG_NO_RESPONSE) {
		answer_reset(a, MSG_NO_RESPONSE);
		return;
	}

	int r = answer_take_response(a, &response, &body);

	if (r == 0)
		r = slices_answer(
			&in->slices, p, in->config.szx, clock_now(in->config.clock), &body, a);
	if (r < 0)
		answer_reset(a, r == -ERANGE ? MSG_BAD_REQUEST : MSG_INTERNAL);
}

/* A block of a body. True: it is whole and in *ret_body; else the answer says how to go on. */
static bool incoming_collect(
	struct incoming *in, const struct packet *p, struct body *ret_body, struct answer *a)
{
	uint8_t code = reassembly_add(
		&in->reassembly, p, in->config.body_max, clock_now(in->config.clock), ret_body);

	if (code == 0)
		return true;
	answer_reset(a, code);
	if (code == MSG_CONTINUE)
		a->block1 = p->block1;
	if (code == MSG_TOO_LARGE)
		a->size1 = (int64_t)in->config.body_max;
	return false;
}

/*
 * A later block of a response. True: answered. What is not kept any more is made anew where the
 * method changes nothing; the ETag tells the peer whether it is still the same. (RFC 7959 2.4)
 */
static bool incoming_continue(struct incoming *in, const struct packet *p, struct answer *a)
{
	int r = slices_next(&in->slices, p, in->config.szx, clock_now(in->config.clock), a);

	if (r == 0)
		return true;
	if (r == -ENOENT &&
		(p->code == MSG_GET || (p->code == MSG_FETCH && p->content.payload.len)))
		return false;
	answer_reset(a, r == -ENOENT   ? MSG_INCOMPLETE
			: r == -ERANGE ? MSG_BAD_REQUEST
				       : MSG_INTERNAL);
	return true;
}

static void incoming_answer(struct incoming *in, const struct packet *p, struct answer *a)
{
	_cleanup_(body_done) struct body body = {0};
	struct span payload = p->content.payload;

	if (p->reject) {
		answer_reset(a, p->reject);
		return;
	}
	if (p->block1.is_set) {
		if (!incoming_collect(in, p, &body, a))
			return;
		payload = body_span(&body);
	} else if (payload.len > in->config.body_max) {
		answer_reset(a, MSG_TOO_LARGE);
		a->size1 = (int64_t)in->config.body_max;
		return;
	}
	if (p->block2.is_set && p->block2.num > 0 && incoming_continue(in, p, a))
		return;

	incoming_execute(in, p, payload, a);
	if (p->block1.is_set && a->code != MSG_NO_RESPONSE)
		a->block1 = p->block1;
}

const struct answer *incoming_serve(struct incoming *in, const struct packet *request)
{
	static const struct answer no_memory = {.code = MSG_INTERNAL,
		.content_format = FORMAT_NONE,
		.observe = -1,
		.size1 = SIZE_ABSENT,
		.size2 = SIZE_ABSENT};
	uint64_t now = clock_now(in->config.clock);

	if (in->config.is_reliable) {
		answer_reset(&in->last, MSG_NO_RESPONSE);
		incoming_answer(in, request, &in->last);
		return &in->last;
	}

	const struct answer *given = dedup_find(&in->dedup, request, now);

	if (given)
		return given;

	/* before it is executed: what cannot be remembered might be executed twice */
	struct answer *a = dedup_reserve(&in->dedup, request, now);

	if (!a)
		return &no_memory;
	incoming_answer(in, request, a);
	return a;
}

int incoming_notify(struct incoming *in, const struct packet *request, struct response *response,
	struct answer *ret)
{
	_cleanup_(body_done) struct body body = {0};
	int r = answer_take_response(ret, response, &body);

	if (r < 0)
		return r;
	return slices_answer(
		&in->slices, request, in->config.szx, clock_now(in->config.clock), &body, ret);
}

uint64_t incoming_due(const struct incoming *in)
{
	uint64_t due = reassembly_due(&in->reassembly), other = slices_due(&in->slices);

	return other < due ? other : due;
}

void incoming_expire(struct incoming *in)
{
	uint64_t now;

	/* the usual case; answers that are too old make room for the next request */
	if (incoming_due(in) == USEC_NEVER)
		return;
	now = clock_now(in->config.clock);
	dedup_expire(&in->dedup, now);
	reassembly_expire(&in->reassembly, now);
	slices_expire(&in->slices, now);
	answer_reset(&in->last, MSG_NO_RESPONSE); /* it was sent long ago */
}
