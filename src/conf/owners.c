#include "conf/owners.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "codec/ids.h"
#include "codec/path.h"

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

static bool is_disabled(const struct conf *conf, uint16_t oid)
{
	struct path path;

	for (char **text = conf->objects_disabled; text && *text; text++)
		if (path_parse(span_of_text(*text), &path) == 0 && path.depth == 1 &&
			path.id[0] == oid)
			return true;
	return false;
}

/*
 * The objects that decide who may do what belong to the daemon alone; those that tell of the
 * gateway as well, unless they are disabled.
 */
static bool is_reserved(const struct conf *conf, struct path path)
{
	static const uint16_t always[] = {OBJECT_SECURITY, OBJECT_SERVER, OBJECT_ACCESS_CONTROL,
		OBJECT_DEVICE, OBJECT_OSCORE, OBJECT_COSE};
	static const uint16_t ours[] = {
		OBJECT_CONNECTIVITY_MONITORING, OBJECT_CONNECTIVITY_STATISTICS};

	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if (path.id[0] == always[i])
			return true;
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (path.id[0] == ours[i])
			return !is_disabled(conf, ours[i]);
	return false;
}

bool owners_take_path(struct check *c, const struct node *n, struct path *ret)
{
	if (!n || n->type != NODE_TEXT || path_parse(span_of_text(n->text), ret) < 0 ||
		ret->depth == 0)
		return false;
	if (!is_reserved(c->conf, *ret))
		return true;
	report_add(c->report, SEVERITY_ERROR, n->at, "reserved-object", NULL,
		"%s: object %u belongs to the daemon", n->text, ret->id[0]);
	return false;
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

		if (owners_take_path(c, claim.at, &claim.path))
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

int owners_check(struct check *c)
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
