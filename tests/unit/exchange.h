#pragma once
/*
 * What the tests of exchange/ share: a clock that stands until told otherwise, packets in a line.
 */
#include "base/clock.h"
#include "exchange/packet.h"

extern uint64_t test_now;
extern const struct clock test_clock;

static inline struct block block_of(uint32_t num, bool more, uint8_t szx)
{
	return (struct block){.is_set = true, .num = num, .more = more, .szx = szx};
}

/* A CON request for a path of one text segment. */
struct packet test_request(uint8_t code, uint16_t mid, const char *segment);
/* len octets that differ from place to place; lives until the next call with a larger len. */
struct span test_body(size_t len);
