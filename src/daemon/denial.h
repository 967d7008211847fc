#pragma once
/*
 * Requests that access control refuses, told in the journal: at once, then once a minute with the
 * count, since a server decides how many come. Layer: daemon. (TS core 7.1.3)
 */
#include "codec/message.h"

enum { DENIAL_PACE_SEC = 60 };

/* {0}: none yet. */
struct denial {
	uint64_t quiet_until; /* BOOTTIME, usec */
	unsigned n;	      /* not told yet */
};

void denial_note(
	struct denial *d, uint64_t now, uint16_t short_server_id, const struct request *request);
