#include "codec/ddf.h"

#include <errno.h>
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/parse.h"

enum { TEXT_ROOM = 1024 };

/* What an element of the registry's schema means to us; the others are skipped. */
enum element {
	EL_OTHER,
	EL_ROOT,
	EL_OBJECT,
	EL_RESOURCES,
	EL_ITEM,
	EL_ID,
	EL_NAME,
	EL_VERSION,
	EL_MULTIPLE,
	EL_MANDATORY,
	EL_OPERATIONS,
	EL_TYPE,
	EL_RANGE,
	EL_UNITS,
};

/* clang-format off */
static const struct {
	const char *name;
	enum element parent, element;
} elements[] = {
	{"LWM2M",             EL_OTHER,     EL_ROOT},
	{"Object",            EL_ROOT,      EL_OBJECT},
	{"ObjectID",          EL_OBJECT,    EL_ID},
	{"Name",              EL_OBJECT,    EL_NAME},
	{"ObjectVersion",     EL_OBJECT,    EL_VERSION},
	{"MultipleInstances", EL_OBJECT,    EL_MULTIPLE},
	{"Mandatory",         EL_OBJECT,    EL_MANDATORY},
	{"Resources",         EL_OBJECT,    EL_RESOURCES},
	{"Item",              EL_RESOURCES, EL_ITEM},
	{"Name",              EL_ITEM,      EL_NAME},
	{"MultipleInstances", EL_ITEM,      EL_MULTIPLE},
	{"Mandatory",         EL_ITEM,      EL_MANDATORY},
	{"Operations",        EL_ITEM,      EL_OPERATIONS},
	{"Type",              EL_ITEM,      EL_TYPE},
	{"RangeEnumeration",  EL_ITEM,      EL_RANGE},
	{"Units",             EL_ITEM,      EL_UNITS},
};

static const struct {
	const char *name;
	enum value_type type;
} types[] = {
	{"",                 VALUE_NONE},
	{"String",           VALUE_STRING},
	{"Integer",          VALUE_INTEGER},
	{"Unsigned Integer", VALUE_UNSIGNED},
	{"Float",            VALUE_FLOAT},
	{"Boolean",          VALUE_BOOLEAN},
	{"Opaque",           VALUE_OPAQUE},
	{"Time",             VALUE_TIME},
	{"Objlnk",           VALUE_OBJLNK},
	{"Corelnk",          VALUE_CORELNK},
};

static const struct {
	const char *name;
	uint8_t ops;
} operations[] = {
	{"",   0},
	{"R",  DDF_R},
	{"W",  DDF_W},
	{"RW", DDF_R | DDF_W},
	{"E",  DDF_E},
};
/* clang-format on */

struct parse {
	XML_Parser xml;
	struct ddf_object *object;
	struct ddf_resource item; /* the one that is open */
	bool has_object, has_id, has_type;
	char range[TEXT_ROOM]; /* of the open item; understood when its type is known */
	enum element stack[DDF_DEPTH_MAX];
	size_t depth;
	char text[TEXT_ROOM]; /* of the open element */
	size_t len;
	int err;
	struct ddf_error *error;
};

/* newer versions of the parser deprecate the short form */
static unsigned line_of(XML_Parser xml)
{
#if HAVE_DECL_XML_GETCURRENTLINENUMBER64
	return (unsigned)XML_GetCurrentLineNumber64(xml);
#else
	return (unsigned)XML_GetCurrentLineNumber(xml);
#endif
}

__attribute__((format(printf, 2, 3))) static void refuse(struct parse *p, const char *format, ...)
{
	va_list ap;

	if (p->err < 0)
		return;
	p->err = -EBADMSG;
	p->error->line = line_of(p->xml);
	va_start(ap, format);
	vsnprintf(p->error->message, sizeof p->error->message, format, ap);
	va_end(ap);
	XML_StopParser(p->xml, XML_FALSE);
}

static void run_out(struct parse *p)
{
	p->err = -ENOMEM;
	XML_StopParser(p->xml, XML_FALSE);
}

/* --- texts ------------------------------------------------------------------------------------ */

static struct span trimmed(const struct parse *p)
{
	const char *from = p->text, *to = p->text + p->len;

	while (from < to && strchr(" \t\r\n", *from))
		from++;
	while (from < to && strchr(" \t\r\n", to[-1]))
		to--;
	return span_of(from, (size_t)(to - from));
}

/* A copy without its overlong end, which is cut between two characters. */
static char *copy_text(struct span text)
{
	size_t len = text.len < DDF_TEXT_MAX ? text.len : DDF_TEXT_MAX;

	while (len > 0 && len < text.len && (text.data[len] & 0xc0) == 0x80)
		len--;
	return strndup(len ? (const char *)text.data : "", len);
}

static void take_text(struct parse *p, char **to)
{
	if (*to) {
		refuse(p, "an element is there twice");
		return;
	}
	*to = copy_text(trimmed(p));
	if (!*to)
		run_out(p);
}

static void take_word(
	struct parse *p, const char *element, const char *no, const char *yes, bool *ret)
{
	struct span text = trimmed(p);

	*ret = span_is_text(text, yes);
	if (!*ret && !span_is_text(text, no))
		refuse(p, "%s is \"%.*s\", not %s or %s", element,
			text.len < 20 ? (int)text.len : 20, (const char *)text.data, no, yes);
}

static void take_id(struct parse *p, struct span text, uint16_t *ret)
{
	if (parse_u16(text, ret) < 0 || *ret == UINT16_MAX)
		refuse(p, "\"%.*s\" is no id of 0 to 65534", text.len < 20 ? (int)text.len : 20,
			(const char *)text.data);
}

static void take_version(struct parse *p)
{
	struct span text = trimmed(p);
	const uint8_t *dot = text.len ? memchr(text.data, '.', text.len) : NULL;
	uint16_t major, minor;

	if (text.len == 0)
		return;
	if (!dot || parse_u16(span_of(text.data, (size_t)(dot - text.data)), &major) < 0 ||
		parse_u16(span_of(dot + 1, text.len - (size_t)(dot + 1 - text.data)), &minor) < 0 ||
		major > UINT8_MAX || minor > UINT8_MAX) {
		refuse(p, "\"%.*s\" is no version", text.len < 20 ? (int)text.len : 20,
			(const char *)text.data);
		return;
	}
	p->object->major = (uint8_t)major;
	p->object->minor = (uint8_t)minor;
}

static void take_operations(struct parse *p)
{
	struct span text = trimmed(p);

	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
		if (span_is_text(text, operations[i].name)) {
			p->item.ops = operations[i].ops;
			return;
		}
	refuse(p, "Operations are \"%.*s\"", text.len < 20 ? (int)text.len : 20,
		(const char *)text.data);
}

static void take_type(struct parse *p)
{
	struct span text = trimmed(p);

	p->has_type = true;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (span_is_text(text, types[i].name)) {
			p->item.type = types[i].type;
			return;
		}
	refuse(p, "Type is \"%.*s\"", text.len < 20 ? (int)text.len : 20, (const char *)text.data);
}

/* --- ranges ----------------------------------------------------------------------------------- */

static struct span number_at(const char *text)
{
	size_t sign = *text == '-';

	return span_of(text, sign + strspn(text + sign, "0123456789"));
}

/*
 * "0..4", "0-255 bytes": a range; "16,32,48" and "6": values, of which the least and the greatest
 * count, but a text of "255" is one of at most 255 octets. Words are no range.
 */
static bool read_range(const char *text, enum value_type type, int64_t *ret_min, int64_t *ret_max)
{
	struct span n = number_at(text);
	int64_t min, max;
	size_t count = 1;

	if (parse_i64(n, &min) < 0)
		return false;
	max = min;
	for (text += n.len; *text && *text != ' '; text += n.len, count++) {
		size_t separator = strncmp(text, "..", 2) == 0 ? 2 : strspn(text, ",-") ? 1 : 0;

		n = number_at(text + separator);
		if (separator == 0 || parse_i64(n, &max) < 0)
			return false;
		text += separator;
	}
	if (*text && strcmp(text, " bytes") != 0)
		return false;
	if (count == 1 && (type == VALUE_STRING || type == VALUE_CORELNK))
		min = 0;
	if (min > max || (value_has_bytes(type) && min < 0))
		return false;
	*ret_min = min;
	*ret_max = max;
	return true;
}

static void set_range(struct parse *p)
{
	struct ddf_resource *r = &p->item;

	switch (r->type) {
	case VALUE_INTEGER:
	case VALUE_UNSIGNED:
	case VALUE_TIME:
	case VALUE_STRING:
	case VALUE_OPAQUE:
	case VALUE_CORELNK:
		r->has_range = read_range(p->range, r->type, &r->min, &r->max);
		break;
	case VALUE_NONE:
	case VALUE_FLOAT:
	case VALUE_BOOLEAN:
	case VALUE_OBJLNK:
		break;
	}
}

/* --- items ------------------------------------------------------------------------------------ */

static void resource_done(struct ddf_resource *r)
{
	free(r->name);
	free(r->units);
	*r = (struct ddf_resource){0};
}

static void begin_item(struct parse *p, const char **attributes)
{
	const char *id = NULL;

	for (; *attributes; attributes += 2)
		if (strcmp(attributes[0], "ID") == 0)
			id = attributes[1];
	resource_done(&p->item);
	p->has_type = false;
	p->range[0] = '\0';
	if (!id)
		refuse(p, "an Item has no ID");
	else
		take_id(p, span_of_text(id), &p->item.id);
}

static bool is_executable(const struct ddf_resource *r)
{
	return r->ops & DDF_E;
}

/* Keeps them by ascending id; they are written in that order nearly always. */
static void insert_item(struct parse *p)
{
	struct ddf_object *o = p->object;
	size_t at = o->n_resources;
	struct ddf_resource *more;

	while (at > 0 && o->resource[at - 1].id > p->item.id)
		at--;
	if (at > 0 && o->resource[at - 1].id == p->item.id) {
		refuse(p, "Item %u is there twice", p->item.id);
		return;
	}
	if (o->n_resources == DDF_RESOURCES_MAX) {
		refuse(p, "more than %d items", DDF_RESOURCES_MAX);
		return;
	}
	more = reallocarray(o->resource, o->n_resources + 1, sizeof *more);
	if (!more) {
		run_out(p);
		return;
	}
	o->resource = more;
	memmove(&more[at + 1], &more[at], (o->n_resources - at) * sizeof *more);
	more[at] = p->item;
	o->n_resources++;
	p->item = (struct ddf_resource){0};
}

static void end_item(struct parse *p)
{
	if (!p->item.units)
		p->item.units = strdup("");
	if (!p->item.units) {
		run_out(p);
		return;
	}
	if (!p->item.name)
		refuse(p, "Item %u has no Name", p->item.id);
	else if (!p->has_type || is_executable(&p->item) != (p->item.type == VALUE_NONE))
		refuse(p, "Item %u: Type and Operations do not fit", p->item.id);
	if (p->err < 0)
		return;
	set_range(p);
	insert_item(p);
}

static void end_object(struct parse *p)
{
	if (!p->has_id)
		refuse(p, "there is no ObjectID");
	else if (!p->object->name)
		refuse(p, "there is no Name");
}

/* --- what expat tells ------------------------------------------------------------------------- */

static enum element parent_of(const struct parse *p)
{
	return p->depth == 0 ? EL_OTHER : p->stack[p->depth - 1];
}

static void on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct parse *p = data;
	enum element parent = parent_of(p), element = EL_OTHER;

	for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
		if (elements[i].parent == parent && strcmp(elements[i].name, name) == 0 &&
			(parent != EL_OTHER || p->depth == 0))
			element = elements[i].element;
	if (p->depth == DDF_DEPTH_MAX) {
		refuse(p, "elements are nested deeper than %d", DDF_DEPTH_MAX);
		return;
	}
	if (p->depth == 0 && element != EL_ROOT) {
		refuse(p, "this is no object definition: it begins with \"%.20s\"", name);
		return;
	}
	if (element == EL_OBJECT && p->has_object) {
		refuse(p, "there is a second Object");
		return;
	}
	p->stack[p->depth++] = element;
	p->len = 0;
	p->has_object = p->has_object || element == EL_OBJECT;
	if (element == EL_ITEM)
		begin_item(p, attributes);
}

static void on_text(void *data, const XML_Char *text, int len)
{
	struct parse *p = data;
	size_t room = TEXT_ROOM - 1 - p->len;
	size_t n = (size_t)len < room ? (size_t)len : room;

	memcpy(p->text + p->len, text, n);
	p->len += n;
}

static void take_of_object(struct parse *p, enum element element)
{
	struct ddf_object *o = p->object;

	if (element == EL_ID) {
		take_id(p, trimmed(p), &o->id);
		o->line = line_of(p->xml);
		p->has_id = true;
	} else if (element == EL_NAME) {
		take_text(p, &o->name);
	} else if (element == EL_VERSION) {
		take_version(p);
	} else if (element == EL_MULTIPLE) {
		take_word(p, "MultipleInstances", "Single", "Multiple", &o->is_multiple);
	} else if (element == EL_MANDATORY) {
		take_word(p, "Mandatory", "Optional", "Mandatory", &o->is_mandatory);
	}
}

static void take_of_item(struct parse *p, enum element element)
{
	struct ddf_resource *r = &p->item;
	struct span text = trimmed(p);

	if (element == EL_NAME) {
		take_text(p, &r->name);
	} else if (element == EL_UNITS) {
		take_text(p, &r->units);
	} else if (element == EL_MULTIPLE) {
		take_word(p, "MultipleInstances", "Single", "Multiple", &r->is_multiple);
	} else if (element == EL_MANDATORY) {
		take_word(p, "Mandatory", "Optional", "Mandatory", &r->is_mandatory);
	} else if (element == EL_OPERATIONS) {
		take_operations(p);
	} else if (element == EL_TYPE) {
		take_type(p);
	} else if (element == EL_RANGE) {
		memcpy(p->range, text.data, text.len);
		p->range[text.len] = '\0';
	}
}

static void on_end(void *data, const XML_Char *name)
{
	struct parse *p = data;

	(void)name;
	/* expat still tells the end of the element that was refused */
	if (p->err < 0)
		return;

	enum element element = p->stack[--p->depth];
	enum element parent = parent_of(p);

	if (element == EL_ITEM)
		end_item(p);
	else if (element == EL_OBJECT)
		end_object(p);
	else if (parent == EL_OBJECT)
		take_of_object(p, element);
	else if (parent == EL_ITEM)
		take_of_item(p, element);
	p->len = 0;
}

/* No DTD: what it could declare (entities that grow, files to fetch) is never needed here. */
static void on_doctype(void *data, const XML_Char *name, const XML_Char *system_id,
	const XML_Char *public_id, int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	refuse(data, "a document type declaration is not accepted");
}

/* --- life ------------------------------------------------------------------------------------- */

static int run(struct parse *p, struct span xml)
{
	XML_SetUserData(p->xml, p);
	XML_SetElementHandler(p->xml, on_start, on_end);
	XML_SetCharacterDataHandler(p->xml, on_text);
	XML_SetStartDoctypeDeclHandler(p->xml, on_doctype);

	/* expat takes no NULL, and an int */
	enum XML_Status status =
		XML_Parse(p->xml, xml.len ? (const char *)xml.data : "", (int)xml.len, 1);

	if (p->err == 0 && status != XML_STATUS_OK) {
		enum XML_Error why = XML_GetErrorCode(p->xml);

		if (why == XML_ERROR_NO_MEMORY)
			return -ENOMEM;
		refuse(p, "%s", XML_ErrorString(why));
	}
	if (p->err == 0 && !p->has_object)
		refuse(p, "there is no Object");
	return p->err;
}

int ddf_parse(struct span xml, struct ddf_object **ret, struct ddf_error *error)
{
	_cleanup_(ddf_free_p) struct ddf_object *o = NULL;

	*error = (struct ddf_error){0};
	if (xml.len > DDF_MAX) {
		snprintf(error->message, sizeof error->message, "longer than %d octets", DDF_MAX);
		return -EBADMSG;
	}
	o = calloc(1, sizeof *o);

	struct parse *p = calloc(1, sizeof *p);

	if (p)
		p->xml = XML_ParserCreate(NULL);
	if (!o || !p || !p->xml) {
		if (p && p->xml)
			XML_ParserFree(p->xml);
		free(p);
		return -ENOMEM;
	}
	o->major = 1;
	p->object = o;
	p->error = error;

	int r = run(p, xml);

	XML_ParserFree(p->xml);
	resource_done(&p->item);
	free(p);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(o);
	return 0;
}

struct ddf_object *ddf_free(struct ddf_object *o)
{
	if (!o)
		return NULL;
	for (size_t i = 0; i < o->n_resources; i++)
		resource_done(&o->resource[i]);
	free(o->resource);
	free(o->name);
	free(o);
	return NULL;
}

void ddf_free_p(struct ddf_object **o)
{
	*o = ddf_free(*o);
}

const struct ddf_resource *ddf_find(const struct ddf_object *o, uint16_t rid)
{
	size_t low = 0, high = o->n_resources;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->resource[middle].id < rid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < o->n_resources && o->resource[low].id == rid ? &o->resource[low] : NULL;
}
