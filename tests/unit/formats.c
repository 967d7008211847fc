#include "formats.h"

#include <errno.h>
#include <stdlib.h>

#include "alloc.h"
#include "runner.h"

#define TEXT_OF(t)                                                                                 \
	{                                                                                          \
		.type = VALUE_STRING, .bytes = {(const uint8_t *)(t), sizeof(t) - 1 }              \
	}
#define INT_OF(n)                                                                                  \
	{                                                                                          \
		.type = VALUE_INTEGER, .i = (n)                                                    \
	}

/* clang-format off */
const struct record format_device[16] = {
	{PATH3(3, 0, 0), TEXT_OF("Open Mobile Alliance"), 0},
	{PATH3(3, 0, 1), TEXT_OF("Lightweight M2M Client"), 0},
	{PATH3(3, 0, 2), TEXT_OF("345000123"), 0},
	{PATH3(3, 0, 3), TEXT_OF("1.0"), 0},
	{PATH4(3, 0, 6, 0), INT_OF(1), 0},    {PATH4(3, 0, 6, 1), INT_OF(5), 0},
	{PATH4(3, 0, 7, 0), INT_OF(3800), 0}, {PATH4(3, 0, 7, 1), INT_OF(5000), 0},
	{PATH4(3, 0, 8, 0), INT_OF(125), 0},  {PATH4(3, 0, 8, 1), INT_OF(900), 0},
	{PATH3(3, 0, 9), INT_OF(100), 0},
	{PATH3(3, 0, 10), INT_OF(15), 0},
	{PATH4(3, 0, 11, 0), INT_OF(0), 0},
	{PATH3(3, 0, 13), {.type = VALUE_TIME, .i = 1367491215}, 0},
	{PATH3(3, 0, 14), TEXT_OF("+02:00"), 0},
	{PATH3(3, 0, 16), TEXT_OF("U"), 0},
};

static const uint8_t octets[] = {0x14, 0xFB, 0x9C, 0x03, 0xD9, 0x7E};

const struct record format_types[8] = {
	{PATH3(1000, 0, 1), TEXT_OF("\xC3\xBC"), 0},
	{PATH3(1000, 0, 2), INT_OF(INT64_MIN), 0},
	{PATH3(1000, 0, 3), {.type = VALUE_UNSIGNED, .u = UINT64_MAX}, 0},
	{PATH3(1000, 0, 4), {.type = VALUE_FLOAT, .f = 1.5}, 0},
	{PATH3(1000, 0, 5), {.type = VALUE_BOOLEAN, .b = true}, 0},
	{PATH3(1000, 0, 6), {.type = VALUE_OPAQUE, .bytes = {octets, sizeof octets}}, 0},
	{PATH3(1000, 0, 7), {.type = VALUE_TIME, .i = 1363896240}, 0},
	{PATH3(1000, 0, 8), {.type = VALUE_OBJLNK, .link = {10, 3}}, 0},
};
/* clang-format on */

/* 400 KiB, and each test is a process of its own */
static struct recorder recorder;

int format_decode(int format, struct path base, struct span in)
{
	recorder_start(&recorder);
	return payload_decode(format, base, in, &recorder.sink);
}

void format_assert_told(const struct record *records, size_t n_records)
{
	ck_assert(records_are_equal(recorder.records, recorder.n_records, records, n_records));
}

void format_check_vector(const struct format_vector *v)
{
	struct span bytes = test_golden(v->golden);
	struct buf out = {0};

	ck_assert_int_eq(format_decode(v->format, v->base, bytes), 0);
	format_assert_told(v->records, v->n_records);
	if (v->is_input_only)
		return;
	ck_assert_int_eq(payload_encode(v->format, v->base, v->records, v->n_records, &out), 0);
	ck_assert_uint_eq(out.len, bytes.len);
	ck_assert_mem_eq(out.data, bytes.data, bytes.len);
	buf_done(&out);
}

void format_check_cuts(const struct format_vector *v)
{
	struct span whole = test_golden(v->golden);

	for (size_t cut = 0; cut < whole.len; cut++) {
		/* a block of its own, so that ASan sees a read beyond */
		uint8_t *copy = malloc(cut + !cut);

		memcpy(copy, whole.data, cut);
		ck_assert_int_eq(format_decode(v->format, v->base, span_of(copy, cut)), -EBADMSG);
		free(copy);
		ck_assert_uint_le(recorder.n_records, v->n_records);
		ck_assert(records_are_equal(
			recorder.records, recorder.n_records, v->records, recorder.n_records));
	}
}

void format_check_random(int format, bool is_lossy)
{
	static uint8_t bytes[RANDOM_BYTES_MAX];
	struct record records[RANDOM_RECORDS_MAX];
	uint64_t state = 11;

	for (unsigned round = 0; round < 500; round++) {
		bool is_multiple = round % 2;
		struct path base = PATH1(is_multiple ? OBJECT_MULTIPLE : OBJECT_SINGLE);
		struct buf out = {0};
		size_t n = random_records(&state, is_multiple, records, bytes);

		ck_assert_int_eq(payload_encode(format, base, records, n, &out), 0);
		ck_assert_int_eq(format_decode(format, base, buf_span(&out)), 0);
		format_assert_told(records, is_lossy ? records_drop_empty(records, n) : n);
		buf_done(&out);
	}
}

static int decode_failing_at(unsigned n, const struct format_vector *v, struct span in)
{
	alloc_fail_at(n);
	return format_decode(v->format, v->base, in);
}

void format_check_allocations(const struct format_vector *v)
{
	struct span bytes = test_golden(v->golden);
	bool failed = true;

	for (unsigned n = 1; failed; n++) {
		int r = decode_failing_at(n, v, bytes);

		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
	}
	failed = !v->is_input_only;
	for (unsigned n = 1; failed; n++) {
		struct buf out = {0};

		alloc_fail_at(n);

		int r = payload_encode(v->format, v->base, v->records, v->n_records, &out);

		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
		ck_assert_uint_eq(out.len, failed ? 0 : bytes.len);
		buf_done(&out);
	}
}

void format_check_refusal(int format, const struct format_refusal *refusal)
{
	bool is_text = refusal->in[0] == '[' || refusal->in[0] == '{';
	struct span in = is_text ? span_of_text(refusal->in) : test_hex(refusal->in);

	ck_assert_int_eq(format_decode(format, refusal->base, in), refusal->error);
}
