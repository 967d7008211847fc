#include "daemon/bootstrapper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "daemon/account_model.h"

enum {
	LISTENERS_MAX = 4,
	BACK_OFF_MIN_SEC = 5,
	BACK_OFF_MAX_SEC = 3600,
	ROUND_FAILURES = 5, /* then the sequence starts again at step 1 */
	LINGER_SEC = 10,
};

struct bootstrapper {
	struct bootstrapper_env env;
	const struct conf *conf;
	struct tp_session *session; /* to the bootstrap server */
	uint8_t session_hash[HASH_LEN];
	struct tp_listener *listeners[LISTENERS_MAX];
	uint8_t listeners_hash[HASH_LEN]; /* of the account and the addresses */
	bool are_listeners_wanted, are_listeners_stale;
	unsigned depth;	       /* of requests that are being answered */
	struct bs_session *bs; /* the open session */
	bool is_server_initiated;
	bool is_over;	   /* finished or failed; the sequence has not taken it up yet … */
	bool has_failed;   /* … and it is to be rolled back */
	bool is_awaiting;  /* the answer to a Bootstrap-Request */
	bool without_pct;  /* 4.15 came */
	bool is_lingering; /* its answer to Finish may have been lost */
	unsigned failures;
	struct loop_source *timeout, *linger, *retry, *settle;
};

static uint64_t now(const struct bootstrapper *b)
{
	return clock_now(b->env.clock);
}

static enum stage stage_of(const struct bootstrapper *b)
{
	return b->bs && b->is_server_initiated ? STAGE_SERVER_BOOTSTRAP : STAGE_CLIENT_BOOTSTRAP;
}

__attribute__((format(printf, 6, 7))) static void tell(struct bootstrapper *b, enum stage stage,
	enum step_result result, enum reason reason, enum log_id id, const char *format, ...)
{
	char detail[STEP_DETAIL_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof detail, format, args);
	va_end(args);
	timeline_add(b->env.timeline,
		&(const struct step_fields){.stage = stage,
			.result = result,
			.server = LOG_SERVER_BOOTSTRAP,
			.reason = reason,
			.level = result == STEP_FAILED ? LOG_WARNING : LOG_NOTICE,
			.id = id},
		"%s", detail);
}

/* --- the session that is open ----------------------------------------------------------------- */

static int persist(void *data, bool is_changed)
{
	struct bootstrapper *b = data;

	return keeper_persist_bootstrap(b->env.keeper, is_changed);
}

static int64_t unix_time(void *data)
{
	struct bootstrapper *b = data;

	return (int64_t)(clock_realtime(b->env.clock) / USEC_PER_SEC);
}

static void restart_timeout(struct bootstrapper *b)
{
	b->env.loop->arm(
		b->timeout, now(b) + b->conf->server_initiated.session_timeout, USEC_PER_MSEC);
}

/* Nothing can end the session any more but the sequence. */
static void be_over(struct bootstrapper *b, enum seq_event event)
{
	b->is_over = true;
	b->has_failed = event == EV_SESSION_FAILED;
	b->env.loop->arm(b->timeout, USEC_NEVER, 1);
	b->env.feed(b->env.data, event);
}

static void on_timeout(void *data)
{
	struct bootstrapper *b = data;

	if (!b->bs || b->is_over)
		return;
	tell(b, stage_of(b), STEP_FAILED, REASON_BS_NO_FINISH, LOG_ID_BOOTSTRAP_FAILED,
		"no operation for %u s and no Bootstrap-Finish: rolled back",
		(unsigned)(b->conf->server_initiated.session_timeout / USEC_PER_SEC));
	be_over(b, EV_SESSION_FAILED);
}

static struct consistency_support support_of(const struct bootstrapper *b)
{
	return (struct consistency_support){.mode = tp_supports_mode,
		.allow_nosec_server = b->conf->security.allow_nosec == NOSEC_YES,
		.allow_nosec_bootstrap = b->conf->security.allow_nosec != NOSEC_NO};
}

/* What a person can act on first: a mode that no server can bring to this system. */
static enum reason reason_of_inconsistency(const struct bootstrapper *b)
{
	struct consistency_support support = support_of(b);

	return consistency_lacks_mode(b->env.model, &support) ? REASON_SECURITY_UNSUPPORTED
							      : REASON_BS_INCONSISTENT;
}

bool bootstrapper_open_session(struct bootstrapper *b, bool is_server_initiated)
{
	struct consistency_support support = support_of(b);
	struct bs_hooks hooks = {.data = b, .persist = persist, .unix_time = unix_time};

	b->bs = bs_session_free(b->bs);
	keeper_flush(b->env.keeper);

	int r = bs_session_new(b->env.model, &support, &hooks, LWM2M_1_2, &b->bs);

	if (r < 0) {
		LOG(LOG_ERROR, "the bootstrap session cannot be opened: %s", strerror(-r));
		return false;
	}
	b->is_server_initiated = is_server_initiated;
	b->is_lingering = b->is_over = b->has_failed = false;
	tell(b, stage_of(b), STEP_RUNNING,
		is_server_initiated ? REASON_BS_STARTED_BY_SERVER : REASON_NONE,
		is_server_initiated ? LOG_ID_SERVER_BOOTSTRAP_STARTED : LOG_ID_NONE,
		"the bootstrap server configures this client");
	restart_timeout(b);
	return true;
}

void bootstrapper_roll_back(struct bootstrapper *b)
{
	b->bs = bs_session_free(b->bs);
	b->env.loop->arm(b->timeout, USEC_NEVER, 1);
	/* who stalled begins with a new security session, maybe from the same port */
	if (b->is_server_initiated)
		b->are_listeners_stale = true;
	else
		tp_session_close(b->session);
	b->env.loop->arm(b->settle, now(b), 1);
}

void bootstrapper_finished(struct bootstrapper *b)
{
	b->bs = bs_session_free(b->bs);
	b->env.loop->arm(b->timeout, USEC_NEVER, 1);
	b->failures = 0;
	b->without_pct = false;
	keeper_bootstrapped(b->env.keeper);
	b->is_lingering = true;
	b->env.loop->arm(b->linger, usec_after(now(b), LINGER_SEC), USEC_PER_SEC);
}

bool bootstrapper_has_session(const struct bootstrapper *b)
{
	return b->bs != NULL;
}

/* The problems of an inconsistent configuration are lines; the log has one. */
static const char *in_one_line(const char *lines, char *ret, size_t len)
{
	snprintf(ret, len, "%s", lines);
	for (char *p = ret; *p; p++)
		if (*p == '\n')
			*p = ';';
	return ret;
}

/* What the answer to one request means. */
static void conclude(struct bootstrapper *b, enum bs_result result, const struct response *response)
{
	char code[8], problems[STEP_DETAIL_MAX - 40];

	msg_code_format(response->code, code);
	switch (result) {
	case BS_IGNORED:
		break;
	case BS_OPERATION:
		restart_timeout(b);
		break;
	case BS_FINISHED:
		tell(b, stage_of(b), STEP_OK, REASON_BS_FINISHED, LOG_ID_BOOTSTRAP_FINISHED,
			"bootstrap finished: %zu server account(s), stored",
			account_count_servers(b->env.model));
		be_over(b, EV_FINISHED);
		break;
	case BS_INCONSISTENT:
		tell(b, stage_of(b), STEP_FAILED, reason_of_inconsistency(b),
			LOG_ID_BOOTSTRAP_FAILED, "Bootstrap-Finish answered %s: %s", code,
			in_one_line(bs_session_problems(b->bs), problems, sizeof problems));
		restart_timeout(b);
		break;
	case BS_FAILED:
		tell(b, stage_of(b), STEP_FAILED, REASON_STATE_UNWRITABLE, LOG_ID_BOOTSTRAP_FAILED,
			"the new accounts cannot be stored: rolled back");
		be_over(b, EV_SESSION_FAILED);
		break;
	}
}

/* One that is no request of our own sent back to us (RFC 9257: reflection). */
static bool is_finish(const struct request *request)
{
	return request->method == MSG_POST && request_is_for(request, "bs") &&
	       request->n_queries == 0;
}

static void serve(struct bootstrapper *b, const struct request *request, struct response *ret)
{
	if (!b->bs || b->has_failed) {
		/* no session and none wanted now (TS core 6.1.7) */
		ret->code = b->is_lingering && is_finish(request) ? MSG_CHANGED : MSG_BAD_REQUEST;
		return;
	}
	conclude(b, bs_session_handle(b->bs, request, ret), ret);
}

/* On our own session: the first operation can overtake the answer to Bootstrap-Request. */
static void on_request(
	void *data, const char *peer, const struct request *request, struct response *ret)
{
	struct bootstrapper *b = data;

	(void)peer;
	b->depth++;
	if (!b->bs && bs_request_is_operation(request) &&
		!b->env.feed_now(b->env.data, EV_REQUEST_ACCEPTED))
		b->env.feed_now(b->env.data, EV_BOOTSTRAP_OPERATION);
	serve(b, request, ret);
	b->depth--;
}

/* On the listener: peers there have proved the account's credentials. */
static void on_listener_request(
	void *data, const char *peer, const struct request *request, struct response *ret)
{
	struct bootstrapper *b = data;

	b->depth++;
	if (!b->bs && bs_request_is_operation(request)) {
		LOG(LOG_INFO, "bootstrap operation from %s", peer);
		b->env.feed_now(b->env.data, EV_BOOTSTRAP_OPERATION);
	}
	if (b->bs && !b->is_server_initiated)
		ret->code = MSG_BAD_REQUEST;
	else
		serve(b, request, ret);
	b->depth--;
}

static void on_refused(void *data, const char *peer, const char *detail)
{
	struct bootstrapper *b = data;

	tell(b, STAGE_WAIT, STEP_FAILED, REASON_BS_PEER_REFUSED, LOG_ID_SECURITY_REFUSED, "%s: %s",
		peer, detail);
}

static void on_lost(void *data, enum reason reason, const char *detail)
{
	struct bootstrapper *b = data;

	if (!b->bs || b->is_over || b->is_server_initiated)
		return;
	tell(b, stage_of(b), STEP_FAILED, reason, LOG_ID_BOOTSTRAP_FAILED,
		"the session ended before Bootstrap-Finish: %s", detail);
	be_over(b, EV_SESSION_FAILED);
}

/* --- client-initiated ------------------------------------------------------------------------- */

/* What the transport did not like about the credentials, or the error alone. */
static const char *why_not(const struct bootstrapper *b, int error)
{
	const char *refusal = tp_refusal(b->env.tp);

	return *refusal && (error == -EINVAL || error == -ENOTSUP) ? refusal : strerror(-error);
}

/* A session that fits the account as it is now; NULL: it cannot be made. */
static struct tp_session *session_for(struct bootstrapper *b, const struct account *a)
{
	uint8_t hash[HASH_LEN];
	struct tp_peer peer = account_model_peer(a);
	int r = account_model_hash(a, hash);

	if (r == 0 && b->session && memcmp(hash, b->session_hash, sizeof hash) == 0)
		return b->session;

	b->session = tp_session_free(b->session);
	if (r == 0)
		r = tp_session_new(b->env.tp, &peer,
			&(const struct tp_handlers){
				.data = b, .request = on_request, .lost = on_lost},
			&b->session);
	if (r < 0) {
		/* without memory or descriptors there is no reason that a person could act on */
		tell(b, STAGE_CLIENT_BOOTSTRAP, STEP_FAILED,
			r == -ENOTSUP || r == -EINVAL ? REASON_SECURITY_UNSUPPORTED : REASON_NONE,
			LOG_ID_BOOTSTRAP_FAILED, "the bootstrap account cannot be used with %s: %s",
			account_model_mode_text(a->mode), why_not(b, r));
		return NULL;
	}
	memcpy(b->session_hash, hash, sizeof hash);
	return b->session;
}

void bootstrapper_prepare(struct bootstrapper *b)
{
	struct account a;

	if (b->depth == 0 && account_bootstrap(b->env.model, &a) && session_for(b, &a))
		tp_session_prepare(b->session);
}

static void request_failed(struct bootstrapper *b, enum reason reason, const char *detail)
{
	/* the transport speaks of silence in general; here it is the bootstrap server's */
	if (reason == REASON_REG_TIMEOUT)
		reason = REASON_BS_TIMEOUT;
	tell(b, STAGE_CLIENT_BOOTSTRAP, STEP_FAILED, reason, LOG_ID_BOOTSTRAP_FAILED, "%s", detail);
	b->env.feed(b->env.data, EV_REQUEST_FAILED);
}

static void on_answer(void *data, const struct tp_result *result)
{
	struct bootstrapper *b = data;
	char detail[STEP_DETAIL_MAX], code[8];

	if (!b->is_awaiting)
		return;
	b->is_awaiting = false;
	if (b->bs)
		return; /* its first operation came before: the session is open already */
	if (result->reason != REASON_NONE) {
		request_failed(b, result->reason, result->detail);
		return;
	}
	if (msg_code_is_success(result->response->code)) {
		b->env.feed_now(b->env.data, EV_REQUEST_ACCEPTED);
		return;
	}
	if (result->response->code == MSG_UNSUPPORTED_FORMAT && !b->without_pct) {
		/* a server that does not know pct: at once without (TS core 6.2.1.1) */
		b->without_pct = true;
		b->env.loop->arm(b->retry, now(b), 1);
		return;
	}
	msg_code_format(result->response->code, code);
	snprintf(
		detail, sizeof detail, "%s answered %s to Bootstrap-Request", result->detail, code);
	request_failed(b,
		result->response->code >> 5 == 5 ? REASON_BS_SERVER_ERROR : REASON_BS_REFUSED,
		detail);
}

/* POST /bs?ep=…&pct=… (Transport 6.4.2); the path of the URI stays in front. */
static int send_request(struct bootstrapper *b, const struct account *a)
{
	struct request request = request_of(MSG_POST);
	char endpoint[300], pct[16];
	struct uri uri;
	int r = uri_parse(a->uri, &uri, NULL);

	for (size_t i = 0; r == 0 && i < uri.n_segments; i++)
		r = request_add_segment(&request, uri.segment[i]);
	if (r == 0)
		r = request_add_segment(&request, span_of_text("bs"));
	if (r < 0)
		return r;

	snprintf(endpoint, sizeof endpoint, "ep=%s", b->conf->endpoint);
	snprintf(pct, sizeof pct, "pct=%d", FORMAT_TLV);
	request_add_query(&request, span_of_text(endpoint));
	if (!b->without_pct)
		request_add_query(&request, span_of_text(pct));
	return tp_session_request(b->session, &request, on_answer, b);
}

void bootstrapper_request(struct bootstrapper *b)
{
	struct account a;

	if (b->depth > 0) {
		/* a request is being answered: its session must not be replaced under it */
		b->env.loop->arm(b->retry, now(b), 1);
		return;
	}
	if (!account_bootstrap(b->env.model, &a)) {
		tell(b, STAGE_CLIENT_BOOTSTRAP, STEP_SKIPPED, REASON_BS_NO_ACCOUNT, LOG_ID_NONE,
			"no Bootstrap-Server account");
		b->env.feed(b->env.data, EV_NO_ACCOUNT);
		return;
	}
	if (!session_for(b, &a)) {
		b->env.feed(b->env.data, EV_REQUEST_FAILED);
		return;
	}

	tell(b, STAGE_CLIENT_BOOTSTRAP, STEP_RUNNING, REASON_NONE, LOG_ID_CLIENT_BOOTSTRAP_STARTED,
		"asking %.*s for a bootstrap (%s)", (int)a.uri.len, (const char *)a.uri.data,
		account_model_mode_text(a.mode));

	int r = send_request(b, &a);

	b->is_awaiting = r == 0;
	if (r < 0)
		request_failed(b, REASON_NET_UNREACHABLE, strerror(-r));
}

static void on_retry(void *data)
{
	struct bootstrapper *b = data;

	bootstrapper_request(b);
}

void bootstrapper_cancel(struct bootstrapper *b)
{
	b->env.loop->arm(b->retry, USEC_NEVER, 1);
	b->env.loop->arm(b->timeout, USEC_NEVER, 1);
	if (b->is_awaiting)
		tp_session_close(b->session);
	b->is_awaiting = false;
}

uint64_t bootstrapper_back_off(struct bootstrapper *b, bool *ret_is_round_over)
{
	struct account a;
	uint64_t wait = BACK_OFF_MIN_SEC;
	uint32_t random = 0;

	if (account_bootstrap(b->env.model, &a) && a.has_hold_off &&
		a.client_hold_off_time > BACK_OFF_MIN_SEC)
		wait = a.client_hold_off_time;
	for (unsigned i = 0; i < b->failures && wait < BACK_OFF_MAX_SEC; i++)
		wait *= 2;
	if (wait > BACK_OFF_MAX_SEC)
		wait = BACK_OFF_MAX_SEC;
	b->failures++;
	*ret_is_round_over = b->failures % ROUND_FAILURES == 0;

	/* up to a fifth more, so that a fleet does not come at once; never early */
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
		random = (uint32_t)now(b);
	return wait * USEC_PER_SEC + wait * USEC_PER_SEC / 5 * (random % 1024) / 1024;
}

/* --- server-initiated ------------------------------------------------------------------------- */

static void listener_failed(struct bootstrapper *b, const char *address, int error)
{
	enum reason reason = error == -EADDRINUSE ? REASON_NET_PORT_BUSY
			     : error == -ENOTSUP  ? REASON_SECURITY_UNSUPPORTED
						  : REASON_NONE;

	tell(b, STAGE_WAIT, STEP_FAILED, reason, LOG_ID_NONE,
		"cannot listen on %s for a server-initiated bootstrap: %s", address,
		why_not(b, error));
}

static void open_one(struct bootstrapper *b, size_t i, const struct account *a, const char *address)
{
	struct tp_listen listen = {.address = address, .peer = account_model_peer(a)};
	int r = tp_listener_new(b->env.tp, &listen,
		&(const struct tp_handlers){
			.data = b, .request = on_listener_request, .refused = on_refused},
		&b->listeners[i]);

	if (r < 0)
		listener_failed(b, address, r);
	else
		LOG(LOG_INFO, "listening on %s for a server-initiated bootstrap", address);
}

static void close_listeners(struct bootstrapper *b)
{
	for (size_t i = 0; i < LISTENERS_MAX; i++)
		b->listeners[i] = tp_listener_free(b->listeners[i]);
}

static void open_listeners(struct bootstrapper *b, const struct account *a)
{
	static const char *const usual[] = {[MODE_PSK] = "[::]:5684",
		[MODE_RPK] = "[::]:5684",
		[MODE_CERTIFICATE] = "[::]:5684",
		[MODE_NOSEC] = "[::]:5683",
		[MODE_EST] = NULL};
	char **addresses = b->conf->server_initiated.addresses;

	if (!addresses || !addresses[0]) {
		if (usual[a->mode])
			open_one(b, 0, a, usual[a->mode]);
		return;
	}
	for (size_t i = 0; i < LISTENERS_MAX && addresses[i]; i++)
		open_one(b, i, a, addresses[i]);
}

static bool may_listen(const struct bootstrapper *b, struct account *ret)
{
	if (!b->are_listeners_wanted || !account_bootstrap(b->env.model, ret))
		return false;
	if (ret->mode < 0 || ret->mode > MODE_EST)
		return false;
	return ret->mode != MODE_NOSEC || b->conf->security.allow_nosec != NOSEC_NO;
}

static int listeners_hash(
	const struct bootstrapper *b, const struct account *a, uint8_t ret[HASH_LEN])
{
	_cleanup_(hash_free_p) struct hash *h = NULL;
	char **addresses = b->conf->server_initiated.addresses;
	uint8_t account[HASH_LEN];
	int r = account_model_hash(a, account);

	if (r == 0)
		r = hash_new(&h);
	if (r < 0)
		return r;
	hash_add_field(h, span_of(account, sizeof account));
	for (size_t i = 0; addresses && addresses[i]; i++)
		hash_add_field(h, span_of_text(addresses[i]));
	return hash_finish(h, ret);
}

/*
 * Listeners as they should be. Open ones that fit stay open, for the session of a bootstrap server
 * may come through them; while one comes, or is being answered, nothing is touched.
 */
static void settle_listeners(struct bootstrapper *b)
{
	uint8_t hash[HASH_LEN];
	struct account a;

	if (b->depth > 0)
		b->env.loop->arm(b->settle, now(b), 1);
	if (b->depth > 0 || (b->bs && b->is_server_initiated))
		return;
	if (!may_listen(b, &a)) {
		close_listeners(b);
		return;
	}
	if (listeners_hash(b, &a, hash) == 0) {
		if (b->listeners[0] && !b->are_listeners_stale &&
			memcmp(hash, b->listeners_hash, sizeof hash) == 0)
			return;
		memcpy(b->listeners_hash, hash, sizeof hash);
	}
	close_listeners(b);
	open_listeners(b, &a);
	b->are_listeners_stale = false;
}

static void on_settle(void *data)
{
	settle_listeners(data);
}

/* The time in which the answer to Bootstrap-Finish can be asked for again is over. */
static void on_linger(void *data)
{
	struct bootstrapper *b = data;

	b->is_lingering = false;
	if (b->bs || b->is_awaiting) {
		b->env.loop->arm(b->linger, usec_after(now(b), LINGER_SEC), USEC_PER_SEC);
		return;
	}
	if (b->session && tp_session_is_connected(b->session))
		tp_session_close(b->session);
	b->are_listeners_stale = true;
	settle_listeners(b);
}

void bootstrapper_open_listener(struct bootstrapper *b)
{
	b->are_listeners_wanted = true;
	settle_listeners(b);
}

void bootstrapper_close_listener(struct bootstrapper *b, bool linger)
{
	b->are_listeners_wanted = false;
	if (linger)
		b->env.loop->arm(b->linger, usec_after(now(b), LINGER_SEC), USEC_PER_SEC);
	else
		settle_listeners(b);
}

/* --- life ------------------------------------------------------------------------------------- */

int bootstrapper_new(const struct bootstrapper_env *env, struct bootstrapper **ret)
{
	struct bootstrapper *b = calloc(1, sizeof *b);
	int r;

	if (!b)
		return -ENOMEM;
	b->env = *env;
	r = env->loop->timer(env->loop->impl, on_timeout, b, &b->timeout);
	if (r == 0)
		r = env->loop->timer(env->loop->impl, on_linger, b, &b->linger);
	if (r == 0)
		r = env->loop->timer(env->loop->impl, on_retry, b, &b->retry);
	if (r == 0)
		r = env->loop->timer(env->loop->impl, on_settle, b, &b->settle);
	if (r < 0) {
		bootstrapper_free(b);
		return r;
	}
	*ret = b;
	return 0;
}

struct bootstrapper *bootstrapper_free(struct bootstrapper *b)
{
	if (!b)
		return NULL;
	bs_session_free(b->bs);
	close_listeners(b);
	tp_session_free(b->session);
	b->env.loop->free_source(b->timeout);
	b->env.loop->free_source(b->linger);
	b->env.loop->free_source(b->retry);
	b->env.loop->free_source(b->settle);
	free(b);
	return NULL;
}

void bootstrapper_set_conf(struct bootstrapper *b, const struct conf *conf)
{
	b->conf = conf;
}
