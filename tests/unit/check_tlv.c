#include "codec/tlv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "alloc.h"
#include "records.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* 400 KiB each, and each test is a process of its own */
static struct recorder recorder, other;

static struct value text(const char *t)
{
	return VALUE_TEXT(t);
}

static struct value link_to(uint16_t object, uint16_t instance)
{
	return (struct value){.type = VALUE_OBJLNK, .link = {object, instance}};
}

struct vector {
	const char *name;
	struct path base;
	const struct record *records;
	size_t n_records;
};

#define TEXT_OF(t)                                                                                 \
	{                                                                                          \
		.type = VALUE_STRING, .bytes = {(const uint8_t *)(t), sizeof(t) - 1 }              \
	}
#define INT_OF(n)                                                                                  \
	{                                                                                          \
		.type = VALUE_INTEGER, .i = (n)                                                    \
	}

/* clang-format off */
static const struct record device[] = {
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

static const struct record access_control[] = {
	{PATH3(2, 0, 0), INT_OF(1), 0}, {PATH3(2, 0, 1), INT_OF(0), 0},
	{PATH4(2, 0, 2, 127), INT_OF(7), 0},
	{PATH3(2, 0, 3), INT_OF(127), 0},
	{PATH3(2, 2, 0), INT_OF(3), 0}, {PATH3(2, 2, 1), INT_OF(0), 0},
	{PATH4(2, 2, 2, 127), INT_OF(7), 0}, {PATH4(2, 2, 2, 310), INT_OF(1), 0},
	{PATH3(2, 2, 3), INT_OF(127), 0},
};

static const struct record server[] = {
	{PATH3(1, 0, 0), INT_OF(1), 0},
	{PATH3(1, 0, 1), INT_OF(86400), 0},
	{PATH3(1, 0, 6), {.type = VALUE_BOOLEAN, .b = true}, 0},
	{PATH3(1, 0, 7), TEXT_OF("U"), 0},
};

static const struct record object_links[] = {
	{PATH4(65, 0, 0, 0), {.type = VALUE_OBJLNK, .link = {66, 0}}, 0},
	{PATH4(65, 0, 0, 1), {.type = VALUE_OBJLNK, .link = {66, 1}}, 0},
	{PATH3(65, 0, 1), TEXT_OF("8613800755500"), 0},
	{PATH3(65, 0, 2), INT_OF(305419896), 0},
};

static const struct record object_links_of_two[] = {
	{PATH3(66, 0, 0), TEXT_OF("myService 1"), 0},
	{PATH3(66, 0, 1), TEXT_OF("Internet.15.234"), 0},
	{PATH3(66, 0, 2), {.type = VALUE_OBJLNK, .link = {67, 0}}, 0},
	{PATH3(66, 1, 0), TEXT_OF("myService 2"), 0},
	{PATH3(66, 1, 1), TEXT_OF("Internet.15.235"), 0},
	{PATH3(66, 1, 2), {.type = VALUE_OBJLNK, .link = {65535, 65535}}, 0},
};

static const struct record ets_215[] = {
	{PATH3(1, 0, 2), INT_OF(101), 0},
	{PATH3(1, 0, 3), INT_OF(1010), 0},
	{PATH3(1, 0, 5), INT_OF(2000), 0},
	{PATH3(1, 0, 6), {.type = VALUE_BOOLEAN, .b = true}, 0},
	{PATH3(1, 0, 7), TEXT_OF("U"), 0},
};

static const struct record longer_than_needed[] = {
	{PATH3(1, 0, 7), TEXT_OF("U"), 0},
	{PATH3(1, 0, 2), INT_OF(101), 0},
	{PATH3(1, 0, 3), INT_OF(1010), 0},
	{PATH3(1, 0, 5), INT_OF(2000), 0},
	{PATH3(1, 0, 6), {.type = VALUE_BOOLEAN, .b = true}, 0},
};

static const struct record ets_1630[] = {
	{PATH4(16, 1, 0, 0), TEXT_OF("Host Device ID #2"), 0},
	{PATH4(16, 1, 0, 1), TEXT_OF("Host Device Model #2"), 0},
};

static const struct vector vectors[] = {
	{"tlv/device", PATH2(3, 0), device, COUNT(device)},
	{"tlv/access_control", PATH1(2), access_control, COUNT(access_control)},
	{"tlv/server", PATH1(1), server, COUNT(server)},
	{"tlv/object_links", PATH2(65, 0), object_links, COUNT(object_links)},
	{"tlv/object_links_of_two", PATH1(66), object_links_of_two, COUNT(object_links_of_two)},
	{"tlv/ets_215", PATH2(1, 0), ets_215, COUNT(ets_215)},
	{"tlv/ets_1630", PATH1(16), ets_1630, COUNT(ets_1630)},
};
/* clang-format on */

static int decode(struct path base, struct span in)
{
	recorder_start(&recorder);
	return tlv_decode(base, in, &recorder.sink);
}

static void assert_told(const struct record *records, size_t n_records)
{
	ck_assert(records_are_equal(recorder.records, recorder.n_records, records, n_records));
}

static void assert_encodes(
	struct path base, const struct record *records, size_t n_records, struct span expected)
{
	struct buf out = {0};

	ck_assert_int_eq(tlv_encode(base, records, n_records, &out), 0);
	ck_assert_uint_eq(out.len, expected.len);
	ck_assert(span_is_equal(buf_span(&out), expected));
	buf_done(&out);
}

START_TEST(tlv_decodes_the_golden_vectors)
{
	const struct vector *v = &vectors[_i];

	ck_assert_int_eq(decode(v->base, test_golden(v->name)), 0);
	assert_told(v->records, v->n_records);
}
END_TEST

START_TEST(tlv_encodes_the_golden_vectors)
{
	const struct vector *v = &vectors[_i];

	assert_encodes(v->base, v->records, v->n_records, test_golden(v->name));
}
END_TEST

START_TEST(tlv_reads_headers_and_integers_longer_than_needed)
{
	ck_assert_int_eq(decode(PATH2(1, 0), test_golden("tlv/longer_than_needed")), 0);
	assert_told(longer_than_needed, COUNT(longer_than_needed));
}
END_TEST

START_TEST(tlv_rejects_length_beyond_end)
{
	struct reader r = reader_of(test_hex("C8 00 05 41")); /* says 5 octets, has 1 */
	struct tlv got;

	ck_assert_int_eq(tlv_next(&r, &got), -EBADMSG);
	ck_assert_int_eq(tlv_next(&r, &got), -EBADMSG);
}
END_TEST

START_TEST(tlv_next_ends_after_the_last_element)
{
	struct reader r = reader_of(test_hex("C1 00 41"));
	struct tlv got;

	ck_assert_int_eq(tlv_next(&r, &got), 1);
	ck_assert_int_eq(got.kind, TLV_RESOURCE);
	ck_assert_int_eq(tlv_next(&r, &got), 0);
	ck_assert_int_eq(tlv_next(&r, &got), 0);
}
END_TEST

struct header {
	enum tlv_kind kind;
	uint16_t id;
	size_t len;
	const char *hex;
};

/* Worked out by hand from the type octet, TS core 1.1 section 7.4.4. */
/* clang-format off */
static const struct header headers[] = {
	{TLV_INSTANCE,          0,     0,       "00 00"},
	{TLV_RESOURCE_INSTANCE, 255,   7,       "47 FF"},
	{TLV_MULTIPLE,          256,   7,       "A7 01 00"},
	{TLV_RESOURCE,          65534, 8,       "E8 FF FE 08"},
	{TLV_RESOURCE,          1,     255,     "C8 01 FF"},
	{TLV_RESOURCE,          1,     256,     "D0 01 01 00"},
	{TLV_RESOURCE,          300,   65535,   "F0 01 2C FF FF"},
	{TLV_INSTANCE,          1,     65536,   "18 01 01 00 00"},
	{TLV_MULTIPLE,          300,   0x123456, "B8 01 2C 12 34 56"},
};
/* clang-format on */

START_TEST(tlv_writes_the_shortest_header)
{
	const struct header *h = &headers[_i];
	struct buf out = {.max = 2 << 20};
	struct writer w = writer_to(&out);
	uint8_t *zeros = calloc(1, h->len + 1);
	struct span expected = test_hex(h->hex);
	struct tlv got;

	tlv_write(&w, h->kind, h->id, span_of(zeros, h->len));
	ck_assert_int_eq(w.err, 0);
	ck_assert_uint_eq(out.len, expected.len + h->len);
	ck_assert_mem_eq(out.data, expected.data, expected.len);

	struct reader r = reader_of(buf_span(&out));

	ck_assert_int_eq(tlv_next(&r, &got), 1);
	ck_assert_int_eq(got.kind, h->kind);
	ck_assert_uint_eq(got.id, h->id);
	ck_assert_uint_eq(got.value.len, h->len);
	ck_assert_uint_eq(rd_left(&r), 0);
	buf_done(&out);
	free(zeros);
}
END_TEST

START_TEST(tlv_refuses_to_write_more_than_24_bits_of_length)
{
	struct buf out = {.max = 32 << 20};
	struct writer w = writer_to(&out);

	tlv_write(&w, TLV_RESOURCE, 0, span_of("", 0x1000000)); /* not looked at */
	ck_assert_int_eq(w.err, -EMSGSIZE);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
}
END_TEST

struct form {
	enum value_type type;
	const char *hex;
	int result;
	struct value value;
};

/* clang-format off */
static const struct form forms[] = {
	{VALUE_INTEGER, "", -EDOM, {0}},
	{VALUE_INTEGER, "80", 0, INT_OF(-128)},
	{VALUE_INTEGER, "7F", 0, INT_OF(127)},
	{VALUE_INTEGER, "FF 7F", 0, INT_OF(-129)},
	{VALUE_INTEGER, "00 00 00", -EDOM, {0}},
	{VALUE_INTEGER, "80 00 00 00", 0, INT_OF(INT32_MIN)},
	{VALUE_INTEGER, "FF FF FF FF 7F FF FF FF", 0, INT_OF((int64_t)INT32_MIN - 1)},
	{VALUE_INTEGER, "80 00 00 00 00 00 00 00", 0, INT_OF(INT64_MIN)},
	{VALUE_INTEGER, "00 00 00 00 00 00 00 00 00", -EDOM, {0}},
	{VALUE_TIME, "", -EDOM, {0}},
	{VALUE_TIME, "51 82 42 8F", 0, {.type = VALUE_TIME, .i = 1367491215}},
	{VALUE_UNSIGNED, "", -EDOM, {0}},
	{VALUE_UNSIGNED, "FF", 0, {.type = VALUE_UNSIGNED, .u = 255}},
	{VALUE_UNSIGNED, "01 00", 0, {.type = VALUE_UNSIGNED, .u = 256}},
	{VALUE_UNSIGNED, "00 01 00 00", 0, {.type = VALUE_UNSIGNED, .u = 65536}},
	{VALUE_UNSIGNED, "FF FF FF FF FF FF FF FF", 0, {.type = VALUE_UNSIGNED, .u = UINT64_MAX}},
	{VALUE_UNSIGNED, "00 00 00 00 00", -EDOM, {0}},
	{VALUE_BOOLEAN, "", -EDOM, {0}},
	{VALUE_BOOLEAN, "00", 0, {.type = VALUE_BOOLEAN, .b = false}},
	{VALUE_BOOLEAN, "01", 0, {.type = VALUE_BOOLEAN, .b = true}},
	{VALUE_BOOLEAN, "02", -EDOM, {0}},
	{VALUE_BOOLEAN, "00 01", -EDOM, {0}},
	{VALUE_FLOAT, "", -EDOM, {0}},
	{VALUE_FLOAT, "C0 A0 00 00", 0, {.type = VALUE_FLOAT, .f = -5}},
	{VALUE_FLOAT, "3F B9 99 99 99 99 99 9A", 0, {.type = VALUE_FLOAT, .f = 0.1}},
	{VALUE_FLOAT, "3F B9", -EDOM, {0}},
	{VALUE_FLOAT, "FF 80 00 00", 0, {.type = VALUE_FLOAT, .f = -(double)INFINITY}},
	{VALUE_OBJLNK, "00 0A 00 03", 0, {.type = VALUE_OBJLNK, .link = {10, 3}}},
	{VALUE_OBJLNK, "00 0A 03", -EDOM, {0}},
	{VALUE_OBJLNK, "", -EDOM, {0}},
	{VALUE_STRING, "", 0, TEXT_OF("")},
	{VALUE_STRING, "C3 A9", 0, TEXT_OF("\xC3\xA9")},
	{VALUE_STRING, "E9", -EDOM, {0}},
	{VALUE_CORELNK, "3C 2F 33 3E", 0, {.type = VALUE_CORELNK, .bytes = {(const uint8_t *)"</3>", 4}}},
	{VALUE_CORELNK, "FF", -EDOM, {0}},
	{VALUE_OPAQUE, "", 0, {.type = VALUE_OPAQUE}},
	{VALUE_OPAQUE, "FF 00", 0, {.type = VALUE_OPAQUE, .bytes = {(const uint8_t *)"\xFF\0", 2}}},
	{VALUE_NONE, "", -EDOM, {0}},
};
/* clang-format on */

START_TEST(tlv_holds_each_type_in_its_lengths_only)
{
	const struct form *f = &forms[_i];
	struct value got = VALUE_INT(99);

	ck_assert_int_eq(tlv_to_value(test_hex(f->hex), f->type, &got), f->result);
	if (f->result == 0)
		ck_assert(value_is_equal(&got, &f->value));
	else
		ck_assert_int_eq(got.i, 99);
}
END_TEST

struct shortest {
	struct value value;
	const char *hex;
};

/* clang-format off */
static const struct shortest shortest[] = {
	{INT_OF(0), "00"}, {INT_OF(-1), "FF"}, {INT_OF(127), "7F"}, {INT_OF(128), "00 80"},
	{INT_OF(-128), "80"}, {INT_OF(-129), "FF 7F"}, {INT_OF(32767), "7F FF"},
	{INT_OF(32768), "00 00 80 00"}, {INT_OF(-32769), "FF FF 7F FF"},
	{INT_OF(INT32_MAX), "7F FF FF FF"}, {INT_OF(INT64_C(2147483648)), "00 00 00 00 80 00 00 00"},
	{INT_OF(INT64_MIN), "80 00 00 00 00 00 00 00"},
	{{.type = VALUE_TIME, .i = 1367491215}, "51 82 42 8F"},
	{{.type = VALUE_UNSIGNED, .u = 255}, "FF"}, {{.type = VALUE_UNSIGNED, .u = 256}, "01 00"},
	{{.type = VALUE_UNSIGNED, .u = 65536}, "00 01 00 00"},
	{{.type = VALUE_UNSIGNED, .u = UINT64_C(4294967296)}, "00 00 00 01 00 00 00 00"},
	{{.type = VALUE_BOOLEAN, .b = true}, "01"},
	{{.type = VALUE_FLOAT, .f = 1.5}, "3F C0 00 00"},
	{{.type = VALUE_FLOAT, .f = -0.0}, "80 00 00 00"},
	{{.type = VALUE_FLOAT, .f = 0.1}, "3F B9 99 99 99 99 99 9A"},
	{{.type = VALUE_FLOAT, .f = 1e300}, "7E 37 E4 3C 88 00 75 9C"},
	{{.type = VALUE_OBJLNK, .link = {65535, 65535}}, "FF FF FF FF"},
};
/* clang-format on */

START_TEST(tlv_writes_the_shortest_value)
{
	struct buf out = {0};
	struct writer w = writer_to(&out);

	tlv_from_value(&shortest[_i].value, &w);
	ck_assert_int_eq(w.err, 0);
	ck_assert(span_is_equal(buf_span(&out), test_hex(shortest[_i].hex)));
	buf_done(&out);
}
END_TEST

struct refusal {
	struct path base;
	const char *hex;
	int result;
};

/* clang-format off */
static const struct refusal refusals[] = {
	/* the root has no form */
	{PATH0(), "", -ENOTSUP},
	/* without an instance id in the path: Object Instances and nothing else */
	{PATH1(1), "C1 00 01", -EBADMSG},
	{PATH1(3), "83 06 41 00 01", -EBADMSG},
	{PATH1(1), "41 00 01", -EBADMSG},
	{PATH1(1), "23 FF FF C1 00 01", -EBADMSG},
	{PATH1(1), "05 00 03 01 C1 00 01", -EBADMSG},
	/* with one: that of the path, once, around everything */
	{PATH2(1, 0), "03 01 C1 00 01", -EBADMSG},
	{PATH2(1, 0), "03 00 C1 00 01 03 00 C1 00 01", -EBADMSG},
	{PATH2(1, 0), "C1 00 01 03 00 C1 00 01", -EBADMSG},
	{PATH2(1, 0), "03 00 C1 00 01 C1 01 01", -EBADMSG},
	{PATH2(1, 0), "05 00 03 00 C1 00 01", -EBADMSG},
	{PATH2(3, 0), "41 00 01", -EBADMSG},
	{PATH2(3, 0), "E1 FF FF 01", -EBADMSG},
	/* only Resource Instances in a Multiple Resource */
	{PATH2(3, 0), "83 06 C1 00 01", -EBADMSG},
	{PATH2(3, 0), "85 06 83 00 41 00 01", -EBADMSG},
	{PATH2(3, 0), "84 06 61 FF FF 01", -EBADMSG},
	{PATH2(3, 0), "82 06 41 00", -EBADMSG},
	/* also where nobody knows the resource */
	{PATH2(3, 0), "83 63 C1 00 01", -EBADMSG},
	{PATH2(3, 0), "82 63 41 00", -EBADMSG},
	/* one resource: exactly that */
	{PATH3(3, 0, 9), "", -EBADMSG},
	{PATH3(3, 0, 9), "C1 0A 01", -EBADMSG},
	{PATH3(3, 0, 9), "C1 09 01 C1 09 01", -EBADMSG},
	{PATH3(3, 0, 9), "03 00 C1 09 01", -EBADMSG},
	{PATH3(3, 0, 6), "41 00 01", -EBADMSG},
	/* one instance: exactly that */
	{PATH4(3, 0, 6, 1), "", -EBADMSG},
	{PATH4(3, 0, 6, 1), "41 00 01", -EBADMSG},
	{PATH4(3, 0, 6, 1), "C1 01 01", -EBADMSG},
	{PATH4(3, 0, 6, 1), "83 07 41 01 01", -EBADMSG},
	{PATH4(3, 0, 6, 1), "80 06", -EBADMSG},
	{PATH4(3, 0, 6, 1), "86 06 41 01 01 41 01 01", -EBADMSG},
	/* multiple in the definition or not, it must come so */
	{PATH2(3, 0), "C1 06 01", -EDOM},
	{PATH2(3, 0), "83 09 41 00 01", -EDOM},
	{PATH3(3, 0, 6), "C1 06 01", -EDOM},
	{PATH4(3, 0, 9, 0), "41 00 01", -EDOM},
	/* and hold its type */
	{PATH2(3, 0), "C0 09", -EDOM},
	{PATH2(3, 0), "82 06 40 00", -EDOM},
	{PATH2(1, 0), "C1 06 02", -EDOM},
	{PATH2(1, 0), "C1 07 FF", -EDOM},
};
/* clang-format on */

START_TEST(tlv_refuses_what_the_path_does_not_allow)
{
	ck_assert_int_eq(
		decode(refusals[_i].base, test_hex(refusals[_i].hex)), refusals[_i].result);
	ck_assert_uint_le(recorder.n_records, 1);
}
END_TEST

START_TEST(tlv_accepts_the_object_instance_of_the_path)
{
	struct record expected[] = {
		{PATH3(1, 5, 0), VALUE_INT(1), 0}, {PATH3(1, 5, 7), text("U"), 0}};

	ck_assert_int_eq(decode(PATH2(1, 5), test_hex("06 05 C1 00 01 C1 07 55")), 0);
	assert_told(expected, COUNT(expected));
}
END_TEST

START_TEST(tlv_accepts_a_resource_instance_alone_or_in_its_resource)
{
	struct record expected = {PATH4(3, 0, 6, 1), VALUE_INT(5), 0};

	ck_assert_int_eq(decode(expected.path, test_hex("41 01 05")), 0);
	assert_told(&expected, 1);
	ck_assert_int_eq(decode(expected.path, test_hex("83 06 41 01 05")), 0);
	assert_told(&expected, 1);
}
END_TEST

START_TEST(tlv_writes_a_resource_instance_alone)
{
	struct record record = {PATH4(3, 0, 6, 1), VALUE_INT(5), 0};

	assert_encodes(record.path, &record, 1, test_hex("41 01 05"));
}
END_TEST

START_TEST(tlv_writes_one_resource)
{
	struct record record = {PATH3(65535 - 1, 0, 300), link_to(10, 3), 0};

	assert_encodes(record.path, &record, 1, test_hex("E4 01 2C 00 0A 00 03"));
}
END_TEST

START_TEST(tlv_writes_a_multiple_resource_of_one_as_multiple)
{
	struct record record = {PATH4(3, 0, 6, 1), VALUE_INT(5), 0};

	assert_encodes(PATH3(3, 0, 6), &record, 1, test_hex("83 06 41 01 05"));
}
END_TEST

START_TEST(tlv_reads_and_writes_a_multiple_resource_without_instances)
{
	struct record record = {.path = PATH3(3, 0, 6)};

	ck_assert_int_eq(decode(PATH2(3, 0), test_hex("80 06")), 0);
	assert_told(&record, 1);
	assert_encodes(PATH2(3, 0), &record, 1, test_hex("80 06"));
	assert_encodes(PATH3(3, 0, 6), &record, 1, test_hex("80 06"));
}
END_TEST

START_TEST(tlv_reads_and_writes_instances_without_resources)
{
	struct record records[] = {
		{.path = PATH2(1, 0)}, {PATH3(1, 1, 0), VALUE_INT(1), 0}, {.path = PATH2(1, 300)}};
	struct span bytes = test_hex("00 00  03 01 C1 00 01  20 01 2C");

	ck_assert_int_eq(decode(PATH1(1), bytes), 0);
	assert_told(records, COUNT(records));
	assert_encodes(PATH1(1), records, COUNT(records), bytes);
}
END_TEST

START_TEST(tlv_reads_nothing_as_no_instance_or_an_empty_one)
{
	struct record empty = {.path = PATH2(1, 0)};

	ck_assert_int_eq(decode(PATH1(1), (struct span){0}), 0);
	assert_told(NULL, 0);
	ck_assert_int_eq(decode(PATH2(1, 0), (struct span){0}), 0);
	assert_told(&empty, 1);
	assert_encodes(PATH1(1), NULL, 0, (struct span){0});
	assert_encodes(PATH2(1, 0), &empty, 1, (struct span){0});
}
END_TEST

START_TEST(tlv_skips_unknown_resources)
{
	struct record expected = {PATH3(3, 0, 9), VALUE_INT(1), 0};

	ck_assert_int_eq(decode(PATH2(3, 0), test_hex("C1 63 01 83 64 41 00 01 C1 09 01")), 0);
	assert_told(&expected, 1);
	ck_assert_int_eq(decode(PATH3(3, 0, 99), test_hex("C1 63 01")), 0);
	assert_told(NULL, 0);
	ck_assert_int_eq(decode(PATH4(3, 0, 99, 0), test_hex("41 00 01")), 0);
	assert_told(NULL, 0);
}
END_TEST

START_TEST(tlv_tells_of_an_instance_with_unknown_resources_only)
{
	struct record expected = {.path = PATH2(3, 0)};

	ck_assert_int_eq(decode(PATH1(3), test_hex("05 00 C3 63 01 02 03")), 0);
	assert_told(&expected, 1);
}
END_TEST

START_TEST(tlv_stops_where_the_receiver_says_so)
{
	recorder_start(&recorder);
	recorder.result = -EOPNOTSUPP;
	ck_assert_int_eq(
		tlv_decode(PATH2(3, 0), test_golden("tlv/device"), &recorder.sink), -EOPNOTSUPP);
	ck_assert_uint_eq(recorder.n_records, 1);
}
END_TEST

START_TEST(tlv_refuses_to_write_what_does_not_belong_to_the_path)
{
	struct record elsewhere = {PATH3(3, 1, 9), VALUE_INT(1), 0};
	struct record object = {.path = PATH1(3)};
	struct record instance = {PATH2(3, 0), VALUE_INT(1), 0};
	struct record nothing = {.path = PATH4(3, 0, 6, 0)};
	struct buf out = {0};

	ck_assert_int_eq(buf_append_text(&out, "kept"), 0);
	ck_assert_int_eq(tlv_encode(PATH2(3, 0), &elsewhere, 1, &out), -EINVAL);
	ck_assert_int_eq(tlv_encode(PATH1(3), &object, 1, &out), -EINVAL);
	ck_assert_int_eq(tlv_encode(PATH2(3, 0), &instance, 1, &out), -EINVAL);
	ck_assert_int_eq(tlv_encode(PATH2(3, 0), &nothing, 1, &out), -EINVAL);
	ck_assert_int_eq(tlv_encode(PATH0(), &elsewhere, 1, &out), -ENOTSUP);
	ck_assert_int_eq(tlv_encode(PATH3(3, 1, 9), NULL, 0, &out), -ENOTSUP);
	ck_assert_int_eq(tlv_encode(PATH4(3, 1, 6, 0), NULL, 0, &out), -ENOTSUP);
	ck_assert(span_is_text(buf_span(&out), "kept"));
	buf_done(&out);
}
END_TEST

START_TEST(tlv_appends_nothing_beyond_the_limit)
{
	for (size_t max = 1; max < 121 + 4; max++) {
		struct buf out = {.max = max};

		if (max >= 4)
			ck_assert_int_eq(buf_append_text(&out, "kept"), 0);

		size_t before = out.len;

		ck_assert_int_eq(tlv_encode(PATH2(3, 0), device, COUNT(device), &out),
			max - before >= 121 ? 0 : -ENOSPC);
		if (max - before < 121)
			ck_assert_uint_eq(out.len, before);
		buf_done(&out);
	}
}
END_TEST

START_TEST(tlv_decodes_what_it_encodes)
{
	static uint8_t bytes[RANDOM_BYTES_MAX];
	struct record records[RANDOM_RECORDS_MAX];
	uint64_t state = 11;

	for (unsigned round = 0; round < 500; round++) {
		bool is_multiple = round % 2;
		struct path base = PATH1(is_multiple ? OBJECT_MULTIPLE : OBJECT_SINGLE);
		struct buf out = {0};
		size_t n = random_records(&state, is_multiple, records, bytes);

		ck_assert_int_eq(tlv_encode(base, records, n, &out), 0);
		ck_assert_int_eq(decode(base, buf_span(&out)), 0);
		assert_told(records, n);
		buf_done(&out);
	}
}
END_TEST

/* At or behind the end of a top-level element. */
static bool is_boundary(struct span in, size_t cut)
{
	struct reader r = reader_of(in);
	struct tlv element;

	while (r.pos < cut && tlv_next(&r, &element) > 0)
		;
	return r.pos == cut;
}

START_TEST(tlv_cut_short_is_malformed_but_between_elements)
{
	struct span whole = test_golden(vectors[_i].name);

	ck_assert_int_eq(decode(vectors[_i].base, whole), 0);
	other = recorder;
	for (size_t cut = 1; cut < whole.len; cut++) {
		uint8_t *copy = malloc(cut);

		memcpy(copy, whole.data, cut);
		ck_assert_int_eq(decode(vectors[_i].base, span_of(copy, cut)),
			is_boundary(whole, cut) ? 0 : -EBADMSG);
		free(copy);
		/* what was told is what the whole begins with */
		ck_assert_uint_le(recorder.n_records, other.n_records);
		ck_assert(records_are_equal(recorder.records, recorder.n_records,
			vectors[_i].records, recorder.n_records));
	}
}
END_TEST

START_TEST(tlv_survives_each_failing_allocation)
{
	bool failed = true;
	unsigned n;

	for (n = 1; failed; n++) {
		struct buf out = {0};

		alloc_fail_at(n);

		int r = tlv_encode(PATH1(2), access_control, COUNT(access_control), &out);

		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
		ck_assert_uint_eq(out.len, failed ? 0 : 38);
		buf_done(&out);
	}
	ck_assert_uint_gt(n, 2);
}
END_TEST

START_TEST(tlv_decodes_without_memory)
{
	struct span in = test_golden("tlv/device");

	alloc_fail_at(1);

	int r = decode(PATH2(3, 0), in);

	alloc_fail_off();
	ck_assert_int_eq(r, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("tlv");
	TCase *t = tcase_create("elements and values");

	tcase_add_test(t, tlv_rejects_length_beyond_end);
	tcase_add_test(t, tlv_next_ends_after_the_last_element);
	tcase_add_loop_test(t, tlv_writes_the_shortest_header, 0, COUNT(headers));
	tcase_add_test(t, tlv_refuses_to_write_more_than_24_bits_of_length);
	tcase_add_loop_test(t, tlv_holds_each_type_in_its_lengths_only, 0, COUNT(forms));
	tcase_add_loop_test(t, tlv_writes_the_shortest_value, 0, COUNT(shortest));
	suite_add_tcase(s, t);

	t = tcase_create("payloads");
	tcase_add_loop_test(t, tlv_decodes_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_loop_test(t, tlv_encodes_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_test(t, tlv_reads_headers_and_integers_longer_than_needed);
	tcase_add_loop_test(t, tlv_refuses_what_the_path_does_not_allow, 0, COUNT(refusals));
	tcase_add_test(t, tlv_accepts_the_object_instance_of_the_path);
	tcase_add_test(t, tlv_accepts_a_resource_instance_alone_or_in_its_resource);
	tcase_add_test(t, tlv_writes_a_resource_instance_alone);
	tcase_add_test(t, tlv_writes_one_resource);
	tcase_add_test(t, tlv_writes_a_multiple_resource_of_one_as_multiple);
	tcase_add_test(t, tlv_reads_and_writes_a_multiple_resource_without_instances);
	tcase_add_test(t, tlv_reads_and_writes_instances_without_resources);
	tcase_add_test(t, tlv_reads_nothing_as_no_instance_or_an_empty_one);
	tcase_add_test(t, tlv_skips_unknown_resources);
	tcase_add_test(t, tlv_tells_of_an_instance_with_unknown_resources_only);
	tcase_add_test(t, tlv_stops_where_the_receiver_says_so);
	tcase_add_test(t, tlv_refuses_to_write_what_does_not_belong_to_the_path);
	suite_add_tcase(s, t);

	t = tcase_create("properties");
	tcase_add_test(t, tlv_appends_nothing_beyond_the_limit);
	tcase_add_test(t, tlv_decodes_what_it_encodes);
	tcase_add_loop_test(t, tlv_cut_short_is_malformed_but_between_elements, 0, COUNT(vectors));
	tcase_add_test(t, tlv_survives_each_failing_allocation);
	tcase_add_test(t, tlv_decodes_without_memory);
	suite_add_tcase(s, t);
	return s;
}
