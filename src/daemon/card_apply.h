#pragma once
/*
 * The content of a card becomes accounts: as Bootstrap-Writes of its objects, then the same check
 * as at Bootstrap-Finish. Layer: daemon. (TS core G.3.4; bootstrap.md section 4.4)
 */
#include "base/span.h"
#include "bootstrap/consistency.h"

/*
 * Replaces all accounts (objects 0, 1, 2, 21) by those of the content, origin CARD, inside a
 * transaction that the caller commits or rolls back. 0; -EBADMSG: the content cannot be used,
 * problem says why; -ENOMEM.
 */
int card_apply(struct model *m, struct span content, const struct consistency_support *support,
	char *problem, size_t len);
/* Deletes what came from a card. Returns the number of accounts among it. */
size_t card_apply_drop(struct model *m);
