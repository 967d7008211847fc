#pragma once
/*
 * The public UDP socket of an endpoint. Datagrams pass through it to libcoap's own socket behind
 * and back, so that silence, loss, delay and duplicates can be made for DTLS as for plain CoAP,
 * the first ClientHello can be seen, and a server-initiated bootstrap leaves from the server's
 * own address and port.
 */
#include "address.h"
#include "base/span.h"

struct relay;

struct relay_hooks {
	void *data;
	/* A DTLS ClientHello came in. */
	void (*client_hello)(void *data, const char *peer, struct span datagram);
	/* A datagram came in and is thrown away. */
	void (*ignored)(void *data, const char *peer, struct span datagram);
};

/* Number of datagrams, or time, for what is to be done to them; 0: nothing. */
struct relay_faults {
	bool is_silent;		    /* nothing passes, in either direction */
	unsigned drop_in, drop_out; /* the next ones */
	unsigned duplicate_in, duplicate_out;
	uint64_t delay_out; /* usec */
};

/* Binds listen (port 0: any). Datagrams go to backend. */
int relay_new(const struct address *listen, const struct relay_hooks *hooks, struct relay **ret);
struct relay *relay_free(struct relay *r);
/* Where libcoap listens; may change (a restarted server). Forgets all peers. */
void relay_set_backend(struct relay *r, const struct address *backend);
struct relay_faults *relay_faults(struct relay *r);
const struct address *relay_address(const struct relay *r);
/* Readable when there is something to do. */
int relay_fd(const struct relay *r);
void relay_process(struct relay *r);
/* The public address of the peer that libcoap sees with this local port. */
bool relay_peer(const struct relay *r, unsigned port, char ret[ADDRESS_TEXT_MAX]);
/*
 * A way out: what is sent to *ret_local goes to target, from the public socket, and what target
 * answers comes back.
 */
int relay_open_uplink(struct relay *r, const struct address *target, struct address *ret_local);
