#pragma once
/*
 * The URI of an account: scheme://host[:port][/path] of coap, coaps, coap+tcp, coaps+tcp.
 * Pure. Layer: codec. (RFC 7252 section 6, RFC 8323 section 8; object 0 resource 0)
 */
#include "base/span.h"
#include "codec/message.h"

enum { URI_MAX = 255 };

enum uri_scheme { URI_COAP, URI_COAPS, URI_COAP_TCP, URI_COAPS_TCP };

struct uri {
	enum uri_scheme scheme;
	struct span host; /* name or literal, without brackets */
	bool is_ipv6_literal, is_ipv4_literal;
	uint16_t port;			       /* the scheme's own if the URI has none */
	struct span segment[MSG_SEGMENTS_MAX]; /* of the path, percent encoding not removed */
	size_t n_segments;
};

/*
 * Looks into text, which must outlive *ret. The segments are those in front of "/bs" or "/rd":
 * a slash at the end adds none, and one place of MSG_SEGMENTS_MAX stays free.
 * -EINVAL: not such a URI (a user part, query,
 * fragment, port 0, an empty host); -E2BIG: more than 255 octets or too many segments;
 * -EPROTONOSUPPORT: another scheme. ret_why (may be NULL): what is wrong, a static text.
 */
int uri_parse(struct span text, struct uri *ret, const char **ret_why);
bool uri_is_secure(const struct uri *u);
bool uri_is_tcp(const struct uri *u);
const char *uri_scheme_name(enum uri_scheme scheme);
