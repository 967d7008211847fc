#include "codec/ddf.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "runner.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))
#define ITEM(inside) "<Item ID=\"1\"><Name>n</Name>\n" inside "</Item>"
#define OBJECT(items)                                                                              \
	"<LWM2M><Object><Name>o</Name><ObjectID>33000</ObjectID>\n"                                \
	"<Resources>" items "</Resources></Object></LWM2M>"

static struct ddf_object *parse(const char *xml)
{
	struct ddf_object *o = NULL;
	struct ddf_error error;

	ck_assert_msg(ddf_parse(span_of_text(xml), &o, &error) == 0, "%s: %s", xml, error.message);
	return o;
}

START_TEST(ddf_reads_the_golden_definition)
{
	struct ddf_object *o = NULL;
	struct ddf_error error;

	ck_assert_int_eq(ddf_parse(test_golden("ddf/tank"), &o, &error), 0);
	ck_assert_uint_eq(o->id, 33000);
	ck_assert_str_eq(o->name, "Tank & Pump");
	ck_assert_uint_eq(o->major, 2);
	ck_assert_uint_eq(o->minor, 1);
	ck_assert(o->is_multiple && !o->is_mandatory);
	ck_assert_uint_eq(o->n_resources, 3);

	const struct ddf_resource *labels = ddf_find(o, 2), *level = ddf_find(o, 5);

	ck_assert_ptr_eq(labels, &o->resource[0]);
	ck_assert(labels->type == VALUE_STRING && labels->ops == (DDF_R | DDF_W));
	ck_assert(labels->is_multiple && !labels->is_mandatory && labels->has_range);
	ck_assert_int_eq(labels->max, 255);
	ck_assert_str_eq(labels->units, "");
	ck_assert(level->type == VALUE_INTEGER && level->ops == DDF_R && level->is_mandatory);
	ck_assert(level->has_range && level->min == 0 && level->max == 100);
	ck_assert_str_eq(level->units, "/100");
	ck_assert(ddf_find(o, 7)->type == VALUE_NONE && ddf_find(o, 7)->ops == DDF_E);
	ck_assert_ptr_null(ddf_find(o, 6));
	ddf_free(o);
}
END_TEST

START_TEST(ddf_without_a_version_is_1_0)
{
	struct ddf_object *o = parse(OBJECT(""));

	ck_assert(o->major == 1 && o->minor == 0 && o->n_resources == 0);
	ddf_free(o);
}
END_TEST

static const struct {
	const char *type, *text;
	bool has_range;
	int64_t min, max;
} ranges[] = {
	{"Integer", "0..4", true, 0, 4},
	{"Integer", "-40..85", true, -40, 85},
	{"Integer", "0-999", true, 0, 999},
	{"Unsigned Integer", "1,5,9", true, 1, 9},
	{"Integer", "8-Bits", false, 0, 0},
	{"Integer", "see 5.3", false, 0, 0},
	{"Integer", "5..1", false, 0, 0},
	{"Integer", "", false, 0, 0},
	{"Float", "0..1", false, 0, 0},
	{"String", "255", true, 0, 255},
	{"String", "-1..5", false, 0, 0},
	{"Opaque", "6 bytes", true, 6, 6},
	{"Opaque", "16-32-48 bytes", true, 16, 48},
};

START_TEST(ddf_understands_a_range)
{
	char xml[512];

	snprintf(xml, sizeof xml,
		OBJECT(ITEM("<Operations>R</Operations><Type>%s</Type>"
			    "<RangeEnumeration>%s</RangeEnumeration>")),
		ranges[_i].type, ranges[_i].text);

	struct ddf_object *o = parse(xml);

	ck_assert_int_eq(o->resource[0].has_range, ranges[_i].has_range);
	ck_assert_int_eq(o->resource[0].min, ranges[_i].min);
	ck_assert_int_eq(o->resource[0].max, ranges[_i].max);
	ddf_free(o);
}
END_TEST

static const struct {
	unsigned line;
	const char *message, *xml;
} broken[] = {
	{1, "no element found", ""},
	{1, "this is no object definition: it begins with \"html\"", "<html/>"},
	{1, "there is no Object", "<LWM2M></LWM2M>"},
	{2, "mismatched tag", "<LWM2M><Object>\n</LWM2M>"},
	{1, "a document type declaration is not accepted",
		"<!DOCTYPE LWM2M [<!ENTITY a \"b\">]><LWM2M/>"},
	{1, "elements are nested deeper than 8",
		"<LWM2M><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></LWM2M>"},
	{1, "there is no ObjectID", "<LWM2M><Object><Name>o</Name></Object></LWM2M>"},
	{1, "there is no Name", "<LWM2M><Object><ObjectID>5</ObjectID></Object></LWM2M>"},
	{2, "\"65535\" is no id of 0 to 65534",
		"<LWM2M><Object>\n<ObjectID>65535</ObjectID></Object></LWM2M>"},
	{1, "there is a second Object",
		"<LWM2M><Object><Name>o</Name><ObjectID>5</ObjectID></Object><Object/></LWM2M>"},
	{1, "\"1\" is no version",
		"<LWM2M><Object><ObjectVersion>1</ObjectVersion></Object></LWM2M>"},
	{1, "MultipleInstances is \"Many\", not Single or Multiple",
		"<LWM2M><Object><MultipleInstances>Many</MultipleInstances></Object></LWM2M>"},
	{2, "an Item has no ID", OBJECT("<Item></Item>")},
	{2, "Item 1 has no Name", OBJECT("<Item ID=\"1\"></Item>")},
	{3, "Operations are \"RX\"", OBJECT(ITEM("<Operations>RX</Operations>"))},
	{3, "Type is \"Double\"", OBJECT(ITEM("<Type>Double</Type>"))},
	{3, "Item 1: Type and Operations do not fit",
		OBJECT(ITEM("<Operations>R</Operations><Type></Type>"))},
	{3, "an element is there twice", OBJECT(ITEM("<Name>n</Name>"))},
	{4, "Item 1 is there twice",
		OBJECT(ITEM("<Operations>E</Operations><Type/>")
				ITEM("<Operations>E</Operations><Type/>"))},
};

START_TEST(ddf_that_is_broken_is_refused_with_its_line)
{
	struct ddf_object *o = NULL;
	struct ddf_error error;

	ck_assert_int_eq(ddf_parse(span_of_text(broken[_i].xml), &o, &error), -EBADMSG);
	ck_assert_ptr_null(o);
	ck_assert_str_eq(error.message, broken[_i].message);
	ck_assert_uint_eq(error.line, broken[_i].line);
}
END_TEST

START_TEST(ddf_cut_short_is_refused)
{
	struct span golden = test_golden("ddf/tank");
	size_t whole = golden.len;

	while (golden.data[whole - 1] == '\n')
		whole--;
	for (size_t len = 0; len < whole; len++) {
		struct ddf_object *o = NULL;
		struct ddf_error error;

		ck_assert_int_eq(ddf_parse(span_of(golden.data, len), &o, &error), -EBADMSG);
	}
}
END_TEST

START_TEST(ddf_that_is_too_long_is_refused)
{
	char *room = malloc(DDF_MAX + 1);
	struct ddf_object *o = NULL;
	struct ddf_error error;

	memset(room, ' ', DDF_MAX + 1);
	ck_assert_int_eq(ddf_parse(span_of(room, DDF_MAX + 1), &o, &error), -EBADMSG);
	ck_assert_str_eq(error.message, "longer than 1048576 octets");
	free(room);
}
END_TEST

START_TEST(ddf_name_that_is_too_long_is_cut_between_characters)
{
	char xml[1024], name[400] = "";

	for (size_t i = 0; i < 199; i++)
		memcpy(name + 2 * i, "\xc3\xa4", 3);
	snprintf(xml, sizeof xml,
		"<LWM2M><Object><Name>%s</Name><ObjectID>5</ObjectID></Object></LWM2M>", name);

	struct ddf_object *o = parse(xml);

	ck_assert_uint_eq(strlen(o->name), 254);
	ddf_free(o);
}
END_TEST

START_TEST(ddf_survives_failing_allocations)
{
	struct span golden = test_golden("ddf/tank");
	bool has_failed = true;

	for (unsigned n = 1; has_failed; n++) {
		struct ddf_object *o = NULL;
		struct ddf_error error;

		alloc_fail_at(n);

		int r = ddf_parse(golden, &o, &error);

		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
		ddf_free(o);
	}
}
END_TEST

/* --- the files of the registry, where they are --------------------------------------------------
 */

static const char *registry(void)
{
	static char name[512];
	const char *directory = getenv("LWM2M_REGISTRY"), *top = getenv("top_srcdir");

	if (directory)
		return directory;
	snprintf(name, sizeof name, "%s/../shared/spec/objects", top ? top : ".");
	return name;
}

static bool has_registry(void)
{
	return access(registry(), R_OK) == 0;
}

static size_t read_file(const char *path, char *room)
{
	FILE *f = fopen(path, "re");
	size_t len = f ? fread(room, 1, DDF_MAX, f) : 0;

	if (f)
		fclose(f);
	return len;
}

START_TEST(ddf_reads_every_file_of_the_registry)
{
	DIR *dir = opendir(registry());
	char *room = malloc(DDF_MAX);
	struct dirent *entry;
	unsigned n = 0;

	while (dir && (entry = readdir(dir))) {
		struct ddf_object *o = NULL;
		struct ddf_error error;
		char path[1024];
		uint16_t id;

		if (!strstr(entry->d_name, ".xml"))
			continue;
		snprintf(path, sizeof path, "%s/%s", registry(), entry->d_name);

		int r = ddf_parse(span_of(room, read_file(path, room)), &o, &error);

		ck_assert_msg(r == 0, "%s:%u: %s", path, error.line, error.message);
		ck_assert_int_eq(
			parse_u16(span_of(entry->d_name, strcspn(entry->d_name, "-.")), &id), 0);
		ck_assert_uint_eq(o->id, id);
		ddf_free(o);
		n++;
	}
	closedir(dir);
	free(room);
	ck_assert_uint_ge(n, 1);
}
END_TEST

START_TEST(there_is_no_registry_to_read)
{
	ck_assert(!has_registry());
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ddf");
	TCase *t = tcase_create("ddf");

	tcase_add_test(t, ddf_reads_the_golden_definition);
	tcase_add_test(t, ddf_without_a_version_is_1_0);
	tcase_add_loop_test(t, ddf_understands_a_range, 0, COUNT(ranges));
	tcase_add_loop_test(t, ddf_that_is_broken_is_refused_with_its_line, 0, COUNT(broken));
	tcase_add_test(t, ddf_cut_short_is_refused);
	tcase_add_test(t, ddf_that_is_too_long_is_refused);
	tcase_add_test(t, ddf_name_that_is_too_long_is_cut_between_characters);
	tcase_add_test(t, ddf_survives_failing_allocations);
	suite_add_tcase(s, t);
	t = tcase_create(has_registry() ? "registry" : "registry # SKIP set LWM2M_REGISTRY");
	tcase_add_test(t, has_registry() ? ddf_reads_every_file_of_the_registry
					 : there_is_no_registry_to_read);
	suite_add_tcase(s, t);
	return s;
}
