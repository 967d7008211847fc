#pragma once
/*
 * Varlink messages in a stream of bytes: each ends with a NUL octet. Used by both sides.
 * Layer: ctl. (lwm2md-varlink(7))
 */
#include "base/buf.h"

enum { FRAMING_MAX = 1024 * 1024 }; /* of one message, without its NUL */

struct framing {
	struct buf in;
	size_t taken;	/* octets of messages that were handed out */
	size_t scanned; /* no NUL between taken and here */
};

/* -ENOMEM; bytes must not lie in f. */
int framing_feed(struct framing *f, struct span bytes);
/*
 * 1: a message, a look that is valid until the next call of framing_feed(); 0: not a whole one yet;
 * -EMSGSIZE: it is longer than FRAMING_MAX.
 */
int framing_next(struct framing *f, struct span *ret);
/* Whether framing_next() would give a message. */
bool framing_has_next(const struct framing *f);
/* Octets of a message that is not whole. */
bool framing_is_empty(const struct framing *f);
void framing_done(struct framing *f);
