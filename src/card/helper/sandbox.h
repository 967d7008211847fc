#pragma once
/*
 * This program talks with cards: it can do little else, leaves no core and ends with its parent.
 * Layer: card, helper program only.
 */

/* 0 or negative errno. */
int sandbox_enter(void);
