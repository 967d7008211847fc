#pragma once
/*
 * Cards in readers of the PC/SC service. Calls may block without end when a card or the service
 * hangs: the daemon ends this program then. Layer: card, helper program only.
 */
#include "card/apdu.h"
#include "card/outcome.h"

enum { PCSC_READERS_MAX = 16 };

/* What the service says about one reader. */
struct pcsc_reader {
	const char *name;
	bool has_card, is_mute;
	struct card_octets atr;
};

struct pcsc;

/*
 * Connects with the service. -ECANCELED: the outcome says why not. alive is called after each step
 * that may take long; it may be NULL.
 */
int pcsc_new(struct card_outcome *outcome, void (*alive)(void), struct pcsc **ret);
struct pcsc *pcsc_free(struct pcsc *p);
void pcsc_free_p(struct pcsc **p);

/* All readers; returns their number, or negative as pcsc_new(). */
int pcsc_list(struct pcsc *p, struct card_outcome *outcome, struct pcsc_reader *list, size_t max);

/*
 * The card in the first reader whose name matches the shell pattern (empty: any) and that has
 * one; begins a transaction. Fills reader and ATR of the outcome.
 */
int pcsc_connect(struct pcsc *p, const char *pattern, struct card_outcome *outcome);
const struct card_port *pcsc_port(const struct pcsc *p);

/*
 * Waits until a reader or a card comes or goes, or the service goes. 0: something changed;
 * -ETIMEDOUT; -ENOLINK: the service is gone, make a new one.
 */
int pcsc_wait(struct pcsc *p, unsigned timeout_ms);
