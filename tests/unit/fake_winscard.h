#pragma once
/*
 * The functions of libpcsclite that lwm2md-card calls, scripted: two readers, one card. Linked
 * instead of the library.
 */
#include <stddef.h>

#include "card/apdu.h"

struct fake_winscard {
	long establish, list, status_change, connect, begin, transmit,
		reconnect; /* their answers */
	const char *names; /* each with its NUL, ended by an empty one */
	size_t names_len;
	unsigned long states[4]; /* dwEventState of each reader */
	unsigned long protocol;
	struct card_port *card;		  /* answers the commands; NULL: empty answers */
	unsigned n_contexts, n_connected; /* held now */
	unsigned n_transactions, n_reconnects;
	unsigned n_waits;	/* calls with a timeout */
	long waits[4];		/* what they say, SCARD_E_TIMEOUT behind the last */
	char connected_to[128]; /* the reader */
};

extern struct fake_winscard fake;

void fake_winscard_start(void);
