#include "peer.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "runner.h"
#include "testloop.h"

static void raw_peer_ready(void *data, uint32_t events)
{
	struct raw_peer *p = data;
	ssize_t len;

	(void)events;
	p->from_len = sizeof p->from;
	len = recvfrom(p->fd, p->last, sizeof p->last, MSG_DONTWAIT, (struct sockaddr *)&p->from,
		&p->from_len);
	if (len < 0)
		return;
	p->last_len = (size_t)len;
	p->received++;
	if (p->on_datagram)
		p->on_datagram(p);
}

void raw_peer_open(struct raw_peer *p, uint16_t port)
{
	struct sockaddr_in any = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof any;

	p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(p->fd, 0);
	ck_assert_int_eq(bind(p->fd, (struct sockaddr *)&any, sizeof any), 0);
	ck_assert_int_eq(getsockname(p->fd, (struct sockaddr *)&any, &len), 0);
	p->port = ntohs(any.sin_port);
	test_loop.watch(NULL, p->fd, EPOLLIN, raw_peer_ready, p, &p->source);
}

void raw_peer_close(struct raw_peer *p)
{
	if (!p->source)
		return;
	test_loop.free_source(p->source);
	close(p->fd);
	p->source = NULL;
}

void raw_peer_send(struct raw_peer *p, struct span bytes)
{
	ssize_t sent =
		sendto(p->fd, bytes.data, bytes.len, 0, (struct sockaddr *)&p->from, p->from_len);

	ck_assert_int_eq(sent, (ssize_t)bytes.len);
}

void raw_peer_send_hex(struct raw_peer *p, const char *hex)
{
	raw_peer_send(p, test_hex(hex));
}

void raw_peer_ack(struct raw_peer *p, uint8_t code, const char *hex)
{
	struct span rest = test_hex(hex);
	uint8_t out[256];
	size_t token = p->last[0] & 15u;

	memcpy(out, p->last, 4 + token);
	out[0] = (uint8_t)(0x60 | token);
	out[1] = code;
	memcpy(out + 4 + token, rest.data, rest.len);
	raw_peer_send(p, span_of(out, 4 + token + rest.len));
}

static void user_request(
	void *data, const char *peer, const struct request *request, struct response *ret)
{
	struct user *u = data;

	(void)peer;
	u->requests++;
	u->last = *request;
	u->last_payload.max = 1 << 20;
	ck_assert_int_eq(buf_set(&u->last_payload, request->payload), 0);
	ret->code = u->answer;
	ret->payload.max = 1 << 20;
	if (u->answer_len)
		ck_assert_int_eq(
			response_set_payload(ret, FORMAT_OPAQUE, test_bytes(u->answer_len)), 0);
}

static void user_lost(void *data, enum reason reason, const char *detail)
{
	struct user *u = data;

	(void)detail;
	u->lost++;
	u->lost_reason = reason;
}

static void user_refused(void *data, const char *peer, const char *detail)
{
	struct user *u = data;

	(void)peer, (void)detail;
	u->refused++;
}

static void user_notified(void *data, struct span token, enum tp_notice notice)
{
	struct user *u = data;

	u->notices++;
	u->notice = notice;
	snprintf(u->notice_token, sizeof u->notice_token, "%.*s", (int)token.len,
		(const char *)token.data);
}

struct tp_handlers user_handlers(struct user *u)
{
	return (struct tp_handlers){.data = u,
		.request = user_request,
		.lost = user_lost,
		.notified = user_notified,
		.refused = user_refused};
}

void user_done(void *data, const struct tp_result *result)
{
	struct user *u = data;

	u->results++;
	u->reason = result->reason;
	u->is_fatal = result->is_fatal;
	u->is_new_session = result->is_new_session;
	u->code = 0;
	u->payload.max = 1 << 20;
	buf_truncate(&u->payload, 0);
	snprintf(u->detail, sizeof u->detail, "%s", result->detail);
	ck_assert_int_eq(result->reason == REASON_NONE, result->response != NULL);
	if (!result->response)
		return;
	u->code = result->response->code;
	ck_assert_int_eq(buf_append(&u->payload, buf_span(&result->response->payload)), 0);
}

void user_free(struct user *u)
{
	buf_done(&u->payload);
	buf_done(&u->last_payload);
}

const struct tp_settings test_settings = {.ack_timeout = USEC_PER_SEC,
	.ack_random_factor = 1.0,
	.max_retransmit = 1,
	.family = AF_UNSPEC,
	.interface = "",
	.body_max = 1 << 20};

struct tp *test_tp(const struct tp_settings *settings)
{
	const char *why;
	struct tp *tp;
	int r = tp_new(&test_loop, &test_loop_clock, settings, &tp, &why);

	ck_assert_msg(r == 0, "tp_new: %d, %s", r, why);
	return tp;
}

struct tp_session *test_session(
	struct tp *tp, const char *scheme, const char *host, uint16_t port, struct user *u)
{
	char uri[128];
	struct tp_handlers handlers = user_handlers(u);
	struct tp_session *s;

	snprintf(uri, sizeof uri, "%s://%s:%u", scheme, host, port);

	struct tp_peer peer = {.uri = span_of_text(uri),
		.mode = strncmp(scheme, "coaps", 5) == 0 ? MODE_PSK : MODE_NOSEC,
		.identity = span_of_text("device"),
		.secret_key = span_of_text("0123456789abcdef")};

	ck_assert_int_eq(tp_session_new(tp, &peer, &handlers, &s), 0);
	return s;
}

struct span test_bytes(size_t len)
{
	static uint8_t bytes[128 * 1024];

	ck_assert_uint_le(len, sizeof bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 251);
	return span_of(bytes, len);
}

void test_post(struct tp_session *s, struct user *u, size_t len)
{
	struct request request = request_of(MSG_POST);

	request_add_segment(&request, span_of_text("rd"));
	request_add_query(&request, span_of_text("ep=test"));
	request.content_format = FORMAT_LINK;
	request.payload = test_bytes(len);
	ck_assert_int_eq(tp_session_request(s, &request, user_done, u), 0);
}
