#include "transport/transport.h"

#include <errno.h>
#include <stdio.h>

#include "coap_peer.h"
#include "peer.h"
#include "runner.h"
#include "testloop.h"

static struct tp *tp;
static struct user u;
static struct raw_peer peer;
static struct tp_session *s;

static void setup(void)
{
	tp = test_tp(&test_settings);
	raw_peer_open(&peer, 0);
	s = test_session(tp, "coap", "127.0.0.1", peer.port, &u);
	u.answer = MSG_CHANGED;
}

static void teardown(void)
{
	s = tp_session_free(s);
	raw_peer_close(&peer);
	tp = tp_free(tp);
	test_loop_for(0);
	user_free(&u);
}

static void answer_2_04(struct raw_peer *p)
{
	if (p->last[0] >> 4 == 4)
		raw_peer_ack(p, MSG_CHANGED, "");
}

START_TEST(request_is_answered)
{
	peer.on_datagram = answer_2_04;
	test_post(s, &u, 10);
	ck_assert_uint_eq(u.results, 0);
	ck_assert(test_loop_until(&u.results, 1, 2000));
	ck_assert_int_eq(u.reason, REASON_NONE);
	ck_assert_uint_eq(u.code, MSG_CHANGED);
	ck_assert(u.is_new_session && tp_session_is_connected(s));

	uint16_t port = tp_session_local_port(s);

	ck_assert_uint_ne(port, 0);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 2, 2000));
	ck_assert(!u.is_new_session);
	ck_assert_uint_eq(tp_session_local_port(s), port);
}
END_TEST

START_TEST(request_is_given_up_once)
{
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 5000));
	ck_assert_uint_eq(peer.received, 2);
	ck_assert_int_eq(u.reason, REASON_REG_TIMEOUT);
	test_loop_for(50);
	ck_assert_uint_eq(u.results, 1);
	/* the next one may find the server somewhere else, but comes from the same port */
	uint16_t port = tp_session_local_port(s);

	peer.on_datagram = answer_2_04;
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 2, 2000));
	ck_assert(u.reason == REASON_NONE && u.is_new_session);
	ck_assert_uint_eq(tp_session_local_port(s), port);
}
END_TEST

START_TEST(request_of_the_peer_is_executed_once)
{
	peer.on_datagram = answer_2_04;
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 2000));
	peer.on_datagram = NULL;
	peer.received = 0;
	/* CON POST /3/0/4, mid 1234, token 55 */
	for (unsigned i = 1; i <= 3; i++) {
		raw_peer_send_hex(&peer, "41 02 12 34 55 b1 33 01 30 01 34");
		ck_assert(test_loop_until(&peer.received, i, 2000));
		ck_assert(span_is_equal(
			span_of(peer.last, peer.last_len), test_hex("61 44 12 34 55")));
	}
	ck_assert_uint_eq(u.requests, 1);
	ck_assert_uint_eq(u.last.n_segments, 3);
}
END_TEST

/* The session has an answer, so the peer knows where it is. */
static void meet(void)
{
	peer.on_datagram = answer_2_04;
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 2000));
	peer.on_datagram = NULL;
	peer.received = 0;
}

static void ck_last_is(const char *hex)
{
	ck_assert(span_is_equal(span_of(peer.last, peer.last_len), test_hex(hex)));
}

static void exchange(const char *request, const char *answer)
{
	unsigned before = peer.received;

	raw_peer_send_hex(&peer, request);
	ck_assert(test_loop_until(&peer.received, before + 1, 2000));
	ck_last_is(answer);
}

START_TEST(ignored_request_gets_no_packet_at_all)
{
	meet();
	u.answer = MSG_NO_RESPONSE;
	raw_peer_send_hex(&peer, "41 02 12 34 55 b1 33");
	ck_assert(test_loop_until(&u.requests, 1, 2000));
	test_loop_for(50);
	ck_assert_uint_eq(peer.received, 0);
}
END_TEST

START_TEST(non_confirmable_request_gets_a_non_confirmable_answer)
{
	meet();
	raw_peer_send_hex(&peer, "51 02 12 34 55 b1 33");
	ck_assert(test_loop_until(&peer.received, 1, 2000));
	ck_assert_uint_eq(peer.last[0], 0x51);
	ck_assert_uint_eq(peer.last[1], MSG_CHANGED);
	ck_assert_uint_eq(peer.last[4], 0x55);
}
END_TEST

START_TEST(well_known_core_is_not_found_and_other_paths_reach_the_user)
{
	meet();
	/* GET /.well-known/core, GET /, FETCH /a */
	exchange("41 01 00 01 55 bb 2e 77 65 6c 6c 2d 6b 6e 6f 77 6e 04 63 6f 72 65",
		"61 84 00 01 55");
	ck_assert_uint_eq(u.requests, 0);
	exchange("41 01 00 02 55", "61 44 00 02 55");
	exchange("41 05 00 03 55 b1 61 10 ff 00", "61 44 00 03 55");
	ck_assert_uint_eq(u.requests, 2);
}
END_TEST

START_TEST(options_that_are_not_understood_are_refused)
{
	meet();
	/* If-None-Match; an option 9 that is critical and unknown; a Block1 with size exponent 7 */
	exchange("41 03 00 01 55 50 61 33", "61 82 00 01 55");
	raw_peer_send_hex(&peer, "41 03 00 02 55 91 00 21 33");
	ck_assert(test_loop_until(&peer.received, 2, 2000));
	ck_assert_uint_eq(peer.last[1], MSG_BAD_OPTION);
	exchange("41 03 00 03 55 b1 33 d1 03 07", "61 80 00 03 55");
	ck_assert_uint_eq(u.requests, 0);
}
END_TEST

START_TEST(block1_without_size1_is_put_together)
{
	char request[128];

	meet();
	/* PUT /3 in blocks of 16: 0/more, 1/more, 2/last and empty */
	snprintf(request, sizeof request, "41 03 00 01 55 b1 33 d1 03 08 ff %s",
		"000102030405060708090a0b0c0d0e0f");
	exchange(request, "61 5f 00 01 55 d1 0e 08");
	snprintf(request, sizeof request, "41 03 00 02 56 b1 33 d1 03 18 ff %s",
		"101112131415161718191a1b1c1d1e1f");
	exchange(request, "61 5f 00 02 56 d1 0e 18");
	exchange("41 03 00 03 57 b1 33 d1 03 20", "61 44 00 03 57 d1 0e 20");
	ck_assert_uint_eq(u.requests, 1);
	ck_assert(span_is_equal(buf_span(&u.last_payload),
		test_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")));
	/* the last block once more */
	exchange("41 03 00 03 57 b1 33 d1 03 20", "61 44 00 03 57 d1 0e 20");
	ck_assert_uint_eq(u.requests, 1);
	/* out of nowhere */
	exchange("41 03 00 04 58 b1 33 d1 03 20", "61 88 00 04 58");
}
END_TEST

START_TEST(signalling_codes_over_udp_do_not_stop_the_session)
{
	static const char *const codes[] = {"40 e1 00 01", "40 e2 00 02", "40 e3 00 03",
		"40 e4 00 04", "40 e5 00 05", "50 e5 00 06", "60 e5 00 07", "41 e5 00 08 55 ff 00"};

	meet();
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		raw_peer_send_hex(&peer, codes[i]);
	test_loop_for(50);
	ck_assert_uint_eq(u.results, 1);
	/* libcoap may have closed its socket: the request goes out on another, same port */
	uint16_t port = tp_session_local_port(s);

	peer.on_datagram = answer_2_04;
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 2, 2000));
	ck_assert_int_eq(u.reason, REASON_NONE);
	ck_assert_uint_eq(tp_session_local_port(s), port);
}
END_TEST

START_TEST(response_with_an_unknown_token_is_reset)
{
	meet();
	/* CON 2.05 */
	exchange("44 45 77 77 01 02 03 04", "70 00 77 77");
	/* NON and ACK are dropped */
	raw_peer_send_hex(&peer, "54 45 77 78 01 02 03 04");
	raw_peer_send_hex(&peer, "64 45 77 79 01 02 03 04");
	test_loop_for(50);
	ck_assert_uint_eq(peer.received, 1);
	ck_assert_uint_eq(u.results, 1);
}
END_TEST

static void answer_with_reset(struct raw_peer *p)
{
	uint8_t out[4] = {0x70, 0, p->last[2], p->last[3]};

	raw_peer_send(p, span_of(out, sizeof out));
}

START_TEST(reset_ends_a_request_once)
{
	peer.on_datagram = answer_with_reset;
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 2000));
	ck_assert_int_eq(u.reason, REASON_REG_REFUSED);
	ck_assert(tp_session_is_connected(s));
	test_loop_for(50);
	ck_assert_uint_eq(u.results, 1);
}
END_TEST

static void answer_later(struct raw_peer *p)
{
	uint8_t ack[4] = {0x60, 0, p->last[2], p->last[3]};
	uint8_t con[16] = {0x48, MSG_CREATED, 0x11, 0x22};

	if (p->last[1] == 0)
		return; /* the acknowledgement of ours */
	raw_peer_send(p, span_of(ack, sizeof ack));
	memcpy(con + 4, p->last + 4, 8);
	memcpy(con + 12, "\x82rd\x00", 4);
	raw_peer_send(p, span_of(con, 15));
	raw_peer_send(p, span_of(con, 15));
}

START_TEST(separate_response_is_taken_and_acknowledged)
{
	peer.on_datagram = answer_later;
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 2000));
	ck_assert_uint_eq(u.code, MSG_CREATED);
	ck_assert(test_loop_until(&peer.received, 2, 2000));
	ck_last_is("60 00 11 22");
	test_loop_for(50);
	ck_assert_uint_eq(u.results, 1);
}
END_TEST

static void on_done_free(void *data, const struct tp_result *result)
{
	(void)result;
	(*(unsigned *)data)++;
	s = tp_session_free(s);
}

START_TEST(session_may_be_freed_by_a_completion)
{
	struct request request = request_of(MSG_GET);
	unsigned done = 0;

	peer.on_datagram = answer_2_04;
	ck_assert_int_eq(tp_session_request(s, &request, on_done_free, &done), 0);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&done, 1, 2000));
	test_loop_for(50);
	ck_assert_ptr_null(s);
	ck_assert_uint_eq(u.results, 0);
}
END_TEST

static void on_request_close(
	void *data, const char *from, const struct request *request, struct response *ret)
{
	(void)from, (void)request;
	(*(unsigned *)data)++;
	tp_session_close(s);
	ret->code = MSG_CHANGED;
}

START_TEST(session_may_be_closed_by_a_request)
{
	unsigned requests = 0;
	struct tp_handlers handlers = {.data = &requests, .request = on_request_close};
	char uri[64];
	struct tp_peer to = {.mode = MODE_NOSEC};

	tp_session_free(s);
	snprintf(uri, sizeof uri, "coap://127.0.0.1:%u", peer.port);
	to.uri = span_of_text(uri);
	ck_assert_int_eq(tp_session_new(tp, &to, &handlers, &s), 0);
	meet();
	exchange("41 02 12 34 55 b1 33", "61 44 12 34 55");
	ck_assert_uint_eq(requests, 1);
	ck_assert(!tp_session_is_connected(s));
}
END_TEST

static struct coap_peer server;

static void open_server(void)
{
	server.is_plain = server.has_blocks = true;
	server.answer = MSG_CONTENT;
	coap_peer_open(&server);
	tp_session_free(s);
	s = test_session(tp, "coap", "127.0.0.1", server.port, &u);
}

START_TEST(bodies_of_60_kb_travel_both_ways)
{
	open_server();
	server.answer_len = 60000;
	test_post(s, &u, 60001);
	ck_assert(test_loop_until(&u.results, 1, 5000));
	ck_assert_uint_eq(server.request_len, 60001);
	ck_assert(server.is_right);
	ck_assert_int_eq(u.reason, REASON_NONE);
	ck_assert(span_is_equal(buf_span(&u.payload), test_bytes(60000)));

	coap_peer_put(&server, 60002);
	ck_assert(test_loop_until(&server.responses, 1, 5000));
	ck_assert_uint_eq(server.response_code, MSG_CHANGED);
	ck_assert_uint_eq(u.requests, 1);
	ck_assert(span_is_equal(buf_span(&u.last_payload), test_bytes(60002)));
	coap_peer_close(&server);
}
END_TEST

START_TEST(large_answers_are_fetched_in_blocks)
{
	open_server();
	server.answer = MSG_CHANGED;
	test_post(s, &u, 1);
	ck_assert(test_loop_until(&u.results, 1, 2000));
	u.answer = MSG_CONTENT;
	u.answer_len = 60000;
	coap_peer_execute(&server);
	ck_assert(test_loop_until(&server.responses, 1, 5000));
	ck_assert_uint_eq(server.response_code, MSG_CONTENT);
	ck_assert_uint_eq(u.requests, 1);
	coap_peer_close(&server);
}
END_TEST

START_TEST(uri_and_mode_must_fit)
{
	struct tp_handlers handlers = user_handlers(&u);
	struct tp_session *other = NULL;
	struct tp_peer p = {.uri = span_of_text("coaps://127.0.0.1"), .mode = MODE_NOSEC};

	ck_assert_int_eq(tp_session_new(tp, &p, &handlers, &other), -EINVAL);
	p.uri = span_of_text("coap://127.0.0.1");
	p.mode = MODE_PSK;
	ck_assert_int_eq(tp_session_new(tp, &p, &handlers, &other), -EINVAL);
	p.mode = MODE_EST;
	ck_assert_int_eq(tp_session_new(tp, &p, &handlers, &other), -ENOTSUP);
	p.uri = span_of_text("coap+tcp://127.0.0.1");
	p.mode = MODE_PSK;
	ck_assert_int_eq(tp_session_new(tp, &p, &handlers, &other), -EINVAL);
	p.mode = MODE_NOSEC;
	p.uri = span_of_text("http://127.0.0.1");
	ck_assert_int_lt(tp_session_new(tp, &p, &handlers, &other), 0);
	ck_assert_ptr_null(other);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("tp_session");
	TCase *t = tcase_create("nosec");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, request_is_answered);
	tcase_add_test(t, request_is_given_up_once);
	tcase_add_test(t, request_of_the_peer_is_executed_once);
	tcase_add_test(t, ignored_request_gets_no_packet_at_all);
	tcase_add_test(t, non_confirmable_request_gets_a_non_confirmable_answer);
	tcase_add_test(t, well_known_core_is_not_found_and_other_paths_reach_the_user);
	tcase_add_test(t, options_that_are_not_understood_are_refused);
	tcase_add_test(t, block1_without_size1_is_put_together);
	tcase_add_test(t, signalling_codes_over_udp_do_not_stop_the_session);
	tcase_add_test(t, response_with_an_unknown_token_is_reset);
	tcase_add_test(t, reset_ends_a_request_once);
	tcase_add_test(t, separate_response_is_taken_and_acknowledged);
	tcase_add_test(t, session_may_be_freed_by_a_completion);
	tcase_add_test(t, session_may_be_closed_by_a_request);
	tcase_add_test(t, bodies_of_60_kb_travel_both_ways);
	tcase_add_test(t, large_answers_are_fetched_in_blocks);
	tcase_add_test(t, uri_and_mode_must_fit);
	suite_add_tcase(su, t);
	return su;
}
