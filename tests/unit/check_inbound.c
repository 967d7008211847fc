#include "transport/inbound.h"

#include "runner.h"

static coap_pdu_t *pdu;

static struct packet parse(const char *hex)
{
	struct span bytes = test_hex(hex);

	if (pdu)
		coap_delete_pdu(pdu);
	pdu = coap_pdu_init(COAP_MESSAGE_CON, COAP_EMPTY_CODE, 0, 2048);
	ck_assert_ptr_nonnull(pdu);
	ck_assert(coap_pdu_parse(COAP_PROTO_UDP, bytes.data, bytes.len, pdu));
	return inbound_packet(pdu);
}

static void setup(void)
{
	coap_startup();
}

static void teardown(void)
{
	if (pdu)
		coap_delete_pdu(pdu);
	pdu = NULL;
}

START_TEST(inbound_reads_a_registration)
{
	/* CON POST /rd?ep=a&lt=60, link format, token 0102, mid 0x1234 */
	struct packet p = parse("42 02 12 34 01 02 b2 72 64 11 28 34 65 70 3d 61 05 6c 74 3d 36 30"
				"ff 3c 2f 3e");

	ck_assert(p.type == PACKET_CON && p.code == MSG_POST && p.mid == 0x1234);
	ck_assert(p.token.len == 2 && p.token.data[1] == 2);
	ck_assert_uint_eq(p.content.method, MSG_POST);
	ck_assert(p.content.n_segments == 1 && span_is_text(p.content.segment[0], "rd"));
	ck_assert(p.content.n_queries == 2 && span_is_text(p.content.query[1], "lt=60"));
	ck_assert_int_eq(p.content.content_format, FORMAT_LINK);
	ck_assert_int_eq(p.content.accept, FORMAT_NONE);
	ck_assert_int_eq(p.content.observe, -1);
	ck_assert(span_is_text(p.content.payload, "</>"));
	ck_assert(!p.block1.is_set && !p.block2.is_set && p.reject == 0);
}
END_TEST

START_TEST(inbound_reads_blocks_sizes_and_tags)
{
	/* ETag 01, Observe 0, path 3, Block2 1/more/32, Block1 0/more/16, Size1 300 */
	struct packet p = parse("40 03 00 01 41 01 20 51 33 c1 19 41 08 d2 14 01 2c");

	ck_assert(p.etag.len == 1 && p.content.observe == 0);
	ck_assert(p.block2.is_set && p.block2.num == 1 && p.block2.more && p.block2.szx == 1);
	ck_assert(p.block1.is_set && p.block1.num == 0 && p.block1.more && p.block1.szx == 0);
	ck_assert_int_eq(p.size1, 300);
	ck_assert_int_eq(p.size2, SIZE_ABSENT);
}
END_TEST

START_TEST(inbound_marks_what_is_to_be_refused)
{
	/* Block1 with exponent 7; If-None-Match; 13 segments */
	ck_assert_uint_eq(parse("40 03 00 01 d1 0e 07").reject, MSG_BAD_REQUEST);
	ck_assert_uint_eq(parse("40 03 00 01 50").reject, MSG_BAD_OPTION);
	ck_assert_uint_eq(
		parse("40 03 00 01 b1 61 01 61 01 61 01 61 01 61 01 61 01 61 01 61 01 61 01 61"
		      "01 61 01 61 01 61")
			.reject,
		MSG_BAD_REQUEST);
}
END_TEST

START_TEST(inbound_reads_the_location_of_a_response)
{
	struct packet p = parse("60 41 00 01 82 72 64 02 35 61");

	ck_assert(p.type == PACKET_ACK && p.code == MSG_CREATED);
	ck_assert_uint_eq(p.content.n_segments, 2);
	ck_assert(span_is_text(p.content.segment[1], "5a"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("inbound");
	TCase *t = tcase_create("inbound");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, inbound_reads_a_registration);
	tcase_add_test(t, inbound_reads_blocks_sizes_and_tags);
	tcase_add_test(t, inbound_marks_what_is_to_be_refused);
	tcase_add_test(t, inbound_reads_the_location_of_a_response);
	suite_add_tcase(s, t);
	return s;
}
