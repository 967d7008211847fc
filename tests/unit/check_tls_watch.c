#include "transport/tls_watch.h"

#include "runner.h"

/* in the table no alert is 0 and close_notify, alert 0, is this */
enum { CLOSE_NOTIFY = 256 };

/* clang-format off */
#define SEEN(...) {.mode = MODE_PSK, __VA_ARGS__}
#define SIGNED(...) {.mode = MODE_RPK, __VA_ARGS__}
/* clang-format on */
#define ANSWERED .is_heard = true, .server_hello_seen = true, .hellos_sent = 2, .hellos_asked = 1
#define UNREAD ANSWERED, .finished_sent = true, .flight = 2
#define REPEATED UNREAD, .repeat = 4

/* clang-format off */
static const struct {
	struct tls_watch watch;
	enum reason reason;
	bool is_fatal;
} verdicts[] = {
	{SEEN(), REASON_DTLS_TIMEOUT, false},
	{SEEN(.is_heard = true), REASON_DTLS_HALF_OPEN, false},
	{SEEN(ANSWERED), REASON_DTLS_HALF_OPEN, false},
	{SEEN(REPEATED), REASON_DTLS_PSK_WRONG_KEY, false},
	/* what is seen where our own flight is lost proves nothing */
	{SEEN(REPEATED, .has_gap = true), REASON_DTLS_HALF_OPEN, false},
	{SEEN(.is_heard = true, .server_hello_seen = true, .hellos_sent = 3, .hellos_asked = 1,
		.finished_sent = true, .flight = 2, .repeat = 4), REASON_DTLS_HALF_OPEN, false},
	{SEEN(UNREAD, .repeat = 3), REASON_DTLS_HALF_OPEN, false},
	{SEEN(UNREAD, .finishes = 4), REASON_DTLS_PSK_WRONG_KEY, false},
	{SEEN(UNREAD, .finishes = 4, .has_gap = true), REASON_DTLS_HALF_OPEN, false},
	{SEEN(UNREAD, .finishes = 4, .repeat = 1), REASON_DTLS_HALF_OPEN, false},
	{SEEN(UNREAD, .finishes = 3), REASON_DTLS_HALF_OPEN, false},
	{SIGNED(UNREAD, .finishes = 4), REASON_DTLS_HALF_OPEN, false},
	{SEEN(UNREAD), REASON_DTLS_HALF_OPEN, false},
	{SIGNED(REPEATED), REASON_DTLS_HALF_OPEN, false},
	{SEEN(.alert_seen = 20), REASON_DTLS_PSK_WRONG_KEY, false},
	{SEEN(.alert_seen = 51), REASON_DTLS_PSK_WRONG_KEY, false},
	{SEEN(.alert_seen = 115), REASON_DTLS_PSK_UNKNOWN_IDENTITY, true},
	{SEEN(.alert_seen = 40), REASON_DTLS_NO_COMMON_CIPHER, false},
	{SIGNED(.alert_seen = 40), REASON_DTLS_NO_COMMON_CIPHER, false},
	{SEEN(.alert_seen = 40, .server_hello_seen = true), REASON_DTLS_ALERT, false},
	{SEEN(.alert_seen = 71), REASON_DTLS_NO_COMMON_CIPHER, false},
	{SEEN(.alert_seen = 80), REASON_DTLS_ALERT, false},
	{SEEN(.alert_seen = 42), REASON_DTLS_ALERT, true},
	{SEEN(.alert_seen = 49), REASON_DTLS_ALERT, true},
	{SEEN(.alert_seen = CLOSE_NOTIFY), REASON_DTLS_CLOSED, false},
	{SEEN(.alert_sent = 47), REASON_DTLS_ALERT, false},
	{SEEN(.alert_seen = 20, .finished_seen = true), REASON_DTLS_ALERT, false},
	{SIGNED(.alert_seen = 42, .certificate_sent = true), REASON_DTLS_CLIENT_CERT_REFUSED, true},
	{SIGNED(.alert_seen = 45, .certificate_sent = true), REASON_DTLS_CLIENT_CERT_REFUSED, true},
	{SIGNED(.alert_seen = 48, .certificate_sent = true), REASON_DTLS_CLIENT_CERT_REFUSED, true},
	{SIGNED(.alert_seen = 51, .certificate_sent = true), REASON_DTLS_CLIENT_CERT_REFUSED, false},
	/* TLS 1.3: our side is done before the server looks at the certificate */
	{SIGNED(.alert_seen = 116, .certificate_sent = true, .finished_seen = true),
		REASON_DTLS_CLIENT_CERT_REFUSED, false},
	{SIGNED(.alert_seen = 51), REASON_DTLS_ALERT, false},
	/* our own refusal is the cause of all else */
	{SIGNED(.alert_sent = 42, .refusal = {.reason = REASON_DTLS_RPK_MISMATCH, .is_fatal = true,
		.detail = "its key"}), REASON_DTLS_RPK_MISMATCH, true},
};
/* clang-format on */

START_TEST(verdict_follows_what_was_seen)
{
	struct tls_watch w = verdicts[_i].watch;

	w.alert_sent = w.alert_sent ? w.alert_sent : TLS_ALERT_NONE;
	w.alert_seen = w.alert_seen == CLOSE_NOTIFY ? 0
		       : w.alert_seen		    ? w.alert_seen
						    : TLS_ALERT_NONE;

	struct tls_verdict v = tls_judge(&w);

	ck_assert_str_eq(reason_id(v.reason), reason_id(verdicts[_i].reason));
	ck_assert_int_eq(v.is_fatal, verdicts[_i].is_fatal);
	ck_assert_uint_gt(strlen(v.detail), 0);
}
END_TEST

/* TS transport 5.2.9-1: the "Fail" class */
START_TEST(alerts_are_sorted_as_the_standard_sorts_them)
{
	static const int fatal[] = {42, 43, 44, 45, 46, 48, 49, 112, 113, 114, 115};
	size_t n = 0;

	for (int alert = 0; alert < 256; alert++) {
		bool is_listed = n < sizeof fatal / sizeof *fatal && fatal[n] == alert;

		ck_assert_int_eq(tls_alert_is_fatal(alert), is_listed);
		n += is_listed;
	}
}
END_TEST

static void see(struct tls_watch *w, int is_sent, int type, const char *hex)
{
	struct span bytes = test_hex(hex);

	tls_watch_message(is_sent, 0, type, bytes.data, bytes.len, NULL, w);
}

/* A handshake with HelloVerifyRequest whose server says its two records again and again. */
static void see_repeats(struct tls_watch *w, const char *const *records, size_t n)
{
	tls_watch_reset(w);
	w->mode = MODE_PSK;
	see(w, 1, SSL3_RT_HANDSHAKE, "01");
	see(w, 0, SSL3_RT_HEADER, "16 feff 0000 000000000000 0010");
	see(w, 0, SSL3_RT_HANDSHAKE, "03");
	see(w, 1, SSL3_RT_HANDSHAKE, "01");
	see(w, 0, SSL3_RT_HEADER, "16 fefd 0000 000000000005 0010");
	see(w, 0, SSL3_RT_HANDSHAKE, "02");
	see(w, 0, SSL3_RT_HEADER, "16 fefd 0000 000000000006 0010");
	see(w, 0, SSL3_RT_HANDSHAKE, "0e");
	see(w, 1, SSL3_RT_HANDSHAKE, "14");
	for (size_t i = 0; i < n; i++)
		see(w, 0, SSL3_RT_HEADER, records[i]);
}

START_TEST(wrong_key_needs_two_repetitions_without_a_gap)
{
	static const char *const whole[] = {"16 fefd 0000 000000000007 0010",
		"16 fefd 0000 000000000008 0010", "16 fefd 0000 000000000009 0010",
		"16 fefd 0000 00000000000a 0010"};
	static const char *const gap[] = {"16 fefd 0000 000000000007 0010",
		"16 fefd 0000 000000000009 0010", "16 fefd 0000 00000000000a 0010",
		"16 fefd 0000 00000000000b 0010"};
	struct tls_watch w;

	see_repeats(&w, whole, 4);
	ck_assert_int_eq(tls_judge(&w).reason, REASON_DTLS_PSK_WRONG_KEY);
	see_repeats(&w, whole, 3);
	ck_assert_int_eq(tls_judge(&w).reason, REASON_DTLS_HALF_OPEN);
	see_repeats(&w, gap, 4);
	ck_assert_int_eq(tls_judge(&w).reason, REASON_DTLS_HALF_OPEN);
}
END_TEST

START_TEST(alerts_and_certificates_are_noted)
{
	struct tls_watch w;

	tls_watch_reset(&w);
	see(&w, 1, SSL3_RT_HANDSHAKE, "0b");
	ck_assert(w.certificate_sent && !w.is_heard);
	see(&w, 1, SSL3_RT_ALERT, "01 00"); /* close_notify is no failure */
	ck_assert_int_eq(w.alert_sent, TLS_ALERT_NONE);
	see(&w, 0, SSL3_RT_ALERT, "02 2d");
	ck_assert_int_eq(w.alert_seen, 45);
	see(&w, 0, SSL3_RT_HANDSHAKE, "14");
	ck_assert(w.finished_seen && w.is_heard);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("tls_watch");
	TCase *t = tcase_create("tls_watch");

	tcase_add_loop_test(
		t, verdict_follows_what_was_seen, 0, (int)(sizeof verdicts / sizeof *verdicts));
	tcase_add_test(t, alerts_are_sorted_as_the_standard_sorts_them);
	tcase_add_test(t, wrong_key_needs_two_repetitions_without_a_gap);
	tcase_add_test(t, alerts_and_certificates_are_noted);
	suite_add_tcase(su, t);
	return su;
}
