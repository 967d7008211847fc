#include "coap_peer.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/parse.h"
#include "peer.h"
#include "testloop.h"
#include "transport/outbound.h"

static void on_request(coap_resource_t *resource, coap_session_t *session,
	const coap_pdu_t *request, const coap_string_t *query, coap_pdu_t *response)
{
	struct coap_peer *p = coap_get_app_data(coap_session_get_context(session));
	coap_tls_library_t library;
	const uint8_t *data;
	size_t offset, total;
	SSL *ssl = coap_session_get_tls(session, &library);

	p->requests++;
	p->last = session;
	p->request_len = 0;
	if (coap_get_data_large(request, &p->request_len, &data, &offset, &total))
		p->is_right =
			span_is_equal(span_of(data, p->request_len), test_bytes(p->request_len));
	if (ssl)
		snprintf(p->cipher, sizeof p->cipher, "%s",
			SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)));
	coap_pdu_set_code(response, (coap_pdu_code_t)p->answer);
	if (p->answer_len)
		coap_add_data_large_response(resource, session, request, response, query, 42, -1, 0,
			p->answer_len, test_bytes(p->answer_len).data, NULL, NULL);
}

static coap_response_t on_response(coap_session_t *session, const coap_pdu_t *sent,
	const coap_pdu_t *received, const coap_mid_t mid)
{
	struct coap_peer *p = coap_get_app_data(coap_session_get_context(session));

	(void)sent, (void)mid;
	p->responses++;
	p->response_code = (uint8_t)coap_pdu_get_code(received);
	return COAP_RESPONSE_OK;
}

static const coap_bin_const_t *on_identity(
	coap_bin_const_t *identity, coap_session_t *session, void *arg)
{
	struct coap_peer *p = arg;

	(void)session;
	if (!span_is_text(span_of(identity->s, identity->length), p->identity))
		return NULL;
	return &p->psk;
}

static void ready(void *data, uint32_t events)
{
	struct coap_peer *p = data;

	(void)events;
	coap_io_process(p->context, COAP_IO_NO_WAIT);
}

static void make_context(struct coap_peer *p)
{
	struct tls_contexts contexts;

	ck_assert_int_eq(tls_catcher_new(&p->catcher), 0);
	tls_catch(p->catcher, &contexts);
	p->context = coap_new_context(NULL);
	ck_assert_ptr_nonnull(p->context);
	ck_assert_uint_eq(contexts.count, 2);
	ck_assert_int_eq(
		SSL_CTX_set_cipher_list(contexts.dtls, p->ciphers ? p->ciphers : "PSK:@SECLEVEL=0"),
		1);
	p->catcher = tls_catcher_free(p->catcher);
	if (p->chokes) {
		/* without a session id context OpenSSL ends what would be resumed */
		SSL_CTX_set_verify(contexts.dtls, SSL_VERIFY_PEER, NULL);
		SSL_CTX_set_verify(contexts.tls, SSL_VERIFY_PEER, NULL);
	}
}

void coap_peer_open(struct coap_peer *p)
{
	coap_dtls_spsk_t setup = {.version = COAP_DTLS_SPSK_SETUP_VERSION,
		.validate_id_call_back = on_identity,
		.id_call_back_arg = p};
	coap_address_t address;
	coap_resource_t *all = coap_resource_unknown_init2(on_request, 0);

	if (!p->identity)
		p->identity = "device";
	if (!p->key)
		p->key = "0123456789abcdef";
	p->psk = (coap_bin_const_t){strlen(p->key), (const uint8_t *)p->key};
	make_context(p);
	coap_set_app_data(p->context, p);
	coap_context_set_block_mode(
		p->context, p->has_blocks ? COAP_BLOCK_USE_LIBCOAP | COAP_BLOCK_SINGLE_BODY : 0);
	coap_register_response_handler(p->context, on_response);
	for (int method = 1; method <= 7; method++)
		coap_register_handler(all, (coap_request_t)method, on_request);
	coap_add_resource(p->context, all);
	setup.psk_info.key = p->psk;
	setup.psk_info.hint = (coap_bin_const_t){0, (const uint8_t *)""};
	ck_assert(coap_context_set_psk2(p->context, &setup));

	coap_address_init(&address);
	address.size = sizeof address.addr.sin;
	address.addr.sin = (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons(p->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	coap_proto_t proto = p->is_tcp ? (p->is_plain ? COAP_PROTO_TCP : COAP_PROTO_TLS)
				       : (p->is_plain ? COAP_PROTO_UDP : COAP_PROTO_DTLS);
	coap_endpoint_t *e = coap_new_endpoint(p->context, &address, proto);

	ck_assert_ptr_nonnull(e);

	const char *colon = strrchr(coap_endpoint_str(e), ':');

	ck_assert_int_eq(
		parse_u16(span_of(colon + 1, strspn(colon + 1, "0123456789")), &p->port), 0);
	test_loop.watch(NULL, coap_context_get_coap_fd(p->context), EPOLLIN, ready, p, &p->source);
}

void coap_peer_close(struct coap_peer *p)
{
	if (!p->context)
		return;
	test_loop.free_source(p->source);
	coap_free_context(p->context);
	p->context = NULL;
}

void coap_peer_crash(struct coap_peer *p)
{
	coap_tls_library_t library;

	SSL_set_quiet_shutdown(coap_session_get_tls(p->last, &library), 1);
	coap_peer_close(p);
}

void coap_peer_hang_up(struct coap_peer *p)
{
	coap_session_disconnected(p->last, COAP_NACK_NOT_DELIVERABLE);
}

void coap_peer_put(struct coap_peer *p, size_t len)
{
	coap_pdu_t *pdu = coap_pdu_init(COAP_MESSAGE_CON, COAP_REQUEST_CODE_PUT,
		coap_new_message_id(p->last), coap_session_max_pdu_size(p->last));
	uint8_t token[8];
	size_t token_len;

	ck_assert_ptr_nonnull(pdu);
	coap_session_new_token(p->last, &token_len, token);
	coap_add_token(pdu, token_len, token);
	coap_add_option(pdu, COAP_OPTION_URI_PATH, 1, (const uint8_t *)"5");
	coap_add_option(pdu, COAP_OPTION_URI_PATH, 1, (const uint8_t *)"0");
	coap_add_option(pdu, COAP_OPTION_URI_PATH, 1, (const uint8_t *)"0");
	coap_add_option(pdu, COAP_OPTION_CONTENT_FORMAT, 1, (const uint8_t *)"\x2a");
	ck_assert(coap_add_data_large_request(p->last, pdu, len, test_bytes(len).data, NULL, NULL));
	ck_assert_int_ne(coap_send(p->last, pdu), COAP_INVALID_MID);
}

void coap_peer_execute(struct coap_peer *p)
{
	struct packet request = packet_of(PACKET_CON, MSG_POST);

	request.token = token_of(span_of_text("t"));
	request_add_segment(&request.content, span_of_text("3"));
	request_add_segment(&request.content, span_of_text("0"));
	request_add_segment(&request.content, span_of_text("4"));
	ck_assert_int_eq(outbound_send(p->last, &request), 0);
}
