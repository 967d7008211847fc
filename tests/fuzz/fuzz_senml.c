/*
 * The first octet chooses the syntax: a list of paths must be written again as one, and what ETCH
 * reads is below nothing that is not a value.
 */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "../unit/records.h"
#include "codec/payload.h"

static int on_path(void *data, struct path p)
{
	size_t *n = data;

	assert(p.depth <= PATH_DEPTH_MAX);
	for (uint8_t i = 0; i < p.depth; i++)
		assert(p.id[i] != ID_NONE);
	++*n;
	return 0;
}

static bool is_expected(int r)
{
	return r == 0 || r == -EBADMSG || r == -EDOM || r == -E2BIG;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int formats[] = {FORMAT_SENML_ETCH_JSON, FORMAT_SENML_ETCH_CBOR};
	struct recorder *recorder = malloc(sizeof *recorder);
	size_t n = 0;

	assert(recorder);
	if (size > 0) {
		int format = formats[data[0] % 2];
		struct span in = span_of(data + 1, size - 1);

		recorder_start(recorder);
		assert(is_expected(payload_decode_paths(format, in, on_path, &n)));
		assert(n < size);
		assert(is_expected(payload_decode(format, PATH0(), in, &recorder->sink)));
		for (size_t i = 0; i < recorder->n_records; i++)
			assert(recorder->records[i].path.depth >= 3);
	}
	free(recorder);
	return 0;
}
