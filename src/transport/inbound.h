#pragma once
/*
 * Messages of libcoap as packets. Layer: transport.
 */
#include "exchange/packet.h"
#include "transport/coap.h"

/* A look into pdu. */
struct packet inbound_packet(const coap_pdu_t *pdu);
