/* See payload_target.h; the same bytes are a list of paths, too. */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>

#include "codec/payload.h"
#include "payload_target.h"

static int on_path(void *data, struct path p)
{
	size_t *n = data;

	assert(p.depth > 0 && p.depth <= PATH_DEPTH_MAX);
	++*n;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0;
	int r = payload_decode_paths(FORMAT_LWM2M_CBOR, span_of(data, size), on_path, &n);

	assert(r == 0 || r == -EBADMSG || r == -E2BIG);
	assert(n <= size);
	payload_target(FORMAT_LWM2M_CBOR, data, size);
	return 0;
}
