#pragma once
/*
 * The PIN of a card: asked how many tries are left before one is used, and never used when a wrong
 * one could hurt. Layer: card. (TS core G.2.4; TS 102 221 9.5, 11.1.9)
 */
#include "card/apdu.h"
#include "card/fcp.h"
#include "card/outcome.h"
#include "card/wish.h"

enum { PIN_TRIES_NEEDED = 3, PIN_DIGITS_MIN = 4, PIN_DIGITS_MAX = 8 };

/* What stands for "this PIN failed on this card", so that neither need be stored. */
int pin_hash(const struct card_octets *iccid, struct span pin, uint8_t ret[HASH_LEN]);

/*
 * Verifies what application says is switched on. 1: done; 0: no PIN is in the way of reading;
 * -ECANCELED: the outcome says why not; errors of the port.
 */
int pin_verify(struct card_channel *c, const struct card_wish *wish, const struct fcp *application,
	struct card_outcome *outcome);
