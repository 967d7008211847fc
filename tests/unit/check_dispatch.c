#include "dm/dispatch.h"

#include <errno.h>
#include <stdlib.h>

#include "alloc.h"
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

/* A refused request leaves no payload, no format, and the model as it was. */
static void expect(const char *line, const char *payload, unsigned code)
{
	char *before = model_dump(d.m);
	unsigned got = dm_ask(&d, line, payload);
	char *after = model_dump(d.m);

	ck_assert_msg(got == code, "%s: %u, not %u", line, got, code);
	if (code >= 400) {
		ck_assert_uint_eq(d.response.payload.len, 0);
		ck_assert(!d.response.has_content_format);
		ck_assert_str_eq(after, before);
	}
	free(before);
	free(after);
}

/* One test for each rule; TS transport 6.4.4, TS core 6.3. */
/* clang-format off */
#define RULES(X) \
	/* paths */ \
	X(path_that_is_no_number_is_4_04, "GET /rd", "", 404) \
	X(path_with_a_leading_zero_is_4_04, "GET /03", "", 404) \
	X(path_with_the_reserved_id_is_4_04, "GET /65535", "", 404) \
	X(path_that_is_too_long_is_4_05, "GET /3/0/11/0/0", "", 405) \
	X(read_of_the_root_is_4_05, "GET /", "", 405) \
	X(delete_of_the_root_is_4_05, "DELETE /", "", 405) \
	X(bootstrap_finish_of_a_server_is_4_04, "POST /bs", "", 404) \
	X(put_of_an_object_is_4_05, "PUT /3 cf=11542", "", 405) \
	X(post_of_a_resource_instance_is_4_05, "POST /3/0/11/0", "", 405) \
	X(resource_instance_of_a_single_resource_is_4_05, "GET /3/0/0/0", "", 405) \
	X(discover_of_a_resource_instance_is_4_05, "GET /3/0/11/0 accept=40", "", 405) \
	/* hidden objects, in every operation, before everything else */ \
	X(read_of_object_0_is_4_01, "GET /0", "", 401) \
	X(read_of_the_key_is_4_01, "GET /0/1/5", "", 401) \
	X(read_of_a_missing_instance_of_object_0_is_4_01, "GET /0/99", "", 401) \
	X(observe_of_object_0_is_4_01, "GET /0/1 observe=0", "", 401) \
	X(discover_of_object_0_is_4_01, "GET /0 accept=40", "", 401) \
	X(write_of_object_0_is_4_01, "PUT /0/1/0 cf=0", "coap://x", 401) \
	X(update_of_object_0_is_4_01, "POST /0/1 cf=11542", "", 401) \
	X(write_attributes_of_object_0_is_4_01, "PUT /0/1?pmin=1", "", 401) \
	X(execute_of_object_0_is_4_01, "POST /0/1/0", "", 401) \
	X(create_of_object_0_is_4_01, "POST /0 cf=11542", "", 401) \
	X(delete_of_object_0_is_4_01, "DELETE /0/1", "", 401) \
	X(fetch_of_object_0_is_4_01, "FETCH /0/1", "", 401) \
	X(ipatch_of_object_0_is_4_01, "iPATCH /0/1", "", 401) \
	X(object_21_is_4_01_although_we_have_none, "GET /21/0", "", 401) \
	X(object_23_is_4_01_although_we_have_none, "GET /23/0", "", 401) \
	X(hidden_object_is_4_01, "GET /30002/0", "", 401) \
	/* existence */ \
	X(unknown_object_is_4_04, "GET /4711", "", 404) \
	X(missing_instance_is_4_04, "GET /1/9", "", 404) \
	X(write_of_a_missing_instance_is_4_04, "PUT /1/9/1 cf=0", "60", 404) \
	X(undefined_resource_is_4_04, "GET /3/0/4711", "", 404) \
	X(absent_resource_is_4_04, "GET /3/0/17", "", 404) \
	X(missing_resource_instance_is_4_04, "GET /3/0/11/1", "", 404) \
	X(discover_of_an_absent_resource_is_4_04, "GET /3/0/17 accept=40", "", 404) \
	X(execute_of_an_undefined_resource_is_4_04, "POST /3/0/4711", "", 404) \
	X(missing_instance_comes_before_a_wrong_operation, "DELETE /1/9", "", 404) \
	/* operations that a resource or object has not */ \
	X(read_of_an_executable_is_4_05, "GET /3/0/4", "", 405) \
	X(read_of_a_write_only_resource_is_4_05, "GET /30000/0/12", "", 405) \
	X(write_of_a_read_only_resource_is_4_05, "PUT /3/0/0 cf=0", "x", 405) \
	X(write_of_an_executable_is_4_05, "PUT /3/0/4 cf=0", "x", 405) \
	X(write_of_the_short_server_id_is_4_05, "PUT /1/0/0 cf=0", "5", 405) \
	X(wrong_operation_comes_before_a_wrong_format, "PUT /1/0/0 cf=60", "5", 405) \
	X(execute_of_a_value_is_4_05, "POST /3/0/0", "", 405) \
	X(execute_of_an_instance_is_a_write_without_a_format, "POST /3/0", "", 400) \
	X(post_of_a_single_resource_is_4_05, "POST /1/0/1 cf=0", "60", 405) \
	X(create_of_object_1_is_4_05, "POST /1 cf=11542", "", 405) \
	X(create_of_object_3_is_4_05, "POST /3 cf=11542", "", 405) \
	X(delete_of_the_device_is_4_05, "DELETE /3/0", "", 405) \
	X(delete_of_a_server_is_4_05, "DELETE /1/0", "", 405) \
	X(delete_of_an_object_is_4_05, "DELETE /1", "", 405) \
	X(delete_of_a_resource_is_4_05, "DELETE /1/0/2", "", 405) \
	X(write_attributes_is_4_05, "PUT /3/0/9?pmin=10", "", 405) \
	X(write_attributes_of_an_object_is_4_05, "PUT /3?pmin=10", "", 405) \
	X(write_attributes_of_a_missing_instance_is_4_04, "PUT /3/1?pmin=10", "", 404) \
	X(read_composite_without_a_format_is_4_00, "FETCH /", "", 400) \
	X(write_composite_without_a_format_is_4_00, "iPATCH /", "", 400) \
	X(patch_is_4_05, "PATCH /3/0 cf=112", "", 405) \
	X(fetch_of_a_path_is_4_05, "FETCH /3/0/0", "", 405) \
	/* formats */ \
	X(write_without_a_format_is_4_00, "PUT /1/0/1", "60", 400) \
	X(write_in_an_unknown_format_is_4_15, "PUT /1/0/1 cf=65000", "60", 415) \
	X(write_of_an_instance_in_text_is_4_15, "PUT /1/0 cf=0", "60", 415) \
	X(write_of_a_set_in_text_is_4_15, "PUT /30000/0/10 cf=0", "1", 415) \
	X(write_of_a_number_as_opaque_is_4_15, "PUT /1/0/1 cf=42", "60", 415) \
	X(write_in_link_format_is_4_15, "PUT /1/0/1 cf=40", "60", 415) \
	X(read_of_an_instance_as_text_is_4_06, "GET /1/0 accept=0", "", 406) \
	X(read_of_a_set_as_text_is_4_06, "GET /3/0/11 accept=0", "", 406) \
	X(read_of_text_as_opaque_is_4_06, "GET /3/0/0 accept=42", "", 406) \
	X(read_in_an_unknown_format_is_4_06, "GET /3/0/0 accept=65000", "", 406) \
	X(missing_resource_comes_before_a_wrong_format, "GET /3/0/17 accept=65000", "", 404) \
	X(execute_in_another_format_is_4_15, "POST /1/0/8 cf=42", "", 415) \
	/* payloads */ \
	X(write_of_no_number_is_4_00, "PUT /1/0/1 cf=0", "x", 400) \
	X(write_of_a_negative_lifetime_is_4_00, "PUT /1/0/1 cf=0", "-1", 400) \
	X(write_beyond_the_range_is_4_00, "PUT /1/0/26 cf=0", "2", 400) \
	X(write_of_a_wrong_binding_is_4_00, "PUT /1/0/7 cf=0", "X", 400) \
	X(write_of_broken_tlv_is_4_00, "PUT /1/0 cf=11542", "hex:C8", 400) \
	X(write_with_queries_is_4_00, "PUT /1/0/1?pmin=1 cf=0", "60", 400) \
	X(read_with_queries_is_4_00, "GET /3/0/0?pmin=1 observe=0", "", 400) \
	X(wrong_format_comes_before_a_wrong_payload, "PUT /1/0/1 cf=65000", "x", 415) \
	X(execute_with_wrong_arguments_is_4_00, "POST /1/0/8 cf=0", "x", 400) \
	/* and what works */ \
	X(read_of_an_object_is_2_05, "GET /3", "", 205) \
	X(read_of_a_resource_is_2_05, "GET /3/0/0", "", 205) \
	X(read_of_a_resource_instance_is_2_05, "GET /3/0/11/0", "", 205) \
	X(observe_is_answered_as_a_read, "GET /3/0/0 observe=0", "", 205) \
	X(cancel_of_an_observation_is_answered_as_a_read, "GET /3/0/0 observe=1", "", 205) \
	X(discover_is_2_05, "GET /3 accept=40", "", 205) \
	X(write_of_a_resource_is_2_04, "PUT /1/0/1 cf=0", "60", 204) \
	X(write_of_the_same_value_is_2_04, "PUT /1/0/1 cf=0", "86400", 204) \
	X(write_of_an_absent_resource_makes_it, "PUT /1/0/5 cf=0", "60", 204) \
	X(update_of_an_instance_is_2_04, "POST /1/0 cf=11542", "hex:C1 01 3C", 204) \
	X(execute_is_2_04, "POST /1/0/8", "", 204) \
	X(write_of_the_clock_is_4_05, "PUT /3/0/13 cf=0", "0", 405) \
	X(write_of_the_utc_offset_is_4_05, "PUT /3/0/14 cf=0", "+00:00", 405) \
	X(write_of_the_timezone_is_4_05, "PUT /3/0/15 cf=0", "UTC", 405)
/* clang-format on */

/* clang-format off */
#define DEFINE_RULE(name, line, payload, code) \
	START_TEST(name) { expect(line, payload, code); } END_TEST
RULES(DEFINE_RULE)
/* clang-format on */

START_TEST(delete_of_a_resource_instance_came_with_1_2)
{
	ck_assert_int_eq(model_set(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 3), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_set(d.m, PATH4(SAMPLE, 0, SAMPLE_COUNTERS, 3), &VALUE_INT(1)), 0);
	expect("DELETE /30000/0/10/3", "", 405);
	d.peer.version = LWM2M_1_2;
	expect("DELETE /30000/0/10/3", "", 202);
	expect("DELETE /30000/0/10/3", "", 404);
	expect("DELETE /30000/0/20/3", "", 405);
	expect("DELETE /30000/0/4711/3", "", 404);
	ck_assert(model_exists(d.m, PATH3(SAMPLE, 0, SAMPLE_INTS)));
}
END_TEST

static void allow(int64_t rights)
{
	static const struct value oid = {.type = VALUE_INTEGER, .i = SAMPLE};

	dm_add_second_server(&d);
	ck_assert_int_eq(model_create(d.m, PATH2(2, 0), ORIGIN_BOOTSTRAP), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 0, ACCESS_OBJECT_ID), &oid), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 0, ACCESS_INSTANCE_ID), &VALUE_INT(0)), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 0, ACCESS_OWNER), &VALUE_INT(456)), 0);
	ck_assert_int_eq(model_set(d.m, PATH4(2, 0, ACCESS_ACL, 123), &VALUE_INT(rights)), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(1)), 0);
}

static const struct {
	const char *line, *payload;
	int64_t right;
	unsigned code;
} guarded[] = {
	{"GET /30000/0", "", 1, 205},
	{"GET /30000", "", 1, 205},
	{"GET /30000/0/1", "", 1, 205},
	{"PUT /30000/0/1 cf=0", "5", 2, 204},
	{"POST /30000/0 cf=11542", "hex:C1 01 3C", 2, 204},
	{"POST /30000/0/9", "", 4, 204},
	{"PUT /30000/0?pmin=1", "", 1, 405},
	{"DELETE /30000/0", "", 8, 202},
};

START_TEST(operation_without_its_right_is_4_01)
{
	allow(31 & ~guarded[_i].right);
	expect(guarded[_i].line, guarded[_i].payload, 401);
}
END_TEST

START_TEST(operation_with_its_right_alone_is_done)
{
	allow(guarded[_i].right);
	expect(guarded[_i].line, guarded[_i].payload, guarded[_i].code);
}
END_TEST

START_TEST(discover_needs_no_right)
{
	allow(0);
	expect("GET /30000/0 accept=40", "", 205);
}
END_TEST

START_TEST(right_comes_after_existence_and_before_the_resource)
{
	allow(0);
	expect("GET /30000/7", "", 404);
	expect("GET /30000/0/4711", "", 401);
	expect("PUT /30000/0/13 cf=65000", "", 401);
}
END_TEST

START_TEST(write_while_a_bootstrap_runs_is_5_03)
{
	struct request request = request_of(MSG_PUT);

	request.content_format = FORMAT_TEXT;
	request.payload = span_of_text("60");
	ck_assert_int_eq(request_add_segment(&request, span_of_text("1")), 0);
	ck_assert_int_eq(request_add_segment(&request, span_of_text("0")), 0);
	ck_assert_int_eq(request_add_segment(&request, span_of_text("1")), 0);
	ck_assert_int_eq(model_begin(d.m), 0);
	dm_dispatch(d.m, &d.peer, &request, &d.response);
	ck_assert_uint_eq(d.response.code, MSG_UNAVAILABLE);
	ck_assert(model_in_transaction(d.m));
}
END_TEST

static const struct {
	const char *line, *payload;
	unsigned code;
} hungry[] = {
	{"GET /3/0", "", 205},
	{"GET /3 accept=40", "", 205},
	{"PUT /30000/0 cf=11542", "hex:C1 01 05 C3 00 61 62 63 86 0A 41 00 01 41 01 02", 204},
	{"POST /30000 cf=11542", "hex:08 05 0A C3 00 6E 65 77 83 0B 41 00 61", 201},
	{"DELETE /30000/0", "", 202},
};

/* Access control is on, and server 123 may do everything with the object. */
static void allow_all(void)
{
	static const struct value level = {.type = VALUE_INTEGER, .i = ID_NONE};

	allow(15);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 0, ACCESS_OWNER), &VALUE_INT(123)), 0);
	ck_assert_int_eq(model_create(d.m, PATH2(2, 1), ORIGIN_BOOTSTRAP), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 1, ACCESS_OBJECT_ID), &VALUE_INT(SAMPLE)), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 1, ACCESS_INSTANCE_ID), &level), 0);
	ck_assert_int_eq(model_set(d.m, PATH4(2, 1, ACCESS_ACL, 123), &VALUE_INT(16)), 0);
	ck_assert_int_eq(model_create(d.m, PATH2(2, 2), ORIGIN_BOOTSTRAP), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 2, ACCESS_OBJECT_ID), &VALUE_INT(3)), 0);
	ck_assert_int_eq(model_set(d.m, PATH3(2, 2, ACCESS_INSTANCE_ID), &VALUE_INT(0)), 0);
	ck_assert_int_eq(model_set(d.m, PATH4(2, 2, ACCESS_ACL, 123), &VALUE_INT(1)), 0);
}

START_TEST(lack_of_memory_is_5_00_and_changes_nothing)
{
	bool failed = true;

	for (unsigned n = 1; failed; n++) {
		teardown();
		setup();
		allow_all();

		struct request request = dm_request(hungry[_i].line, hungry[_i].payload);
		char *before = model_dump(d.m);

		alloc_fail_at(n);
		dm_dispatch(d.m, &d.peer, &request, &d.response);
		failed = alloc_failed();
		alloc_fail_off();

		char *after = model_dump(d.m);

		/*
		 * not each allocation has to succeed: without the refresh of /3/0 an old value is
		 * told, without the index of object 2 it is walked
		 */
		if (d.response.code == MSG_INTERNAL)
			ck_assert_uint_eq(d.response.payload.len, 0);
		else
			ck_assert_uint_eq((d.response.code >> 5) * 100u + (d.response.code & 31u),
				hungry[_i].code);
		if (request.method != MSG_GET)
			ck_assert_int_eq(
				strcmp(before, after) == 0, d.response.code == MSG_INTERNAL);
		free(before);
		free(after);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("dispatch");
	TCase *t = tcase_create("dispatch");

	tcase_add_checked_fixture(t, setup, teardown);
#define ADD_RULE(name, line, payload, code) tcase_add_test(t, name);
	RULES(ADD_RULE)
	tcase_add_test(t, delete_of_a_resource_instance_came_with_1_2);
	tcase_add_loop_test(
		t, operation_without_its_right_is_4_01, 0, sizeof guarded / sizeof *guarded);
	tcase_add_loop_test(
		t, operation_with_its_right_alone_is_done, 0, sizeof guarded / sizeof *guarded);
	tcase_add_test(t, discover_needs_no_right);
	tcase_add_test(t, right_comes_after_existence_and_before_the_resource);
	tcase_add_test(t, write_while_a_bootstrap_runs_is_5_03);
	tcase_add_loop_test(
		t, lack_of_memory_is_5_00_and_changes_nothing, 0, sizeof hungry / sizeof *hungry);
	suite_add_tcase(s, t);
	return s;
}
