#include "conf/dropins.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

static const char default_file[] = "/etc/lwm2md/lwm2md.conf";
static const char *const default_dirs[] = {"/usr/lib/lwm2md/conf.d", "/etc/lwm2md/conf.d", NULL};

void dropins_done(struct dropins *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->path[i]);
	free(d->path);
	*d = (struct dropins){0};
}

static int add(struct dropins *d, const char *dir, const char *name)
{
	char **more = reallocarray(d->path, d->n + 1, sizeof *more);

	if (!more)
		return -ENOMEM;
	d->path = more;
	if (asprintf(&d->path[d->n], "%s%s%s", dir ? dir : "", dir ? "/" : "", name) < 0)
		return -ENOMEM;
	d->n++;
	return 0;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_dropin(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

/* Takes out the earlier ones with this name. */
static void hide(struct dropins *d, size_t n_before, size_t file, const char *name)
{
	for (size_t i = 0; i < n_before; i++)
		if (i != file && d->path[i] && strcmp(name_of(d->path[i]), name) == 0) {
			free(d->path[i]);
			d->path[i] = NULL;
		}
}

static int report_dir(
	struct file_set *files, struct conf_report *report, const char *path, int error)
{
	struct conf_file *f;
	int r = file_set_add(files, path, &f);

	if (r == 0)
		report_add(report, SEVERITY_ERROR, (struct place){.file = f}, "file-unreadable",
			NULL, "cannot read this directory: %s", strerror(error));
	return r;
}

static int list_dir(const char *root, const char *dir, struct file_set *files,
	struct conf_report *report, struct dropins *d)
{
	_cleanup_(free_p) char *full = NULL;
	size_t first = d->n;
	int r = 0;

	if (asprintf(&full, "%s%s", root, dir) < 0)
		return -ENOMEM;

	DIR *dp = opendir(full);

	if (!dp)
		return errno == ENOENT ? 0 : report_dir(files, report, full, errno);
	for (const struct dirent *e = readdir(dp); e && r == 0; e = readdir(dp))
		if (is_dropin(e->d_name))
			r = add(d, dir, e->d_name);
	closedir(dp);
	if (r < 0)
		return r;
	/* one directory: the order of the paths is that of the names, octet by octet */
	qsort(d->path + first, d->n - first, sizeof *d->path, compare_paths);
	for (size_t i = first; i < d->n; i++)
		hide(d, first, d->file, name_of(d->path[i]));
	return 0;
}

/* Closes the gaps that hide() left. */
static void close_gaps(struct dropins *d)
{
	size_t n = 0, file = d->file;

	for (size_t i = 0; i < d->n; i++) {
		char *path = TAKE_PTR(d->path[i]);

		if (!path)
			continue;
		if (i == file)
			d->file = n;
		d->path[n++] = path;
	}
	d->n = n;
}

int dropins_list(const struct conf_paths *paths, struct file_set *files, struct conf_report *report,
	struct dropins *ret)
{
	const char *const *dir = paths->conf_dirs ? paths->conf_dirs : default_dirs;
	const char *file = paths->file ? paths->file : default_file;
	const char *root = paths->root ? paths->root : "";
	size_t n_dirs = 0;
	int r = 0;

	ret->file = SIZE_MAX;
	while (dir[n_dirs])
		n_dirs++;
	for (size_t i = 0; r == 0 && i + 1 < n_dirs; i++)
		r = list_dir(root, dir[i], files, report, ret);
	if (r == 0) {
		ret->file = ret->n;
		r = add(ret, NULL, file);
	}
	if (r == 0 && n_dirs > 0)
		r = list_dir(root, dir[n_dirs - 1], files, report, ret);
	close_gaps(ret);
	return r;
}
