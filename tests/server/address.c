#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

static int set_host(const char *host, uint16_t port, struct address *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&ret->sa;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ret->sa;

	*ret = (struct address){0};
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		ret->len = sizeof *v4;
		return 0;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		ret->len = sizeof *v6;
		return 0;
	}
	return -EINVAL;
}

static const struct scheme schemes[] = {
	{"coap://", false, false},
	{"coaps://", true, false},
	{"coap+tcp://", false, true},
	{"coaps+tcp://", true, true},
};

static const struct scheme *find_scheme(const char *uri)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strncmp(uri, schemes[i].name, strlen(schemes[i].name)) == 0)
			return &schemes[i];
	return NULL;
}

int address_parse_uri(const char *uri, struct address *ret, const struct scheme **ret_scheme)
{
	const struct scheme *scheme = find_scheme(uri);

	if (!scheme)
		return -EINVAL;
	uri += strlen(scheme->name);

	bool has_brackets = *uri == '[';
	const char *host = uri + has_brackets;
	const char *end = has_brackets ? strchr(host, ']') : strchrnul(host, ':');
	char text[INET6_ADDRSTRLEN];
	uint16_t port = 0;

	if (!end || (size_t)(end - host) >= sizeof text)
		return -EINVAL;
	memcpy(text, host, (size_t)(end - host));
	text[end - host] = '\0';
	end += has_brackets;
	if (*end == ':' && parse_u16(span_of_text(end + 1), &port) < 0)
		return -EINVAL;
	if (*end && *end != ':')
		return -EINVAL;

	*ret_scheme = scheme;
	return set_host(text, port, ret);
}

struct address address_loopback(void)
{
	struct address a;

	set_host("127.0.0.1", 0, &a);
	return a;
}

unsigned address_port(const struct address *a)
{
	return ntohs(a->sa.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&a->sa)->sin6_port
						 : ((const struct sockaddr_in *)&a->sa)->sin_port);
}

bool address_is_equal(const struct address *a, const struct address *b)
{
	if (a->sa.ss_family != b->sa.ss_family || address_port(a) != address_port(b))
		return false;
	if (a->sa.ss_family == AF_INET6)
		return memcmp(&((const struct sockaddr_in6 *)&a->sa)->sin6_addr,
			       &((const struct sockaddr_in6 *)&b->sa)->sin6_addr,
			       sizeof(struct in6_addr)) == 0;
	return ((const struct sockaddr_in *)&a->sa)->sin_addr.s_addr ==
	       ((const struct sockaddr_in *)&b->sa)->sin_addr.s_addr;
}

void address_format(const struct address *a, char ret[ADDRESS_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN] = "?";
	bool is_v6 = a->sa.ss_family == AF_INET6;

	if (is_v6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)&a->sa)->sin6_addr, host,
			sizeof host);
	else
		inet_ntop(AF_INET, &((const struct sockaddr_in *)&a->sa)->sin_addr, host,
			sizeof host);
	snprintf(ret, ADDRESS_TEXT_MAX, is_v6 ? "[%s]:%u" : "%s:%u", host, address_port(a));
}

int address_of_socket(int fd, struct address *ret)
{
	*ret = (struct address){.len = sizeof ret->sa};
	if (getsockname(fd, (struct sockaddr *)&ret->sa, &ret->len) < 0)
		return -errno;
	return 0;
}
