#include "codec/cbor_value.h"

#include <errno.h>
#include <math.h>

#include "formats.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
struct vector {
	const char *golden;
	bool is_input_only;
	struct value value;
};

#define BYTES(t) .bytes = {(const uint8_t *)(t), sizeof(t) - 1}
#define VECTOR(name, is_input, t, ...)                                                             \
	{                                                                                          \
		"cbor_value/" name, is_input,                                                      \
		{                                                                                  \
			.type = (t), __VA_ARGS__                                                   \
		}                                                                                  \
	}

/* clang-format off */
static const struct vector vectors[] = {
	VECTOR("half", false, VALUE_FLOAT, .f = 1.5),
	VECTOR("single", false, VALUE_FLOAT, .f = 100000.0),
	VECTOR("double", false, VALUE_FLOAT, .f = 1.1),
	VECTOR("integer_negative", false, VALUE_INTEGER, .i = -1000),
	VECTOR("unsigned_greatest", false, VALUE_UNSIGNED, .u = UINT64_MAX),
	VECTOR("boolean_true", false, VALUE_BOOLEAN, .b = true),
	VECTOR("opaque", false, VALUE_OPAQUE, BYTES("\1\2\3\4")),
	VECTOR("string", false, VALUE_STRING, BYTES("\xC3\xBC")),
	VECTOR("string", false, VALUE_CORELNK, BYTES("\xC3\xBC")),
	VECTOR("time", false, VALUE_TIME, .i = 1363896240),
	VECTOR("objlnk", false, VALUE_OBJLNK, .link = {10, 3}),
	VECTOR("time_tagged", true, VALUE_TIME, .i = 1363896240),
	VECTOR("string_in_pieces", true, VALUE_STRING, BYTES("streaming")),
	VECTOR("integer_negative", true, VALUE_FLOAT, .f = -1000),
};

static const struct format_refusal refusals[] = {
	{PATH2(OBJECT_SINGLE, 0), "01", -ENOTSUP},
	{PATH0(), "01", -ENOTSUP},
	{PATH3(OBJECT_MULTIPLE, 0, VALUE_INTEGER), "01", -ENOTSUP},
	{PATH4(OBJECT_SINGLE, 0, VALUE_INTEGER, 0), "01", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_INTEGER), "", -EBADMSG},
	{PATH3(OBJECT_SINGLE, 0, VALUE_INTEGER), "01 02", -EBADMSG},
	{PATH3(OBJECT_SINGLE, 0, VALUE_INTEGER), "FF", -EBADMSG},
	{PATH3(OBJECT_SINGLE, 0, VALUE_INTEGER), "F9 3E 00", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_INTEGER), "1B 80 00 00 00 00 00 00 00", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_INTEGER), "3B 80 00 00 00 00 00 00 00", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_INTEGER), "3B FF FF FF FF FF FF FF FF", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_INTEGER), "61 31", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_INTEGER), "F6", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_INTEGER), "C1 01", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_UNSIGNED), "20", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_FLOAT), "F5", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_BOOLEAN), "01", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_STRING), "41 61", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_STRING), "61 FF", -EBADMSG},
	{PATH3(OBJECT_SINGLE, 0, VALUE_STRING), "7F 61 61 41 61 FF", -EBADMSG},
	{PATH3(OBJECT_SINGLE, 0, VALUE_STRING), "7F 7F 61 61 FF FF", -EBADMSG},
	{PATH3(OBJECT_SINGLE, 0, VALUE_STRING), "81 61 61", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_OPAQUE), "61 61", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_TIME), "C0 01", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_TIME), "C1 C1 01", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_TIME), "C1", -EBADMSG},
	{PATH3(OBJECT_SINGLE, 0, VALUE_TIME), "C1 F9 3E 00", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_OBJLNK), "62 31 30", -EDOM},
	{PATH3(OBJECT_SINGLE, 0, VALUE_OBJLNK), "1A 00 0A 00 03", -EDOM},
};
/* clang-format on */

static struct format_vector vector_of(const struct vector *v, struct record *record)
{
	*record =
		(struct record){.path = PATH3(OBJECT_SINGLE, 0, v->value.type), .value = v->value};
	return (struct format_vector){
		FORMAT_CBOR, v->golden, record->path, record, 1, v->is_input_only};
}

START_TEST(cbor_value_reads_and_writes_the_golden_vectors)
{
	struct record record;
	struct format_vector v = vector_of(&vectors[_i], &record);

	format_check_vector(&v);
}
END_TEST

START_TEST(cbor_value_cut_anywhere_is_malformed)
{
	struct record record;
	struct format_vector v = vector_of(&vectors[_i], &record);

	format_check_cuts(&v);
}
END_TEST

START_TEST(cbor_value_survives_each_failing_allocation)
{
	struct record record;
	struct format_vector v = vector_of(&vectors[_i], &record);

	format_check_allocations(&v);
}
END_TEST

START_TEST(cbor_value_is_of_the_type_that_the_resource_has)
{
	format_check_refusal(FORMAT_CBOR, &refusals[_i]);
	format_assert_told(NULL, 0);
}
END_TEST

START_TEST(cbor_value_of_an_unknown_resource_is_passed_over)
{
	ck_assert_int_eq(
		format_decode(FORMAT_CBOR, PATH3(3, 0, 99), test_hex("A1 01 82 02 03")), 0);
	format_assert_told(NULL, 0);
}
END_TEST

START_TEST(cbor_value_writes_one_value_only)
{
	struct buf out = {0};

	ck_assert_int_eq(
		payload_encode(FORMAT_CBOR, PATH2(3, 0), format_device, 1, &out), -ENOTSUP);
	ck_assert_int_eq(
		payload_encode(FORMAT_CBOR, PATH3(3, 0, 6), format_device + 4, 2, &out), -ENOTSUP);
	ck_assert_int_eq(
		payload_encode(FORMAT_CBOR, PATH3(3, 0, 6), format_device + 4, 1, &out), -ENOTSUP);
	ck_assert_int_eq(
		payload_encode(FORMAT_CBOR, PATH4(3, 0, 6, 0), format_device + 4, 1, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), test_hex("01")));
	buf_done(&out);
}
END_TEST

START_TEST(cbor_value_comes_back_with_the_same_bits)
{
	static const double floats[] = {0.0, -0.0, 65504, 65505, 65520, 5.960464477539063e-8,
		2.9802322387695312e-8, 0x1p-14, 0x1.ffcp-15, 0x1.ff8p-15, 0x1.002p0, 0x1.004p0,
		3.4028234663852886e+38, 3.4028234663852889e+38, 0x1p-149, 0x1p-150, 0x1p-1074,
		1.7976931348623157e+308, INFINITY, -INFINITY, NAN, 0x1p53, -4.1, 0.1};

	for (size_t i = 0; i < COUNT(floats); i++) {
		struct record record = {.path = PATH3(OBJECT_SINGLE, 0, VALUE_FLOAT),
			.value = {.type = VALUE_FLOAT, .f = floats[i]}};
		struct buf out = {0};

		ck_assert_int_eq(payload_encode(FORMAT_CBOR, record.path, &record, 1, &out), 0);
		ck_assert_int_eq(format_decode(FORMAT_CBOR, record.path, buf_span(&out)), 0);
		format_assert_told(&record, 1);
		buf_done(&out);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cbor_value");
	TCase *t = tcase_create("values");

	tcase_add_loop_test(t, cbor_value_reads_and_writes_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_loop_test(t, cbor_value_cut_anywhere_is_malformed, 0, COUNT(vectors));
	tcase_add_loop_test(t, cbor_value_survives_each_failing_allocation, 0, COUNT(vectors));
	tcase_add_loop_test(t, cbor_value_is_of_the_type_that_the_resource_has, 0, COUNT(refusals));
	tcase_add_test(t, cbor_value_of_an_unknown_resource_is_passed_over);
	tcase_add_test(t, cbor_value_writes_one_value_only);
	tcase_add_test(t, cbor_value_comes_back_with_the_same_bits);
	suite_add_tcase(s, t);
	return s;
}
