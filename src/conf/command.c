#include "conf/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

static int fail(struct command_fault *fault, const char *code, const char *path, const char *what)
{
	fault->code = code;
	fault->hint[0] = '\0';
	snprintf(fault->message, sizeof fault->message, "%s %s", path, what);
	return -EINVAL;
}

int command_check(const char *root, const char *path, struct command_fault *fault)
{
	_cleanup_(free_p) char *full = NULL;
	struct stat st;

	if (path[0] != '/')
		return fail(fault, "command-not-executable", path, "does not start with /");
	if (asprintf(&full, "%s%s", root, path) < 0)
		return -ENOMEM;
	if (stat(full, &st) < 0)
		return fail(fault, "command-not-executable", full, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(fault, "command-not-executable", full, "is no regular file");
	if (!(st.st_mode & 0111)) {
		fail(fault, "command-not-executable", full, "is not executable");
		snprintf(fault->hint, sizeof fault->hint, "chmod 0755 %.200s", full);
		return -EINVAL;
	}
	if (st.st_mode & S_IWOTH) {
		fail(fault, "command-writable-by-others", full, "can be written by others");
		snprintf(fault->hint, sizeof fault->hint, "chmod o-w %.200s", full);
		return -EINVAL;
	}
	return 0;
}
