#include <stdio.h>
#include <stdlib.h>

#include "dm.h"

static struct dm d;

static void setup(void)
{
	dm_setup(&d);
	d.peer.version = LWM2M_1_2;
}

static void teardown(void)
{
	dm_teardown(&d);
}

static void set(struct path p, int64_t v)
{
	ck_assert_int_eq(model_set(d.m, p, &VALUE_INT(v)), 0);
}

/* The code, and Location-Path as "/30000/1"; what is refused changes nothing. */
static void expect(const char *line, const char *payload, unsigned code, const char *location)
{
	char *before = model_dump(d.m), got_location[64] = "";
	unsigned got = dm_ask(&d, line, payload);
	char *after = model_dump(d.m);
	size_t len = 0;

	ck_assert_msg(got == code, "%s: %u, not %u", line, got, code);
	for (size_t i = 0; i < d.response.n_location; i++)
		len += (size_t)snprintf(got_location + len, sizeof got_location - len, "/%.*s",
			(int)d.response.location[i].len, (const char *)d.response.location[i].data);
	ck_assert_str_eq(got_location, location);
	if (code >= 400)
		ck_assert_str_eq(after, before);
	free(before);
	free(after);
}

static void expect_instance(uint16_t iid, const char *values)
{
	char *dump = model_dump(d.m), name[32];

	snprintf(name, sizeof name, "/30000/%u origin", iid);

	char *from = strstr(dump, name);

	ck_assert_ptr_nonnull(from);
	from = strchr(from, '\n') + 1;

	char *to = strstr(from, " origin");

	ck_assert_ptr_nonnull(to);
	while (*to != '\n' && to > from)
		to--;
	to += *to == '\n';
	*to = '\0';
	ck_assert_str_eq(from, values);
	free(dump);
}

/* The mandatory ones: resource 0 = "new", resource 11 = {0: "a"}. */
#define MANDATORY "C3 00 6E 65 77 83 0B 41 00 61"

/* TS core 7.4.3: without the Object Instance around it the id is the client's to choose */
START_TEST(create_chooses_the_lowest_free_id)
{
	ck_assert_int_eq(model_create(d.m, PATH2(SAMPLE, 2), ORIGIN_NONE), 0);
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 201, "/30000/1");
	expect_instance(1, "/30000/1/0 string new\n/30000/1/11/0 string a\n");
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 201, "/30000/3");
	ck_assert_int_eq(model_origin(d.m, PATH2(SAMPLE, 3)), ORIGIN_SERVER);
}
END_TEST

START_TEST(create_takes_the_id_of_the_payload)
{
	expect("POST /30000 cf=11542", "hex:08 2A 0A " MANDATORY, 201, "/30000/42");
	expect_instance(42, "/30000/42/0 string new\n/30000/42/11/0 string a\n");
}
END_TEST

START_TEST(create_makes_several_instances_or_none)
{
	expect("POST /30000 cf=11542", "hex:08 05 0A " MANDATORY "08 04 0A " MANDATORY, 201,
		"/30000/5");
	ck_assert(model_exists(d.m, PATH2(SAMPLE, 4)));
	ck_assert(model_exists(d.m, PATH2(SAMPLE, 5)));
	expect("POST /30000 cf=11542", "hex:08 06 0A " MANDATORY "08 05 0A " MANDATORY, 400, "");
	expect("POST /30000 cf=11542", "hex:08 06 0A " MANDATORY "03 07 C1 01 05", 400, "");
}
END_TEST

START_TEST(create_of_an_id_that_exists_is_4_00)
{
	expect("POST /30000 cf=11542", "hex:08 00 0A " MANDATORY, 400, "");
}
END_TEST

START_TEST(create_needs_what_is_mandatory_and_writable)
{
	expect("POST /30000 cf=11542", "hex:C3 00 6E 65 77", 400, "");
	expect("POST /30000 cf=11542", "hex:83 0B 41 00 61", 400, "");
	expect("POST /30000 cf=11542", "", 400, "");
	expect("POST /30000", "", 400, "");
}
END_TEST

/* Sensor (13) is read only, 99 is not defined. */
START_TEST(create_ignores_read_only_and_unknown_resources)
{
	expect("POST /30000 cf=11542", "hex:" MANDATORY "C1 0D 07 C1 63 07", 201, "/30000/1");
	expect_instance(1, "/30000/1/0 string new\n/30000/1/11/0 string a\n");
}
END_TEST

START_TEST(create_checks_values_as_a_write_does)
{
	expect("POST /30000 cf=11542", "hex:" MANDATORY "C1 01 65", 400, "");
	expect("POST /30000 cf=11542", "hex:" MANDATORY "C3 01 01 02 03", 400, "");
	expect("POST /30000 cf=11542", "hex:" MANDATORY "C4 07 12 34 00 00", 400, "");
	expect("POST /30000 cf=11542", "hex:" MANDATORY "C1 01 01 C1 01 02", 400, "");
	expect("POST /30000 cf=11542", "hex:" MANDATORY "83 0A 41 00 61 41 00 61", 400, "");
	d.sample.check = -95;
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 405, "");
}
END_TEST

START_TEST(create_of_a_single_instance_object_is_instance_0)
{
	expect("POST /30001 cf=11542", "hex:08 01 02 C0 00", 400, "");
	expect("POST /30001 cf=11542", "hex:C1 00 61", 201, "/30001/0");
	expect("POST /30001 cf=11542", "hex:C1 00 61", 400, "");
	expect("POST /30001 cf=11542", "hex:08 00 02 C0 00", 400, "");
}
END_TEST

START_TEST(create_without_payload_came_with_1_2)
{
	ck_assert_int_eq(model_add_object(d.m, &object_sample_optional, NULL), 0);
	ck_assert_uint_eq(dm_ask(&d, "POST /30003", ""), 201);
	ck_assert(model_exists(d.m, PATH2(SAMPLE_OPTIONAL, 0)));
	d.peer.version = LWM2M_1_1;
	ck_assert_uint_eq(dm_ask(&d, "POST /30003", ""), 400);
	ck_assert_uint_eq(dm_ask(&d, "POST /30003 cf=11542", ""), 201);
	ck_assert(model_exists(d.m, PATH2(SAMPLE_OPTIONAL, 1)));
}
END_TEST

START_TEST(create_in_another_form_is_refused)
{
	expect("POST /30000", "hex:" MANDATORY, 400, "");
	expect("POST /30000 cf=0", "x", 415, "");
	expect("POST /30000 cf=42", "x", 415, "");
	expect("POST /30000 cf=40", "x", 415, "");
	expect("POST /30000 cf=65000", "x", 415, "");
	expect("POST /30000?pmin=1 cf=11542", "hex:" MANDATORY, 400, "");
	expect("POST /30000 cf=11542", "hex:0A FF FF 0A " MANDATORY, 400, "");
	expect("POST /30000 cf=11542", "hex:C3 00 6E", 400, "");
	expect("POST /1 cf=11542", "hex:" MANDATORY, 405, "");
	expect("POST /2 cf=11542", "hex:" MANDATORY, 405, "");
	expect("POST /3 cf=11542", "hex:" MANDATORY, 405, "");
	expect("POST /0 cf=11542", "hex:" MANDATORY, 401, "");
}
END_TEST

/* Server 123 may create; only a Bootstrap-Server makes object-level instances. */
static void guard_object(void)
{
	dm_add_second_server(&d);
	ck_assert_int_eq(model_create(d.m, PATH2(2, 0), ORIGIN_BOOTSTRAP), 0);
	set(PATH3(2, 0, ACCESS_OBJECT_ID), SAMPLE);
	set(PATH3(2, 0, ACCESS_INSTANCE_ID), ID_NONE);
	set(PATH3(2, 0, ACCESS_OWNER), ID_NONE);
	set(PATH4(2, 0, ACCESS_ACL, 123), 16);
}

START_TEST(create_without_access_control_makes_none)
{
	dm_add_second_server(&d);
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 201, "/30000/1");
	ck_assert(!model_exists(d.m, PATH2(2, 0)));
}
END_TEST

START_TEST(create_with_access_control_needs_the_right_on_the_object)
{
	guard_object();
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 201, "/30000/1");
	set(PATH4(2, 0, ACCESS_ACL, 123), 15);
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 401, "");
	d.peer.short_server_id = 456;
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 401, "");
}
END_TEST

START_TEST(create_with_access_control_makes_its_server_the_owner)
{
	guard_object();
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 201, "/30000/1");
	ck_assert_int_eq(model_get_int(d.m, PATH3(2, 1, ACCESS_OBJECT_ID), -1), SAMPLE);
	ck_assert_int_eq(model_get_int(d.m, PATH3(2, 1, ACCESS_INSTANCE_ID), -1), 1);
	ck_assert_int_eq(model_get_int(d.m, PATH3(2, 1, ACCESS_OWNER), -1), 123);
	ck_assert_int_eq(model_get_int(d.m, PATH4(2, 1, ACCESS_ACL, 123), -1), 15);
	ck_assert_int_eq(model_origin(d.m, PATH2(2, 1)), ORIGIN_SERVER);
	ck_assert_uint_eq(dm_ask(&d, "GET /30000/1/0", ""), 205);
	d.peer.short_server_id = 456;
	ck_assert_uint_eq(dm_ask(&d, "GET /30000/1/0", ""), 401);
}
END_TEST

/* As many as fit; Delete makes room again. */
START_TEST(create_beyond_the_limit_of_octets_is_5_00)
{
	model_set_octets_max(d.m, model_octets(d.m) + 64 + 32 + 3 + 32 + 1);
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 201, "/30000/1");
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 500, "");
	expect("PUT /30000/1/0 cf=0", "newer", 500, "");
	expect("PUT /30000/1/0 cf=0", "old", 204, "");
	expect("DELETE /30000/1", "", 202, "");
	expect("POST /30000 cf=11542", "hex:" MANDATORY, 201, "/30000/1");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("op_create");
	TCase *t = tcase_create("op_create");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, create_chooses_the_lowest_free_id);
	tcase_add_test(t, create_takes_the_id_of_the_payload);
	tcase_add_test(t, create_makes_several_instances_or_none);
	tcase_add_test(t, create_of_an_id_that_exists_is_4_00);
	tcase_add_test(t, create_needs_what_is_mandatory_and_writable);
	tcase_add_test(t, create_ignores_read_only_and_unknown_resources);
	tcase_add_test(t, create_checks_values_as_a_write_does);
	tcase_add_test(t, create_of_a_single_instance_object_is_instance_0);
	tcase_add_test(t, create_without_payload_came_with_1_2);
	tcase_add_test(t, create_in_another_form_is_refused);
	tcase_add_test(t, create_without_access_control_makes_none);
	tcase_add_test(t, create_beyond_the_limit_of_octets_is_5_00);
	tcase_add_test(t, create_with_access_control_needs_the_right_on_the_object);
	tcase_add_test(t, create_with_access_control_makes_its_server_the_owner);
	suite_add_tcase(s, t);
	return s;
}
