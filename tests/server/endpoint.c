#include "endpoint.h"

#include <errno.h>
#include <stdio.h>

#include <coap3/coap.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/parse.h"
#include "event.h"
#include "player.h"
#include "psk.h"
#include "signed.h"

enum { REGISTRATIONS_MAX = 16, SEEN_MAX = 8 };

/* Requests answered lately: libcoap hands a retransmission to the handler again. */
struct seen {
	coap_session_t *session; /* only compared */
	coap_mid_t mid;
	uint8_t code;
	uint32_t location;
};

struct endpoint {
	char *name, *script;
	const struct scheme *scheme;
	struct psk_list keys;
	struct signed_keys *signed_keys; /* instead of keys */
	coap_bin_const_t found_key;
	struct relay *relay;   /* NULL over TCP */
	struct address listen; /* over TCP: of libcoap's own socket */
	coap_context_t *context;
	struct player player;
	coap_session_t *speaker; /* of the last accepted registration or Bootstrap-Request */
	bool has_spoken, is_bootstrap_due;
	struct {
		uint8_t code;
		uint32_t times;
	} answer[TO_COUNT];
	uint32_t registration[REGISTRATIONS_MAX]; /* numbers; 0: free */
	uint32_t last_registration;
	struct seen seen[SEEN_MAX];
	size_t n_seen;
	/* server-initiated */
	coap_context_t *out_context;
	struct signed_keys *out_signed;
	struct player out_player;
};

static void event_peer(struct endpoint *e, const coap_session_t *session)
{
	const coap_address_t *remote = coap_session_get_addr_remote(session);
	char text[ADDRESS_TEXT_MAX];

	if (!e->relay) {
		struct address a = {.len = remote->size};

		memcpy(&a.sa, &remote->addr, remote->size);
		address_format(&a, text);
		event_text("peer", span_of_text(text));
		return;
	}
	if (relay_peer(e->relay, ntohs(remote->addr.sin.sin_port), text))
		event_text("peer", span_of_text(text));
}

/* --- requests --- */

static void event_queries(const coap_pdu_t *request)
{
	coap_opt_filter_t filter;
	coap_opt_iterator_t it;
	coap_opt_t *option;

	coap_option_filter_clear(&filter);
	coap_option_filter_set(&filter, COAP_OPTION_URI_QUERY);
	coap_option_iterator_init(request, &it, &filter);
	event_list_begin("queries");
	while ((option = coap_option_next(&it)))
		event_list_item(span_of(coap_opt_value(option), coap_opt_length(option)));
	event_list_end();
}

static uint8_t scripted(struct endpoint *e, enum answer_to to, uint8_t usual)
{
	if (e->answer[to].times == 0)
		return usual;
	if (e->answer[to].times != UINT32_MAX)
		e->answer[to].times--;
	return e->answer[to].code;
}

static uint32_t *registration_of(struct endpoint *e, struct span path)
{
	uint32_t number;

	if (path.len < 4 || parse_u32(span_of(path.data + 3, path.len - 3), &number) < 0)
		return NULL;
	for (size_t i = 0; i < REGISTRATIONS_MAX; i++)
		if (e->registration[i] == number)
			return &e->registration[i];
	return NULL;
}

static uint8_t do_register(struct endpoint *e)
{
	uint8_t code = scripted(e, TO_REGISTER, COAP_RESPONSE_CODE(201));

	if (code == COAP_RESPONSE_CODE(201)) {
		e->last_registration++;
		e->registration[e->last_registration % REGISTRATIONS_MAX] = e->last_registration;
		e->has_spoken = true;
	}
	return code;
}

static uint8_t do_update(struct endpoint *e, struct span path)
{
	const uint32_t *known = registration_of(e, path);

	e->has_spoken = known;
	return scripted(e, TO_UPDATE, known ? COAP_RESPONSE_CODE(204) : COAP_RESPONSE_CODE(404));
}

static uint8_t do_deregister(struct endpoint *e, struct span path)
{
	uint32_t *known = registration_of(e, path);
	uint8_t code = scripted(
		e, TO_DEREGISTER, known ? COAP_RESPONSE_CODE(202) : COAP_RESPONSE_CODE(404));

	if (known)
		*known = 0;
	return code;
}

static uint8_t do_bootstrap(struct endpoint *e)
{
	uint8_t code = scripted(
		e, TO_BOOTSTRAP, e->script ? COAP_RESPONSE_CODE(204) : COAP_RESPONSE_CODE(400));

	e->has_spoken = code == COAP_RESPONSE_CODE(204);
	e->is_bootstrap_due = e->has_spoken && e->script;
	return code;
}

static uint8_t dispatch(
	struct endpoint *e, uint8_t method, struct span path, const char **ret_event)
{
	bool is_below_rd = path.len > 3 && span_is_equal(span_of(path.data, 3), span_of("rd/", 3));

	if (method == COAP_REQUEST_CODE_POST && span_is_text(path, "rd")) {
		*ret_event = "register";
		return do_register(e);
	}
	if (method == COAP_REQUEST_CODE_POST && is_below_rd) {
		*ret_event = "update";
		return do_update(e, path);
	}
	if (method == COAP_REQUEST_CODE_DELETE && is_below_rd) {
		*ret_event = "deregister";
		return do_deregister(e, path);
	}
	if (method == COAP_REQUEST_CODE_POST && span_is_text(path, "bs")) {
		*ret_event = "bootstrap-request";
		return do_bootstrap(e);
	}
	*ret_event = "request";
	return COAP_RESPONSE_CODE(404);
}

static const struct seen *find_seen(
	const struct endpoint *e, const coap_session_t *session, coap_mid_t mid)
{
	/* nothing is sent twice over TCP, and the message ids mean nothing */
	for (size_t i = 0; i < SEEN_MAX && !e->scheme->is_tcp; i++)
		if (e->seen[i].session == session && e->seen[i].mid == mid)
			return &e->seen[i];
	return NULL;
}

static void respond(coap_pdu_t *response, uint8_t code, uint32_t location)
{
	char number[16];
	int n = snprintf(number, sizeof number, "%u", location);

	coap_pdu_set_code(response, code);
	if (code != COAP_RESPONSE_CODE(201))
		return;
	coap_add_option(response, COAP_OPTION_LOCATION_PATH, 2, (const uint8_t *)"rd");
	coap_add_option(response, COAP_OPTION_LOCATION_PATH, (size_t)n, (const uint8_t *)number);
}

static void event_request(struct endpoint *e, const char *event, struct span path,
	coap_session_t *session, const coap_pdu_t *request, uint8_t code)
{
	const uint8_t *data = NULL;
	size_t len = 0;
	coap_opt_iterator_t it;
	coap_opt_t *format = coap_check_option(request, COAP_OPTION_CONTENT_FORMAT, &it);

	coap_get_data(request, &len, &data);
	event_begin(event, e->name);
	event_peer(e, session);
	event_text("path", path);
	event_queries(request);
	if (format)
		event_number("format",
			coap_decode_var_bytes(coap_opt_value(format), coap_opt_length(format)));
	event_text("payload", span_of(data, len));
	event_code("code", code);
	if (code == COAP_RESPONSE_CODE(201))
		event_number("location", e->last_registration);
	event_end();
}

static void on_request(coap_resource_t *resource, coap_session_t *session,
	const coap_pdu_t *request, const coap_string_t *query, coap_pdu_t *response)
{
	struct endpoint *e = coap_get_app_data(coap_session_get_context(session));
	const struct seen *seen = find_seen(e, session, coap_pdu_get_mid(request));

	(void)resource;
	(void)query;
	if (seen) {
		event_begin("duplicate", e->name);
		event_peer(e, session);
		event_end();
		respond(response, seen->code, seen->location);
		return;
	}

	coap_string_t *text = coap_get_uri_path(request);
	struct span path = text ? span_of(text->s, text->length) : span_of(NULL, 0);
	const char *event;

	e->has_spoken = false;

	uint8_t code = dispatch(e, (uint8_t)coap_pdu_get_code(request), path, &event);

	event_request(e, event, path, session, request, code);
	coap_delete_string(text);
	if (e->has_spoken)
		e->speaker = session;
	e->seen[e->n_seen++ % SEEN_MAX] = (struct seen){
		.session = session,
		.mid = coap_pdu_get_mid(request),
		.code = code,
		.location = e->last_registration,
	};
	respond(response, code, e->last_registration);
}

/* --- the other callbacks of libcoap --- */

static struct player *player_of(struct endpoint *e, const coap_session_t *session)
{
	return session == e->out_player.session ? &e->out_player : &e->player;
}

static coap_response_t on_response(coap_session_t *session, const coap_pdu_t *sent,
	const coap_pdu_t *received, const coap_mid_t mid)
{
	struct endpoint *e = coap_get_app_data(coap_session_get_context(session));

	(void)sent;
	(void)mid;
	player_response(player_of(e, session), session, received);
	return COAP_RESPONSE_OK;
}

static void on_nack(coap_session_t *session, const coap_pdu_t *sent,
	const coap_nack_reason_t reason, const coap_mid_t mid)
{
	struct endpoint *e = coap_get_app_data(coap_session_get_context(session));

	(void)sent;
	(void)mid;
	if (reason == COAP_NACK_ICMP_ISSUE)
		return; /* it goes on trying */
	player_failed(player_of(e, session), session,
		reason == COAP_NACK_RST		 ? "reset"
		: reason == COAP_NACK_TLS_FAILED ? "handshake failed"
						 : "no answer");
}

static const char *state_over_tcp(coap_event_t event)
{
	return event == COAP_EVENT_SESSION_CONNECTED ? "open"
	       : event == COAP_EVENT_SESSION_CLOSED  ? "closed"
						     : NULL;
}

static int on_event(coap_session_t *session, const coap_event_t event)
{
	struct endpoint *e = coap_get_app_data(coap_session_get_context(session));
	bool is_plain_tcp = e->scheme->is_tcp && !e->scheme->is_secure;
	const char *state = is_plain_tcp			 ? state_over_tcp(event)
			    : event == COAP_EVENT_DTLS_CONNECTED ? "open"
			    : event == COAP_EVENT_DTLS_CLOSED	 ? "closed"
			    : event == COAP_EVENT_DTLS_ERROR	 ? "failed"
								 : NULL;

	if (!state)
		return 0;
	event_begin("session", e->name);
	event_text("state", span_of_text(state));
	event_text("role",
		span_of_text(
			coap_session_get_context(session) == e->out_context ? "client" : "server"));
	event_peer(e, session);
	event_end();
	return 0;
}

static const coap_bin_const_t *on_identity(
	coap_bin_const_t *identity, coap_session_t *session, void *data)
{
	struct endpoint *e = data;
	const struct buf *key = psk_find(&e->keys, span_of(identity->s, identity->length));

	if (!key) {
		event_begin("unknown-identity", e->name);
		event_peer(e, session);
		event_end();
		return NULL;
	}
	e->found_key = (coap_bin_const_t){.length = key->len, .s = key->data};
	return &e->found_key;
}

static void on_client_hello(void *data, const char *peer, struct span datagram)
{
	struct endpoint *e = data;

	event_begin("client-hello", e->name);
	event_text("peer", span_of_text(peer));
	event_number("length", (int64_t)datagram.len);
	event_end();
}

static void on_ignored(void *data, const char *peer, struct span datagram)
{
	struct endpoint *e = data;

	event_begin("ignored", e->name);
	event_text("peer", span_of_text(peer));
	event_hex("start", span_of(datagram.data, datagram.len < 4 ? datagram.len : 4));
	event_end();
}

/* --- life --- */

static coap_context_t *context_new(struct endpoint *e)
{
	coap_context_t *context = coap_new_context(NULL);

	if (!context)
		return NULL;
	coap_set_app_data(context, e);
	coap_context_set_block_mode(context, 0);
	coap_register_response_handler(context, on_response);
	coap_register_nack_handler(context, on_nack);
	coap_register_event_handler(context, on_event);
	return context;
}

static bool set_server_keys(struct endpoint *e)
{
	coap_dtls_spsk_t setup = {
		.version = COAP_DTLS_SPSK_SETUP_VERSION,
		.validate_id_call_back = on_identity,
		.id_call_back_arg = e,
	};

	static const uint8_t unused[16];

	setup.psk_info.hint = (coap_bin_const_t){.length = 0, .s = (const uint8_t *)""};
	setup.psk_info.key = (coap_bin_const_t){
		.length = e->keys.entry[0].key.len, .s = e->keys.entry[0].key.data};
	/* libcoap opens a secure port only if it knows of a key; no suite uses this one */
	if (e->signed_keys) {
		if (!signed_apply(e->signed_keys))
			return false;
		setup.psk_info.key = (coap_bin_const_t){.length = sizeof unused, .s = unused};
	}
	return coap_context_set_psk2(e->context, &setup) == 1;
}

/* The address in libcoap's description of an endpoint: "127.0.0.1:40000 DTLS" */
static int port_of_endpoint(const coap_endpoint_t *endpoint, struct address *ret)
{
	const char *text = coap_endpoint_str(endpoint);
	char uri[ADDRESS_TEXT_MAX + 8];
	size_t len = strcspn(text, " ");
	const struct scheme *scheme;

	snprintf(uri, sizeof uri, "coap://%.*s", (int)len, text);
	return address_parse_uri(uri, ret, &scheme);
}

static const coap_proto_t protos[2][2] = {
	{COAP_PROTO_UDP, COAP_PROTO_DTLS}, {COAP_PROTO_TCP, COAP_PROTO_TLS}};

static int start(struct endpoint *e)
{
	struct address any = e->scheme->is_tcp ? e->listen : address_loopback();
	coap_address_t address;

	e->context = context_new(e);
	if (!e->context || (e->scheme->is_secure && !set_server_keys(e)))
		return -ENOMEM;

	coap_resource_t *all = coap_resource_unknown_init2(on_request, 0);

	for (coap_request_t method = COAP_REQUEST_GET; method <= COAP_REQUEST_IPATCH; method++)
		coap_register_handler(all, method, on_request);
	coap_add_resource(e->context, all);

	coap_address_init(&address);
	address.size = any.len;
	memcpy(&address.addr.sa, &any.sa, any.len);

	const coap_endpoint_t *endpoint = coap_new_endpoint(
		e->context, &address, protos[e->scheme->is_tcp][e->scheme->is_secure]);
	struct address backend;

	if (!endpoint || port_of_endpoint(endpoint, &backend) < 0)
		return -EADDRNOTAVAIL;
	if (e->scheme->is_tcp)
		e->listen = backend; /* the same port after a restart */
	else
		relay_set_backend(e->relay, &backend);
	return 0;
}

static void stop(struct endpoint *e)
{
	player_done(&e->player);
	e->player = (struct player){.server = e->name};
	e->speaker = NULL;
	e->is_bootstrap_due = false;
	memset(e->seen, 0, sizeof e->seen);
	if (e->context)
		coap_free_context(e->context);
	e->context = NULL;
}

static void announce(const struct endpoint *e)
{
	const struct address *at = e->relay ? relay_address(e->relay) : &e->listen;
	char text[ADDRESS_TEXT_MAX];

	address_format(at, text);
	event_begin("listening", e->name);
	event_text("address", span_of_text(text));
	event_text("scheme", span_of(e->scheme->name, strlen(e->scheme->name) - strlen("://")));
	event_number("port", address_port(at));
	event_end();
}

static int set_up(struct endpoint *e, const char *name, const char *uri, const char *psk_file,
	const char **ret_why)
{
	e->name = strdup(name);
	if (!e->name)
		return -ENOMEM;
	e->player.server = e->name;
	e->out_player.server = e->name;
	*ret_why = "not a URI with a numeric address";

	int r = address_parse_uri(uri, &e->listen, &e->scheme);

	if (r == 0 && e->scheme->is_secure) {
		*ret_why = "no key file, or not readable";
		r = psk_file ? signed_load(psk_file, &e->signed_keys) : -EINVAL;
		if (r == 0 && !e->signed_keys)
			r = psk_load(psk_file, &e->keys);
		if (r == 0 && e->keys.n == 0 && !e->signed_keys)
			r = -ENOENT;
	}
	if (r == 0 && !e->scheme->is_tcp) {
		*ret_why = "cannot bind";
		r = relay_new(&e->listen, &(struct relay_hooks){e, on_client_hello, on_ignored},
			&e->relay);
	}
	if (r == 0) {
		*ret_why = "libcoap does not start";
		r = start(e);
	}
	return r;
}

int endpoint_new(const char *name, const char *uri, const char *psk_file, struct endpoint **ret,
	const char **ret_why)
{
	struct endpoint *e = calloc(1, sizeof *e);

	if (!e)
		return -ENOMEM;

	int r = set_up(e, name, uri, psk_file, ret_why);

	if (r < 0) {
		endpoint_free(e);
		return r;
	}
	announce(e);
	*ret = e;
	return 0;
}

struct endpoint *endpoint_free(struct endpoint *e)
{
	if (!e)
		return NULL;
	endpoint_server_initiated_close(e);
	stop(e);
	if (e->relay)
		relay_process(e->relay); /* what libcoap said at the end */
	relay_free(e->relay);
	psk_done(&e->keys);
	signed_free(e->signed_keys);
	free(e->script);
	free(e->name);
	free(e);
	return NULL;
}

const char *endpoint_name(const struct endpoint *e)
{
	return e->name;
}

struct relay_faults *endpoint_faults(struct endpoint *e)
{
	return e->relay ? relay_faults(e->relay) : NULL;
}

void endpoint_answer(struct endpoint *e, enum answer_to to, uint8_t code, uint32_t times)
{
	e->answer[to].code = code;
	e->answer[to].times = times;
}

void endpoint_forget(struct endpoint *e)
{
	memset(e->registration, 0, sizeof e->registration);
}

int endpoint_restart(struct endpoint *e)
{
	if (!e->relay) {
		stop(e);
		endpoint_forget(e);
		return start(e);
	}
	/* a server that died says nothing: its sockets are gone before libcoap can speak */
	relay_faults(e->relay)->is_silent = true;
	stop(e);
	relay_process(e->relay);
	relay_faults(e->relay)->is_silent = false;
	endpoint_forget(e);
	return start(e);
}

void endpoint_play(struct endpoint *e, struct op *list)
{
	player_add(&e->player, list, false);
}

int endpoint_set_bootstrap(struct endpoint *e, const char *script, unsigned *ret_line)
{
	struct op *list = NULL;
	int r = op_load(script, &list, ret_line);

	op_free_all(&list);
	if (r < 0)
		return r;
	free(e->script);
	e->script = strdup(script);
	return e->script ? 0 : -ENOMEM;
}

/* --- server-initiated --- */

static coap_session_t *out_session(
	struct endpoint *e, const coap_address_t *to, bool is_secure, const struct psk_list *keys)
{
	const struct signed_keys *signed_keys = e->out_signed ? e->out_signed : e->signed_keys;

	if (!is_secure)
		return coap_new_client_session(e->out_context, NULL, to, COAP_PROTO_UDP);
	if (keys->n == 0 && signed_keys)
		return signed_apply(signed_keys)
			       ? coap_new_client_session(e->out_context, NULL, to, COAP_PROTO_DTLS)
			       : NULL;
	if (keys->n == 0)
		return NULL;

	coap_dtls_cpsk_t setup = {.version = COAP_DTLS_CPSK_SETUP_VERSION};

	setup.psk_info.identity = (coap_bin_const_t){
		.length = keys->entry[0].identity.len, .s = keys->entry[0].identity.data};
	setup.psk_info.key =
		(coap_bin_const_t){.length = keys->entry[0].key.len, .s = keys->entry[0].key.data};
	return coap_new_client_session_psk2(e->out_context, NULL, to, COAP_PROTO_DTLS, &setup);
}

int endpoint_server_initiated(
	struct endpoint *e, const char *uri, const char *psk_file, struct op *list)
{
	_cleanup_(psk_done) struct psk_list other = {0};
	struct address target, local;
	coap_address_t to;
	const struct scheme *scheme;
	int r = address_parse_uri(uri, &target, &scheme);

	if (r == 0 && (scheme->is_tcp || !e->relay))
		r = -EOPNOTSUPP;
	endpoint_server_initiated_close(e);
	if (r == 0 && psk_file)
		r = signed_load(psk_file, &e->out_signed);
	if (r == 0 && psk_file && !e->out_signed)
		r = psk_load(psk_file, &other);
	if (r < 0)
		return r;

	r = relay_open_uplink(e->relay, &target, &local);
	if (r < 0)
		return r;
	e->out_context = context_new(e);
	if (!e->out_context)
		return -ENOMEM;
	coap_address_init(&to);
	to.size = local.len;
	memcpy(&to.addr.sa, &local.sa, local.len);
	e->out_player = (struct player){.server = e->name};
	e->out_player.session =
		out_session(e, &to, scheme->is_secure, psk_file ? &other : &e->keys);
	if (!e->out_player.session)
		return -ENOTCONN;
	player_add(&e->out_player, list, true);
	return 0;
}

void endpoint_server_initiated_close(struct endpoint *e)
{
	if (e->out_player.session)
		coap_session_disconnected(e->out_player.session, COAP_NACK_NOT_DELIVERABLE);
	player_done(&e->out_player);
	if (e->out_context)
		coap_free_context(e->out_context);
	e->out_context = NULL;
	e->out_signed = signed_free(e->out_signed);
}

/* --- loop --- */

void endpoint_fds(const struct endpoint *e, int ret[3])
{
	ret[0] = e->relay ? relay_fd(e->relay) : -1;
	ret[1] = e->context ? coap_context_get_coap_fd(e->context) : -1;
	ret[2] = e->out_context ? coap_context_get_coap_fd(e->out_context) : -1;
}

uint64_t endpoint_deadline(const struct endpoint *e)
{
	uint64_t a = player_deadline(&e->player);
	uint64_t b = player_deadline(&e->out_player);

	return a < b ? a : b;
}

static void begin_bootstrap(struct endpoint *e)
{
	struct op *list = NULL;
	unsigned line;

	e->is_bootstrap_due = false;
	op_free_all(&e->player.queue); /* of a session that was not ended */
	e->player.is_waiting = false;
	if (op_load(e->script, &list, &line) < 0)
		op_free_all(&list);
	else
		player_add(&e->player, list, true);
}

void endpoint_process(struct endpoint *e)
{
	if (e->relay)
		relay_process(e->relay);
	if (e->context)
		coap_io_process(e->context, COAP_IO_NO_WAIT);
	if (e->speaker) {
		if (e->speaker != e->player.session)
			e->player.is_waiting = false;
		player_use(&e->player, e->speaker);
		e->speaker = NULL;
	}
	if (e->is_bootstrap_due)
		begin_bootstrap(e);
	player_run(&e->player);
	if (e->out_context) {
		coap_io_process(e->out_context, COAP_IO_NO_WAIT);
		player_run(&e->out_player);
	}
	if (e->relay)
		relay_process(e->relay);
}
