/*
 * Segments between slashes: a request whose path is one of ids is what the same text is as a
 * path. Also the payload and the location of a response.
 */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "codec/message.h"

/* Adds what stands between the slashes of "/a/b"; "/" alone has none. */
static int add_segments(struct request *r, struct span text)
{
	while (text.len > 1 || (text.len > 0 && r->n_segments > 0)) {
		text = span_of(text.data + 1, text.len - 1);

		const uint8_t *slash = text.len ? memchr(text.data, '/', text.len) : NULL;
		size_t len = slash ? (size_t)(slash - text.data) : text.len;
		int err = request_add_segment(r, span_of(text.data, len));

		if (err < 0)
			return err;
		text = span_of(text.data + len, text.len - len);
	}
	return 0;
}

static void check_response(struct span in)
{
	struct response r = {.is_secret = true};
	char text[8];

	if (response_set_payload(&r, FORMAT_OPAQUE, in) == 0)
		assert(span_is_equal(buf_span(&r.payload), in));
	while (response_add_location(&r, in) == 0)
		;
	assert(r.n_location <= MSG_LOCATION_MAX);
	response_done(&r);

	msg_code_format(in.len ? in.data[0] : 0, text);
	assert(strlen(text) == 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct request r = request_of(MSG_GET);
	struct path from_request, from_text;

	check_response(in);
	if (size == 0 || data[0] != '/')
		return 0;
	if (add_segments(&r, in) < 0) {
		assert(r.n_segments == MSG_SEGMENTS_MAX);
		return 0;
	}

	int a = request_path(&r, &from_request), b = path_parse(in, &from_text);

	assert(a == b);
	if (a == 0)
		assert(path_is_equal(from_request, from_text));
	return 0;
}
