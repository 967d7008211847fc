#include "exchange/notices.h"

#include <assert.h>

void notices_add(struct notices *n, bool is_confirmable, struct token token, uint16_t mid)
{
	struct notice notice = {.token = token, .mid = mid};

	if (is_confirmable) {
		assert(!n->is_waiting);
		n->is_waiting = true;
		n->confirmable = notice;
		return;
	}
	n->kept[n->last] = notice;
	n->last = (n->last + 1) % NOTICES_KEPT;
	if (n->n_kept < NOTICES_KEPT)
		n->n_kept++;
}

/*
 * The room always holds what the confirmable one will bring, so that nobody waits for it in vain;
 * a reset without room is not lost for good: the peer rejects the next notification as well.
 */
static void note(struct notices *n, struct token token, enum notice_outcome outcome)
{
	unsigned room = NOTICES_RESULTS_MAX - n->n_results;

	if (room > (outcome == NOTICE_REJECTED && n->is_waiting ? 1u : 0u))
		n->result[n->n_results++] = (struct notice_result){token, outcome};
}

static void conclude(struct notices *n, enum notice_outcome outcome)
{
	if (!n->is_waiting)
		return;
	n->is_waiting = false;
	note(n, n->confirmable.token, outcome);
}

void notices_settle(struct notices *n)
{
	conclude(n, NOTICE_ACKNOWLEDGED);
}

void notices_lose(struct notices *n)
{
	conclude(n, NOTICE_LOST);
}

bool notices_reject(struct notices *n, uint16_t mid)
{
	if (n->is_waiting && n->confirmable.mid == mid) {
		conclude(n, NOTICE_REJECTED);
		return true;
	}
	for (unsigned i = 0; i < n->n_kept; i++) {
		unsigned at = (n->last + NOTICES_KEPT - 1 - i) % NOTICES_KEPT;

		if (n->kept[at].mid == mid) {
			note(n, n->kept[at].token, NOTICE_REJECTED);
			return true;
		}
	}
	return false;
}

void notices_forget(struct notices *n)
{
	*n = (struct notices){0};
}

bool notices_take(struct notices *n, struct notice_result *ret)
{
	if (n->n_results == 0)
		return false;
	*ret = n->result[0];
	n->n_results--;
	memmove(n->result, n->result + 1, n->n_results * sizeof *n->result);
	return true;
}
