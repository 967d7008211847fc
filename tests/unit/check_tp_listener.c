#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "coap_peer.h"
#include "peer.h"
#include "runner.h"
#include "testloop.h"

static struct tp *tp;
static struct user u, caller;
static struct tp_listener *l;
static struct tp_session *s;
static struct raw_peer raw;

static void setup(void)
{
	tp = test_tp(&test_settings);
	u.answer = MSG_CHANGED;
}

static void teardown(void)
{
	s = tp_session_free(s);
	l = tp_listener_free(l);
	raw_peer_close(&raw);
	tp = tp_free(tp);
	test_loop_for(0);
	user_free(&u);
	user_free(&caller);
}

static void listen_psk(const char *identity, const char *key)
{
	struct tp_handlers handlers = user_handlers(&u);
	struct tp_listen listen = {.address = "[::]:0",
		.peer = {.uri = span_of_text("coaps://bs.example"),
			.mode = MODE_PSK,
			.identity = span_of_text(identity),
			.secret_key = span_of_text(key)}};

	ck_assert_int_eq(tp_listener_new(tp, &listen, &handlers, &l), 0);
	ck_assert_uint_ne(tp_listener_port(l), 0);
}

/* Calls the listener as a client with the credentials of test_session(). */
static void call(const char *host, size_t len)
{
	if (!s)
		s = test_session(tp, "coaps", host, tp_listener_port(l), &caller);
	test_post(s, &caller, len);
}

START_TEST(listener_answers_who_has_identity_and_key)
{
	listen_psk("device", "0123456789abcdef");
	call("127.0.0.1", 10);
	ck_assert(test_loop_until(&caller.results, 1, 3000));
	ck_assert_int_eq(caller.reason, REASON_NONE);
	ck_assert_uint_eq(caller.code, MSG_CHANGED);
	ck_assert_uint_eq(u.requests, 1);
	ck_assert_uint_eq(u.refused, 0);
}
END_TEST

START_TEST(listener_hears_ipv6_on_the_same_socket)
{
	listen_psk("device", "0123456789abcdef");
	call("[::1]", 10);
	ck_assert(test_loop_until(&caller.results, 1, 5000));
	ck_assert(caller.reason == REASON_NONE || access("/proc/net/if_inet6", F_OK) != 0);
}
END_TEST

START_TEST(listener_refuses_another_identity)
{
	listen_psk("somebody", "0123456789abcdef");
	call("127.0.0.1", 10);
	ck_assert(test_loop_until(&caller.results, 1, 3000));
	ck_assert_int_eq(caller.reason, REASON_DTLS_PSK_UNKNOWN_IDENTITY);
	ck_assert_uint_ge(u.refused, 1);
	ck_assert_uint_eq(u.requests, 0);
}
END_TEST

START_TEST(listener_never_hears_another_key)
{
	listen_psk("device", "fedcba9876543210");
	call("127.0.0.1", 10);
	test_loop_for(300);
	test_loop_jump(36 * USEC_PER_SEC);
	ck_assert(test_loop_until(&caller.results, 1, 1000));
	ck_assert_int_eq(caller.reason, REASON_DTLS_HALF_OPEN);
	ck_assert_uint_eq(u.requests, 0);
}
END_TEST

START_TEST(listener_takes_and_gives_large_bodies)
{
	listen_psk("device", "0123456789abcdef");
	u.answer_len = 50000;
	call("127.0.0.1", 60000);
	ck_assert(test_loop_until(&caller.results, 1, 5000));
	ck_assert_int_eq(caller.reason, REASON_NONE);
	ck_assert_uint_eq(u.requests, 1);
	ck_assert(span_is_equal(buf_span(&u.last_payload), test_bytes(60000)));
	ck_assert(span_is_equal(buf_span(&caller.payload), test_bytes(50000)));
}
END_TEST

START_TEST(listener_takes_its_sessions_with_it)
{
	listen_psk("device", "0123456789abcdef");
	call("127.0.0.1", 10);
	ck_assert(test_loop_until(&caller.results, 1, 3000));
	l = tp_listener_free(l);
	ck_assert(test_loop_until(&caller.lost, 1, 3000));
	ck_assert_int_eq(caller.lost_reason, REASON_DTLS_CLOSED);
}
END_TEST

static void to_listener(struct raw_peer *p)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(tp_listener_port(l)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	memcpy(&p->from, &at, sizeof at);
	p->from_len = sizeof at;
}

static void listen_nosec(uint16_t port)
{
	struct tp_handlers handlers = user_handlers(&u);
	struct tp_listen listen = {.address = "[::]:0", .peer.mode = MODE_NOSEC};
	char uri[64];

	snprintf(uri, sizeof uri, "coap://127.0.0.1:%u", port);
	listen.peer.uri = span_of_text(uri);
	ck_assert_int_eq(tp_listener_new(tp, &listen, &handlers, &l), 0);
	test_loop_for(20);
}

START_TEST(listener_without_security_hears_one_address_and_port_only)
{
	struct raw_peer stranger = {0};

	raw_peer_open(&raw, 0);
	raw_peer_open(&stranger, 0);
	listen_nosec(raw.port);
	to_listener(&raw);
	to_listener(&stranger);
	raw_peer_send_hex(&stranger, "41 02 12 34 55 b2 62 73");
	raw_peer_send_hex(&raw, "41 02 12 34 55 b2 62 73");
	ck_assert(test_loop_until(&raw.received, 1, 2000));
	ck_assert(span_is_equal(span_of(raw.last, raw.last_len), test_hex("61 44 12 34 55")));
	/* once more: the same answer, not executed again */
	raw_peer_send_hex(&raw, "41 02 12 34 55 b2 62 73");
	ck_assert(test_loop_until(&raw.received, 2, 2000));
	test_loop_for(50);
	ck_assert_uint_eq(u.requests, 1);
	ck_assert_uint_eq(u.refused, 1);
	ck_assert_uint_eq(stranger.received, 0);
	raw_peer_close(&stranger);
}
END_TEST

START_TEST(listener_does_not_share_a_port)
{
	struct tp_handlers handlers = user_handlers(&u);
	struct tp_listen listen = {.peer = {.uri = span_of_text("coaps://bs.example"),
					   .mode = MODE_PSK,
					   .identity = span_of_text("i"),
					   .secret_key = span_of_text("k")}};
	struct tp_listener *other = NULL;
	char address[32];

	listen_psk("device", "0123456789abcdef");
	snprintf(address, sizeof address, "[::]:%u", tp_listener_port(l));
	listen.address = address;
	ck_assert_int_eq(tp_listener_new(tp, &listen, &handlers, &other), -EADDRINUSE);
	listen.address = "0.0.0.0";
	ck_assert_int_eq(tp_listener_new(tp, &listen, &handlers, &other), -EINVAL);
	listen.address = "[::]:0";
	listen.peer.mode = MODE_EST;
	ck_assert_int_eq(tp_listener_new(tp, &listen, &handlers, &other), -ENOTSUP);
	listen.peer.mode = MODE_CERTIFICATE;
	ck_assert_int_eq(tp_listener_new(tp, &listen, &handlers, &other), -EINVAL);
	ck_assert_ptr_null(other);
}
END_TEST

START_TEST(listener_survives_many_callers)
{
	listen_psk("device", "0123456789abcdef");
	for (unsigned i = 1; i <= 8; i++) {
		struct tp_session *one =
			test_session(tp, "coaps", "127.0.0.1", tp_listener_port(l), &caller);

		test_post(one, &caller, 10);
		ck_assert(test_loop_until(&caller.results, i, 3000));
		ck_assert_int_eq(caller.reason, REASON_NONE);
		/* the last ones find the earlier ones still there */
		if (i < 4) {
			tp_session_free(one);
			continue;
		}
		tp_session_close(one);
		tp_session_free(one);
	}
	ck_assert_uint_eq(u.requests, 8);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("tp_listener");
	TCase *t = tcase_create("tp_listener");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, listener_answers_who_has_identity_and_key);
	tcase_add_test(t, listener_hears_ipv6_on_the_same_socket);
	tcase_add_test(t, listener_refuses_another_identity);
	tcase_add_test(t, listener_never_hears_another_key);
	tcase_add_test(t, listener_takes_and_gives_large_bodies);
	tcase_add_test(t, listener_takes_its_sessions_with_it);
	tcase_add_test(t, listener_without_security_hears_one_address_and_port_only);
	tcase_add_test(t, listener_does_not_share_a_port);
	tcase_add_test(t, listener_survives_many_callers);
	suite_add_tcase(su, t);
	return su;
}
