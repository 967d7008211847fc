#include "daemon/servers.h"

#include <errno.h>
#include <inttypes.h>

#include "base/cleanup.h"
#include "server/retry.h"

struct slot {
	struct server_link *link;
	bool is_retired;    /* de-registering; freed when done */
	bool is_done;	    /* to be freed by the timer */
	bool wants_disable; /* after the answer */
	bool wants_update;
};

struct servers {
	struct server_link_env env;
	struct servers_hooks hooks;
	const struct conf *conf;
	struct slot slots[2 * ORDER_SERVERS_MAX];
	size_t n_slots;
	struct order order;
	struct loop_source *timer;
	uint64_t again_at; /* failed ones are tried again in the background; USEC_NEVER: none */
	unsigned round;
	bool is_bootstrapped; /* since the last servers_begin() */
	bool is_stopping, is_stopped_told;
};

static uint64_t now(const struct servers *s)
{
	return clock_now(s->env.clock);
}

/* --- the timer: things that must not happen inside a callback, and the next round ------------- */

static void arm(struct servers *s)
{
	uint64_t at = s->again_at;

	for (size_t i = 0; i < s->n_slots; i++) {
		const struct slot *slot = &s->slots[i];

		if (slot->is_done || slot->wants_disable || slot->wants_update)
			at = 0;
	}
	if (s->is_stopping && !s->is_stopped_told)
		at = 0;
	s->env.loop->arm(s->timer, at == 0 ? now(s) : at, at == 0 ? 1 : USEC_PER_SEC);
}

static struct slot *slot_of(struct servers *s, const struct server_link *l)
{
	for (size_t i = 0; i < s->n_slots; i++)
		if (s->slots[i].link == l)
			return &s->slots[i];
	return NULL;
}

static struct slot *slot_of_server(struct servers *s, uint16_t short_server_id)
{
	for (size_t i = 0; i < s->n_slots; i++)
		if (!s->slots[i].is_retired &&
			server_link_short_server_id(s->slots[i].link) == short_server_id)
			return &s->slots[i];
	return NULL;
}

static void remove_done(struct servers *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_slots; i++) {
		if (s->slots[i].is_done)
			server_link_free(s->slots[i].link);
		else
			s->slots[kept++] = s->slots[i];
	}
	s->n_slots = kept;
}

/* --- what links report ------------------------------------------------------------------------ */

static void obey(struct servers *s, const struct order_result *result)
{
	for (size_t i = 0; i < result->n_start; i++) {
		struct slot *slot = slot_of_server(s, result->start[i]);

		if (slot)
			server_link_event(slot->link, REG_EV_START, REASON_NONE);
	}
	if (result->verdict != ORDER_PENDING)
		s->hooks.verdict(s->hooks.data, result->verdict);
}

/* Servers that failed are not forgotten: one that comes back ends a hold-off, or joins the others.
 */
static void plan_round(struct servers *s)
{
	s->again_at = order_has_failed(&s->order)
			      ? usec_after(now(s), retry_round_delay(s->round + 1))
			      : USEC_NEVER;
	arm(s);
}

static void try_again(struct servers *s)
{
	struct order_result result = {0};

	s->round++;
	s->again_at = USEC_NEVER;
	order_again(&s->order, &result);
	obey(s, &result);
}

static void on_timer(void *data)
{
	struct servers *s = data;

	for (size_t i = 0; i < s->n_slots; i++) {
		struct slot *slot = &s->slots[i];

		if (slot->wants_disable) {
			slot->wants_disable = false;
			server_link_event(slot->link, REG_EV_DISABLE, REASON_REG_DISABLED);
		}
		if (slot->wants_update) {
			slot->wants_update = false;
			server_link_event(slot->link, REG_EV_ASKED, REASON_NONE);
		}
	}
	if (!s->is_stopping && s->again_at <= now(s))
		try_again(s);
	remove_done(s);
	if (s->is_stopping && s->n_slots == 0 && !s->is_stopped_told) {
		s->is_stopped_told = true;
		s->hooks.stopped(s->hooks.data);
		return;
	}
	if (s->is_stopping)
		return; /* the links' own timers end the wait */
	arm(s);
}

static void on_up(void *data, struct server_link *l)
{
	struct servers *s = data;
	struct slot *slot = slot_of(s, l);
	struct order_result result = {0};

	if (!slot || slot->is_retired)
		return;
	order_up(&s->order, server_link_short_server_id(l), &result);
	/* each success counts, also the one after the first: it may end a hold-off */
	result.verdict = ORDER_ANY_UP;
	obey(s, &result);
}

static void tell_given_up(struct servers *s, const struct server_link *l)
{
	const struct reg *reg = server_link_reg(l);

	timeline_add(s->env.timeline,
		&(const struct step_fields){.stage = STAGE_REGISTER,
			.result = STEP_FAILED,
			.server = server_link_short_server_id(l),
			.reason = REASON_RETRY_EXHAUSTED,
			.level = LOG_WARNING,
			.id = LOG_ID_REGISTER_FAILED,
			.next_sec = (s->again_at - now(s)) / USEC_PER_SEC},
		"given up in attempt %" PRIu32 " of sequence %" PRIu32 ": %s", reg_attempt(reg),
		reg_sequence(reg), reason_id(reg_reason(reg)));
}

static void on_failed(void *data, struct server_link *l)
{
	struct servers *s = data;
	struct slot *slot = slot_of(s, l);
	struct order_result result = {0};

	if (!slot || slot->is_retired)
		return;
	order_failed(&s->order, server_link_short_server_id(l), &result);
	plan_round(s);
	tell_given_up(s, l);
	obey(s, &result);
}

static void on_running(void *data, struct server_link *l)
{
	struct servers *s = data;
	const struct slot *slot = slot_of(s, l);

	if (slot && !slot->is_retired)
		order_running(&s->order, server_link_short_server_id(l));
}

static void on_stopped(void *data, struct server_link *l)
{
	struct servers *s = data;
	struct slot *slot = slot_of(s, l);

	if (!slot)
		return;
	slot->is_done = true;
	s->env.loop->arm(s->timer, now(s), 1);
}

static bool is_open(void *data, uint16_t short_server_id)
{
	struct servers *s = data;

	return s->hooks.is_open(s->hooks.data, short_server_id);
}

static bool check_card(void *data)
{
	struct servers *s = data;

	return s->hooks.check_card(s->hooks.data);
}

void servers_card_checked(struct servers *s)
{
	for (size_t i = 0; i < s->n_slots; i++)
		if (!s->slots[i].is_retired)
			server_link_checked(s->slots[i].link);
}

/* --- accounts to links ------------------------------------------------------------------------ */

static struct reg_params params_of(const struct servers *s, const struct account *a)
{
	return account_model_params(s->env.model, a, s->conf,
		(uint32_t)(tp_max_transmit_wait(s->env.tp) / USEC_PER_SEC));
}

static void retire(struct servers *s, struct slot *slot)
{
	slot->is_retired = true;
	server_link_event(slot->link, REG_EV_STOP, REASON_NONE);
	arm(s);
}

static struct slot *add_slot(struct servers *s, const struct account *a,
	const struct reg_params *params, const struct store_registration *kept)
{
	struct server_link *l;

	if (s->n_slots == sizeof s->slots / sizeof *s->slots)
		return NULL;

	int r = server_link_new(&s->env, a, params, kept ? kept->local_port : 0, &l);

	if (r < 0) {
		enum reason reason = r == -ENOTSUP  ? REASON_SECURITY_UNSUPPORTED
				     : r == -EINVAL ? REASON_SECRET_FORMAT
						    : REASON_NONE;
		const char *refusal = tp_refusal(s->env.tp);

		timeline_add(s->env.timeline,
			&(const struct step_fields){.stage = STAGE_REGISTER,
				.result = STEP_FAILED,
				.server = a->short_server_id,
				.reason = reason,
				.level = LOG_ERROR,
				.id = LOG_ID_REGISTER_FAILED},
			"cannot be used with %s: %s", account_model_mode_text(a->mode),
			reason != REASON_NONE && *refusal ? refusal : strerror(-r));
		return NULL;
	}
	s->slots[s->n_slots] = (struct slot){.link = l};
	return &s->slots[s->n_slots++];
}

/* The link of an account: the standing one, or a new one. NULL: it cannot be used. */
static struct slot *match(
	struct servers *s, const struct account *a, const struct store_registration *kept)
{
	struct reg_params params = params_of(s, a);
	struct slot *slot = slot_of_server(s, a->short_server_id);

	if (slot && !server_link_is_same_account(slot->link, a)) {
		retire(s, slot);
		slot = NULL;
	}
	if (!slot) {
		slot = add_slot(s, a, &params, kept);
		if (slot && kept)
			server_link_resume(slot->link, kept);
		return slot;
	}

	server_link_refresh(slot->link, a, &params);
	if (reg_is_up(server_link_reg(slot->link)))
		server_link_event(slot->link, REG_EV_CHANGED, REASON_NONE);
	else if (s->is_bootstrapped)
		server_link_reset(slot->link, &params);
	return slot;
}

static void retire_gone(struct servers *s)
{
	struct account a;

	for (size_t i = 0; i < s->n_slots; i++)
		if (!s->slots[i].is_retired &&
			!account_of_server(
				s->env.model, server_link_short_server_id(s->slots[i].link), &a))
			retire(s, &s->slots[i]);
}

static const struct store_registration *find_kept(
	const struct store_registration *kept, size_t n_kept, uint16_t short_server_id)
{
	for (size_t i = 0; i < n_kept; i++)
		if (kept[i].short_server_id == short_server_id)
			return &kept[i];
	return NULL;
}

void servers_resume(struct servers *s, const struct store_registration *kept, size_t n_kept)
{
	struct order_entry entries[ORDER_SERVERS_MAX];
	struct order_result result = {0};
	struct account a;
	uint32_t cursor = 0;
	size_t n = 0;

	retire_gone(s);
	while (n < ORDER_SERVERS_MAX && account_next(s->env.model, &cursor, &a)) {
		struct slot *slot;

		if (a.is_bootstrap || a.server_instance == ID_NONE)
			continue;
		slot = match(s, &a, find_kept(kept, n_kept, a.short_server_id));
		if (!slot)
			continue;
		entries[n] = account_model_order(s->env.model, &a);
		entries[n].state = reg_is_up(server_link_reg(slot->link)) ? ORDER_UP : ORDER_WAITS;
		n++;
	}
	s->is_bootstrapped = false;
	s->again_at = USEC_NEVER;
	s->round = 0;
	order_begin(&s->order, entries, n, &result);
	obey(s, &result);
}

void servers_bootstrapped(struct servers *s)
{
	s->is_bootstrapped = true;
}

void servers_begin(struct servers *s)
{
	servers_resume(s, NULL, 0);
}

void servers_stop(struct servers *s)
{
	s->is_stopping = true;
	for (size_t i = 0; i < s->n_slots; i++)
		if (!s->slots[i].is_retired)
			retire(s, &s->slots[i]);
	s->env.loop->arm(s->timer, now(s), 1);
}

/* --- changes of the model --------------------------------------------------------------------- */

void servers_changed(struct servers *s, struct path p, enum model_change what)
{
	bool is_server = p.id[0] == OBJECT_SERVER;

	for (size_t i = 0; i < s->n_slots; i++) {
		struct slot *slot = &s->slots[i];
		struct account a;

		if (slot->is_retired)
			continue;
		if (what == MODEL_WRITTEN &&
			(!is_server || p.id[1] != server_link_server_instance(slot->link)))
			continue;
		if (!account_of_server(s->env.model, server_link_short_server_id(slot->link), &a))
			continue;

		struct reg_params params = params_of(s, &a);

		server_link_refresh(slot->link, &a, &params);
		if (what != MODEL_WRITTEN)
			server_link_event(slot->link, REG_EV_CHANGED, REASON_NONE);
		else if (p.id[2] == SERVER_LIFETIME || p.id[2] == SERVER_BINDING)
			slot->wants_update = true; /* after the answer to the Write */
	}
	arm(s);
}

int servers_trigger_update(struct servers *s, uint16_t short_server_id)
{
	struct slot *slot = slot_of_server(s, short_server_id);

	if (!slot)
		return -ENOENT;
	slot->wants_update = true;
	arm(s);
	return 0;
}

int servers_disable(struct servers *s, uint16_t short_server_id)
{
	struct slot *slot = slot_of_server(s, short_server_id);

	if (!slot)
		return -ENOENT;
	slot->wants_disable = true;
	arm(s);
	return 0;
}

/* --- the operator ----------------------------------------------------------------------------- */

/* Calls one() for the server, or for each; how many there were, or its error. */
static int for_each(struct servers *s, uint16_t short_server_id,
	int (*one)(struct servers *s, struct slot *slot, uint32_t seconds), uint32_t seconds)
{
	int first = 0, n = 0, done = 0;

	for (size_t i = 0; i < s->n_slots; i++) {
		struct slot *slot = &s->slots[i];
		int r;

		if (slot->is_retired ||
			(short_server_id != 0 &&
				server_link_short_server_id(slot->link) != short_server_id))
			continue;
		r = one(s, slot, seconds);
		n++;
		done += r == 0;
		first = first < 0 ? first : r;
	}
	if (n == 0)
		return -ENOENT;
	return done > 0 ? 0 : first;
}

static int register_now(struct servers *s, struct slot *slot, uint32_t seconds)
{
	enum reg_state state = reg_state(server_link_reg(slot->link));
	uint16_t short_server_id = server_link_short_server_id(slot->link);
	struct reg_params params;
	struct account a;

	(void)seconds;
	if (state == REG_REGISTERED || state == REG_UPDATING || state == REG_REGISTERING)
		return 0;
	if (!account_of_server(s->env.model, short_server_id, &a))
		return -ENOENT;
	params = params_of(s, &a);

	int r = server_link_reset(slot->link, &params);

	if (r < 0)
		return r;
	order_running(&s->order, short_server_id);
	server_link_event(slot->link, REG_EV_START, REASON_NONE);
	return 0;
}

static int update_now(struct servers *s, struct slot *slot, uint32_t seconds)
{
	(void)seconds;
	if (!reg_is_up(server_link_reg(slot->link)))
		return -ENOTCONN;
	slot->wants_update = true;
	arm(s);
	return 0;
}

static int deregister_now(struct servers *s, struct slot *slot, uint32_t seconds)
{
	struct reg_params params;
	struct account a;

	if (!reg_is_up(server_link_reg(slot->link)))
		return -ENOTCONN;
	if (!account_of_server(s->env.model, server_link_short_server_id(slot->link), &a))
		return -ENOENT;
	params = params_of(s, &a);
	if (seconds > 0)
		params.disable_timeout = seconds;
	server_link_refresh(slot->link, &a, &params);
	server_link_event(slot->link, REG_EV_DISABLE, REASON_REG_DISABLED);
	return 0;
}

int servers_register(struct servers *s, uint16_t short_server_id)
{
	return for_each(s, short_server_id, register_now, 0);
}

int servers_update(struct servers *s, uint16_t short_server_id)
{
	return for_each(s, short_server_id, update_now, 0);
}

int servers_deregister(struct servers *s, uint16_t short_server_id, uint32_t seconds)
{
	return for_each(s, short_server_id, deregister_now, seconds);
}

struct server_link *servers_find(struct servers *s, uint16_t short_server_id)
{
	struct slot *slot = slot_of_server(s, short_server_id);

	return slot ? slot->link : NULL;
}

int servers_send(
	struct servers *s, uint16_t short_server_id, const struct path *paths, size_t n_paths)
{
	int first = -ENOENT;
	bool is_any = false;

	for (size_t i = 0; i < s->n_slots; i++) {
		struct slot *slot = &s->slots[i];

		if (slot->is_retired ||
			(short_server_id != 0 &&
				server_link_short_server_id(slot->link) != short_server_id))
			continue;

		int r = server_link_send(slot->link, paths, n_paths);

		is_any |= r == 0;
		first = first == -ENOENT ? r : first;
	}
	return is_any ? 0 : first;
}

const struct server_link *servers_next(const struct servers *s, size_t *cursor)
{
	while (*cursor < s->n_slots) {
		const struct slot *slot = &s->slots[(*cursor)++];

		if (!slot->is_retired)
			return slot->link;
	}
	return NULL;
}

/* --- life ------------------------------------------------------------------------------------- */

int servers_new(
	const struct server_link_env *env, const struct servers_hooks *hooks, struct servers **ret)
{
	struct servers *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->env = *env;
	s->env.data = s;
	s->env.up = on_up;
	s->env.failed = on_failed;
	s->env.running = on_running;
	s->env.stopped = on_stopped;
	s->env.is_open = is_open;
	s->env.check_card = check_card;
	s->hooks = *hooks;
	s->again_at = USEC_NEVER;

	int r = env->loop->timer(env->loop->impl, on_timer, s, &s->timer);

	if (r < 0) {
		servers_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

struct servers *servers_free(struct servers *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < s->n_slots; i++)
		server_link_free(s->slots[i].link);
	s->env.loop->free_source(s->timer);
	free(s);
	return NULL;
}

void servers_set_conf(struct servers *s, const struct conf *conf)
{
	s->conf = conf;
	s->env.endpoint = conf->endpoint;
}

size_t servers_count(const struct servers *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_slots; i++)
		n += !s->slots[i].is_retired;
	return n;
}

size_t servers_count_up(const struct servers *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_slots; i++)
		n += !s->slots[i].is_retired && reg_is_up(server_link_reg(s->slots[i].link));
	return n;
}

size_t servers_save(const struct servers *s, struct store_registration *list, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_slots && n < max; i++)
		if (!s->slots[i].is_retired && server_link_save(s->slots[i].link, &list[n]))
			n++;
	return n;
}
