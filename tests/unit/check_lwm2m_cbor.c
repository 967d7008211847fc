#include "codec/lwm2m_cbor.h"

#include <errno.h>

#include "alloc.h"
#include "formats.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define INT_OF(n)                                                                                  \
	{                                                                                          \
		.type = VALUE_INTEGER, .i = (n)                                                    \
	}
#define SERVER(i, ssid, pmin, storing)                                                             \
	{PATH3(1, i, 0), INT_OF(ssid), 0}, {PATH3(1, i, 1), INT_OF(86400), 0},                     \
		{PATH3(1, i, 2), INT_OF(pmin), 0}, {PATH3(1, i, 3), INT_OF(6000), 0},              \
		{PATH3(1, i, 5), INT_OF(86400), 0},                                                \
		{PATH3(1, i, 6), {.type = VALUE_BOOLEAN, .b = (storing)}, 0},                      \
	{                                                                                          \
		PATH3(1, i, 7), {.type = VALUE_STRING, .bytes = {(const uint8_t *)"U", 1}}, 0      \
	}

/* clang-format off */
static const struct record servers[] = {SERVER(0, 101, 300, true), SERVER(1, 102, 60, false)};

static const struct format_vector vectors[] = {
	{FORMAT_LWM2M_CBOR, "lwm2m_cbor/one", PATH3(3, 0, 0), format_device, 1, false},
	{FORMAT_LWM2M_CBOR, "lwm2m_cbor/multiple", PATH3(3, 0, 6), format_device + 4, 2, false},
	{FORMAT_LWM2M_CBOR, "lwm2m_cbor/servers", PATH1(1), servers, 14, false},
	{FORMAT_LWM2M_CBOR, "lwm2m_cbor/servers", PATH0(), servers, 14, false},
	{FORMAT_LWM2M_CBOR, "lwm2m_cbor/device", PATH2(3, 0), format_device, 16, false},
	{FORMAT_LWM2M_CBOR, "lwm2m_cbor/types", PATH2(1000, 0), format_types, 8, false},
};

/* What /3/0/9 = 100 may look like, by the path of the request. */
static const struct {
	struct path base;
	const char *hex;
} equals[] = {
	{PATH2(3, 0), "A1 83 03 00 09 18 64"},
	{PATH2(3, 0), "A1 03 A1 00 A1 09 18 64"},
	{PATH2(3, 0), "A1 82 03 00 A1 09 18 64"},
	{PATH2(3, 0), "A1 03 A1 82 00 09 18 64"},
	{PATH2(3, 0), "BF 9F 03 00 FF BF 09 18 64 FF FF"},
	{PATH2(3, 0), "A1 81 03 A1 81 00 A1 81 09 18 64"},
	{PATH2(3, 0), "A1 09 18 64"}, /* below the path of the request */
	{PATH1(3), "A1 82 00 09 18 64"},
	{PATH1(3), "A1 00 A1 09 18 64"},
	{PATH1(3), "A1 83 03 00 09 18 64"},
	{PATH3(3, 0, 9), "A1 83 03 00 09 18 64"},
	{PATH2(3, 0), "A2 83 03 00 18 63 82 A0 01 83 03 00 09 18 64"}, /* unknown ones */
	{PATH0(), "A1 83 03 00 09 18 64"},
};

static const struct format_refusal refusals[] = {
	{PATH2(3, 0), "", -EBADMSG},
	{PATH2(3, 0), "80", -EBADMSG},
	{PATH2(3, 0), "A0 00", -EBADMSG},
	{PATH2(3, 0), "BF 09 01", -EBADMSG},
	{PATH2(3, 0), "BF 09 FF", -EBADMSG},
	{PATH2(3, 0), "A1 80 01", -EBADMSG}, /* a key without ids */
	{PATH2(3, 0), "A1 9F FF A0", -EBADMSG},
	{PATH2(3, 0), "A1 20 01", -EBADMSG},
	{PATH2(3, 0), "A1 61 39 01", -EBADMSG},
	{PATH2(3, 0), "A1 19 FF FF 01", -EBADMSG},
	{PATH2(3, 0), "A1 1A 00 01 00 00 01", -EBADMSG},
	{PATH2(3, 0), "A1 85 03 00 09 00 00 01", -EBADMSG},
	{PATH2(3, 0), "A1 03 A1 00 A1 06 A1 00 A1 00 01", -EBADMSG},
	{PATH2(3, 0), "A2 09 01 09 02", -EBADMSG}, /* the same twice */
	{PATH2(3, 0), "A2 06 A1 00 01 82 06 00 02", -EBADMSG},
	{PATH2(3, 0), "A1 83 03 01 09 01", -EBADMSG}, /* elsewhere */
	{PATH2(3, 0), "A2 83 03 00 09 01 0A 01", -EBADMSG}, /* whole, then below */
	{PATH0(), "A1 03 01", -EBADMSG}, /* an object has no value */
	{PATH0(), "A1 82 03 00 01", -EBADMSG},
	{PATH2(3, 0), "A1 09 61 61", -EDOM},
	{PATH2(3, 0), "A1 09 F9 3E 00", -EDOM},
	{PATH2(3, 0), "A1 09 81 01", -EDOM},
	{PATH2(3, 0), "A1 09 F6", -EDOM}, /* null deletes in composites only */
	{PATH2(1001, 0), "A1 82 02 01 F6", -EDOM},
	{PATH0(), "A1 83 03 00 09 F6", -EDOM}, /* and resource instances only */
	{PATH2(3, 0), "A1 06 01", -EDOM},
	{PATH2(3, 0), "A1 82 09 00 01", -EDOM},
	{PATH2(3, 0), "A1 09 A0", -EDOM},
	{PATH2(3, 0), "A1 82 06 00 A0", -EBADMSG},
	{PATH0(), "BB FFFFFFFFFFFFFFFF", -EBADMSG},
};
/* clang-format on */

static struct path told[4];
static size_t n_told;

static int on_path(void *data, struct path p)
{
	(void)data;
	if (n_told == COUNT(told))
		return -E2BIG;
	told[n_told++] = p;
	return 0;
}

static int decode_paths(struct span in)
{
	n_told = 0;
	return payload_decode_paths(FORMAT_LWM2M_CBOR, in, on_path, NULL);
}

START_TEST(lwm2m_cbor_reads_and_writes_the_golden_vectors)
{
	format_check_vector(&vectors[_i]);
}
END_TEST

START_TEST(lwm2m_cbor_cut_anywhere_is_malformed)
{
	format_check_cuts(&vectors[_i]);
}
END_TEST

START_TEST(lwm2m_cbor_survives_each_failing_allocation)
{
	format_check_allocations(&vectors[_i]);
}
END_TEST

START_TEST(lwm2m_cbor_reads_each_form_that_others_may_write)
{
	ck_assert_int_eq(
		format_decode(FORMAT_LWM2M_CBOR, equals[_i].base, test_hex(equals[_i].hex)), 0);
	format_assert_told(format_device + 10, 1);
}
END_TEST

START_TEST(lwm2m_cbor_refuses_what_the_rules_do_not_allow)
{
	format_check_refusal(FORMAT_LWM2M_CBOR, &refusals[_i]);
}
END_TEST

START_TEST(lwm2m_cbor_decodes_what_it_encodes)
{
	format_check_random(FORMAT_LWM2M_CBOR, false);
}
END_TEST

START_TEST(lwm2m_cbor_reads_a_composite_in_its_order)
{
	const struct record expected[] = {
		format_device[0], format_device[10], {PATH3(1, 0, 1), VALUE_INT(86400), 0}};

	ck_assert_int_eq(
		format_decode(FORMAT_LWM2M_CBOR, PATH0(), test_golden("lwm2m_cbor/composite")), 0);
	format_assert_told(expected, COUNT(expected));
}
END_TEST

START_TEST(lwm2m_cbor_deletes_a_resource_instance_with_null)
{
	const struct record expected[] = {
		{PATH4(1001, 0, 2, 0), VALUE_INT(7), 0}, {.path = PATH4(1001, 0, 2, 1)}};

	ck_assert_int_eq(
		format_decode(FORMAT_LWM2M_CBOR, PATH0(), test_golden("lwm2m_cbor/delete")), 0);
	format_assert_told(expected, COUNT(expected));
}
END_TEST

START_TEST(lwm2m_cbor_lists_the_paths_of_a_composite)
{
	struct span whole = test_golden("lwm2m_cbor/paths");

	ck_assert_int_eq(decode_paths(whole), 0);
	ck_assert_uint_eq(n_told, 3);
	ck_assert(path_is_equal(told[0], PATH3(3, 0, 0)));
	ck_assert(path_is_equal(told[1], PATH2(3, 1)));
	ck_assert(path_is_equal(told[2], PATH1(1)));
	for (size_t cut = 0; cut < whole.len; cut++)
		ck_assert_int_eq(decode_paths(span_of(whole.data, cut)), -EBADMSG);
	ck_assert_int_eq(decode_paths(test_hex("A1 83 03 00 09 01")), -EBADMSG);
	ck_assert_int_eq(decode_paths(test_hex("A1 03 BF FF")), 0);
	ck_assert_uint_eq(n_told, 1);
	ck_assert_int_eq(decode_paths(test_hex("A5 01 F6 02 F6 03 F6 04 F6 05 F6")), -E2BIG);
}
END_TEST

START_TEST(lwm2m_cbor_joins_the_levels_that_have_one_id)
{
	const struct record records[] = {{PATH3(1, 0, 1), VALUE_INT(5), 0},
		{PATH4(3, 0, 6, 0), VALUE_INT(1), 0}, {PATH3(3, 1, 9), VALUE_INT(2), 0}};
	struct buf out = {0};

	ck_assert_int_eq(payload_encode(FORMAT_LWM2M_CBOR, PATH0(), records, 3, &out), 0);
	ck_assert(span_is_equal(
		buf_span(&out), test_hex("A2 83 01 00 01 05 03 A2 83 00 06 00 01 82 01 09 02")));
	buf_done(&out);
}
END_TEST

START_TEST(lwm2m_cbor_reads_and_writes_what_is_empty)
{
	const struct record records[] = {
		{.path = PATH2(3, 0)}, {.path = PATH3(3, 1, 6)}, {PATH3(3, 2, 9), VALUE_INT(1), 0}};
	struct span bytes = test_hex("A1 03 A3 00 A0 82 01 06 A0 82 02 09 01");
	struct buf out = {0};

	ck_assert_int_eq(payload_encode(FORMAT_LWM2M_CBOR, PATH1(3), records, 3, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), bytes));
	ck_assert_int_eq(format_decode(FORMAT_LWM2M_CBOR, PATH1(3), bytes), 0);
	format_assert_told(records, 3);
	buf_truncate(&out, 0);
	ck_assert_int_eq(payload_encode(FORMAT_LWM2M_CBOR, PATH1(3), NULL, 0, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), test_hex("A0")));
	ck_assert_int_eq(format_decode(FORMAT_LWM2M_CBOR, PATH1(3), buf_span(&out)), 0);
	format_assert_told(NULL, 0);
	ck_assert_int_eq(format_decode(FORMAT_LWM2M_CBOR, PATH2(3, 0), test_hex("BF FF")), 0);
	format_assert_told(records, 1);
	buf_done(&out);
}
END_TEST

START_TEST(lwm2m_cbor_refuses_to_write_what_no_map_can_hold)
{
	const struct record twice[] = {
		{PATH3(3, 0, 9), VALUE_INT(1), 1000}, {PATH3(3, 0, 9), VALUE_INT(2), 2000}};
	const struct record mixed[] = {
		{PATH3(3, 0, 9), VALUE_INT(1), 0}, {PATH4(3, 0, 9, 1), VALUE_INT(2), 0}};
	const struct record unsorted[] = {
		{PATH3(3, 0, 9), VALUE_INT(1), 0}, {PATH3(3, 0, 1), VALUE_INT(2), 0}};
	const struct record instance = {PATH2(3, 0), VALUE_INT(1), 0};
	struct buf out = {0};

	ck_assert_int_eq(payload_encode(FORMAT_LWM2M_CBOR, PATH0(), twice, 2, &out), -ENOTSUP);
	ck_assert_int_eq(payload_encode(FORMAT_LWM2M_CBOR, PATH0(), mixed, 2, &out), -ENOTSUP);
	ck_assert_int_eq(payload_encode(FORMAT_LWM2M_CBOR, PATH0(), unsorted, 2, &out), -EINVAL);
	ck_assert_int_eq(payload_encode(FORMAT_LWM2M_CBOR, PATH0(), &instance, 1, &out), -EINVAL);
	ck_assert_int_eq(payload_encode(FORMAT_LWM2M_CBOR, PATH2(3, 1), twice, 1, &out), -EINVAL);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lwm2m_cbor");
	TCase *t = tcase_create("payloads");

	tcase_add_loop_test(t, lwm2m_cbor_reads_and_writes_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_loop_test(t, lwm2m_cbor_cut_anywhere_is_malformed, 0, COUNT(vectors));
	tcase_add_loop_test(t, lwm2m_cbor_survives_each_failing_allocation, 0, COUNT(vectors));
	tcase_add_loop_test(t, lwm2m_cbor_reads_each_form_that_others_may_write, 0, COUNT(equals));
	tcase_add_loop_test(t, lwm2m_cbor_refuses_what_the_rules_do_not_allow, 0, COUNT(refusals));
	tcase_add_test(t, lwm2m_cbor_decodes_what_it_encodes);
	tcase_add_test(t, lwm2m_cbor_reads_a_composite_in_its_order);
	tcase_add_test(t, lwm2m_cbor_deletes_a_resource_instance_with_null);
	tcase_add_test(t, lwm2m_cbor_lists_the_paths_of_a_composite);
	tcase_add_test(t, lwm2m_cbor_joins_the_levels_that_have_one_id);
	tcase_add_test(t, lwm2m_cbor_reads_and_writes_what_is_empty);
	tcase_add_test(t, lwm2m_cbor_refuses_to_write_what_no_map_can_hold);
	suite_add_tcase(s, t);
	return s;
}
