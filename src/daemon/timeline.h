#pragma once
/*
 * The way to the present state, step by step: what "why" shows. A bounded ring in memory; each
 * entry is also logged, once. Layer: daemon. (lwm2md(8))
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/log.h"

enum stage {
	STAGE_SMARTCARD,
	STAGE_FACTORY,
	STAGE_REGISTER,
	STAGE_WAIT,
	STAGE_SERVER_BOOTSTRAP,
	STAGE_CLIENT_BOOTSTRAP,
};

enum step_result { STEP_RUNNING, STEP_OK, STEP_SKIPPED, STEP_FAILED, STEP_PENDING };

enum { TIMELINE_STEPS = 128, STEP_DETAIL_MAX = 192 };

struct step {
	uint64_t seq;	/* from 1 */
	uint64_t when;	/* REALTIME, usec */
	uint64_t since; /* BOOTTIME, usec */
	enum stage stage;
	enum step_result result;
	int32_t server; /* Short Server ID, LOG_SERVER_BOOTSTRAP or LOG_SERVER_NONE */
	enum reason reason;
	unsigned repeats; /* how often the same (stage, server, result, reason) came since */
	char detail[STEP_DETAIL_MAX];
	bool is_over; /* a failure that success has followed, or the other way round */
};

struct timeline;

int timeline_new(const struct clock *clock, struct timeline **ret);
struct timeline *timeline_free(struct timeline *t);
void timeline_free_p(struct timeline **t);

/* What an entry says beside its text. */
struct step_fields {
	enum stage stage;
	enum step_result result;
	int32_t server;
	enum reason reason;
	enum log_level level;
	enum log_id id;
	const char *uri;   /* may be NULL */
	uint8_t code;	   /* CoAP response code, 0: none */
	uint64_t next_sec; /* until the next try, 0: none */
};

/*
 * Stores the entry and logs it through log_fields() with everything above. The same failure
 * (stage, server, reason) is logged at once, then after a minute, ten minutes, then hourly, with
 * the count; the ring keeps one entry for it and counts.
 */
__attribute__((format(printf, 3, 4))) void timeline_add(
	struct timeline *t, const struct step_fields *fields, const char *format, ...);

/* One listener: called after each timeline_add(), must not add. NULL: none. */
void timeline_follow(
	struct timeline *t, void (*added)(void *data, const struct step *step), void *data);

/* Oldest first; start with *cursor = 0. false: no more. */
bool timeline_next(const struct timeline *t, uint64_t *cursor, struct step *ret);
const char *stage_name(enum stage stage);	       /* "smartcard", "factory", … */
const char *step_result_name(enum step_result result); /* "running", "ok", … */
