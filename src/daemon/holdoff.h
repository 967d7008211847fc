#pragma once
/*
 * ClientHoldOffTime: a timerfd of its own on CLOCK_BOOTTIME, so that suspend counts, a set clock
 * does not, nothing coalesces it, and /proc/PID/fdinfo shows it. Layer: daemon.
 * (TS core 6.1.4)
 */
#include "base/loop.h"

struct holdoff;

/* over: called from the loop, once per arming. */
int holdoff_new(
	const struct loop *loop, void (*over)(void *data), void *data, struct holdoff **ret);
struct holdoff *holdoff_free(struct holdoff *h);
void holdoff_free_p(struct holdoff **h);

/* Absolute, CLOCK_BOOTTIME, usec; a moment in the past is over at once. Replaces an earlier one. */
int holdoff_arm(struct holdoff *h, uint64_t at);
void holdoff_cancel(struct holdoff *h);
/* usec left, 0: not armed or over. Asked of the kernel. */
uint64_t holdoff_left(const struct holdoff *h);
