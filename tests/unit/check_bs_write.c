#include "alloc.h"
#include "base/writer.h"
#include "bs.h"

static struct bs b;

static void setup(void)
{
	bs_setup(&b);
	bs_begin(&b, LWM2M_1_1);
}

static void teardown(void)
{
	bs_teardown(&b);
}

START_TEST(an_object_write_replaces_the_instances_it_names_and_leaves_the_others)
{
	/* instance 0 with SSID 101 and lifetime 60, instance 3 with SSID 103 */
	ck_assert_uint_eq(
		bs_put_hex(&b, "/1", FORMAT_TLV, "06 00 c1 00 65 c1 01 3c 03 03 c1 00 67"), 204);
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LIFETIME), 60);
	ck_assert(!bs_exists(&b, "/1/0/5"));
	ck_assert(!bs_exists(&b, "/1/0/7"));
	ck_assert_int_eq(bs_int(&b, 1, 3, SERVER_SHORT_SERVER_ID), 103);

	ck_assert_uint_eq(bs_put_hex(&b, "/1", FORMAT_TLV, "03 04 c1 00 68"), 204);
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LIFETIME), 60);
	ck_assert(bs_exists(&b, "/1/3"));
}
END_TEST

START_TEST(an_instance_write_leaves_no_optional_resource_that_it_does_not_name)
{
	ck_assert(bs_exists(&b, "/1/0/5"));
	ck_assert_uint_eq(bs_put_server(&b, 0, 101), 204);
	ck_assert(!bs_exists(&b, "/1/0/5"));
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LIFETIME), 300);
	ck_assert_int_eq(model_origin(b.m, PATH2(1, 0)), ORIGIN_BOOTSTRAP);
}
END_TEST

/*
 * Captured from Leshan 2.0.0-M15: the SMS resources 6 to 9 come as 3 and three empty values. With
 * the range of the registry alone no bootstrap of that server would ever finish.
 */
START_TEST(an_instance_write_may_leave_optional_resources_empty)
{
	ck_assert_uint_eq(bs_put_hex(&b, "/0/3", FORMAT_TLV,
				  "c8 00 16 636f61703a2f2f3132372e302e302e313a3432373530 c1 01 00"
				  " c1 02 03 c0 03 c0 04 c0 05 c1 06 03 c0 07 c0 08 c0 09"
				  " c1 0a 7b c1 0b 01 c1 0c 00"),
		204);
	ck_assert(!bs_exists(&b, "/0/3/7"));
	ck_assert(!bs_exists(&b, "/0/3/8"));
	ck_assert_int_eq(bs_int(&b, 0, 3, SECURITY_SHORT_SERVER_ID), 0x7b);
}
END_TEST

START_TEST(an_instance_write_without_content_makes_an_empty_instance)
{
	ck_assert_uint_eq(bs_put_hex(&b, "/1/0", FORMAT_TLV, ""), 204);
	ck_assert(bs_exists(&b, "/1/0"));
	ck_assert(!bs_exists(&b, "/1/0/0"));
	ck_assert_uint_eq(bs_put_hex(&b, "/1/9", FORMAT_TLV, ""), 204);
	ck_assert(bs_exists(&b, "/1/9"));
}
END_TEST

START_TEST(a_resource_write_leaves_the_others_and_makes_the_instance)
{
	ck_assert_uint_eq(bs_put_text(&b, "/1/0/1", "120"), 204);
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LIFETIME), 120);
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_DISABLE_TIMEOUT), 60);
	ck_assert_int_eq(model_origin(b.m, PATH2(1, 0)), ORIGIN_BOOTSTRAP);
	ck_assert_uint_eq(bs_put_text(&b, "/1/4/5", "86400"), 204);
	ck_assert_int_eq(bs_int(&b, 1, 4, SERVER_DISABLE_TIMEOUT), 86400);
}
END_TEST

/* Anjay's tests do so (section 9) */
START_TEST(an_account_can_be_written_resource_by_resource)
{
	ck_assert_uint_eq(bs_put_text(&b, "/0/7/0", "coaps://seven.example:5684"), 204);
	ck_assert_uint_eq(bs_put_text(&b, "/0/7/1", "0"), 204);
	ck_assert_uint_eq(bs_put_text(&b, "/0/7/2", "0"), 204);
	ck_assert_uint_eq(bs_put_hex(&b, "/0/7/3", FORMAT_OPAQUE, "6964"), 204);
	ck_assert_uint_eq(bs_put_hex(&b, "/0/7/5", FORMAT_TLV, "c4 05 00010203"), 204);
	ck_assert_uint_eq(bs_put_text(&b, "/0/7/10", "107"), 204);
	ck_assert_uint_eq(bs_put_server(&b, 7, 107), 204);
	ck_assert(span_is_equal(
		model_get_bytes(b.m, PATH3(0, 7, SECURITY_SECRET_KEY)), test_hex("00010203")));
	ck_assert_uint_eq(bs_finish(&b), 204);
}
END_TEST

START_TEST(a_multiple_resource_is_replaced_as_a_whole_and_one_instance_by_itself)
{
	ck_assert_uint_eq(
		bs_put_hex(&b, "/0/1/16", FORMAT_TLV, "88 10 08 42 00 c0a8 42 01 c0ae"), 204);
	ck_assert_int_eq(model_get_int(b.m, PATH4(0, 1, 16, 0), 0), 0xC0A8);
	ck_assert_uint_eq(bs_put_hex(&b, "/0/1/16", FORMAT_TLV, "84 10 42 01 c0ac"), 204);
	ck_assert(!bs_exists(&b, "/0/1/16/0"));
	ck_assert_int_eq(model_get_int(b.m, PATH4(0, 1, 16, 1), 0), 0xC0AC);
	ck_assert_uint_eq(bs_put_text(&b, "/0/1/16/5", "49320"), 204);
	ck_assert(bs_exists(&b, "/0/1/16/1"));
	ck_assert(bs_exists(&b, "/0/1/16/5"));
	ck_assert_uint_eq(bs_put_hex(&b, "/0/1/16", FORMAT_TLV, "80 10"), 204);
	ck_assert(bs_exists(&b, "/0/1/16"));
	ck_assert(!bs_exists(&b, "/0/1/16/1"));
}
END_TEST

START_TEST(unknown_resources_of_an_instance_are_left_out)
{
	/* 99 is unknown, 8 is executable, 1 is the lifetime */
	ck_assert_uint_eq(
		bs_put_hex(&b, "/1/0", FORMAT_TLV, "c1 00 65 c1 63 01 c1 08 01 c1 01 3c"), 204);
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LIFETIME), 60);
	ck_assert(!bs_exists(&b, "/1/0/8"));
	/* by itself it is a bad address */
	ck_assert_uint_eq(bs_put_text(&b, "/1/0/99", "1"), 400);
	ck_assert_uint_eq(bs_put_text(&b, "/1/0/8", ""), 400);
}
END_TEST

START_TEST(access_rights_do_not_bind_a_bootstrap_server)
{
	ck_assert_uint_eq(bs_put_text(&b, "/1/0/0", "202"), 204);  /* read only */
	ck_assert_uint_eq(bs_put_text(&b, "/0/1/10", "202"), 204); /* no operation at all */
	ck_assert_uint_eq(bs_put_text(&b, "/3/0/1", "name"), 204); /* a fact of the device */
	ck_assert_uint_eq(bs_put_text(&b, "/1/0/12", "5"), 204);
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_SHORT_SERVER_ID), 202);
	/* which it does not keep: it is ours */
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LAST_BOOTSTRAPPED), BS_NOW);
}
END_TEST

START_TEST(the_device_instance_keeps_what_a_write_does_not_name)
{
	ck_assert_uint_eq(bs_put_hex(&b, "/3/0", FORMAT_TLV, "c1 0f 5a"), 204);
	ck_assert(bs_exists(&b, "/3/0/0"));
	ck_assert(bs_exists(&b, "/3/0/15"));
	ck_assert_uint_eq(bs_put_hex(&b, "/3/1", FORMAT_TLV, "c1 0f 5a"), 400);
	ck_assert(!bs_exists(&b, "/3/1"));
}
END_TEST

START_TEST(an_unsupported_object_is_4_00)
{
	ck_assert_uint_eq(bs_put_hex(&b, "/5/0", FORMAT_TLV, "c1 00 65"), 400);
	ck_assert_uint_eq(bs_put_hex(&b, "/", FORMAT_TLV, "c1 00 65"), 400);
}
END_TEST

START_TEST(an_unknown_format_is_4_15)
{
	ck_assert_uint_eq(bs_put_hex(&b, "/1/0", FORMAT_LINK, "3c2f3e"), 415);
	ck_assert_uint_eq(bs_put_hex(&b, "/1/0", FORMAT_NONE, "c1 00 65"), 415);
	ck_assert_uint_eq(bs_put_text(&b, "/1/0", "101"), 415);
	ck_assert_uint_eq(bs_put_hex(&b, "/1/0/1", FORMAT_OPAQUE, "65"), 415);
}
END_TEST

START_TEST(a_write_in_senml_may_mix_its_instances)
{
	/* [{"n":"/1/0/1","v":60},{"n":"/1/1/1","v":70},{"n":"/1/0/0","v":5}] */
	ck_assert_uint_eq(bs_put_hex(&b, "/1", FORMAT_SENML_CBOR,
				  "83 A2 00 66 2F312F302F31 02 183C A2 00 66 2F312F312F31 02 1846"
				  "A2 00 66 2F312F302F30 02 05"),
		204);
	ck_assert_int_eq(bs_int(&b, 1, 0, 1), 60);
	ck_assert_int_eq(bs_int(&b, 1, 0, 0), 5);
	ck_assert_int_eq(bs_int(&b, 1, 1, 1), 70);
}
END_TEST

START_TEST(bad_data_is_4_00_and_changes_nothing)
{
	static const struct {
		const char *path;
		int format;
		const char *hex;
	} cases[] = {
		{"/1/0", FORMAT_TLV, "c1 01 3c c1 00"},	       /* cut off */
		{"/1/0", FORMAT_TLV, "c1 01 3c c3 00 010203"}, /* no integer of 3 octets */
		{"/1/0", FORMAT_TLV, "c1 01 3c c1 07 ff"},     /* no UTF-8 */
		{"/0/1", FORMAT_TLV, "c1 02 09"},	       /* no such security mode */
		{"/0/1", FORMAT_TLV, "81 00 00"},	       /* a multiple URI */
		{"/0/1/10", FORMAT_TEXT, "2d31"},	       /* Short Server ID -1 */
		{"/0/1/2", FORMAT_TEXT, "78"}, {"/0/65534/16/65535", FORMAT_TEXT, "31"},
		{"/1/0", FORMAT_TLV, "06 01 c1 00 65 c1 01 3c"}, /* another instance */
	};
	struct buf before = client_model_dump(b.m);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(bs_put_hex(&b, cases[i].path, cases[i].format, cases[i].hex) == 400,
			"%zu: %s", i, cases[i].path);
	ck_assert_uint_eq(
		bs_ask(&b, "PUT /1/0/1?pmin=5", FORMAT_TEXT, FORMAT_NONE, span_of_text("60")), 400);

	struct buf after = client_model_dump(b.m);

	ck_assert_str_eq((char *)after.data, (char *)before.data);
	buf_done(&before);
	buf_done(&after);
}
END_TEST

START_TEST(a_short_server_id_of_0_or_65535_is_none)
{
	ck_assert_uint_eq(
		BS_PUT(&b, PATH2(0, 0), {SECURITY_URI, ID_NONE, VALUE_TEXT("coaps://new.example")},
			{SECURITY_BOOTSTRAP_SERVER, ID_NONE, VALUE_BOOL(true)},
			{SECURITY_SHORT_SERVER_ID, ID_NONE, VALUE_INT(0)}),
		204);
	ck_assert(!bs_exists(&b, "/0/0/10"));
	ck_assert_uint_eq(bs_put_text(&b, "/0/1/10", "65535"), 204);
	ck_assert(!bs_exists(&b, "/0/1/10"));
	ck_assert_uint_eq(bs_put_hex(&b, "/0/8", FORMAT_TLV, "c1 0a 00"), 204);
	ck_assert(bs_exists(&b, "/0/8"));
}
END_TEST

/* section 4.2: an owner change */
START_TEST(a_write_onto_the_bootstrap_account_replaces_it)
{
	ck_assert_uint_eq(bs_put_bootstrap(&b, 0, "coaps://new.example"), 204);
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert(span_is_text(
		model_get_bytes(b.m, PATH3(0, 0, SECURITY_URI)), "coaps://new.example"));
	ck_assert_int_eq(model_origin(b.m, PATH2(0, 0)), ORIGIN_BOOTSTRAP);
}
END_TEST

START_TEST(more_instances_than_fit_are_refused_and_none_is_made)
{
	struct buf payload = {.max = 1 << 20};
	struct writer w = writer_to(&payload);
	uint32_t cursor = 0;
	uint16_t id;
	size_t n = 0;

	for (uint16_t i = 10; i < 10 + MODEL_ACCOUNTS_MAX; i++) {
		wr_u8(&w, 0x23); /* instance with an id of two octets, length 3 */
		wr_be(&w, i, 2);
		wr_bytes(&w, test_hex("c1 00 65"));
	}
	ck_assert_int_eq(w.err, 0);
	ck_assert_uint_eq(bs_ask(&b, "PUT /1", FORMAT_TLV, FORMAT_NONE, buf_span(&payload)), 400);
	while (model_next_instance(b.m, 1, &cursor, &id))
		n++;
	ck_assert_uint_eq(n, 1);
	buf_done(&payload);
}
END_TEST

START_TEST(a_write_that_lacked_memory_halfway_can_not_be_finished)
{
	struct span payload = test_hex("c1 00 65 c1 01 3c c1 06 01 c1 07 55 c1 02 05 c1 03 06");
	unsigned n_broken = 0;
	bool has_failed = true;

	for (unsigned n = 1; has_failed; n++) {
		bs_teardown(&b);
		setup();
		alloc_fail_at(n);

		unsigned code = bs_ask(&b, "PUT /1/0", FORMAT_TLV, FORMAT_NONE, payload);

		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_uint_eq(code, has_failed ? 500 : 204);
		/* either nothing was changed, or Finish refuses the whole session */
		code = bs_finish(&b);
		ck_assert(code == 204 || code == 500);
		n_broken += code == 500;
		ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LIFETIME), has_failed ? 86400 : 60);
	}
	ck_assert_uint_gt(n_broken, 2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("bs_write");
	TCase *t = tcase_create("bs_write");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_object_write_replaces_the_instances_it_names_and_leaves_the_others);
	tcase_add_test(t, an_instance_write_leaves_no_optional_resource_that_it_does_not_name);
	tcase_add_test(t, an_instance_write_may_leave_optional_resources_empty);
	tcase_add_test(t, an_instance_write_without_content_makes_an_empty_instance);
	tcase_add_test(t, a_resource_write_leaves_the_others_and_makes_the_instance);
	tcase_add_test(t, an_account_can_be_written_resource_by_resource);
	tcase_add_test(t, a_multiple_resource_is_replaced_as_a_whole_and_one_instance_by_itself);
	tcase_add_test(t, unknown_resources_of_an_instance_are_left_out);
	tcase_add_test(t, access_rights_do_not_bind_a_bootstrap_server);
	tcase_add_test(t, the_device_instance_keeps_what_a_write_does_not_name);
	tcase_add_test(t, an_unsupported_object_is_4_00);
	tcase_add_test(t, an_unknown_format_is_4_15);
	tcase_add_test(t, a_write_in_senml_may_mix_its_instances);
	tcase_add_test(t, a_write_in_senml_may_mix_its_instances);
	tcase_add_test(t, bad_data_is_4_00_and_changes_nothing);
	tcase_add_test(t, a_short_server_id_of_0_or_65535_is_none);
	tcase_add_test(t, a_write_onto_the_bootstrap_account_replaces_it);
	tcase_add_test(t, more_instances_than_fit_are_refused_and_none_is_made);
	tcase_add_test(t, a_write_that_lacked_memory_halfway_can_not_be_finished);
	suite_add_tcase(s, t);
	return s;
}
