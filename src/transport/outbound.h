#pragma once
/*
 * Packets as messages of libcoap. Layer: transport.
 */
#include "exchange/packet.h"
#include "transport/coap.h"

/*
 * Sends a request. 0; -EMSGSIZE: options and payload do not fit one message; -ENOTCONN: libcoap
 * has lost the session; -ENOMEM.
 */
int outbound_send(coap_session_t *session, const struct packet *p);
/* As above, for a notification; its message id is what a reset of it will name. */
int outbound_notify(coap_session_t *session, const struct packet *p, uint16_t *ret_mid);
/* Fills the response that libcoap has prepared. Code MSG_NO_RESPONSE: nothing will be sent. */
void outbound_respond(coap_pdu_t *response, const struct packet *p);
