#include "server/registration.h"

#include <errno.h>
#include <stdlib.h>

#include "server/lifetime.h"
#include "server/retry.h"

/* clang-format off */
static const struct reg_row rows[] = {
	/* its turn, after the delay of 1/x/14 (section 5) */
	{REG_IDLE,          REG_EV_START,        REG_REGISTERING,   REG_DO_REGISTER},
	{REG_IDLE,          REG_EV_DELAYED,      REG_DELAY,         0},
	{REG_DELAY,         REG_EV_DUE,          REG_REGISTERING,   REG_DO_REGISTER},

	/* Register: each response has its row (section 1.3) */
	{REG_REGISTERING,   REG_EV_ACCEPTED,     REG_REGISTERED,    REG_TELL_UP},
	{REG_REGISTERING,   REG_EV_VERSION,      REG_REGISTERING,   REG_DO_REGISTER},
	{REG_REGISTERING,   REG_EV_CONFLICT,     REG_REGISTERING,   REG_DO_REGISTER},
	{REG_REGISTERING,   REG_EV_REJECTED,     REG_FAILED,        REG_DO_CLOSE | REG_TELL_FAILED},
	{REG_REGISTERING,   REG_EV_FATAL,        REG_FAILED,        REG_DO_CLOSE | REG_TELL_FAILED},
	{REG_REGISTERING,   REG_EV_FAILED,       REG_RETRY,         REG_DO_CLOSE},
	{REG_REGISTERING,   REG_EV_EXHAUSTED,    REG_FAILED,        REG_DO_CLOSE | REG_TELL_FAILED},
	{REG_REGISTERING,   REG_EV_CHANGED,      REG_REGISTERING,   0},
	{REG_REGISTERING,   REG_EV_ASKED,        REG_REGISTERING,   0},
	{REG_RETRY,         REG_EV_DUE,          REG_REGISTERING,   REG_DO_REGISTER},
	{REG_RETRY,         REG_EV_START,        REG_REGISTERING,   REG_DO_REGISTER},
	{REG_FAILED,        REG_EV_START,        REG_REGISTERING,   REG_DO_REGISTER},
	{REG_FAILED,        REG_EV_DELAYED,      REG_DELAY,         0},

	/* Update: what is not answered 2.04 is answered by a new Register (section 2) */
	{REG_REGISTERED,    REG_EV_DUE,          REG_UPDATING,      REG_DO_UPDATE},
	{REG_REGISTERED,    REG_EV_CHANGED,      REG_REGISTERED,    0},
	{REG_REGISTERED,    REG_EV_ASKED,        REG_UPDATING,      REG_DO_UPDATE},
	{REG_UPDATING,      REG_EV_CHANGED,      REG_UPDATING,      0},
	{REG_UPDATING,      REG_EV_ASKED,        REG_UPDATING,      0},
	{REG_UPDATING,      REG_EV_ACCEPTED,     REG_REGISTERED,    0},
	{REG_UPDATING,      REG_EV_FORGOTTEN,    REG_REGISTERING,   REG_DO_REGISTER | REG_TELL_DOWN},
	{REG_UPDATING,      REG_EV_FAILED,       REG_REGISTERING,   REG_DO_CLOSE | REG_DO_REGISTER | REG_TELL_DOWN},

	/* the end of a registration that nobody asked for */
	{REG_REGISTERED,    REG_EV_EXPIRED,      REG_REGISTERING,   REG_DO_REGISTER | REG_TELL_DOWN},
	{REG_UPDATING,      REG_EV_EXPIRED,      REG_REGISTERING,   REG_DO_CANCEL | REG_DO_CLOSE | REG_DO_REGISTER | REG_TELL_DOWN},
	{REG_REGISTERED,    REG_EV_SESSION_LOST, REG_REGISTERING,   REG_DO_REGISTER | REG_TELL_DOWN},
	{REG_REGISTERED,    REG_EV_LOST_EARLY,   REG_RETRY,         REG_TELL_DOWN},
	{REG_UPDATING,      REG_EV_SESSION_LOST, REG_REGISTERING,   REG_DO_CANCEL | REG_DO_REGISTER | REG_TELL_DOWN},
	{REG_REGISTERED,    REG_EV_FATAL,        REG_FAILED,        REG_DO_CLOSE | REG_TELL_DOWN | REG_TELL_FAILED},
	{REG_UPDATING,      REG_EV_FATAL,        REG_FAILED,        REG_DO_CLOSE | REG_TELL_DOWN | REG_TELL_FAILED},

	/* 1/x/4: De-register, close, be silent for 1/x/5, then Register (section 4) */
	{REG_REGISTERED,    REG_EV_DISABLE,      REG_DISABLING,     REG_DO_DEREGISTER | REG_TELL_DOWN},
	{REG_UPDATING,      REG_EV_DISABLE,      REG_DISABLING,     REG_DO_CANCEL | REG_DO_DEREGISTER | REG_TELL_DOWN},
	{REG_DISABLING,     REG_EV_ACCEPTED,     REG_DISABLED,      REG_DO_CLOSE},
	{REG_DISABLING,     REG_EV_DUE,          REG_DISABLED,      REG_DO_CANCEL | REG_DO_CLOSE},
	{REG_DISABLED,      REG_EV_DUE,          REG_REGISTERING,   REG_DO_REGISTER},

	/* the orderly end (section 3) */
	{REG_IDLE,          REG_EV_STOP,         REG_STOPPED,       REG_TELL_STOPPED},
	{REG_DELAY,         REG_EV_STOP,         REG_STOPPED,       REG_TELL_STOPPED},
	{REG_REGISTERING,   REG_EV_STOP,         REG_STOPPED,       REG_DO_CANCEL | REG_DO_CLOSE | REG_TELL_STOPPED},
	{REG_RETRY,         REG_EV_STOP,         REG_STOPPED,       REG_DO_CLOSE | REG_TELL_STOPPED},
	{REG_REGISTERED,    REG_EV_STOP,         REG_DEREGISTERING, REG_DO_DEREGISTER},
	{REG_UPDATING,      REG_EV_STOP,         REG_DEREGISTERING, REG_DO_CANCEL | REG_DO_DEREGISTER},
	{REG_DISABLING,     REG_EV_STOP,         REG_DEREGISTERING, 0},
	{REG_DISABLED,      REG_EV_STOP,         REG_STOPPED,       REG_TELL_STOPPED},
	{REG_FAILED,        REG_EV_STOP,         REG_STOPPED,       REG_TELL_STOPPED},
	{REG_DEREGISTERING, REG_EV_ACCEPTED,     REG_STOPPED,       REG_DO_CLOSE | REG_TELL_STOPPED},
	{REG_DEREGISTERING, REG_EV_DUE,          REG_STOPPED,       REG_DO_CANCEL | REG_DO_CLOSE | REG_TELL_STOPPED},
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof *rows };

static const char *const state_names[REG_STATE_COUNT] = {
	[REG_IDLE] = "IDLE",
	[REG_DELAY] = "DELAY",
	[REG_REGISTERING] = "REGISTERING",
	[REG_RETRY] = "RETRY",
	[REG_REGISTERED] = "REGISTERED",
	[REG_UPDATING] = "UPDATING",
	[REG_DISABLING] = "DISABLING",
	[REG_DISABLED] = "DISABLED",
	[REG_DEREGISTERING] = "DEREGISTERING",
	[REG_FAILED] = "FAILED",
	[REG_STOPPED] = "STOPPED",
};

static const char *const event_names[REG_EV_COUNT] = {
	[REG_EV_START] = "START",
	[REG_EV_DUE] = "DUE",
	[REG_EV_ACCEPTED] = "ACCEPTED",
	[REG_EV_VERSION] = "VERSION",
	[REG_EV_CONFLICT] = "CONFLICT",
	[REG_EV_REJECTED] = "REJECTED",
	[REG_EV_FORGOTTEN] = "FORGOTTEN",
	[REG_EV_FAILED] = "FAILED",
	[REG_EV_FATAL] = "FATAL",
	[REG_EV_CHANGED] = "CHANGED",
	[REG_EV_ASKED] = "ASKED",
	[REG_EV_SESSION_LOST] = "SESSION_LOST",
	[REG_EV_DISABLE] = "DISABLE",
	[REG_EV_STOP] = "STOP",
	[REG_EV_DELAYED] = "DELAYED",
	[REG_EV_EXHAUSTED] = "EXHAUSTED",
	[REG_EV_EXPIRED] = "EXPIRED",
	[REG_EV_LOST_EARLY] = "LOST_EARLY",
};

/* How long changes are collected for one Update (TS core 6.2.2). */
#define COALESCE USEC_PER_SEC
/* Between Updates that only tell another list of objects: it may come and go often. */
#define LIST_GAP (10 * USEC_PER_SEC)
/* De-register may take this long (doc/decisions.md). */
#define DEREGISTER_LIMIT (5 * USEC_PER_SEC)
/* So that a server which drops the session after each registration is no tight loop. */
#define SESSION_GAP (5 * USEC_PER_SEC)

struct reg {
	uint16_t short_server_id;
	enum reg_state state; /* written by reg_step(), and by reg_resume() at the start */
	enum lwm2m_version version;
	enum reason reason;
	struct reg_params params;
	struct retry current, next;
	uint64_t deadline;
	uint64_t expires;
	uint64_t registered_at;
	uint64_t silent_until; /* 1/x/5 */
	uint64_t changed_at;   /* the first change that no request carried yet; USEC_NEVER: none */
	bool is_asked;	       /* somebody wants the Update: it does not wait for LIST_GAP */
	uint64_t list_told_at; /* by an Update that a change brought about; 0: never */
	bool was_up;	       /* since the last bootstrap */
	bool is_full_list;     /* 4.09 was answered already */
};

int reg_new(uint16_t short_server_id, const struct reg_params *params, struct reg **ret)
{
	struct reg *r = calloc(1, sizeof *r);

	if (!r)
		return -ENOMEM;
	r->short_server_id = short_server_id;
	r->version = LWM2M_1_2;
	r->params = *params;
	r->current = r->next = RETRY_FIRST;
	r->deadline = r->changed_at = USEC_NEVER;
	*ret = r;
	return 0;
}

struct reg *reg_free(struct reg *r)
{
	free(r);
	return NULL;
}

void reg_free_p(struct reg **r)
{
	*r = reg_free(*r);
}

void reg_set_params(struct reg *r, const struct reg_params *params)
{
	r->params = *params;
}

void reg_bootstrapped(struct reg *r)
{
	r->was_up = false;
}

int reg_resume(struct reg *r, enum lwm2m_version version, uint64_t now, uint64_t expires)
{
	if (r->state != REG_IDLE)
		return -EBUSY;
	r->state = REG_REGISTERED;
	r->version = version;
	r->expires = expires;
	r->deadline = r->registered_at = now;
	r->was_up = true;
	return 0;
}

/* Whether another attempt follows; keeps which and when. */
static bool plan_retry(struct reg *r, uint64_t now)
{
	const struct retry_limits limits = {
		.count = r->params.retry_count,
		.timer = r->params.retry_timer,
		.sequence_delay = r->params.sequence_delay,
		.sequence_count = r->params.sequence_count,
	};
	uint64_t delay;

	if (!retry_next(&limits, r->current, &r->next, &delay))
		return false;
	r->deadline = usec_after(now, delay);
	return true;
}

/*
 * What an event means here: counters and times decide between the rows of the table.
 * REG_EV_COUNT: nothing.
 */
static enum reg_event mean_itself(struct reg *r, enum reg_event event, uint64_t now)
{
	(void)r;
	(void)now;
	return event;
}

static enum reg_event mean_start(struct reg *r, enum reg_event event, uint64_t now)
{
	(void)now;
	return r->state != REG_RETRY && r->params.initial_delay > 0 && !r->was_up ? REG_EV_DELAYED
										  : event;
}

static enum reg_event mean_due(struct reg *r, enum reg_event event, uint64_t now)
{
	if (now < r->deadline)
		return REG_EV_COUNT;
	return reg_is_up(r) && now >= r->expires ? REG_EV_EXPIRED : event;
}

/* A De-register is done whatever came of it; an Update that was refused is a lost registration. */
static enum reg_event mean_answer(struct reg *r, enum reg_event event, uint64_t now)
{
	bool is_refusal =
		event == REG_EV_REJECTED || event == REG_EV_VERSION || event == REG_EV_CONFLICT;

	(void)now;
	if (r->state == REG_DISABLING || r->state == REG_DEREGISTERING)
		return REG_EV_ACCEPTED;
	return r->state == REG_UPDATING && is_refusal ? REG_EV_FORGOTTEN : event;
}

static enum reg_event mean_failed(struct reg *r, enum reg_event event, uint64_t now)
{
	if (r->state == REG_REGISTERING)
		return plan_retry(r, now) ? event : REG_EV_EXHAUSTED;
	return mean_answer(r, event, now);
}

static enum reg_event mean_version(struct reg *r, enum reg_event event, uint64_t now)
{
	if (r->state == REG_REGISTERING)
		return r->version > LWM2M_1_0 ? event : REG_EV_REJECTED;
	return mean_answer(r, event, now);
}

static enum reg_event mean_conflict(struct reg *r, enum reg_event event, uint64_t now)
{
	if (r->state == REG_REGISTERING)
		return r->is_full_list ? REG_EV_REJECTED : event;
	return mean_answer(r, event, now);
}

static enum reg_event mean_lost(struct reg *r, enum reg_event event, uint64_t now)
{
	if (r->state == REG_REGISTERED && now < r->registered_at + SESSION_GAP)
		return REG_EV_LOST_EARLY;
	return mean_answer(r, event, now);
}

/* None for the events that only the table knows. */
static enum reg_event (*const meaning[REG_EV_COUNT])(struct reg *, enum reg_event, uint64_t) = {
	[REG_EV_START] = mean_start,
	[REG_EV_DUE] = mean_due,
	[REG_EV_ACCEPTED] = mean_itself,
	[REG_EV_VERSION] = mean_version,
	[REG_EV_CONFLICT] = mean_conflict,
	[REG_EV_REJECTED] = mean_answer,
	[REG_EV_FORGOTTEN] = mean_answer,
	[REG_EV_FAILED] = mean_failed,
	[REG_EV_FATAL] = mean_answer,
	[REG_EV_CHANGED] = mean_itself,
	[REG_EV_ASKED] = mean_itself,
	[REG_EV_SESSION_LOST] = mean_lost,
	[REG_EV_DISABLE] = mean_itself,
	[REG_EV_STOP] = mean_itself,
};

/* What entering a state sets, beside the state itself. */
static void enter_quiet(struct reg *r, const struct reg_row *row, uint64_t now)
{
	(void)row;
	(void)now;
	r->deadline = USEC_NEVER;
	r->expires = 0;
}

static void enter_delay(struct reg *r, const struct reg_row *row, uint64_t now)
{
	(void)row;
	r->deadline = usec_after(now, r->params.initial_delay);
}

/* Register carries all that changed before. */
static void enter_registering(struct reg *r, const struct reg_row *row, uint64_t now)
{
	(void)now;
	if (row->actions & REG_DO_REGISTER) {
		r->changed_at = USEC_NEVER;
		r->is_asked = false;
	}
	if (row->event == REG_EV_VERSION)
		r->version--;
	if (row->event == REG_EV_CONFLICT)
		r->is_full_list = true;
	r->current = r->next;
	r->deadline = USEC_NEVER;
	r->expires = 0;
}

/* The deadline of the next attempt was planned when the last one failed. */
static void enter_retry(struct reg *r, const struct reg_row *row, uint64_t now)
{
	(void)now;
	if (row->event == REG_EV_LOST_EARLY)
		r->deadline = r->registered_at + SESSION_GAP;
	r->expires = 0;
}

static void enter_registered(struct reg *r, const struct reg_row *row, uint64_t now)
{
	const struct reg_params *p = &r->params;

	if (row->event == REG_EV_ACCEPTED) {
		r->reason = REASON_NONE;
		r->current = r->next = RETRY_FIRST;
		r->is_full_list = false;
		r->was_up = true;
		r->expires = lifetime_end(now, p->lifetime);
		r->deadline =
			lifetime_update(now, p->lifetime, p->max_transmit_wait, p->nat_keepalive);
	}
	if (row->from == REG_REGISTERING)
		r->registered_at = now;
	if (r->changed_at != USEC_NEVER) {
		uint64_t due = r->changed_at + COALESCE, next = r->list_told_at + LIST_GAP;

		if (!r->is_asked && r->list_told_at > 0 && due < next)
			due = next;
		if (due < r->deadline)
			r->deadline = due;
	}
}

static void enter_updating(struct reg *r, const struct reg_row *row, uint64_t now)
{
	if (row->actions & REG_DO_UPDATE) {
		if (r->changed_at != USEC_NEVER)
			r->list_told_at = now;
		r->changed_at = USEC_NEVER;
		r->is_asked = false;
	}
	r->deadline = r->expires;
}

static void enter_leaving(struct reg *r, const struct reg_row *row, uint64_t now)
{
	if (row->to == REG_DISABLING)
		r->silent_until = usec_after(now, r->params.disable_timeout);
	r->deadline = now + DEREGISTER_LIMIT;
	r->expires = 0;
}

static void enter_disabled(struct reg *r, const struct reg_row *row, uint64_t now)
{
	(void)row;
	(void)now;
	r->deadline = r->silent_until;
}

static void (*const enter[REG_STATE_COUNT])(struct reg *, const struct reg_row *, uint64_t) = {
	[REG_IDLE] = enter_quiet,
	[REG_DELAY] = enter_delay,
	[REG_REGISTERING] = enter_registering,
	[REG_RETRY] = enter_retry,
	[REG_REGISTERED] = enter_registered,
	[REG_UPDATING] = enter_updating,
	[REG_DISABLING] = enter_leaving,
	[REG_DISABLED] = enter_disabled,
	[REG_DEREGISTERING] = enter_leaving,
	[REG_FAILED] = enter_quiet,
	[REG_STOPPED] = enter_quiet,
};

static void take_row(struct reg *r, const struct reg_row *row, uint64_t now)
{
	bool is_change = row->event == REG_EV_CHANGED || row->event == REG_EV_ASKED;

	if (is_change && r->changed_at == USEC_NEVER)
		r->changed_at = now;
	if (row->event == REG_EV_ASKED)
		r->is_asked = true;
	if (row->event == REG_EV_START || row->event == REG_EV_DELAYED) {
		r->next = RETRY_FIRST;
		r->version = LWM2M_1_2;
		r->is_full_list = false;
	}
	enter[row->to](r, row, now);
	r->state = row->to;
}

unsigned reg_step(struct reg *r, enum reg_event event, enum reason reason, uint64_t now)
{
	if ((unsigned)event >= REG_EV_COUNT || !meaning[event])
		return 0;

	enum reg_event what = meaning[event](r, event, now);

	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].from != r->state || rows[i].event != what)
			continue;
		if (reason != REASON_NONE)
			r->reason = reason;
		take_row(r, &rows[i], now);
		return rows[i].actions;
	}
	return 0;
}

enum reg_state reg_state(const struct reg *r)
{
	return r->state;
}

const char *reg_state_name(enum reg_state state)
{
	return (unsigned)state < REG_STATE_COUNT ? state_names[state] : "?";
}

const char *reg_event_name(enum reg_event event)
{
	return (unsigned)event < REG_EV_COUNT ? event_names[event] : "?";
}

uint16_t reg_short_server_id(const struct reg *r)
{
	return r->short_server_id;
}

bool reg_is_up(const struct reg *r)
{
	return r->state == REG_REGISTERED || r->state == REG_UPDATING;
}

enum lwm2m_version reg_version(const struct reg *r)
{
	return r->version;
}

const char *reg_version_text(enum lwm2m_version v)
{
	switch (v) {
	case LWM2M_1_0:
		return "1.0";
	case LWM2M_1_1:
		return "1.1";
	case LWM2M_1_2:
		return "1.2";
	}
	return "?";
}

uint64_t reg_deadline(const struct reg *r)
{
	return r->deadline;
}

uint64_t reg_expires(const struct reg *r)
{
	return r->expires;
}

uint32_t reg_attempt(const struct reg *r)
{
	return r->current.attempt;
}

uint32_t reg_sequence(const struct reg *r)
{
	return r->current.sequence;
}

enum reason reg_reason(const struct reg *r)
{
	return r->reason;
}

bool reg_row(size_t i, struct reg_row *ret)
{
	if (i >= ROWS)
		return false;
	*ret = rows[i];
	return true;
}
