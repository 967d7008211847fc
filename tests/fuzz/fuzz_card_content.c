#include "fuzz.h"

#include <assert.h>

#include "card/content.h"
#include "codec/tlv.h"

static enum value_type type_of(void *data, struct path resource, bool *ret_multiple)
{
	(void)data;
	*ret_multiple = resource.id[2] % 5 == 4;
	return resource.id[2] % 3 ? VALUE_STRING : VALUE_INTEGER;
}

static int on_record(void *data, const struct record *record)
{
	size_t *n = data;

	assert(record->path.depth >= 2);
	(*n)++;
	return 0;
}

/* A file that passes the check is handed out whole, and its TLV never leaves it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span file = span_of(data, size);
	struct card_fault fault = {0};
	struct content_object o;
	size_t cursor = 0, records = 0, n = 0;

	if (content_check(file, &fault) < 0) {
		assert(fault.expected && fault.offset <= size);
		return 0;
	}
	while (content_next(file, &cursor, &o)) {
		struct payload_sink sink = {
			.data = &records, .type_of = type_of, .on_record = on_record};

		assert(o.tlv.len == 0 ||
			(o.tlv.data >= data && o.tlv.data + o.tlv.len <= data + size));
		tlv_decode(PATH1(o.id), o.tlv, &sink);
		n++;
	}
	assert(n == (size_t)(data[0] << 8 | data[1]));
	assert(n == 0 || cursor == content_length(data));
	return 0;
}
