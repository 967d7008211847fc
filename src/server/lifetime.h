#pragma once
/*
 * When a registration ends at the server and when it is renewed before that. Pure.
 * Layer: server. (TS core 6.2.2)
 */
#include <stdint.h>

/* Lifetime in seconds, 0: infinite. USEC_NEVER: the registration does not end. */
uint64_t lifetime_end(uint64_t now, uint32_t lifetime);

/*
 * When the next Update is due. A long lifetime leaves room for one exchange that takes as long as
 * an exchange can (max_transmit_wait, seconds), a short one is renewed at its half. keepalive:
 * seconds between Updates at most, 0: as the lifetime says. USEC_NEVER: never.
 */
uint64_t lifetime_update(
	uint64_t now, uint32_t lifetime, uint32_t max_transmit_wait, uint32_t keepalive);
