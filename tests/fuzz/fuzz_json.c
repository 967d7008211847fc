/*
 * A text that is taken comes back the same when it is written and read again, and what is written
 * the second time is what was written the first time.
 */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>

#include "codec/json.h"

static void write_to(struct buf *out, const struct json *j)
{
	struct json_writer w = json_writer_to(out);

	json_write_value(&w, j);
	assert(w.w.err == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first = {.max = 1 << 24}, second = {.max = 1 << 24};
	struct json *j = NULL, *back = NULL;
	int r = json_parse(span_of(data, size), &j);

	if (r < 0) {
		assert(!j && (r == -EBADMSG || r == -E2BIG));
		return 0;
	}
	write_to(&first, j);
	assert(json_parse(buf_span(&first), &back) == 0);
	assert(json_kind(back) == json_kind(j) && json_count(back) == json_count(j));
	write_to(&second, back);
	assert(span_is_equal(buf_span(&first), buf_span(&second)));
	json_free(j);
	json_free(back);
	buf_done(&first);
	buf_done(&second);
	return 0;
}
