#pragma once
/*
 * What transport (and later ctl) ask of the event loop: descriptors watched and timers armed,
 * through function pointers, so that no layer below daemon/ knows sd-event. Callbacks come from
 * the loop, never from inside these calls. Layer: base.
 */
#include <stdint.h>

struct loop_source; /* owned by who made it, ended by loop_source_free() */

struct loop {
	void *impl;
	/* events: EPOLLIN | EPOLLOUT. 0 or negative errno. */
	int (*watch)(void *impl, int fd, uint32_t events,
		void (*ready)(void *data, uint32_t events), void *data, struct loop_source **ret);
	/* A one-shot timer, unarmed until loop_timer_arm(). */
	int (*timer)(void *impl, void (*due)(void *data), void *data, struct loop_source **ret);
	/* at: absolute, CLOCK_BOOTTIME, usec; USEC_NEVER disarms. accuracy: usec, at least 1. */
	int (*arm)(struct loop_source *timer, uint64_t at, uint64_t accuracy);
	/* NULL is fine. */
	void (*free_source)(struct loop_source *source);
};
