#include "transport/transport.h"

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

Suite *suite(void)
{
	Suite *su = suite_create("session");
	TCase *t = tcase_create("nosec");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 20);
	tcase_add_test(t, request_is_answered);
	tcase_add_test(t, request_is_given_up_once);
	tcase_add_test(t, request_of_the_peer_is_executed_once);
	suite_add_tcase(su, t);
	return su;
}
