#include "daemon/server_link.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "daemon/announcement.h"
#include "daemon/denial.h"
#include "daemon/metrics.h"
#include "daemon/sender.h"
#include "dm/dispatch.h"
#include "dm/send.h"
#include "server/reaction.h"

enum awaited { NOTHING, REGISTER, UPDATE, DEREGISTER, RESUMPTION };

struct server_link {
	const struct server_link_env *env;
	struct reg *reg;
	struct tp_session *session;
	struct sender *sender;
	struct loop_source *timer;
	uint16_t short_server_id, server_instance;
	struct denial denial;
	uint8_t hash[HASH_LEN]; /* of what the session is made with */
	char uri[URI_MAX + 1];
	enum awaited awaited; /* the one answer that counts */
	enum awaited held_up; /* until the card was looked at */
	bool is_of_card;
	bool has_queue_mode;
	uint64_t awake_time, awake_until; /* how long the server may speak to us */
	bool has_send_failed;
	bool is_postponed; /* Register, until the bootstrap session has ended */
	struct buf location[MSG_LOCATION_MAX];
	size_t n_location;
	struct announcement told;
};

static void step(struct server_link *l, enum reg_event event, enum reason reason);
static void carry_out(struct server_link *l, unsigned actions);
static void arm(struct server_link *l);
static void send_checked(struct server_link *l, enum awaited what);

static uint64_t now(const struct server_link *l)
{
	return clock_now(l->env->clock);
}

/* Messages went to and fro: the server may speak to us for a while (TS core 6.5). */
static void stay_awake(struct server_link *l)
{
	/* without queue mode the client never sleeps */
	if (l->has_queue_mode)
		l->awake_until = now(l) + l->awake_time;
}

bool server_link_is_awake(const struct server_link *l)
{
	return !l->has_queue_mode || l->awaited != NOTHING || now(l) < l->awake_until;
}

__attribute__((format(printf, 6, 7))) static void tell(struct server_link *l,
	enum step_result result, enum reason reason, enum log_id id, uint8_t code,
	const char *format, ...)
{
	char detail[STEP_DETAIL_MAX];
	uint64_t deadline = reg_deadline(l->reg);
	va_list args;
	struct step_fields fields = {
		.stage = STAGE_REGISTER,
		.result = result,
		.server = l->short_server_id,
		.reason = reason,
		.level = result == STEP_FAILED					? LOG_WARNING
			 : id == LOG_ID_REGISTERED || id == LOG_ID_DEREGISTERED ? LOG_NOTICE
										: LOG_INFO,
		.id = id,
		.uri = l->uri,
		.code = code,
	};

	if (result == STEP_FAILED && deadline != USEC_NEVER && deadline > now(l))
		fields.next_sec = (deadline - now(l)) / USEC_PER_SEC;
	va_start(args, format);
	vsnprintf(detail, sizeof detail, format, args);
	va_end(args);
	timeline_add(l->env->timeline, &fields, "%s", detail);
}

/* --- what is sent ---------------------------------------------------------------------------- */

/* Told to the machine by the timer, never from inside its own actions. */
static void give_up_sending(struct server_link *l)
{
	l->has_send_failed = true;
	l->env->loop->arm(l->timer, now(l), 1);
}

static void send_request(struct server_link *l, const struct request *request, tp_done_fn done)
{
	int r = tp_session_request(l->session, request, done, l);

	stay_awake(l);
	if (r < 0)
		give_up_sending(l);
}

static struct announced announced(const struct server_link *l)
{
	return (struct announced){.model = l->env->model,
		.endpoint = l->env->endpoint,
		.server_instance = l->server_instance,
		.version = reg_version(l->reg),
		.is_tcp = tp_session_is_tcp(l->session),
		.has_queue_mode = l->has_queue_mode};
}

static void on_registered(void *data, const struct tp_result *result);
static void on_updated(void *data, const struct tp_result *result);
static void on_deregistered(void *data, const struct tp_result *result);

static void send_register(struct server_link *l)
{
	if (model_in_transaction(l->env->model)) {
		/* what the bootstrap server has not finished is told to nobody (section 4.5) */
		l->is_postponed = true;
		return;
	}

	_cleanup_(announcement_room_done) struct announcement_room room = {0};
	struct request request = request_of(MSG_POST);
	struct announced by = announced(l);
	struct uri uri;

	int r = uri_parse(span_of_text(l->uri), &uri, NULL);

	if (r == 0)
		r = announcement_register(&l->told, &by, &room, &request);
	for (size_t i = 0; r == 0 && i < uri.n_segments; i++)
		r = request_add_segment(&request, uri.segment[i]);
	if (r == 0)
		r = request_add_segment(&request, span_of_text("rd"));
	if (r < 0) {
		give_up_sending(l);
		return;
	}

	l->awaited = REGISTER;
	tell(l, STEP_RUNNING, REASON_NONE, LOG_ID_REGISTERING, 0,
		"registering with %s, LwM2M %s, attempt %" PRIu32, l->uri,
		reg_version_text(by.version), reg_attempt(l->reg));
	send_request(l, &request, on_registered);
}

static int add_location(const struct server_link *l, struct request *request)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n_location; i++)
		r = request_add_segment(request, buf_span(&l->location[i]));
	return r;
}

static void on_opened(void *data, const struct tp_result *result);

/* Over a connection to be made, if the server still knows the security session: no Register. */
static void send_update_resumed(struct server_link *l)
{
	l->awaited = RESUMPTION;
	tp_session_open(l->session, on_opened, l);
}

/* Without changes, and while the model is that of an open bootstrap session: keep-alive. */
static void send_update(struct server_link *l)
{
	_cleanup_(announcement_room_done) struct announcement_room room = {0};
	struct request request = request_of(MSG_POST);
	struct announced by = announced(l);
	int r = add_location(l, &request);

	if (r == 0 && !model_in_transaction(l->env->model))
		r = announcement_update(&l->told, &by, &room, &request);
	if (r < 0) {
		give_up_sending(l);
		return;
	}
	l->awaited = UPDATE;
	send_request(l, &request, on_updated);
}

/* A new registration or the end of one: the server has forgotten what it observed. */
static void end_observations(const struct server_link *l)
{
	if (l->env->observe)
		observe_void(l->env->observe, l->short_server_id);
}

static void send_deregister(struct server_link *l)
{
	struct request request = request_of(MSG_DELETE);

	add_location(l, &request);
	/* now: the account may have a new link by the time of the answer */
	end_observations(l);
	l->awaited = DEREGISTER;
	send_request(l, &request, on_deregistered);
}

/* --- notifications ------------------------------------------------------------------------------
 */

static void set_online(const struct server_link *l, bool is_online)
{
	if (l->env->observe)
		observe_online(l->env->observe, l->short_server_id, is_online);
}

int server_link_notify(struct server_link *l, const struct observe_notice *notice)
{
	struct tp_notification n = {.token = notice->token,
		.observe = notice->sequence,
		.is_confirmable = notice->is_confirmable,
		.request = notice->request,
		.response = notice->response};

	/* to LwM2M 1.0, what falls into the sleep is stored until the next Update */
	if (!reg_is_up(l->reg) || (reg_version(l->reg) == LWM2M_1_0 && !server_link_is_awake(l)))
		return -ENOTCONN;

	int r = tp_session_notify(l->session, &n);

	if (r == 0) {
		stay_awake(l);
		metrics_count_notification(
			l->env->metrics, l->short_server_id, notice->is_confirmable);
	}
	return r;
}

static void on_answered(void *data)
{
	struct server_link *l = data;

	if (l->env->observe)
		observe_release(l->env->observe);
}

/* --- Send ------------------------------------------------------------------------------------- */

static int post_values(
	void *data, int format, struct span payload, tp_done_fn done, void *done_data)
{
	struct server_link *l = data;
	struct request request = request_of(MSG_POST);
	struct uri uri;
	int r = uri_parse(span_of_text(l->uri), &uri, NULL);

	for (size_t i = 0; r == 0 && i < uri.n_segments; i++)
		r = request_add_segment(&request, uri.segment[i]);
	if (r == 0)
		r = request_add_segment(&request, span_of_text("dp"));
	if (r < 0)
		return r;
	request.content_format = format;
	request.payload = payload;
	stay_awake(l);
	return tp_session_request(l->session, &request, done, done_data);
}

static void describe(const struct tp_result *result, char *ret, size_t len);

static void on_values(void *data, enum sender_event event, const struct tp_result *result)
{
	static const char *const fates[] = {
		[SENDER_TAKEN] = "values sent",
		[SENDER_REFUSED] = "values dropped",
		[SENDER_KEPT] = "values kept for another try",
		[SENDER_LOST] = "too many values wait: the oldest are dropped",
	};
	struct server_link *l = data;
	char detail[STEP_DETAIL_MAX] = "";

	if (result) {
		stay_awake(l);
		describe(result, detail, sizeof detail);
	}
	tell(l, event == SENDER_TAKEN ? STEP_OK : STEP_FAILED,
		result ? result->reason : REASON_NONE, LOG_ID_NONE,
		result && result->reason == REASON_NONE ? result->response->code : 0, "%s%s%s",
		fates[event], detail[0] ? ": " : "", detail);
}

/*
 * What waits goes out, unless it was muted in the meantime; not before the server knows of all
 * instances (TS core 5.2).
 */
static void send_waiting(struct server_link *l)
{
	if (send_is_muted(l->env->model, l->server_instance))
		sender_clear(l->sender);
	else if (reg_state(l->reg) == REG_REGISTERED)
		sender_ready(l->sender);
}

int server_link_send(struct server_link *l, const struct path *paths, size_t n_paths)
{
	_cleanup_(buf_done) struct buf payload = {0};
	struct dm_peer peer = {
		.short_server_id = l->short_server_id, .version = reg_version(l->reg)};
	int64_t seconds = (int64_t)(clock_realtime(l->env->clock) / USEC_PER_SEC);
	struct path list[COLLECT_PATHS_MAX];
	int format, r;

	if (!reg_is_up(l->reg))
		return -ENOTCONN;
	if (model_in_transaction(l->env->model))
		return -EBUSY;
	if (n_paths == 0 || n_paths > COLLECT_PATHS_MAX)
		return -EINVAL;
	memcpy(list, paths, n_paths * sizeof *list);
	r = send_make(l->env->model, &peer, l->server_instance, list, n_paths, seconds * 1000,
		&payload, &format);
	if (r < 0)
		return r;

	struct announced by = announced(l);
	int is_current = announcement_is_list_current(&l->told, &by);

	if (is_current < 0)
		return is_current;

	r = sender_add(l->sender, format, &payload);
	if (r < 0)
		return r;
	if (is_current)
		send_waiting(l);
	else
		step(l, REG_EV_ASKED, REASON_NONE);
	return 0;
}

static void on_notified(void *data, struct span token, enum tp_notice notice)
{
	static const enum observe_outcome outcomes[] = {
		[TP_NOTICE_ACKNOWLEDGED] = OBSERVE_ACKNOWLEDGED,
		[TP_NOTICE_REJECTED] = OBSERVE_REJECTED,
		[TP_NOTICE_LOST] = OBSERVE_LOST,
	};
	struct server_link *l = data;

	if (l->env->observe)
		observe_concluded(l->env->observe, l->short_server_id, token, outcomes[notice]);
}

/* --- what comes back ------------------------------------------------------------------------- */

static void note_alert(struct server_link *l)
{
	int alert = tp_session_last_alert(l->session);
	struct path p = PATH3(OBJECT_SERVER, l->server_instance, SERVER_TLS_ALERT);

	if (alert >= 0 && !model_in_transaction(l->env->model))
		model_set(l->env->model, p, &VALUE_UINT((uint64_t)alert));
}

/* The peer's own words in an error response, cut and made printable by the log. */
static void describe(const struct tp_result *result, char *ret, size_t len)
{
	char code[8];

	if (result->reason != REASON_NONE || !result->response) {
		snprintf(ret, len, "%s", result->detail);
		return;
	}

	struct span text = buf_span(&result->response->payload);

	msg_code_format(result->response->code, code);
	if (text.len > 0 && text_is_utf8(text) && !msg_code_is_success(result->response->code))
		snprintf(ret, len, "%s answered %s \"%.*s\"", result->detail, code,
			text.len > 80 ? 80 : (int)text.len, (const char *)text.data);
	else
		snprintf(ret, len, "%s answered %s", result->detail, code);
}

static void forget_location(struct server_link *l)
{
	for (size_t i = 0; i < MSG_LOCATION_MAX; i++)
		buf_done(&l->location[i]);
	l->n_location = 0;
}

static int keep_location(struct server_link *l, const struct response *response)
{
	forget_location(l);
	for (size_t i = 0; i < response->n_location; i++) {
		int r = buf_set(&l->location[i], buf_span(&response->location[i]));

		if (r < 0)
			return r;
		l->n_location = i + 1;
	}
	return 0;
}

static void tell_accepted(struct server_link *l, enum reg_operation operation, uint8_t code)
{
	if (operation == REG_OP_UPDATE)
		tell(l, STEP_OK, REASON_NONE, LOG_ID_NONE, code, "registration updated");
	else
		tell(l, STEP_OK, REASON_NONE, LOG_ID_REGISTERED, code,
			"registered with %s as \"%s\", LwM2M %s, lifetime %" PRIu32 " s", l->uri,
			l->env->endpoint, reg_version_text(reg_version(l->reg)), l->told.lifetime);
}

/* What came back: the machine learns it, then it is told, then follows what it brings. */
static void conclude(
	struct server_link *l, enum reg_operation operation, const struct tp_result *result)
{
	struct reaction reaction = {
		result->is_fatal ? REG_EV_FATAL : REG_EV_FAILED, result->reason};
	uint8_t code = result->reason == REASON_NONE ? result->response->code : 0;
	char detail[STEP_DETAIL_MAX];

	l->awaited = NOTHING;
	describe(result, detail, sizeof detail);
	if (code)
		reaction = reaction_to(operation, code);
	else
		note_alert(l);
	if (operation == REG_OP_REGISTER && reaction.event == REG_EV_ACCEPTED &&
		keep_location(l, result->response) < 0)
		reaction = (struct reaction){REG_EV_FAILED, REASON_REG_REFUSED};

	unsigned actions = reg_step(l->reg, reaction.event, reaction.reason, now(l));

	if (operation == REG_OP_REGISTER)
		end_observations(l);
	set_online(l, reaction.event == REG_EV_ACCEPTED);
	stay_awake(l);
	if (reaction.event == REG_EV_ACCEPTED)
		tell_accepted(l, operation, code);
	else
		tell(l, STEP_FAILED, reaction.reason,
			operation == REG_OP_UPDATE ? LOG_ID_UPDATE_FAILED : LOG_ID_REGISTER_FAILED,
			code, "%s", detail);
	carry_out(l, actions);
	if (reaction.event == REG_EV_ACCEPTED)
		send_waiting(l);
}

static void on_registered(void *data, const struct tp_result *result)
{
	struct server_link *l = data;

	if (l->awaited == REGISTER)
		conclude(l, REG_OP_REGISTER, result);
}

static void on_opened(void *data, const struct tp_result *result)
{
	struct server_link *l = data;

	if (l->awaited != RESUMPTION)
		return;
	l->awaited = NOTHING;
	if (result->reason != REASON_NONE)
		conclude(l, REG_OP_UPDATE, result);
	else if (result->is_new_session)
		step(l, REG_EV_SESSION_LOST, REASON_NONE);
	else
		send_update(l);
	arm(l);
}

static void on_updated(void *data, const struct tp_result *result)
{
	struct server_link *l = data;

	if (l->awaited == UPDATE)
		conclude(l, REG_OP_UPDATE, result);
}

static void on_deregistered(void *data, const struct tp_result *result)
{
	struct server_link *l = data;

	if (l->awaited != DEREGISTER)
		return;
	l->awaited = NOTHING;
	/* whatever the answer: it is over (TS core 6.2.3) */
	tell(l, STEP_OK, reg_state(l->reg) == REG_DISABLING ? REASON_REG_DISABLED : result->reason,
		LOG_ID_DEREGISTERED, result->response ? result->response->code : 0,
		"de-registered from %s", l->uri);
	step(l, REG_EV_ACCEPTED, REASON_NONE);
}

/* --- the machine's wishes -------------------------------------------------------------------- */

static void arm(struct server_link *l)
{
	uint64_t at = l->has_send_failed ? now(l)
		      : l->is_postponed	 ? now(l) + USEC_PER_SEC
					 : reg_deadline(l->reg);

	l->env->loop->arm(l->timer, at, USEC_PER_MSEC);
}

static bool has_no_context(const struct server_link *l)
{
	return tp_session_is_secure(l->session) && !tp_session_is_connected(l->session);
}

/* An Update cannot go over a security context that is gone: Register makes a new one. */
static bool must_register_anew(const struct server_link *l)
{
	return has_no_context(l) && !tp_session_can_resume(l->session);
}

static void close_session(struct server_link *l)
{
	tp_session_close(l->session);
	sender_closed(l->sender);
}

static void carry_out(struct server_link *l, unsigned actions)
{
	if (actions & REG_DO_UPDATE && must_register_anew(l)) {
		step(l, REG_EV_SESSION_LOST, REASON_NONE);
		return;
	}
	if (actions & (REG_DO_CANCEL | REG_DO_CLOSE))
		l->has_send_failed = l->is_postponed = false;
	if (actions & REG_DO_CANCEL)
		l->awaited = l->held_up = NOTHING;
	if (actions & REG_DO_CLOSE)
		close_session(l);
	if (actions & REG_DO_REGISTER)
		send_checked(l, REGISTER);
	if (actions & REG_DO_UPDATE)
		send_checked(l, UPDATE);
	if (actions & REG_DO_DEREGISTER)
		send_deregister(l);
	arm(l);

	if (actions & REG_TELL_UP)
		l->env->up(l->env->data, l);
	if (actions & REG_TELL_DOWN)
		l->env->running(l->env->data, l);
	if (actions & REG_TELL_FAILED)
		l->env->failed(l->env->data, l);
	if (actions & REG_TELL_STOPPED)
		l->env->stopped(l->env->data, l);
}

/* The card is looked at before each Register and Update to a server of its (TS core 6.1.3.2). */
static void send_checked(struct server_link *l, enum awaited what)
{
	if (l->is_of_card && l->env->check_card(l->env->data))
		l->held_up = what;
	else if (what == REGISTER)
		send_register(l);
	else if (has_no_context(l))
		send_update_resumed(l);
	else
		send_update(l);
}

void server_link_checked(struct server_link *l)
{
	enum awaited what = l->held_up;

	l->held_up = NOTHING;
	if (what == REGISTER)
		send_register(l);
	else if (what == UPDATE && must_register_anew(l))
		step(l, REG_EV_SESSION_LOST, REASON_NONE);
	else if (what == UPDATE && has_no_context(l))
		send_update_resumed(l);
	else if (what == UPDATE)
		send_update(l);
	arm(l);
}

static void step(struct server_link *l, enum reg_event event, enum reason reason)
{
	carry_out(l, reg_step(l->reg, event, reason, now(l)));
}

static void on_timer(void *data)
{
	struct server_link *l = data;

	if (l->has_send_failed) {
		l->has_send_failed = false;
		l->awaited = NOTHING;
		step(l, REG_EV_FAILED, REASON_NET_UNREACHABLE);
		return;
	}
	if (l->is_postponed) {
		l->is_postponed = false;
		send_register(l);
		arm(l);
		return;
	}
	step(l, REG_EV_DUE, REASON_NONE);
}

static void on_lost(void *data, enum reason reason, const char *detail)
{
	struct server_link *l = data;

	tell(l, STEP_RUNNING, reason, LOG_ID_NONE, 0, "%s", detail);
	set_online(l, false);
	step(l, REG_EV_SESSION_LOST, reason);
}

static void on_request(
	void *data, const char *peer, const struct request *request, struct response *ret)
{
	struct server_link *l = data;
	struct dm_peer server = {.short_server_id = l->short_server_id,
		.version = reg_version(l->reg),
		.observe = l->env->observe};

	(void)peer;
	/* before 2.01, while disabled and during a bootstrap: ignored (TS core 6.2.1, object 1) */
	if (!reg_is_up(l->reg) || !l->env->is_open(l->env->data, l->short_server_id)) {
		ret->code = MSG_NO_RESPONSE;
		return;
	}

	uint64_t begin = clock_now(l->env->clock);

	stay_awake(l);
	if (l->env->observe)
		observe_hold(l->env->observe);
	dm_dispatch(l->env->model, &server, request, ret);
	metrics_count_request(l->env->metrics, l->short_server_id, request, ret->code,
		clock_now(l->env->clock) - begin);
	if (ret->code == MSG_UNAUTHORIZED)
		denial_note(&l->denial, begin, l->short_server_id, request);
}

/* --- life ------------------------------------------------------------------------------------ */

/* The registration is of this endpoint with this account: another of either is another one. */
static int hash_of(
	const struct server_link_env *env, const struct account *a, uint8_t ret[HASH_LEN])
{
	_cleanup_(hash_free_p) struct hash *h = NULL;
	uint8_t account[HASH_LEN];
	int r = account_model_hash(a, account);

	if (r == 0)
		r = hash_new(&h);
	if (r < 0)
		return r;
	hash_add_field(h, span_of(account, sizeof account));
	hash_add_field(h, span_of_text(env->endpoint));
	return hash_finish(h, ret);
}

static void set_awake_time(struct server_link *l, const struct reg_params *params)
{
	l->has_queue_mode = params->queue_mode;
	l->awake_time = params->max_transmit_wait * USEC_PER_SEC;
}

int server_link_new(const struct server_link_env *env, const struct account *a,
	const struct reg_params *params, uint16_t local_port, struct server_link **ret)
{
	struct server_link *l = calloc(1, sizeof *l);
	struct tp_peer peer = account_model_peer(a);

	if (!l)
		return -ENOMEM;
	peer.local_port = local_port;
	l->env = env;
	set_awake_time(l, params);
	l->short_server_id = a->short_server_id;
	l->server_instance = a->server_instance;
	l->is_of_card = a->origin == ORIGIN_CARD;
	snprintf(l->uri, sizeof l->uri, "%.*s", (int)a->uri.len, (const char *)a->uri.data);

	int r = hash_of(env, a, l->hash);

	if (r == 0)
		r = sender_new(
			&(const struct sender_env){
				.data = l, .post = post_values, .told = on_values},
			&l->sender);
	if (r == 0)
		r = reg_new(a->short_server_id, params, &l->reg);
	if (r == 0)
		r = tp_session_new(env->tp, &peer,
			&(const struct tp_handlers){.data = l,
				.request = on_request,
				.lost = on_lost,
				.notified = on_notified,
				.answered = on_answered},
			&l->session);
	if (r == 0)
		r = env->loop->timer(env->loop->impl, on_timer, l, &l->timer);
	if (r < 0) {
		server_link_free(l);
		return r;
	}
	*ret = l;
	return 0;
}

struct server_link *server_link_free(struct server_link *l)
{
	if (!l)
		return NULL;
	tp_session_free(l->session);
	sender_free(l->sender);
	l->env->loop->free_source(l->timer);
	reg_free(l->reg);
	forget_location(l);
	announcement_done(&l->told);
	free(l);
	return NULL;
}

void server_link_event(struct server_link *l, enum reg_event event, enum reason reason)
{
	step(l, event, reason);
}

void server_link_refresh(
	struct server_link *l, const struct account *a, const struct reg_params *params)
{
	l->server_instance = a->server_instance;
	l->is_of_card = a->origin == ORIGIN_CARD;

	bool is_another_mode = l->has_queue_mode != params->queue_mode;

	set_awake_time(l, params);
	reg_set_params(l->reg, params);
	arm(l);
	/* an Update has no parameter for it (TS core 6.2.2) */
	if (is_another_mode && reg_is_up(l->reg) && reg_version(l->reg) > LWM2M_1_0)
		step(l, REG_EV_SESSION_LOST, REASON_NONE);
}

int server_link_reset(struct server_link *l, const struct reg_params *params)
{
	struct reg *fresh;
	int r = reg_new(l->short_server_id, params, &fresh);

	if (r < 0)
		return r;
	/* what is on its way would be taken for the answer to the next request */
	if (l->awaited != NOTHING)
		close_session(l);
	reg_free(l->reg);
	l->reg = fresh;
	l->awaited = l->held_up = NOTHING;
	l->has_send_failed = l->is_postponed = false;
	forget_location(l);
	arm(l);
	return 0;
}

const struct reg *server_link_reg(const struct server_link *l)
{
	return l->reg;
}

uint16_t server_link_short_server_id(const struct server_link *l)
{
	return l->short_server_id;
}

uint16_t server_link_server_instance(const struct server_link *l)
{
	return l->server_instance;
}

const char *server_link_peer(const struct server_link *l)
{
	return tp_session_peer_text(l->session);
}

bool server_link_is_same_account(const struct server_link *l, const struct account *a)
{
	uint8_t hash[HASH_LEN];

	return hash_of(l->env, a, hash) == 0 && memcmp(hash, l->hash, sizeof hash) == 0;
}

/* --- over a restart -------------------------------------------------------------------------- */

/* Without security, or where the security session can be resumed (doc/decisions.md). */
bool server_link_save(const struct server_link *l, struct store_registration *ret)
{
	uint64_t expires = reg_expires(l->reg);
	uint64_t left = expires > now(l) ? expires - now(l) : 0;
	size_t used = 0;

	if (!reg_is_up(l->reg))
		return false;
	if (tp_session_is_secure(l->session) && !tp_session_can_resume(l->session))
		return false;

	*ret = (struct store_registration){
		.short_server_id = l->short_server_id,
		.version = (uint8_t)reg_version(l->reg),
		.local_port = tp_session_local_port(l->session),
		.expires =
			expires == USEC_NEVER
				? INT64_MAX
				: (int64_t)((clock_realtime(l->env->clock) + left) / USEC_PER_SEC),
	};
	memcpy(ret->account_hash, l->hash, sizeof ret->account_hash);
	for (size_t i = 0; i < l->n_location; i++) {
		struct span s = buf_span(&l->location[i]);

		if (used + 1 + s.len >= sizeof ret->location || memchr(s.data, '/', s.len))
			return false;
		ret->location[used++] = '/';
		memcpy(ret->location + used, s.data, s.len);
		used += s.len;
	}
	if (l->n_location == 0)
		return false;
	return !tp_session_is_secure(l->session) ||
	       secret_set(&ret->session, tp_session_resumption(l->session)) == 0;
}

static int parse_location(struct server_link *l, const char *text)
{
	forget_location(l);
	while (*text == '/') {
		size_t len = strcspn(++text, "/");

		if (l->n_location == MSG_LOCATION_MAX || len == 0)
			return -EBADMSG;

		int r = buf_set(&l->location[l->n_location], span_of(text, len));

		if (r < 0)
			return r;
		l->n_location++;
		text += len;
	}
	return l->n_location > 0 ? 0 : -EBADMSG;
}

int server_link_resume(struct server_link *l, const struct store_registration *kept)
{
	int64_t left = kept->expires - (int64_t)(clock_realtime(l->env->clock) / USEC_PER_SEC);

	if (memcmp(kept->account_hash, l->hash, sizeof l->hash) != 0 || left <= 0 ||
		kept->version > LWM2M_1_2)
		return -ENOTSUP;
	if (tp_session_is_secure(l->session) &&
		tp_session_set_resumption(l->session, secret_span(&kept->session)) < 0)
		return -ENOTSUP;

	int r = parse_location(l, kept->location);

	if (r < 0)
		return r;

	/* the server's knowledge of us is not kept: the first Update names everything */
	uint64_t expires =
		kept->expires == INT64_MAX ? USEC_NEVER : usec_after(now(l), (uint64_t)left);

	r = reg_resume(l->reg, (enum lwm2m_version)kept->version, now(l), expires);
	arm(l);
	return r;
}
