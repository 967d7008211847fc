#include <errno.h>

#include "base/cleanup.h"
#include "peer.h"
#include "runner.h"
#include "testloop.h"
#include "transport/coap.h"
#include "transport/transport.h"

static struct tp *tp;
static struct user u;
static struct raw_peer peer;
static struct tp_session *s;

static void answer_2_04(struct raw_peer *p)
{
	if (p->last[0] >> 4 == 4)
		raw_peer_ack(p, MSG_CHANGED, "");
}

/* A connected session: the peer has answered one request. */
static void setup(void)
{
	tp = test_tp(&test_settings);
	raw_peer_open(&peer, 0);
	peer.on_datagram = answer_2_04;
	s = test_session(tp, "coap", "127.0.0.1", peer.port, &u);
	u.answer = MSG_CHANGED;
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 2000));
	peer.on_datagram = NULL;
	peer.received = 0;
}

static void teardown(void)
{
	s = tp_session_free(s);
	raw_peer_close(&peer);
	tp = tp_free(tp);
	test_loop_for(0);
	user_free(&u);
}

static int notify(const char *token, bool is_confirmable, size_t len)
{
	_cleanup_(response_done) struct response response = {
		.code = MSG_CONTENT, .has_observe = true, .observe = 5};
	struct request request = request_of(MSG_GET);

	request_add_segment(&request, span_of_text("3"));
	ck_assert_int_eq(response_set_payload(&response, FORMAT_TEXT, test_bytes(len)), 0);
	return tp_session_notify(s, &(struct tp_notification){.token = span_of_text(token),
					    .observe = 5,
					    .is_confirmable = is_confirmable,
					    .request = &request,
					    .response = &response});
}

static void send_empty(struct raw_peer *p, unsigned type)
{
	uint8_t bytes[4] = {(uint8_t)(0x40 | type << 4), 0, p->last[2], p->last[3]};

	raw_peer_send(p, span_of(bytes, sizeof bytes));
}

static void acknowledge(struct raw_peer *p)
{
	send_empty(p, 2);
}

static void reset(struct raw_peer *p)
{
	send_empty(p, 3);
}

START_TEST(notification_has_token_sequence_number_and_type)
{
	ck_assert_int_eq(notify("ab", false, 3), 0);
	ck_assert(test_loop_until(&peer.received, 1, 2000));
	ck_assert_uint_eq(peer.last_len, 4 + 2 + 2 + 1 + 1 + 3);
	ck_assert_uint_eq(peer.last[0], 0x52); /* NON, token of 2 */
	ck_assert_uint_eq(peer.last[1], MSG_CONTENT);
	/* token, Observe 5, Content-Format 0 */
	ck_assert_mem_eq(peer.last + 4, "ab\x61\x05\x60\xff", 6);
	ck_assert_uint_eq(u.notices, 0);
}
END_TEST

START_TEST(acknowledgement_of_a_confirmable_one_is_told)
{
	peer.on_datagram = acknowledge;
	ck_assert_int_eq(notify("ab", true, 3), 0);
	ck_assert_int_eq(notify("cd", true, 3), -EBUSY);
	ck_assert_int_eq(notify("ef", false, 3), 0);
	ck_assert(test_loop_until(&u.notices, 1, 2000));
	ck_assert_int_eq(u.notice, TP_NOTICE_ACKNOWLEDGED);
	ck_assert_str_eq(u.notice_token, "ab");
	ck_assert_int_eq(notify("cd", true, 3), 0);
	ck_assert(test_loop_until(&u.notices, 2, 2000));
	ck_assert_str_eq(u.notice_token, "cd");
}
END_TEST

START_TEST(reset_of_a_confirmable_one_is_told)
{
	peer.on_datagram = reset;
	ck_assert_int_eq(notify("ab", true, 3), 0);
	ck_assert(test_loop_until(&u.notices, 1, 2000));
	ck_assert_int_eq(u.notice, TP_NOTICE_REJECTED);
	ck_assert_str_eq(u.notice_token, "ab");
}
END_TEST

#if LIBCOAP_VERSION >= 4003002
/* 4.3.1 tells nobody of it */
START_TEST(reset_of_another_one_is_told)
{
	peer.on_datagram = reset;
	ck_assert_int_eq(notify("ab", false, 3), 0);
	ck_assert(test_loop_until(&u.notices, 1, 2000));
	ck_assert_int_eq(u.notice, TP_NOTICE_REJECTED);
	ck_assert_str_eq(u.notice_token, "ab");
}
END_TEST
#endif

START_TEST(silence_after_a_confirmable_one_is_a_loss)
{
	ck_assert_int_eq(notify("ab", true, 3), 0);
	ck_assert(test_loop_until(&u.notices, 1, 8000));
	ck_assert_int_eq(u.notice, TP_NOTICE_LOST);
	ck_assert(tp_session_is_connected(s));
	ck_assert_uint_ge(peer.received, 2);
}
END_TEST

START_TEST(nothing_is_sent_without_a_connection)
{
	ck_assert_int_eq(notify("ab", true, 3), 0);
	tp_session_close(s);
	ck_assert_int_eq(notify("ab", false, 3), -ENOTCONN);
	test_loop_for(20);
	/* as for requests: who closes wants to hear no more */
	ck_assert_uint_eq(u.notices, 0);
}
END_TEST

/* RFC 7959 section 2.6: the first block is the notification, the rest is asked for. */
START_TEST(large_one_is_fetched_block_by_block_from_what_was_sent)
{
	ck_assert_int_eq(notify("ab", false, 1500), 0);
	ck_assert(test_loop_until(&peer.received, 1, 2000));
	ck_assert_uint_gt(peer.last_len, 1024);
	/* GET /3, Block2 1/0/1024 */
	raw_peer_send_hex(&peer, "40 01 12 34 B1 33 C1 16");
	ck_assert(test_loop_until(&peer.received, 2, 2000));
	ck_assert_uint_eq(peer.last[1], MSG_CONTENT);
	ck_assert_mem_eq(peer.last + peer.last_len - 476,
		(const uint8_t *)test_bytes(1500).data + 1024, 476);
	ck_assert_uint_eq(u.requests, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("tp_notify");
	TCase *t = tcase_create("tp_notify");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, notification_has_token_sequence_number_and_type);
	tcase_add_test(t, acknowledgement_of_a_confirmable_one_is_told);
	tcase_add_test(t, reset_of_a_confirmable_one_is_told);
#if LIBCOAP_VERSION >= 4003002
	tcase_add_test(t, reset_of_another_one_is_told);
#endif
	tcase_add_test(t, silence_after_a_confirmable_one_is_a_loss);
	tcase_add_test(t, nothing_is_sent_without_a_connection);
	tcase_add_test(t, large_one_is_fetched_block_by_block_from_what_was_sent);
	suite_add_tcase(suite, t);
	return suite;
}
