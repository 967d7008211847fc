#include "server/lifetime.h"

#include "base/clock.h"

uint64_t lifetime_end(uint64_t now, uint32_t lifetime)
{
	return lifetime ? usec_after(now, lifetime) : USEC_NEVER;
}

uint64_t lifetime_update(
	uint64_t now, uint32_t lifetime, uint32_t max_transmit_wait, uint32_t keepalive)
{
	uint64_t wait = UINT64_MAX;

	if (lifetime > 0 && lifetime < 2 * (uint64_t)max_transmit_wait)
		wait = lifetime * (USEC_PER_SEC / 2);
	else if (lifetime > 0)
		wait = (lifetime - max_transmit_wait) * USEC_PER_SEC;
	if (keepalive > 0 && keepalive * USEC_PER_SEC < wait)
		wait = keepalive * USEC_PER_SEC;

	uint64_t at;

	return __builtin_add_overflow(now, wait, &at) ? USEC_NEVER : at;
}
