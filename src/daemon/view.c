#include "daemon/view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "codec/attr.h"
#include "daemon/console.h"
#include "daemon/daemon.h"
#include "keys/hash.h"

uint64_t view_seconds_until(const struct daemon *d, uint64_t at)
{
	uint64_t now = clock_now(d->clock);

	return at > now ? (at - now + USEC_PER_SEC - 1) / USEC_PER_SEC : 0;
}

static int64_t unix_seconds(uint64_t realtime)
{
	return (int64_t)(realtime / USEC_PER_SEC);
}

/* --- state ------------------------------------------------------------------------------------ */

const char *view_phase(const struct daemon *d)
{
	size_t up = servers_count_up(d->servers), all = servers_count(d->servers);

	switch (d->seq.state) {
	case SEQ_START:
		return "starting";
	case SEQ_CARD:
		return "smartcard";
	case SEQ_FACTORY:
		return "factory";
	case SEQ_REGISTER:
		return "registering";
	case SEQ_MANAGED:
		return up == 0 ? "registering" : up < all ? "degraded" : "registered";
	case SEQ_OFFLINE:
		return "offline";
	case SEQ_HOLD_OFF:
		return "holdoff";
	case SEQ_HOLD_OFF_SESSION:
	case SEQ_SERVER_SESSION:
	case SEQ_REQUEST:
	case SEQ_CLIENT_SESSION:
		return "bootstrapping";
	case SEQ_BACK_OFF:
		return "retrying";
	case SEQ_NEXT_ROUND:
		return d->waits.timer_at == USEC_NEVER ? "idle" : "retrying";
	case SEQ_STOPPED:
	case SEQ_STATE_COUNT:
		break;
	}
	return "stopping";
}

static const char *source_of(enum origin origin)
{
	switch (origin) {
	case ORIGIN_FACTORY:
		return "factory";
	case ORIGIN_CARD:
		return "smartcard";
	case ORIGIN_BOOTSTRAP:
		return "bootstrap";
	case ORIGIN_NONE:
	case ORIGIN_SERVER:
		break;
	}
	return "none";
}

/* The registration whose wait ends first. */
static const struct server_link *next_link(const struct daemon *d)
{
	const struct server_link *l, *first = NULL;
	uint64_t at = USEC_NEVER;
	size_t cursor = 0;

	while ((l = servers_next(d->servers, &cursor))) {
		const struct reg *reg = server_link_reg(l);

		if (reg_is_up(reg) || reg_deadline(reg) >= at)
			continue;
		at = reg_deadline(reg);
		first = l;
	}
	return first;
}

static void next_registration(const struct daemon *d, struct manage_state *ret)
{
	const struct server_link *l = next_link(d);

	if (!l || reg_state(server_link_reg(l)) == REG_REGISTERING)
		return;
	snprintf(ret->next, sizeof ret->next, "registration with server %u",
		server_link_short_server_id(l));
	ret->next_in = (int64_t)view_seconds_until(d, reg_deadline(server_link_reg(l)));
}

static void next_bootstrap(const struct daemon *d, const char *what, struct manage_state *ret)
{
	struct account a;

	if (account_bootstrap(d->model, &a))
		snprintf(ret->next, sizeof ret->next, "%s %.*s", what, (int)a.uri.len,
			(const char *)a.uri.data);
}

static void find_next(const struct daemon *d, struct manage_state *ret)
{
	ret->next_in = -1;
	switch (d->seq.state) {
	case SEQ_REGISTER:
	case SEQ_MANAGED:
		next_registration(d, ret);
		break;
	case SEQ_HOLD_OFF:
		next_bootstrap(d, "client-initiated bootstrap with", ret);
		ret->next_in = ret->holdoff_left;
		break;
	case SEQ_BACK_OFF:
	case SEQ_NEXT_ROUND:
		if (d->waits.timer_at == USEC_NEVER)
			break;
		if (d->waits.timer_event == EV_BACK_OFF_OVER)
			next_bootstrap(d, "client-initiated bootstrap with", ret);
		else
			snprintf(ret->next, sizeof ret->next, "the sequence from step 1 again");
		ret->next_in = (int64_t)view_seconds_until(d, d->waits.timer_at);
		break;
	case SEQ_OFFLINE:
		snprintf(ret->next, sizeof ret->next, "registration when the network is there");
		break;
	case SEQ_START:
	case SEQ_CARD:
	case SEQ_FACTORY:
	case SEQ_HOLD_OFF_SESSION:
	case SEQ_SERVER_SESSION:
	case SEQ_REQUEST:
	case SEQ_CLIENT_SESSION:
	case SEQ_STOPPED:
	case SEQ_STATE_COUNT:
		break;
	}
}

/* --- causes ----------------------------------------------------------------------------------- */

/* No card is no failure, unless one is expected, is broken, or is the only way to a server. */
static bool is_card_missed(const struct daemon *d, enum reason reason)
{
	struct account a;

	if (reason == REASON_CARD_OFF || servers_count_up(d->servers) > 0)
		return false;
	if (d->conf->smartcard.enabled == CARD_YES || reason == REASON_CARD_DATA_INVALID)
		return true;
	return servers_count(d->servers) == 0 && !account_bootstrap(d->model, &a);
}

/* A failure that stands and is a cause, not the sum of others. */
static bool is_cause(const struct daemon *d, const struct step *s)
{
	const struct server_link *l;
	size_t cursor = 0;

	if (s->is_over || s->reason == REASON_NONE || s->reason == REASON_RETRY_EXHAUSTED ||
		s->reason == REASON_RETRY_WAITING || s->reason == REASON_HOLDOFF_WAITING)
		return false;
	if (s->reason == REASON_CONFIG_SHADOWED)
		return true;
	if (s->stage == STAGE_WAIT)
		return (s->reason == REASON_CONFIG_NO_SERVER && d->seq.state == SEQ_NEXT_ROUND) ||
		       (s->reason == REASON_NET_OFFLINE && d->seq.state == SEQ_OFFLINE);
	if (s->stage == STAGE_SMARTCARD && s->result == STEP_SKIPPED)
		return is_card_missed(d, s->reason);
	if (s->result != STEP_FAILED)
		return false;
	if (s->server <= 0)
		return s->stage == STAGE_FACTORY || servers_count_up(d->servers) == 0;
	while ((l = servers_next(d->servers, &cursor)))
		if (server_link_short_server_id(l) == s->server)
			return !reg_is_up(server_link_reg(l));
	return false;
}

/* The newest cause before the step with this number. */
static bool cause_before(const struct daemon *d, uint64_t seq, struct step *ret)
{
	uint64_t cursor = 0;
	struct step s;
	bool is_found = false;

	while (timeline_next(d->timeline, &cursor, &s) && s.seq < seq) {
		if (!is_cause(d, &s))
			continue;
		*ret = s;
		is_found = true;
	}
	return is_found;
}

/* Time alone does not heal it. */
static bool is_for_person(enum reason reason)
{
	static const enum reason reasons[] = {REASON_CONFIG_INVALID, REASON_CONFIG_NO_SERVER,
		REASON_SECURITY_UNSUPPORTED, REASON_SECURITY_NOSEC, REASON_SECRET_EXPOSED,
		REASON_SECRET_FORMAT, REASON_SECRET_MISSING, REASON_CARD_DATA_INVALID,
		REASON_CARD_CHANNEL_FAILED, REASON_CARD_PIN_BLOCKED, REASON_CARD_PIN_REQUIRED,
		REASON_CARD_PIN_WRONG, REASON_DTLS_CERT_EXPIRED, REASON_DTLS_CERT_NAME,
		REASON_DTLS_CERT_UNTRUSTED, REASON_DTLS_CLIENT_CERT_REFUSED,
		REASON_DTLS_RPK_MISMATCH, REASON_DNS_NOT_FOUND, REASON_DNS_NO_FAMILY,
		REASON_DTLS_NO_COMMON_CIPHER, REASON_DTLS_PSK_UNKNOWN_IDENTITY,
		REASON_DTLS_PSK_WRONG_KEY, REASON_REG_BAD_REQUEST, REASON_REG_FORBIDDEN,
		REASON_REG_NOT_FOUND, REASON_REG_PRECONDITION, REASON_BS_REFUSED,
		REASON_BS_INCONSISTENT, REASON_BS_ACCOUNT_PURGED};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i] == reason)
			return true;
	return false;
}

static bool needs_person(const struct daemon *d)
{
	struct step s = {.seq = UINT64_MAX};

	if (servers_count_up(d->servers) > 0)
		return false;
	while (cause_before(d, s.seq, &s))
		if (is_for_person(s.reason))
			return true;
	return false;
}

void view_state(void *data, struct manage_state *ret)
{
	struct console *c = data;
	const struct daemon *d = c->d;
	const char *phase = view_phase(d);
	uint64_t left = holdoff_left(d->waits.holdoff);

	if (phase != c->phase) {
		c->phase = phase;
		c->since = clock_realtime(d->clock);
	}
	*ret = (struct manage_state){
		.phase = phase,
		.since = (uint64_t)unix_seconds(c->since),
		.endpoint = d->conf->endpoint,
		.source = source_of(d->source),
		.holdoff_left = d->seq.state == SEQ_HOLD_OFF
					? (int64_t)((left + USEC_PER_SEC - 1) / USEC_PER_SEC)
					: -1,
		.servers_registered = servers_count_up(d->servers),
		.servers_total = servers_count(d->servers),
		.config_generation = d->generation,
		.needs_person = needs_person(d),
	};
	effects_status(d, ret->summary, sizeof ret->summary);
	find_next(d, ret);
}

void view_warnings(void *data, void (*emit)(void *to, const struct manage_warning *w), void *to)
{
	const struct console *c = data;
	uint64_t cursor = 0;
	struct step s;

	if (c->d->stale_since)
		emit(to, &(const struct manage_warning){.reason = REASON_CONFIG_STALE,
				 .text = reason_text(REASON_CONFIG_STALE),
				 .since = (uint64_t)unix_seconds(c->d->stale_since)});
	while (timeline_next(c->d->timeline, &cursor, &s)) {
		bool is_warning = s.stage == STAGE_FACTORY && s.reason != REASON_NONE;

		if (is_warning && !s.is_over)
			emit(to, &(const struct manage_warning){.reason = s.reason,
					 .text = s.detail,
					 .since = (uint64_t)unix_seconds(s.when)});
	}
}

void view_advice(void *data, void (*emit)(void *to, const struct manage_advice *a), void *to)
{
	const struct console *c = data;
	struct step s = {.seq = UINT64_MAX};
	uint32_t told[(REASON_COUNT + 31) / 32] = {0};

	if (c->d->stale_since) {
		struct manage_advice a = {
			.reason = REASON_CONFIG_STALE, .hint = reason_hint(REASON_CONFIG_STALE)};

		snprintf(a.why, sizeof a.why, "%s", reason_text(REASON_CONFIG_STALE));
		emit(to, &a);
	}
	while (cause_before(c->d, s.seq, &s)) {
		struct manage_advice a = {.reason = s.reason, .hint = reason_hint(s.reason)};

		if (told[s.reason / 32] & 1u << s.reason % 32)
			continue;
		told[s.reason / 32] |= 1u << s.reason % 32;
		if (s.server > 0)
			snprintf(a.why, sizeof a.why, "server %" PRId32 ": %s (%s)", s.server,
				reason_text(s.reason), s.detail);
		else
			snprintf(a.why, sizeof a.why, "%s (%s)", reason_text(s.reason), s.detail);
		emit(to, &a);
	}
}

/* --- servers ---------------------------------------------------------------------------------- */

static const char *security_of(int64_t mode)
{
	switch (mode) {
	case MODE_PSK:
		return "psk";
	case MODE_RPK:
		return "rpk";
	case MODE_CERTIFICATE:
		return "certificate";
	default:
		return "nosec";
	}
}

static void find_last_error(const struct daemon *d, int32_t server, struct step *ret)
{
	uint64_t cursor = 0;
	struct step s;

	while (timeline_next(d->timeline, &cursor, &s))
		if (s.server == server && s.result == STEP_FAILED && !s.is_over &&
			s.reason != REASON_RETRY_EXHAUSTED)
			*ret = s;
}

struct shown {
	char uri[URI_MAX + 1];
	char key[FINGERPRINT_TEXT_MAX];
	struct step error;
};

static struct manage_server server_of(
	const struct daemon *d, const struct account *a, struct shown *shown)
{
	struct span key = a->mode == MODE_PSK ? a->secret_key : a->identity;

	*shown = (struct shown){0};
	find_last_error(
		d, a->is_bootstrap ? LOG_SERVER_BOOTSTRAP : a->short_server_id, &shown->error);
	snprintf(shown->uri, sizeof shown->uri, "%.*s", (int)a->uri.len, (const char *)a->uri.data);
	if (key.len > 0)
		fingerprint_format(key, shown->key);
	return (struct manage_server){
		.ssid = a->is_bootstrap ? 0 : a->short_server_id,
		.uri = shown->uri,
		.security = security_of(a->mode),
		.key = shown->key,
		.state = "idle",
		.lifetime = -1,
		.expires_in = -1,
		.next_action_in = -1,
		.last_error = shown->error.reason,
		.last_error_detail = shown->error.detail,
		.last_error_when = (uint64_t)unix_seconds(shown->error.when),
		.observations = observe_count_of(reporter_observe(d->reporter), a->short_server_id),
	};
}

static const char *bootstrap_state(const struct daemon *d)
{
	switch (d->seq.state) {
	case SEQ_HOLD_OFF_SESSION:
	case SEQ_SERVER_SESSION:
	case SEQ_REQUEST:
	case SEQ_CLIENT_SESSION:
		return "bootstrapping";
	case SEQ_BACK_OFF:
		return "retrying";
	case SEQ_START:
	case SEQ_CARD:
	case SEQ_FACTORY:
	case SEQ_REGISTER:
	case SEQ_MANAGED:
	case SEQ_OFFLINE:
	case SEQ_HOLD_OFF:
	case SEQ_NEXT_ROUND:
	case SEQ_STOPPED:
	case SEQ_STATE_COUNT:
		break;
	}
	return "idle";
}

static void add_bootstrap(const struct daemon *d, struct manage_server *s)
{
	struct manage_state state = {0};

	s->state = bootstrap_state(d);
	if (d->seq.state != SEQ_HOLD_OFF && d->seq.state != SEQ_BACK_OFF)
		return;
	state.holdoff_left =
		(int64_t)((holdoff_left(d->waits.holdoff) + USEC_PER_SEC - 1) / USEC_PER_SEC);
	find_next(d, &state);
	s->next_action = "bootstrap";
	s->next_action_in = state.next_in;
}

static void add_link(const struct daemon *d, const struct server_link *l, struct manage_server *s)
{
	static const struct {
		const char *state, *next;
	} shown[REG_STATE_COUNT] = {
		[REG_IDLE] = {"idle", NULL},
		[REG_DELAY] = {"idle", "register"},
		[REG_REGISTERING] = {"registering", NULL},
		[REG_RETRY] = {"retrying", "register"},
		[REG_REGISTERED] = {"registered", "update"},
		[REG_UPDATING] = {"updating", NULL},
		[REG_DISABLING] = {"disabled", NULL},
		[REG_DISABLED] = {"disabled", "register"},
		[REG_DEREGISTERING] = {"idle", NULL},
		[REG_FAILED] = {"failed", NULL},
		[REG_STOPPED] = {"idle", NULL},
	};
	const struct reg *reg = server_link_reg(l);
	uint16_t instance = server_link_server_instance(l);

	s->state = shown[reg_state(reg)].state;
	s->next_action = shown[reg_state(reg)].next;
	if (reg_deadline(reg) == USEC_NEVER)
		s->next_action = NULL;
	else
		s->next_action_in = (int64_t)view_seconds_until(d, reg_deadline(reg));
	s->lifetime = model_get_int(d->model, PATH3(OBJECT_SERVER, instance, SERVER_LIFETIME), -1);
	s->peer = server_link_peer(l);
	if (!reg_is_up(reg))
		return;
	s->version = reg_version_text(reg_version(reg));
	if (reg_expires(reg) != USEC_NEVER)
		s->expires_in = (int64_t)view_seconds_until(d, reg_expires(reg));
}

static const struct server_link *link_of(const struct daemon *d, uint16_t short_server_id)
{
	const struct server_link *l;
	size_t cursor = 0;

	while ((l = servers_next(d->servers, &cursor)))
		if (server_link_short_server_id(l) == short_server_id)
			return l;
	return NULL;
}

void view_servers(void *data, void (*emit)(void *to, const struct manage_server *s), void *to)
{
	const struct console *c = data;
	uint32_t cursor = 0;
	struct account a;

	while (account_next(c->d->model, &cursor, &a)) {
		struct shown shown;
		struct manage_server s = server_of(c->d, &a, &shown);
		const struct server_link *l =
			a.is_bootstrap ? NULL : link_of(c->d, a.short_server_id);

		if (a.is_bootstrap)
			add_bootstrap(c->d, &s);
		else if (l)
			add_link(c->d, l, &s);
		emit(to, &s);
	}
}

/* --- observations ----------------------------------------------------------------------------- */

void view_observations(void *data, uint16_t ssid,
	void (*emit)(void *to, const struct manage_observation *o), void *to)
{
	const struct console *c = data;
	const struct observe *observe = reporter_observe(c->d->reporter);
	struct observe_info info;
	size_t cursor = 0;

	while (observe_next(observe, &cursor, &info)) {
		_cleanup_(buf_done) struct buf text = {0};
		struct writer w = writer_to(&text);
		struct path paths[OBSERVE_PATHS_SHOWN];
		size_t n = info.n_paths < OBSERVE_PATHS_SHOWN ? info.n_paths : OBSERVE_PATHS_SHOWN;

		if (ssid > 0 && info.short_server_id != ssid)
			continue;
		attr_write(&info.attrs, &w);
		wr_u8(&w, 0);
		if (w.err < 0)
			continue;
		for (size_t i = 0; i < n; i++)
			paths[i] = observe_info_path(&info, i);

		const char *attributes = (const char *)text.data;

		emit(to, &(const struct manage_observation){.ssid = info.short_server_id,
				 .paths = paths,
				 .n_paths = n,
				 .attributes = *attributes == ';' ? attributes + 1 : attributes,
				 .notified = info.notified > 0 ? unix_seconds(info.notified) : -1,
				 .stored = info.n_stored});
	}
}

/* --- steps ------------------------------------------------------------------------------------ */

struct manage_step view_step(const struct step *s)
{
	return (struct manage_step){
		.seq = s->seq,
		.when = (uint64_t)unix_seconds(s->when),
		.stage = stage_name(s->stage),
		.result = step_result_name(s->result),
		.ssid = s->server,
		.detail = s->detail,
		.reason = s->reason,
		.repeats = s->repeats,
		.is_over = s->is_over,
	};
}

void view_steps(void *data, void (*emit)(void *to, const struct manage_step *s), void *to)
{
	const struct console *c = data;
	uint64_t cursor = 0;
	struct step s;

	while (timeline_next(c->d->timeline, &cursor, &s)) {
		struct manage_step shown = view_step(&s);

		emit(to, &shown);
	}
}

/* --- the data model --------------------------------------------------------------------------- */

static bool is_in(struct path p, struct path at)
{
	return path_contains(p, at) || path_contains(at, p);
}

static const char *owner_of(const struct model *m, struct path instance)
{
	switch (model_origin(m, instance)) {
	case ORIGIN_FACTORY:
		return "configuration";
	case ORIGIN_CARD:
		return "smartcard";
	case ORIGIN_BOOTSTRAP:
		return "bootstrap";
	case ORIGIN_SERVER:
		return "server";
	case ORIGIN_NONE:
		break;
	}
	return "daemon";
}

int view_instances(void *data, struct path p,
	void (*emit)(void *to, const struct manage_instance *i), void *to)
{
	const struct console *c = data;
	const struct model *m = c->d->model;
	uint32_t object = 0;
	uint16_t oid, iid;

	if (p.depth > 0 && !model_exists(m, p))
		return -ENOENT;
	while (model_next_object(m, &object, &oid)) {
		const struct object_def *def = model_object(m, oid);
		uint32_t instance = 0;

		while (model_next_instance(m, oid, &instance, &iid)) {
			struct manage_instance i = {.path = PATH2(oid, iid),
				.owner = owner_of(m, PATH2(oid, iid)),
				.name = def->name,
				.major = def->major,
				.minor = def->minor};

			if (path_contains(p, i.path))
				emit(to, &i);
		}
	}
	return 0;
}

struct reading {
	const struct model *m;
	void (*emit)(void *to, const struct manage_value *v);
	void *to;
};

/* Keys, identities, and what servers may only write. */
static bool is_secret(const struct model *m, struct path resource)
{
	const struct object_def *def = model_object(m, resource.id[0]);
	const struct resource_def *res = model_resource(m, resource);

	if (!def || !res)
		return true;
	if (def->is_hidden)
		return res->type == VALUE_OPAQUE;
	return res->ops & OP_W && !(res->ops & OP_R);
}

static void show_value(const struct reading *r, struct path p)
{
	const struct resource_def *def = model_resource(r->m, p);
	struct manage_value v = {.path = p, .name = def ? def->name : NULL};

	if (model_get(r->m, p, &v.value) < 0)
		return;
	v.is_hidden = is_secret(r->m, p);
	r->emit(r->to, &v);
}

static void show_resource(const struct reading *r, struct path p, struct path resource)
{
	const struct resource_def *def = model_resource(r->m, resource);
	uint32_t cursor = 0;
	uint16_t riid;

	if (!is_in(p, resource))
		return;
	if (!def || !def->is_multiple) {
		show_value(r, resource);
		return;
	}
	while (model_next_resource_instance(r->m, resource, &cursor, &riid))
		if (is_in(p, path_child(resource, riid)))
			show_value(r, path_child(resource, riid));
}

int view_values(
	void *data, struct path p, void (*emit)(void *to, const struct manage_value *v), void *to)
{
	const struct console *c = data;
	struct reading r = {.m = c->d->model, .emit = emit, .to = to};
	uint32_t object = 0;
	uint16_t oid, iid, rid;

	if (!model_in_transaction(c->d->model))
		model_refresh(c->d->model, p);
	if (p.depth > 0 && !model_exists(r.m, p))
		return -ENOENT;
	while (model_next_object(r.m, &object, &oid)) {
		uint32_t instance = 0;

		while (model_next_instance(r.m, oid, &instance, &iid)) {
			uint32_t resource = 0;

			if (!is_in(p, PATH2(oid, iid)))
				continue;
			while (model_next_resource(r.m, PATH2(oid, iid), &resource, &rid))
				show_resource(&r, p, PATH3(oid, iid, rid));
		}
	}
	return 0;
}

void view_changed(const struct daemon *d, struct path p,
	void (*emit)(void *to, const struct manage_value *v), void *to)
{
	const struct reading r = {.m = d->model, .emit = emit, .to = to};

	show_resource(&r, p, path_parent(p, p.depth < 3 ? p.depth : 3));
}
