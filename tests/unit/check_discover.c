#include "dm.h"

static struct dm d;

static void setup(void)
{
	dm_setup(&d);
	ck_assert_int_eq(model_set(d.m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_set(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 2), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_set(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 7), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_set_empty(d.m, PATH3(SAMPLE, 0, SAMPLE_TEXTS)), 0);
}

static void teardown(void)
{
	dm_teardown(&d);
}

static void expect(const char *line, const char *links)
{
	ck_assert_uint_eq(dm_ask(&d, line, ""), 205);
	ck_assert(d.response.has_content_format);
	ck_assert_int_eq(d.response.content_format, FORMAT_LINK);
	dm_assert_payload(&d, links);
}

/* clang-format off */
#define O    "</30000>;ver=2.1"
#define I    "</30000/0>"
#define R1   "</30000/0/1>"
#define R9   "</30000/0/9>"
#define R10  "</30000/0/10>;dim=2"
#define RI10 "</30000/0/10/2>,</30000/0/10/7>"
#define R11  "</30000/0/11>;dim=0"
#define R12  "</30000/0/12>"
/* clang-format on */

START_TEST(discover_of_an_object_lists_instances_and_resources)
{
	expect("GET /30000 accept=40", O "," I "," R1 "," R9 "," R10 "," R11 "," R12);
	expect("GET /30001 accept=40", "</30001>");
}
END_TEST

START_TEST(discover_of_an_instance_lists_resources)
{
	expect("GET /30000/0 accept=40", I "," R1 "," R9 "," R10 "," R11 "," R12);
}
END_TEST

START_TEST(discover_of_a_resource_lists_its_instances_since_1_1)
{
	expect("GET /30000/0/10 accept=40", R10 "," RI10);
	d.peer.version = LWM2M_1_0;
	expect("GET /30000/0/10 accept=40", R10);
	expect("GET /3/0/11 accept=40", "</3/0/11>;dim=1");
}
END_TEST

START_TEST(discover_of_an_executable_shows_it)
{
	expect("GET /3/0/4 accept=40", "</3/0/4>");
}
END_TEST

START_TEST(discover_quotes_the_version_for_a_1_0_server)
{
	d.peer.version = LWM2M_1_0;
	expect("GET /30000?depth=0 accept=40",
		"</30000>;ver=\"2.1\"," I "," R1 "," R9 "," R10 "," R11 "," R12);
}
END_TEST

static const struct {
	const char *line, *links;
} depths[] = {
	{"GET /30000?depth=0 accept=40", O},
	{"GET /30000?depth=1 accept=40", O "," I},
	{"GET /30000?depth=2 accept=40", O "," I "," R1 "," R9 "," R10 "," R11 "," R12},
	{"GET /30000?depth=3 accept=40", O "," I "," R1 "," R9 "," R10 "," RI10 "," R11 "," R12},
	{"GET /30000/0?depth=0 accept=40", I},
	{"GET /30000/0?depth=1 accept=40", I "," R1 "," R9 "," R10 "," R11 "," R12},
	{"GET /30000/0?depth=2 accept=40", I "," R1 "," R9 "," R10 "," RI10 "," R11 "," R12},
	{"GET /30000/0/10?depth=0 accept=40", R10},
	{"GET /30000/0/10?depth=1 accept=40", R10 "," RI10},
	/* a depth that is none is ignored */
	{"GET /30000/0/10?depth=4 accept=40", R10 "," RI10},
	{"GET /30000/0/10?depth= accept=40", R10 "," RI10},
	{"GET /30000/0/10?depth=x accept=40", R10 "," RI10},
	{"GET /30000/0/10?other=0 accept=40", R10 "," RI10},
};

START_TEST(discover_goes_as_deep_as_a_1_2_server_asks)
{
	d.peer.version = LWM2M_1_2;
	expect(depths[_i].line, depths[_i].links);
}
END_TEST

START_TEST(discover_knows_no_depth_before_1_2)
{
	expect("GET /30000/0/10?depth=0 accept=40", R10 "," RI10);
}
END_TEST

START_TEST(discover_brings_the_object_up_to_date)
{
	expect("GET /30000/0/1 accept=40", R1);
	ck_assert_uint_eq(d.sample.n_refreshes, 1);
	ck_assert(path_is_equal(d.sample.refreshed, PATH3(SAMPLE, 0, 1)));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("discover");
	TCase *t = tcase_create("discover");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, discover_of_an_object_lists_instances_and_resources);
	tcase_add_test(t, discover_of_an_instance_lists_resources);
	tcase_add_test(t, discover_of_a_resource_lists_its_instances_since_1_1);
	tcase_add_test(t, discover_of_an_executable_shows_it);
	tcase_add_test(t, discover_quotes_the_version_for_a_1_0_server);
	tcase_add_loop_test(
		t, discover_goes_as_deep_as_a_1_2_server_asks, 0, sizeof depths / sizeof *depths);
	tcase_add_test(t, discover_knows_no_depth_before_1_2);
	tcase_add_test(t, discover_brings_the_object_up_to_date);
	suite_add_tcase(s, t);
	return s;
}
