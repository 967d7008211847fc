#include "dm.h"

static struct dm d;

static void setup(void)
{
	dm_setup(&d);
}

static void teardown(void)
{
	dm_teardown(&d);
}

static void expect(const char *line, int format, const char *payload)
{
	ck_assert_uint_eq(dm_ask(&d, line, ""), 205);
	ck_assert(d.response.has_content_format);
	ck_assert_int_eq(d.response.content_format, format);
	dm_assert_payload(&d, payload);
}

static void set(uint16_t rid, struct value v)
{
	ck_assert_int_eq(model_set(d.m, PATH3(SAMPLE, 0, rid), &v), 0);
}

START_TEST(read_of_a_single_value_is_text)
{
	set(SAMPLE_INT, VALUE_INT(-5));
	set(SAMPLE_BOOL, VALUE_BOOL(true));
	expect("GET /3/0/0", FORMAT_TEXT, "Open Mobile Alliance");
	expect("GET /30000/0/1", FORMAT_TEXT, "-5");
	expect("GET /30000/0/4", FORMAT_TEXT, "1");
	expect("GET /3/0/11/0", FORMAT_TEXT, "0");
}
END_TEST

START_TEST(read_of_a_single_opaque_is_octets)
{
	set(SAMPLE_BYTES, VALUE_BYTES(test_hex("00 01 FF")));
	expect("GET /30000/0/5", FORMAT_OPAQUE, "hex:00 01 FF");
	expect("GET /30000/0/5 accept=0", FORMAT_TEXT, "AAH/");
}
END_TEST

START_TEST(read_for_a_1_0_server_is_tlv)
{
	d.peer.version = LWM2M_1_0;
	expect("GET /3/0/3", FORMAT_TLV, "hex:C3 03 31 2E 30");
	expect("GET /3/0/3 accept=0", FORMAT_TEXT, "1.0");
}
END_TEST

START_TEST(read_of_many_values_is_senml_cbor)
{
	expect("GET /3/0/11", FORMAT_SENML_CBOR, "hex:81 A2 21 69 2F332F302F31312F30 02 00");
	expect("GET /3/0/11 accept=110", FORMAT_SENML_JSON, "[{\"bn\":\"/3/0/11/0\",\"v\":0}]");
	expect("GET /30001", FORMAT_SENML_CBOR, "hex:80");
}
END_TEST

START_TEST(read_of_a_set_is_a_multiple_resource)
{
	expect("GET /3/0/11 accept=11542", FORMAT_TLV, "hex:83 0B 41 00 00");
	expect("GET /3/0/11/0 accept=11542", FORMAT_TLV, "hex:41 00 00");
	ck_assert_int_eq(model_set_empty(d.m, PATH3(SAMPLE, 0, SAMPLE_INTS)), 0);
	expect("GET /30000/0/10 accept=11542", FORMAT_TLV, "hex:80 0A");
}
END_TEST

START_TEST(read_of_an_instance_leaves_out_what_cannot_be_read)
{
	set(SAMPLE_INT, VALUE_INT(5));
	set(SAMPLE_SECRET, VALUE_TEXT("secret"));
	set(SAMPLE_SENSOR, VALUE_INT(7));
	expect("GET /30000/0 accept=11542", FORMAT_TLV, "hex:C1 01 05 C1 0D 07");
}
END_TEST

START_TEST(read_of_an_object_wraps_its_instances)
{
	set(SAMPLE_INT, VALUE_INT(5));
	ck_assert_int_eq(model_create(d.m, PATH2(SAMPLE, 1), ORIGIN_NONE), 0);
	expect("GET /30000 accept=11542", FORMAT_TLV, "hex:03 00 C1 01 05 00 01");
}
END_TEST

START_TEST(read_of_an_object_without_instances_is_empty)
{
	ck_assert_uint_eq(dm_ask(&d, "GET /30001 accept=11542", ""), 205);
	dm_assert_payload(&d, "");
}
END_TEST

START_TEST(read_of_the_server_object_is_the_vector_of_the_specification)
{
	/* one instance with lifetime 86400, storing true and binding U (Core 7.4.4, object 1) */
	expect("GET /1 accept=11542", FORMAT_TLV,
		"hex:08 00 0F C1 00 7B C4 01 00 01 51 80 C1 06 01 C1 07 55");
}
END_TEST

START_TEST(read_of_many_instances_needs_more_than_the_stack)
{
	for (uint16_t i = 0; i < 200; i++)
		ck_assert_int_eq(
			model_set(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, i), &VALUE_INT(1)), 0);
	ck_assert_uint_eq(dm_ask(&d, "GET /30000/0/10 accept=11542", ""), 205);
	/* 200 instances of 3 octets, header of 4 */
	ck_assert_uint_eq(d.response.payload.len, 604);
}
END_TEST

START_TEST(read_brings_the_target_up_to_date_first)
{
	set(SAMPLE_INT, VALUE_INT(5));
	expect("GET /30000/0/1", FORMAT_TEXT, "5");
	ck_assert_uint_eq(d.sample.n_refreshes, 1);
	ck_assert(path_is_equal(d.sample.refreshed, PATH3(SAMPLE, 0, 1)));
}
END_TEST

START_TEST(read_of_an_object_shows_only_what_the_server_may_read)
{
	dm_add_second_server(&d);
	set(SAMPLE_INT, VALUE_INT(5));
	ck_assert_int_eq(model_create(d.m, PATH2(SAMPLE, 1), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_create(d.m, PATH2(2, 0), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 0, 0), &VALUE_INT(SAMPLE)), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 0, 1), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 0, 3), &VALUE_INT(123)), 0);
	expect("GET /30000 accept=11542", FORMAT_TLV, "hex:00 01");
	d.peer.short_server_id = 456;
	ck_assert_uint_eq(dm_ask(&d, "GET /30000", ""), 401);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("op_read");
	TCase *t = tcase_create("op_read");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, read_of_a_single_value_is_text);
	tcase_add_test(t, read_of_a_single_opaque_is_octets);
	tcase_add_test(t, read_for_a_1_0_server_is_tlv);
	tcase_add_test(t, read_of_many_values_is_senml_cbor);
	tcase_add_test(t, read_of_a_set_is_a_multiple_resource);
	tcase_add_test(t, read_of_an_instance_leaves_out_what_cannot_be_read);
	tcase_add_test(t, read_of_an_object_wraps_its_instances);
	tcase_add_test(t, read_of_an_object_without_instances_is_empty);
	tcase_add_test(t, read_of_the_server_object_is_the_vector_of_the_specification);
	tcase_add_test(t, read_of_many_instances_needs_more_than_the_stack);
	tcase_add_test(t, read_brings_the_target_up_to_date_first);
	tcase_add_test(t, read_of_an_object_shows_only_what_the_server_may_read);
	suite_add_tcase(s, t);
	return s;
}
