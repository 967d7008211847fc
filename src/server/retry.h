#pragma once
/*
 * How often and when a failed registration is tried again: attempts within a sequence, sequences,
 * and the rounds above them. Pure arithmetic, saturating. Layer: server.
 * (TS core 6.2.1.1; 1/x/17 to 1/x/20)
 */
#include <stdbool.h>
#include <stdint.h>

/* What counts while 1/x/17 to 1/x/20 are absent. */
enum {
	RETRY_DEFAULT_COUNT = 5,
	RETRY_DEFAULT_TIMER = 60,
	RETRY_DEFAULT_SEQUENCE_DELAY = 86400,
	RETRY_DEFAULT_SEQUENCE_COUNT = 1,
};

struct retry_limits {
	uint32_t count;		 /* attempts of one sequence; 0 counts as 1 */
	uint32_t timer;		 /* seconds before the second attempt, then doubled */
	uint32_t sequence_delay; /* seconds; UINT32_MAX: no further sequence */
	uint32_t sequence_count; /* 0 counts as 1 */
};

/* Both count from 1. */
struct retry {
	uint32_t attempt;
	uint32_t sequence;
};

#define RETRY_FIRST ((struct retry){.attempt = 1, .sequence = 1})

/* The attempt behind this failed one and the wait before it; false: it was the last. */
bool retry_next(const struct retry_limits *limits, struct retry failed, struct retry *ret_next,
	uint64_t *ret_delay_sec);

/*
 * The wait before failed servers get another round (from 1), in seconds: 60 s, doubled up to an
 * hour.
 */
uint32_t retry_round_delay(unsigned round);
