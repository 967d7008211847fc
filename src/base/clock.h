#pragma once
/*
 * The one way to ask for the time of waits (CLOCK_BOOTTIME, microseconds) and of the calendar
 * (CLOCK_REALTIME, only for time stamps that leave the daemon). Tests inject their own.
 * Layer: base.
 */
#include <stdint.h>

#define USEC_PER_SEC UINT64_C(1000000)
#define USEC_PER_MSEC UINT64_C(1000)
#define USEC_NEVER UINT64_MAX

struct clock {
	uint64_t (*now)(void *data);	  /* BOOTTIME, usec */
	uint64_t (*realtime)(void *data); /* usec since 1970 */
	void *data;
};

/* The clocks of the system. */
extern const struct clock clock_system;

static inline uint64_t clock_now(const struct clock *c)
{
	return c->now(c->data);
}

static inline uint64_t clock_realtime(const struct clock *c)
{
	return c->realtime(c->data);
}

/* now + sec, USEC_NEVER where that does not fit. */
static inline uint64_t usec_after(uint64_t now, uint64_t sec)
{
	uint64_t usec;

	if (__builtin_mul_overflow(sec, USEC_PER_SEC, &usec) ||
		__builtin_add_overflow(now, usec, &usec))
		return USEC_NEVER;
	return usec;
}
