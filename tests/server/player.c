#include "player.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "event.h"

/* A request that was acknowledged and never answered is given up. */
enum { ANSWER_TIMEOUT_SEC = 5 };

void player_use(struct player *p, coap_session_t *session)
{
	if (session == p->session)
		return;
	if (p->session)
		coap_session_release(p->session);
	p->session = session ? coap_session_reference(session) : NULL;
}

void player_add(struct player *p, struct op *list, bool is_script)
{
	op_append(&p->queue, list);
	p->is_script |= is_script;
}

static void next(struct player *p)
{
	p->queue = op_free(p->queue);
	p->is_waiting = false;
	p->due = 0;
	p->token_len = 0;
	if (!p->queue && p->is_script) {
		p->is_script = false;
		event_begin("played", p->server);
		event_end();
	}
}

/* Splits "/3/0?a=b" into options, one for each part. */
static void add_path(coap_optlist_t **options, const char *path)
{
	const char *query = strchrnul(path, '?');

	for (const char *part = path; part < query;) {
		size_t len = strcspn(++part, "/?");

		if (len)
			coap_insert_optlist(options,
				coap_new_optlist(COAP_OPTION_URI_PATH, len, (const uint8_t *)part));
		part += len;
	}
	while (*query) {
		size_t len = strcspn(++query, "&");

		coap_insert_optlist(options,
			coap_new_optlist(COAP_OPTION_URI_QUERY, len, (const uint8_t *)query));
		query += len;
	}
}

static void add_number(coap_optlist_t **options, uint16_t option, unsigned value)
{
	uint8_t bytes[4];
	size_t len = coap_encode_var_safe(bytes, sizeof bytes, value);

	coap_insert_optlist(options, coap_new_optlist(option, len, bytes));
}

static coap_pdu_t *pdu_of(struct player *p, const struct op *op)
{
	coap_pdu_t *pdu = coap_new_pdu(COAP_MESSAGE_CON, op->method, p->session);
	coap_optlist_t *options = NULL;

	if (!pdu)
		return NULL;
	coap_session_new_token(p->session, &p->token_len, p->token);
	coap_add_token(pdu, p->token_len, p->token);
	if (op->has_observe)
		add_number(&options, COAP_OPTION_OBSERVE, 0);
	add_path(&options, op->path);
	if (op->content_format != OP_FORMAT_NONE)
		add_number(&options, COAP_OPTION_CONTENT_FORMAT, (unsigned)op->content_format);
	if (op->accept != OP_FORMAT_NONE)
		add_number(&options, COAP_OPTION_ACCEPT, (unsigned)op->accept);
	coap_add_optlist_pdu(pdu, &options);
	coap_delete_optlist(options);
	if (op->payload.len)
		coap_add_data(pdu, op->payload.len, op->payload.data);
	return pdu;
}

static void event_about(struct player *p, const char *event, const char *why)
{
	event_begin(event, p->server);
	event_text("request", span_of_text(p->queue->name));
	if (why)
		event_text("why", span_of_text(why));
	event_end();
}

static bool is_overdue(const struct player *p)
{
	return p->is_waiting && clock_now(&clock_system) >= usec_after(p->sent, ANSWER_TIMEOUT_SEC);
}

void player_run(struct player *p)
{
	if (is_overdue(p)) {
		event_about(p, "no-answer", "timeout");
		next(p);
	}
	while (p->queue && !p->is_waiting) {
		uint64_t now = clock_now(&clock_system);

		if (p->queue->method == 0) {
			if (p->due == 0)
				p->due = now + p->queue->wait;
			if (p->due > now)
				return;
			next(p);
			continue;
		}

		coap_pdu_t *pdu = p->session ? pdu_of(p, p->queue) : NULL;

		p->is_waiting = true;
		p->sent = now;
		if (!pdu || coap_send(p->session, pdu) == COAP_INVALID_MID) {
			event_about(
				p, "not-sent", p->session ? "the session is dead" : "no session");
			next(p);
		}
	}
}

uint64_t player_deadline(const struct player *p)
{
	if (p->is_waiting)
		return usec_after(p->sent, ANSWER_TIMEOUT_SEC);
	return p->queue && p->due ? p->due : USEC_NEVER;
}

static struct span payload_of(const coap_pdu_t *pdu)
{
	const uint8_t *data = NULL;
	size_t len = 0;

	coap_get_data(pdu, &len, &data);
	return span_of(data, len);
}

/* "/16/1", where there is one. */
static void put_location(const coap_pdu_t *received)
{
	coap_opt_filter_t filter;
	coap_opt_iterator_t it;
	coap_opt_t *option;
	char text[64];
	size_t len = 0;

	coap_option_filter_clear(&filter);
	coap_option_filter_set(&filter, COAP_OPTION_LOCATION_PATH);
	coap_option_iterator_init(received, &it, &filter);
	while ((option = coap_option_next(&it)) && len < sizeof text)
		len += (size_t)snprintf(text + len, sizeof text - len, "/%.*s",
			(int)coap_opt_length(option), (const char *)coap_opt_value(option));
	if (len > 0)
		event_text("location", span_of_text(text));
}

static void put_answer(const coap_pdu_t *received)
{
	coap_opt_iterator_t it;
	coap_opt_t *format = coap_check_option(received, COAP_OPTION_CONTENT_FORMAT, &it);

	event_code("code", (uint8_t)coap_pdu_get_code(received));
	if (format)
		event_number("format",
			coap_decode_var_bytes(coap_opt_value(format), coap_opt_length(format)));
	event_hex("payload", payload_of(received));
	put_location(received);
}

void player_response(struct player *p, coap_session_t *session, const coap_pdu_t *received)
{
	coap_bin_const_t token = coap_pdu_get_token(received);

	if (!p->is_waiting || session != p->session || token.length != p->token_len ||
		memcmp(token.s, p->token, p->token_len) != 0) {
		event_begin("unasked", p->server);
		event_hex("token", span_of(token.s, token.length));
		put_answer(received);
		event_end();
		return;
	}

	event_begin("answer", p->server);
	event_text("request", span_of_text(p->queue->name));
	event_number("usec", (int64_t)(clock_now(&clock_system) - p->sent));
	put_answer(received);
	event_end();
	next(p);
}

void player_failed(struct player *p, coap_session_t *session, const char *why)
{
	if (!p->is_waiting || session != p->session)
		return;
	event_about(p, "no-answer", why);
	next(p);
}

void player_done(struct player *p)
{
	p->is_script = false;
	op_free_all(&p->queue);
	p->is_waiting = false;
	player_use(p, NULL);
}
