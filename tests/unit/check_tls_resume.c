#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "coap_peer.h"
#include "peer.h"
#include "runner.h"
#include "testloop.h"
#include "transport/tls_resume.h"

/* ---- client and server in memory ---- */

static SSL_CTX *client_ctx, *server_ctx;
static SSL *client, *server;
static struct tls_resume resume;

static int on_new(SSL *ssl, SSL_SESSION *session)
{
	(void)ssl;
	tls_resume_keep(&resume, session);
	return 0;
}

static unsigned give_psk(SSL *ssl, const char *hint, char *identity, unsigned identity_size,
	unsigned char *key, unsigned key_size)
{
	(void)ssl, (void)hint, (void)identity_size, (void)key_size;
	memcpy(identity, "device", 7);
	memcpy(key, "0123456789abcdef", 16);
	return 16;
}

static unsigned find_psk(SSL *ssl, const char *identity, unsigned char *key, unsigned size)
{
	(void)ssl, (void)size;
	/* OpenSSL tries each ticket as an identity, too */
	if (strcmp(identity, "device") != 0)
		return 0;
	memcpy(key, "0123456789abcdef", 16);
	return 16;
}

static void make_server(void)
{
	SSL_CTX_free(server_ctx);
	server_ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_psk_server_callback(server_ctx, find_psk);
}

static void memory_setup(void)
{
	make_server();
	client_ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_psk_client_callback(client_ctx, give_psk);
	ck_assert_int_eq(SSL_CTX_set_cipher_list(client_ctx, "PSK"), 1);
	ck_assert_int_eq(SSL_CTX_set_ciphersuites(client_ctx, "TLS_AES_128_GCM_SHA256"), 1);
	tls_resume_prepare(client_ctx, on_new);
}

static void memory_teardown(void)
{
	tls_resume_forget(&resume);
	SSL_CTX_free(client_ctx);
	SSL_CTX_free(server_ctx);
	server_ctx = NULL;
}

/* One connection, with all that belongs to it. */
static void connect_once(int version)
{
	BIO *a, *b;
	uint8_t octet;
	int r = 0;

	client = SSL_new(client_ctx);
	server = SSL_new(server_ctx);
	ck_assert_int_eq(BIO_new_bio_pair(&a, 0, &b, 0), 1);
	SSL_set_bio(client, a, a);
	SSL_set_bio(server, b, b);
	SSL_set_min_proto_version(client, version);
	SSL_set_max_proto_version(client, version);
	tls_resume_offer(&resume, client);
	for (int i = 0; i < 10 && r != 1; i++) {
		r = SSL_connect(client);
		SSL_accept(server);
	}
	ck_assert_int_eq(r, 1);
	tls_resume_note(&resume, client);
	/* a ticket of TLS 1.3 comes behind the handshake */
	SSL_accept(server);
	SSL_read(client, &octet, 1);
	/* no close_notify: OpenSSL marks its own object as spoilt */
	SSL_free(client);
	SSL_free(server);
}

START_TEST(session_is_resumed_over_a_restart)
{
	struct tls_resume later = {0};

	connect_once(_i);
	ck_assert(!resume.is_resumed && resume.session.len > 0);
	ck_assert_int_eq(tls_resume_load(&later, secret_span(&resume.session)), 0);
	tls_resume_forget(&resume);
	resume = later;
	connect_once(_i);
	ck_assert(resume.is_resumed);
}
END_TEST

START_TEST(key_of_tls_1_3_is_not_taken_for_a_resumed_session)
{
	connect_once(TLS1_3_VERSION);
	tls_resume_forget(&resume);
	connect_once(TLS1_3_VERSION);
	ck_assert(!resume.is_resumed);
}
END_TEST

START_TEST(session_that_the_server_has_forgotten_brings_a_full_handshake)
{
	connect_once(_i);
	make_server();
	connect_once(_i);
	ck_assert(!resume.is_resumed);
	/* and that one can be resumed again */
	connect_once(_i);
	ck_assert(resume.is_resumed);
}
END_TEST

static void set_time(SSL_SESSION *session, long at)
{
#if OPENSSL_VERSION_NUMBER >= 0x30300000L
	SSL_SESSION_set_time_ex(session, at);
#else
	SSL_SESSION_set_time(session, at);
#endif
}

static void make_older(long seconds)
{
	const unsigned char *at = resume.session.data;
	SSL_SESSION *session = d2i_SSL_SESSION(NULL, &at, (long)resume.session.len);

	set_time(session, (long)time(NULL) - seconds);
	tls_resume_keep(&resume, session);
	SSL_SESSION_free(session);
}

START_TEST(session_that_is_too_old_is_not_offered)
{
	connect_once(TLS1_2_VERSION);
	make_older(25L * 3600);
	connect_once(TLS1_2_VERSION);
	ck_assert(!resume.is_resumed);
	make_older(-3600); /* of a clock that was set back */
	connect_once(TLS1_2_VERSION);
	ck_assert(!resume.is_resumed);
}
END_TEST

START_TEST(bytes_that_are_no_session_are_refused)
{
	struct tls_resume other = {0};
	struct span bytes;

	ck_assert_int_eq(tls_resume_load(&other, span_of_text("no session")), -EBADMSG);
	ck_assert_int_eq(tls_resume_load(&other, span_of("", 0)), -EBADMSG);
	ck_assert_int_eq(tls_resume_load(&other, test_bytes(TLS_RESUME_MAX + 1)), -EBADMSG);
	connect_once(TLS1_2_VERSION);
	bytes = secret_span(&resume.session);
	for (size_t len = 0; len < bytes.len; len++)
		ck_assert_int_eq(tls_resume_load(&other, span_of(bytes.data, len)), -EBADMSG);
	ck_assert_uint_eq(other.session.len, 0);
}
END_TEST

/* ---- sessions of ours with a server made of libcoap ---- */

static struct tp *tp;
static struct user u;
static struct tp_session *s;
static struct coap_peer peer;

static void setup(void)
{
	tp = test_tp(&test_settings);
	memset(&peer, 0, sizeof peer);
	memset(&u, 0, sizeof u);
	peer.answer = MSG_CREATED;
}

static void teardown(void)
{
	s = tp_session_free(s);
	coap_peer_close(&peer);
	tp = tp_free(tp);
	test_loop_for(0);
	user_free(&u);
}

static void connected(bool is_tcp)
{
	peer.is_tcp = is_tcp;
	coap_peer_open(&peer);
	s = test_session(tp, is_tcp ? "coaps+tcp" : "coaps", "127.0.0.1", peer.port, &u);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, 1, 5000));
	ck_assert_int_eq(u.reason, REASON_NONE);
	/* a ticket may come behind the first answer */
	test_loop_for(20);
	ck_assert(tp_session_can_resume(s));
}

static void on_opened(void *data, const struct tp_result *result)
{
	(void)data;
	ck_assert_ptr_null(result->response);
	u.results++;
	u.reason = result->reason;
	u.is_new_session = result->is_new_session;
	snprintf(u.detail, sizeof u.detail, "%s", result->detail);
}

static void reopened(unsigned results)
{
	tp_session_open(s, on_opened, &u);
	ck_assert(test_loop_until(&u.results, results, 5000));
	ck_assert_msg(u.reason == REASON_NONE, "%s", u.detail);
	ck_assert(u.is_new_session);
	test_post(s, &u, 10);
	ck_assert(test_loop_until(&u.results, results + 1, 5000));
	ck_assert_int_eq(u.reason, REASON_NONE);
}

START_TEST(next_connection_resumes_the_security_session)
{
	connected(_i);
	tp_session_close(s);
	tp_session_open(s, on_opened, &u);
	ck_assert(test_loop_until(&u.results, 2, 5000));
	ck_assert(u.reason == REASON_NONE && !u.is_new_session);
	ck_assert(tp_session_is_connected(s));
	/* an open connection need not be made */
	tp_session_open(s, on_opened, &u);
	ck_assert(test_loop_until(&u.results, 3, 5000));
	ck_assert(!u.is_new_session);
}
END_TEST

START_TEST(another_session_object_resumes_what_was_kept)
{
	struct buf kept = {.max = TLS_RESUME_MAX};

	connected(_i);
	ck_assert_int_eq(buf_set(&kept, tp_session_resumption(s)), 0);
	tp_session_free(s);
	s = test_session(tp, _i ? "coaps+tcp" : "coaps", "127.0.0.1", peer.port, &u);
	ck_assert_int_eq(tp_session_set_resumption(s, buf_span(&kept)), 0);
	tp_session_open(s, on_opened, &u);
	ck_assert(test_loop_until(&u.results, 2, 5000));
	ck_assert(u.reason == REASON_NONE && !u.is_new_session);
	buf_done(&kept);
}
END_TEST

START_TEST(restarted_server_gets_a_full_handshake)
{
	connected(_i);
	tp_session_close(s);
	coap_peer_close(&peer);
	coap_peer_open(&peer);
	reopened(2);
}
END_TEST

/* libcoap's own servers that verify certificates do so (measured) */
START_TEST(server_that_chokes_on_the_old_session_gets_a_full_handshake_at_once)
{
	peer.chokes = true;
	connected(false);
	tp_session_close(s);
	reopened(2);
	ck_assert_uint_eq(u.lost, 0);
}
END_TEST

START_TEST(opening_tells_why_there_is_no_connection)
{
	s = test_session(tp, _i ? "coaps+tcp" : "coaps", "no-such-name.invalid", 5684, &u);
	tp_session_open(s, on_opened, &u);
	ck_assert(test_loop_until(&u.results, 1, 20000));
	ck_assert(u.reason == REASON_DNS_NOT_FOUND || u.reason == REASON_DNS_TIMEOUT);
	ck_assert_uint_eq(u.lost, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *all = suite_create("tls_resume");
	TCase *memory = tcase_create("in memory"), *t = tcase_create("sessions");

	suite_add_tcase(all, memory);
	tcase_add_checked_fixture(memory, memory_setup, memory_teardown);
	tcase_add_loop_test(
		memory, session_is_resumed_over_a_restart, TLS1_2_VERSION, TLS1_3_VERSION + 1);
	tcase_add_test(memory, key_of_tls_1_3_is_not_taken_for_a_resumed_session);
	tcase_add_loop_test(memory, session_that_the_server_has_forgotten_brings_a_full_handshake,
		TLS1_2_VERSION, TLS1_3_VERSION + 1);
	tcase_add_test(memory, session_that_is_too_old_is_not_offered);
	tcase_add_test(memory, bytes_that_are_no_session_are_refused);
	suite_add_tcase(all, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, next_connection_resumes_the_security_session, 0, 2);
	tcase_add_loop_test(t, another_session_object_resumes_what_was_kept, 0, 2);
	tcase_add_loop_test(t, restarted_server_gets_a_full_handshake, 0, 2);
	tcase_add_test(t, server_that_chokes_on_the_old_session_gets_a_full_handshake_at_once);
	tcase_add_loop_test(t, opening_tells_why_there_is_no_connection, 0, 2);
	return all;
}
