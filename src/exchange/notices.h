#pragma once
/*
 * The notifications that one peer was sent: whose message an acknowledgement, a reset or a
 * time-out is about. At most one confirmable one is on its way; of the others the last few are
 * remembered. A plain value. Layer: exchange. (RFC 7641 sections 3.6 and 4.5)
 */
#include "exchange/packet.h"

enum notice_outcome { NOTICE_ACKNOWLEDGED, NOTICE_REJECTED, NOTICE_LOST };

enum { NOTICES_KEPT = 64, NOTICES_RESULTS_MAX = 16 };

struct notice {
	struct token token;
	uint16_t mid;
};

struct notice_result {
	struct token token;
	enum notice_outcome outcome;
};

/* {0} is empty. */
struct notices {
	bool is_waiting; /* for the acknowledgement of the confirmable one */
	struct notice confirmable;
	struct notice kept[NOTICES_KEPT]; /* the newest at last - 1, round */
	unsigned n_kept, last;
	struct notice_result result[NOTICES_RESULTS_MAX];
	unsigned n_results;
};

/* Sent just now. A confirmable one: none may be waited for. */
void notices_add(struct notices *n, bool is_confirmable, struct token token, uint16_t mid);
/* Nothing is on its way any more. */
void notices_settle(struct notices *n);
/* A reset names this message id. False: none of ours. */
bool notices_reject(struct notices *n, uint16_t mid);
/* The confirmable one was not acknowledged in time, or its connection is gone. */
void notices_lose(struct notices *n);
void notices_forget(struct notices *n);

static inline bool notices_has_results(const struct notices *n)
{
	return n->n_results > 0;
}

/* The oldest result; false: none. */
bool notices_take(struct notices *n, struct notice_result *ret);
