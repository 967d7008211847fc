#include "base/clock.h"

#include <time.h>

static uint64_t usec_of(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t) < 0)
		return 0;
	return (uint64_t)t.tv_sec * USEC_PER_SEC + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t system_now(void *data)
{
	(void)data;
	return usec_of(CLOCK_BOOTTIME);
}

static uint64_t system_realtime(void *data)
{
	(void)data;
	return usec_of(CLOCK_REALTIME);
}

const struct clock clock_system = {.now = system_now, .realtime = system_realtime};
