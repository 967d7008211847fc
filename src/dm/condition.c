/*
 * When a change is worth a notification (TS core 5.1.2). Values are compared with those that were
 * reported last. gt fires when a value rises above it, lt when one falls below it, each in its
 * one direction, as the examples of TS transport 6.4.4 have it.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "dm/collect.h"
#include "dm/reporting.h"

static struct track track_of(struct path p, const struct value *v)
{
	struct track t = {.path = p, .is_boolean = v->type == VALUE_BOOLEAN, .hash = v->type};
	struct span bytes = value_has_bytes(v->type) ? v->bytes : span_of(NULL, 0);
	uint64_t fixed = 0;

	switch (v->type) {
	case VALUE_INTEGER:
	case VALUE_TIME:
		t.is_number = true;
		t.number = (double)v->i;
		fixed = (uint64_t)v->i;
		break;
	case VALUE_UNSIGNED:
		t.is_number = true;
		t.number = (double)v->u;
		fixed = v->u;
		break;
	case VALUE_FLOAT:
		t.is_number = true;
		t.number = v->f;
		memcpy(&fixed, &v->f, sizeof fixed);
		break;
	case VALUE_BOOLEAN:
		fixed = v->b;
		t.number = v->b;
		break;
	case VALUE_OBJLNK:
		fixed = (uint64_t)v->link.object << 16 | v->link.instance;
		break;
	case VALUE_NONE:
	case VALUE_STRING:
	case VALUE_OPAQUE:
	case VALUE_CORELNK:
		break;
	}
	t.hash = (t.hash ^ fixed) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < bytes.len; i++)
		t.hash = (t.hash ^ bytes.data[i]) * UINT64_C(0x100000001b3);
	return t;
}

/* A number that is none (NaN) is neither above nor below anything. */
static bool number_fires(const struct attrs *a, double last, double now)
{
	if ((a->set & ATTR_BIT(ATTR_GT)) && last <= a->gt && now > a->gt)
		return true;
	if ((a->set & ATTR_BIT(ATTR_LT)) && last >= a->lt && now < a->lt)
		return true;
	return (a->set & ATTR_BIT(ATTR_ST)) && fabs(now - last) >= a->st;
}

static bool fires(const struct attrs *a, const struct track *last, const struct track *now)
{
	if (last->hash == now->hash)
		return false;
	if (now->is_number && (a->set & ATTR_THRESHOLDS))
		return number_fires(a, last->number, now->number);
	if (now->is_boolean && (a->set & ATTR_BIT(ATTR_EDGE)))
		return now->number == (double)a->edge;
	return true;
}

/* Only what is attached to a resource or below can be a condition: no defaults are needed. */
static struct attrs conditions_at(
	const struct observe *o, const struct observation *ob, struct path p)
{
	if (ob->own)
		return *ob->own;
	return attributes_inherited(o->attributes, ob->short_server_id, p);
}

static bool has_member_below(const struct observation *ob, struct path resource)
{
	for (size_t i = 0; i < ob->n_members; i++)
		if (ob->member[i].path.depth > 3 && path_contains(resource, ob->member[i].path))
			return true;
	return false;
}

/* Whether changes of the resource say something only if they are compared with the last value. */
static bool is_tracked(const struct observe *o, const struct observation *ob, struct path resource)
{
	if (ob->own ? (ob->own->set & ATTR_CONDITIONS) != 0
		    : attributes_concern(
			      o->attributes, ob->short_server_id, resource, ATTR_CONDITIONS))
		return true;
	return (ob->is_composite || ob->member[0].path.depth > 3) && has_member_below(ob, resource);
}

static const struct track *track_find(const struct observation *ob, struct path p)
{
	for (size_t i = 0; ob->tracks && i < ob->tracks->n; i++)
		if (path_is_equal(ob->tracks->track[i].path, p))
			return &ob->tracks->track[i];
	return NULL;
}

static bool is_observed(const struct observation *ob, struct path p)
{
	for (size_t i = 0; i < ob->n_members; i++)
		if (path_contains(ob->member[i].path, p))
			return true;
	return false;
}

/* A value that was not there when the last notification was sent. */
static bool has_new_value(const struct observe *o, const struct observation *ob, struct path p)
{
	const struct model *m = o->env.model;
	const struct resource_def *def = model_resource(m, p);
	uint32_t cursor = 0;
	uint16_t riid;

	if (!def || !def->is_multiple)
		return model_exists(m, p) && is_observed(ob, p) && !track_find(ob, p);
	while (model_next_resource_instance(m, p, &cursor, &riid)) {
		struct path one = path_child(p, riid);

		if (is_observed(ob, one) && !track_find(ob, one))
			return true;
	}
	return false;
}

void condition_note(struct observe *o, struct observation *ob, struct path resource)
{
	if (!is_tracked(o, ob, resource) || has_new_value(o, ob, resource))
		ob->is_changed = true;
	else
		ob->is_change_tracked = true;
}

bool condition_is_met(const struct observe *o, const struct observation *ob)
{
	for (size_t i = 0; ob->tracks && i < ob->tracks->n; i++) {
		const struct track *last = &ob->tracks->track[i];
		struct value v;

		if (model_get(o->env.model, last->path, &v) < 0)
			return true;

		struct track now = track_of(last->path, &v);
		struct attrs a = conditions_at(o, ob, last->path);

		if (fires(&a, last, &now))
			return true;
	}
	return false;
}

/* Most observations have none: that is seen at once. */
static bool has_tracks(const struct observe *o, const struct observation *ob)
{
	if (ob->own && (ob->own->set & ATTR_CONDITIONS))
		return true;
	return ob->is_composite || ob->member[0].path.depth > 3 ||
	       (!ob->own && attributes_count(o->attributes) > 0);
}

int condition_track(
	struct observe *o, struct observation *ob, const struct record *records, size_t n_records)
{
	struct tracks *tracks;
	size_t n = 0;

	if (!has_tracks(o, ob)) {
		free(ob->tracks);
		ob->tracks = NULL;
		return 0;
	}
	tracks = malloc(sizeof *tracks + n_records * sizeof *tracks->track);
	if (!tracks)
		return -ENOMEM;
	for (size_t i = 0; i < n_records; i++)
		if (records[i].path.depth >= 3 && records[i].value.type != VALUE_NONE &&
			is_tracked(o, ob, path_parent(records[i].path, 3)))
			tracks->track[n++] = track_of(records[i].path, &records[i].value);

	struct tracks *fit =
		n > 0 ? realloc(tracks, sizeof *tracks + n * sizeof *tracks->track) : NULL;

	if (n == 0)
		free(tracks);
	else if (!fit)
		fit = tracks;
	if (fit)
		fit->n = n;
	free(ob->tracks);
	ob->tracks = fit;
	return 0;
}

/* What the server may read of it now; nothing of it is an empty collection. */
static int collect_now(const struct observe *o, const struct observation *ob, struct collection *c)
{
	struct dm_peer peer = {.short_server_id = ob->short_server_id, .version = LWM2M_1_2};
	struct path paths[COLLECT_PATHS_MAX];
	int r;

	for (size_t i = 0; i < ob->n_members; i++)
		paths[i] = ob->member[i].path;
	r = collect_paths(o->env.model, &peer, paths, ob->n_members, c);
	return r == -EACCES ? 0 : r;
}

int condition_track_now(struct observe *o, struct observation *ob)
{
	struct collection c;
	int r;

	if (!has_tracks(o, ob))
		return condition_track(o, ob, NULL, 0);
	collection_init(&c);
	r = collect_now(o, ob, &c);
	if (r == 0)
		r = condition_track(o, ob, collection_records(&c), c.n);
	collection_done(&c);
	return r;
}

uint64_t condition_digest(const struct observe *o, const struct observation *ob)
{
	struct collection c;
	uint64_t digest = 0;

	collection_init(&c);
	if (collect_now(o, ob, &c) == 0)
		for (size_t i = 0; i < c.n; i++) {
			const struct record *record = &collection_records(&c)[i];

			digest = (digest ^ track_of(record->path, &record->value).hash) *
				 UINT64_C(0x100000001b3);
			for (uint8_t k = 0; k < record->path.depth; k++)
				digest = (digest ^ record->path.id[k]) * UINT64_C(0x100000001b3);
		}
	collection_done(&c);
	return digest;
}

/* --- the observation as a whole --------------------------------------------------------------- */

static void largest(
	struct attrs *a, const struct attrs *of, enum attr which, uint32_t *to, uint32_t from)
{
	if (!(of->set & ATTR_BIT(which)))
		return;
	if (!(a->set & ATTR_BIT(which)) || from > *to)
		*to = from;
	a->set |= ATTR_BIT(which);
}

/* 0 stands for none */
static void smallest(
	struct attrs *a, const struct attrs *of, enum attr which, uint32_t *to, uint32_t from)
{
	if (!(of->set & ATTR_BIT(which)) || from == 0)
		return;
	if (!(a->set & ATTR_BIT(which)) || from < *to)
		*to = from;
	a->set |= ATTR_BIT(which);
}

/*
 * The standard leaves it to the server that the periods of the members of a composite fit
 * together: the longest pmin and the shortest pmax of all count.
 */
static struct attrs combined(const struct observe *o, const struct observation *ob)
{
	struct attrs all = {0};

	for (size_t i = 0; i < ob->n_members; i++) {
		struct attrs a = attributes_inherited(
			o->attributes, ob->short_server_id, ob->member[i].path);

		largest(&all, &a, ATTR_PMIN, &all.pmin, a.pmin);
		smallest(&all, &a, ATTR_PMAX, &all.pmax, a.pmax);
		largest(&all, &a, ATTR_EPMIN, &all.epmin, a.epmin);
		smallest(&all, &a, ATTR_EPMAX, &all.epmax, a.epmax);
		largest(&all, &a, ATTR_HQMAX, &all.hqmax, a.hqmax);
		if (a.set & ATTR_BIT(ATTR_CON)) {
			all.con |= a.con;
			all.set |= ATTR_BIT(ATTR_CON);
		}
	}
	return all;
}

struct attrs condition_attrs(const struct observe *o, const struct observation *ob)
{
	struct attrs a = {0};

	if (ob->own)
		a = *ob->own;
	else if (ob->is_composite)
		a = combined(o, ob);
	else
		a = attributes_inherited(o->attributes, ob->short_server_id, ob->member[0].path);
	attributes_default(&a, o->env.model, ob->short_server_id);

	/* a longest period that is shorter than the shortest does not count (TS core 5.1.2) */
	if ((a.set & ATTR_BIT(ATTR_PMAX)) &&
		(a.pmax == 0 || ((a.set & ATTR_BIT(ATTR_PMIN)) && a.pmax < a.pmin)))
		a.set &= (uint16_t)~ATTR_BIT(ATTR_PMAX);
	return a;
}
