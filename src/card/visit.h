#pragma once
/*
 * One visit to a card: from EF(DIR) to the content of the bootstrap file, and why not. Goes
 * through a logical channel of its own, so other users of the card are not disturbed. Blocks as
 * long as the port does: only the helper program calls it. Layer: card.
 * (TS core appendix G.2.5, H; ETSI TS 102 221)
 */
#include "card/apdu.h"
#include "card/outcome.h"
#include "card/wish.h"

/*
 * Fills *outcome, whose reader and ATR stay as they are. 0; -ENOMEM or -EIO without an outcome.
 */
int card_visit(
	const struct card_port *port, const struct card_wish *wish, struct card_outcome *outcome);
