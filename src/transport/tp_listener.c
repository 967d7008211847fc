#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "codec/uri.h"
#include "exchange/incoming.h"
#include "transport/endpoint.h"

/*
 * The door for server-initiated bootstrap: a DTLS server that takes one identity and key, or a
 * UDP socket that hears one host only. Everybody else gets no answer. (TS 1.0 5.2.3)
 */

enum { CALLERS_MAX = 4, HANDSHAKES_MAX = 4, IDLE_SEC = 300 };

/* How long after the last look-up an unknown sender makes us look again. */
#define NAMES_FRESH (60 * USEC_PER_SEC)

/* A peer that was let in, by its address. */
struct caller {
	bool is_used;
	struct address address;
	char text[ADDRESS_TEXT_MAX];
	struct incoming *in;
	uint64_t heard;
	struct tp_listener *listener;
};

struct tp_listener {
	struct tp *tp;
	struct tp_handlers handlers;
	struct endpoint *endpoint;
	enum security_mode mode;
	uint16_t port;
	coap_bin_const_t key; /* looks into the endpoint's credentials */
	uint8_t unused_key[32];
	struct caller caller[CALLERS_MAX];
	struct loop_source *timer;

	char *uri_text; /* of the account; NoSec: who may come in */
	struct uri uri;
	struct lookup *lookup;
	struct resolve_result names;
	uint64_t names_at;
};

static void caller_drop(struct caller *c)
{
	incoming_free(c->in);
	*c = (struct caller){0};
}

static void listener_refuse(
	const struct tp_listener *l, const struct address *from, const char *why)
{
	char text[ADDRESS_TEXT_MAX];

	address_format(from, text);
	if (l->handlers.refused)
		l->handlers.refused(l->handlers.data, text, why);
}

static void on_incoming(void *data, const struct request *request, struct response *ret)
{
	struct caller *c = data;
	const struct tp_handlers *h = &c->listener->handlers;

	if (h->request)
		h->request(h->data, c->text, request, ret);
}

static struct caller *caller_find(struct tp_listener *l, const struct address *address)
{
	for (size_t i = 0; i < CALLERS_MAX; i++)
		if (l->caller[i].is_used && address_is_equal(&l->caller[i].address, address))
			return &l->caller[i];
	return NULL;
}

/* A new one; who has been silent longest makes room. */
static struct caller *caller_add(struct tp_listener *l, const struct address *address)
{
	struct incoming_config config = {.clock = l->tp->clock,
		.body_max = l->tp->settings.body_max,
		.szx = BLOCK_SZX_MAX,
		.request = on_incoming};
	struct caller *place = &l->caller[0];
	struct incoming *in;

	for (size_t i = 0; i < CALLERS_MAX; i++) {
		if (!l->caller[i].is_used) {
			place = &l->caller[i];
			break;
		}
		if (l->caller[i].heard < place->heard)
			place = &l->caller[i];
	}
	config.data = place;
	if (incoming_new(&config, &in) < 0)
		return NULL;
	if (place->is_used)
		caller_drop(place);
	*place = (struct caller){.is_used = true, .address = *address, .in = in, .listener = l};
	address_format(address, place->text);
	return place;
}

static void on_names(void *data, const struct resolve_result *result)
{
	struct tp_listener *l = data;

	l->lookup = NULL;
	l->names_at = clock_now(l->tp->clock);
	if (result->reason == REASON_NONE)
		l->names = *result;
	else
		LOG(LOG_DEBUG, "listener: %.*s: %s", (int)l->uri.host.len,
			(const char *)l->uri.host.data, result->detail);
}

static int listener_look_up(struct tp_listener *l)
{
	return resolver_start(l->tp->resolver, l->uri.host, l->uri.port, l->tp->settings.family,
		on_names, l, &l->lookup);
}

/* Without security the sender's address is all there is to go by. */
static bool is_expected(struct tp_listener *l, const struct address *from)
{
	for (size_t i = 0; i < l->names.n_addresses; i++)
		if (address_is_equal(&l->names.address[i], from))
			return true;
	if (!l->lookup && clock_now(l->tp->clock) - l->names_at > NAMES_FRESH)
		(void)listener_look_up(l);
	return false;
}

static const struct answer *on_request(
	void *owner, coap_session_t *from, const struct packet *request)
{
	static const struct answer silence = {
		.code = MSG_NO_RESPONSE, .size1 = SIZE_ABSENT, .size2 = SIZE_ABSENT};
	struct tp_listener *l = owner;
	struct address address = endpoint_address(coap_session_get_addr_remote(from));
	struct caller *c = caller_find(l, &address);

	if (!c && l->mode == MODE_NOSEC && !is_expected(l, &address)) {
		listener_refuse(l, &address, "not the address of the bootstrap server");
		return &silence;
	}
	if (!c)
		c = caller_add(l, &address);
	if (!c)
		return &silence;
	c->heard = clock_now(l->tp->clock);
	return incoming_serve(c->in, request);
}

/* The listener asks for nothing. */
static bool on_response(void *owner, coap_session_t *from, const struct packet *response)
{
	(void)owner, (void)from, (void)response;
	return false;
}

static void on_nack(void *owner, coap_session_t *of, const struct packet *sent, uint16_t mid,
	coap_nack_reason_t reason)
{
	(void)owner, (void)of, (void)sent, (void)mid, (void)reason;
}

static void on_event(void *owner, coap_session_t *of, coap_event_t event)
{
	struct tp_listener *l = owner;
	struct address address = endpoint_address(coap_session_get_addr_remote(of));
	struct caller *c = caller_find(l, &address);

	if (l->mode == MODE_NOSEC)
		return;
	if (event == COAP_EVENT_DTLS_ERROR) {
		struct tls_refusal *refusal = &l->endpoint->watch.refusal;

		listener_refuse(l, &address,
			refusal->reason == REASON_NONE ? "the security handshake failed"
						       : refusal->detail);
		*refusal = (struct tls_refusal){.reason = REASON_NONE};
	}
	/* a new security session is a new peer, whatever its address */
	if (c && (event == COAP_EVENT_SERVER_SESSION_NEW ||
			 event == COAP_EVENT_SERVER_SESSION_DEL || event == COAP_EVENT_DTLS_CLOSED))
		caller_drop(c);
}

static void listener_arm(struct tp_listener *l)
{
	uint64_t due = USEC_NEVER;

	for (size_t i = 0; i < CALLERS_MAX; i++) {
		uint64_t other = l->caller[i].is_used ? incoming_due(l->caller[i].in) : USEC_NEVER;

		if (other < due)
			due = other;
	}
	tp_arm(l->tp, l->timer, due);
}

static void listener_due(void *data)
{
	struct tp_listener *l = data;

	for (size_t i = 0; i < CALLERS_MAX; i++)
		if (l->caller[i].is_used)
			incoming_expire(l->caller[i].in);
	listener_arm(l);
}

static void on_settle(void *owner)
{
	listener_arm(owner);
}

static const struct endpoint_ops listener_ops = {.request = on_request,
	.response = on_response,
	.nack = on_nack,
	.event = on_event,
	.settle = on_settle};

/* The key for one identity; the handshake of any other ends with unknown_psk_identity. */
static const coap_bin_const_t *on_identity(
	coap_bin_const_t *identity, coap_session_t *session, void *arg)
{
	const struct tp_listener *l = arg;
	struct address address = endpoint_address(coap_session_get_addr_remote(session));

	if (l->mode == MODE_PSK && span_is_text(span_of(identity->s, identity->length),
					   l->endpoint->credentials.identity))
		return &l->key;
	listener_refuse(l, &address, "another PSK identity");
	return NULL;
}

/*
 * libcoap makes its first SSL here, so all that concerns the SSL_CTX comes before. For raw public
 * keys and certificates it gets a key that nobody knows, only to let it open a port: no suite with
 * a pre-shared key is offered then.
 */
static int listener_set_keys(struct tp_listener *l)
{
	const struct tls_credentials *c = &l->endpoint->credentials;
	coap_dtls_spsk_t setup = {.version = COAP_DTLS_SPSK_SETUP_VERSION,
		.validate_id_call_back = on_identity,
		.id_call_back_arg = l};
	int r = tls_listener_setup(l->endpoint->contexts.dtls, c);

	if (r < 0)
		return r;
	l->key = (coap_bin_const_t){.s = c->key.data, .length = c->key.len};
	if (l->mode != MODE_PSK) {
		if (getrandom(l->unused_key, sizeof l->unused_key, 0) < 0)
			return -errno;
		l->key = (coap_bin_const_t){.s = l->unused_key, .length = sizeof l->unused_key};
	}
	setup.psk_info.key = l->key;
	setup.psk_info.hint = (coap_bin_const_t){.s = (const uint8_t *)"", .length = 0};
	return coap_context_set_psk2(l->endpoint->context, &setup) ? 0 : -ENOSYS;
}

/* libcoap binds with SO_REUSEADDR, so it would share a port that somebody else has. */
static int probe_port(const struct address *a)
{
	_cleanup_(close_p) int fd = socket(a->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int off = 0;

	if (fd < 0)
		return -errno;
	if (a->any.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	return bind(fd, &a->any, a->len) < 0 ? -errno : 0;
}

/* "[::]" on a host without IPv6 means every address all the same. */
static int listener_address(const char *text, struct address *ret)
{
	int r = address_parse_with_port(text, ret);

	if (r < 0)
		return r;
	r = probe_port(ret);
	if ((r == -EAFNOSUPPORT || r == -EADDRNOTAVAIL) && ret->any.sa_family == AF_INET6 &&
		IN6_IS_ADDR_UNSPECIFIED(&ret->v6.sin6_addr)) {
		*ret = address_any(AF_INET, address_port(ret));
		r = probe_port(ret);
	}
	return r;
}

/* libcoap tells the port only in the endpoint's name: "[::]:5684 DTLS". */
static uint16_t port_of(const coap_endpoint_t *e)
{
	const char *text = coap_endpoint_str(e), *colon = strrchr(text, ':');
	uint16_t port = 0;

	if (colon)
		(void)parse_u16(span_of(colon + 1, strspn(colon + 1, "0123456789")), &port);
	return port;
}

static int listener_bind(struct tp_listener *l, const char *text)
{
	struct address address;
	int r = listener_address(text, &address);

	if (r < 0)
		return r == -EADDRINUSE || r == -EACCES ? r : -EINVAL;

	coap_address_t at = endpoint_coap_address(&address);
	coap_endpoint_t *e = coap_new_endpoint(l->endpoint->context, &at,
		l->mode == MODE_NOSEC ? COAP_PROTO_UDP : COAP_PROTO_DTLS);

	if (!e)
		return -EADDRINUSE;
	coap_context_set_max_idle_sessions(l->endpoint->context, CALLERS_MAX);
	coap_context_set_max_handshake_sessions(l->endpoint->context, HANDSHAKES_MAX);
	coap_context_set_session_timeout(l->endpoint->context, IDLE_SEC);
	l->port = port_of(e);
	address = address_any(address.any.sa_family, l->port);
	endpoint_bind_to_interface(l->endpoint, &address, NULL);
	return 0;
}

static int listener_set_peer(struct tp_listener *l, struct span uri)
{
	l->uri_text = malloc(uri.len + 1);
	if (!l->uri_text)
		return -ENOMEM;
	if (uri.len)
		memcpy(l->uri_text, uri.data, uri.len);
	if (uri_parse(span_of(l->uri_text, uri.len), &l->uri, NULL) < 0)
		return -EINVAL;
	return 0;
}

static int listener_open(struct tp_listener *l, const struct tp_listen *listen)
{
	int r = endpoint_new(l->tp, &listener_ops, l, &l->endpoint);

	if (r == 0)
		r = listener_set_peer(l, listen->peer.uri);
	if (r == 0)
		r = tp_set_credentials(l->tp, &listen->peer, &l->uri, &l->endpoint->credentials);
	if (r == 0 && l->endpoint->credentials.token_uri.len > 0)
		r = -ENOTSUP; /* a port must be open in time: its key cannot wait for a token */
	if (r == 0)
		r = l->mode == MODE_NOSEC ? listener_look_up(l) : listener_set_keys(l);
	if (r == 0)
		r = l->tp->loop->timer(l->tp->loop->impl, listener_due, l, &l->timer);
	if (r == 0)
		r = listener_bind(l, listen->address);
	return r;
}

int tp_listener_new(struct tp *tp, const struct tp_listen *listen,
	const struct tp_handlers *handlers, struct tp_listener **ret)
{
	_cleanup_(tp_listener_free_p) struct tp_listener *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	*l = (struct tp_listener){.tp = tp, .handlers = *handlers, .mode = listen->peer.mode};
	tp->refusal[0] = 0;
	if (!tp_supports_mode(l->mode))
		return -ENOTSUP;

	int r = listener_open(l, listen);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(l);
	return 0;
}

struct tp_listener *tp_listener_free(struct tp_listener *l)
{
	if (!l)
		return NULL;
	lookup_cancel(l->lookup);
	l->tp->loop->free_source(l->timer);
	endpoint_free(l->endpoint);
	for (size_t i = 0; i < CALLERS_MAX; i++)
		caller_drop(&l->caller[i]);
	free(l->uri_text);
	free(l);
	return NULL;
}

void tp_listener_free_p(struct tp_listener **l)
{
	*l = tp_listener_free(*l);
}

uint16_t tp_listener_port(const struct tp_listener *l)
{
	return l->port;
}
