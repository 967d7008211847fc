#include "conf/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

int command_check(const char *root, const char *path, struct fault *fault)
{
	_cleanup_(free_p) char *full = NULL;
	struct stat st;

	if (path[0] != '/')
		return fault_set(fault, "command-not-executable", "%s does not start with /", path);
	if (asprintf(&full, "%s%s", root, path) < 0)
		return -ENOMEM;
	if (stat(full, &st) < 0)
		return fault_set(fault, "command-not-executable", "%s: %s", full, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fault_set(fault, "command-not-executable", "%s is no regular file", full);
	if (!(st.st_mode & 0111)) {
		fault_set(fault, "command-not-executable", "%s is not executable", full);
		fault_hint(fault, "chmod 0755 %s", full);
		return -EINVAL;
	}
	if (st.st_mode & S_IWOTH) {
		fault_set(fault, "command-writable-by-others", "%s can be written by others", full);
		fault_hint(fault, "chmod o-w %s", full);
		return -EINVAL;
	}
	return 0;
}
