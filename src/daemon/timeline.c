#include "daemon/timeline.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct step step;
	bool is_closed; /* the opposite came since: the next one of this kind is a new entry */
	/* of failures: when it was logged last, how often at all, how often it came since */
	uint64_t logged_at;
	unsigned logged;
	unsigned unlogged;
};

struct timeline {
	const struct clock *clock;
	uint64_t seq;
	struct entry entry[TIMELINE_STEPS]; /* oldest first */
	size_t n;
	void (*added)(void *data, const struct step *step);
	void *data;
};

static const char *const stage_names[] = {
	[STAGE_SMARTCARD] = "smartcard",
	[STAGE_FACTORY] = "factory",
	[STAGE_REGISTER] = "register",
	[STAGE_WAIT] = "wait",
	[STAGE_SERVER_BOOTSTRAP] = "server-bootstrap",
	[STAGE_CLIENT_BOOTSTRAP] = "client-bootstrap",
};

static const char *const result_names[] = {
	[STEP_RUNNING] = "running",
	[STEP_OK] = "ok",
	[STEP_SKIPPED] = "skipped",
	[STEP_FAILED] = "failed",
	[STEP_PENDING] = "pending",
};

const char *stage_name(enum stage stage)
{
	return (size_t)stage < sizeof stage_names / sizeof *stage_names ? stage_names[stage] : "?";
}

const char *step_result_name(enum step_result result)
{
	return (size_t)result < sizeof result_names / sizeof *result_names ? result_names[result]
									   : "?";
}

int timeline_new(const struct clock *clock, struct timeline **ret)
{
	struct timeline *t = calloc(1, sizeof *t);

	if (!t)
		return -ENOMEM;
	t->clock = clock;
	*ret = t;
	return 0;
}

struct timeline *timeline_free(struct timeline *t)
{
	free(t);
	return NULL;
}

void timeline_free_p(struct timeline **t)
{
	*t = timeline_free(*t);
}

static void drop(struct timeline *t, size_t i)
{
	t->n--;
	memmove(&t->entry[i], &t->entry[i + 1], (t->n - i) * sizeof *t->entry);
}

/* Takes the earlier entry of the same kind out of the line; an empty one if there is none. */
static struct entry take_earlier(struct timeline *t, const struct step_fields *f)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct step *s = &t->entry[i].step;

		if (t->entry[i].is_closed || s->stage != f->stage || s->server != f->server ||
			s->result != f->result || s->reason != f->reason)
			continue;

		struct entry found = t->entry[i];

		drop(t, i);
		found.step.repeats++;
		return found;
	}
	return (struct entry){0};
}

/* Storing has its own failures and successes beside those of step 2. */
static bool is_about_state(enum reason reason)
{
	return reason == REASON_STATE_CORRUPT || reason == REASON_STATE_FULL ||
	       reason == REASON_STATE_UNWRITABLE;
}

/* What worked again is news when it fails the next time, and the other way round. */
static void close_opposite(struct timeline *t, const struct step_fields *f)
{
	for (size_t i = 0; i < t->n; i++) {
		struct entry *e = &t->entry[i];
		bool is_success = e->step.result == STEP_OK;

		if (e->step.stage != f->stage || e->step.server != f->server ||
			is_about_state(e->step.reason) != (f->id == LOG_ID_STATE_PROBLEM))
			continue;
		if (f->result == STEP_OK ? !is_success : f->result == STEP_FAILED && is_success)
			e->is_closed = true;
	}
}

/* At once, then after a minute, ten minutes, each hour. */
static bool is_to_be_logged(const struct entry *e, uint64_t now)
{
	static const uint64_t pause[] = {0, 60, 600, 3600};
	unsigned last = sizeof pause / sizeof *pause - 1;

	if (e->step.result != STEP_FAILED)
		return true;
	return e->logged == 0 ||
	       now >= usec_after(e->logged_at, pause[e->logged < last ? e->logged : last]);
}

static void log_entry(struct entry *e, const struct step_fields *f, uint64_t now)
{
	const struct log_fields fields = {
		.id = f->id,
		.reason = f->reason,
		.server = f->server,
		.uri = f->uri,
		.stage = stage_name(f->stage),
		.code = f->code,
		.next_sec = f->next_sec,
	};

	if (!is_to_be_logged(e, now)) {
		e->unlogged++;
		return;
	}
	if (e->unlogged > 0)
		log_fields(f->level, &fields, "%s (%u times more since the last message)",
			e->step.detail, e->unlogged + 1);
	else
		log_fields(f->level, &fields, "%s", e->step.detail);
	e->logged_at = now;
	e->logged++;
	e->unlogged = 0;
}

/* A text that was cut must not end within a character of UTF-8. */
static void trim(char *text)
{
	size_t end = strlen(text), lead = end;

	while (lead > 0 && ((unsigned char)text[lead - 1] & 0xc0) == 0x80)
		lead--;
	if (lead == 0)
		return;

	unsigned char first = (unsigned char)text[--lead];
	size_t len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;

	if (lead + len > end)
		text[lead] = '\0';
}

void timeline_add(struct timeline *t, const struct step_fields *fields, const char *format, ...)
{
	struct entry e = take_earlier(t, fields);
	uint64_t now = clock_now(t->clock);
	va_list args;

	e.step.seq = ++t->seq;
	e.step.when = clock_realtime(t->clock);
	e.step.since = now;
	e.step.stage = fields->stage;
	e.step.result = fields->result;
	e.step.server = fields->server;
	e.step.reason = fields->reason;

	va_start(args, format);
	if (vsnprintf(e.step.detail, sizeof e.step.detail, format, args) >= STEP_DETAIL_MAX)
		trim(e.step.detail);
	va_end(args);

	close_opposite(t, fields);
	log_entry(&e, fields, now);

	if (t->n == TIMELINE_STEPS)
		drop(t, 0);
	t->entry[t->n++] = e;
	if (t->added)
		t->added(t->data, &e.step);
}

void timeline_follow(
	struct timeline *t, void (*added)(void *data, const struct step *step), void *data)
{
	t->added = added;
	t->data = data;
}

bool timeline_next(const struct timeline *t, uint64_t *cursor, struct step *ret)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->entry[i].step.seq <= *cursor)
			continue;
		*ret = t->entry[i].step;
		ret->is_over = t->entry[i].is_closed;
		*cursor = ret->seq;
		return true;
	}
	return false;
}
