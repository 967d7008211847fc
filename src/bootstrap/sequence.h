#pragma once
/*
 * The four steps from power-on to managed: one table, one writer. Pure: it arms nothing, sends
 * nothing, logs nothing. daemon/effects.c carries out the effects and feeds back what happened
 * as events. Layer: bootstrap. (TS core 6.1.4, 6.2.1.1)
 */
#include <stdbool.h>
#include <stddef.h>

enum seq_state {
	SEQ_START,
	SEQ_CARD,	      /* step 1: bootstrap information from the smartcard */
	SEQ_FACTORY,	      /* step 2: manufacturer pre-configuration */
	SEQ_REGISTER,	      /* step 3: register with every LwM2M server */
	SEQ_MANAGED,	      /* at least one registration stands */
	SEQ_OFFLINE,	      /* no account's server has a route: nothing is tried or timed */
	SEQ_HOLD_OFF,	      /* step 4: wait ClientHoldOffTime for the bootstrap server */
	SEQ_HOLD_OFF_SESSION, /* … and it came: server-initiated bootstrap */
	SEQ_SERVER_SESSION,   /* server-initiated bootstrap outside the hold-off */
	SEQ_REQUEST,	      /* step 4: Bootstrap-Request is on its way */
	SEQ_CLIENT_SESSION,   /* client-initiated bootstrap: the server writes */
	SEQ_BACK_OFF,	      /* a client-initiated bootstrap failed: wait, then again */
	SEQ_NEXT_ROUND,	      /* no bootstrap possible or wanted: wait, then from step 1 */
	SEQ_STOPPED,
	SEQ_STATE_COUNT
};

enum seq_event {
	EV_GO,
	EV_CARD_DATA,	       /* the card configured the client */
	EV_CARD_NONE,	       /* it did not; the reason is in the time line */
	EV_ACCOUNTS,	       /* accounts are there (pre-configured, or stored and still valid) */
	EV_SERVER_UP,	       /* a registration stands */
	EV_ALL_FAILED,	       /* every registration ended as failed */
	EV_ALL_FAILED_FOR_NOW, /* … and each 1/x/16 is false: no bootstrap */
	EV_NO_SERVERS,	       /* there is no Server instance */
	EV_SERVER_FAILED,      /* one failure that asks for a bootstrap by itself (1/x/16) */
	EV_BOOTSTRAP_WANTED,   /* 1/x/9, or the operator: ask without a hold-off */
	EV_OFFLINE,
	EV_ONLINE,
	EV_NO_ACCOUNT, /* step 4 without a Bootstrap-Server account */
	EV_HOLD_OFF_OVER,
	EV_BOOTSTRAP_OPERATION, /* an authenticated Bootstrap operation outside a session of ours */
	EV_REQUEST_ACCEPTED,	/* 2.04 to Bootstrap-Request, or its first operation */
	EV_REQUEST_FAILED,
	EV_FINISHED,	   /* Bootstrap-Finish answered 2.04, the state is durable */
	EV_SESSION_FAILED, /* silent, aborted or not storable: rolled back */
	EV_BACK_OFF_OVER,
	EV_ROUND_OVER, /* start again at step 1 */
	EV_STOP,
	EV_COUNT
};

/* Carried out in this order, lowest bit first. */
enum seq_effect {
	DO_STOP_WAIT = 1 << 0,	    /* hold-off, back-off, session timeout, a request on its way */
	DO_CLOSE_LISTENER = 1 << 1, /* before a client-initiated bootstrap with the same key */
	DO_ROLL_BACK = 1 << 2,	    /* the bootstrap session leaves no trace */
	DO_APPLY = 1 << 3,	    /* the new accounts count: failures are forgotten */
	DO_READ_CARD = 1 << 4,
	DO_LOAD_FACTORY = 1 << 5,
	DO_REGISTER_ALL = 1 << 6, /* as the accounts are now; standing registrations stay */
	DO_WATCH_ROUTES = 1 << 7,
	DO_ARM_HOLD_OFF = 1 << 8,    /* from now; a first name look-up; opens the listener */
	DO_RESUME_HOLD_OFF = 1 << 9, /* the rest of it, at once if it is over */
	DO_OPEN_SESSION = 1 << 10,   /* begin the transaction, start the session timeout */
	DO_REQUEST = 1 << 11,	     /* Bootstrap-Request */
	DO_BACK_OFF = 1 << 12,
	DO_WAIT_ROUND = 1 << 13,
	DO_STOP = 1 << 14, /* de-register everywhere, end */
};

struct seq {
	enum seq_state state; /* written by seq_step() alone */
};

/*
 * One event: moves the state and returns the effects (0: none). Events without a row leave all
 * as it is and return -EPROTO; the caller may ignore that for events of seq_is_ignored().
 */
int seq_step(struct seq *s, enum seq_event event);

/* Pairs that mean nothing by design (late answers, repeated news). Everything else without a row is
 * our own bug. */
bool seq_is_ignored(enum seq_state state, enum seq_event event);

/* For the manual page, its check, and the time line. */
const char *seq_state_name(enum seq_state state);
const char *seq_event_name(enum seq_event event);
/* "DO_X DO_Y" into ret; always NUL terminated. */
void seq_effects_format(int effects, char *ret, size_t len);

struct seq_row {
	enum seq_state from;
	enum seq_event event;
	enum seq_state to;
	int effects;
};
/* The i-th row of the table; false behind the last. */
bool seq_row(size_t i, struct seq_row *ret);
