/* A text is a path or not; what is one is printed as it was. */
#include "fuzz.h"

#include <assert.h>

#include "codec/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	char text[PATH_TEXT_MAX];
	struct path p;
	uint16_t id;

	if (path_parse(in, &p) == 0) {
		path_format(p, text);
		assert(span_is_text(in, text));
		assert(path_contains(PATH0(), p) && path_compare(p, p) == 0);
	}
	if (path_parse_id(in, &id) == 0)
		assert(id < ID_NONE && size <= 5);
	return 0;
}
