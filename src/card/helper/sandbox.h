#pragma once
/*
 * This program talks with cards: it can do little else, leaves no core and ends with its parent.
 * Layer: card, helper program only.
 */

/* 0 or negative errno. */
int sandbox_enter(void);
/* In a child that becomes another program: what was limited for our own mistakes only. */
void sandbox_leave(void);
