#pragma once
/*
 * A small event loop for tests of transport/: epoll and timers behind struct loop, and a clock
 * that runs as the system's does but can be moved ahead, so that no test waits for a deadline.
 */
#include "base/clock.h"
#include "base/loop.h"
#include "base/span.h"

extern const struct loop test_loop;
extern const struct clock test_loop_clock;

/* Moves the clock ahead; timers that are due then fire in the next turn. */
void test_loop_jump(uint64_t usec);
/* Turns the loop until *count reaches at least value. False: it did not within ms. */
bool test_loop_until(const unsigned *count, unsigned value, unsigned ms);
/* Turns the loop for this long: to see that something does not happen. */
void test_loop_for(unsigned ms);
