#include "card/helper/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum { MEMORY_MAX = 64 * 1024 * 1024, FILES_MAX = 32 };

/* What another program may have again stays in the hard limit. */
static int limit(__rlimit_resource_t what, rlim_t value)
{
	struct rlimit both;

	if (getrlimit(what, &both) < 0)
		return -errno;
	if (value < both.rlim_cur)
		both.rlim_cur = value;
	if (what == RLIMIT_CORE)
		both.rlim_max = both.rlim_cur;
	/* a service manager may forbid the call; its own limits hold then */
	return setrlimit(what, &both) < 0 && errno != EPERM ? -errno : 0;
}

static void unlimit(__rlimit_resource_t what)
{
	struct rlimit both;

	if (getrlimit(what, &both) < 0)
		return;
	both.rlim_cur = both.rlim_max;
	setrlimit(what, &both);
}

int sandbox_enter(void)
{
	int r = 0;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_DUMPABLE, 0) < 0)
		r = -errno;
	if (r == 0)
		r = limit(RLIMIT_CORE, 0);
	if (r == 0)
		r = limit(RLIMIT_NOFILE, FILES_MAX);
#ifndef __SANITIZE_ADDRESS__
	/* the sanitizer's shadow is larger than that by itself */
	if (r == 0)
		r = limit(RLIMIT_AS, MEMORY_MAX);
#endif
	return r;
}

void sandbox_leave(void)
{
	unlimit(RLIMIT_NOFILE);
	unlimit(RLIMIT_AS);
}
