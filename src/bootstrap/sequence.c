#include "bootstrap/sequence.h"

#include <errno.h>
#include <stdio.h>

/* clang-format off */
static const struct seq_row rows[] = {
	/* step 1: is there a smartcard, and did it configure the client? */
	{SEQ_START,            EV_GO,                  SEQ_CARD,             DO_READ_CARD},
	{SEQ_CARD,             EV_CARD_DATA,           SEQ_REGISTER,         DO_REGISTER_ALL},
	{SEQ_CARD,             EV_CARD_NONE,           SEQ_FACTORY,          DO_LOAD_FACTORY},

	/* step 2: manufacturer pre-configuration, or what an earlier bootstrap left */
	{SEQ_FACTORY,          EV_ACCOUNTS,            SEQ_REGISTER,         DO_REGISTER_ALL},

	/* step 3: register with every server; one success is enough */
	{SEQ_REGISTER,         EV_SERVER_UP,           SEQ_MANAGED,          0},
	{SEQ_REGISTER,         EV_ALL_FAILED,          SEQ_HOLD_OFF,         DO_ARM_HOLD_OFF},
	{SEQ_REGISTER,         EV_ALL_FAILED_FOR_NOW,  SEQ_NEXT_ROUND,       DO_WAIT_ROUND},
	{SEQ_REGISTER,         EV_NO_SERVERS,          SEQ_HOLD_OFF,         DO_ARM_HOLD_OFF},
	{SEQ_REGISTER,         EV_SERVER_FAILED,       SEQ_HOLD_OFF,         DO_ARM_HOLD_OFF},
	{SEQ_REGISTER,         EV_OFFLINE,             SEQ_OFFLINE,          DO_WATCH_ROUTES},
	{SEQ_REGISTER,         EV_BOOTSTRAP_WANTED,    SEQ_REQUEST,          DO_CLOSE_LISTENER | DO_REQUEST},
	{SEQ_REGISTER,         EV_BOOTSTRAP_OPERATION, SEQ_SERVER_SESSION,   DO_OPEN_SESSION},
	{SEQ_MANAGED,          EV_ALL_FAILED,          SEQ_HOLD_OFF,         DO_ARM_HOLD_OFF},
	{SEQ_MANAGED,          EV_ALL_FAILED_FOR_NOW,  SEQ_NEXT_ROUND,       DO_WAIT_ROUND},
	{SEQ_MANAGED,          EV_SERVER_FAILED,       SEQ_HOLD_OFF,         DO_ARM_HOLD_OFF},
	{SEQ_MANAGED,          EV_OFFLINE,             SEQ_OFFLINE,          DO_WATCH_ROUTES},
	{SEQ_MANAGED,          EV_BOOTSTRAP_WANTED,    SEQ_REQUEST,          DO_CLOSE_LISTENER | DO_REQUEST},
	{SEQ_MANAGED,          EV_BOOTSTRAP_OPERATION, SEQ_SERVER_SESSION,   DO_OPEN_SESSION},
	{SEQ_OFFLINE,          EV_ONLINE,              SEQ_REGISTER,         DO_STOP_WAIT | DO_REGISTER_ALL},
	{SEQ_OFFLINE,          EV_SERVER_UP,           SEQ_MANAGED,          DO_STOP_WAIT},

	/* step 4: nobody took us; wait ClientHoldOffTime for a server-initiated bootstrap … */
	{SEQ_HOLD_OFF,         EV_BOOTSTRAP_OPERATION, SEQ_HOLD_OFF_SESSION, DO_STOP_WAIT | DO_OPEN_SESSION},
	{SEQ_HOLD_OFF,         EV_SERVER_UP,           SEQ_MANAGED,          DO_STOP_WAIT | DO_CLOSE_LISTENER},
	{SEQ_HOLD_OFF,         EV_OFFLINE,             SEQ_OFFLINE,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_WATCH_ROUTES},
	{SEQ_HOLD_OFF,         EV_NO_ACCOUNT,          SEQ_NEXT_ROUND,       DO_STOP_WAIT | DO_WAIT_ROUND},
	{SEQ_HOLD_OFF_SESSION, EV_FINISHED,            SEQ_REGISTER,         DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_APPLY | DO_REGISTER_ALL},
	{SEQ_HOLD_OFF_SESSION, EV_SESSION_FAILED,      SEQ_HOLD_OFF,         DO_STOP_WAIT | DO_ROLL_BACK | DO_RESUME_HOLD_OFF},
	{SEQ_SERVER_SESSION,   EV_FINISHED,            SEQ_REGISTER,         DO_STOP_WAIT | DO_APPLY | DO_REGISTER_ALL},
	{SEQ_SERVER_SESSION,   EV_SESSION_FAILED,      SEQ_REGISTER,         DO_STOP_WAIT | DO_ROLL_BACK | DO_REGISTER_ALL},

	/* … and if none came, ask for a client-initiated one */
	{SEQ_HOLD_OFF,         EV_HOLD_OFF_OVER,       SEQ_REQUEST,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_REQUEST},
	{SEQ_HOLD_OFF,         EV_BOOTSTRAP_WANTED,    SEQ_REQUEST,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_REQUEST},
	{SEQ_REQUEST,          EV_REQUEST_ACCEPTED,    SEQ_CLIENT_SESSION,   DO_OPEN_SESSION},
	{SEQ_REQUEST,          EV_REQUEST_FAILED,      SEQ_BACK_OFF,         DO_BACK_OFF},
	{SEQ_REQUEST,          EV_NO_ACCOUNT,          SEQ_NEXT_ROUND,       DO_WAIT_ROUND},
	{SEQ_CLIENT_SESSION,   EV_FINISHED,            SEQ_REGISTER,         DO_STOP_WAIT | DO_APPLY | DO_REGISTER_ALL},
	{SEQ_CLIENT_SESSION,   EV_SESSION_FAILED,      SEQ_BACK_OFF,         DO_STOP_WAIT | DO_ROLL_BACK | DO_BACK_OFF},

	/* a failed bootstrap: again after a while, from step 1 after some failures */
	{SEQ_BACK_OFF,         EV_BACK_OFF_OVER,       SEQ_REQUEST,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_REQUEST},
	{SEQ_BACK_OFF,         EV_ROUND_OVER,          SEQ_CARD,             DO_STOP_WAIT | DO_READ_CARD},
	{SEQ_BACK_OFF,         EV_SERVER_UP,           SEQ_MANAGED,          DO_STOP_WAIT},
	{SEQ_BACK_OFF,         EV_BOOTSTRAP_WANTED,    SEQ_REQUEST,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_REQUEST},
	{SEQ_BACK_OFF,         EV_BOOTSTRAP_OPERATION, SEQ_SERVER_SESSION,   DO_STOP_WAIT | DO_OPEN_SESSION},
	{SEQ_NEXT_ROUND,       EV_ROUND_OVER,          SEQ_CARD,             DO_STOP_WAIT | DO_READ_CARD},
	{SEQ_NEXT_ROUND,       EV_SERVER_UP,           SEQ_MANAGED,          DO_STOP_WAIT},
	{SEQ_NEXT_ROUND,       EV_BOOTSTRAP_OPERATION, SEQ_SERVER_SESSION,   DO_STOP_WAIT | DO_OPEN_SESSION},

	/* a changed configuration starts over; an orderly end is possible everywhere */
	{SEQ_REGISTER,         EV_ROUND_OVER,          SEQ_CARD,             DO_STOP_WAIT | DO_READ_CARD},
	{SEQ_MANAGED,          EV_ROUND_OVER,          SEQ_CARD,             DO_STOP_WAIT | DO_READ_CARD},
	{SEQ_OFFLINE,          EV_ROUND_OVER,          SEQ_CARD,             DO_STOP_WAIT | DO_READ_CARD},
	{SEQ_HOLD_OFF,         EV_ROUND_OVER,          SEQ_CARD,             DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_READ_CARD},
	{SEQ_REQUEST,          EV_ROUND_OVER,          SEQ_CARD,             DO_STOP_WAIT | DO_READ_CARD},

	{SEQ_START,            EV_STOP,                SEQ_STOPPED,          DO_STOP},
	{SEQ_CARD,             EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_STOP},
	{SEQ_FACTORY,          EV_STOP,                SEQ_STOPPED,          DO_STOP},
	{SEQ_REGISTER,         EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_STOP},
	{SEQ_MANAGED,          EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_STOP},
	{SEQ_OFFLINE,          EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_STOP},
	{SEQ_HOLD_OFF,         EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_STOP},
	{SEQ_HOLD_OFF_SESSION, EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_ROLL_BACK | DO_STOP},
	{SEQ_SERVER_SESSION,   EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_ROLL_BACK | DO_STOP},
	{SEQ_REQUEST,          EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_STOP},
	{SEQ_CLIENT_SESSION,   EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_ROLL_BACK | DO_STOP},
	{SEQ_BACK_OFF,         EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_CLOSE_LISTENER | DO_STOP},
	{SEQ_NEXT_ROUND,       EV_STOP,                SEQ_STOPPED,          DO_STOP_WAIT | DO_STOP},
};
/* clang-format on */

static const char *const state_names[SEQ_STATE_COUNT] = {
	[SEQ_START] = "START",
	[SEQ_CARD] = "CARD",
	[SEQ_FACTORY] = "FACTORY",
	[SEQ_REGISTER] = "REGISTER",
	[SEQ_MANAGED] = "MANAGED",
	[SEQ_OFFLINE] = "OFFLINE",
	[SEQ_HOLD_OFF] = "HOLD_OFF",
	[SEQ_HOLD_OFF_SESSION] = "HOLD_OFF_SESSION",
	[SEQ_SERVER_SESSION] = "SERVER_SESSION",
	[SEQ_REQUEST] = "REQUEST",
	[SEQ_CLIENT_SESSION] = "CLIENT_SESSION",
	[SEQ_BACK_OFF] = "BACK_OFF",
	[SEQ_NEXT_ROUND] = "NEXT_ROUND",
	[SEQ_STOPPED] = "STOPPED",
};

static const char *const event_names[EV_COUNT] = {
	[EV_GO] = "GO",
	[EV_CARD_DATA] = "CARD_DATA",
	[EV_CARD_NONE] = "CARD_NONE",
	[EV_ACCOUNTS] = "ACCOUNTS",
	[EV_SERVER_UP] = "SERVER_UP",
	[EV_ALL_FAILED] = "ALL_FAILED",
	[EV_ALL_FAILED_FOR_NOW] = "ALL_FAILED_FOR_NOW",
	[EV_NO_SERVERS] = "NO_SERVERS",
	[EV_SERVER_FAILED] = "SERVER_FAILED",
	[EV_BOOTSTRAP_WANTED] = "BOOTSTRAP_WANTED",
	[EV_OFFLINE] = "OFFLINE",
	[EV_ONLINE] = "ONLINE",
	[EV_NO_ACCOUNT] = "NO_ACCOUNT",
	[EV_HOLD_OFF_OVER] = "HOLD_OFF_OVER",
	[EV_BOOTSTRAP_OPERATION] = "BOOTSTRAP_OPERATION",
	[EV_REQUEST_ACCEPTED] = "REQUEST_ACCEPTED",
	[EV_REQUEST_FAILED] = "REQUEST_FAILED",
	[EV_FINISHED] = "FINISHED",
	[EV_SESSION_FAILED] = "SESSION_FAILED",
	[EV_BACK_OFF_OVER] = "BACK_OFF_OVER",
	[EV_ROUND_OVER] = "ROUND_OVER",
	[EV_STOP] = "STOP",
};

static const char *const effect_names[] = {
	"STOP_WAIT",
	"CLOSE_LISTENER",
	"ROLL_BACK",
	"APPLY",
	"READ_CARD",
	"LOAD_FACTORY",
	"REGISTER_ALL",
	"WATCH_ROUTES",
	"ARM_HOLD_OFF",
	"RESUME_HOLD_OFF",
	"OPEN_SESSION",
	"REQUEST",
	"BACK_OFF",
	"WAIT_ROUND",
	"STOP",
};

enum { ROWS = sizeof rows / sizeof *rows, EFFECTS = sizeof effect_names / sizeof *effect_names };

int seq_step(struct seq *s, enum seq_event event)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].from != s->state || rows[i].event != event)
			continue;
		s->state = rows[i].to;
		return rows[i].effects;
	}
	return -EPROTO;
}

/*
 * News of registrations, routes and the bootstrap server arrive whenever they happen; where they
 * change nothing they are no error.
 */
bool seq_is_ignored(enum seq_state state, enum seq_event event)
{
	if (state == SEQ_STOPPED)
		return true;

	switch (event) {
	case EV_SERVER_UP:
	case EV_ALL_FAILED:
	case EV_ALL_FAILED_FOR_NOW:
	case EV_NO_SERVERS:
	case EV_SERVER_FAILED:
	case EV_BOOTSTRAP_WANTED:
	case EV_OFFLINE:
	case EV_ONLINE:
	case EV_BOOTSTRAP_OPERATION:
	case EV_ROUND_OVER:
	case EV_STOP:
		break;
	case EV_GO:
	case EV_CARD_DATA:
	case EV_CARD_NONE:
	case EV_ACCOUNTS:
	case EV_NO_ACCOUNT:
	case EV_HOLD_OFF_OVER:
	case EV_REQUEST_ACCEPTED:
	case EV_REQUEST_FAILED:
	case EV_FINISHED:
	case EV_SESSION_FAILED:
	case EV_BACK_OFF_OVER:
	case EV_COUNT:
		return false;
	}

	struct seq copy = {.state = state};

	return seq_step(&copy, event) < 0;
}

const char *seq_state_name(enum seq_state state)
{
	return (unsigned)state < SEQ_STATE_COUNT ? state_names[state] : "?";
}

const char *seq_event_name(enum seq_event event)
{
	return (unsigned)event < EV_COUNT ? event_names[event] : "?";
}

void seq_effects_format(int effects, char *ret, size_t len)
{
	size_t used = 0;

	if (len)
		ret[0] = '\0';
	for (size_t i = 0; i < EFFECTS; i++) {
		if (!(effects & 1 << i) || used >= len)
			continue;

		int n = snprintf(ret + used, len - used, "%s%s", used ? " " : "", effect_names[i]);

		if (n > 0)
			used += (size_t)n;
	}
}

bool seq_row(size_t i, struct seq_row *ret)
{
	if (i >= ROWS)
		return false;
	*ret = rows[i];
	return true;
}
