#pragma once
/*
 * What the service asks of systemd over D-Bus: reboot (logind), clock and time zone (timedated).
 * Every call is asynchronous; what is permitted is asked ahead of time, so that a server's request
 * can be answered at once. Layer: daemon. (org.freedesktop.login1(5), org.freedesktop.timedate1(5))
 */
#include "base/clock.h"
#include "base/loop.h"

#include <stdbool.h>

struct system_bus;

int system_bus_new(const struct loop *loop, const struct clock *clock, struct system_bus **ret);
/* Calls that are on their way are forgotten. NULL is fine. Returns NULL. */
struct system_bus *system_bus_free(struct system_bus *b);

/* Asks what is permitted; until the answers are there, the former ones count, at first "no". */
void system_bus_probe(struct system_bus *b);
bool system_bus_can_reboot(const struct system_bus *b);
/* timedated answers, and no NTP client rules the clock. */
bool system_bus_can_set_time(const struct system_bus *b);
bool system_bus_can_set_timezone(const struct system_bus *b);

/* A failure is logged. Negative errno: it could not be asked. */
int system_bus_reboot(struct system_bus *b);
int system_bus_set_time(struct system_bus *b, int64_t unix_seconds);
int system_bus_set_timezone(struct system_bus *b, const char *zone);
