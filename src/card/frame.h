#pragma once
/*
 * What daemon and helper program say to each other, as octets: a wish one way; one octet for each
 * command to the card (a sign of life) and then an outcome the other way. Whoever receives one
 * checks it as if a stranger had sent it. Layer: card.
 */
#include "card/outcome.h"
#include "card/wish.h"

enum {
	FRAME_SIGN_OF_LIFE = '.',
	FRAME_MAX = CONTENT_MAX + 1024, /* of an outcome; a wish is shorter */
};

/* Appends. -ENOSPC: a part is too long. */
int frame_put_wish(const struct card_wish *wish, struct buf *out);
/* The spans of *ret look into the frame. -EBADMSG. */
int frame_take_wish(struct span frame, struct card_wish *ret);

int frame_put_outcome(const struct card_outcome *outcome, struct buf *out);
/* -EBADMSG, then *ret is empty; -ENOMEM. A outcome of class READ is one whose content is checked.
 */
int frame_take_outcome(struct span frame, struct card_outcome *ret);
