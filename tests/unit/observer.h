#pragma once
/*
 * A managed device whose servers observe, in simulated time: what was sent, when, and what the
 * servers make of it.
 */
#include "dm.h"
#include "dm/observe.h"

enum { OBSERVER_SENT_MAX = 128 };

struct sent {
	unsigned sec; /* since observer_setup() */
	uint16_t short_server_id;
	char token[9];
	uint32_t sequence;
	bool is_confirmable, has_observe;
	unsigned code; /* 205 */
	int format;
	char payload[200];
	size_t payload_len;
};

struct observer {
	struct dm d;
	struct observe *o;
	uint64_t now, realtime, armed;
	struct sent sent[OBSERVER_SENT_MAX]; /* the last ones */
	size_t n_sent, n_checked;
	int send_result;
	bool is_conclusive; /* confirmable ones are acknowledged at once */
	unsigned n_unreachable, n_added, n_dropped, n_touched;
	uint16_t unreachable;
};

/* The device of dm.h with /30000/0/1 = 1, /30000/0/4 = false and /30000/0/3 = 1.5. */
void observer_setup(struct observer *t);
void observer_teardown(struct observer *t);
/* A daemon that starts anew with the same model: state through observe_save() and _load(). */
void observer_restart(struct observer *t, uint64_t off_sec);
/* Runs everything that is due within so many seconds. */
void observer_run(struct observer *t, uint64_t sec);

/* Sets /30000/0/RID outside of any operation. */
void observer_set_int(struct observer *t, uint16_t rid, int64_t v);
void observer_set_float(struct observer *t, uint16_t rid, double v);
void observer_set_bool(struct observer *t, uint16_t rid, bool v);

/* The next notification that was not checked yet: token, second, payload. */
void observer_expect(struct observer *t, const char *token, unsigned sec, const char *payload);
/* No other one was sent. */
void observer_expect_none(struct observer *t);
const struct sent *observer_last(const struct observer *t);
