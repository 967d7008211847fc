#pragma once
/*
 * One command to a card and its answer: logical channel, T=0 and T=1, secure messaging. What
 * carries it is a port: PC/SC, a program, a test. Layer: card. (ISO 7816-4; TS 102 221 7, 10)
 */
#include "base/buf.h"
#include "keys/scp03.h"

/*
 * The way to a card. transmit appends the whole answer, data and status. Negative errno: -EIO no
 * or half an answer, -ENOMEDIUM the card is out, -ECONNRESET somebody reset it (all channels are
 * gone; restart makes it usable again), -ENOLINK the service is gone.
 */
struct card_port {
	void *data;
	bool is_t0;
	int (*transmit)(void *data, struct span command, struct buf *answer);
	int (*restart)(void *data);
};

enum {
	APDU_COMMANDS_MAX = 2000,   /* of one visit: 32 KiB in small steps need 700 */
	APDU_PROCEDURE_ROUNDS = 64, /* 61xx and 6Cxx of one command */
	APDU_ANSWER_MAX = 256 + 2,  /* of one short command */
	APDU_NO_LE = -1,
	STATUS_OK = 0x9000,
	STATUS_END_OF_FILE = 0x6282,
};

struct card_channel {
	const struct card_port *port;
	uint8_t number;	   /* 0: the basic one */
	struct scp03 *scp; /* NULL: in clear; borrowed */
	unsigned n_commands;
};

struct apdu {
	uint8_t class; /* 0x00 or 0x80; channel and protection are added */
	uint8_t ins, p1, p2;
	struct span data; /* at most 255 octets */
	int le;		  /* octets wanted, 0: as many as there are, APDU_NO_LE: none */
};

/*
 * Appends the plain data of the answer. 61xx and 6Cxx are followed; 91xx and 92xx (something
 * waits, nothing failed) become STATUS_OK. Errors of the port; -EPROTO: the card does not keep to
 * the protocol; -EBADE: the secure channel is broken; -ENOMEM.
 */
int apdu_send(
	struct card_channel *c, const struct apdu *a, struct buf *answer, uint16_t *ret_status);
