/* A text is the URI of an account or not, and then its parts lie inside the text. */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>

#include "codec/uri.h"

static bool is_inside(struct span part, struct span whole)
{
	return part.len == 0 ||
	       (part.data >= whole.data && part.data + part.len <= whole.data + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	const char *why = NULL;
	struct uri u;
	int r = uri_parse(in, &u, &why);

	assert(r == 0 || r == -EINVAL || r == -E2BIG || r == -EPROTONOSUPPORT);
	assert((r == 0) == (why == NULL));
	if (r < 0)
		return 0;

	assert(size <= URI_MAX && u.port > 0 && u.host.len > 0 && is_inside(u.host, in));
	assert(!(u.is_ipv4_literal && u.is_ipv6_literal));
	assert(u.n_segments < MSG_SEGMENTS_MAX);
	for (size_t i = 0; i < u.n_segments; i++)
		assert(is_inside(u.segment[i], in));
	assert(uri_scheme_name(u.scheme)[0] == 'c');
	return 0;
}
