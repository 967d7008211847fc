#include "ctl/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "runner.h"

START_TEST(probe_asks_with_a_coap_ping_and_knows_its_answer)
{
	uint8_t packet[PROBE_PACKET_MAX];

	ck_assert_uint_eq(probe_packet(false, 0x1234, packet), 4);
	ck_assert(span_is_equal(span_of(packet, 4), test_hex("40 00 12 34")));
	ck_assert(probe_is_answer(false, 0x1234, test_hex("70 00 12 34")));
	ck_assert(!probe_is_answer(false, 0x1234, test_hex("70 00 12 35")));
	ck_assert(!probe_is_answer(false, 0x1234, test_hex("60 00 12 34")));
	ck_assert(!probe_is_answer(false, 0x1234, test_hex("70 00 12")));
}
END_TEST

START_TEST(probe_asks_with_a_client_hello_whose_lengths_are_right)
{
	uint8_t packet[PROBE_PACKET_MAX];
	size_t len = probe_packet(true, 1, packet);

	/* RFC 6347 section 4.1: type, version, epoch and sequence number, length */
	ck_assert(span_is_equal(span_of(packet, 11), test_hex("16 FEFF 0000 000000000000")));
	ck_assert_uint_eq((size_t)packet[11] << 8 | packet[12], len - 13);
	/* section 4.2.2: type, length, sequence, fragment offset and length */
	ck_assert_uint_eq(packet[13], 1);
	ck_assert_uint_eq((size_t)packet[15] << 8 | packet[16], len - 25);
	ck_assert(span_is_equal(span_of(packet + 17, 5), test_hex("0000 000000")));
	ck_assert_uint_eq((size_t)packet[23] << 8 | packet[24], len - 25);
	/* suites, compression and extensions end where the packet ends */
	size_t at = 25 + 2 + 32 + 1 + 1;

	at += 2 + ((size_t)packet[at] << 8 | packet[at + 1]);
	at += 1 + packet[at];
	at += 2 + ((size_t)packet[at] << 8 | packet[at + 1]);
	ck_assert_uint_eq(at, len);
	ck_assert(probe_is_answer(true, 1, test_hex("16 FEFF 0000 000000000000 0000")));
	ck_assert(probe_is_answer(true, 1, test_hex("15 FEFD 0000 000000000000 0002 0228")));
	ck_assert(!probe_is_answer(true, 1, test_hex("70 00 00 01")));
}
END_TEST

static struct uri uri_to(int fd, char text[64], const char *scheme)
{
	struct sockaddr_in own = {0};
	socklen_t len = sizeof own;
	struct uri uri;
	const char *why;

	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&own, &len), 0);
	snprintf(text, 64, "%s://127.0.0.1:%u", scheme, ntohs(own.sin_port));
	ck_assert_int_eq(uri_parse(span_of_text(text), &uri, &why), 0);
	return uri;
}

static int listen_at(int type)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, type, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&any, sizeof any), 0);
	return fd;
}

START_TEST(probe_tells_a_closed_port)
{
	int fd = listen_at(SOCK_DGRAM), tcp = listen_at(SOCK_STREAM);
	struct probe_address a;
	char text[64], own[PROBE_ADDRESS_MAX];
	const char *why;
	struct uri uri = uri_to(fd, text, "coap");

	ck_assert_int_eq(probe_resolve(&uri, &a, &why), 0);
	ck_assert_str_eq(a.text, "127.0.0.1");
	ck_assert_int_eq(probe_route(&a, own), 0);
	ck_assert_str_eq(own, "127.0.0.1");
	close(fd);
	ck_assert_int_eq(probe_reach(&a, URI_COAP), -ECONNREFUSED);
	uri = uri_to(tcp, text, "coap+tcp");
	ck_assert_int_eq(probe_resolve(&uri, &a, &why), 0);
	ck_assert_int_eq(probe_reach(&a, URI_COAP_TCP), -ECONNREFUSED);
	ck_assert_int_eq(listen(tcp, 1), 0);
	ck_assert_int_eq(probe_reach(&a, URI_COAP_TCP), 0);
	close(tcp);
}
END_TEST

START_TEST(probe_tells_a_name_that_does_not_exist)
{
	struct probe_address a;
	struct uri uri;
	const char *why;

	ck_assert_int_eq(uri_parse(span_of_text("coap://[::1]"), &uri, &why), 0);
	ck_assert_int_eq(probe_resolve(&uri, &a, &why), 0);
	ck_assert_str_eq(a.text, "::1");
	ck_assert_int_eq(uri_parse(span_of_text("coap://a.invalid"), &uri, &why), 0);
	ck_assert_int_ne(probe_resolve(&uri, &a, &why), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("probe");
	TCase *t = tcase_create("probe");

	tcase_add_test(t, probe_asks_with_a_coap_ping_and_knows_its_answer);
	tcase_add_test(t, probe_asks_with_a_client_hello_whose_lengths_are_right);
	tcase_add_test(t, probe_tells_a_closed_port);
	tcase_add_test(t, probe_tells_a_name_that_does_not_exist);
	suite_add_tcase(s, t);
	return s;
}
