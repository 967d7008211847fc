/*
 * The least that libcoap needs to register and to answer Read of /3/0/0: what lwm2md is compared
 * with. It knows its answers beforehand and checks nothing.
 *   bare [-i IDENTITY -k HEXKEY] ADDRESS PORT PAYLOAD VALUE QUERY...
 * Built with one of two loops: bare_loop.h.
 */
#include "bare_loop.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/parse.h"

enum { LINK_FORMAT = 40 };

static struct {
	const char *payload, *value;
	char **queries;
} arg;

static void on_get(coap_resource_t *resource, coap_session_t *session, const coap_pdu_t *request,
	const coap_string_t *query, coap_pdu_t *response)
{
	(void)resource, (void)session, (void)request, (void)query;
	coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTENT);
	coap_add_option(response, COAP_OPTION_CONTENT_FORMAT, 0, NULL);
	coap_add_data(response, strlen(arg.value), (const uint8_t *)arg.value);
}

static bool send_register(coap_session_t *session)
{
	coap_pdu_t *pdu = coap_new_pdu(COAP_MESSAGE_CON, COAP_REQUEST_CODE_POST, session);
	uint8_t token[8] = {1, 2, 3, 4, 5, 6, 7, 8}, format = LINK_FORMAT;

	if (!pdu)
		return false;
	coap_add_token(pdu, sizeof token, token);
	coap_add_option(pdu, COAP_OPTION_URI_PATH, 2, (const uint8_t *)"rd");
	coap_add_option(pdu, COAP_OPTION_CONTENT_FORMAT, 1, &format);
	for (char **q = arg.queries; *q; q++)
		coap_add_option(pdu, COAP_OPTION_URI_QUERY, strlen(*q), (const uint8_t *)*q);
	coap_add_data(pdu, strlen(arg.payload), (const uint8_t *)arg.payload);
	return coap_send(session, pdu) != COAP_INVALID_MID;
}

struct credentials {
	const char *identity, *hex; /* a pre-shared key */
	const char *certificate, *key, *ca;
};

static coap_session_t *connect_signed(
	coap_context_t *context, const coap_address_t *to, const struct credentials *c)
{
	coap_dtls_pki_t pki = {
		.version = COAP_DTLS_PKI_SETUP_VERSION,
		.verify_peer_cert = 1,
		.check_common_ca = 1,
		.allow_self_signed = 1,
		.pki_key.key_type = COAP_PKI_KEY_PEM,
		.pki_key.key.pem.ca_file = c->ca,
		.pki_key.key.pem.public_cert = c->certificate,
		.pki_key.key.pem.private_key = c->key,
	};

	return coap_new_client_session_pki(context, NULL, to, COAP_PROTO_DTLS, &pki);
}

static coap_session_t *connect_to(
	coap_context_t *context, const char *address, uint16_t port, const struct credentials *c)
{
	coap_address_t to;
	struct buf key = {0};

	coap_address_init(&to);
	to.size = sizeof to.addr.sin;
	to.addr.sin = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
	if (inet_pton(AF_INET, address, &to.addr.sin.sin_addr) != 1)
		return NULL;
	if (c->certificate)
		return connect_signed(context, &to, c);
	if (!c->identity || !c->hex)
		return coap_new_client_session(context, NULL, &to, COAP_PROTO_UDP);
	if (hex_decode(span_of_text(c->hex), &key) < 0)
		return NULL;

	coap_dtls_cpsk_t psk = {
		.version = COAP_DTLS_CPSK_SETUP_VERSION,
		.psk_info.identity = {strlen(c->identity), (const uint8_t *)c->identity},
		.psk_info.key = {key.len, key.data},
	};
	coap_session_t *session =
		coap_new_client_session_psk2(context, NULL, &to, COAP_PROTO_DTLS, &psk);

	buf_done(&key);
	return session;
}

static bool take_option(int option, struct credentials *to)
{
	const struct {
		int option;
		const char **at;
	} all[] = {{'i', &to->identity}, {'k', &to->hex}, {'c', &to->certificate}, {'j', &to->key},
		{'r', &to->ca}};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].option == option) {
			*all[i].at = optarg;
			return true;
		}
	return false;
}

int main(int argc, char **argv)
{
	struct credentials credentials = {0};
	uint16_t port;
	int c;

	while ((c = getopt(argc, argv, "+i:k:c:j:r:")) != -1)
		if (!take_option(c, &credentials))
			return EXIT_FAILURE;
	argv += optind;
	if (argc - optind < 4 || parse_u16(span_of_text(argv[1]), &port) < 0) {
		fprintf(stderr,
			"usage: bare [-i IDENTITY -k HEXKEY | -c CERT -j KEY -r CA] ADDRESS "
			"PORT PAYLOAD VALUE QUERY...\n");
		return EXIT_FAILURE;
	}
	arg.payload = argv[2];
	arg.value = argv[3];
	arg.queries = argv + 4;
	bare_loop_begin();

	coap_startup();

	coap_context_t *context = coap_new_context(NULL);
	coap_resource_t *resource = coap_resource_init(coap_make_str_const("3/0/0"), 0);

	if (!context || !resource)
		return EXIT_FAILURE;
	coap_context_set_block_mode(context, 0);
	coap_register_handler(resource, COAP_REQUEST_GET, on_get);
	coap_add_resource(context, resource);

	coap_session_t *session = connect_to(context, argv[0], port, &credentials);

	if (!session || !send_register(session))
		return EXIT_FAILURE;

	int status = bare_loop_run(context);

	coap_session_release(session);
	coap_free_context(context);
	coap_cleanup();
	return status;
}
