/* Queries, separated by '&': what was read and is written again reads the same. */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>

#include "base/buf.h"
#include "codec/attr.h"

/* Up to the separator; 0: all were read. */
static int parse_all(struct span in, uint8_t separator, struct attrs *a, uint16_t *unset)
{
	int r = 0;

	while (r == 0 && in.len > 0) {
		const uint8_t *end = memchr(in.data, separator, in.len);
		size_t len = end ? (size_t)(end - in.data) : in.len;
		uint16_t before = a->set | *unset;

		r = attr_parse(span_of(in.data, len), LWM2M_1_2, a, unset);
		assert(r == 0 || r == -EINVAL);
		assert((before == (a->set | *unset)) == (r < 0));
		if (end)
			len++;
		in = span_of(in.data + len, in.len - len);
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct attrs a = {0}, again = {0}, below = {0};
	struct buf out = {0};
	struct writer w = writer_to(&out);
	uint16_t unset = 0, none = 0;

	if (size > 500 || parse_all(span_of(data, size), '&', &a, &unset) < 0)
		return 0;
	assert((a.set & unset) == 0);
	(void)attr_is_consistent(&a);

	attr_write(&a, &w);
	assert(w.err == 0 && (out.len == 0) == (a.set == 0));
	if (out.len > 0)
		assert(parse_all(span_of(out.data + 1, out.len - 1), ';', &again, &none) == 0);
	assert(again.set == a.set && none == 0);
	assert(a.gt == again.gt && a.lt == again.lt && a.st == again.st);
	assert(a.pmin == again.pmin && a.hqmax == again.hqmax && a.edge == again.edge);

	attr_inherit(&below, &a);
	assert(below.set == a.set && below.pmax == a.pmax);
	attr_apply(&below, &a, a.set);
	assert(below.set == 0);
	buf_done(&out);
	return 0;
}
