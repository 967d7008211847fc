#include "registry.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/parse.h"

enum { FILE_MAX = 1 << 20 };

static const struct object_def *object;
static char *xml; /* freed at exit by nobody: one file for the life of the program */

static void load(uint16_t oid)
{
	const char *directory = getenv("LWM2M_REGISTRY"), *top = getenv("top_srcdir");
	char name[512];

	if (directory)
		snprintf(name, sizeof name, "%s/%u.xml", directory, oid);
	else
		snprintf(name, sizeof name, "%s/../shared/spec/objects/%u.xml", top ? top : ".",
			oid);

	FILE *f = fopen(name, "re");

	if (!f)
		return;
	xml = calloc(1, FILE_MAX);
	if (!xml)
		abort();
	fread(xml, 1, FILE_MAX - 1, f);
	fclose(f);
}

/* The text between <tag> and </tag> in [from, to), spaces collapsed; empty if there is none. */
static void text_of(const char *from, const char *to, const char *tag, char ret[256])
{
	char open[64], close[64];
	size_t len = 0;

	snprintf(open, sizeof open, "<%s>", tag);
	snprintf(close, sizeof close, "</%s>", tag);
	ret[0] = '\0';

	const char *start = strstr(from, open);

	if (!start || start >= to)
		return;
	start += strlen(open);

	const char *end = strstr(start, close);

	ck_assert(end && end < to);
	for (const char *c = start; c < end && len < 255; c++) {
		if ((*c == ' ' || *c == '\n') && (len == 0 || ret[len - 1] == ' '))
			continue;
		ret[len++] = *c == '\n' ? ' ' : *c;
	}
	while (len > 0 && ret[len - 1] == ' ')
		len--;
	ret[len] = '\0';
}

static enum value_type type_of(const char *text)
{
	static const struct {
		const char *name;
		enum value_type type;
	} types[] = {
		{"", VALUE_NONE},
		{"String", VALUE_STRING},
		{"Integer", VALUE_INTEGER},
		{"Unsigned Integer", VALUE_UNSIGNED},
		{"Float", VALUE_FLOAT},
		{"Boolean", VALUE_BOOLEAN},
		{"Opaque", VALUE_OPAQUE},
		{"Time", VALUE_TIME},
		{"Objlnk", VALUE_OBJLNK},
		{"Corelnk", VALUE_CORELNK},
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].name, text) == 0)
			return types[i].type;
	ck_abort_msg("unknown type %s", text);
}

static unsigned ops_of(const char *text)
{
	return (strchr(text, 'R') ? OP_R : 0u) | (strchr(text, 'W') ? OP_W : 0u) |
	       (strchr(text, 'E') ? OP_E : 0u);
}

/* "0..4" is a range, "6" and "16,32,48" are allowed values; words are no range. */
static bool range_of(const char *text, int64_t *ret_min, int64_t *ret_max)
{
	const char *dots = strstr(text, ".."), *comma = strrchr(text, ',');
	size_t first = strcspn(text, ".,");
	const char *last = dots ? dots + 2 : comma ? comma + 1 : text;

	return parse_i64(span_of(text, first), ret_min) == 0 &&
	       parse_i64(span_of_text(last), ret_max) == 0;
}

static void compare_resource(const struct resource_def *def, const char *from, const char *to)
{
	char text[256];
	int64_t min = 0, max = 0;

	text_of(from, to, "Name", text);
	ck_assert_str_eq(def->name, text);
	text_of(from, to, "Operations", text);
	ck_assert_msg(def->ops == ops_of(text), "operations of %s", def->name);
	text_of(from, to, "MultipleInstances", text);
	ck_assert_msg(
		def->is_multiple == (strcmp(text, "Multiple") == 0), "instances of %s", def->name);
	text_of(from, to, "Mandatory", text);
	ck_assert_msg(
		def->is_mandatory == (strcmp(text, "Mandatory") == 0), "mandatory: %s", def->name);
	text_of(from, to, "Type", text);
	ck_assert_msg(def->type == type_of(text), "type of %s", def->name);
	text_of(from, to, "RangeEnumeration", text);
	ck_assert_msg(def->has_range == range_of(text, &min, &max), "range of %s", def->name);
	ck_assert_msg(def->min == min && def->max == max, "range of %s", def->name);
}

START_TEST(table_equals_the_official_definition)
{
	const char *items = strstr(xml, "<Resources>");
	char text[256], version[16];
	size_t n = 0;

	ck_assert_ptr_nonnull(items);
	text_of(xml, items, "Name", text);
	ck_assert_str_eq(object->name, text);
	text_of(xml, items, "ObjectVersion", text);
	snprintf(version, sizeof version, "%u.%u", object->major, object->minor);
	ck_assert_str_eq(version, text[0] ? text : "1.0");
	text_of(xml, items, "MultipleInstances", text);
	ck_assert_int_eq(object->is_multiple, strcmp(text, "Multiple") == 0);
	text_of(xml, items, "Mandatory", text);
	ck_assert_int_eq(object->is_mandatory, strcmp(text, "Mandatory") == 0);

	for (const char *item = strstr(items, "<Item ID=\""); item;
		item = strstr(item + 1, "<Item ID=\""), n++) {
		const char *id = item + strlen("<Item ID=\"");
		uint16_t rid;

		ck_assert_int_eq(parse_u16(span_of(id, strcspn(id, "\"")), &rid), 0);
		ck_assert_uint_lt(n, object->n_resources);
		ck_assert_uint_eq(object->resources[n].id, rid);
		compare_resource(&object->resources[n], item, strstr(item, "</Item>"));
	}
	ck_assert_uint_eq(n, object->n_resources);
}
END_TEST

START_TEST(there_is_no_official_definition_to_compare_with)
{
	ck_assert_ptr_null(xml);
}
END_TEST

TCase *registry_case(const struct object_def *def)
{
	object = def;
	load(def->id);

	/* the name of the case ends up in the TAP line, where "# SKIP" is a directive */
	TCase *t = tcase_create(xml ? "registry" : "registry # SKIP set LWM2M_REGISTRY");

	tcase_add_test(t, xml ? table_equals_the_official_definition
			      : there_is_no_official_definition_to_compare_with);
	return t;
}
