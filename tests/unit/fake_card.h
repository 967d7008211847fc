#pragma once
/*
 * The helper program in the world of world.h: a visit to a card takes as long as the test says and
 * ends as it says. It takes the place of card_run.c and card_watch.c.
 */
#include "daemon/card_run.h"

/* Nothing in the reader, visits take no time. */
void fake_card_begin(void);
/* What the next visits find: content is kept, NULL: as class and reason say. */
void fake_card_is(enum card_class class, enum reason reason);
void fake_card_has(struct span content, uint8_t last_digit);
/* How long a visit takes, in seconds; and whether it is ended because it hangs. */
void fake_card_takes(double seconds, bool is_killed);
bool fake_card_is_watched(void);
/* The watcher tells of a change. */
void fake_card_news(void);
unsigned fake_card_visits(void);
/* What the daemon wished of the last visit. */
const struct card_wish *fake_card_wish(void);

/* Content with one server account without security. */
struct span fake_card_account(uint16_t ssid, const char *uri);
/* Content with a bootstrap account alone. */
struct span fake_card_bootstrap(const char *uri);
