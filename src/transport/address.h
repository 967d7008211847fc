#pragma once
/*
 * Socket addresses as plain values. Layer: transport.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/span.h"

enum { ADDRESS_TEXT_MAX = 72 };

struct address {
	socklen_t len;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
};

struct address address_of(const struct sockaddr *sa, socklen_t len);
/* A literal of either family, no name service. -EINVAL: it is none. */
int address_parse(struct span host, uint16_t port, struct address *ret);
/* "0.0.0.0" or "::", port. */
struct address address_any(int family, uint16_t port);
/* "[::]:5684", "0.0.0.0:0". -EINVAL */
int address_parse_with_port(const char *text, struct address *ret);
uint16_t address_port(const struct address *a);
/* Same host and port; an IPv4 address inside an IPv6 one is the IPv4 address. */
bool address_is_equal(const struct address *a, const struct address *b);
/* "192.0.2.1:5683", "[2001:db8::1]:5683" */
void address_format(const struct address *a, char ret[ADDRESS_TEXT_MAX]);

/*
 * Whether packets to this address have somewhere to go, found by connect(2): nothing is sent.
 * interface: "" or a name to bind to. 0; -ENETUNREACH and other negative errno.
 */
int address_probe(const struct address *a, const char *interface);
/* The first address of this family on an interface, port 0. -EADDRNOTAVAIL, -ENODEV */
int address_of_interface(const char *interface, int family, struct address *ret);
