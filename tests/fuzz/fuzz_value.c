/*
 * Type, then bytes: a value of these bytes is equal to itself, and to what comes back when it is
 * written and read again.
 */
#include "fuzz.h"

#include <assert.h>
#include <string.h>

#include "codec/tlv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum value_type type = size ? (enum value_type)(data[0] % (VALUE_CORELNK + 1)) : VALUE_NONE;
	struct buf out = {0};
	struct writer w = writer_to(&out);
	struct value v, back;

	if (size == 0 || tlv_to_value(span_of(data + 1, size - 1), type, &v) < 0)
		return 0;

	assert(value_is_equal(&v, &v));
	tlv_from_value(&v, &w);
	if (w.err == 0) {
		assert(out.len <= size - 1);
		assert(tlv_to_value(buf_span(&out), type, &back) == 0);
		assert(value_is_equal(&v, &back));
	}
	buf_done(&out);
	return 0;
}
