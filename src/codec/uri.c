#include "codec/uri.h"

#include <arpa/inet.h>
#include <errno.h>

#include "base/encoding.h"
#include "base/parse.h"

enum { LABEL_MAX = 63 };

struct scheme {
	const char *name;
	bool is_secure, is_tcp;
	uint16_t port; /* RFC 7252 12.6 and 12.7, RFC 8323 11.1 and 11.2 */
};

static const struct scheme schemes[] = {
	[URI_COAP] = {.name = "coap", .port = 5683},
	[URI_COAPS] = {.name = "coaps", .is_secure = true, .port = 5684},
	[URI_COAP_TCP] = {.name = "coap+tcp", .is_tcp = true, .port = 5683},
	[URI_COAPS_TCP] = {.name = "coaps+tcp", .is_secure = true, .is_tcp = true, .port = 5684},
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static struct span span_from(struct span s, size_t start)
{
	return start < s.len ? span_of(s.data + start, s.len - start) : (struct span){0};
}

/* The octets in front of the first one of set, or all. */
static size_t length_before(struct span s, const char *set)
{
	size_t n = 0;

	while (n < s.len && !memchr(set, s.data[n], strlen(set)))
		n++;
	return n;
}

static bool is_scheme(struct span text, const char *name)
{
	if (text.len != strlen(name))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != name[i])
			return false;
	}
	return true;
}

static int fail(int err, const char *why, const char **ret_why)
{
	if (ret_why)
		*ret_why = why;
	return err;
}

/* Takes "scheme://" off the text. */
static int parse_scheme(struct span *text, enum uri_scheme *ret, const char **ret_why)
{
	size_t len = length_before(*text, ":/?#@[]");

	if (len == 0 || text->len - len < 3 || memcmp(text->data + len, "://", 3) != 0)
		return fail(-EINVAL, "does not begin with scheme://", ret_why);

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		if (!is_scheme(span_of(text->data, len), schemes[i].name))
			continue;
		*ret = (enum uri_scheme)i;
		*text = span_from(*text, len + 3);
		return 0;
	}
	return fail(-EPROTONOSUPPORT, "scheme is not coap, coaps, coap+tcp or coaps+tcp", ret_why);
}

/* The literal must be all of the text; family as inet_pton() has it. */
static bool is_literal(int family, struct span text)
{
	char copy[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (text.len == 0 || text.len >= sizeof copy || memchr(text.data, '\0', text.len))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return inet_pton(family, copy, &address) == 1;
}

/*
 * A name for the resolver: labels of letters, digits, '-' and '_'; a dot at the end is fine. Its
 * own limit of 253 octets is out of reach within a URI of 255.
 */
static bool is_host_name(struct span host)
{
	size_t label = 0;

	for (size_t i = 0; i < host.len; i++) {
		uint8_t c = host.data[i];

		if (c == '.' ? label == 0 : !is_alnum(c) && c != '-' && c != '_')
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return false;
	}
	return host.len > 0;
}

/* Whether the last label is digits only: then it can be nothing but an IPv4 address. */
static bool is_like_ipv4(struct span host)
{
	size_t n = 0;

	if (host.len > 0 && host.data[host.len - 1] == '.')
		host.len--;
	while (n < host.len && is_digit(host.data[host.len - 1 - n]))
		n++;
	return n > 0 && (n == host.len || host.data[host.len - 1 - n] == '.');
}

static int parse_name(struct span host, struct uri *u, const char **ret_why)
{
	u->host = host;
	u->is_ipv4_literal = is_literal(AF_INET, host);
	if (!u->is_ipv4_literal && is_like_ipv4(host))
		return fail(-EINVAL, "host looks like an IPv4 address but is none", ret_why);
	if (!is_host_name(host))
		return fail(-EINVAL, "host is not a valid name", ret_why);
	return 0;
}

static int parse_port(struct span text, struct uri *u, const char **ret_why)
{
	/* RFC 7252 section 6.1: an empty port is the default one */
	if (text.len == 0)
		return 0;
	if (parse_u16(text, &u->port) < 0 || u->port == 0)
		return fail(-EINVAL, "port is not a number from 1 to 65535", ret_why);
	return 0;
}

/* host [":" port] */
static int parse_authority(struct span text, struct uri *u, const char **ret_why)
{
	bool is_bracketed = text.len > 0 && text.data[0] == '[';
	size_t len = length_before(text, is_bracketed ? "]" : ":");
	struct span port = span_from(text, len + (is_bracketed ? 1 : 0));
	int r;

	if (length_before(text, "@") < text.len)
		return fail(-EINVAL, "has a user part", ret_why);
	if (len == 0)
		return fail(-EINVAL, "has no host", ret_why);

	if (is_bracketed) {
		u->host = span_of(text.data + 1, len - 1);
		u->is_ipv6_literal = len < text.len && is_literal(AF_INET6, u->host);
		r = u->is_ipv6_literal ? 0 : fail(-EINVAL, "no IPv6 address in [ ]", ret_why);
	} else {
		r = parse_name(span_of(text.data, len), u, ret_why);
	}
	if (r < 0)
		return r;

	if (port.len > 0 && port.data[0] != ':')
		return fail(-EINVAL, "has something behind the host", ret_why);
	return parse_port(span_from(port, 1), u, ret_why);
}

/* pchar of RFC 3986 section 3.3, '%' apart */
static bool is_path_char(uint8_t c)
{
	return is_alnum(c) || (c && strchr("-._~!$&'()*+,;=:@", c));
}

/* Whether the segment can be one Uri-Path option (RFC 7252 5.10.1): UTF-8, not "." or "..". */
static bool is_segment(struct span segment)
{
	uint8_t store[URI_MAX];
	/* a buffer that never grows, so it never leaves the stack */
	struct buf plain = {.data = store, .cap = sizeof store, .max = sizeof store};

	for (size_t i = 0; i < segment.len; i++) {
		bool is_encoded = segment.data[i] == '%';

		if (is_encoded && (segment.len - i < 3 ||
					  hex_decode(span_of(segment.data + i + 1, 2), &plain) < 0))
			return false;
		if (is_encoded)
			i += 2;
		else if (!is_path_char(segment.data[i]) ||
			 buf_append_byte(&plain, segment.data[i]) < 0)
			return false;
	}
	return text_is_utf8(buf_span(&plain)) && !span_is_text(buf_span(&plain), ".") &&
	       !span_is_text(buf_span(&plain), "..");
}

static int parse_path(struct span text, struct uri *u, const char **ret_why)
{
	/* the slash in front, then the segment; "/bs" and "/rd" follow, so none for a last "/" */
	while (text.len > 1) {
		text = span_from(text, 1);

		struct span segment = span_of(text.data, length_before(text, "/"));

		if (!is_segment(segment))
			return fail(-EINVAL, "path is malformed", ret_why);
		if (u->n_segments == MSG_SEGMENTS_MAX - 1)
			return fail(-E2BIG, "path has too many segments", ret_why);
		u->segment[u->n_segments++] = segment;
		text = span_from(text, segment.len);
	}
	return 0;
}

int uri_parse(struct span text, struct uri *ret, const char **ret_why)
{
	struct uri u = {0};

	if (text.len > URI_MAX)
		return fail(-E2BIG, "is longer than 255 octets", ret_why);

	int r = parse_scheme(&text, &u.scheme, ret_why);

	if (r < 0)
		return r;
	u.port = schemes[u.scheme].port;
	if (length_before(text, "?") < text.len)
		return fail(-EINVAL, "has a query", ret_why);
	if (length_before(text, "#") < text.len)
		return fail(-EINVAL, "has a fragment", ret_why);

	size_t len = length_before(text, "/");

	r = parse_authority(span_of(text.data, len), &u, ret_why);
	if (r == 0)
		r = parse_path(span_from(text, len), &u, ret_why);
	if (r == 0)
		*ret = u;
	return r;
}

bool uri_is_secure(const struct uri *u)
{
	return schemes[u->scheme].is_secure;
}

bool uri_is_tcp(const struct uri *u)
{
	return schemes[u->scheme].is_tcp;
}

const char *uri_scheme_name(enum uri_scheme scheme)
{
	return schemes[scheme].name;
}
