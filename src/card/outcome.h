#pragma once
/*
 * What came of one visit to a card: what was read, or why not. Owned by the caller,
 * outcome_done() wipes the content. Layer: card.
 */
#include "base/buf.h"
#include "base/reason.h"
#include "card/content.h"
#include "card/fault.h"

/* Seven classes, each with its own effect on accounts that came from a card. */
enum card_class {
	CARD_CLASS_READ,       /* content is there and well-formed */
	CARD_CLASS_ABSENT,     /* a reader, no card in it */
	CARD_CLASS_NO_DATA,    /* a card without bootstrap information */
	CARD_CLASS_INVALID,    /* it has some, and it is wrong */
	CARD_CLASS_LOCKED,     /* PIN, secure channel or logical channel: trying again is no use */
	CARD_CLASS_TRANSIENT,  /* another try may succeed */
	CARD_CLASS_NO_SERVICE, /* nobody to ask: says nothing about the card */
	CARD_CLASS_COUNT
};

enum { CARD_OCTETS_MAX = 33, CARD_DETAIL_MAX = 160, CARD_READER_MAX = 128 };

/* An identifier of the card or on it: ICCID (10), ATR (33), AID, path (16). */
struct card_octets {
	uint8_t data[CARD_OCTETS_MAX];
	uint8_t len;
};

struct card_outcome {
	enum card_class class;
	enum reason reason;
	char reader[CARD_READER_MAX]; /* its name; "" if there is none */
	struct card_octets iccid, atr, aid, path;
	uint16_t file;		      /* where it ended, 0: nowhere in particular */
	uint16_t status;	      /* the card's last status word */
	bool is_secure;		      /* read through a secure channel */
	bool is_pin_wrong;	      /* the card refused the PIN of this wish */
	char detail[CARD_DETAIL_MAX]; /* one line, never empty unless class is READ */
	struct buf content;	      /* header and objects, without padding */
};

/* Sets class, reason and detail. Returns -ECANCELED: the outcome says why. */
__attribute__((format(printf, 4, 5))) int outcome_end(
	struct card_outcome *r, enum card_class class, enum reason reason, const char *format, ...);
/* INVALID, with file, octet and what was expected. */
int outcome_fault(struct card_outcome *r, uint16_t file, const struct card_fault *fault);
/* What a status word means for this file, apart from PIN and secure channel. */
int outcome_status(struct card_outcome *r, uint16_t file, uint16_t status);

void octets_set(struct card_octets *o, struct span bytes); /* cut at CARD_OCTETS_MAX */
static inline struct span octets_span(const struct card_octets *o)
{
	return span_of(o->data, o->len);
}

/* "89490000000000000001": the digits as printed on the card. */
void iccid_format(const struct card_octets *iccid, char ret[2 * CARD_OCTETS_MAX + 1]);
const char *card_class_name(enum card_class class);
/* "EF(DODF) 6430" */
void card_file_format(uint16_t file, char ret[32]);
/* Back to empty, content wiped. */
void outcome_done(struct card_outcome *r);
