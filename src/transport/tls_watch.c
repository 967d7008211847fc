#include "transport/tls_watch.h"

#include <stdio.h>

#include "base/reader.h"

enum {
	HANDSHAKE_CLIENT_HELLO = 1,
	HANDSHAKE_SERVER_HELLO = 2,
	HANDSHAKE_HELLO_VERIFY = 3,
	HANDSHAKE_CERTIFICATE = 11,
	HANDSHAKE_FINISHED = 20,
	ALERT_FATAL = 2,
	DTLS_HEADER_LEN = 13,
	/* how often a server says the same again before we take it that it cannot read us */
	REPEATS_MIN = 2,
	/* how often we say ours into silence before we take it */
	FINISHES_MIN = 4,
};

void tls_watch_reset(struct tls_watch *w)
{
	*w = (struct tls_watch){.alert_seen = TLS_ALERT_NONE, .alert_sent = TLS_ALERT_NONE};
}

static void watch_sent(struct tls_watch *w, uint8_t type)
{
	if (type == HANDSHAKE_CLIENT_HELLO) {
		w->hellos_sent++;
	} else if (type == HANDSHAKE_CERTIFICATE) {
		w->certificate_sent = true;
	} else if (type == HANDSHAKE_FINISHED) {
		w->finished_sent = true;
		w->finishes++;
	}
}

static void watch_received(struct tls_watch *w, uint8_t type)
{
	if (type == HANDSHAKE_SERVER_HELLO) {
		w->server_hello_seen = true;
	} else if (type == HANDSHAKE_HELLO_VERIFY) {
		w->hellos_asked++;
		/* its record's number is the ClientHello's, the next one's need not follow */
		w->is_counting = false;
		w->flight = 0;
	} else if (type == HANDSHAKE_FINISHED) {
		w->finished_seen = true;
	}
}

/* Of the peer's records in clear, each one sent anew has a number of its own: none may be missing
 * where nothing is lost. */
static void watch_record(struct tls_watch *w, struct span header)
{
	struct reader r = reader_of(header);
	uint8_t type = rd_u8(&r);

	rd_take(&r, 2);

	uint64_t epoch = rd_be(&r, 2), number = rd_be(&r, 6);

	if (r.err || epoch != 0)
		return;
	if (w->is_counting && number != w->next_record)
		w->has_gap = true;
	w->is_counting = true;
	w->next_record = number + 1;
	if (type == SSL3_RT_HANDSHAKE && w->finished_sent)
		w->repeat++;
	else if (type == SSL3_RT_HANDSHAKE)
		w->flight++;
}

void tls_watch_message(int is_sent, int version, int content_type, const void *bytes, size_t len,
	SSL *ssl, void *arg)
{
	struct tls_watch *w = arg;
	const uint8_t *octet = bytes;

	(void)version, (void)ssl;
	if (!is_sent)
		w->is_heard = true;
	if (content_type == SSL3_RT_HEADER && !is_sent && len == DTLS_HEADER_LEN)
		watch_record(w, span_of(bytes, len));
	else if (content_type == SSL3_RT_HANDSHAKE && len >= 1)
		(is_sent ? watch_sent : watch_received)(w, octet[0]);
	if (content_type != SSL3_RT_ALERT || len < 2)
		return;
	if (!is_sent)
		w->alert_seen = octet[1];
	else if (octet[0] == ALERT_FATAL)
		w->alert_sent = octet[1];
}

bool tls_alert_is_fatal(int alert)
{
	return (alert >= 42 && alert <= 46) || alert == 48 || alert == 49 ||
	       (alert >= 112 && alert <= 115);
}

const char *tls_alert_name(int alert)
{
	return SSL_alert_desc_string_long(alert);
}

/* clang-format off */
static const struct {
	int alert;
	enum reason reason;
} alert_reasons[] = {
	{20, REASON_DTLS_PSK_WRONG_KEY}, /* bad_record_mac */
	{51, REASON_DTLS_PSK_WRONG_KEY}, /* decrypt_error */
	{71, REASON_DTLS_NO_COMMON_CIPHER}, /* insufficient_security */
	{115, REASON_DTLS_PSK_UNKNOWN_IDENTITY}, /* unknown_psk_identity */
};
/* clang-format on */

/* bad_certificate, unsupported, revoked, expired, unknown, illegal key, unknown_ca, access_denied,
 * and certificate_required of TLS 1.3 */
static bool is_about_our_certificate(int alert)
{
	return (alert >= 41 && alert <= 46) || alert == 48 || alert == 49 || alert == 116;
}

static enum reason alert_reason(const struct tls_watch *w)
{
	bool is_signed = w->mode == MODE_RPK || w->mode == MODE_CERTIFICATE;

	if (is_signed && w->certificate_sent &&
		(is_about_our_certificate(w->alert_seen) || w->alert_seen == 51))
		return REASON_DTLS_CLIENT_CERT_REFUSED;
	if (w->finished_seen)
		return REASON_DTLS_ALERT;
	/* TLS 1.3 goes on without an unknown key, and fails for want of a certificate */
	if (w->alert_seen == 40 && !w->server_hello_seen && w->has_binder)
		return REASON_DTLS_PSK_UNKNOWN_IDENTITY;
	/* what the key's binder must be answered with where it does not fit (RFC 8446 4.2.11) */
	if (w->alert_seen == 47 && !w->server_hello_seen && w->has_binder)
		return REASON_DTLS_PSK_WRONG_KEY;
	/* handshake_failure instead of a ServerHello: nothing we offered suits the server */
	if (w->alert_seen == 40 && !w->server_hello_seen)
		return REASON_DTLS_NO_COMMON_CIPHER;
	for (size_t i = 0; i < sizeof alert_reasons / sizeof *alert_reasons; i++)
		if (alert_reasons[i].alert == w->alert_seen && !is_signed)
			return alert_reasons[i].reason;
	return w->alert_seen == 71 ? REASON_DTLS_NO_COMMON_CIPHER : REASON_DTLS_ALERT;
}

/*
 * A server drops what it cannot decrypt without a word (RFC 6347 4.1.2.7). OpenSSL then says its
 * last flight again and again, Californium says nothing more. Both are seen as well where packets
 * get lost, so a path that has lost anything proves nothing.
 */
static bool is_key_suspect(const struct tls_watch *w)
{
	bool is_lossy = w->has_gap || w->hellos_sent > w->hellos_asked + 1;

	bool is_repeated = w->flight > 0 && w->repeat >= REPEATS_MIN * w->flight;
	bool is_mute = w->repeat == 0 && w->finishes >= FINISHES_MIN;

	return w->mode == MODE_PSK && (is_repeated || is_mute) && !is_lossy;
}

static void judge_silence(const struct tls_watch *w, struct tls_verdict *v)
{
	if (w->finished_sent && !w->finished_seen && is_key_suspect(w)) {
		v->reason = REASON_DTLS_PSK_WRONG_KEY;
		snprintf(v->detail, sizeof v->detail,
			"the server %s as if it could not read our Finished: probably another key",
			w->repeat ? "repeats itself" : "says nothing more");
	} else if (w->finished_sent && !w->finished_seen) {
		v->reason = REASON_DTLS_HALF_OPEN;
		snprintf(v->detail, sizeof v->detail,
			"the server fell silent at our Finished: packets get lost%s",
			w->mode == MODE_PSK ? ", or the keys differ" : "");
	} else if (w->is_heard) {
		v->reason = REASON_DTLS_HALF_OPEN;
		snprintf(v->detail, sizeof v->detail, "the server fell silent after its %s",
			w->server_hello_seen ? "ServerHello" : "first answer");
	} else {
		v->reason = REASON_DTLS_TIMEOUT;
		snprintf(v->detail, sizeof v->detail, "no answer to ClientHello");
	}
}

struct tls_verdict tls_judge(const struct tls_watch *w)
{
	struct tls_verdict v = {.reason = REASON_NONE};

	if (w->refusal.reason != REASON_NONE) {
		v.reason = w->refusal.reason;
		v.is_fatal = w->refusal.is_fatal;
		snprintf(v.detail, sizeof v.detail, "%s", w->refusal.detail);
	} else if (w->alert_seen > 0) {
		v.reason = alert_reason(w);
		v.is_fatal = tls_alert_is_fatal(w->alert_seen);
		snprintf(v.detail, sizeof v.detail, "alert %d (%s) from the server", w->alert_seen,
			tls_alert_name(w->alert_seen));
	} else if (w->alert_seen == 0) {
		v.reason = REASON_DTLS_CLOSED;
		snprintf(v.detail, sizeof v.detail, "close_notify from the server");
	} else if (w->alert_sent != TLS_ALERT_NONE) {
		v.reason = REASON_DTLS_ALERT;
		snprintf(v.detail, sizeof v.detail, "ended by this side with alert %d (%s)",
			w->alert_sent, tls_alert_name(w->alert_sent));
	} else {
		judge_silence(w, &v);
	}
	return v;
}
