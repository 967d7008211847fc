#include "conf/names.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

enum { ENTRY_MAX = 64 * 1024 };

static FILE *open_below(const char *root, const char *file)
{
	_cleanup_(free_p) char *path = NULL;

	return asprintf(&path, "%s%s", root, file) < 0 ? NULL : fopen(path, "re");
}

int names_find_user(const char *root, const char *name, uid_t *ret)
{
	_cleanup_(free_p) char *entry = malloc(ENTRY_MAX);
	struct passwd pw, *found = NULL;

	if (!entry)
		return -ENOMEM;
	if (!*root) {
		if (getpwnam_r(name, &pw, entry, ENTRY_MAX, &found) != 0)
			found = NULL;
	} else {
		FILE *f = open_below(root, "/etc/passwd");

		while (f && fgetpwent_r(f, &pw, entry, ENTRY_MAX, &found) == 0)
			if (strcmp(pw.pw_name, name) == 0)
				break;
		if (f)
			fclose(f);
	}
	if (!found)
		return -ENOENT;
	*ret = pw.pw_uid;
	return 0;
}

int names_find_group(const char *root, const char *name, gid_t *ret)
{
	_cleanup_(free_p) char *entry = malloc(ENTRY_MAX);
	struct group gr, *found = NULL;

	if (!entry)
		return -ENOMEM;
	if (!*root) {
		if (getgrnam_r(name, &gr, entry, ENTRY_MAX, &found) != 0)
			found = NULL;
	} else {
		FILE *f = open_below(root, "/etc/group");

		while (f && fgetgrent_r(f, &gr, entry, ENTRY_MAX, &found) == 0)
			if (strcmp(gr.gr_name, name) == 0)
				break;
		if (f)
			fclose(f);
	}
	if (!found)
		return -ENOENT;
	*ret = gr.gr_gid;
	return 0;
}
