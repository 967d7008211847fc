#include "transport/tls.h"

#include <errno.h>
#include <stdio.h>

#include "coap_peer.h"
#include "peer.h"
#include "pki.h"
#include "runner.h"
#include "testloop.h"

static struct tp *tp;
static struct user u;
static struct coap_peer peer;
static struct raw_peer wall;
static struct tp_session *s;

static void setup(void)
{
	tp = test_tp(&test_settings);
	peer.answer = MSG_CHANGED;
	u.answer = MSG_CHANGED;
}

static void teardown(void)
{
	s = tp_session_free(s);
	coap_peer_close(&peer);
	raw_peer_close(&wall);
	tp = tp_free(tp);
	test_loop_for(0);
	user_free(&u);
}

static void post_to_peer(void)
{
	if (!peer.context)
		coap_peer_open(&peer);
	if (!s)
		s = test_session(tp, "coaps", "127.0.0.1", peer.port, &u);
	test_post(s, &u, 10);
}

START_TEST(psk_session_carries_requests_both_ways)
{
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 1, 3000));
	ck_assert_int_eq(u.reason, REASON_NONE);
	ck_assert(u.is_new_session && tp_session_is_secure(s) && tp_session_is_connected(s));
	coap_peer_execute(&peer);
	ck_assert(test_loop_until(&peer.responses, 1, 3000));
	ck_assert_uint_eq(peer.response_code, MSG_CHANGED);
	ck_assert_uint_eq(u.requests, 1);
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 2, 3000));
	ck_assert(!u.is_new_session);
}
END_TEST

START_TEST(psk_session_works_with_ccm_8_alone)
{
	peer.ciphers = "PSK-AES128-CCM8:@SECLEVEL=0";
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 1, 3000));
	ck_assert_int_eq(u.reason, REASON_NONE);
	ck_assert_str_eq(peer.cipher, "PSK-AES128-CCM8");
}
END_TEST

START_TEST(psk_session_prefers_aead_with_forward_secrecy)
{
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 1, 3000));
	ck_assert_str_eq(peer.cipher, "ECDHE-PSK-CHACHA20-POLY1305");
}
END_TEST

START_TEST(unknown_identity_is_told_and_fatal)
{
	peer.identity = "somebody else";
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 1, 3000));
	ck_assert_int_eq(u.reason, REASON_DTLS_PSK_UNKNOWN_IDENTITY);
	ck_assert(u.is_fatal);
	ck_assert_int_eq(tp_session_last_alert(s), 115);
	ck_assert_ptr_nonnull(strstr(u.detail, "115"));
	ck_assert(!tp_session_is_connected(s));
}
END_TEST

START_TEST(silence_at_our_finished_alone_proves_no_wrong_key)
{
	peer.key = "another key";
	post_to_peer();
	test_loop_for(300);
	test_loop_jump(36 * USEC_PER_SEC);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert_int_eq(u.reason, REASON_DTLS_HALF_OPEN);
	ck_assert_ptr_nonnull(strstr(u.detail, "keys differ"));
}
END_TEST

START_TEST(wrong_key_is_inferred_when_the_server_repeats_itself)
{
	peer.key = "another key";
	post_to_peer();
	/* OpenSSL's own clock: it says its flight again after 1 and after 3 seconds */
	test_loop_for(3500);
	test_loop_jump(36 * USEC_PER_SEC);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert_int_eq(u.reason, REASON_DTLS_PSK_WRONG_KEY);
	ck_assert(!u.is_fatal);
	ck_assert_uint_eq(peer.requests, 0);
}
END_TEST

START_TEST(no_common_cipher_is_told)
{
	peer.ciphers = "ECDHE-PSK-AES256-CBC-SHA384:@SECLEVEL=0";
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 1, 3000));
	ck_assert_int_eq(u.reason, REASON_DTLS_NO_COMMON_CIPHER);
}
END_TEST

START_TEST(silent_host_is_a_timeout_at_the_handshake_deadline)
{
	struct tp_settings settings = test_settings;

	settings.max_retransmit = 4;
	ck_assert_int_eq(tp_set(tp, &settings), 0);
	raw_peer_open(&wall, 0);
	s = test_session(tp, "coaps", "127.0.0.1", wall.port, &u);
	test_post(s, &u, 10);
	/* ClientHello is repeated after a second */
	ck_assert(test_loop_until(&wall.received, 2, 2000));
	test_loop_jump(33 * USEC_PER_SEC);
	test_loop_for(20);
	ck_assert_uint_eq(u.results, 0);
	test_loop_jump(2 * USEC_PER_SEC);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert_int_eq(u.reason, REASON_DTLS_TIMEOUT);
	ck_assert_uint_eq(wall.received, 2);
}
END_TEST

/* HelloVerifyRequest with a cookie of 12 octets, and nothing after that */
static void answer_hello_verify(struct raw_peer *p)
{
	if (p->received == 1)
		raw_peer_send_hex(p, "16 fe ff 00 00 00 00 00 00 00 00 00 1b"
				     "03 00 00 0f 00 00 00 00 00 00 00 0f"
				     "fe ff 0c 00 01 02 03 04 05 06 07 08 09 0a 0b");
}

START_TEST(handshake_that_falls_silent_is_half_open)
{
	raw_peer_open(&wall, 0);
	wall.on_datagram = answer_hello_verify;
	s = test_session(tp, "coaps", "127.0.0.1", wall.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&wall.received, 2, 900));
	test_loop_jump(36 * USEC_PER_SEC);
	ck_assert(test_loop_until(&u.results, 1, 1000));
	ck_assert_int_eq(u.reason, REASON_DTLS_HALF_OPEN);
}
END_TEST

START_TEST(closed_port_is_net_refused_after_a_second_chance)
{
	raw_peer_open(&wall, 0);
	s = test_session(tp, "coaps", "127.0.0.1", wall.port, &u);
	raw_peer_close(&wall);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 4000));
	ck_assert_int_eq(u.reason, REASON_NET_REFUSED);
	test_loop_for(20);
	ck_assert_uint_eq(u.results, 1);
}
END_TEST

START_TEST(server_that_starts_late_is_reached_in_the_second_attempt)
{
	raw_peer_open(&wall, 0);
	peer.port = wall.port;
	s = test_session(tp, "coaps", "127.0.0.1", wall.port, &u);
	raw_peer_close(&wall);
	test_post(s, &u, 10);
	test_loop_for(100);
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 2, 4000));
	ck_assert_int_eq(u.reason, REASON_NONE);
}
END_TEST

START_TEST(session_closed_by_the_server_is_told_and_made_anew_on_the_same_port)
{
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 1, 3000));

	uint16_t port = tp_session_local_port(s);

	coap_peer_hang_up(&peer);
	ck_assert(test_loop_until(&u.lost, 1, 3000));
	ck_assert_int_eq(u.lost_reason, REASON_DTLS_CLOSED);
	ck_assert(!tp_session_is_connected(s));
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 2, 3000));
	ck_assert(u.reason == REASON_NONE && u.is_new_session);
	ck_assert_uint_eq(tp_session_local_port(s), port);
}
END_TEST

START_TEST(restarted_server_is_noticed_and_reached_again)
{
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 1, 3000));
	coap_peer_crash(&peer);
	coap_peer_open(&peer);
	/* the new process ignores what it cannot decrypt */
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 2, 6000));
	ck_assert_int_eq(u.reason, REASON_REG_TIMEOUT);
	ck_assert(!tp_session_is_connected(s));
	u.results = 0;
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 1, 6000));
	ck_assert_int_eq(u.reason, REASON_NONE);
}
END_TEST

START_TEST(tp_session_close_says_goodbye_and_forgets_requests)
{
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 1, 3000));
	post_to_peer();
	tp_session_close(s);
	test_loop_for(50);
	ck_assert_uint_eq(u.results, 1);
	ck_assert(!tp_session_is_connected(s));
	post_to_peer();
	ck_assert(test_loop_until(&u.results, 2, 3000));
	ck_assert(u.is_new_session);
}
END_TEST

/* --- raw public keys and certificates: our client and our listener -----------------------------
 */

static struct tp_listener *l;
static struct user door; /* whom the listener asks */
static struct pki root, client, server, other;

static void setup_signed(void)
{
	setup();
	door.answer = MSG_CHANGED;
	pki_make(&(struct pki_wish){.cn = "root", .is_ca = true}, &root);
	pki_make(&(struct pki_wish){.cn = "client", .dns = "localhost", .issuer = &root}, &client);
	pki_make(
		&(struct pki_wish){
			.cn = "server", .dns = "localhost", .ip = "127.0.0.1", .issuer = &root},
		&server);
	pki_make(&(struct pki_wish){.cn = "other", .dns = "localhost", .issuer = &root}, &other);
}

static void teardown_signed(void)
{
	s = tp_session_free(s);
	l = tp_listener_free(l);
	teardown();
	user_free(&door);
	pki_free(&root);
	pki_free(&client);
	pki_free(&server);
	pki_free(&other);
}

/* own talks to theirs, with what theirs is compared with */
static struct tp_peer signed_peer(
	enum security_mode mode, const char *uri, const struct pki *own, const struct pki *theirs)
{
	bool is_rpk = mode == MODE_RPK;

	return (struct tp_peer){.uri = span_of_text(uri),
		.mode = mode,
		.identity = buf_span(is_rpk ? &own->spki : &own->certificate),
		.secret_key = buf_span(&own->pkcs8),
		.server_public_key = buf_span(is_rpk ? &theirs->spki : &theirs->certificate)};
}

static void listen_signed(enum security_mode mode, const struct pki *own, const struct pki *theirs)
{
	struct tp_handlers handlers = user_handlers(&door);
	struct tp_listen listen = {.address = "127.0.0.1:0",
		.peer = signed_peer(mode, "coaps://localhost", own, theirs)};

	ck_assert_msg(tp_listener_new(tp, &listen, &handlers, &l) == 0, "%s", tp_refusal(tp));
}

static void call_signed(struct tp_peer p)
{
	struct tp_handlers handlers = user_handlers(&u);
	char uri[64];

	snprintf(uri, sizeof uri, "coaps://127.0.0.1:%u", tp_listener_port(l));
	p.uri = span_of_text(uri);
	ck_assert_msg(tp_session_new(tp, &p, &handlers, &s) == 0, "%s", tp_refusal(tp));
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 5000));
}

static bool lacks(enum security_mode mode)
{
	return !tp_supports_mode(mode);
}

START_TEST(signed_peers_that_know_each_other_talk)
{
	enum security_mode mode = _i ? MODE_CERTIFICATE : MODE_RPK;

	if (lacks(mode))
		return;
	listen_signed(mode, &server, &client);
	call_signed(signed_peer(mode, "", &client, &server));
	ck_assert_msg(u.reason == REASON_NONE, "%s: %s", reason_id(u.reason), u.detail);
	ck_assert_uint_eq(u.code, MSG_CHANGED);
	ck_assert_uint_eq(door.requests, 1);
	ck_assert_uint_eq(door.refused, 0);
	ck_assert(tp_session_is_secure(s));
}
END_TEST

START_TEST(signed_server_with_another_key_is_refused)
{
	enum security_mode mode = _i ? MODE_CERTIFICATE : MODE_RPK;
	struct tp_peer p;

	if (lacks(mode))
		return;
	listen_signed(mode, &other, &client);
	p = signed_peer(mode, "", &client, &server);
	p.has_certificate_usage = true;
	p.certificate_usage = 3;
	call_signed(p);
	ck_assert_str_eq(reason_id(u.reason), _i ? "dtls.cert-untrusted" : "dtls.rpk-mismatch");
	ck_assert(u.is_fatal);
	ck_assert_uint_eq(door.requests, 0);
	/* both fingerprints, for who has to find out which of the two is right */
	ck_assert(_i || strstr(strstr(u.detail, "sha256:") + 1, "sha256:"));
}
END_TEST

/* A test of the listener as well: only the account's peer gets in. */
START_TEST(signed_client_that_is_not_known_is_refused_and_told)
{
	enum security_mode mode = _i ? MODE_CERTIFICATE : MODE_RPK;

	if (lacks(mode))
		return;
	listen_signed(mode, &server, &client);
	call_signed(signed_peer(mode, "", &other, &server));
	ck_assert_str_eq(reason_id(u.reason), "dtls.client-cert-refused");
	ck_assert_int_gt(tp_session_last_alert(s), 0);
	ck_assert_uint_eq(door.requests, 0);
	ck_assert_uint_ge(door.refused, 1);
}
END_TEST

START_TEST(client_without_a_certificate_is_refused)
{
	enum security_mode mode = _i ? MODE_CERTIFICATE : MODE_RPK;

	if (lacks(mode))
		return;
	listen_signed(mode, &server, &client);
	s = test_session(tp, "coaps", "127.0.0.1", tp_listener_port(l), &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 5000));
	ck_assert_int_ne(u.reason, REASON_NONE);
	ck_assert_uint_eq(door.requests, 0);
}
END_TEST

START_TEST(certificate_is_looked_for_the_literal_address_of_the_uri)
{
	struct tp_peer p = signed_peer(MODE_CERTIFICATE, "", &client, &root);

	p.has_certificate_usage = true;
	p.certificate_usage = 2;
	listen_signed(MODE_CERTIFICATE, &server, &client);
	call_signed(p);
	ck_assert_msg(u.reason == REASON_NONE, "%s: %s", reason_id(u.reason), u.detail);
}
END_TEST

START_TEST(certificate_for_another_name_is_refused)
{
	struct tp_peer p = signed_peer(MODE_CERTIFICATE, "", &client, &root);

	p.has_certificate_usage = true;
	p.certificate_usage = 2;
	listen_signed(MODE_CERTIFICATE, &other, &client);
	call_signed(p);
	ck_assert_str_eq(reason_id(u.reason), "dtls.cert-name");
	/* by its SNI (0/x/14) it is the right one */
	s = tp_session_free(s);
	u.results = 0;
	p.sni = span_of_text("localhost");
	call_signed(p);
	ck_assert_msg(u.reason == REASON_NONE, "%s: %s", reason_id(u.reason), u.detail);
}
END_TEST

START_TEST(certificate_that_is_over_is_refused)
{
	struct tp_peer p;

	pki_free(&server);
	pki_make(&(struct pki_wish){.cn = "server",
			 .ip = "127.0.0.1",
			 .issuer = &root,
			 .from = _i ? 3600 : -7200,
			 .until = _i ? 7200 : -3600},
		&server);
	p = signed_peer(MODE_CERTIFICATE, "", &client, &server);
	listen_signed(MODE_CERTIFICATE, &server, &client);
	call_signed(p);
	ck_assert_str_eq(reason_id(u.reason), _i ? "dtls.cert-not-yet-valid" : "dtls.cert-expired");
	ck_assert_int_eq(u.is_fatal, !_i);
}
END_TEST

START_TEST(suite_that_is_wished_for_is_the_only_one_offered)
{
	static const uint32_t ccm8[] = {0xc0ae};
	struct tp_peer p = signed_peer(MODE_CERTIFICATE, "", &client, &server);

	p.ciphersuites = ccm8;
	p.n_ciphersuites = 1;
	listen_signed(MODE_CERTIFICATE, &server, &client);
	call_signed(p);
	ck_assert_msg(u.reason == REASON_NONE, "%s: %s", reason_id(u.reason), u.detail);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("tls");
	TCase *t = tcase_create("psk");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, psk_session_carries_requests_both_ways);
	tcase_add_test(t, psk_session_works_with_ccm_8_alone);
	tcase_add_test(t, psk_session_prefers_aead_with_forward_secrecy);
	tcase_add_test(t, unknown_identity_is_told_and_fatal);
	tcase_add_test(t, silence_at_our_finished_alone_proves_no_wrong_key);
	tcase_add_test(t, wrong_key_is_inferred_when_the_server_repeats_itself);
	tcase_add_test(t, no_common_cipher_is_told);
	tcase_add_test(t, silent_host_is_a_timeout_at_the_handshake_deadline);
	tcase_add_test(t, handshake_that_falls_silent_is_half_open);
	tcase_add_test(t, closed_port_is_net_refused_after_a_second_chance);
	tcase_add_test(t, server_that_starts_late_is_reached_in_the_second_attempt);
	tcase_add_test(t, session_closed_by_the_server_is_told_and_made_anew_on_the_same_port);
	tcase_add_test(t, restarted_server_is_noticed_and_reached_again);
	tcase_add_test(t, tp_session_close_says_goodbye_and_forgets_requests);
	suite_add_tcase(su, t);
	t = tcase_create("signed");
	tcase_add_checked_fixture(t, setup_signed, teardown_signed);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, signed_peers_that_know_each_other_talk, 0, 2);
	tcase_add_loop_test(t, signed_server_with_another_key_is_refused, 0, 2);
	tcase_add_loop_test(t, signed_client_that_is_not_known_is_refused_and_told, 0, 2);
	tcase_add_loop_test(t, client_without_a_certificate_is_refused, 0, 2);
	tcase_add_test(t, certificate_is_looked_for_the_literal_address_of_the_uri);
	tcase_add_test(t, certificate_for_another_name_is_refused);
	tcase_add_loop_test(t, certificate_that_is_over_is_refused, 0, 2);
	tcase_add_test(t, suite_that_is_wished_for_is_the_only_one_offered);
	suite_add_tcase(su, t);
	return su;
}
