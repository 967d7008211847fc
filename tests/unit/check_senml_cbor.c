#include "codec/senml_cbor.h"

#include <errno.h>

#include "formats.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define BATTERY(n, ms)                                                                             \
	{                                                                                          \
		PATH3(3, 0, 9), {.type = VALUE_INTEGER, .i = (n)}, (ms)                            \
	}

/* clang-format off */
static const struct record times[] = {
	BATTERY(100, 1367491215000), BATTERY(99, 1367491217500), BATTERY(98, 1367491220000),
};

static const struct format_vector vectors[] = {
	{FORMAT_SENML_CBOR, "senml_cbor/device", PATH2(3, 0), format_device, 16, false},
	{FORMAT_SENML_CBOR, "senml_cbor/device", PATH0(), format_device, 16, false},
	{FORMAT_SENML_ETCH_CBOR, "senml_cbor/device", PATH0(), format_device, 16, false},
	{FORMAT_SENML_CBOR, "senml_cbor/one", PATH3(3, 0, 9), format_device + 10, 1, false},
	{FORMAT_SENML_CBOR, "senml_cbor/types", PATH1(1000), format_types, 8, false},
	{FORMAT_SENML_CBOR, "senml_cbor/times", PATH3(3, 0, 9), times, 3, false},
};

/* What /3/0/9 = 100 may look like: 81 A2 21 66 2F332F302F39 02 1864 */
static const char *const equals[] = {
	"81 A2 00 66 2F332F302F39 02 1864",
	"9F BF 21 66 2F332F302F39 02 1864 FF FF",
	"81 A2 21 66 2F332F302F39 02 F9 56 40", /* a float that is whole */
	"81 A2 21 66 2F332F302F39 02 C4 82 20 19 03E8", /* 1000 times 10 to the -1 */
	"81 A3 21 66 2F332F302F39 02 1863 24 01", /* bv 1, v 99 */
	"82 A2 21 66 2F332F302F39 24 01 A1 02 1863", /* the bases alone, then the value */
	"81 A3 24 20 02 1865 00 66 2F332F302F39", /* bv -1, v 101 */
	"81 A5 20 0A 23 61 25 01 61 56 02 1864 00 66 2F332F302F39", /* bver 10, bu, u */
	"81 A3 21 66 2F332F302F39 02 1864 63 666F6F 82 A1 01 02 C1 80", /* an unknown label */
	"81 A3 21 66 2F332F302F39 02 1864 18 63 01",
	"81 A2 21 7F 63 2F332F 63 302F39 FF 02 1864", /* a text in pieces */
	"81 A3 21 64 2F332F30 00 62 2F39 02 1864",
};

static const struct format_refusal refusals[] = {
	{PATH2(3, 0), "", -EBADMSG},
	{PATH2(3, 0), "A0", -EBADMSG},
	{PATH2(3, 0), "81 80", -EBADMSG},
	{PATH2(3, 0), "80 00", -EBADMSG},
	{PATH2(3, 0), "9F", -EBADMSG},
	{PATH2(3, 0), "80 FF", -EBADMSG},
	{PATH2(3, 0), "81 FF", -EBADMSG},
	{PATH2(3, 0), "81 A1 FF 01", -EBADMSG},
	{PATH2(3, 0), "81 BF 21 66 2F332F302F39 02 FF", -EBADMSG}, /* no value for v */
	{PATH2(3, 0), "81 A2 21 66 2F332F302F39 21 66 2F332F302F39", -EBADMSG}, /* bn twice */
	{PATH2(3, 0), "81 A3 21 66 2F332F302F39 02 01 02 02", -EBADMSG}, /* v twice */
	{PATH2(3, 0), "81 A3 21 66 2F332F302F39 02 01 03 61 61", -EBADMSG}, /* v and vs */
	{PATH2(3, 0), "82 A2 21 66 2F332F302F39 02 01 A1 02 01", -EBADMSG}, /* the same name */
	{PATH2(3, 0), "81 A3 21 66 2F332F302F39 02 01 62 61 5F 01", -EBADMSG}, /* "a_" */
	{PATH2(3, 0), "81 A3 21 66 2F332F302F39 02 01 20 0B", -EBADMSG}, /* bver 11 */
	{PATH2(3, 0), "81 A3 21 66 2F332F302F39 02 01 22 61 61", -EBADMSG}, /* bt is text */
	{PATH2(3, 0), "81 A2 21 66 2F332F302F39 02 F6", -EBADMSG}, /* null is of ETCH */
	{PATH2(3, 0), "81 A2 21 66 2F332F302F39 02 61 31", -EBADMSG}, /* v is text */
	{PATH2(3, 0), "81 A2 21 66 2F332F302F39 02 C4 81 01", -EBADMSG},
	{PATH2(3, 0), "81 A2 21 66 2F332F302F39 02 C4 82 1903E8 01", -EBADMSG}, /* 1e1000 */
	{PATH2(3, 0), "81 A2 21 66 2F332F302F39 02 C2 41 01", -EBADMSG}, /* bignum */
	{PATH2(3, 0), "81 A2 21 66 2F332F302F39 03 61 61", -EDOM}, /* vs for a number */
	{PATH2(3, 0), "81 A2 21 66 2F332F302F39 02 F9 3E00", -EDOM}, /* 1.5 */
	{PATH2(3, 0), "81 A2 21 66 2F332F312F39 02 01", -EBADMSG}, /* /3/1/9 */
	{PATH2(3, 0), "81 A2 21 64 2F332F30 02 01", -EBADMSG}, /* /3/0 has no value */
	{PATH2(3, 0), "81 A2 21 67 2F332F302F362F 02 01", -EBADMSG}, /* /3/0/6/ */
	{PATH2(3, 0), "81 A2 21 65 332F302F39 02 01", -EBADMSG}, /* 3/0/9 */
	{PATH2(3, 0), "81 A2 21 6A 2F332F302F392F302F30 02 01", -EBADMSG}, /* too deep */
	{PATH2(3, 0), "81 A1 02 01", -EBADMSG}, /* no name */
	{PATH2(3, 0), "81 A1 00 66 2F332F302F39", -EBADMSG}, /* no value */
	{PATH2(3, 0), "81 A2 21 66 2F332F302F36 02 01", -EDOM}, /* multiple */
	{PATH2(3, 0), "81 A2 21 68 2F332F302F392F30 02 01", -EDOM}, /* single */
	{PATH2(3, 0), "9B FFFFFFFFFFFFFFFF", -EBADMSG},
	{PATH2(3, 0), "81 A1 61 61 81 81 81 81 81 81 81 81 81 81 81 81 81 81 81 81 81 81 81 01", -E2BIG},
};
/* clang-format on */

START_TEST(senml_cbor_reads_and_writes_the_golden_vectors)
{
	format_check_vector(&vectors[_i]);
}
END_TEST

START_TEST(senml_cbor_cut_anywhere_is_malformed)
{
	format_check_cuts(&vectors[_i]);
}
END_TEST

START_TEST(senml_cbor_survives_each_failing_allocation)
{
	format_check_allocations(&vectors[_i]);
}
END_TEST

START_TEST(senml_cbor_reads_each_form_that_others_may_write)
{
	ck_assert_int_eq(format_decode(FORMAT_SENML_CBOR, PATH2(3, 0), test_hex(equals[_i])), 0);
	format_assert_told(format_device + 10, 1);
}
END_TEST

START_TEST(senml_cbor_refuses_what_the_rules_do_not_allow)
{
	format_check_refusal(FORMAT_SENML_CBOR, &refusals[_i]);
}
END_TEST

START_TEST(senml_cbor_decodes_what_it_encodes)
{
	format_check_random(FORMAT_SENML_CBOR, true);
}
END_TEST

START_TEST(senml_cbor_writes_a_float_in_its_shortest_form)
{
	static const struct {
		double f;
		const char *hex;
	} floats[] = {{100, "1864"}, {-1, "20"}, {0, "00"}, {-0.0, "F98000"}, {0.5, "F93800"},
		{65536, "FA47800000"}, {1e10, "FA501502F9"}, {1e15, "FB430C6BF526340000"},
		{1e300, "FB7E37E43C8800759C"}};

	for (size_t i = 0; i < COUNT(floats); i++) {
		struct record record = {.path = PATH3(1000, 0, 4),
			.value = {.type = VALUE_FLOAT, .f = floats[i].f}};
		struct span expected = test_hex(floats[i].hex);
		struct buf out = {0};

		ck_assert_int_eq(
			payload_encode(FORMAT_SENML_CBOR, record.path, &record, 1, &out), 0);
		ck_assert_uint_gt(out.len, expected.len);
		ck_assert_mem_eq(out.data + out.len - expected.len, expected.data, expected.len);
		ck_assert_int_eq(format_decode(FORMAT_SENML_CBOR, record.path, buf_span(&out)), 0);
		format_assert_told(&record, 1);
		buf_done(&out);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("senml_cbor");
	TCase *t = tcase_create("payloads");

	tcase_add_loop_test(t, senml_cbor_reads_and_writes_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_loop_test(t, senml_cbor_cut_anywhere_is_malformed, 0, COUNT(vectors));
	tcase_add_loop_test(t, senml_cbor_survives_each_failing_allocation, 0, COUNT(vectors));
	tcase_add_loop_test(t, senml_cbor_reads_each_form_that_others_may_write, 0, COUNT(equals));
	tcase_add_loop_test(t, senml_cbor_refuses_what_the_rules_do_not_allow, 0, COUNT(refusals));
	tcase_add_test(t, senml_cbor_decodes_what_it_encodes);
	tcase_add_test(t, senml_cbor_writes_a_float_in_its_shortest_form);
	suite_add_tcase(s, t);
	return s;
}
