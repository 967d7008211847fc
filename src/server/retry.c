#include "server/retry.h"

enum { ROUND_FIRST = 60, ROUND_LAST = 3600 };

/* timer * 2^(attempt - 1), no more than the resource itself could say */
static uint32_t attempt_delay(uint32_t timer, uint32_t attempt)
{
	uint32_t doublings = attempt - 1;

	if (timer == 0)
		return 0;
	if (doublings >= 32 || timer > UINT32_MAX >> doublings)
		return UINT32_MAX;
	return timer << doublings;
}

bool retry_next(const struct retry_limits *limits, struct retry failed, struct retry *ret_next,
	uint64_t *ret_delay_sec)
{
	if (failed.attempt < limits->count) {
		*ret_delay_sec = attempt_delay(limits->timer, failed.attempt);
		*ret_next =
			(struct retry){.attempt = failed.attempt + 1, .sequence = failed.sequence};
		return true;
	}
	if (failed.sequence >= limits->sequence_count || limits->sequence_delay == UINT32_MAX)
		return false;

	*ret_delay_sec = limits->sequence_delay;
	*ret_next = (struct retry){.attempt = 1, .sequence = failed.sequence + 1};
	return true;
}

uint32_t retry_round_delay(unsigned round)
{
	uint32_t delay = ROUND_FIRST;

	for (unsigned i = 1; i < round && delay < ROUND_LAST; i++)
		delay *= 2;
	return delay < ROUND_LAST ? delay : ROUND_LAST;
}
