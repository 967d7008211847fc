#pragma once
/*
 * A world of its own for tests of daemon/: time stands still while something happens and jumps to
 * the next due timer, so that a day takes microseconds and a moment can be exact. It takes the
 * place of clock_system, of sd-event (dloop_…), of the timerfd of the hold-off (holdoff_…), of
 * netlink (routes_…) and of getrandom(): linked instead of those of libbase.a and libdaemon.a.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"

/* In every test first: the time since boot, microseconds. The calendar begins at 1800000000 s. */
void world_begin(uint64_t now);
/* Last: nothing that was made in the world may be left. */
void world_end(void);

extern const struct loop world_loop;

uint64_t world_now(void);
/* Seconds since world_begin(), and the microseconds of a moment that many seconds after it. */
double world_seconds(void);
uint64_t world_second(double seconds);
/* All that is due until then, in order; ends early when the daemon has ended. */
void world_run_to(uint64_t at);
void world_run(double seconds);
/* Only what is due now. */
void world_settle(void);
/* Called at that moment, from the loop. */
void world_at(double seconds, void (*fn)(void));
/* The moment of the next timer, USEC_NEVER: none is armed. */
uint64_t world_next(void);
/* A set clock: only the calendar moves. */
void world_set_calendar(int64_t by_seconds);

/* What getrandom() gives from now on, as a number (0 at first); negative: it fails. */
void world_random(int64_t value);
/* The n-th loop source from now cannot be made (-ENOMEM); 0: all can. */
void world_fail_source(unsigned n);
unsigned world_sources(void);

/* A signal, as the handler of dloop_signal() gets it. */
void world_signal(int signo);
/* What dloop_exit() was told, -1: nothing yet. */
int world_exit_code(void);
/* Netlink says that routes changed; and whether anybody listens. */
void world_change_routes(void);
bool world_is_watching_routes(void);
void world_fail_routes(int error); /* of routes_new(), 0: it works */
/* When the hold-off ends, USEC_NEVER: it does not run. */
uint64_t world_holdoff(void);

/* The last log record with this text in it; NULL: none. */
const char *world_log(const char *text);
unsigned world_log_count(const char *text);
