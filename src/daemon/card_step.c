#include "daemon/card_step.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "card/pin.h"
#include "daemon/card_apply.h"
#include "daemon/card_run.h"
#include "daemon/card_watch.h"
#include "keys/hash.h"

enum {
	FRESH_SEC = 1,	/* what was read just now need not be read again */
	SETTLE_SEC = 1, /* after a change: readers tell several at once */
	RETRY_SEC = 30, /* after a card that could not be read, doubled … */
	RETRY_MAX_SEC = 3600,
	DETAIL_MAX = STEP_DETAIL_MAX,
};

/* How an outcome relates to what was applied. */
enum change {
	SAME,	 /* or nothing is known: what is there stays */
	NEW,	 /* accounts to apply */
	CHANGED, /* the same card with other content */
	SWAPPED, /* another card */
	REMOVED, /* no card any more */
	SPOILT,	 /* the card has no usable content any more */
};

struct card_step {
	struct card_step_env env;
	const struct conf *conf;
	struct card_run *run;
	struct card_watch *watch;
	/* step 1 */
	bool is_asked;
	void (*done)(void *to, const struct card_answer *answer);
	void *to;
	struct loop_source *step_timer; /* smartcard.timeout, or an answer that is there already */
	struct card_outcome pending;	/* read already: what made the sequence start over */
	bool has_pending;
	/* looking again */
	struct loop_source *again;
	struct loop_source *held_up; /* Registers and Updates wait until then */
	bool is_holding_up;
	bool has_news;	  /* of the watcher, since the last visit */
	bool has_no_card; /* at the last visit: the watcher will tell */
	bool is_given_up; /* until a card event or a reload: PIN, keys, channel; or it hangs */
	uint64_t visited_at;
	bool had_reader;
	uint64_t reader_gone_at; /* USEC_NEVER: it is not */
	uint64_t retry_sec;
	/* content that was looked at and refused: not a reason to start over again */
	bool has_refused;
	uint8_t refused[HASH_LEN];
};

static uint64_t now(const struct card_step *c)
{
	return clock_now(c->env.clock);
}

static bool is_off(const struct card_step *c)
{
	return c->conf->smartcard.enabled == CARD_NO;
}

/* The card is behind a program: no PC/SC service, and nobody who tells of changes. */
static bool is_behind_program(const struct card_step *c)
{
	return c->conf->smartcard.command && c->conf->smartcard.command[0];
}

/* --- what a visit says about what was applied ------------------------------------------------- */

static struct span id_of(const struct card_outcome *o)
{
	return octets_span(o->iccid.len ? &o->iccid : &o->atr);
}

static int identify(const struct card_outcome *o, struct store_card *card)
{
	struct span id = id_of(o);

	card->is_applied = true;
	card->id_len = (uint8_t)id.len;
	if (id.len)
		memcpy(card->id, id.data, id.len);
	return hash_sha256(buf_span(&o->content), card->content_hash);
}

/* The accounts of an applied card may have got lost with the state directory. */
static bool is_applied(const struct card_step *c)
{
	struct account a;
	uint32_t cursor = 0;

	if (!keeper_card(c->env.keeper)->is_applied)
		return false;
	while (account_next(c->env.model, &cursor, &a))
		if (a.origin == ORIGIN_CARD || a.origin == ORIGIN_BOOTSTRAP)
			return true;
	return false;
}

static enum change compare_content(const struct card_step *c, const struct card_outcome *o)
{
	const struct store_card *old = keeper_card(c->env.keeper);
	struct store_card card = *old;

	if (identify(o, &card) < 0)
		return SAME;
	if (!is_applied(c))
		return NEW;
	if (!span_is_equal(span_of(card.id, card.id_len), span_of(old->id, old->id_len)))
		return SWAPPED;
	return memcmp(card.content_hash, old->content_hash, HASH_LEN) == 0 ? SAME : CHANGED;
}

/* A reader that is pulled out takes its card with it, one that is reset comes back in time. */
static uint64_t grace_ends_at(const struct card_step *c)
{
	return c->reader_gone_at == USEC_NEVER
		       ? USEC_NEVER
		       : c->reader_gone_at + c->conf->smartcard.reader_grace;
}

static bool is_removed(const struct card_step *c, const struct card_outcome *o)
{
	return o->class == CARD_CLASS_ABSENT ||
	       (o->reason == REASON_CARD_NO_READER && now(c) >= grace_ends_at(c));
}

static enum change compare(const struct card_step *c, const struct card_outcome *o)
{
	if (is_removed(c, o))
		return is_applied(c) && c->conf->smartcard.on_removal == REMOVAL_RESTART ? REMOVED
											 : SAME;
	switch (o->class) {
	case CARD_CLASS_READ:
		return compare_content(c, o);
	case CARD_CLASS_NO_DATA:
	case CARD_CLASS_INVALID:
		return is_applied(c) ? SPOILT : SAME;
	case CARD_CLASS_ABSENT:
	case CARD_CLASS_LOCKED:
	case CARD_CLASS_TRANSIENT:
	case CARD_CLASS_NO_SERVICE:
	case CARD_CLASS_COUNT:
		break;
	}
	return SAME;
}

/* --- what follows for the accounts ------------------------------------------------------------ */

static void tell(struct card_step *c, enum step_result result, enum reason reason,
	enum log_level level, const char *text)
{
	timeline_add(c->env.timeline,
		&(const struct step_fields){.stage = STAGE_SMARTCARD,
			.result = result,
			.server = LOG_SERVER_NONE,
			.reason = reason,
			.level = level,
			.id = LOG_ID_CARD_SKIPPED},
		"%s", text);
}

static void drop(struct card_step *c, enum reason reason)
{
	struct store_card card = *keeper_card(c->env.keeper);
	size_t n = card_apply_drop(c->env.model);
	char text[DETAIL_MAX];

	card.is_applied = false;
	keeper_note_card(c->env.keeper, &card);
	snprintf(text, sizeof text, "%zu account(s) of the card deleted", n);
	tell(c, STEP_FAILED, reason, LOG_WARNING, text);
}

static void remember_refused(struct card_step *c, const struct card_outcome *o)
{
	c->has_refused = hash_sha256(buf_span(&o->content), c->refused) == 0;
}

static bool is_refused(const struct card_step *c, const struct card_outcome *o)
{
	uint8_t hash[HASH_LEN];

	return c->has_refused && o->class == CARD_CLASS_READ &&
	       hash_sha256(buf_span(&o->content), hash) == 0 &&
	       memcmp(hash, c->refused, HASH_LEN) == 0;
}

/* 0: the card's accounts are in use. Otherwise *o says what is wrong with its content. */
static int apply(struct card_step *c, struct card_outcome *o)
{
	const struct consistency_support support = {.mode = c->env.supports_mode,
		.allow_nosec_server = c->conf->security.allow_nosec == NOSEC_YES,
		.allow_nosec_bootstrap = c->conf->security.allow_nosec != NOSEC_NO};
	struct store_card card = *keeper_card(c->env.keeper);
	char problem[CARD_DETAIL_MAX] = "", file[32];
	int r = model_begin(c->env.model);

	if (r < 0)
		return r;
	r = card_apply(c->env.model, buf_span(&o->content), &support, problem, sizeof problem);
	if (r == 0)
		r = identify(o, &card);
	if (r < 0) {
		bool lacks_mode = consistency_lacks_mode(c->env.model, &support);

		model_rollback(c->env.model);
		remember_refused(c, o);
		card_file_format(o->file, file);
		outcome_end(o, r == -EBADMSG ? CARD_CLASS_INVALID : CARD_CLASS_TRANSIENT,
			r != -EBADMSG ? REASON_CARD_UNREADABLE
			: lacks_mode  ? REASON_SECURITY_UNSUPPORTED
				      : REASON_CARD_DATA_INVALID,
			"%s, %.110s", file, r == -EBADMSG ? problem : strerror(-r));
		return r;
	}
	c->has_refused = false;
	keeper_persist_card(c->env.keeper, &card);
	model_commit(c->env.model);
	return 0;
}

static enum origin origin_of_servers(const struct model *m)
{
	struct account a;
	uint32_t cursor = 0;

	while (account_next(m, &cursor, &a))
		if (!a.is_bootstrap)
			return a.origin;
	return ORIGIN_CARD;
}

static void describe(const struct card_step *c, const struct card_outcome *o, enum change change,
	char ret[DETAIL_MAX])
{
	char id[2 * CARD_OCTETS_MAX + 1];
	struct account a;
	size_t n = account_count_servers(c->env.model);

	iccid_format(&o->iccid, id);
	if (change == SAME)
		snprintf(ret, DETAIL_MAX, "card %s is unchanged", id);
	else
		snprintf(ret, DETAIL_MAX, "card %s: %zu server account(s)%s, read %s", id, n,
			account_bootstrap(c->env.model, &a) ? " and a bootstrap account" : "",
			o->is_secure ? "through a secure channel" : "in clear");
}

/* Carries out what the outcome means; what there is to say about it goes to *answer. */
static void take(struct card_step *c, struct card_outcome *o, struct card_answer *answer,
	char detail[DETAIL_MAX])
{
	enum change change = compare(c, o);
	bool was_applied = is_applied(c);

	if (change == REMOVED)
		drop(c, REASON_CARD_REMOVED);
	else if (change == SPOILT)
		drop(c, REASON_CARD_CHANGED);
	if (change == NEW || change == CHANGED || change == SWAPPED) {
		answer->reason = change == CHANGED   ? REASON_CARD_CHANGED
				 : change == SWAPPED ? REASON_CARD_SWAPPED
						     : REASON_NONE;
		if (apply(c, o) < 0 && was_applied && o->class == CARD_CLASS_INVALID)
			drop(c, answer->reason);
	}
	answer->is_configured = o->class == CARD_CLASS_READ;
	if (!answer->is_configured) {
		answer->reason = o->reason;
		snprintf(detail, DETAIL_MAX, "%s", o->detail);
		return;
	}
	answer->origin = origin_of_servers(c->env.model);
	describe(c, o, change, detail);
}

/* --- visits ----------------------------------------------------------------------------------- */

static void wish_for_program(const struct card_step *c, struct card_wish *wish)
{
	char **words = c->conf->smartcard.command;

	while (words && words[wish->n_command] && wish->n_command < CARD_COMMAND_MAX) {
		wish->command[wish->n_command] = span_of_text(words[wish->n_command]);
		wish->n_command++;
	}
}

static void make_wish(struct card_step *c, struct card_wish *ret)
{
	/* what is remembered of the card: a PIN that it refused */
	keeper_restore(c->env.keeper, c->conf);

	const struct store_card *card = keeper_card(c->env.keeper);
	bool has_keys = c->conf->smartcard.key_enc.len || c->conf->smartcard.key_mac.len;
	bool is_required = c->conf->smartcard.has_channel_mode
				   ? c->conf->smartcard.channel_mode == CHANNEL_REQUIRED
				   : has_keys;
	*ret = (struct card_wish){
		.reader = span_of_text(c->conf->smartcard.reader),
		.pin = secret_span(&c->conf->smartcard.pin),
		.may_use_basic_channel = c->conf->smartcard.basic_channel,
		.secure = is_required ? CARD_SECURE_REQUIRED
			  : has_keys  ? CARD_SECURE_OPTIONAL
				      : CARD_SECURE_OFF,
		.key_version = (uint8_t)c->conf->smartcard.key_version,
		.key_enc = secret_span(&c->conf->smartcard.key_enc),
		.key_mac = secret_span(&c->conf->smartcard.key_mac),
		.has_refused_pin = card->has_refused_pin,
	};

	memcpy(ret->refused_pin, card->refused_pin, HASH_LEN);
	wish_for_program(c, ret);
}

static void begin_visit(struct card_step *c)
{
	struct card_wish wish;

	make_wish(c, &wish);
	c->env.loop->arm(c->again, USEC_NEVER, 1);
	c->has_news = false;

	int r = card_run_start(c->run, &wish);

	if (r < 0 && r != -EBUSY)
		LOG(LOG_ERROR, "the card cannot be read: %s", strerror(-r));
}

static void visit_at(struct card_step *c, uint64_t seconds)
{
	c->env.loop->arm(c->again, usec_after(now(c), seconds), USEC_PER_SEC);
}

static void let_go(struct card_step *c)
{
	if (!c->is_holding_up)
		return;
	c->is_holding_up = false;
	c->env.loop->arm(c->held_up, USEC_NEVER, 1);
	c->env.checked(c->env.data);
}

static void on_held_up(void *data)
{
	struct card_step *c = data;

	tell(c, STEP_FAILED, REASON_CARD_UNREADABLE, LOG_WARNING,
		"the card is not read in time before a Register or Update: going on");
	let_go(c);
}

/* --- step 1 ----------------------------------------------------------------------------------- */

static void answer_with(struct card_step *c, struct card_outcome *o)
{
	char detail[DETAIL_MAX] = "";
	struct card_answer answer = {
		.is_expected = c->conf->smartcard.enabled == CARD_YES, .detail = detail};

	c->is_asked = false;
	c->env.loop->arm(c->step_timer, USEC_NEVER, 1);
	keeper_restore(c->env.keeper, c->conf);
	take(c, o, &answer, detail);
	c->done(c->to, &answer);
	let_go(c);
}

/* One that is expected may come late: a reader that is being plugged in, a service that starts. */
static bool is_worth_waiting(const struct card_step *c, const struct card_outcome *o)
{
	return c->conf->smartcard.enabled == CARD_YES &&
	       (o->class == CARD_CLASS_ABSENT || o->class == CARD_CLASS_NO_SERVICE ||
		       o->class == CARD_CLASS_TRANSIENT);
}

static void forget_pending(struct card_step *c)
{
	outcome_done(&c->pending);
	c->has_pending = false;
}

static void keep_pending(struct card_step *c, struct card_outcome *o)
{
	forget_pending(c);
	c->pending = *o;
	*o = (struct card_outcome){0};
	c->has_pending = true;
}

/* The answer is there, or smartcard.timeout is over. */
static void on_step_timer(void *data)
{
	struct card_step *c = data;
	struct card_outcome o = c->pending;

	c->pending = (struct card_outcome){0};
	if (!c->has_pending)
		outcome_end(&o, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE,
			"the card is not read within smartcard.timeout");
	if (is_off(c))
		outcome_end(&o, CARD_CLASS_NO_SERVICE, REASON_CARD_OFF,
			"switched off in the configuration");
	c->has_pending = false;
	answer_with(c, &o);
	outcome_done(&o);
}

static void start_watching(struct card_step *c);

static int read_card(void *data, struct model *m,
	void (*done)(void *to, const struct card_answer *answer), void *to)
{
	struct card_step *c = data;

	(void)m;
	c->is_asked = true;
	c->done = done;
	c->to = to;
	if (c->has_pending || is_off(c))
		return c->env.loop->arm(c->step_timer, 0, 1); /* before anything else that is due */
	start_watching(c);
	if (!card_run_is_running(c->run))
		begin_visit(c);
	return c->env.loop->arm(c->step_timer, now(c) + c->conf->smartcard.timeout, USEC_PER_MSEC);
}

static void cancel(void *data)
{
	struct card_step *c = data;

	if (!c->is_asked)
		return;
	c->is_asked = false;
	c->env.loop->arm(c->step_timer, USEC_NEVER, 1);
	let_go(c);
}

/* What nobody would tell of: a card that is written over the air, a service that is installed. */
static bool can_change(void *data)
{
	const struct card_step *c = data;

	if (is_off(c))
		return false;
	if (is_behind_program(c) || (c->watch && !c->has_no_card))
		return true;
	return !c->watch && c->conf->smartcard.enabled == CARD_YES;
}

/* --- looking again ---------------------------------------------------------------------------- */

/* A change that concerns the accounts: step 1 takes it up. */
static bool is_reason_to_start_over(const struct card_step *c, const struct card_outcome *o)
{
	switch (compare(c, o)) {
	case SAME:
		return false;
	case NEW:
		return c->conf->smartcard.late_card == LATE_APPLY && !is_refused(c, o) &&
		       !c->env.is_up(c->env.data);
	case CHANGED:
	case SWAPPED:
	case REMOVED:
	case SPOILT:
		break;
	}
	return true;
}

static void start_over(struct card_step *c)
{
	/* the answer comes by read_card(), or in a moment again where a session is open */
	if (!c->env.start_over(c->env.data))
		visit_at(c, SETTLE_SEC);
}

static void take_look(struct card_step *c, struct card_outcome *o)
{
	if (is_reason_to_start_over(c, o)) {
		keep_pending(c, o);
		start_over(c);
		return;
	}
	if (o->class != CARD_CLASS_READ && is_applied(c))
		tell(c, STEP_FAILED, o->reason, LOG_WARNING, o->detail);
	let_go(c);
}

static void remember_pin(struct card_step *c, const struct card_outcome *o)
{
	struct store_card card = *keeper_card(c->env.keeper);

	if (!o->is_pin_wrong ||
		pin_hash(&o->iccid, secret_span(&c->conf->smartcard.pin), card.refused_pin) < 0)
		return;
	card.has_refused_pin = true;
	keeper_note_card(c->env.keeper, &card);
}

/* A reader that was never seen is not gone: the service may have started without it. */
static void note_reader(struct card_step *c, const struct card_outcome *o)
{
	bool is_missing = o->class == CARD_CLASS_NO_SERVICE && o->reason == REASON_CARD_NO_READER;

	if (o->class != CARD_CLASS_NO_SERVICE) {
		c->had_reader = true;
		c->reader_gone_at = USEC_NEVER;
	} else if (is_missing && c->had_reader && c->reader_gone_at == USEC_NEVER) {
		c->reader_gone_at = now(c);
	}
}

/* When the next visit makes sense without anybody asking for one. */
static void plan(struct card_step *c, const struct card_outcome *o, bool is_killed)
{
	c->visited_at = now(c);
	c->has_no_card = o->class == CARD_CLASS_ABSENT || o->class == CARD_CLASS_NO_SERVICE;
	c->is_given_up = is_killed || o->class == CARD_CLASS_LOCKED;
	if (o->class == CARD_CLASS_TRANSIENT || is_killed) {
		visit_at(c, c->retry_sec);
		c->retry_sec = c->retry_sec * 2 > RETRY_MAX_SEC ? RETRY_MAX_SEC : c->retry_sec * 2;
	} else {
		c->retry_sec = RETRY_SEC;
	}
	if (c->has_news)
		visit_at(c, SETTLE_SEC);
	else if (now(c) < grace_ends_at(c) && grace_ends_at(c) != USEC_NEVER)
		c->env.loop->arm(c->again, grace_ends_at(c), USEC_PER_MSEC);
}

static void on_visited(void *data, struct card_outcome *o, bool is_killed)
{
	struct card_step *c = data;

	remember_pin(c, o);
	note_reader(c, o);
	plan(c, o, is_killed);
	if (!c->is_asked) {
		take_look(c, o);
		return;
	}
	if (is_worth_waiting(c, o)) {
		keep_pending(c, o);
		visit_at(c, SETTLE_SEC);
		return;
	}
	forget_pending(c);
	answer_with(c, o);
}

static void on_again(void *data)
{
	struct card_step *c = data;

	if (is_off(c) || card_run_is_running(c->run))
		return;
	if (c->has_pending && !c->is_asked)
		start_over(c);
	else
		begin_visit(c);
}

static void on_news(void *data)
{
	struct card_step *c = data;

	c->has_news = true;
	c->is_given_up = false;
	c->retry_sec = RETRY_SEC;
	if (c->has_pending && !c->is_asked)
		forget_pending(c); /* overtaken */
	if (!card_run_is_running(c->run))
		visit_at(c, SETTLE_SEC);
}

static void start_watching(struct card_step *c)
{
	if (is_off(c) || is_behind_program(c) || !card_run_has_service()) {
		c->watch = card_watch_free(c->watch);
		return;
	}
	if (!c->watch && card_watch_new(c->env.loop, c->env.clock, on_news, c, &c->watch) < 0)
		LOG(LOG_WARNING, "changes of cards cannot be watched");
}

bool card_step_check(struct card_step *c)
{
	uint64_t interval = c->conf->smartcard.check_interval;
	uint64_t age = now(c) - c->visited_at;
	bool is_fresh = !c->has_news && (age < interval || age < FRESH_SEC * USEC_PER_SEC);

	if (is_off(c) || !is_applied(c) || c->is_given_up)
		return false;
	if (!c->is_asked && !c->has_pending && !card_run_is_running(c->run)) {
		if (is_fresh)
			return false;
		begin_visit(c);
		if (!card_run_is_running(c->run))
			return false;
	}
	if (c->conf->smartcard.check_deadline == 0)
		return false;
	if (!c->is_holding_up)
		c->env.loop->arm(
			c->held_up, now(c) + c->conf->smartcard.check_deadline, USEC_PER_MSEC);
	c->is_holding_up = true;
	return true;
}

/* --- life ------------------------------------------------------------------------------------- */

int card_step_new(const struct card_step_env *env, const struct conf *conf, struct card_step **ret)
{
	struct card_step *c = calloc(1, sizeof *c);
	const struct loop *loop = env->loop;
	int r;

	if (!c)
		return -ENOMEM;
	c->env = *env;
	c->conf = conf;
	c->retry_sec = RETRY_SEC;
	c->reader_gone_at = USEC_NEVER;

	const struct card_run_env run = {
		.loop = loop, .clock = env->clock, .data = c, .done = on_visited};

	r = card_run_new(&run, &c->run);
	if (r == 0)
		r = loop->timer(loop->impl, on_step_timer, c, &c->step_timer);
	if (r == 0)
		r = loop->timer(loop->impl, on_again, c, &c->again);
	if (r == 0)
		r = loop->timer(loop->impl, on_held_up, c, &c->held_up);
	if (r < 0) {
		card_step_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

struct card_step *card_step_free(struct card_step *c)
{
	if (!c)
		return NULL;
	card_watch_free(c->watch);
	card_run_free(c->run);
	c->env.loop->free_source(c->step_timer);
	c->env.loop->free_source(c->again);
	c->env.loop->free_source(c->held_up);
	forget_pending(c);
	free(c);
	return NULL;
}

void card_step_set_conf(struct card_step *c, const struct conf *conf)
{
	c->conf = conf;
	c->is_given_up = c->has_refused = false;
	c->retry_sec = RETRY_SEC;
	if (!c->is_asked && !c->has_pending && !card_run_is_running(c->run) && !is_off(c))
		visit_at(c, SETTLE_SEC);
}

static void free_nothing(void *data)
{
	(void)data;
}

struct card_source card_step_source(struct card_step *c)
{
	return (struct card_source){.data = c,
		.read = read_card,
		.cancel = cancel,
		.can_change = can_change,
		.free = free_nothing};
}

int card_step_wish(struct card_step *c, struct card_wish *ret)
{
	if (is_off(c))
		return -EOPNOTSUPP;
	if (card_run_is_running(c->run))
		return -EBUSY;
	make_wish(c, ret);
	return 0;
}

void card_step_note(struct card_step *c, const struct card_outcome *outcome)
{
	remember_pin(c, outcome);
}
