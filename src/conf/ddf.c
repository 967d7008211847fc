#include "conf/ddf.h"

#include <errno.h>
#include <stdio.h>

static const char *const type_names[] = {
	[TYPE_NONE] = "",
	[TYPE_STRING] = "String",
	[TYPE_INTEGER] = "Integer",
	[TYPE_UNSIGNED] = "Unsigned Integer",
	[TYPE_FLOAT] = "Float",
	[TYPE_BOOLEAN] = "Boolean",
	[TYPE_OPAQUE] = "Opaque",
	[TYPE_TIME] = "Time",
	[TYPE_OBJLNK] = "Objlnk",
	[TYPE_CORELNK] = "Corelnk",
};

const char *ddf_type_name(enum ddf_type type)
{
	return type == TYPE_NONE ? "no value" : type_names[type];
}

static unsigned line_of(const char *xml, const char *at)
{
	unsigned line = 1;

	for (; xml < at; xml++)
		line += *xml == '\n';
	return line;
}

/* Spaces in place of comments: the lines stay where they are. */
static bool blank_comments(char *xml)
{
	for (char *start = strstr(xml, "<!--"); start; start = strstr(start, "<!--")) {
		char *end = strstr(start + 4, "-->");

		if (!end)
			return false;
		for (end += 3; start < end; start++)
			if (*start != '\n')
				*start = ' ';
	}
	return true;
}

/* The trimmed text of the first <name> between start and end; data NULL: there is none. */
static struct span element(const char *start, const char *end, const char *name)
{
	char tag[32];
	int len = snprintf(tag, sizeof tag, "<%s>", name);
	const char *from = memmem(start, (size_t)(end - start), tag, (size_t)len);

	if (!from)
		return (struct span){0};
	from += len;

	const char *to = memchr(from, '<', (size_t)(end - from));

	if (!to)
		return (struct span){0};
	while (from < to && strchr(" \t\r\n", *from))
		from++;
	while (from < to && strchr(" \t\r\n", to[-1]))
		to--;
	return span_of(from, (size_t)(to - from));
}

int ddf_check(char *xml, uint16_t object, unsigned *ret_line, struct fault *fault)
{
	char id[8];

	*ret_line = 0;
	if (xml[strspn(xml, "\xef\xbb\xbf \t\r\n")] != '<' || !strstr(xml, "<LWM2M"))
		return fault_set(fault, "definition-invalid", "this is no object definition");
	if (!blank_comments(xml))
		return fault_set(fault, "definition-invalid", "a comment is not closed");

	struct span found = element(xml, xml + strlen(xml), "ObjectID");

	snprintf(id, sizeof id, "%u", object);
	if (!span_is_text(found, id)) {
		*ret_line = found.data ? line_of(xml, (const char *)found.data) : 0;
		return fault_set(fault, "definition-invalid",
			"this does not define object %s: ObjectID is \"%.*s\"", id,
			found.len < 20 ? (int)found.len : 20,
			found.data ? (const char *)found.data : "");
	}
	return 0;
}

int ddf_resource(const char *xml, uint16_t resource, struct ddf_resource *ret, unsigned *ret_line,
	struct fault *fault)
{
	char tag[32];

	snprintf(tag, sizeof tag, "<Item ID=\"%u\">", resource);

	const char *start = strstr(xml, tag);

	if (!start)
		return -ENOENT;

	const char *end = strstr(start, "</Item>");

	*ret_line = line_of(xml, start);
	if (!end)
		return fault_set(fault, "definition-invalid", "Item %u is not closed", resource);

	struct span operations = element(start, end, "Operations");
	struct span type = element(start, end, "Type");

	*ret = (struct ddf_resource){
		.is_readable = operations.len && memchr(operations.data, 'R', operations.len),
		.is_writable = operations.len && memchr(operations.data, 'W', operations.len),
		.is_executable = operations.len && memchr(operations.data, 'E', operations.len)};
	for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
		if (span_is_text(type, type_names[i])) {
			ret->type = (enum ddf_type)i;
			return 0;
		}
	return fault_set(fault, "definition-invalid", "Item %u has the type \"%.*s\"", resource,
		type.len < 20 ? (int)type.len : 20, (const char *)type.data);
}
