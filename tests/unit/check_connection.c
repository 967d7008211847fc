#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "coap_peer.h"
#include "peer.h"
#include "runner.h"
#include "testloop.h"
#include "transport/tp_session.h"

enum { MANY = 12 };

static struct tp *tp;
static struct user u;
static struct raw_peer peer;
static struct tp_session *s;

static void setup(void)
{
	tp = test_tp(&test_settings);
	raw_peer_open(&peer, 0);
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

START_TEST(name_is_looked_up_off_the_loop)
{
	peer.on_datagram = answer_2_04;
	s = test_session(tp, "coap", "localhost", peer.port, &u);
	ck_assert_str_eq(tp_session_peer_text(s), "");
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 5000));
	ck_assert_int_eq(u.reason, REASON_NONE);

	char text[64];

	snprintf(text, sizeof text, "127.0.0.1:%u", peer.port);
	ck_assert_str_eq(tp_session_peer_text(s), text);
}
END_TEST

START_TEST(name_that_does_not_exist_ends_the_request)
{
	s = test_session(tp, "coap", "no-such-name.invalid", peer.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 20000));
	/* a machine without a resolver cannot tell the two apart */
	ck_assert(u.reason == REASON_DNS_NOT_FOUND || u.reason == REASON_DNS_TIMEOUT);
	ck_assert_ptr_nonnull(strstr(u.detail, "no-such-name.invalid"));
}
END_TEST

START_TEST(literal_of_the_unwanted_family_has_no_address)
{
	struct tp_settings settings = test_settings;

	settings.family = AF_INET6;
	ck_assert_int_eq(tp_set(tp, &settings), 0);
	s = test_session(tp, "coap", "127.0.0.1", peer.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 2000));
	ck_assert_int_eq(u.reason, REASON_DNS_NO_FAMILY);
}
END_TEST

/* A session whose name has been found to have these addresses. */
static void session_with_addresses(const char *scheme, const char *first, const char *second)
{
	s = test_session(tp, scheme, "localhost", peer.port, &u);
	s->names.n_addresses = 2;
	s->names_at = clock_now(&test_loop_clock);
	ck_assert_int_eq(address_parse(span_of_text(first), peer.port, &s->names.address[0]), 0);
	ck_assert_int_eq(address_parse(span_of_text(second), peer.port, &s->names.address[1]), 0);
}

START_TEST(next_address_is_tried_at_once_when_the_first_refuses)
{
	peer.on_datagram = answer_2_04;
	session_with_addresses("coap", "127.0.0.2", "127.0.0.1");
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 500));
	ck_assert_int_eq(u.reason, REASON_NONE);
}
END_TEST

START_TEST(next_address_is_tried_after_ten_seconds_of_silence)
{
	struct tp_settings settings = test_settings;
	struct sockaddr_in silent = {.sin_family = AF_INET, .sin_port = htons(peer.port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	silent.sin_addr.s_addr = htonl(0x7f000002);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&silent, sizeof silent), 0);
	settings.max_retransmit = 4;
	ck_assert_int_eq(tp_set(tp, &settings), 0);
	peer.on_datagram = answer_2_04;
	session_with_addresses("coap", "127.0.0.2", "127.0.0.1");
	test_post(s, &u, 10);
	test_loop_for(50);
	test_loop_jump(9 * USEC_PER_SEC);
	test_loop_for(50);
	ck_assert_uint_eq(u.results, 0);
	test_loop_jump(1 * USEC_PER_SEC);
	ck_assert(test_loop_until(&u.results, 1, 500));
	ck_assert_int_eq(u.reason, REASON_NONE);
	close(fd);
}
END_TEST

START_TEST(next_address_is_tried_when_a_request_is_given_up)
{
	struct raw_peer silent = {0};

	raw_peer_open(&silent, 0);
	peer.on_datagram = answer_2_04;
	session_with_addresses("coap", "127.0.0.1", "127.0.0.1");
	s->names.address[0].v4.sin_port = htons(silent.port);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 5000));
	ck_assert_int_eq(u.reason, REASON_NONE);
	ck_assert_uint_eq(silent.received, 2);
	raw_peer_close(&silent);
}
END_TEST

START_TEST(next_address_is_tried_after_a_handshake_without_answer)
{
	struct coap_peer server = {.answer = MSG_CHANGED};
	struct raw_peer silent = {0};

	coap_peer_open(&server);
	raw_peer_open(&silent, 0);
	session_with_addresses("coaps", "127.0.0.1", "127.0.0.1");
	s->names.address[0].v4.sin_port = htons(silent.port);
	s->names.address[1].v4.sin_port = htons(server.port);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&silent.received, 1, 500));
	test_loop_jump(10 * USEC_PER_SEC);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert_int_eq(u.reason, REASON_NONE);
	raw_peer_close(&silent);
	s = tp_session_free(s);
	coap_peer_close(&server);
}
END_TEST

START_TEST(host_without_a_route_is_unreachable_at_once)
{
	/* an address of no interface, on one that is down or absent for it */
	struct tp_settings settings = test_settings;

	settings.interface = "no-such-if0";
	ck_assert_int_eq(tp_set(tp, &settings), 0);
	s = test_session(tp, "coap", "127.0.0.1", peer.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 500));
	ck_assert_int_eq(u.reason, REASON_NET_UNREACHABLE);
}
END_TEST

START_TEST(socket_is_bound_to_the_interface_that_is_asked_for)
{
	struct tp_settings settings = test_settings;

	settings.interface = "lo";
	ck_assert_int_eq(tp_set(tp, &settings), 0);
	peer.on_datagram = answer_2_04;
	s = test_session(tp, "coap", "127.0.0.1", peer.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 500));
	ck_assert_int_eq(u.reason, REASON_NONE);
}
END_TEST

START_TEST(closed_port_is_net_refused_after_a_second_chance)
{
	uint64_t begun = clock_now(&clock_system);

	s = test_session(tp, "coap", "127.0.0.1", peer.port, &u);
	raw_peer_close(&peer);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 3000));
	ck_assert_int_eq(u.reason, REASON_NET_REFUSED);
	ck_assert_uint_ge(clock_now(&clock_system) - begun, 900 * USEC_PER_MSEC);
	test_loop_for(50);
	ck_assert_uint_eq(u.results, 1);
}
END_TEST

START_TEST(exchange_ends_at_its_own_deadline)
{
	s = test_session(tp, "coap", "127.0.0.1", peer.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&peer.received, 1, 1000));
	/* an empty acknowledgement, and never the response it promises */
	raw_peer_send(&peer, span_of((uint8_t[]){0x60, 0, peer.last[2], peer.last[3]}, 4));
	test_loop_for(20);
	test_loop_jump(tp_max_transmit_wait(tp));
	ck_assert(test_loop_until(&u.results, 1, 500));
	ck_assert_int_eq(u.reason, REASON_REG_TIMEOUT);
}
END_TEST

START_TEST(local_port_is_the_one_that_is_given)
{
	struct raw_peer place = {0};
	struct tp_handlers handlers = user_handlers(&u);
	char uri[64];
	struct tp_peer to = {.mode = MODE_NOSEC};

	raw_peer_open(&place, 0);
	raw_peer_close(&place);
	snprintf(uri, sizeof uri, "coap://127.0.0.1:%u", peer.port);
	to.uri = span_of_text(uri);
	to.local_port = place.port;
	ck_assert_int_eq(tp_session_new(tp, &to, &handlers, &s), 0);
	peer.on_datagram = answer_2_04;
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert_uint_eq(tp_session_local_port(s), place.port);
	ck_assert_uint_eq(ntohs(((struct sockaddr_in *)&peer.from)->sin_port), place.port);
}
END_TEST

START_TEST(taken_local_port_is_given_up)
{
	struct sockaddr_in taken = {.sin_family = AF_INET};
	socklen_t len = sizeof taken;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&taken, sizeof taken), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&taken, &len), 0);
	peer.on_datagram = answer_2_04;
	s = test_session(tp, "coap", "127.0.0.1", peer.port, &u);
	s->local_port = ntohs(taken.sin_port);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert_int_eq(u.reason, REASON_NONE);
	ck_assert_uint_ne(tp_session_local_port(s), ntohs(taken.sin_port));
	close(fd);
}
END_TEST

START_TEST(dead_server_does_not_delay_others)
{
	struct raw_peer dead = {0};
	struct user other[MANY] = {0}, dead_user = {0};
	struct tp_session *many[MANY], *dead_session;
	unsigned answered = 0;

	raw_peer_open(&dead, 0);
	dead_session = test_session(tp, "coaps", "127.0.0.1", dead.port, &dead_user);
	test_post(dead_session, &dead_user, 10);
	peer.on_datagram = answer_2_04;
	for (int i = 0; i < MANY; i++) {
		many[i] = test_session(tp, "coap", "127.0.0.1", peer.port, &other[i]);
		test_post(many[i], &other[i], 10);
	}
	for (int i = 0; i < MANY; i++)
		answered += test_loop_until(&other[i].results, 1, 500);
	ck_assert_uint_eq(answered, MANY);
	ck_assert_uint_eq(dead_user.results, 0);
	for (int i = 0; i < MANY; i++) {
		ck_assert_int_eq(other[i].reason, REASON_NONE);
		tp_session_free(many[i]);
		user_free(&other[i]);
	}
	tp_session_free(dead_session);
	raw_peer_close(&dead);
}
END_TEST

START_TEST(prepared_session_needs_no_look_up_later)
{
	peer.on_datagram = answer_2_04;
	s = test_session(tp, "coap", "localhost", peer.port, &u);
	tp_session_prepare(s);
	for (int i = 0; i < 100 && s->names_at == 0; i++)
		test_loop_for(20);
	ck_assert_uint_ne(s->names_at, 0);
	test_post(s, &u, 10);
	ck_assert_ptr_null(s->lookup);
	ck_assert(test_loop_until(&u.results, 1, 1000));
}
END_TEST

START_TEST(name_service_that_does_not_answer_is_given_up)
{
	s = test_session(tp, "coap", "no-such-name.invalid", peer.port, &u);
	test_post(s, &u, 10);
	test_loop_for(0);
	test_loop_jump(31 * USEC_PER_SEC);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert(u.reason == REASON_DNS_TIMEOUT || u.reason == REASON_DNS_NOT_FOUND);
	/* its late answer finds nobody */
	test_loop_for(50);
	ck_assert_uint_eq(u.results, 1);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("connection");
	TCase *t = tcase_create("connection");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, name_is_looked_up_off_the_loop);
	tcase_add_test(t, name_that_does_not_exist_ends_the_request);
	tcase_add_test(t, literal_of_the_unwanted_family_has_no_address);
	tcase_add_test(t, next_address_is_tried_at_once_when_the_first_refuses);
	tcase_add_test(t, next_address_is_tried_after_ten_seconds_of_silence);
	tcase_add_test(t, next_address_is_tried_when_a_request_is_given_up);
	tcase_add_test(t, next_address_is_tried_after_a_handshake_without_answer);
	tcase_add_test(t, host_without_a_route_is_unreachable_at_once);
	tcase_add_test(t, socket_is_bound_to_the_interface_that_is_asked_for);
	tcase_add_test(t, closed_port_is_net_refused_after_a_second_chance);
	tcase_add_test(t, exchange_ends_at_its_own_deadline);
	tcase_add_test(t, local_port_is_the_one_that_is_given);
	tcase_add_test(t, taken_local_port_is_given_up);
	tcase_add_test(t, dead_server_does_not_delay_others);
	tcase_add_test(t, prepared_session_needs_no_look_up_later);
	tcase_add_test(t, name_service_that_does_not_answer_is_given_up);
	suite_add_tcase(su, t);
	return su;
}
