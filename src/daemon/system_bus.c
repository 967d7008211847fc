#include "daemon/system_bus.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#include "base/log.h"

enum { CALL_TIMEOUT_SEC = 25, PROCESS_MAX = 64 };

/* clang-format off */
#define LOGIND "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
#define TIMEDATED "org.freedesktop.timedate1", "/org/freedesktop/timedate1"
/* clang-format on */

struct system_bus {
	const struct loop *loop;
	const struct clock *clock;
	sd_bus *bus; /* NULL: not connected */
	struct loop_source *watch, *timer;
	int events; /* that are watched for */
	bool can_reboot, has_timedated, is_ntp;
};

/* --- the connection in the loop --------------------------------------------------------------- */

static void disconnect(struct system_bus *b)
{
	b->loop->free_source(b->watch);
	b->watch = NULL;
	if (b->timer)
		b->loop->arm(b->timer, USEC_NEVER, USEC_PER_MSEC);
	sd_bus_close_unref(b->bus);
	b->bus = NULL;
	b->events = 0;
}

static void on_ready(void *data, uint32_t events);

static uint64_t monotonic_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * USEC_PER_SEC + (uint64_t)t.tv_nsec / 1000;
}

/* sd-bus counts in CLOCK_MONOTONIC, the loop in CLOCK_BOOTTIME: only the difference is carried. */
static void arm(struct system_bus *b)
{
	uint64_t at = USEC_NEVER, now = monotonic_now();

	if (sd_bus_get_timeout(b->bus, &at) < 0 || at == USEC_NEVER)
		at = USEC_NEVER;
	else
		at = clock_now(b->clock) + (at > now ? at - now : 0);
	b->loop->arm(b->timer, at, 10 * USEC_PER_MSEC);
}

/* What it waits for changes with its state: connecting, saying hello, sending. */
static int follow(struct system_bus *b)
{
	int events = sd_bus_get_events(b->bus);

	if (events < 0)
		return events;
	if (events != b->events || !b->watch) {
		b->loop->free_source(b->watch);
		b->watch = NULL;
		/* POLLIN and POLLOUT have the numbers of EPOLLIN and EPOLLOUT */
		int r = b->loop->watch(b->loop->impl, sd_bus_get_fd(b->bus), (uint32_t)events,
			on_ready, b, &b->watch);

		if (r < 0)
			return r;
		b->events = events;
	}
	arm(b);
	return 0;
}

static void process(struct system_bus *b)
{
	int r = 1;

	for (unsigned i = 0; r > 0 && i < PROCESS_MAX; i++)
		r = sd_bus_process(b->bus, NULL);
	if (r >= 0)
		r = follow(b);
	if (r < 0)
		disconnect(b);
}

static void on_ready(void *data, uint32_t events)
{
	(void)events;
	process(data);
}

static void on_due(void *data)
{
	struct system_bus *b = data;

	if (b->bus)
		process(b);
}

static int connect_bus(struct system_bus *b)
{
	if (b->bus)
		return 0;

	int r = sd_bus_open_system(&b->bus);

	if (r >= 0)
		r = sd_bus_set_method_call_timeout(b->bus, CALL_TIMEOUT_SEC * USEC_PER_SEC);
	if (r < 0)
		disconnect(b);
	return r < 0 ? r : 0;
}

/* After calls were put into the queue: what can go out goes. */
static int send_off(struct system_bus *b, int r)
{
	if (r >= 0)
		r = follow(b);
	if (r < 0)
		disconnect(b);
	return r < 0 ? r : 0;
}

/* --- what is permitted ------------------------------------------------------------------------ */

static int on_can_reboot(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct system_bus *b = data;
	const char *answer = "no";

	(void)error;
	b->can_reboot = !sd_bus_message_is_method_error(m, NULL) &&
			sd_bus_message_read(m, "s", &answer) > 0 && strcmp(answer, "yes") == 0;
	return 0;
}

static int on_ntp(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct system_bus *b = data;
	int is_ntp = 1;

	(void)error;
	b->has_timedated = !sd_bus_message_is_method_error(m, NULL) &&
			   sd_bus_message_read(m, "v", "b", &is_ntp) > 0;
	b->is_ntp = is_ntp;
	return 0;
}

void system_bus_probe(struct system_bus *b)
{
	int r = connect_bus(b);

	if (r == 0)
		r = sd_bus_call_method_async(
			b->bus, NULL, LOGIND, "CanReboot", on_can_reboot, b, NULL);
	if (r >= 0)
		r = sd_bus_call_method_async(b->bus, NULL, TIMEDATED,
			"org.freedesktop.DBus.Properties", "Get", on_ntp, b, "ss",
			"org.freedesktop.timedate1", "NTP");
	if (send_off(b, r) < 0)
		b->can_reboot = b->has_timedated = false;
}

bool system_bus_can_reboot(const struct system_bus *b)
{
	return b->can_reboot;
}

bool system_bus_can_set_time(const struct system_bus *b)
{
	return b->has_timedated && !b->is_ntp;
}

bool system_bus_can_set_timezone(const struct system_bus *b)
{
	return b->has_timedated;
}

/* --- what is done ----------------------------------------------------------------------------- */

static int on_done(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)error;
	if (e)
		LOG(LOG_WARNING, "%s was refused: %s", (const char *)data,
			e->message ? e->message : e->name);
	else
		LOG(LOG_NOTICE, "%s is done", (const char *)data);
	return 0;
}

int system_bus_reboot(struct system_bus *b)
{
	int r = connect_bus(b);

	if (r == 0)
		r = sd_bus_call_method_async(b->bus, NULL, LOGIND, "Reboot", on_done,
			(char *)(uintptr_t) "the reboot", "b", 0);
	return send_off(b, r);
}

int system_bus_set_time(struct system_bus *b, int64_t unix_seconds)
{
	int64_t usec;
	int r = __builtin_mul_overflow(unix_seconds, (int64_t)USEC_PER_SEC, &usec) ? -ERANGE
										   : connect_bus(b);

	if (r == -ERANGE)
		return r;
	if (r == 0)
		r = sd_bus_call_method_async(b->bus, NULL, TIMEDATED, "org.freedesktop.timedate1",
			"SetTime", on_done, (char *)(uintptr_t) "setting the clock", "xbb", usec, 0,
			0);
	return send_off(b, r);
}

int system_bus_set_timezone(struct system_bus *b, const char *zone)
{
	int r = connect_bus(b);

	if (r == 0)
		r = sd_bus_call_method_async(b->bus, NULL, TIMEDATED, "org.freedesktop.timedate1",
			"SetTimezone", on_done, (char *)(uintptr_t) "setting the time zone", "sb",
			zone, 0);
	return send_off(b, r);
}

/* --- life ------------------------------------------------------------------------------------- */

int system_bus_new(const struct loop *loop, const struct clock *clock, struct system_bus **ret)
{
	struct system_bus *b = calloc(1, sizeof *b);

	if (!b)
		return -ENOMEM;
	*b = (struct system_bus){.loop = loop, .clock = clock};

	int r = loop->timer(loop->impl, on_due, b, &b->timer);

	if (r < 0) {
		free(b);
		return r;
	}
	*ret = b;
	return 0;
}

struct system_bus *system_bus_free(struct system_bus *b)
{
	if (!b)
		return NULL;
	disconnect(b);
	b->loop->free_source(b->timer);
	free(b);
	return NULL;
}
