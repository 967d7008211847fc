#pragma once
/*
 * A loop for tests: descriptors are real and polled when the test says so, timers are armed and
 * seen but run only by fake_loop_due().
 */
#include <stdbool.h>

#include "base/loop.h"

/* How many sources there are now; a test ends with none. */
unsigned fake_loop_sources(void);
const struct loop *fake_loop(void);
/* Waits at most that long and calls back for one ready descriptor; false: none was. */
bool fake_loop_turn(int milliseconds);
/* Whether a descriptor is ready, without calling back. */
bool fake_loop_is_ready(void);
/* The armed timer's moment, USEC_NEVER: none; and how often one was armed. */
uint64_t fake_loop_armed(void);
unsigned fake_loop_armings(void);
/* Runs the armed timer. */
void fake_loop_due(void);
