#pragma once
/*
 * The registration with one LwM2M server: one table of states and events, no I/O, no timers of
 * its own. The caller carries out the returned actions, reports what came back as events, and
 * calls again when reg_deadline() has come. Layer: server.
 * (TS core 6.2.1, TS core 6.2.2)
 */
#include "base/clock.h"
#include "base/reason.h"
#include "base/span.h"
#include "codec/ids.h"

struct reg;

enum reg_state {
	REG_IDLE,	 /* waits for its turn in the order */
	REG_DELAY,	 /* initial registration delay, 1/x/14 */
	REG_REGISTERING, /* Register is on its way (resolve and handshake included) */
	REG_RETRY,	 /* waits before the next attempt or sequence */
	REG_REGISTERED,
	REG_UPDATING,
	REG_DISABLING, /* 1/x/4: De-register is on its way … */
	REG_DISABLED,  /* … and now silence for 1/x/5 */
	REG_DEREGISTERING,
	REG_FAILED, /* finally failed or rejected; tried again in the next round */
	REG_STOPPED,
	REG_STATE_COUNT
};

enum reg_event {
	REG_EV_START,	     /* its turn; a new round; or the operator: try now */
	REG_EV_DUE,	     /* the deadline has come */
	REG_EV_ACCEPTED,     /* 2.01 to Register, 2.04 to Update, any answer to De-register */
	REG_EV_VERSION,	     /* 4.12: try the next lower version */
	REG_EV_CONFLICT,     /* 4.09: once more with the full list */
	REG_EV_REJECTED,     /* 4.00, 4.03, other 4.xx to Register: permanent */
	REG_EV_FORGOTTEN,    /* 4.04, 4.00 to Update: Register anew */
	REG_EV_FAILED,	     /* no answer, 5.xx, no route, handshake: temporary */
	REG_EV_FATAL,	     /* a security error that cannot heal by itself ("Fail" class) */
	REG_EV_CHANGED,	     /* the object list changed: Update, after collecting more */
	REG_EV_ASKED,	     /* 1/x/8 executed, lifetime or binding written: Update now */
	REG_EV_SESSION_LOST, /* a new security context is needed: Register, not Update */
	REG_EV_DISABLE,	     /* 1/x/4 executed */
	REG_EV_STOP,	     /* orderly end: De-register */
	/* From here on events of the table that reg_step() makes of those above. */
	REG_EV_DELAYED,	   /* START, and 1/x/14 is to be waited for */
	REG_EV_EXHAUSTED,  /* FAILED, and it was the last attempt */
	REG_EV_EXPIRED,	   /* DUE, and the lifetime is over */
	REG_EV_LOST_EARLY, /* SESSION_LOST just after the registration: not at once again */
	REG_EV_COUNT
};

/* What the caller must do now; a set, carried out lowest bit first. */
enum reg_action {
	REG_DO_CANCEL = 1 << 0,	    /* forget the exchange on its way */
	REG_DO_CLOSE = 1 << 1,	    /* close the transport session */
	REG_DO_REGISTER = 1 << 2,   /* send Register with reg_version() */
	REG_DO_UPDATE = 1 << 3,	    /* send Update with what changed since the last success */
	REG_DO_DEREGISTER = 1 << 4, /* send De-register */
	REG_TELL_DOWN = 1 << 5,	    /* was registered and is not any more */
	REG_TELL_UP = 1 << 6,	    /* registered: tell the order and the sequence */
	REG_TELL_FAILED = 1 << 7,   /* finally failed: tell them */
	REG_TELL_STOPPED = 1 << 8,  /* the orderly end is done */
};

/* From /1/y and the configuration; absent resources already replaced by their defaults. */
struct reg_params {
	uint32_t lifetime; /* seconds; 0: infinite (1.2) */
	uint32_t initial_delay;
	uint32_t retry_count;
	uint32_t retry_timer;
	uint32_t sequence_delay; /* UINT32_MAX: no further sequence */
	uint32_t sequence_count;
	uint32_t disable_timeout;
	uint32_t max_transmit_wait; /* seconds, of the coap keys; 93 by default */
	uint32_t nat_keepalive;	    /* seconds between Updates at most; 0: as the lifetime says */
	bool queue_mode;	    /* the server holds requests back while this client sleeps */
};

int reg_new(uint16_t short_server_id, const struct reg_params *params, struct reg **ret);
struct reg *reg_free(struct reg *r);
void reg_free_p(struct reg **r);

/* New parameters; the running wait is kept, the next Update is planned with the new lifetime. */
void reg_set_params(struct reg *r, const struct reg_params *params);
/* A bootstrap has succeeded: 1/x/14 counts again until the next success. */
void reg_bootstrapped(struct reg *r);
/* A registration that was kept over a restart: REGISTERED, Update due at once. -EBUSY: not IDLE. */
int reg_resume(struct reg *r, enum lwm2m_version version, uint64_t now, uint64_t expires);

/*
 * One event at time now. Returns a set of enum reg_action; 0 where the event means nothing in
 * this state. reason: why; reg_reason() gives the last one until the next success.
 */
unsigned reg_step(struct reg *r, enum reg_event event, enum reason reason, uint64_t now);

enum reg_state reg_state(const struct reg *r);
const char *reg_state_name(enum reg_state state);
const char *reg_event_name(enum reg_event event);
uint16_t reg_short_server_id(const struct reg *r);
bool reg_is_up(const struct reg *r); /* REGISTERED or UPDATING */
enum lwm2m_version reg_version(const struct reg *r);
const char *reg_version_text(enum lwm2m_version v); /* "1.2" */
/* When REG_EV_DUE wants to be told; USEC_NEVER: no wait is running. */
uint64_t reg_deadline(const struct reg *r);
/* When the registration ends at the server; USEC_NEVER: infinite, 0: none. */
uint64_t reg_expires(const struct reg *r);
/* The attempt and sequence that runs, or failed last; from 1, for the time line. */
uint32_t reg_attempt(const struct reg *r);
uint32_t reg_sequence(const struct reg *r);
enum reason reg_reason(const struct reg *r);

struct reg_row {
	enum reg_state from;
	enum reg_event event;
	enum reg_state to;
	unsigned actions;
};
/* The i-th row of the table; false behind the last. */
bool reg_row(size_t i, struct reg_row *ret);
