#include "conf/definitions.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"

static const char *const defaults[] = {"/usr/share/lwm2md/objects", "/etc/lwm2md/objects"};

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

static int parse(struct check *c, const char *path, FILE *f, struct definition *d)
{
	_cleanup_(free_p) char *text = malloc(DDF_MAX + 1);
	struct conf_file *file;
	struct ddf_error error;

	if (!text)
		return -ENOMEM;

	size_t len = fread(text, 1, DDF_MAX + 1, f);
	int r = ddf_parse(span_of(text, len), &d->object, &error);

	if (r == 0 && d->object->id != d->id) {
		snprintf(error.message, sizeof error.message, "this defines object %u, not %u",
			d->object->id, d->id);
		error.line = d->object->line;
		d->object = ddf_free(d->object);
		r = -EBADMSG;
	}
	if (r != -EBADMSG)
		return r;
	d->is_broken = true;
	r = file_set_add(&c->files, path, &file);
	if (r < 0)
		return r;
	report_add(c->report, SEVERITY_ERROR, (struct place){.file = file, .line = error.line},
		"definition-invalid", NULL, "%s", error.message);
	return 0;
}

/* 1: there is a file, whatever is in it. */
static int try_directory(struct check *c, const char *dir, struct definition *d)
{
	_cleanup_(close_file) FILE *f = NULL;
	_cleanup_(free_p) char *path = NULL;

	if (asprintf(&path, "%s%s/%u.xml", c->root, dir, d->id) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	f = fopen(path, "re");
	if (!f)
		return 0;

	int r = parse(c, path, f, d);

	return r < 0 ? r : 1;
}

static int look_for(struct check *c, struct definition *d)
{
	char *const *dirs = c->conf->definitions;
	size_t n = sizeof defaults / sizeof *defaults;
	int r = 0;

	for (n = dirs ? 0 : n; dirs && dirs[n]; n++)
		;
	for (size_t i = n; r == 0 && i > 0; i--)
		r = try_directory(c, dirs ? dirs[i - 1] : defaults[i - 1], d);
	return r < 0 ? r : 0;
}

int definitions_find(
	struct definitions *d, struct check *c, uint16_t oid, const struct definition **ret)
{
	struct definition fresh = {.id = oid};
	size_t at = d->n;

	while (at > 0 && d->definition[at - 1].id >= oid)
		at--;
	if (at < d->n && d->definition[at].id == oid) {
		*ret = &d->definition[at];
		return 0;
	}

	struct definition *more = reallocarray(d->definition, d->n + 1, sizeof *more);

	if (!more)
		return -ENOMEM;
	d->definition = more;

	int r = look_for(c, &fresh);

	if (r < 0)
		return r;
	memmove(&more[at + 1], &more[at], (d->n - at) * sizeof *more);
	more[at] = fresh;
	d->n++;
	*ret = &more[at];
	return 0;
}

int definitions_give(struct definitions *d, struct conf *conf)
{
	if (d->n == 0)
		return 0;
	conf->objects = calloc(d->n, sizeof *conf->objects);
	if (!conf->objects)
		return -ENOMEM;
	for (size_t i = 0; i < d->n; i++)
		if (d->definition[i].object)
			conf->objects[conf->n_objects++] = TAKE_PTR(d->definition[i].object);
	return 0;
}

void definitions_done(struct definitions *d)
{
	for (size_t i = 0; i < d->n; i++)
		ddf_free(d->definition[i].object);
	free(d->definition);
	*d = (struct definitions){0};
}
