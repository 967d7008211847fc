#pragma once
/*
 * One context of libcoap in the event loop: what comes in is turned into packets and handed to
 * the owner; block mode 0, one resource for every path. Layer: transport.
 */
#include "exchange/answer.h"
#include "transport/coap.h"
#include "transport/tls_resume.h"
#include "transport/tp.h"

/* Called while libcoap is on the stack, settle excepted: never free anything of it there. */
struct endpoint_ops {
	/* The answer lives until the next request. */
	const struct answer *(*request)(
		void *owner, coap_session_t *from, const struct packet *request);
	/* False: the token is unknown. */
	bool (*response)(void *owner, coap_session_t *from, const struct packet *response);
	/* sent: the message that is concerned, or NULL; mid: its id in either case */
	void (*nack)(void *owner, coap_session_t *of, const struct packet *sent, uint16_t mid,
		coap_nack_reason_t reason);
	void (*event)(void *owner, coap_session_t *of, coap_event_t event);
	/* libcoap has returned; the owner may end the endpoint. */
	void (*settle)(void *owner);
};

struct endpoint {
	struct tp *tp;
	const struct endpoint_ops *ops;
	void *owner;
	coap_context_t *context;
	struct tls_contexts contexts;
	struct tls_credentials credentials; /* of client sessions */
	struct tls_watch watch;		    /* of the one client session */
	struct tls_resume resume;	    /* of its peer */
	struct loop_source *io;
	unsigned depth; /* > 0: libcoap is on the stack */
};

/* -ENOSYS: DTLS cannot be set up as needed. */
int endpoint_new(struct tp *tp, const struct endpoint_ops *ops, void *owner, struct endpoint **ret);
/* All its client sessions must be gone. NULL is fine. Returns NULL. */
struct endpoint *endpoint_free(struct endpoint *e);

/*
 * A session to this address. local: port 0 is the kernel's choice. NULL: not possible, errno may
 * say why. The handshake begins at once.
 */
coap_session_t *endpoint_connect(struct endpoint *e, const struct address *peer,
	const struct address *local, coap_proto_t proto);
/* For a new TCP connection: keep-alive by the kernel, and no waiting for more to send. */
void endpoint_tune_stream(const struct endpoint *e, coap_session_t *session);
/* The retransmission parameters of the settings, once the handshake is over. */
void endpoint_tune(const struct endpoint *e, coap_session_t *session);
/* Closes it now, whatever is still queued. */
void endpoint_drop(struct endpoint *e, coap_session_t *session);
/* As outbound_send(). */
int endpoint_send(struct endpoint *e, coap_session_t *session, const struct packet *p);
/* Binds the datagram socket with this local address, and this peer unless NULL, to tp's interface.
 */
void endpoint_bind_to_interface(
	const struct endpoint *e, const struct address *local, const struct address *peer);
struct address endpoint_address(const coap_address_t *a);
coap_address_t endpoint_coap_address(const struct address *a);
