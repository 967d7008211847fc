#pragma once
/*
 * Remembers which requests of one peer were answered and how, so that a repeated one is not
 * executed again: the same answer is sent. Layer: exchange. (RFC 7252 section 4.5)
 */
#include "exchange/answer.h"

/* EXCHANGE_LIFETIME with the default parameters, RFC 7252 section 4.8.2 */
#define EXCHANGE_LIFETIME_SEC 247

enum { DEDUP_MAX = 32 };

struct dedup_entry;

/* {0} is empty. */
struct dedup {
	struct dedup_entry *entry[DEDUP_MAX]; /* the one used longest ago first */
	uint16_t mid[DEDUP_MAX];	      /* of each, side by side: most requests are new */
	size_t n;
	uint64_t expires; /* of the first to expire; meaningful while n > 0 */
};

/* The answer given before to a request with this message id, token and code, or NULL. */
const struct answer *dedup_find(struct dedup *d, const struct packet *request, uint64_t now);
/*
 * A place for the answer to a new request; the one used longest ago makes room. NULL without
 * memory. The place lives until it has made room or expired.
 */
struct answer *dedup_reserve(struct dedup *d, const struct packet *request, uint64_t now);
/* Forgets what is older than EXCHANGE_LIFETIME. */
void dedup_expire(struct dedup *d, uint64_t now);
void dedup_done(struct dedup *d);
