#include "ctl/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

static int format(const struct sockaddr_storage *from, socklen_t len, char ret[PROBE_ADDRESS_MAX])
{
	return getnameinfo((const struct sockaddr *)from, len, ret, PROBE_ADDRESS_MAX, NULL, 0,
		NI_NUMERICHOST);
}

int probe_resolve(const struct uri *uri, struct probe_address *ret, const char **ret_why)
{
	char host[URI_MAX + 1], port[8];
	const struct addrinfo hints = {.ai_socktype = uri_is_tcp(uri) ? SOCK_STREAM : SOCK_DGRAM};
	struct addrinfo *list;

	snprintf(host, sizeof host, "%.*s", (int)uri->host.len, (const char *)uri->host.data);
	snprintf(port, sizeof port, "%u", uri->port);

	int r = getaddrinfo(host, port, &hints, &list);

	if (r != 0) {
		*ret_why = gai_strerror(r);
		return r == EAI_AGAIN ? -ETIMEDOUT : r == EAI_FAMILY ? -EAFNOSUPPORT : -ENOENT;
	}
	memcpy(&ret->address, list->ai_addr, list->ai_addrlen);
	ret->len = list->ai_addrlen;
	freeaddrinfo(list);
	return format(&ret->address, ret->len, ret->text) == 0 ? 0 : -EAFNOSUPPORT;
}

static int open_towards(const struct probe_address *a, int type)
{
	int fd = socket(a->address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&a->address, a->len) == 0 || errno == EINPROGRESS)
		return fd;

	int error = errno;

	close(fd);
	return -error;
}

int probe_route(const struct probe_address *a, char ret[PROBE_ADDRESS_MAX])
{
	struct sockaddr_storage own;
	socklen_t len = sizeof own;
	_cleanup_(close_p) int fd = open_towards(a, SOCK_DGRAM);

	if (fd < 0)
		return fd;
	if (getsockname(fd, (struct sockaddr *)&own, &len) < 0)
		return -errno;
	return format(&own, len, ret) == 0 ? 0 : -EINVAL;
}

/* --- packets ----------------------------------------------------------------------------------
 */

/* RFC 6347 section 4.2: a ClientHello with the suites of LwM2M; the server answers statelessly. */
size_t probe_packet(bool is_secure, uint16_t tag, uint8_t ret[PROBE_PACKET_MAX])
{
	static const uint8_t body_end[] = {
		0,     /* no session */
		0,     /* no cookie */
		0, 14, /* suites: PSK, then ECDHE-ECDSA */
		0xC0, 0xA8, 0x00, 0xAE, 0x00, 0xA8, 0xC0, 0x37, 0xC0, 0xAE, 0xC0, 0x2B, 0xC0, 0x23,
		1, 0,			  /* no compression */
		0, 22,			  /* extensions: */
		0, 10, 0, 4, 0, 2, 0, 23, /* secp256r1 */
		0, 11, 0, 2, 1, 0,	  /* points in full */
		0, 13, 0, 4, 0, 2, 4, 3,  /* ecdsa_secp256r1_sha256 */
	};
	const size_t body = 2 + 32 + sizeof body_end, record = 12 + body;
	uint8_t head[] = {22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(record >> 8),
		(uint8_t)record, 1, 0, (uint8_t)(body >> 8), (uint8_t)body, 0, 0, 0, 0, 0, 0,
		(uint8_t)(body >> 8), (uint8_t)body, 0xFE, 0xFD};

	if (!is_secure) {
		/* RFC 7252 section 4.3: an empty confirmable message, "CoAP ping" */
		memcpy(ret, (const uint8_t[]){0x40, 0, (uint8_t)(tag >> 8), (uint8_t)tag}, 4);
		return 4;
	}
	memcpy(ret, head, sizeof head);
	if (getrandom(ret + sizeof head, 32, 0) != 32)
		memset(ret + sizeof head, 0x55, 32);
	memcpy(ret + sizeof head + 32, body_end, sizeof body_end);
	return sizeof head + 32 + sizeof body_end;
}

bool probe_is_answer(bool is_secure, uint16_t tag, struct span packet)
{
	/* a record of a handshake, or an alert */
	if (is_secure)
		return packet.len >= 13 && (packet.data[0] == 22 || packet.data[0] == 21) &&
		       packet.data[1] == 0xFE;
	return packet.len == 4 && packet.data[0] == 0x70 && packet.data[1] == 0 &&
	       packet.data[2] == tag >> 8 && packet.data[3] == (tag & 0xFF);
}

/* --- reaching ---------------------------------------------------------------------------------
 */

static int wait_for(int fd, short events, uint64_t end)
{
	uint64_t now = clock_now(&clock_system);
	struct pollfd p = {.fd = fd, .events = events};

	if (now >= end)
		return -ETIMEDOUT;

	int r = poll(&p, 1, (int)((end - now) / USEC_PER_MSEC) + 1);

	return r < 0 && errno != EINTR ? -errno : r > 0 ? 0 : -ETIMEDOUT;
}

static int reach_tcp(int fd, uint64_t end)
{
	int error = 0, r = wait_for(fd, POLLOUT, end);
	socklen_t len = sizeof error;

	if (r == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	return r < 0 ? r : -error;
}

/* Sent again after one and three seconds: packets get lost. */
static int reach_udp(int fd, bool is_secure, uint64_t begin)
{
	static const unsigned send_at[] = {0, 1, 3, PROBE_SEC};
	const uint16_t tag = (uint16_t)begin;
	uint8_t packet[PROBE_PACKET_MAX], heard[2048];
	size_t len = probe_packet(is_secure, tag, packet);
	bool is_strange = false;

	for (size_t i = 0; i + 1 < sizeof send_at / sizeof *send_at; i++) {
		uint64_t end = usec_after(begin, send_at[i + 1]);

		if (send(fd, packet, len, 0) < 0)
			return -errno;
		while (wait_for(fd, POLLIN, end) == 0) {
			ssize_t n = recv(fd, heard, sizeof heard, 0);

			if (n < 0 && errno != EAGAIN)
				return -errno;
			if (n >= 0 && probe_is_answer(is_secure, tag, span_of(heard, (size_t)n)))
				return 0;
			is_strange |= n >= 0;
		}
	}
	return is_strange ? -EPROTO : -ETIMEDOUT;
}

int probe_reach(const struct probe_address *a, enum uri_scheme scheme)
{
	bool is_tcp = scheme == URI_COAP_TCP || scheme == URI_COAPS_TCP;
	uint64_t begin = clock_now(&clock_system);
	_cleanup_(close_p) int fd = open_towards(a, is_tcp ? SOCK_STREAM : SOCK_DGRAM);

	if (fd < 0)
		return fd;
	if (is_tcp)
		return reach_tcp(fd, usec_after(begin, PROBE_SEC));
	return reach_udp(fd, scheme == URI_COAPS, begin);
}
