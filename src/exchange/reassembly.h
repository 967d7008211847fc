#pragma once
/*
 * Puts the bodies of requests together that arrive in blocks (Block1). Few at a time, bounded,
 * timed out, wiped: they can carry keys. Layer: exchange. (RFC 7959 sections 2.5, 2.9; RFC 9175
 * section 3)
 */
#include "exchange/body.h"
#include "exchange/packet.h"

enum { REASSEMBLY_MAX = 4 };

struct transfer {
	struct buf key; /* empty: free */
	struct body body;
	uint64_t expires;
};

struct reassembly {
	struct transfer transfer[REASSEMBLY_MAX];
};

/*
 * One request with a Block1 option. 0: it was the last block, *ret owns the whole body now;
 * otherwise the code to answer with: 2.31 (send the next one), 4.00, 4.08, 4.13 or 5.00.
 */
uint8_t reassembly_add(struct reassembly *r, const struct packet *p, size_t body_max, uint64_t now,
	struct body *ret);
/* Drops transfers that have been silent for EXCHANGE_LIFETIME. */
void reassembly_expire(struct reassembly *r, uint64_t now);
uint64_t reassembly_due(const struct reassembly *r);
void reassembly_done(struct reassembly *r);
