#pragma once
/*
 * Whether a server can be reached, without the daemon and without a key: address, route, and one
 * packet that every CoAP or DTLS server answers. Blocking, with deadlines: lwm2mctl only, the
 * daemon never waits. Layer: ctl. (lwm2mctl(1), doctor)
 */
#include <sys/socket.h>

#include "codec/uri.h"

enum { PROBE_ADDRESS_MAX = 80, PROBE_SEC = 5, PROBE_PACKET_MAX = 256 };

struct probe_address {
	struct sockaddr_storage address;
	socklen_t len;
	char text[PROBE_ADDRESS_MAX]; /* without the port */
};

/*
 * The first address of the URI's host; takes as long as the resolver does. -ETIMEDOUT: it did not
 * answer; -EAFNOSUPPORT: no address that can be used; -ENOENT. *ret_why: in the resolver's words.
 */
int probe_resolve(const struct uri *uri, struct probe_address *ret, const char **ret_why);
/* Our address towards it. Negative errno of connect(2): there is no route. */
int probe_route(const struct probe_address *a, char ret[PROBE_ADDRESS_MAX]);
/*
 * 0: something that speaks the protocol is there; -ECONNREFUSED: the host says that nothing
 * listens; -ETIMEDOUT; -EPROTO: something else answers; others as connect(2).
 */
int probe_reach(const struct probe_address *a, enum uri_scheme scheme);

/* Pure: what is sent over UDP, and whether that is an answer. tag: any number. */
size_t probe_packet(bool is_secure, uint16_t tag, uint8_t ret[PROBE_PACKET_MAX]);
bool probe_is_answer(bool is_secure, uint16_t tag, struct span packet);
