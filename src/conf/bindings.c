#include "conf/bindings.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "conf/definitions.h"
#include "conf/literal.h"
#include "conf/owners.h"

static void texts_free(char **texts)
{
	for (char **text = texts; text && *text; text++)
		free(*text);
	free(texts);
}

void binding_done(struct conf_resource *r)
{
	buf_done(&r->room);
	free(r->file);
	free(r->match);
	texts_free(r->command);
	texts_free(r->on_write);
	texts_free(r->on_execute);
	*r = (struct conf_resource){0};
}

/* One entry on its way. */
struct entry {
	struct check *check;
	const struct node *node;
	const struct node *at; /* its path */
	const struct ddf_resource *definition;
	struct conf_resource *to;
};

/* The resources with the entries they come from, until they are sorted. */
struct bindings {
	struct conf_resource *resource;
	const struct node **at;
	size_t n, allocated;
	struct definitions definitions;
};

static void bindings_done(struct bindings *b)
{
	for (size_t i = 0; i < b->n; i++)
		binding_done(&b->resource[i]);
	free(b->resource);
	free(b->at);
	definitions_done(&b->definitions);
}

static bool is_true(const struct node *n)
{
	return n && n->type == NODE_BOOL && n->boolean;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool is_number(enum value_type type)
{
	return type == VALUE_INTEGER || type == VALUE_UNSIGNED || type == VALUE_TIME ||
	       type == VALUE_FLOAT;
}

static int take_number(const struct node *n, enum value_type type, struct value *ret)
{
	struct value v = {.type = type};

	if (type == VALUE_FLOAT)
		v.f = (double)n->number;
	else if (type == VALUE_UNSIGNED && n->number >= 0)
		v.u = (uint64_t)n->number;
	else if (type == VALUE_INTEGER || type == VALUE_TIME)
		v.i = n->number;
	else
		return -EINVAL;
	*ret = v;
	return 0;
}

/* The bytes of texts are copied: nodes end with the reading of the configuration. */
static int take_text(const struct entry *e, const char *text)
{
	struct conf_resource *to = e->to;
	struct span look = span_of_text(text);
	int r = literal_parse(look, e->definition->type, &to->room, &to->value);

	if (r < 0 || !value_has_bytes(to->value.type))
		return r;
	if (to->value.type != VALUE_OPAQUE)
		r = buf_set(&to->room, look);
	to->value.bytes = buf_span(&to->room);
	return r;
}

static int take_literal(const struct entry *e, const struct node *n)
{
	enum value_type type = e->definition->type;
	struct value *to = &e->to->value;

	switch (n->type) {
	case NODE_TEXT:
		return take_text(e, n->text);
	case NODE_NUMBER:
		return take_number(n, type, to);
	case NODE_REAL:
		*to = (struct value){.type = type, .f = n->real};
		return type == VALUE_FLOAT ? 0 : -EINVAL;
	case NODE_BOOL:
		*to = (struct value){.type = type, .b = n->boolean};
		return type == VALUE_BOOLEAN ? 0 : -EINVAL;
	case NODE_GROUP:
	case NODE_LIST:
	case NODE_ARRAY:
	case NODE_REFUSED:
		break;
	}
	return 0; /* told already */
}

static bool is_in_range(const struct ddf_resource *d, const struct value *v)
{
	if (!d->has_range)
		return true;
	if (value_has_bytes(v->type))
		return v->bytes.len >= (size_t)d->min && v->bytes.len <= (size_t)d->max;
	if (v->type == VALUE_UNSIGNED)
		return v->u <= INT64_MAX && (int64_t)v->u >= d->min && (int64_t)v->u <= d->max;
	return v->i >= d->min && v->i <= d->max;
}

static int take_value(const struct entry *e, const char *name)
{
	const struct node *n = node_child(e->node, name);
	int r = n ? take_literal(e, n) : 0;

	if (!n)
		return 0;
	if (r == -EINVAL)
		report_add(e->check->report, SEVERITY_ERROR, n->at, "value-type", NULL,
			"%s: the resource holds %s, this is %s", name,
			value_type_name(e->definition->type), node_type_name(n->type));
	else if (r == 0 && !is_in_range(e->definition, &e->to->value))
		report_add(e->check->report, SEVERITY_ERROR, n->at, "number-range", NULL,
			"%s: the definition allows %lld to %lld", name,
			(long long)e->definition->min, (long long)e->definition->max);
	e->to->has_value = r == 0;
	return r == -EINVAL ? 0 : r;
}

/* --- sources ---------------------------------------------------------------------------------- */

static void check_sources(const struct entry *e)
{
	static const struct {
		const char *name;
		enum conf_source source;
	} sources[] = {
		{"value", SOURCE_VALUE},
		{"file", SOURCE_FILE},
		{"command", SOURCE_COMMAND},
		{"set", SOURCE_SET},
	};
	const char *first = NULL;

	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		const struct node *n = node_child(e->node, sources[i].name);

		if (!n || (sources[i].source == SOURCE_SET && !is_true(n)))
			continue;
		if (first)
			report_add(e->check->report, SEVERITY_ERROR, n->at, "two-sources", NULL,
				"%s: the value comes from \"%s\" already", sources[i].name, first);
		first = sources[i].name;
		e->to->source = sources[i].source;
	}
	if (!first && !e->to->is_writable && !e->to->on_write && !e->to->on_execute)
		report_add(e->check->report, SEVERITY_ERROR, e->at->at, "missing-key",
			"one of value, file, command, set, writable, on_write, on_execute",
			"%s: nothing says where the value comes from", e->at->text);
}

/* What fits only some resources, as the definition says. */
static void check_use(const struct entry *e)
{
	static const char *const needs_number[] = {"scale", "offset"};
	static const char *const needs_write[] = {"writable", "on_write"};
	static const char *const needs_value[] = {"file", "command", "set"};
	struct conf_report *report = e->check->report;
	const struct node *n;

	for (size_t i = 0; i < sizeof needs_number / sizeof *needs_number; i++)
		if ((n = node_child(e->node, needs_number[i])) && !is_number(e->definition->type))
			report_add(report, SEVERITY_ERROR, n->at, "value-type", NULL,
				"%s: the resource holds %s, no number", needs_number[i],
				value_type_name(e->definition->type));
	for (size_t i = 0; i < sizeof needs_write / sizeof *needs_write; i++)
		if ((n = node_child(e->node, needs_write[i])) &&
			(n->type != NODE_BOOL || n->boolean) && !(e->definition->ops & DDF_W))
			report_add(report, SEVERITY_ERROR, n->at, "not-writable", NULL,
				"%s: servers may not write this resource", needs_write[i]);
	for (size_t i = 0; i < sizeof needs_value / sizeof *needs_value; i++)
		if ((n = node_child(e->node, needs_value[i])) && (e->definition->ops & DDF_E))
			report_add(report, SEVERITY_ERROR, n->at, "value-type", NULL,
				"%s: the resource is executed, it holds no value", needs_value[i]);
	if ((n = node_child(e->node, "on_execute")) && !(e->definition->ops & DDF_E))
		report_add(report, SEVERITY_ERROR, n->at, "not-executable", NULL,
			"on_execute: servers may not execute this resource");
}

static void check_match(const struct entry *e)
{
	const struct node *n = node_child(e->node, "match");
	regex_t expression;
	char why[128];

	if (!n || n->type != NODE_TEXT)
		return;

	int r = regcomp(&expression, n->text, REG_EXTENDED);

	if (r == 0) {
		if (expression.re_nsub == 0)
			report_add(e->check->report, SEVERITY_ERROR, n->at, "bad-value",
				"such as \"level=([0-9]+)\"", "match: the expression has no group");
		regfree(&expression);
		return;
	}
	regerror(r, &expression, why, sizeof why);
	report_add(e->check->report, SEVERITY_ERROR, n->at, "bad-value", NULL, "match: %s", why);
}

/* --- entries ---------------------------------------------------------------------------------- */

/* 1: *ret is the definition; 0: there is none, told. */
static int find_definition(
	struct entry *e, struct definitions *definitions, const struct ddf_resource **ret)
{
	const struct definition *d;
	int r = definitions_find(definitions, e->check, e->to->path.id[0], &d);

	if (r < 0 || d->is_broken)
		return r;
	if (!d->object) {
		report_add(e->check->report, SEVERITY_ERROR, e->at->at, "unknown-object",
			"put its XML into /etc/lwm2md/objects", "%s: object %u has no definition",
			e->at->text, d->id);
		return 0;
	}
	*ret = ddf_find(d->object, e->to->path.id[2]);
	if (!*ret) {
		report_add(e->check->report, SEVERITY_ERROR, e->at->at, "unknown-object", NULL,
			"%s: object %u has no resource %u", e->at->text, d->id, e->to->path.id[2]);
		return 0;
	}
	if (!d->object->is_multiple && e->to->path.id[1] != 0) {
		report_add(e->check->report, SEVERITY_ERROR, e->at->at, "bad-value", NULL,
			"path: object %u has the instance 0 only", d->id);
		return 0;
	}
	if ((*ret)->is_multiple != (e->to->path.depth == 4) && !((*ret)->ops & DDF_E)) {
		report_add(e->check->report, SEVERITY_ERROR, e->at->at, "bad-value", NULL,
			(*ret)->is_multiple
				? "path: resource %u has instances, such as %s/0"
				: "path: resource %u has no instances, write it without the last "
				  "number of %s",
			e->to->path.id[2], e->at->text);
		return 0;
	}
	return 1;
}

/* false: no path (told already) or one that nothing can be bound to (told here). */
static bool take_path(struct entry *e)
{
	struct check *c = e->check;

	if (!e->at) {
		report_add(c->report, SEVERITY_ERROR, e->node->at, "missing-key", NULL,
			"resources: \"path\" is missing");
		return false;
	}
	if (!owners_take_path(c, e->at, &e->to->path))
		return false;
	if (e->to->path.depth >= 3)
		return true;
	report_add(c->report, SEVERITY_ERROR, e->at->at, "bad-value", "such as /3303/0/5700",
		"path: %s is no resource", e->at->text);
	return false;
}

/* 1: the resource is bound (perhaps with mistakes that were told). */
static int take_entry(struct entry *e, struct definitions *definitions)
{
	int r = setting_take_section(e->check, "resources", e->node, e->to);

	if (r < 0 || !take_path(e))
		return r;
	r = find_definition(e, definitions, &e->definition);
	if (r <= 0)
		return r;
	e->to->type = e->definition->type;
	r = take_value(e, e->to->is_set ? "default" : "value");
	if (r < 0)
		return r;
	check_sources(e);
	check_use(e);
	check_match(e);
	return 1;
}

static int reserve(struct bindings *b)
{
	size_t n = b->allocated ? 2 * b->allocated : 16;

	if (b->n < b->allocated)
		return 0;

	struct conf_resource *resource = reallocarray(b->resource, n, sizeof *resource);

	if (!resource)
		return -ENOMEM;
	b->resource = resource;

	const struct node **at = reallocarray(b->at, n, sizeof *at);

	if (!at)
		return -ENOMEM;
	b->at = at;
	b->allocated = n;
	return 0;
}

static int take_entries(struct check *c, struct bindings *b)
{
	const struct node *entries = node_child(c->tree, "resources");

	for (size_t i = 0; entries && entries->type == NODE_LIST && i < entries->n_children; i++) {
		struct conf_resource resource = {0};
		struct entry e = {.check = c,
			.node = entries->child[i],
			.at = node_child(entries->child[i], "path"),
			.to = &resource};

		if (e.node->type != NODE_GROUP)
			continue;

		int r = reserve(b);

		if (r == 0)
			r = take_entry(&e, &b->definitions);
		if (r <= 0) {
			binding_done(&resource);
			if (r < 0)
				return r;
			continue;
		}
		b->resource[b->n] = resource;
		b->at[b->n++] = e.at;
	}
	return 0;
}

/* --- all of them ------------------------------------------------------------------------------ */

struct order {
	const struct bindings *b;
	size_t i;
};

static int compare(const void *left, const void *right)
{
	const struct order *a = left, *b = right;
	int r = path_compare(a->b->resource[a->i].path, b->b->resource[b->i].path);

	return r ? r : (a->i > b->i) - (a->i < b->i);
}

static void check_twice(struct check *c, const struct bindings *b, const struct order *first,
	const struct order *again)
{
	const struct node *one = b->at[first->i], *other = b->at[again->i];

	if (path_is_equal(b->resource[first->i].path, b->resource[again->i].path))
		report_add(c->report, SEVERITY_ERROR, other->at, "duplicate-path", NULL,
			"%s is bound at %s:%u already", other->text, one->at.file->path,
			one->at.line);
}

/* Hands them to the configuration in the order of their paths. */
static int give(struct check *c, struct bindings *b)
{
	if (b->n == 0)
		return 0;

	_cleanup_(free_p) struct order *order = calloc(b->n, sizeof *order);

	c->conf->resources = calloc(b->n, sizeof *c->conf->resources);
	if (!order || !c->conf->resources)
		return -ENOMEM;
	for (size_t i = 0; i < b->n; i++)
		order[i] = (struct order){b, i};
	qsort(order, b->n, sizeof *order, compare);
	for (size_t i = 1; i < b->n; i++)
		check_twice(c, b, &order[i - 1], &order[i]);
	for (size_t i = 0; i < b->n; i++)
		c->conf->resources[i] = b->resource[order[i].i];
	c->conf->n_resources = b->n;
	b->n = 0;
	return 0;
}

/* objects.create: the definitions must be there, of objects that can have several instances. */
static int take_created(struct check *c, struct definitions *definitions)
{
	const struct node *n = node_find(c->tree, "objects.create");

	for (size_t i = 0; n && n->type == NODE_ARRAY && i < n->n_children; i++) {
		const struct node *at = n->child[i];
		const struct definition *d;
		struct path path;

		if (!owners_take_path(c, at, &path))
			continue;
		if (path.depth != 1) {
			report_add(c->report, SEVERITY_ERROR, at->at, "bad-value", "such as /3303",
				"create: %s is no object", at->text);
			continue;
		}

		int r = definitions_find(definitions, c, path.id[0], &d);

		if (r < 0)
			return r;
		if (!d->object && !d->is_broken)
			report_add(c->report, SEVERITY_ERROR, at->at, "unknown-object",
				"put its XML into /etc/lwm2md/objects",
				"create: object %u has no definition", d->id);
		else if (d->object && !d->object->is_multiple)
			report_add(c->report, SEVERITY_ERROR, at->at, "bad-value", NULL,
				"create: object %u has one instance only", d->id);
	}
	return 0;
}

/* What a client must have cannot be left out (TS core E.1 to E.4). */
static void check_disabled(struct check *c)
{
	const struct node *n = node_find(c->tree, "objects.disable");
	struct path path;

	for (size_t i = 0; n && n->type == NODE_ARRAY && i < n->n_children; i++) {
		const struct node *at = n->child[i];

		if (at->type != NODE_TEXT || path_parse(span_of_text(at->text), &path) < 0)
			continue;
		if (path.depth != 1)
			report_add(c->report, SEVERITY_ERROR, at->at, "bad-value", "such as /7",
				"disable: %s is no object", at->text);
		else if (path.id[0] <= OBJECT_DEVICE)
			report_add(c->report, SEVERITY_ERROR, at->at, "reserved-object", NULL,
				"disable: objects 0 to 3 are always there");
	}
}

int bindings_take(struct check *c)
{
	_cleanup_(bindings_done) struct bindings b = {0};
	int r = take_created(c, &b.definitions);

	check_disabled(c);
	if (r == 0)
		r = take_entries(c, &b);
	if (r == 0)
		r = give(c, &b);
	return r < 0 ? r : definitions_give(&b.definitions, c->conf);
}
