#include "fuzz.h"

#include <assert.h>

#include "card/frame.h"

/* What one side takes, it would send in the same octets. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span frame = span_of(data, size);
	struct card_outcome outcome;
	struct card_wish wish;
	struct buf again = {.max = 1 << 20};

	if (frame_take_outcome(frame, &outcome) == 0) {
		assert(frame_put_outcome(&outcome, &again) == 0);
		assert(span_is_equal(buf_span(&again), frame));
		outcome_done(&outcome);
	}
	buf_truncate(&again, 0);
	if (frame_take_wish(frame, &wish) == 0) {
		assert(frame_put_wish(&wish, &again) == 0);
		assert(span_is_equal(buf_span(&again), frame));
	}
	buf_done(&again);
	return 0;
}
