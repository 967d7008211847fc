#pragma once
/*
 * Whether objects 0, 1, 2, 3, 21 make a configuration that can work: asked at Bootstrap-Finish
 * and for accounts from a card. Layer: bootstrap. (TS core 6.1.7)
 */
#include "base/buf.h"
#include "model/model.h"

/* What this build and system can do. */
struct consistency_support {
	bool (*mode)(int64_t security_mode); /* PSK, RPK, … can be used here */
	bool allow_nosec_server, allow_nosec_bootstrap;
};

/* Whether one of the accounts has a security mode of the standard that is missing here. */
bool consistency_lacks_mode(const struct model *m, const struct consistency_support *support);

enum {
	CONSISTENCY_SERVERS_OPTIONAL = 1
}; /* an account set without server account is fine (configuration) */

/* The number of problems, 0 = consistent; each as one line of text appended to problems. Negative
 * errno: no answer. */
int consistency_check(const struct model *m, const struct consistency_support *support,
	unsigned flags, struct buf *problems);
