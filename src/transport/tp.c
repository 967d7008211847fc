#include "transport/tp.h"

#include <math.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "codec/uri.h"
#include "transport/coap.h"
#include "transport/endpoint.h"

/* libcoap calls a reset "alert" and prints payloads from its own level 7 on. */
static void on_coap_log(coap_log_t level, const char *message)
{
	size_t len = strlen(message);

	(void)level;
	while (len > 0 && (message[len - 1] == '\n' || message[len - 1] == '\r'))
		len--;
	LOG(LOG_DEBUG, "libcoap: %.*s", (int)len, message);
}

static void start_libcoap(void)
{
	coap_startup();
	coap_set_log_handler(on_coap_log);
	/* 4: warnings; 6: information, without messages and their payloads; 0: next to nothing */
	coap_set_log_level(log_level() >= LOG_DEBUG ? 6 : 0);
}

int tp_set(struct tp *tp, const struct tp_settings *settings)
{
	const char *interface = settings->interface ? settings->interface : "";
	const char *trust_store = settings->trust_store ? settings->trust_store : "";

	if (strlen(interface) >= sizeof tp->interface ||
		strlen(trust_store) >= sizeof tp->trust_store ||
		settings->ack_timeout < USEC_PER_SEC || !(settings->ack_random_factor >= 1) ||
		settings->body_max == 0)
		return -EINVAL;
	snprintf(tp->interface, sizeof tp->interface, "%s", interface);

	int r = settings->token_pin.len ? secret_set(&tp->token_pin, settings->token_pin) : 0;

	if (r < 0)
		return r;
	if (settings->token_pin.len == 0)
		secret_done(&tp->token_pin);
	tp->settings = *settings;
	tp->settings.token_pin = secret_span(&tp->token_pin);
	tp->settings.interface = tp->interface;
	snprintf(tp->trust_store, sizeof tp->trust_store, "%s", trust_store);
	tp->settings.trust_store = tp->trust_store;
	return 0;
}

static const struct answer *no_request(
	void *owner, coap_session_t *from, const struct packet *request)
{
	static const struct answer silence = {.code = MSG_NO_RESPONSE};

	(void)owner, (void)from, (void)request;
	return &silence;
}

/* A context to see whether it can be set up as needed; the first account takes it over. */
static int tp_probe(struct tp *tp)
{
	static const struct endpoint_ops ops = {.request = no_request};

	if (!coap_dtls_is_supported())
		return -ENOSYS;
	return endpoint_new(tp, &ops, NULL, &tp->spare);
}

int tp_new(const struct loop *loop, const struct clock *clock, const struct tp_settings *settings,
	struct tp **ret, const char **ret_why)
{
	_cleanup_(tp_free_p) struct tp *tp = calloc(1, sizeof(*tp));

	*ret_why = "out of memory";
	if (!tp)
		return -ENOMEM;
	tp->loop = loop;
	tp->clock = clock;

	int r = tp_set(tp, settings);
	if (r < 0) {
		*ret_why = "a setting is out of range";
		return r;
	}
	r = resolver_new(loop, &tp->resolver);
	if (r < 0)
		return r;
	r = tls_catcher_new(&tp->catcher);
	if (r < 0)
		return r;

	start_libcoap();
	r = tp_probe(tp);
	if (r == -ENOSYS)
		*ret_why = "this libcoap does not use OpenSSL in the known way: no DTLS";
	if (r < 0)
		return r;

	*ret_why = NULL;
	*ret = TAKE_PTR(tp);
	return 0;
}

struct tp *tp_free(struct tp *tp)
{
	if (!tp)
		return NULL;
	endpoint_free(tp->spare);
	secret_done(&tp->token_pin);
	secret_done(&tp->refused_pin);
	resolver_free(tp->resolver);
	tls_catcher_free(tp->catcher);
	coap_set_log_handler(NULL);
	free(tp);
	return NULL;
}

void tp_free_p(struct tp **tp)
{
	*tp = tp_free(*tp);
}

uint64_t tp_max_transmit_wait(const struct tp *tp)
{
	const struct tp_settings *s = &tp->settings;
	double factor = (exp2(s->max_retransmit + 1.0) - 1) * s->ack_random_factor;

	return (uint64_t)((double)s->ack_timeout * factor);
}

bool tp_supports_mode(int64_t security_mode)
{
	return security_mode == MODE_PSK || security_mode == MODE_NOSEC ||
	       security_mode == MODE_CERTIFICATE ||
	       (security_mode == MODE_RPK && key_has_raw_public_keys());
}

const char *tp_refusal(const struct tp *tp)
{
	return tp->refusal;
}

int tp_set_credentials(struct tp *tp, const struct tp_peer *peer, const struct uri *uri,
	struct tls_credentials *ret)
{
	struct tls_material material = {.mode = peer->mode,
		.identity = peer->identity,
		.server_public_key = peer->server_public_key,
		.secret_key = peer->secret_key,
		.sni = peer->sni,
		.host = uri->host,
		.is_host_literal = uri->is_ipv4_literal || uri->is_ipv6_literal,
		.matching = (enum matching_type)peer->matching_type,
		.usage = USAGE_ABSENT,
		.ciphersuites = peer->ciphersuites,
		.n_ciphersuites = peer->n_ciphersuites,
		.trust_store = tp->settings.trust_store,
		.clock_check = tp->settings.clock_check};

	if (peer->matching_type < MATCH_EXACT || peer->matching_type >= MATCH_END)
		return -EINVAL;
	if (peer->has_certificate_usage && peer->certificate_usage >= USAGE_CA &&
		peer->certificate_usage <= USAGE_PINNED_SERVER)
		material.usage = (enum tls_usage)peer->certificate_usage;
	else if (peer->has_certificate_usage)
		return -EINVAL;
	return tls_credentials_set(ret, &material, tp->refusal);
}

int tp_has_route(const struct tp *tp, struct span text)
{
	struct address address;
	struct uri uri;

	if (uri_parse(text, &uri, NULL) < 0)
		return 0;
	if (address_parse(uri.host, uri.port, &address) < 0)
		return -EAGAIN;
	return address_probe(&address, tp->interface) == 0;
}

void tp_arm(const struct tp *tp, struct loop_source *timer, uint64_t at)
{
	(void)tp->loop->arm(timer, at, USEC_PER_MSEC);
}
