#include "bs.h"

static struct bs b;

static void setup(void)
{
	bs_setup(&b);
}

static void teardown(void)
{
	bs_teardown(&b);
}

START_TEST(discover_lists_instances_with_their_servers)
{
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_get(&b, "/", FORMAT_LINK), 205);
	ck_assert_int_eq(b.response.content_format, FORMAT_LINK);
	bs_assert_payload(&b,
		"</>;lwm2m=1.1,</0>;ver=1.2,</0/0>,</0/1>;ssid=101;uri=\"coaps://one.example\","
		"</1>;ver=1.2,</1/0>;ssid=101,</2>;ver=1.1,</3>;ver=1.2,</3/0>,</21>");
	/* without Accept as well */
	ck_assert_uint_eq(bs_get(&b, "/", FORMAT_NONE), 205);
}
END_TEST

/* section 4.1: the bare form, no URI, quoted versions */
START_TEST(discover_has_its_own_form_in_1_0)
{
	bs_begin(&b, LWM2M_1_0);
	ck_assert_uint_eq(bs_get(&b, "/0", FORMAT_LINK), 205);
	bs_assert_payload(&b, "lwm2m=\"1.0\",</0>;ver=\"1.2\",</0/0>,</0/1>;ssid=101");
}
END_TEST

START_TEST(discover_of_one_object_lists_it_alone)
{
	bs_begin(&b, LWM2M_1_2);
	ck_assert_uint_eq(bs_get(&b, "/21", FORMAT_LINK), 205);
	bs_assert_payload(&b, "</>;lwm2m=1.2,</21>");
	ck_assert_uint_eq(bs_get(&b, "/1", FORMAT_LINK), 205);
	bs_assert_payload(&b, "</>;lwm2m=1.2,</1/0>;ssid=101");
}
END_TEST

START_TEST(discover_never_names_a_server_for_the_bootstrap_account)
{
	bs_set(&b, PATH3(0, 0, SECURITY_SHORT_SERVER_ID), VALUE_INT(7));
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_get(&b, "/0", FORMAT_LINK), 205);
	bs_assert_payload(&b, "</>;lwm2m=1.1,</0>;ver=1.2,</0/0>,</0/1>;ssid=101;uri=\"coaps://"
			      "one.example\"");
}
END_TEST

START_TEST(discover_shows_what_the_session_has_written_so_far)
{
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_delete(&b, "/1"), 202);
	ck_assert_uint_eq(bs_put_server(&b, 9, 109), 204);
	ck_assert_uint_eq(bs_get(&b, "/1", FORMAT_LINK), 205);
	bs_assert_payload(&b, "</>;lwm2m=1.1,</1>;ver=1.2,</1/9>;ssid=109");
}
END_TEST

START_TEST(discover_leaves_out_a_uri_that_is_none)
{
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_put_text(&b, "/0/1/0", "coap://a\x01\"b"), 204);
	ck_assert_uint_eq(bs_get(&b, "/0", FORMAT_LINK), 205);
	bs_assert_payload(&b, "</>;lwm2m=1.1,</0>;ver=1.2,</0/0>,</0/1>;ssid=101");
}
END_TEST

START_TEST(discover_refuses_other_paths_and_formats)
{
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_get(&b, "/0/0", FORMAT_LINK), 400);
	ck_assert_uint_eq(bs_get(&b, "/1/0/1", FORMAT_LINK), 400);
	ck_assert_uint_eq(bs_get(&b, "/5", FORMAT_LINK), 404);
	ck_assert_uint_eq(bs_get(&b, "/", FORMAT_TLV), 406);
}
END_TEST

START_TEST(read_of_an_instance_is_tlv)
{
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_get(&b, "/1/0", FORMAT_NONE), 205);
	ck_assert_int_eq(b.response.content_format, FORMAT_TLV);
	ck_assert(span_is_equal(buf_span(&b.response.payload),
		test_hex("c1 00 65 c4 01 00015180 c1 05 3c c1 06 01 c1 07 55")));
}
END_TEST

START_TEST(read_of_an_object_has_all_instances)
{
	bs_set(&b, PATH3(2, 0, ACCESS_OBJECT_ID), VALUE_INT(3));
	bs_set(&b, PATH4(2, 0, ACCESS_ACL, 101), VALUE_INT(15));
	ck_assert_int_eq(model_create(b.m, PATH2(2, 4), ORIGIN_SERVER), 0);
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_get(&b, "/2", FORMAT_TLV), 205);
	ck_assert(span_is_equal(
		buf_span(&b.response.payload), test_hex("08 00 08 c1 00 03 83 02 41 65 0f 00 04")));
}
END_TEST

START_TEST(read_of_an_object_without_instances_is_empty)
{
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_get(&b, "/2", FORMAT_TLV), 205);
	ck_assert_int_eq(b.response.content_format, FORMAT_TLV);
	ck_assert_uint_eq(b.response.payload.len, 0);
}
END_TEST

/* section 6: keys never leave */
START_TEST(only_objects_1_and_2_can_be_read)
{
	static const char *const closed[] = {"/0", "/0/0", "/0/1", "/3", "/3/0", "/21", "/5"};

	bs_begin(&b, LWM2M_1_1);
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		ck_assert_msg(bs_get(&b, closed[i], FORMAT_TLV) == 405, "%s", closed[i]);
		ck_assert_uint_eq(b.response.payload.len, 0);
		ck_assert_uint_eq(bs_get(&b, closed[i], FORMAT_NONE), 405);
	}
	ck_assert_uint_eq(bs_get(&b, "/0/1/5", FORMAT_OPAQUE), 405);
	ck_assert_uint_eq(bs_get(&b, "/1/0/0", FORMAT_TEXT), 400);
}
END_TEST

START_TEST(read_of_what_is_not_there_is_4_04_and_in_another_format_4_06)
{
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_get(&b, "/1/9", FORMAT_TLV), 404);
	ck_assert_uint_eq(bs_get(&b, "/1/0", FORMAT_CBOR), 406);
	ck_assert_uint_eq(bs_get(&b, "/1/0", FORMAT_LWM2M_CBOR + 1), 406);
	ck_assert_uint_eq(bs_get(&b, "/1/0", FORMAT_SENML_JSON), 205);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("bs_read");
	TCase *t = tcase_create("bs_read");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, discover_lists_instances_with_their_servers);
	tcase_add_test(t, discover_has_its_own_form_in_1_0);
	tcase_add_test(t, discover_of_one_object_lists_it_alone);
	tcase_add_test(t, discover_never_names_a_server_for_the_bootstrap_account);
	tcase_add_test(t, discover_shows_what_the_session_has_written_so_far);
	tcase_add_test(t, discover_leaves_out_a_uri_that_is_none);
	tcase_add_test(t, discover_refuses_other_paths_and_formats);
	tcase_add_test(t, read_of_an_instance_is_tlv);
	tcase_add_test(t, read_of_an_object_has_all_instances);
	tcase_add_test(t, read_of_an_object_without_instances_is_empty);
	tcase_add_test(t, only_objects_1_and_2_can_be_read);
	tcase_add_test(t, read_of_what_is_not_there_is_4_04_and_in_another_format_4_06);
	suite_add_tcase(s, t);
	return s;
}
