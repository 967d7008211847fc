#include <arpa/inet.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "coap_peer.h"
#include "peer.h"
#include "runner.h"
#include "testloop.h"
#include "transport/tp_session.h"

static struct tp *tp;
static struct user u;
static struct tp_session *s;
static struct coap_peer server;

/* A TCP server that speaks only what it is told to. */
static struct {
	int fd, client;
	uint16_t port;
	struct loop_source *source, *client_source;
	unsigned accepted, received;
	bool hangs_up;
	uint8_t bytes[1024];
	size_t len;
} raw;

static void raw_readable(void *data, uint32_t events)
{
	uint8_t octets[128];
	ssize_t n = read(raw.client, octets, sizeof octets);

	(void)data, (void)events;
	if (n <= 0)
		return;
	ck_assert_uint_le(raw.len + (size_t)n, sizeof raw.bytes);
	memcpy(raw.bytes + raw.len, octets, (size_t)n);
	raw.len += (size_t)n;
	raw.received++;
}

static void raw_accept(void *data, uint32_t events)
{
	(void)data, (void)events;
	raw.client = accept4(raw.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	ck_assert_int_ge(raw.client, 0);
	raw.accepted++;
	if (raw.hangs_up) {
		close(raw.client);
		raw.client = -1;
		return;
	}
	test_loop.watch(NULL, raw.client, EPOLLIN, raw_readable, NULL, &raw.client_source);
}

static void raw_open(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;

	raw.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(raw.fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(listen(raw.fd, 4), 0);
	ck_assert_int_eq(getsockname(raw.fd, (struct sockaddr *)&at, &len), 0);
	raw.port = ntohs(at.sin_port);
	test_loop.watch(NULL, raw.fd, EPOLLIN, raw_accept, NULL, &raw.source);
}

static void raw_close(void)
{
	test_loop.free_source(raw.source);
	test_loop.free_source(raw.client_source);
	close(raw.fd);
	if (raw.client > 0)
		close(raw.client);
}

static void setup(void)
{
	memset(&raw, 0, sizeof raw);
	memset(&server, 0, sizeof server);
	memset(&u, 0, sizeof u);
	tp = test_tp(&test_settings);
	raw_open();
	server.is_tcp = true;
	server.answer = MSG_CREATED;
}

static void teardown(void)
{
	s = tp_session_free(s);
	coap_peer_close(&server);
	raw_close();
	tp = tp_free(tp);
	test_loop_for(0);
	user_free(&u);
}

static void session_with_server(bool is_plain)
{
	server.is_plain = is_plain;
	coap_peer_open(&server);
	s = test_session(tp, is_plain ? "coap+tcp" : "coaps+tcp", "127.0.0.1", server.port, &u);
}

static void registered(bool is_plain)
{
	session_with_server(is_plain);
	test_post(s, &u, 100);
	ck_assert(test_loop_until(&u.results, 1, 5000));
	ck_assert_msg(u.reason == REASON_NONE, "%s", u.detail);
	ck_assert_uint_eq(u.code, MSG_CREATED);
}

START_TEST(request_goes_over_tcp_and_over_tls)
{
	registered(_i);
	ck_assert(u.is_new_session && tp_session_is_connected(s) && tp_session_is_tcp(s));
	ck_assert_int_eq(tp_session_is_secure(s), !_i);
	test_post(s, &u, 100);
	ck_assert(test_loop_until(&u.results, 2, 5000));
	ck_assert(!u.is_new_session);
}
END_TEST

/* RFC 8323 section 5.3: the CSM is the first message in each direction */
START_TEST(nothing_is_sent_before_the_csm_of_the_peer)
{
	s = test_session(tp, "coap+tcp", "127.0.0.1", raw.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&raw.received, 1, 2000));
	test_loop_for(50);
	/* our own CSM alone: code 7.01 behind the length and the extended length */
	ck_assert_uint_gt(raw.len, 1);
	ck_assert_uint_eq(raw.bytes[raw.bytes[0] >> 4 == 13 ? 2 : 1], 0xe1);
	ck_assert_uint_lt(raw.len, 16);
	ck_assert_uint_eq(u.results, 0);
	/* empty CSM: no token, no options */
	ck_assert_int_eq(write(raw.client, "\x00\xe1", 2), 2);
	ck_assert(test_loop_until(&raw.received, 2, 2000));
	ck_assert(tp_session_is_connected(s));
}
END_TEST

START_TEST(peer_without_csm_is_given_up_and_named)
{
	struct tp_settings settings = test_settings;

	settings.max_retransmit = 4;
	ck_assert_int_eq(tp_set(tp, &settings), 0);
	s = test_session(tp, "coap+tcp", "127.0.0.1", raw.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&raw.received, 1, 2000));
	test_loop_jump(9 * USEC_PER_SEC);
	test_loop_for(50);
	ck_assert_uint_eq(u.results, 0);
	test_loop_jump(1 * USEC_PER_SEC);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert_int_eq(u.reason, REASON_TCP_NO_CSM);
	ck_assert(!tp_session_is_connected(s));
}
END_TEST

START_TEST(tls_peer_that_is_silent_ends_the_handshake_in_time)
{
	s = test_session(tp, "coaps+tcp", "127.0.0.1", raw.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&raw.received, 1, 2000));
	test_loop_jump(34 * USEC_PER_SEC);
	test_loop_for(50);
	ck_assert_uint_eq(u.results, 0);
	test_loop_jump(1 * USEC_PER_SEC);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert_int_eq(u.reason, REASON_DTLS_TIMEOUT);
}
END_TEST

START_TEST(peer_that_hangs_up_before_its_csm_is_named)
{
	raw.hangs_up = true;
	s = test_session(tp, _i ? "coap+tcp" : "coaps+tcp", "127.0.0.1", raw.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 2000));
	ck_assert_int_eq(u.reason, REASON_TCP_CLOSED);
}
END_TEST

START_TEST(closed_port_is_told_at_once)
{
	uint16_t port = raw.port;

	test_loop.free_source(raw.source);
	raw.source = NULL;
	close(raw.fd);
	raw.fd = -1;
	s = test_session(tp, "coap+tcp", "127.0.0.1", port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 500));
	ck_assert_int_eq(u.reason, REASON_NET_REFUSED);
}
END_TEST

START_TEST(next_address_is_tried_when_the_first_refuses)
{
	session_with_server(true);
	s->names.n_addresses = 2;
	s->names_at = clock_now(&test_loop_clock);
	ck_assert_int_eq(
		address_parse(span_of_text("127.0.0.2"), server.port, &s->names.address[0]), 0);
	ck_assert_int_eq(
		address_parse(span_of_text("127.0.0.1"), server.port, &s->names.address[1]), 0);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert_int_eq(u.reason, REASON_NONE);
}
END_TEST

START_TEST(lost_connection_is_told_and_made_anew_by_the_next_request)
{
	registered(_i);
	coap_session_disconnected(server.last, COAP_NACK_NOT_DELIVERABLE);
	ck_assert(test_loop_until(&u.lost, 1, 2000));
	ck_assert(u.lost_reason == REASON_TCP_CLOSED || u.lost_reason == REASON_DTLS_CLOSED);
	ck_assert(!tp_session_is_connected(s));
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 2, 2000));
	ck_assert_int_eq(u.reason, REASON_NONE);
	ck_assert(u.is_new_session);
}
END_TEST

START_TEST(body_the_peer_has_room_for_goes_as_one_message)
{
	session_with_server(_i);
	/* nothing in blocks is put together on that side */
	test_post(s, &u, 100 * 1000);
	ck_assert(test_loop_until(&u.results, 1, 5000));
	ck_assert_int_eq(u.reason, REASON_NONE);
	ck_assert_uint_eq(server.requests, 1);
	ck_assert_uint_eq(server.request_len, 100 * 1000);
	ck_assert(server.is_right);
}
END_TEST

START_TEST(request_of_the_peer_is_served_inside_the_session)
{
	registered(_i);
	u.answer = MSG_CHANGED;
	u.answer_len = 50 * 1000;
	coap_peer_put(&server, 100 * 1000);
	ck_assert(test_loop_until(&server.responses, 1, 5000));
	ck_assert_uint_eq(server.response_code, MSG_CHANGED);
	ck_assert_uint_eq(u.requests, 1);
	ck_assert(span_is_equal(buf_span(&u.last_payload), test_bytes(100 * 1000)));
	/* the same again is another request: nothing is repeated over TCP */
	coap_peer_execute(&server);
	coap_peer_execute(&server);
	ck_assert(test_loop_until(&server.responses, 3, 5000));
	ck_assert_uint_eq(u.requests, 3);
}
END_TEST

static int notify(void)
{
	_cleanup_(response_done) struct response response = {
		.code = MSG_CONTENT, .has_observe = true, .observe = 5};
	struct request request = request_of(MSG_GET);

	request_add_segment(&request, span_of_text("3"));
	ck_assert_int_eq(response_set_payload(&response, FORMAT_TEXT, span_of_text("abc")), 0);
	return tp_session_notify(s, &(struct tp_notification){.token = span_of_text("tt"),
					    .observe = 5,
					    .is_confirmable = true,
					    .request = &request,
					    .response = &response});
}

/* RFC 8323 section 7.1: the Observe option is there, its value says nothing */
START_TEST(notification_has_no_number_and_waits_for_no_acknowledgement)
{
	static const uint8_t wanted[] = {0x62, 0x45, 't', 't', 0x60, 0x60, 0xff, 'a', 'b', 'c'};

	s = test_session(tp, "coap+tcp", "127.0.0.1", raw.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&raw.received, 1, 2000));
	ck_assert_int_eq(write(raw.client, "\x00\xe1", 2), 2);
	ck_assert(test_loop_until(&raw.received, 2, 2000));
	raw.len = 0;
	ck_assert_int_eq(notify(), 0);
	ck_assert(test_loop_until(&u.notices, 1, 2000));
	ck_assert_int_eq(u.notice, TP_NOTICE_ACKNOWLEDGED);
	ck_assert_int_eq(notify(), 0);
	ck_assert(test_loop_until(&u.notices, 2, 2000));
	test_loop_for(20);
	ck_assert_uint_eq(raw.len, 2 * sizeof wanted);
	ck_assert_mem_eq(raw.bytes, wanted, sizeof wanted);
}
END_TEST

START_TEST(wrong_key_over_tls_is_named)
{
	server.key = "another key 1234";
	session_with_server(false);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 5000));
	ck_assert_msg(u.reason == REASON_DTLS_PSK_WRONG_KEY, "%s", u.detail);
}
END_TEST

START_TEST(unknown_identity_over_tls_is_named)
{
	server.identity = "somebody else";
	session_with_server(false);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 5000));
	ck_assert_msg(u.reason == REASON_DTLS_PSK_UNKNOWN_IDENTITY, "%s", u.detail);
}
END_TEST

Suite *suite(void)
{
	Suite *all = suite_create("stream");
	TCase *t = tcase_create("stream");

	suite_add_tcase(all, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, request_goes_over_tcp_and_over_tls, 0, 2);
	tcase_add_test(t, nothing_is_sent_before_the_csm_of_the_peer);
	tcase_add_test(t, peer_without_csm_is_given_up_and_named);
	tcase_add_test(t, tls_peer_that_is_silent_ends_the_handshake_in_time);
	tcase_add_loop_test(t, peer_that_hangs_up_before_its_csm_is_named, 0, 2);
	tcase_add_test(t, closed_port_is_told_at_once);
	tcase_add_test(t, next_address_is_tried_when_the_first_refuses);
	tcase_add_loop_test(t, lost_connection_is_told_and_made_anew_by_the_next_request, 0, 2);
	tcase_add_loop_test(t, body_the_peer_has_room_for_goes_as_one_message, 0, 2);
	tcase_add_loop_test(t, request_of_the_peer_is_served_inside_the_session, 0, 2);
	tcase_add_test(t, notification_has_no_number_and_waits_for_no_acknowledgement);
	tcase_add_test(t, wrong_key_over_tls_is_named);
	tcase_add_test(t, unknown_identity_over_tls_is_named);
	return all;
}
