#include "transport/outbound.h"

#include <errno.h>

#include "peer.h"
#include "runner.h"
#include "testloop.h"
#include "transport/endpoint.h"

static const struct answer *no_request(
	void *owner, coap_session_t *from, const struct packet *request)
{
	static const struct answer silence = {.code = MSG_NO_RESPONSE};

	(void)owner, (void)from, (void)request;
	return &silence;
}

static bool no_response(void *owner, coap_session_t *from, const struct packet *response)
{
	(void)owner, (void)from, (void)response;
	return true;
}

static void no_nack(void *owner, coap_session_t *of, const struct packet *sent, uint16_t mid,
	coap_nack_reason_t reason)
{
	(void)owner, (void)of, (void)sent, (void)mid, (void)reason;
}

static void no_event(void *owner, coap_session_t *of, coap_event_t event)
{
	(void)owner, (void)of, (void)event;
}

static void no_settle(void *owner)
{
	(void)owner;
}

static const struct endpoint_ops ops = {.request = no_request,
	.response = no_response,
	.nack = no_nack,
	.event = no_event,
	.settle = no_settle};

static struct tp *tp;
static struct endpoint *e;
static struct raw_peer peer;
static coap_session_t *session;

static void setup(void)
{
	struct address to, local = address_any(AF_INET, 0);

	tp = test_tp(&test_settings);
	raw_peer_open(&peer, 0);
	ck_assert_int_eq(endpoint_new(tp, &ops, NULL, &e), 0);
	ck_assert_int_eq(address_parse(span_of_text("127.0.0.1"), peer.port, &to), 0);
	session = endpoint_connect(e, &to, &local, COAP_PROTO_UDP);
	ck_assert_ptr_nonnull(session);
}

static void teardown(void)
{
	endpoint_drop(e, session);
	e = endpoint_free(e);
	raw_peer_close(&peer);
	tp = tp_free(tp);
	test_loop_for(0);
}

START_TEST(outbound_writes_options_in_the_order_of_their_numbers)
{
	struct packet p = packet_of(PACKET_CON, MSG_POST);

	p.token = token_of(span_of_text("t"));
	request_add_segment(&p.content, span_of_text("rd"));
	request_add_query(&p.content, span_of_text("ep=a"));
	p.content.content_format = FORMAT_LINK;
	p.content.accept = FORMAT_TEXT;
	p.content.payload = span_of_text("</>");
	p.block1 = (struct block){.is_set = true, .more = true, .szx = 6};
	p.block2 = (struct block){.is_set = true, .num = 1, .szx = 6};
	p.size1 = 300;
	p.request_tag = span_of_text("x");
	ck_assert_int_eq(endpoint_send(e, session, &p), 0);
	ck_assert(test_loop_until(&peer.received, 1, 1000));
	/* the message id is libcoap's */
	peer.last[2] = peer.last[3] = 0;
	ck_assert(span_is_equal(span_of(peer.last, peer.last_len),
		test_hex("41 02 00 00 74 b2 72 64 11 28 34 65 70 3d 61 20 61 16 41 0e"
			 "d2 14 01 2c d1 db 78 ff 3c 2f 3e")));
}
END_TEST

START_TEST(outbound_says_when_a_message_would_be_too_big)
{
	struct packet p = packet_of(PACKET_CON, MSG_POST);

	p.content.payload = test_bytes(1200);
	ck_assert_int_eq(endpoint_send(e, session, &p), -EMSGSIZE);
	p.content.payload = test_bytes(1024);
	ck_assert_int_eq(endpoint_send(e, session, &p), 0);
}
END_TEST

START_TEST(outbound_response_can_be_silence)
{
	struct packet p = packet_of(PACKET_ACK, MSG_NO_RESPONSE);
	coap_pdu_t *response = coap_pdu_init(COAP_MESSAGE_ACK, COAP_EMPTY_CODE, 1, 100);

	ck_assert_ptr_nonnull(response);
	outbound_respond(response, &p);
	ck_assert_int_eq(coap_pdu_get_type(response), COAP_MESSAGE_NON);
	ck_assert_int_eq((int)coap_pdu_get_code(response), 0);
	coap_delete_pdu(response);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("outbound");
	TCase *t = tcase_create("outbound");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, outbound_writes_options_in_the_order_of_their_numbers);
	tcase_add_test(t, outbound_says_when_a_message_would_be_too_big);
	tcase_add_test(t, outbound_response_can_be_silence);
	suite_add_tcase(s, t);
	return s;
}
