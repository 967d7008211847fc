#include "exchange/outgoing.h"

#include <errno.h>

#include "base/cleanup.h"
#include "exchange/body.h"

enum exchange_state { EXCHANGE_QUEUED, EXCHANGE_SENT, EXCHANGE_FINISHED };

/* One request of the caller, as many messages as its blocks need. */
struct exchange {
	struct exchange *next;
	enum exchange_state state;
	outgoing_done_fn done;
	void *data;

	struct request request; /* looks into bytes */
	uint8_t *bytes;
	size_t n_bytes;

	struct token token; /* of the message that is under way */
	uint64_t deadline;
	uint8_t szx;   /* of the request's blocks */
	size_t sent;   /* offset of the block that is under way */
	bool is_block; /* the request's body is sent in blocks */

	bool is_collecting; /* later blocks of the response are fetched */
	uint8_t collect_szx;
	uint8_t etag[ETAG_MAX];
	size_t etag_len;
	struct response response;
	int error;
};

struct outgoing {
	struct outgoing_config config;
	size_t room;		/* of one message */
	struct exchange *first; /* in the order of outgoing_add() */
	bool is_delivering;
	bool is_freed; /* by a completion: outgoing_deliver() ends it */
};

static struct exchange *exchange_free(struct exchange *e)
{
	if (!e)
		return NULL;
	if (e->bytes)
		explicit_bzero(e->bytes, e->n_bytes);
	free(e->bytes);
	response_done(&e->response);
	free(e);
	return NULL;
}

int outgoing_new(const struct outgoing_config *config, struct outgoing **ret)
{
	struct outgoing *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->config = *config;
	o->room = block_size(config->szx);
	*ret = o;
	return 0;
}

void outgoing_forget(struct outgoing *o)
{
	while (o->first) {
		struct exchange *next = o->first->next;

		exchange_free(o->first);
		o->first = next;
	}
}

struct outgoing *outgoing_free(struct outgoing *o)
{
	if (!o)
		return NULL;
	outgoing_forget(o);
	o->is_freed = true;
	if (!o->is_delivering)
		free(o);
	return NULL;
}

void outgoing_free_p(struct outgoing **o)
{
	*o = outgoing_free(*o);
}

static struct span copy_span(struct exchange *e, struct span from)
{
	uint8_t *to = e->bytes + e->n_bytes;

	if (from.len)
		memcpy(to, from.data, from.len);
	e->n_bytes += from.len;
	return span_of(to, from.len);
}

static int exchange_copy_request(struct exchange *e, const struct request *request)
{
	size_t need = request->payload.len;

	for (size_t i = 0; i < request->n_segments; i++)
		need += request->segment[i].len;
	for (size_t i = 0; i < request->n_queries; i++)
		need += request->query[i].len;
	e->bytes = malloc(need ? need : 1);
	if (!e->bytes)
		return -ENOMEM;

	e->request = *request;
	for (size_t i = 0; i < request->n_segments; i++)
		e->request.segment[i] = copy_span(e, request->segment[i]);
	for (size_t i = 0; i < request->n_queries; i++)
		e->request.query[i] = copy_span(e, request->query[i]);
	e->request.payload = copy_span(e, request->payload);
	return 0;
}

int outgoing_add(
	struct outgoing *o, const struct request *request, outgoing_done_fn done, void *data)
{
	struct exchange *e = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	if (exchange_copy_request(e, request) < 0) {
		exchange_free(e);
		return -ENOMEM;
	}
	e->done = done;
	e->data = data;
	e->szx = o->config.szx;
	e->response.payload.max = o->config.body_max;

	struct exchange **end = &o->first;

	while (*end)
		end = &(*end)->next;
	*end = e;
	return 0;
}

static void exchange_finish(struct exchange *e, int error)
{
	e->state = EXCHANGE_FINISHED;
	e->error = error;
}

/* The next message of the exchange: a block of the request, or a question for the next block. */
static struct packet exchange_message(const struct exchange *e)
{
	struct packet p = packet_of(PACKET_CON, e->request.method);
	struct span body = e->request.payload;

	p.content = e->request;
	p.token = e->token;
	if (e->is_collecting) {
		size_t got = e->response.payload.len;

		p.block2 = (struct block){.is_set = true,
			.szx = e->collect_szx,
			.num = (uint32_t)(got >> (e->collect_szx + 4))};
		p.content.observe = -1;
		/* the body of a FETCH is part of what is asked for (RFC 8132 section 2) */
		if (e->request.method != MSG_FETCH || e->is_block)
			p.content.payload = span_of(NULL, 0);
	} else if (e->is_block) {
		p.block1 = block_at(body.len, e->sent, e->szx);
		p.content.payload = span_slice(body, e->sent, block_size(e->szx));
		if (e->sent == 0)
			p.size1 = (int64_t)body.len;
	}
	return p;
}

static bool exchange_can_shrink(const struct exchange *e)
{
	size_t left = e->request.payload.len - e->sent;

	return !e->is_collecting && e->szx > 0 && left > 16 &&
	       (e->sent + left) >> (e->szx + 3) <= BLOCK_NUM_MAX;
}

/* Back to the start, as if nothing had been sent. */
static void exchange_rewind(const struct outgoing *o, struct exchange *e)
{
	response_done(&e->response);
	e->response = (struct response){.payload.max = o->config.body_max};
	e->state = EXCHANGE_QUEUED;
	e->sent = 0;
	e->is_collecting = false;
}

/* Each message has a token of its own, so a late answer to an earlier block fits none. */
static void exchange_send(struct outgoing *o, struct exchange *e)
{
	e->token.len = TOKEN_MAX;
	o->config.random(o->config.data, e->token.data, TOKEN_MAX);

	struct packet p = exchange_message(e);
	uint64_t now = clock_now(o->config.clock);

	e->state = EXCHANGE_SENT;
	if (__builtin_add_overflow(now, o->config.timeout, &e->deadline))
		e->deadline = USEC_NEVER;

	int r = o->config.send(o->config.data, &p);

	/* options and block together are too big for one message: smaller blocks */
	while (r == -EMSGSIZE && exchange_can_shrink(e)) {
		e->is_block = true;
		e->szx--;
		p = exchange_message(e);
		r = o->config.send(o->config.data, &p);
	}
	if (r == -EAGAIN)
		exchange_rewind(o, e);
	else if (r < 0)
		exchange_finish(e, r);
}

void outgoing_flush(struct outgoing *o)
{
	for (struct exchange *e = o->first; e; e = e->next) {
		if (e->state != EXCHANGE_QUEUED)
			continue;
		e->is_block = e->request.payload.len > o->room;
		exchange_send(o, e);
	}
}

static int response_take(struct response *r, const struct packet *p)
{
	int err = 0;

	r->code = p->code;
	r->content_format = p->content.content_format;
	r->has_content_format = p->content.content_format != FORMAT_NONE;
	for (size_t i = 0; i < p->content.n_segments && err == 0; i++)
		err = response_add_location(r, p->content.segment[i]);
	return err;
}

/* The block fits what was collected so far: the place, the size and the state of the body. */
static bool block_fits(const struct exchange *e, const struct packet *p)
{
	size_t got = e->response.payload.len;

	if (!p->block2.is_set)
		return !e->is_collecting;
	if (block_offset(p->block2) != got)
		return false;
	if (p->block2.more ? p->content.payload.len != block_size(p->block2.szx)
			   : p->content.payload.len > block_size(p->block2.szx))
		return false;
	return !e->is_collecting || span_is_equal(p->etag, span_of(e->etag, e->etag_len));
}

/* The final response, or the next block of it. */
static void exchange_collect(struct outgoing *o, struct exchange *e, const struct packet *p)
{
	/* an error in the middle of a body is the response */
	if (e->is_collecting && !msg_code_is_success(p->code))
		exchange_rewind(o, e);
	if (!block_fits(e, p)) {
		exchange_finish(e, -EBADMSG);
		return;
	}

	int r = e->is_collecting ? 0 : response_take(&e->response, p);

	if (r == 0)
		r = buf_append(&e->response.payload, p->content.payload);
	if (r < 0 || !p->block2.is_set || !p->block2.more) {
		exchange_finish(e, r == -ENOSPC ? -EMSGSIZE : r);
		return;
	}

	e->is_collecting = true;
	e->collect_szx = p->block2.szx < o->config.szx ? p->block2.szx : o->config.szx;
	e->etag_len = p->etag.len < ETAG_MAX ? p->etag.len : ETAG_MAX;
	if (e->etag_len)
		memcpy(e->etag, p->etag.data, e->etag_len);
	exchange_send(o, e);
}

/*
 * The peer asks for the next block: by 2.31, or by a success for this block alone, from one that
 * acts on each. (RFC 7959 sections 2.3 and 3.2, figure 8)
 */
static bool wants_more(const struct exchange *e, const struct packet *p)
{
	if (p->code == MSG_CONTINUE)
		return true;
	return e->is_block && !e->is_collecting && p->block1.is_set &&
	       msg_code_is_success(p->code) &&
	       block_at(e->request.payload.len, e->sent, e->szx).more;
}

/* The peer may want smaller blocks from here on. (RFC 7959 section 2.3) */
static void exchange_continue(struct outgoing *o, struct exchange *e, const struct packet *p)
{
	struct block asked = block_at(e->request.payload.len, e->sent, e->szx);

	if (!e->is_block || e->is_collecting || !asked.more || !p->block1.is_set ||
		p->block1.num != asked.num) {
		exchange_finish(e, -EBADMSG);
		return;
	}
	e->sent += block_size(e->szx);
	if (p->block1.szx < e->szx)
		e->szx = p->block1.szx;
	exchange_send(o, e);
}

/* 4.13 that names a smaller size: once more from the start with that one. (RFC 7959 2.9.3) */
static bool exchange_shrink(struct outgoing *o, struct exchange *e, const struct packet *p)
{
	if (p->code != MSG_TOO_LARGE || !p->block1.is_set || e->is_collecting ||
		(e->is_block && p->block1.szx >= e->szx) ||
		e->request.payload.len <= block_size(p->block1.szx))
		return false;
	if (p->block1.szx < e->szx)
		e->szx = p->block1.szx;
	e->sent = 0;
	e->is_block = true;
	exchange_send(o, e);
	return true;
}

static struct exchange *outgoing_find(struct outgoing *o, struct token token)
{
	for (struct exchange *e = o->first; e; e = e->next)
		if (e->state == EXCHANGE_SENT && token_is_equal(e->token, token))
			return e;
	return NULL;
}

bool outgoing_receive(struct outgoing *o, const struct packet *response)
{
	struct exchange *e = outgoing_find(o, response->token);

	if (!e)
		return false;
	if (response->reject)
		exchange_finish(e, -EBADMSG);
	else if (wants_more(e, response))
		exchange_continue(o, e, response);
	else if (!exchange_shrink(o, e, response))
		exchange_collect(o, e, response);
	return true;
}

void outgoing_fail(struct outgoing *o, struct token token, int error)
{
	struct exchange *e = outgoing_find(o, token);

	if (e)
		exchange_finish(e, error);
}

void outgoing_fail_all(struct outgoing *o, int error)
{
	for (struct exchange *e = o->first; e; e = e->next)
		if (e->state != EXCHANGE_FINISHED)
			exchange_finish(e, error);
}

void outgoing_fail_sent(struct outgoing *o, int error)
{
	for (struct exchange *e = o->first; e; e = e->next)
		if (e->state == EXCHANGE_SENT)
			exchange_finish(e, error);
}

void outgoing_restart(struct outgoing *o)
{
	for (struct exchange *e = o->first; e; e = e->next)
		if (e->state == EXCHANGE_SENT)
			exchange_rewind(o, e);
}

uint64_t outgoing_due(const struct outgoing *o)
{
	uint64_t due = USEC_NEVER;

	for (const struct exchange *e = o->first; e; e = e->next)
		if (e->state == EXCHANGE_SENT && e->deadline < due)
			due = e->deadline;
	return due;
}

void outgoing_expire(struct outgoing *o)
{
	uint64_t now = o->first ? clock_now(o->config.clock) : 0;

	for (struct exchange *e = o->first; e; e = e->next)
		if (e->state == EXCHANGE_SENT && e->deadline <= now)
			exchange_finish(e, -ETIMEDOUT);
}

void outgoing_set_room(struct outgoing *o, size_t room)
{
	o->room = room > block_size(o->config.szx) ? room : block_size(o->config.szx);
}

void outgoing_set_timeout(struct outgoing *o, uint64_t timeout)
{
	o->config.timeout = timeout;
}

bool outgoing_is_busy(const struct outgoing *o)
{
	for (const struct exchange *e = o->first; e; e = e->next)
		if (e->state != EXCHANGE_FINISHED)
			return true;
	return false;
}

static struct exchange *take_finished(struct outgoing *o)
{
	for (struct exchange **at = &o->first; *at; at = &(*at)->next) {
		struct exchange *e = *at;

		if (e->state != EXCHANGE_FINISHED)
			continue;
		*at = e->next;
		return e;
	}
	return NULL;
}

bool outgoing_has_results(const struct outgoing *o)
{
	for (const struct exchange *e = o->first; e; e = e->next)
		if (e->state == EXCHANGE_FINISHED)
			return true;
	return false;
}

void outgoing_deliver(struct outgoing *o)
{
	struct exchange *e;

	if (o->is_delivering)
		return;
	o->is_delivering = true;
	while (!o->is_freed && (e = take_finished(o))) {
		e->done(e->data, e->error, e->error ? NULL : &e->response);
		exchange_free(e);
	}
	o->is_delivering = false;
	if (o->is_freed)
		free(o);
}
