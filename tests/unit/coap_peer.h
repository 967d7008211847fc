#pragma once
/*
 * A CoAP server on loopback, made of libcoap, for tests of transport/: DTLS-PSK or plain, with
 * libcoap's own block-wise transfer if wanted.
 */
#include "transport/coap.h"
#include "transport/tls.h"

struct coap_peer {
	const char *identity, *key, *ciphers; /* to be set; NULL: what the sessions of peer.h use */
	bool is_plain;			      /* no DTLS, no TLS */
	bool is_tcp;
	bool chokes;	   /* on each attempt to resume a session: internal_error */
	bool has_blocks;   /* whole bodies both ways, put together by libcoap */
	size_t answer_len; /* of the answers' payload */
	uint16_t port;	   /* 0: any */
	coap_context_t *context;
	struct loop_source *source;
	struct tls_catcher *catcher;
	coap_bin_const_t psk;
	coap_session_t *last; /* of the last request */
	unsigned requests, responses;
	bool is_right; /* the last body was test_bytes() */
	size_t request_len;
	uint8_t answer; /* 0: none but an empty acknowledgement */
	uint8_t response_code;
	char cipher[64]; /* of the last request */
};

void coap_peer_open(struct coap_peer *p);
void coap_peer_close(struct coap_peer *p);
/* Gone without a word to the client of the last request. */
void coap_peer_crash(struct coap_peer *p);
/* Sends close_notify to the client of the last request. */
void coap_peer_hang_up(struct coap_peer *p);
/* Sends a body of test_bytes() as PUT /5/0/0 to the client of the last request. */
void coap_peer_put(struct coap_peer *p, size_t len);
/* Sends CON POST /3/0/4 to the client of the last request. */
void coap_peer_execute(struct coap_peer *p);
