#include "transport/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/parse.h"

enum { HOST_MAX = 255 };

struct address address_of(const struct sockaddr *sa, socklen_t len)
{
	struct address a = {0};

	if (len > sizeof a.v6)
		len = sizeof a.v6;
	memcpy(&a.any, sa, len);
	a.len = len;
	return a;
}

int address_parse(struct span host, uint16_t port, struct address *ret)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM, .ai_family = AF_UNSPEC};
	struct addrinfo *found;
	char name[HOST_MAX + 1];

	if (host.len == 0 || host.len > HOST_MAX || memchr(host.data, 0, host.len))
		return -EINVAL;
	memcpy(name, host.data, host.len);
	name[host.len] = 0;
	/* getaddrinfo() also takes "1", "0x7f.1"; a literal is what inet_pton() takes */
	if (!memchr(name, ':', host.len)) {
		struct in_addr v4;

		if (inet_pton(AF_INET, name, &v4) != 1)
			return -EINVAL;
	}
	if (getaddrinfo(name, NULL, &hints, &found) != 0)
		return -EINVAL;

	struct address a = address_of(found->ai_addr, found->ai_addrlen);

	freeaddrinfo(found);
	if (a.any.sa_family == AF_INET)
		a.v4.sin_port = htons(port);
	else
		a.v6.sin6_port = htons(port);
	*ret = a;
	return 0;
}

struct address address_any(int family, uint16_t port)
{
	struct address a = {0};

	if (family == AF_INET) {
		a.len = sizeof a.v4;
		a.v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
	} else {
		a.len = sizeof a.v6;
		a.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
	}
	return a;
}

int address_parse_with_port(const char *text, struct address *ret)
{
	const char *colon = strrchr(text, ':');
	uint16_t port;

	if (!colon || parse_u16(span_of_text(colon + 1), &port) < 0)
		return -EINVAL;

	struct span host = span_of(text, (size_t)(colon - text));

	if (host.len >= 2 && host.data[0] == '[' && host.data[host.len - 1] == ']')
		host = span_of(host.data + 1, host.len - 2);
	else if (memchr(host.data, ':', host.len))
		return -EINVAL;
	return address_parse(host, port, ret);
}

uint16_t address_port(const struct address *a)
{
	return ntohs(a->any.sa_family == AF_INET ? a->v4.sin_port : a->v6.sin6_port);
}

static struct in6_addr address_host(const struct address *a)
{
	struct in6_addr host = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	if (a->any.sa_family != AF_INET)
		return a->v6.sin6_addr;
	memcpy(&host.s6_addr[12], &a->v4.sin_addr, 4);
	return host;
}

bool address_is_equal(const struct address *a, const struct address *b)
{
	struct in6_addr host_a = address_host(a), host_b = address_host(b);

	return address_port(a) == address_port(b) && memcmp(&host_a, &host_b, sizeof host_a) == 0;
}

void address_format(const struct address *a, char ret[ADDRESS_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN] = "?";
	struct in6_addr v6 = address_host(a);

	if (IN6_IS_ADDR_V4MAPPED(&v6)) {
		inet_ntop(AF_INET, &v6.s6_addr[12], host, sizeof host);
		snprintf(ret, ADDRESS_TEXT_MAX, "%s:%u", host, address_port(a));
		return;
	}
	inet_ntop(AF_INET6, &v6, host, sizeof host);
	snprintf(ret, ADDRESS_TEXT_MAX, "[%s]:%u", host, address_port(a));
}

int address_probe(const struct address *a, const char *interface)
{
	_cleanup_(close_p) int fd = socket(a->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (interface[0] &&
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
			(socklen_t)strlen(interface)) < 0 &&
		errno != EPERM)
		return -errno;
	return connect(fd, &a->any, a->len) < 0 ? -errno : 0;
}

int address_of_interface(const char *interface, int family, struct address *ret)
{
	struct ifaddrs *list;
	int r = -EADDRNOTAVAIL;

	if (if_nametoindex(interface) == 0)
		return -ENODEV;
	if (getifaddrs(&list) < 0)
		return -errno;
	for (const struct ifaddrs *i = list; i; i = i->ifa_next) {
		if (!i->ifa_addr || i->ifa_addr->sa_family != family ||
			strcmp(i->ifa_name, interface) != 0)
			continue;

		struct address a =
			address_of(i->ifa_addr, family == AF_INET ? sizeof(struct sockaddr_in)
								  : sizeof(struct sockaddr_in6));
		bool is_local = family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&a.v6.sin6_addr);

		/* one of link scope only if there is no other */
		if (is_local && r == 0)
			continue;
		*ret = a;
		r = 0;
		if (!is_local)
			break;
	}
	freeifaddrs(list);
	return r;
}
