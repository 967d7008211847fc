#include "conf/ddf.h"

#include <errno.h>
#include <stdlib.h>

#include "runner.h"

static const char sample[] =
	"<?xml version=\"1.0\"?>\n"
	"<LWM2M><Object>\n"
	"<!-- <ObjectID>1</ObjectID>\n<Item ID=\"7\"> -->\n"
	"<ObjectID> 3303 </ObjectID>\n"
	"<Item ID=\"1\"><Operations>RW</Operations><Type>Unsigned Integer</Type></Item>\n"
	"<Item ID=\"2\"><Operations>E</Operations><Type></Type></Item>\n"
	"<Item ID=\"3\"><Operations>R</Operations><Type>Double</Type></Item>\n"
	"<Item ID=\"4\"><Operations>R</Operations><Type>Float</Type>\n"
	"</Object></LWM2M>\n";

static char *copy(const char *text)
{
	return strdup(text);
}

START_TEST(ddf_is_checked_for_its_object)
{
	char *xml = copy(sample);
	struct fault fault;
	unsigned line;

	ck_assert_int_eq(ddf_check(xml, 3303, &line, &fault), 0);
	free(xml);
	xml = copy(sample);
	ck_assert_int_eq(ddf_check(xml, 3304, &line, &fault), -EINVAL);
	ck_assert_str_eq(fault.code, "definition-invalid");
	ck_assert_uint_eq(line, 5);
	free(xml);
}
END_TEST

START_TEST(ddf_of_another_kind_is_refused)
{
	static const char *const rows[] = {"", "text", "<html></html>", "<LWM2M></LWM2M>",
		"<LWM2M><!-- open <ObjectID>3303</ObjectID></LWM2M>", "<LWM2M><ObjectID>3303"};
	char *xml = copy(rows[_i]);
	struct fault fault;
	unsigned line;

	ck_assert_int_eq(ddf_check(xml, 3303, &line, &fault), -EINVAL);
	free(xml);
}
END_TEST

START_TEST(ddf_tells_type_and_operations_of_a_resource)
{
	char *xml = copy(sample);
	struct ddf_resource r;
	struct fault fault;
	unsigned line;

	ck_assert_int_eq(ddf_check(xml, 3303, &line, &fault), 0);
	ck_assert_int_eq(ddf_resource(xml, 1, &r, &line, &fault), 0);
	ck_assert_int_eq(r.type, TYPE_UNSIGNED);
	ck_assert(r.is_readable && r.is_writable && !r.is_executable);
	ck_assert_int_eq(ddf_resource(xml, 2, &r, &line, &fault), 0);
	ck_assert_int_eq(r.type, TYPE_NONE);
	ck_assert(!r.is_readable && !r.is_writable && r.is_executable);
	ck_assert_int_eq(ddf_resource(xml, 7, &r, &line, &fault), -ENOENT);
	free(xml);
}
END_TEST

START_TEST(ddf_names_the_line_of_a_broken_item)
{
	struct ddf_resource r;
	struct fault fault;
	unsigned line;

	ck_assert_int_eq(ddf_resource(sample, 3, &r, &line, &fault), -EINVAL);
	ck_assert_uint_eq(line, 8);
	ck_assert_int_eq(ddf_resource(sample, 4, &r, &line, &fault), -EINVAL);
	ck_assert_uint_eq(line, 9);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ddf");
	TCase *t = tcase_create("ddf");

	tcase_add_test(t, ddf_is_checked_for_its_object);
	tcase_add_loop_test(t, ddf_of_another_kind_is_refused, 0, 6);
	tcase_add_test(t, ddf_tells_type_and_operations_of_a_resource);
	tcase_add_test(t, ddf_names_the_line_of_a_broken_item);
	suite_add_tcase(s, t);
	return s;
}
