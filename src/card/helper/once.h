#pragma once
/*
 * One visit to a card through whatever carries commands to it. Layer: card, helper program only.
 */
#include "card/outcome.h"
#include "card/wish.h"

/*
 * Fills *outcome in any case. alive is called after each command to the card and each step of the
 * service; it may be NULL.
 */
void once_read(const struct card_wish *wish, void (*alive)(void), struct card_outcome *outcome);

/* As a child of the daemon: the wish comes from in, signs of life and the outcome go to out. Exit
 * status. */
int once_serve(int in, int out);
