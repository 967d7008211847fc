#include "daemon/card_run.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "card/frame.h"
#include "daemon/card_child.h"

/* Where the PC/SC service listens if nobody says something else. */
#define SERVICE_SOCKET "/run/pcscd/pcscd.comm"

struct card_run {
	struct card_run_env env;
	struct card_child *child;
	struct loop_source *timer;
	uint64_t give_up_at; /* the end of all patience */
	struct buf frame;
	bool is_running, has_sign;
	bool is_by_program;
	int start_error; /* told from the loop */
};

static uint64_t now(const struct card_run *r)
{
	return clock_now(r->env.clock);
}

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_done(b);
}

static void arm(struct card_run *r, uint64_t seconds)
{
	uint64_t at = usec_after(now(r), seconds);

	r->env.loop->arm(r->timer, at < r->give_up_at ? at : r->give_up_at, USEC_PER_MSEC);
}

static void conclude(struct card_run *r, struct card_outcome *outcome, bool is_killed)
{
	r->child = card_child_free(r->child);
	r->env.loop->arm(r->timer, USEC_NEVER, 1);
	r->is_running = false;
	wipe(&r->frame);
	r->env.done(r->env.data, outcome, is_killed);
	outcome_done(outcome);
}

/* --- what the helper says --------------------------------------------------------------------- */

static void on_said(void *data, struct span bytes)
{
	struct card_run *r = data;

	if (r->frame.len == 0)
		while (bytes.len > 0 && bytes.data[0] == FRAME_SIGN_OF_LIFE) {
			r->has_sign = true;
			bytes = span_of(bytes.data + 1, bytes.len - 1);
		}
	arm(r, CARD_SILENCE_SEC);
	/* more than a frame can be: refused when it is looked at */
	if (buf_append(&r->frame, bytes) < 0) {
		struct card_outcome outcome = {0};

		outcome_end(&outcome, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE,
			"%s said more than it may", card_child_program());
		conclude(r, &outcome, false);
	}
}

static void on_ended(void *data)
{
	struct card_run *r = data;
	struct card_outcome outcome = {0};

	if (frame_take_outcome(buf_span(&r->frame), &outcome) < 0)
		outcome_end(&outcome, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE,
			"%s ended without an answer", card_child_program());
	conclude(r, &outcome, false);
}

static void on_timer(void *data)
{
	struct card_run *r = data;
	struct card_outcome outcome = {0};

	if (r->start_error)
		outcome_end(&outcome, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE,
			"%s cannot be started: %s", card_child_program(),
			strerror(-r->start_error));
	else if (!r->child)
		outcome_end(&outcome, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE,
			"no PC/SC service is installed");
	else if (!r->has_sign && !r->is_by_program)
		outcome_end(&outcome, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE,
			"the PC/SC service did not answer for %d s", CARD_FIRST_SIGN_SEC);
	else
		outcome_end(&outcome, CARD_CLASS_TRANSIENT, REASON_CARD_MUTE,
			now(r) >= r->give_up_at ? "the card took more than %d s"
						: "the card did not answer for %d s",
			now(r) >= r->give_up_at ? CARD_TOTAL_SEC
			: r->has_sign		? CARD_SILENCE_SEC
						: CARD_FIRST_SIGN_SEC);
	conclude(r, &outcome, r->child != NULL);
}

/* --- starting --------------------------------------------------------------------------------- */

bool card_run_has_service(void)
{
	const char *named = getenv("PCSCLITE_CSOCK_NAME");

	return access(named ? named : SERVICE_SOCKET, F_OK) == 0;
}

int card_run_start(struct card_run *r, const struct card_wish *wish)
{
	_cleanup_(wipe) struct buf question = {0};
	const struct card_child_hooks hooks = {.data = r, .said = on_said, .ended = on_ended};
	uint8_t *room;

	if (r->is_running)
		return -EBUSY;

	/* keys are in it: in one piece, so that growing leaves no copies */
	int e = buf_reserve(&question, BUF_DEFAULT_MAX / 8, &room);

	if (e == 0)
		e = frame_put_wish(wish, &question);
	if (e < 0)
		return e;
	r->is_running = true;
	r->has_sign = false;
	r->is_by_program = wish->n_command > 0;
	r->start_error = 0;
	r->frame.max = FRAME_MAX;
	if (!wish->n_command && !card_run_has_service()) {
		r->env.loop->arm(r->timer, now(r), 1);
		return 0;
	}
	r->give_up_at = usec_after(now(r), CARD_TOTAL_SEC);
	r->start_error =
		card_child_new(r->env.loop, "read", buf_span(&question), &hooks, &r->child);
	if (r->start_error)
		r->env.loop->arm(r->timer, now(r), 1);
	else
		arm(r, CARD_FIRST_SIGN_SEC);
	return 0;
}

bool card_run_is_running(const struct card_run *r)
{
	return r->is_running;
}

/* --- life ------------------------------------------------------------------------------------- */

int card_run_new(const struct card_run_env *env, struct card_run **ret)
{
	struct card_run *r = calloc(1, sizeof *r);

	if (!r)
		return -ENOMEM;
	r->env = *env;

	int e = env->loop->timer(env->loop->impl, on_timer, r, &r->timer);

	if (e < 0) {
		free(r);
		return e;
	}
	*ret = r;
	return 0;
}

struct card_run *card_run_free(struct card_run *r)
{
	if (!r)
		return NULL;
	card_child_free(r->child);
	r->env.loop->free_source(r->timer);
	wipe(&r->frame);
	free(r);
	return NULL;
}
