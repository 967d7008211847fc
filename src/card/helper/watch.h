#pragma once
/*
 * Tells, one octet each time, that something about readers or cards may have changed. It never
 * opens a card, so a card that hangs does not hold it up. Layer: card, helper program only.
 */

enum { WATCH_CHANGE = '!' };

/* Until fd (where the octets go) is closed on the other side. Exit status. */
int watch_run(int fd);
