#include "fakeroot.h"

#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[PATH_MAX / 2];

void root_make(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(root, sizeof root, "%s/lwm2md-root-XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(root));
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void root_remove(void)
{
	ck_assert_int_eq(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *root_path(void)
{
	return root;
}

static void full_path(const char *path, char ret[PATH_MAX])
{
	snprintf(ret, PATH_MAX, "%s%s", root, path);
	for (char *slash = strchr(ret + strlen(root) + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ck_assert(mkdir(ret, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
}

void root_file(const char *path, const char *content)
{
	char full[PATH_MAX];

	full_path(path, full);

	FILE *f = fopen(full, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(content, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

void root_link(const char *path, const char *target)
{
	char full[PATH_MAX];

	full_path(path, full);
	ck_assert_int_eq(symlink(target, full), 0);
}
