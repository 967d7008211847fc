#include "ctl/place.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"

static int join(const char *root, const char *path, char ret[PLACE_PATH_MAX])
{
	int n = snprintf(ret, PLACE_PATH_MAX, "%s%s", root, path);

	return n < 0 || n >= PLACE_PATH_MAX ? -ENAMETOOLONG : 0;
}

int place_directory(const char *root, const char *path, mode_t mode, gid_t group)
{
	char full[PLACE_PATH_MAX];
	int r = join(root, path, full);

	if (r < 0)
		return r;
	if (mkdir(full, 0700) < 0)
		return errno == EEXIST ? 0 : -errno;
	if (group != (gid_t)-1 && chown(full, (uid_t)-1, group) < 0)
		return -errno;
	return chmod(full, mode) < 0 ? -errno : 0;
}

/* The directory of a path, and the name in it. */
static int open_parent(const char *root, const char *path, const char **ret_name)
{
	char full[PLACE_PATH_MAX];
	int r = join(root, path, full);
	char *slash = r == 0 ? strrchr(full, '/') : NULL;

	if (!slash)
		return r < 0 ? r : -EINVAL;
	*slash = '\0';
	*ret_name = strrchr(path, '/') + 1;

	int fd = open(full, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int write_all(int fd, struct span body)
{
	while (body.len > 0) {
		ssize_t n = write(fd, body.data, body.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		body = span_of(body.data + n, body.len - (size_t)n);
	}
	return 0;
}

static int fill(int directory, const char *name, struct span body, mode_t mode, gid_t group)
{
	_cleanup_(close_p) int fd =
		openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	if (group != (gid_t)-1 && fchown(fd, (uid_t)-1, group) < 0)
		return -errno;
	if (fchmod(fd, mode) < 0)
		return -errno;

	int r = write_all(fd, body);

	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r;
}

int place_file(const char *root, const char *path, struct span body, mode_t mode, gid_t group)
{
	const char *name;
	char part[PLACE_PATH_MAX];
	_cleanup_(close_p) int directory = open_parent(root, path, &name);

	if (directory < 0)
		return directory;
	/* a name that no drop-in directory is read for */
	snprintf(part, sizeof part, ".%s.part", name);
	if (unlinkat(directory, part, 0) < 0 && errno != ENOENT)
		return -errno;

	int r = fill(directory, part, body, mode, group);

	if (r == 0 && renameat(directory, part, directory, name) < 0)
		r = -errno;
	if (r == 0 && fsync(directory) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(directory, part, 0);
	return r;
}

int place_read(const char *root, const char *path, struct buf *ret)
{
	char full[PLACE_PATH_MAX];
	int r = join(root, path, full);

	if (r < 0)
		return r;

	_cleanup_(close_p) int fd = open(full, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ret->max = PLACE_FILE_MAX;
	for (;;) {
		uint8_t some[4096];
		ssize_t n = read(fd, some, sizeof some);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		r = buf_append(ret, span_of(some, (size_t)n));
		if (r < 0)
			return r == -ENOSPC ? -E2BIG : r;
	}
}

int place_remove(const char *root, const char *path)
{
	const char *name;
	_cleanup_(close_p) int directory = open_parent(root, path, &name);

	if (directory < 0)
		return directory == -ENOENT ? 0 : directory;
	if (unlinkat(directory, name, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	return fsync(directory) < 0 ? -errno : 0;
}

int place_find_group(const char *root, const char *name, gid_t *ret)
{
	char full[PLACE_PATH_MAX];
	const struct group *g;
	int r = join(root, "/etc/group", full);
	FILE *f;

	if (r < 0)
		return r;
	f = fopen(full, "re");
	if (!f)
		return -errno;
	while ((g = fgetgrent(f)) && strcmp(g->gr_name, name) != 0)
		;
	if (g)
		*ret = g->gr_gid;
	fclose(f);
	return g ? 0 : -ENOENT;
}
