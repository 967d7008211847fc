#include "dm/links.h"

#include <errno.h>

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

static void expect(enum lwm2m_version version, const char *expected)
{
	struct buf out = {0};

	ck_assert_int_eq(dm_links_register(d.m, version, &out), 0);
	ck_assert_int_eq(buf_append_byte(&out, 0), 0);
	ck_assert_str_eq((const char *)out.data, expected);
	buf_done(&out);
}

START_TEST(links_of_register_name_instances_and_versions)
{
	expect(LWM2M_1_2, "</>;rt=\"oma.lwm2m\";ct=\"60 110 112 "
			  "11542 11544\",</1/0>,</2>;ver=1.1,</3>;ver=1.2,</3/0>,"
			  "</30000>;ver=2.1,</30000/0>,</30001>");
}
END_TEST

START_TEST(links_name_the_version_of_object_1_unless_it_is_the_enablers)
{
	expect(LWM2M_1_1,
		"</>;rt=\"oma.lwm2m\";ct=\"60 110 112 11542\",</1>;ver=1.2,</1/0>,</2>;ver=1.1,"
		"</3>;ver=1.2,</3/0>,</30000>;ver=2.1,</30000/0>,</30001>");
}
END_TEST

START_TEST(links_for_a_1_0_server_quote_versions_and_name_no_formats)
{
	expect(LWM2M_1_0, "</>;rt=\"oma.lwm2m\",</1>;ver=\"1.2\",</1/0>,</2>;ver=\"1.1\","
			  "</3>;ver=\"1.2\",</3/0>,</30000>;ver=\"2.1\",</30000/0>,</30001>");
}
END_TEST

START_TEST(links_never_name_hidden_objects)
{
	struct buf out = {0};

	ck_assert_int_eq(dm_links_register(d.m, LWM2M_1_2, &out), 0);
	ck_assert_int_eq(buf_append_byte(&out, 0), 0);
	ck_assert_ptr_null(strstr((const char *)out.data, "</0"));
	ck_assert_ptr_null(strstr((const char *)out.data, "</30002"));
	buf_done(&out);
}
END_TEST

START_TEST(links_are_appended)
{
	struct buf out = {0};

	ck_assert_int_eq(buf_append_text(&out, "x"), 0);
	ck_assert_int_eq(dm_links_register(d.m, LWM2M_1_2, &out), 0);
	ck_assert(span_is_text(span_of(out.data, 5), "x</>;"));
	buf_done(&out);
}
END_TEST

START_TEST(links_that_do_not_fit_leave_nothing)
{
	struct buf out = {.max = 40};

	ck_assert_int_eq(dm_links_register(d.m, LWM2M_1_2, &out), -ENOSPC);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("links");
	TCase *t = tcase_create("links");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, links_of_register_name_instances_and_versions);
	tcase_add_test(t, links_name_the_version_of_object_1_unless_it_is_the_enablers);
	tcase_add_test(t, links_for_a_1_0_server_quote_versions_and_name_no_formats);
	tcase_add_test(t, links_never_name_hidden_objects);
	tcase_add_test(t, links_are_appended);
	tcase_add_test(t, links_that_do_not_fit_leave_nothing);
	suite_add_tcase(s, t);
	return s;
}
