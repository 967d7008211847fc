#pragma once
/*
 * The watching helper: tells that readers or cards may have changed. It is started again when it
 * ends, ever more slowly. Layer: daemon.
 */
#include "base/clock.h"
#include "base/loop.h"

struct card_watch;

enum { CARD_WATCH_RETRY_SEC = 10, CARD_WATCH_RETRY_MAX_SEC = 3600 };

int card_watch_new(const struct loop *loop, const struct clock *clock, void (*changed)(void *data),
	void *data, struct card_watch **ret);
/* NULL is fine. Returns NULL. */
struct card_watch *card_watch_free(struct card_watch *w);
