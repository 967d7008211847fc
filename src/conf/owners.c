#include "conf/owners.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "base/parse.h"
#include "codec/ids.h"
#include "codec/path.h"
#include "conf/ddf.h"

/* One path that is claimed, and where. */
struct claim {
	struct path path;
	const struct node *owner; /* the app's group or the entry */
	const struct node *at;
};

struct claims {
	struct claim *claim;
	size_t n;
};

static int claims_add(struct claims *claims, struct claim claim)
{
	struct claim *more = reallocarray(claims->claim, claims->n + 1, sizeof *more);

	if (!more)
		return -ENOMEM;
	claims->claim = more;
	more[claims->n++] = claim;
	return 0;
}

static void claims_done(struct claims *claims)
{
	free(claims->claim);
}

/* The objects that decide who may do what belong to the daemon alone. */
static bool is_reserved(struct path path)
{
	static const uint16_t ids[] = {
		OBJECT_SECURITY, OBJECT_SERVER, OBJECT_ACCESS_CONTROL, OBJECT_OSCORE};

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (path.id[0] == ids[i])
			return true;
	return false;
}

/* false: no path (told already) or a reserved one (told here). */
static bool take_path(struct check *c, const struct node *n, struct path *ret)
{
	if (!n || n->type != NODE_TEXT || path_parse(span_of_text(n->text), ret) < 0 ||
		ret->depth == 0)
		return false;
	if (is_reserved(*ret))
		report_add(c->report, SEVERITY_ERROR, n->at, "reserved-object", NULL,
			"%s: objects 0, 1, 2 and 21 belong to the daemon", n->text);
	return !is_reserved(*ret);
}

static int take_app(struct check *c, const struct node *app, struct claims *claims)
{
	const struct node *paths = node_child(app, "paths");
	int r = setting_take_section(c, "objects.apps.NAME", app, c->conf);

	if (r == 0 && !node_child(app, "group") && !node_child(app, "user"))
		report_add(c->report, SEVERITY_ERROR, app->at, "missing-key", NULL,
			"objects.apps.%s: \"group\" or \"user\" is missing", app->name);
	for (size_t i = 0; r == 0 && paths && i < paths->n_children; i++) {
		struct claim claim = {.owner = app, .at = paths->child[i]};

		if (take_path(c, claim.at, &claim.path))
			r = claims_add(claims, claim);
	}
	return r;
}

static bool is_taken(const struct node *app)
{
	const struct node *enabled = node_child(app, "enabled");

	return app->type == NODE_GROUP && !option_is_foreign(app->name) &&
	       !(enabled && enabled->type == NODE_BOOL && !enabled->boolean);
}

static int check_apps(struct check *c)
{
	const struct node *apps = node_find(c->tree, "objects.apps");
	_cleanup_(claims_done) struct claims claims = {0};
	int r = setting_take_section(c, "objects", node_child(c->tree, "objects"), c->conf);

	for (size_t i = 0; r == 0 && apps && apps->type == NODE_GROUP && i < apps->n_children; i++)
		if (is_taken(apps->child[i]))
			r = take_app(c, apps->child[i], &claims);
	for (size_t i = 0; i < claims.n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct claim *a = &claims.claim[k], *b = &claims.claim[i];

			if (a->owner != b->owner && (path_contains(a->path, b->path) ||
							    path_contains(b->path, a->path)))
				report_add(c->report, SEVERITY_WARNING, b->at->at,
					"app-paths-overlap", NULL,
					"objects.apps.%s: %s is claimed by objects.apps.%s too",
					b->owner->name, b->at->text, a->owner->name);
		}
	return r;
}

static int read_definition(
	struct check *c, const char *dir, uint16_t object, struct conf_file **ret)
{
	_cleanup_(free_p) char *path = NULL;

	if (asprintf(&path, "%s%s/%u.xml", c->root, dir, object) < 0)
		return -ENOMEM;

	FILE *f = fopen(path, "re");

	if (!f)
		return 0;

	char *text = calloc(1, DDF_MAX + 1);
	size_t len = text ? fread(text, 1, DDF_MAX, f) : 0;
	int r = text ? file_set_add(&c->files, path, ret) : -ENOMEM;

	fclose(f);
	if (r < 0) {
		free(text);
		return r;
	}
	(*ret)->text = text;
	(*ret)->len = len;
	return 0;
}

/* The definition in the last directory that has one; *ret NULL: there is none. */
static int find_definition(struct check *c, uint16_t object, struct conf_file **ret)
{
	static const char *const defaults[] = {"/etc/lwm2md/objects", "/usr/share/lwm2md/objects"};
	const struct node *dirs = node_find(c->tree, "objects.definitions");
	int r = 0;

	*ret = NULL;
	if (!dirs || dirs->type != NODE_ARRAY) {
		for (size_t i = 0; r == 0 && !*ret && i < 2; i++)
			r = read_definition(c, defaults[i], object, ret);
		return r;
	}
	for (size_t i = dirs->n_children; r == 0 && !*ret && i > 0; i--)
		if (dirs->child[i - 1]->type == NODE_TEXT)
			r = read_definition(c, dirs->child[i - 1]->text, object, ret);
	return r;
}

static bool is_parsed(int r)
{
	return r == 0;
}

static bool fits_text(const char *text, enum ddf_type type)
{
	_cleanup_(buf_done) struct buf bytes = {0};
	struct span s = span_of_text(text);
	const char *colon = strchr(text, ':');
	uint16_t id;
	uint64_t u;
	int64_t i;
	double d;

	switch (type) {
	case TYPE_NONE:
		return false;
	case TYPE_STRING:
	case TYPE_CORELNK:
		return true;
	case TYPE_INTEGER:
	case TYPE_TIME:
		return is_parsed(parse_i64(s, &i));
	case TYPE_UNSIGNED:
		return is_parsed(parse_u64(s, &u));
	case TYPE_FLOAT:
		return is_parsed(parse_double(s, &d));
	case TYPE_BOOLEAN:
		return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
	case TYPE_OPAQUE:
		if (strncmp(text, "base64:", 7) == 0)
			return is_parsed(base64_decode(span_of_text(text + 7), &bytes));
		return strncmp(text, "hex:", 4) == 0 &&
		       is_parsed(hex_decode(span_of_text(text + 4), &bytes));
	case TYPE_OBJLNK:
		return colon && is_parsed(parse_u16(span_of(text, (size_t)(colon - text)), &id)) &&
		       is_parsed(parse_u16(span_of_text(colon + 1), &id));
	}
	return false;
}

static bool fits(const struct node *n, enum ddf_type type)
{
	bool is_integer = type == TYPE_INTEGER || type == TYPE_UNSIGNED || type == TYPE_TIME;

	switch (n->type) {
	case NODE_TEXT:
		return fits_text(n->text, type);
	case NODE_NUMBER:
		return (is_integer && (type != TYPE_UNSIGNED || n->number >= 0)) ||
		       type == TYPE_FLOAT;
	case NODE_REAL:
		return type == TYPE_FLOAT;
	case NODE_BOOL:
		return type == TYPE_BOOLEAN;
	case NODE_GROUP:
	case NODE_LIST:
	case NODE_ARRAY:
	case NODE_REFUSED:
		return true; /* told already */
	}
	return true;
}

static void check_values(
	struct check *c, const struct node *entry, const struct ddf_resource *resource)
{
	static const char *const values[] = {"value", "default"};
	const struct node *writable = node_child(entry, "writable");
	const struct node *on_write = node_child(entry, "on_write");

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const struct node *n = node_child(entry, values[i]);

		if (n && !fits(n, resource->type))
			report_add(c->report, SEVERITY_ERROR, n->at, "value-type", NULL,
				"%s: the resource holds %s, this is %s", values[i],
				ddf_type_name(resource->type), node_type_name(n->type));
	}
	if (writable && !(writable->type == NODE_BOOL && writable->boolean))
		writable = NULL;
	if ((writable || on_write) && !resource->is_writable)
		report_add(c->report, SEVERITY_ERROR, writable ? writable->at : on_write->at,
			"not-writable", NULL, "%s: servers may not write this resource",
			writable ? "writable" : "on_write");
}

static int check_definition(struct check *c, const struct node *entry, struct path path)
{
	const struct node *at = node_child(entry, "path");
	struct ddf_resource resource;
	struct conf_file *file;
	struct fault fault;
	unsigned line;
	int r = find_definition(c, path.id[0], &file);

	if (r < 0)
		return r;
	if (!file) {
		report_add(c->report, SEVERITY_ERROR, at->at, "unknown-object",
			"put its XML into /etc/lwm2md/objects", "%s: object %u has no definition",
			at->text, path.id[0]);
		return 0;
	}
	r = ddf_check(file->text, path.id[0], &line, &fault);
	if (r == 0)
		r = ddf_resource(file->text, path.id[2], &resource, &line, &fault);
	if (r == 0)
		check_values(c, entry, &resource);
	else if (r == -ENOENT)
		report_add(c->report, SEVERITY_ERROR, at->at, "unknown-object", NULL,
			"%s: object %u has no resource %u", at->text, path.id[0], path.id[2]);
	else
		report_add(c->report, SEVERITY_ERROR, (struct place){.file = file, .line = line},
			fault.code, NULL, "%s", fault.message);
	return 0;
}

static int take_entry(struct check *c, const struct node *entry, struct claims *claims)
{
	struct claim claim = {.owner = entry, .at = node_child(entry, "path")};
	int r = setting_take_section(c, "resources", entry, c->conf);

	if (r < 0)
		return r;
	if (!claim.at)
		report_add(c->report, SEVERITY_ERROR, entry->at, "missing-key", NULL,
			"resources: \"path\" is missing");
	if (!take_path(c, claim.at, &claim.path))
		return 0;
	if (claim.path.depth < 3) {
		report_add(c->report, SEVERITY_ERROR, claim.at->at, "bad-value",
			"such as /3303/0/5700", "path: %s is no resource", claim.at->text);
		return 0;
	}
	for (size_t i = 0; i < claims->n; i++)
		if (path_is_equal(claims->claim[i].path, claim.path))
			report_add(c->report, SEVERITY_ERROR, claim.at->at, "duplicate-path", NULL,
				"%s is bound at %s:%u already", claim.at->text,
				claims->claim[i].at->at.file->path, claims->claim[i].at->at.line);
	r = claims_add(claims, claim);
	return r < 0 ? r : check_definition(c, entry, claim.path);
}

int owners_check(struct check *c)
{
	const struct node *entries = node_child(c->tree, "resources");
	_cleanup_(claims_done) struct claims claims = {0};
	int r = check_apps(c);

	for (size_t i = 0;
		r == 0 && entries && entries->type == NODE_LIST && i < entries->n_children; i++)
		if (entries->child[i]->type == NODE_GROUP)
			r = take_entry(c, entries->child[i], &claims);
	return r;
}
