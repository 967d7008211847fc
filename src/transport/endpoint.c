#include "transport/endpoint.h"

#include <assert.h>
#include <dirent.h>
#include <linux/filter.h>
#include <math.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "transport/inbound.h"
#include "transport/outbound.h"

/* 1 + 2 + 4 + ... seconds: longer than any handshake is waited for */
enum { HANDSHAKE_RETRANSMIT = 6 };

enum { MESSAGE_MAX = 8 << 20, OPTIONS_MAX = 1152, CSM_TIMEOUT_SEC = 60 };

static struct endpoint *endpoint_of(const coap_session_t *session)
{
	return coap_get_app_data(coap_session_get_context(session));
}

static bool is_stream(coap_proto_t proto)
{
	return proto == COAP_PROTO_TCP || proto == COAP_PROTO_TLS;
}

static void on_request(coap_resource_t *resource, coap_session_t *session,
	const coap_pdu_t *request, const coap_string_t *query, coap_pdu_t *response)
{
	struct endpoint *e = endpoint_of(session);
	struct packet in = inbound_packet(request);

	(void)resource, (void)query;

	struct packet out = answer_packet(e->ops->request(e->owner, session, &in));

	outbound_respond(response, &out);
}

/* Nobody but Discover lists what is here; libcoap's own answer would. */
static void on_well_known(coap_resource_t *resource, coap_session_t *session,
	const coap_pdu_t *request, const coap_string_t *query, coap_pdu_t *response)
{
	(void)resource, (void)session, (void)request, (void)query;
	coap_pdu_set_code(response, COAP_RESPONSE_CODE_NOT_FOUND);
}

static coap_response_t on_response(coap_session_t *session, const coap_pdu_t *sent,
	const coap_pdu_t *received, const coap_mid_t mid)
{
	struct endpoint *e = endpoint_of(session);
	struct packet p = inbound_packet(received);

	(void)sent, (void)mid;
	if (e->ops->response(e->owner, session, &p) || p.type != PACKET_CON ||
		is_stream(coap_session_get_proto(session)))
		return COAP_RESPONSE_OK;
	return COAP_RESPONSE_FAIL; /* RST */
}

static void on_nack(coap_session_t *session, const coap_pdu_t *sent,
	const coap_nack_reason_t reason, const coap_mid_t mid)
{
	struct endpoint *e = endpoint_of(session);
	struct packet p;

	if (sent)
		p = inbound_packet(sent);
	e->ops->nack(e->owner, session, sent ? &p : NULL, (uint16_t)mid, reason);
}

static int on_event(coap_session_t *session, const coap_event_t event)
{
	struct endpoint *e = endpoint_of(session);

	e->ops->event(e->owner, session, event);
	return 0;
}

static unsigned on_psk(SSL *ssl, const char *hint, char *identity, unsigned identity_size,
	unsigned char *key, unsigned key_size)
{
	const coap_session_t *session = SSL_get_app_data(ssl);

	(void)hint;
	if (!session)
		return 0;
	return tls_give_psk(
		&endpoint_of(session)->credentials, identity, identity_size, key, key_size);
}

static void on_info(const SSL *ssl, int where, int value)
{
	const coap_session_t *session = SSL_get_app_data(ssl);

	/* the listener's SSL has no session before it has seen a cookie */
	if (!session)
		return;

	struct endpoint *e = endpoint_of(session);
	SSL *s = (SSL *)(uintptr_t)ssl; /* const only because the callback is old */

	if (where & SSL_CB_HANDSHAKE_START) {
		int r = SSL_is_server(ssl)
				? tls_server_setup(s, &e->credentials)
				: tls_client_setup(s, &e->credentials, &e->watch, on_psk);

		if (r < 0) {
			/* without a version it ends here, never with something weaker */
			SSL_set_options(
				s, SSL_OP_NO_DTLSv1_2 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3);
			LOG(LOG_ERROR, "a security session cannot be set up as needed");
		}
	}
	if (!SSL_is_server(ssl) && where & SSL_CB_HANDSHAKE_START)
		tls_resume_offer(&e->resume, s);
	if (!SSL_is_server(ssl) && where & SSL_CB_HANDSHAKE_DONE)
		tls_resume_note(&e->resume, ssl);
	e->contexts.libcoap_info(ssl, where, value);
}

/* OpenSSL asks whether the other side is who it should be. */
static int on_verify(X509_STORE_CTX *store, void *data)
{
	struct endpoint *e = data;
	const SSL *ssl = tls_of_store(store);
	int64_t now = (int64_t)(clock_realtime(e->tp->clock) / USEC_PER_SEC);

	return ssl &&
	       tls_verify(store, &e->credentials, !SSL_is_server(ssl), now, &e->watch.refusal);
}

static int on_new_session(SSL *ssl, SSL_SESSION *session)
{
	const coap_session_t *of = SSL_get_app_data(ssl);

	if (of && !SSL_is_server(ssl))
		tls_resume_keep(&endpoint_of(of)->resume, session);
	return 0;
}

enum { READY_MAX = 8 };

static void endpoint_ready(void *data, uint32_t events)
{
	struct endpoint *e = data;
	struct epoll_event ready[READY_MAX];

	(void)events;
	e->depth++;
	/* as coap_io_process() does, without setting libcoap's timer before as well as after */
	int n = epoll_wait(coap_context_get_coap_fd(e->context), ready, READY_MAX, 0);

	if (n > 0)
		coap_io_do_epoll(e->context, ready, (size_t)n);
	e->depth--;
	if (e->depth == 0)
		e->ops->settle(e->owner);
}

static int add_resource(
	coap_context_t *context, coap_resource_t *resource, coap_method_handler_t handler)
{
	if (!resource)
		return -ENOMEM;
	for (int method = COAP_REQUEST_GET; method <= COAP_REQUEST_IPATCH; method++)
		coap_register_handler(resource, (coap_request_t)method, handler);
	coap_resource_set_get_observable(resource, 0);
	coap_add_resource(context, resource);
	return 0;
}

static int endpoint_make_context(struct endpoint *e)
{
	tls_catch(e->tp->catcher, &e->contexts);
	e->context = coap_new_context(NULL);

	int r = tls_catch_end(e->tp->catcher, on_info);
	if (!e->context)
		return -ENOMEM;
	if (r < 0)
		return r;

	tls_set_verifier(&e->contexts, on_verify, e);
	tls_set_watch(&e->contexts, &e->watch);
	tls_resume_prepare(e->contexts.dtls, on_new_session);
	tls_resume_prepare(e->contexts.tls, on_new_session);
	coap_set_app_data(e->context, e);
	/* libcoap's own block-wise transfer must stay off: it can be made to crash */
	coap_context_set_block_mode(e->context, 0);
	coap_register_response_handler(e->context, on_response);
	coap_register_nack_handler(e->context, on_nack);
	coap_register_event_handler(e->context, on_event);
	r = add_resource(e->context, coap_resource_unknown_init2(on_request, 0), on_request);
	if (r < 0)
		return r;
	return add_resource(e->context,
		coap_resource_init(coap_make_str_const(".well-known/core"), 0), on_well_known);
}

int endpoint_new(struct tp *tp, const struct endpoint_ops *ops, void *owner, struct endpoint **ret)
{
	struct endpoint *e = TAKE_PTR(tp->spare);

	if (e) {
		e->ops = ops;
		e->owner = owner;
		*ret = e;
		return 0;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	*e = (struct endpoint){.tp = tp, .ops = ops, .owner = owner};
	tls_watch_reset(&e->watch);

	int r = endpoint_make_context(e);
	if (r == 0)
		r = tp->loop->watch(tp->loop->impl, coap_context_get_coap_fd(e->context), EPOLLIN,
			endpoint_ready, e, &e->io);
	if (r < 0) {
		endpoint_free(e);
		return r;
	}
	*ret = e;
	return 0;
}

struct endpoint *endpoint_free(struct endpoint *e)
{
	if (!e)
		return NULL;
	assert(e->depth == 0);
	e->tp->loop->free_source(e->io);
	if (e->context) {
		e->depth++;
		coap_free_context(e->context);
	}
	tls_credentials_done(&e->credentials);
	tls_resume_forget(&e->resume);
	free(e);
	return NULL;
}

struct address endpoint_address(const coap_address_t *a)
{
	return address_of(&a->addr.sa, a->size);
}

coap_address_t endpoint_coap_address(const struct address *a)
{
	coap_address_t c;

	coap_address_init(&c);
	c.size = a->len;
	memcpy(&c.addr, &a->any, a->len);
	return c;
}

static coap_fixed_point_t fixed_point(uint64_t thousandths)
{
	if (thousandths > UINT16_MAX * UINT64_C(1000))
		thousandths = UINT16_MAX * UINT64_C(1000);
	return (coap_fixed_point_t){(uint16_t)(thousandths / 1000), (uint16_t)(thousandths % 1000)};
}

enum { NO_RETRANSMISSION_MSEC = 3600 * 1000 };

void endpoint_tune(const struct endpoint *e, coap_session_t *session)
{
	const struct tp_settings *settings = &e->tp->settings;
	/* libcoap ignores 0 retransmissions: the first one then comes after our own deadline */
	uint64_t ack_timeout = settings->max_retransmit ? settings->ack_timeout / USEC_PER_MSEC
							: NO_RETRANSMISSION_MSEC;

	coap_session_set_ack_timeout(session, fixed_point(ack_timeout));
	coap_session_set_ack_random_factor(
		session, fixed_point((uint64_t)lround(settings->ack_random_factor * 1000)));
	coap_session_set_max_retransmit(session, (uint16_t)settings->max_retransmit);
}

static bool is_socket_of(
	int fd, const struct address *local, const struct address *peer, int wanted_type)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	int type;

	if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0 ||
		(sa.ss_family != AF_INET && sa.ss_family != AF_INET6))
		return false;

	struct address got = address_of((struct sockaddr *)&sa, len);

	len = sizeof type;
	if (!address_is_equal(&got, local) ||
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 || type != wanted_type)
		return false;
	len = sizeof sa;
	if (getpeername(fd, (struct sockaddr *)&sa, &len) < 0)
		return !peer;
	got = address_of((struct sockaddr *)&sa, len);
	return peer && address_is_equal(&got, peer);
}

/* libcoap shows no descriptor, so the socket is looked for among ours: -1 if it is not there. */
static int find_socket(const struct address *local, const struct address *peer, int type)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int found = -1;

	while (dir && found < 0 && (entry = readdir(dir))) {
		uint32_t fd;

		if (parse_u32(span_of_text(entry->d_name), &fd) == 0 &&
			is_socket_of((int)fd, local, peer, type))
			found = (int)fd;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Without the permission to bind to a device the local address of the interface has to do. */
static void bind_socket(const struct endpoint *e, int fd)
{
	const char *interface = e->tp->interface;

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
			       (socklen_t)strlen(interface)) < 0)
		LOG(LOG_DEBUG, "a socket cannot be bound to %s: %s", interface, strerror(errno));
}

void endpoint_bind_to_interface(
	const struct endpoint *e, const struct address *local, const struct address *peer)
{
	if (e->tp->interface[0])
		bind_socket(e, find_socket(local, peer, SOCK_DGRAM));
}

/*
 * A peer that is gone without a word, or a gateway on the way that forgot the connection, is found
 * out by the kernel within 8 minutes; the daemon need not wake for it. Small messages must not wait
 * for the acknowledgement of those before them (RFC 896), which takes a peer 40 ms and more.
 */
void endpoint_tune_stream(const struct endpoint *e, coap_session_t *session)
{
	struct address local = endpoint_address(coap_session_get_addr_local(session));
	struct address peer = endpoint_address(coap_session_get_addr_remote(session));
	int fd = find_socket(&local, &peer, SOCK_STREAM);
	const int on = 1, idle = 240, interval = 60, count = 4;

	(void)e;
	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) < 0 ||
		setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle) < 0 ||
		setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval) < 0 ||
		setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count) < 0)
		LOG(LOG_DEBUG, "a TCP connection is used as it is: %s", strerror(errno));
}

static void bind_session(
	const struct endpoint *e, const coap_session_t *session, const struct address *peer)
{
	struct address bound = endpoint_address(coap_session_get_addr_local(session));

	if (!e->tp->interface[0])
		return;
	/* a socket that is still connecting has no peer yet */
	if (is_stream(coap_session_get_proto(session)))
		bind_socket(e, find_socket(&bound, NULL, SOCK_STREAM));
	else
		bind_socket(e, find_socket(&bound, peer, SOCK_DGRAM));
}

/*
 * Signalling messages, class 7, are for TCP (RFC 8323 5.1). libcoap 4.3.4 takes them over UDP as
 * well and closes its socket at an Abort, without a word: without DTLS anybody could deafen us. So
 * the kernel drops them. The filter sees the UDP header, then the CoAP message.
 */
static void drop_signalling(int fd)
{
	enum { CODE_AT = 8 + 1, CLASS_MASK = 0xE0, CLASS_SIGNALLING = 0xE0 };
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, CODE_AT),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, CLASS_MASK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CLASS_SIGNALLING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog filter = {.len = sizeof steps / sizeof *steps, .filter = steps};

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0)
		LOG(LOG_DEBUG, "signalling messages are not dropped: %s", strerror(errno));
}

/* What a peer may send in one message over TCP: a body with its options. (RFC 8323 5.3.1) */
static uint32_t largest_message(const struct endpoint *e)
{
	size_t body = e->tp->settings.body_max;

	return (uint32_t)(body > MESSAGE_MAX ? MESSAGE_MAX : body) + OPTIONS_MAX;
}

coap_session_t *endpoint_connect(struct endpoint *e, const struct address *peer,
	const struct address *local, coap_proto_t proto)
{
	coap_address_t to = endpoint_coap_address(peer), from = endpoint_coap_address(local);
	struct address any = address_any(peer->any.sa_family, 0);
	bool is_free = address_is_equal(local, &any);

	tls_watch_reset(&e->watch);
	if (is_stream(proto)) {
		coap_context_set_csm_max_message_size(e->context, largest_message(e));
		/* later than the owner's own deadline */
		coap_context_set_csm_timeout(e->context, CSM_TIMEOUT_SEC);
	}
	e->depth++;
	errno = 0;

	coap_session_t *session =
		coap_new_client_session(e->context, is_free ? NULL : &from, &to, proto);

	coap_tick_t now;

	e->depth--;
	if (!session)
		return NULL;
	endpoint_tune(e, session);
	/* it would end handshakes early, for which the owner has a deadline of its own */
	if (proto == COAP_PROTO_DTLS)
		coap_session_set_max_retransmit(session, HANDSHAKE_RETRANSMIT);
	/* arms libcoap's timer for the retransmission of the ClientHello */
	coap_ticks(&now);
	coap_io_prepare_epoll(e->context, now);

	bind_session(e, session, peer);
	if (proto == COAP_PROTO_UDP) {
		struct address bound = endpoint_address(coap_session_get_addr_local(session));

		drop_signalling(find_socket(&bound, peer, SOCK_DGRAM));
	}
	return session;
}

void endpoint_drop(struct endpoint *e, coap_session_t *session)
{
	if (!session)
		return;
	assert(e->depth == 0);
	e->depth++;
	/* releasing alone would keep it as long as a message is queued */
	coap_session_disconnected(session, COAP_NACK_NOT_DELIVERABLE);
	coap_session_release(session);
	e->depth--;
}

int endpoint_send(struct endpoint *e, coap_session_t *session, const struct packet *p)
{
	e->depth++;

	int r = outbound_send(session, p);

	e->depth--;
	return r;
}
