/*
 * Carries out what the sequence decides: one function for each effect, and the queue of events
 * through which results come back. The state itself moves in seq_step() alone.
 */
#include "daemon/daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "daemon/account_model.h"
#include "daemon/notify.h"

enum {
	ROUND_MIN_SEC = 60,
	ROUND_MAX_SEC = 3600,
	PREPARE_SEC = 30,	 /* before the hold-off ends: as long as a name may take */
	JITTER_UPTIME_SEC = 300, /* fleets that boot together spread their first Register */
};

static uint64_t now(const struct daemon *d)
{
	return clock_now(d->clock);
}

__attribute__((format(printf, 4, 5))) static void tell(
	struct daemon *d, const struct step_fields *fields, int32_t server, const char *format, ...)
{
	char detail[STEP_DETAIL_MAX];
	struct step_fields copy = *fields;
	va_list args;

	copy.server = server;
	va_start(args, format);
	vsnprintf(detail, sizeof detail, format, args);
	va_end(args);
	timeline_add(d->timeline, &copy, "%s", detail);
}

/* --- waits ------------------------------------------------------------------------------------ */

static void wait_for(struct daemon *d, uint64_t at, enum seq_event event)
{
	d->waits.timer_at = at;
	d->waits.timer_event = event;
	d->loop->arm(d->waits.timer, at, USEC_PER_MSEC);
}

static void do_stop_wait(struct daemon *d)
{
	if (holdoff_left(d->waits.holdoff) > 0)
		tell(d,
			&(const struct step_fields){.stage = STAGE_WAIT,
				.result = STEP_OK,
				.level = LOG_NOTICE,
				.id = LOG_ID_HOLDOFF_ENDED},
			LOG_SERVER_NONE, "the hold-off ends before its time");
	holdoff_cancel(d->waits.holdoff);
	wait_for(d, USEC_NEVER, EV_ROUND_OVER);
	d->loop->arm(d->jitter, USEC_NEVER, 1);
	d->loop->arm(d->waits.prepare, USEC_NEVER, 1);
	d->card.cancel(d->card.data);
	bootstrapper_cancel(d->bootstrapper);
	d->routes = routes_free(d->routes);
}

static void on_wait_over(void *data)
{
	struct daemon *d = data;

	d->waits.timer_at = USEC_NEVER;
	effects_feed_now(d, d->waits.timer_event);
}

static void on_holdoff_over(void *data)
{
	struct daemon *d = data;

	tell(d,
		&(const struct step_fields){.stage = STAGE_WAIT,
			.result = STEP_OK,
			.level = LOG_NOTICE,
			.id = LOG_ID_HOLDOFF_ENDED},
		LOG_SERVER_NONE, "ClientHoldOffTime is over, no server-initiated bootstrap came");
	effects_feed_now(d, EV_HOLD_OFF_OVER);
}

/* --- step 1 and 2 ----------------------------------------------------------------------------- */

static void on_card(void *data, const struct card_answer *answer)
{
	struct daemon *d = data;

	tell(d,
		&(const struct step_fields){.stage = STAGE_SMARTCARD,
			.result = answer->is_configured ? STEP_OK : STEP_SKIPPED,
			.reason = answer->reason,
			.level = answer->is_expected && !answer->is_configured ? LOG_WARNING
									       : LOG_NOTICE,
			.id = answer->is_configured ? LOG_ID_CARD_READ : LOG_ID_CARD_SKIPPED},
		LOG_SERVER_NONE, "step 1, smart card: %s", answer->detail);
	if (answer->is_configured) {
		/* a configured bootstrap account stands beside servers of a card (section 2) */
		d->source = answer->origin;
		if (account_model_fill(d->model, d->conf, FILL_BOOTSTRAP) < 0)
			LOG(LOG_ERROR, "the configured bootstrap account cannot be used");
	}
	effects_feed_now(d, answer->is_configured ? EV_CARD_DATA : EV_CARD_NONE);
}

static void do_read_card(struct daemon *d)
{
	if (d->card.read(d->card.data, d->model, on_card, d) < 0)
		effects_feed(d, EV_CARD_NONE);
}

static const char *origin_text(enum origin origin)
{
	static const char *const texts[] = {
		[ORIGIN_NONE] = "none",
		[ORIGIN_FACTORY] = "the configuration",
		[ORIGIN_CARD] = "the smart card",
		[ORIGIN_BOOTSTRAP] = "an earlier bootstrap",
		[ORIGIN_SERVER] = "a server",
	};

	return texts[origin];
}

static void do_load_factory(struct daemon *d)
{
	d->source =
		d->is_loaded ? keeper_reload(d->keeper, d->conf) : keeper_load(d->keeper, d->conf);
	d->is_loaded = true;
	d->is_conf_new = false;

	size_t n = account_count_servers(d->model);

	tell(d,
		&(const struct step_fields){.stage = STAGE_FACTORY,
			.result = n ? STEP_OK : STEP_SKIPPED,
			.level = LOG_NOTICE,
			.id = LOG_ID_FACTORY_ACCOUNTS},
		LOG_SERVER_NONE, "step 2, pre-configuration: %zu server account(s)%s%s", n,
		n ? " from " : "", n ? origin_text(d->source) : "");
	effects_feed(d, EV_ACCOUNTS);
}

/* --- step 3 ----------------------------------------------------------------------------------- */

/* Without a name service a name counts as reachable when anything is. */
static bool has_any_route(const struct daemon *d)
{
	static const char *const somewhere[] = {"coap://192.0.2.1", "coap://[2001:db8::1]"};

	for (size_t i = 0; i < sizeof somewhere / sizeof *somewhere; i++)
		if (tp_has_route(d->tp, span_of_text(somewhere[i])) == 1)
			return true;
	return false;
}

static bool is_offline(const struct daemon *d)
{
	struct account a;
	uint32_t cursor = 0;
	size_t n = 0;

	if (!d->conf->network.wait_online)
		return false;
	while (account_next(d->model, &cursor, &a)) {
		int r = tp_has_route(d->tp, a.uri);

		if (r == 1 || (r == -EAGAIN && has_any_route(d)))
			return false;
		n++;
	}
	return n > 0;
}

static bool feed_if_offline(struct daemon *d)
{
	if (!is_offline(d))
		return false;
	tell(d,
		&(const struct step_fields){.stage = STAGE_WAIT,
			.result = STEP_RUNNING,
			.reason = REASON_NET_OFFLINE,
			.level = LOG_NOTICE},
		LOG_SERVER_NONE, "no account's server has a route: waiting for the network");
	effects_feed(d, EV_OFFLINE);
	return true;
}

static void on_routes_changed(void *data)
{
	struct daemon *d = data;

	if (!is_offline(d))
		effects_feed(d, EV_ONLINE);
}

static void do_watch_routes(struct daemon *d)
{
	int r = routes_new(d->loop, d->clock, on_routes_changed, d, &d->routes);

	if (r < 0) {
		LOG(LOG_WARNING, "changes of routes cannot be watched: %s; trying every minute",
			strerror(-r));
		wait_for(d, usec_after(now(d), ROUND_MIN_SEC), EV_ONLINE);
	}
}

static void register_all(struct daemon *d)
{
	struct store_registration kept[STORE_REGISTRATIONS_MAX] = {0};
	size_t n = 0;

	/* what a card configured is not filled up with servers of the configuration */
	if (d->is_conf_new && d->source != ORIGIN_CARD) {
		d->source = keeper_reload(d->keeper, d->conf);
	}
	d->is_conf_new = false;
	/* what the last run kept stays in the store until it can be used (decision 16) */
	if (feed_if_offline(d))
		return;
	if (!d->is_ready) {
		n = keeper_take_registrations(d->keeper, kept, STORE_REGISTRATIONS_MAX);
		reporter_load_attributes(d->reporter);
	}
	d->is_ready = true;
	servers_resume(d->servers, kept, n);
	if (n > 0)
		reporter_resume(d->reporter);
	store_registrations_done(kept, n);
}

static void do_register_all(struct daemon *d)
{
	uint64_t jitter = d->conf->retry.jitter;
	uint32_t random = 0;

	if (d->conf->server_initiated.listen == LISTEN_ALWAYS)
		bootstrapper_open_listener(d->bootstrapper);
	if (d->is_ready || jitter == 0 || now(d) > JITTER_UPTIME_SEC * USEC_PER_SEC ||
		getrandom(&random, sizeof random, GRND_NONBLOCK) < 0) {
		register_all(d);
		return;
	}
	d->loop->arm(d->jitter, now(d) + jitter / 1024 * (random % 1024), USEC_PER_MSEC);
}

static void on_jitter(void *data)
{
	register_all(data);
}

/* --- step 4 ----------------------------------------------------------------------------------- */

static void wait_holdoff(struct daemon *d)
{
	uint64_t at = d->waits.holdoff_at, left = at > now(d) ? at - now(d) : 0;

	int r = holdoff_arm(d->waits.holdoff, at);

	tell(d,
		&(const struct step_fields){.stage = STAGE_WAIT,
			.result = STEP_RUNNING,
			.reason = REASON_HOLDOFF_WAITING,
			.level = LOG_NOTICE,
			.id = LOG_ID_HOLDOFF_STARTED,
			.next_sec = left / USEC_PER_SEC},
		LOG_SERVER_NONE, "step 4: waiting %" PRIu64 " s for a server-initiated bootstrap",
		(left + USEC_PER_SEC - 1) / USEC_PER_SEC);
	if (d->conf->server_initiated.listen != LISTEN_NEVER)
		bootstrapper_open_listener(d->bootstrapper);
	bootstrapper_prepare(d->bootstrapper);
	if (left > PREPARE_SEC * USEC_PER_SEC)
		d->loop->arm(d->waits.prepare, at - PREPARE_SEC * USEC_PER_SEC, USEC_PER_SEC);
	if (r < 0)
		effects_feed(d, EV_HOLD_OFF_OVER);
}

/* The look-up at the beginning tells early that a name is wrong; this one finds the address. */
static void on_prepare(void *data)
{
	struct daemon *d = data;

	bootstrapper_prepare(d->bootstrapper);
}

static void do_arm_hold_off(struct daemon *d)
{
	uint64_t start = now(d);
	struct account a;

	if (!account_bootstrap(d->model, &a)) {
		effects_feed(d, EV_NO_ACCOUNT);
		return;
	}
	if (feed_if_offline(d))
		return;
	d->waits.holdoff_at = usec_after(start,
		a.has_hold_off ? a.client_hold_off_time : d->conf->bootstrap.client_hold_off_time);
	d->waits.n_up = servers_count_up(d->servers);
	wait_holdoff(d);
}

/* What happened during the session and was not taken up then. */
static bool feed_if_changed(struct daemon *d, size_t n_up)
{
	if (d->is_conf_new)
		effects_feed(d, EV_ROUND_OVER);
	else if (servers_count_up(d->servers) > n_up)
		effects_feed(d, EV_SERVER_UP);
	else
		return false;
	return true;
}

static void do_resume_hold_off(struct daemon *d)
{
	if (feed_if_changed(d, d->waits.n_up))
		return;
	wait_holdoff(d);
}

static void do_close_listener(struct daemon *d)
{
	bool is_wanted = d->conf->server_initiated.listen == LISTEN_ALWAYS &&
			 d->seq.state != SEQ_REQUEST && d->seq.state != SEQ_STOPPED;
	/* a client-initiated bootstrap with the same key: at once (doc/decisions.md) */
	bool linger = d->seq.state == SEQ_REGISTER;

	if (!is_wanted)
		bootstrapper_close_listener(d->bootstrapper, linger);
}

static void do_open_session(struct daemon *d)
{
	bool is_server_initiated = d->seq.state != SEQ_CLIENT_SESSION;

	d->loop->arm(d->jitter, USEC_NEVER, 1);
	if (!bootstrapper_open_session(d->bootstrapper, is_server_initiated))
		effects_feed(d, EV_SESSION_FAILED);
}

static void do_roll_back(struct daemon *d)
{
	bootstrapper_roll_back(d->bootstrapper);
}

static void do_apply(struct daemon *d)
{
	bootstrapper_finished(d->bootstrapper);
	servers_bootstrapped(d->servers);
	d->source = ORIGIN_BOOTSTRAP;
	d->waits.round_wait = 0;
	tell(d,
		&(const struct step_fields){.stage = STAGE_REGISTER,
			.result = STEP_OK,
			.level = LOG_NOTICE,
			.id = LOG_ID_ACCOUNTS_REPLACED},
		LOG_SERVER_NONE, "%zu server account(s) from the bootstrap server",
		account_count_servers(d->model));
}

static void do_request(struct daemon *d)
{
	bootstrapper_request(d->bootstrapper);
}

static void do_back_off(struct daemon *d)
{
	bool is_round_over;
	uint64_t wait = bootstrapper_back_off(d->bootstrapper, &is_round_over);

	/* a server that came back meanwhile needs no bootstrap (TS core 6.1.4) */
	if (feed_if_changed(d, 0))
		return;
	if (d->conf->server_initiated.listen == LISTEN_ALWAYS)
		bootstrapper_open_listener(d->bootstrapper);
	tell(d,
		&(const struct step_fields){.stage = STAGE_WAIT,
			.result = STEP_RUNNING,
			.reason = REASON_RETRY_WAITING,
			.level = LOG_NOTICE,
			.next_sec = wait / USEC_PER_SEC},
		LOG_SERVER_BOOTSTRAP, "%s in %" PRIu64 " s",
		is_round_over ? "starting again at step 1" : "asking for a bootstrap again",
		wait / USEC_PER_SEC);
	wait_for(d, now(d) + wait, is_round_over ? EV_ROUND_OVER : EV_BACK_OFF_OVER);
}

/* Nothing configured and no card that could come: only a reload can help. */
static bool is_hopeless(const struct daemon *d)
{
	return account_count_servers(d->model) == 0 && !d->card.can_change(d->card.data);
}

static void do_wait_round(struct daemon *d)
{
	struct account a;
	bool has_account = account_bootstrap(d->model, &a);

	if (is_hopeless(d)) {
		tell(d,
			&(const struct step_fields){.stage = STAGE_WAIT,
				.result = STEP_PENDING,
				.reason = REASON_CONFIG_NO_SERVER,
				.level = LOG_WARNING},
			LOG_SERVER_NONE,
			"there is no way to a server: idle until the configuration changes");
		return;
	}
	d->waits.round_wait = d->waits.round_wait ? d->waits.round_wait * 2 : ROUND_MIN_SEC;
	if (d->waits.round_wait > ROUND_MAX_SEC)
		d->waits.round_wait = ROUND_MAX_SEC;
	tell(d,
		&(const struct step_fields){.stage = STAGE_WAIT,
			.result = STEP_RUNNING,
			.reason = has_account ? REASON_RETRY_WAITING : REASON_BS_NO_ACCOUNT,
			.level = LOG_NOTICE,
			.next_sec = d->waits.round_wait},
		LOG_SERVER_NONE, "step 4: %s; from step 1 again in %" PRIu32 " s",
		has_account ? "no server wants a bootstrap (1/x/16)"
			    : "no Bootstrap-Server account",
		d->waits.round_wait);
	wait_for(d, usec_after(now(d), d->waits.round_wait), EV_ROUND_OVER);
}

static void do_stop(struct daemon *d)
{
	servers_stop(d->servers);
}

/* --- the table and the queue ------------------------------------------------------------------ */

/* clang-format off */
static const struct {
	enum seq_effect effect;
	void (*carry_out)(struct daemon *d);
} effects[] = {
	{DO_STOP_WAIT,       do_stop_wait},
	{DO_CLOSE_LISTENER,  do_close_listener},
	{DO_ROLL_BACK,       do_roll_back},
	{DO_READ_CARD,       do_read_card},
	{DO_APPLY,           do_apply},
	{DO_LOAD_FACTORY,    do_load_factory},
	{DO_REGISTER_ALL,    do_register_all},
	{DO_WATCH_ROUTES,    do_watch_routes},
	{DO_ARM_HOLD_OFF,    do_arm_hold_off},
	{DO_RESUME_HOLD_OFF, do_resume_hold_off},
	{DO_OPEN_SESSION,    do_open_session},
	{DO_REQUEST,         do_request},
	{DO_BACK_OFF,        do_back_off},
	{DO_WAIT_ROUND,      do_wait_round},
	{DO_STOP,            do_stop},
};
/* clang-format on */

void effects_status(const struct daemon *d, char *ret, size_t len)
{
	size_t up = servers_count_up(d->servers), all = servers_count(d->servers);
	static const char *const phases[SEQ_STATE_COUNT] = {
		[SEQ_START] = "starting",
		[SEQ_CARD] = "step 1: reading the smart card",
		[SEQ_FACTORY] = "step 2: reading the pre-configuration",
		[SEQ_REGISTER] = "step 3: registering",
		[SEQ_MANAGED] = "registered",
		[SEQ_OFFLINE] = "offline: no server has a route",
		[SEQ_HOLD_OFF] = "step 4: waiting for a server-initiated bootstrap",
		[SEQ_HOLD_OFF_SESSION] = "step 4: server-initiated bootstrap",
		[SEQ_SERVER_SESSION] = "server-initiated bootstrap",
		[SEQ_REQUEST] = "step 4: asking for a bootstrap",
		[SEQ_CLIENT_SESSION] = "step 4: client-initiated bootstrap",
		[SEQ_BACK_OFF] = "waiting after a failed bootstrap",
		[SEQ_NEXT_ROUND] = "waiting for the next round: no server answered",
		[SEQ_STOPPED] = "stopping",
	};

	snprintf(ret, len, "%s; %zu of %zu servers registered", phases[d->seq.state], up, all);
}

static void carry_out(struct daemon *d, enum seq_event event)
{
	enum seq_state old = d->seq.state;
	int todo = seq_step(&d->seq, event);
	char text[128];

	if (todo < 0) {
		if (!seq_is_ignored(old, event))
			LOG(LOG_ERROR, "event %s has no meaning in state %s: a bug, please report",
				seq_event_name(event), seq_state_name(old));
		return;
	}
	if (d->seq.state == SEQ_MANAGED)
		d->waits.round_wait = 0;
	LOG(LOG_DEBUG, "sequence: %s, %s: %s", seq_state_name(old), seq_event_name(event),
		seq_state_name(d->seq.state));
	for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
		if (todo & (int)effects[i].effect)
			effects[i].carry_out(d);
	effects_status(d, text, sizeof text);
	notify_status("%s", text);
	console_tell_state(d->console);
}

static void drain(struct daemon *d)
{
	if (d->events.is_draining)
		return;
	d->events.is_draining = true;
	while (d->events.n > 0) {
		enum seq_event event = d->events.queue[0];

		d->events.n--;
		memmove(d->events.queue, d->events.queue + 1,
			d->events.n * sizeof *d->events.queue);
		carry_out(d, event);
	}
	d->events.is_draining = false;
}

static void on_wake(void *data)
{
	drain(data);
}

void effects_feed(struct daemon *d, enum seq_event event)
{
	/* the same news twice in a row is one piece of news: the queue cannot overflow */
	if (d->events.n > 0 && d->events.queue[d->events.n - 1] == event)
		return;
	if (d->events.n == EVENTS_MAX) {
		LOG(LOG_ERROR, "too many events at once: %s is lost", seq_event_name(event));
		return;
	}
	d->events.queue[d->events.n++] = event;
	d->loop->arm(d->events.wake, now(d), 1);
}

bool effects_feed_now(struct daemon *d, enum seq_event event)
{
	struct seq probe;

	drain(d);
	probe = d->seq;
	if (seq_step(&probe, event) < 0)
		return false;
	if (d->events.is_draining) {
		effects_feed(d, event);
		return true;
	}
	d->events.queue[d->events.n++] = event;
	drain(d);
	return true;
}

int effects_init(struct daemon *d)
{
	int r = d->loop->timer(d->loop->impl, on_wake, d, &d->events.wake);

	if (r == 0)
		r = d->loop->timer(d->loop->impl, on_wait_over, d, &d->waits.timer);
	if (r == 0)
		r = d->loop->timer(d->loop->impl, on_prepare, d, &d->waits.prepare);
	if (r == 0)
		r = d->loop->timer(d->loop->impl, on_jitter, d, &d->jitter);
	if (r == 0)
		r = holdoff_new(d->loop, on_holdoff_over, d, &d->waits.holdoff);
	d->waits.timer_at = USEC_NEVER;
	return r;
}

void effects_done(struct daemon *d)
{
	holdoff_free(d->waits.holdoff);
	routes_free(d->routes);
	d->loop->free_source(d->events.wake);
	d->loop->free_source(d->waits.timer);
	d->loop->free_source(d->waits.prepare);
	d->loop->free_source(d->jitter);
}
