#pragma once
/*
 * Addresses written as URIs of the test server: coap://127.0.0.1:0, coaps+tcp://[::1]:5684.
 * Numeric hosts only, no path.
 */
#include <stdbool.h>
#include <sys/socket.h>

enum { ADDRESS_TEXT_MAX = 80 };

struct address {
	struct sockaddr_storage sa;
	socklen_t len;
};

struct scheme {
	const char *name; /* with "://" */
	bool is_secure, is_tcp;
};

/* -EINVAL: not such a URI. A port that is not given is 0. */
int address_parse_uri(const char *uri, struct address *ret, const struct scheme **ret_scheme);
struct address address_loopback(void); /* 127.0.0.1, port 0 */
unsigned address_port(const struct address *a);
bool address_is_equal(const struct address *a, const struct address *b);
/* "127.0.0.1:5683", "[::1]:5683" */
void address_format(const struct address *a, char ret[ADDRESS_TEXT_MAX]);
/* What the socket is bound to; negative errno. */
int address_of_socket(int fd, struct address *ret);
