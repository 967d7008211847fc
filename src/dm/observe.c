#include "dm/observe.h"

#include <errno.h>

#include "base/cleanup.h"
#include "dm/collect.h"
#include "dm/reporting.h"
#include "model/account.h"

enum {
	/* a target that changes by itself is looked at so often, if no epmin or epmax says more */
	POLL_SEC = 10,
	/* notifications in a row before the loop gets its turn, and the pause that the servers get
	 */
	BURST_MAX = 64,
	BURST_PAUSE_MSEC = 10,
};

static uint64_t now(const struct observe *o)
{
	return clock_now(o->env.clock);
}

static void arm(struct observe *o, uint64_t at)
{
	if (o->is_stepping || at >= o->armed)
		return;
	if (o->is_held && at <= now(o)) {
		o->is_due = true;
		return;
	}
	o->armed = at;
	o->env.arm(o->env.data, at);
}

/* --- lists --------------------------------------------------------------------------------------
 */

static void append(struct observation **first, struct observation **last, struct observation *ob)
{
	ob->next = NULL;
	if (*first)
		(*last)->next = ob;
	else
		*first = ob;
	*last = ob;
}

static struct observation *take(struct observation **first)
{
	struct observation *ob = *first;

	if (ob) {
		*first = ob->next;
		ob->list = LIST_NONE;
	}
	return ob;
}

static void take_out(struct observation **first, struct observation **last, struct observation *ob)
{
	struct observation *before = NULL;

	for (struct observation *at = *first; at && at != ob; at = at->next)
		before = at;
	if (before)
		before->next = ob->next;
	else
		*first = ob->next;
	if (*last == ob)
		*last = before;
}

static void leave_list(struct observe *o, struct observation *ob)
{
	struct audience *a = audience_find(o, ob->short_server_id);

	if (ob->list == LIST_CHANGED)
		take_out(&o->changed, &o->last_changed, ob);
	else if (ob->list == LIST_READY)
		take_out(&a->ready, &a->last_ready, ob);
	ob->list = LIST_NONE;
}

/* --- servers ------------------------------------------------------------------------------------
 */

struct audience *audience_find(const struct observe *o, uint16_t short_server_id)
{
	for (size_t i = 0; i < o->n_audiences; i++)
		if (o->audiences[i]->short_server_id == short_server_id)
			return o->audiences[i];
	return NULL;
}

/* They are few, at most one for each account, and stay. */
int audience_get(struct observe *o, uint16_t short_server_id, struct audience **ret)
{
	struct audience *a = audience_find(o, short_server_id), **all;

	if (!a) {
		all = realloc(o->audiences, (o->n_audiences + 1) * sizeof *all);
		if (!all)
			return -ENOMEM;
		o->audiences = all;
		a = calloc(1, sizeof *a);
		if (!a)
			return -ENOMEM;
		a->short_server_id = short_server_id;
		all[o->n_audiences++] = a;
	}
	*ret = a;
	return 0;
}

static void audience_free(struct observe *o, struct audience *a)
{
	notification_forget(o, a, NULL);
	stored_free(a->on_way);
	free(a);
}

/* --- when something is due ----------------------------------------------------------------------
 */

static void earlier(uint64_t *due, uint64_t at)
{
	if (at < *due)
		*due = at;
}

static bool has_change(const struct observation *ob)
{
	return ob->is_changed || ob->is_change_tracked;
}

static uint64_t evaluation_at(const struct observation *ob, const struct attrs *attrs)
{
	return attrs->set & ATTR_BIT(ATTR_EPMIN) ? usec_after(ob->evaluated, attrs->epmin) : 0;
}

static uint64_t poll_at(const struct observation *ob, const struct attrs *attrs)
{
	bool has_epmax = (attrs->set & ATTR_BIT(ATTR_EPMAX)) && attrs->epmax > 0;
	uint32_t sec = POLL_SEC;

	if (!ob->is_polled && !(ob->can_refresh && has_epmax))
		return USEC_NEVER;
	if ((attrs->set & ATTR_BIT(ATTR_EPMIN)) && attrs->epmin > sec)
		sec = attrs->epmin;
	if (has_epmax)
		sec = attrs->epmax;
	return usec_after(ob->evaluated, sec);
}

static uint64_t notification_at(const struct observation *ob, const struct attrs *attrs)
{
	uint64_t due = USEC_NEVER;

	if (ob->is_pending)
		due = attrs->set & ATTR_BIT(ATTR_PMIN) ? usec_after(ob->notified, attrs->pmin) : 0;
	if (attrs->set & ATTR_BIT(ATTR_PMAX))
		earlier(&due, usec_after(ob->notified, attrs->pmax));
	return due;
}

static void schedule(struct observe *o, struct observation *ob, const struct attrs *attrs)
{
	uint64_t due = notification_at(ob, attrs);

	if (has_change(ob) && ob->list != LIST_CHANGED)
		earlier(&due, evaluation_at(ob, attrs));
	earlier(&due, poll_at(ob, attrs));
	if (ob->list == LIST_READY)
		due = USEC_NEVER;
	observations_schedule(&o->all, ob, due);
	arm(o, due);
}

void reporting_schedule(struct observe *o, struct observation *ob)
{
	struct attrs attrs = condition_attrs(o, ob);

	schedule(o, ob, &attrs);
}

/* --- evaluation and sending ---------------------------------------------------------------------
 */

static void evaluate(struct observe *o, struct observation *ob)
{
	struct attrs attrs = condition_attrs(o, ob);

	if (has_change(ob) && now(o) >= evaluation_at(ob, &attrs)) {
		if (ob->is_changed || condition_is_met(o, ob))
			ob->is_pending = true;
		ob->is_changed = ob->is_change_tracked = false;
		ob->evaluated = now(o);
	}
	schedule(o, ob, &attrs);
}

/* What changes by itself is told by the model as any change. */
static void refresh(struct observe *o, struct observation *ob)
{
	ob->evaluated = now(o);
	for (size_t i = 0; i < ob->n_members; i++)
		model_refresh(o->env.model, ob->member[i].path);
	if (ob->list == LIST_CHANGED)
		leave_list(o, ob);
	if (ob->is_changed || (ob->is_change_tracked && condition_is_met(o, ob)))
		ob->is_pending = true;
	ob->is_changed = ob->is_change_tracked = false;
}

static void fall_due(struct observe *o, struct observation *ob)
{
	struct audience *a = audience_find(o, ob->short_server_id);
	struct attrs attrs = condition_attrs(o, ob);
	bool is_notification = notification_at(ob, &attrs) <= now(o);

	if (ob->can_refresh && (is_notification || poll_at(ob, &attrs) <= now(o))) {
		refresh(o, ob);
		is_notification = notification_at(ob, &attrs) <= now(o);
	}
	if (!is_notification) {
		evaluate(o, ob);
		return;
	}
	o->burst++;
	switch (notification_send(o, a, ob)) {
	case NOTIFICATION_DONE:
		schedule(o, ob, &attrs);
		break;
	case NOTIFICATION_WAITS:
		leave_list(o, ob);
		ob->list = LIST_READY;
		append(&a->ready, &a->last_ready, ob);
		observations_schedule(&o->all, ob, USEC_NEVER);
		break;
	case NOTIFICATION_ENDED:
		break;
	}
}

/* Those that had to wait, in their order, with the values of now. */
static void send_ready(struct observe *o, struct audience *a)
{
	while (a->ready && !a->stored && !(a->on_way && a->is_online) && o->burst < BURST_MAX) {
		struct observation *ob = take(&a->ready);

		o->burst++;
		ob->is_pending = true;
		switch (notification_send(o, a, ob)) {
		case NOTIFICATION_DONE:
			reporting_schedule(o, ob);
			break;
		case NOTIFICATION_WAITS:
			ob->next = a->ready;
			if (!a->ready)
				a->last_ready = ob;
			a->ready = ob;
			ob->list = LIST_READY;
			return;
		case NOTIFICATION_ENDED:
			break;
		}
	}
}

void observe_step(struct observe *o)
{
	struct observation *ob;
	uint64_t next;

	o->armed = USEC_NEVER;
	/* what a bootstrap server has not finished is told to nobody */
	if (model_in_transaction(o->env.model)) {
		arm(o, now(o) + USEC_PER_SEC);
		return;
	}
	o->is_stepping = true;
	o->burst = 0;
	for (size_t i = 0; i < o->n_audiences; i++) {
		while (o->burst < BURST_MAX && notification_replay(o, o->audiences[i]))
			o->burst++;
		send_ready(o, o->audiences[i]);
	}
	do {
		while ((ob = take(&o->changed)))
			evaluate(o, ob);
		ob = observations_first(&o->all);
		if (!ob || ob->due > now(o))
			break;
		fall_due(o, ob);
	} while (o->burst < BURST_MAX);
	o->is_stepping = false;

	next = ob && observations_first(&o->all) ? observations_first(&o->all)->due : USEC_NEVER;
	if (o->burst >= BURST_MAX)
		next = now(o) + BURST_PAUSE_MSEC * USEC_PER_MSEC;
	if (o->changed)
		next = now(o);
	arm(o, next);
}

/* What the new conditions compare with is the value of now, if they follow it from now on. */
static void attributes_changed(struct observe *o, struct observation *ob)
{
	if (!ob->tracks)
		condition_track_now(o, ob);
	reporting_schedule(o, ob);
}

static bool is_concerned(const struct observation *ob, uint16_t short_server_id, struct path p)
{
	if (ob->short_server_id != short_server_id)
		return false;
	for (size_t i = 0; i < ob->n_members; i++)
		if (path_contains(p, ob->member[i].path) || path_contains(ob->member[i].path, p))
			return true;
	return false;
}

/* Without memory they follow with their next notification. */
static void reschedule_all_at(struct observe *o, uint16_t short_server_id, struct path p)
{
	struct observation **concerned = NULL;
	size_t n = 0;

	if (o->all.n > 0)
		concerned = malloc(o->all.n * sizeof *concerned);
	if (!concerned)
		return;
	/* not while the heap is walked: it is put in order anew for each of them */
	for (size_t i = 0; i < o->all.n; i++)
		if (is_concerned(o->all.heap[i], short_server_id, p))
			concerned[n++] = o->all.heap[i];
	for (size_t i = 0; i < n; i++)
		attributes_changed(o, concerned[i]);
	free(concerned);
}

void observe_hold(struct observe *o)
{
	o->is_held = true;
}

void observe_release(struct observe *o)
{
	bool is_due = o->is_due;

	o->is_held = o->is_due = false;
	if (is_due)
		observe_step(o);
}

/* --- changes of the model -----------------------------------------------------------------------
 */

static void note_all_at(struct observe *o, struct path at, struct path p, enum model_change what)
{
	struct member *m = NULL;

	while ((m = observations_at(&o->all, at, m))) {
		struct observation *ob = m->of;

		if (what == MODEL_WRITTEN)
			condition_note(o, ob, p);
		else
			ob->is_changed = true;
		if (ob->list != LIST_NONE)
			continue;
		ob->list = LIST_CHANGED;
		append(&o->changed, &o->last_changed, ob);
		arm(o, now(o));
	}
}

static bool is_known(const struct observe *o, uint16_t short_server_id)
{
	struct account a;

	return account_of_server(o->env.model, short_server_id, &a) && a.server_instance != ID_NONE;
}

static void forget_server(struct observe *o, uint16_t short_server_id)
{
	observe_void(o, short_server_id);
	if (attributes_drop_server(o->attributes, short_server_id))
		o->env.touched(o->env.data);
}

static void forget_gone_servers(struct observe *o)
{
	uint16_t ssid;

	for (size_t i = 0; i < o->n_audiences; i++)
		if (!is_known(o, o->audiences[i]->short_server_id))
			forget_server(o, o->audiences[i]->short_server_id);
	for (size_t i = 0; i < attributes_count(o->attributes);) {
		attributes_at(o->attributes, i, &ssid);
		if (is_known(o, ssid))
			i++;
		else
			forget_server(o, ssid);
	}
}

/* What belongs to an account or an instance ends with it. */
static void follow_account(struct observe *o, struct path p, enum model_change what)
{
	bool is_account = p.id[0] == OBJECT_SECURITY || p.id[0] == OBJECT_SERVER;

	if (what == MODEL_DELETED && is_account)
		forget_gone_servers(o);
	if (what == MODEL_DELETED && attributes_drop_below(o->attributes, p))
		o->env.touched(o->env.data);
	if (what == MODEL_WRITTEN && p.id[0] == OBJECT_SECURITY && p.id[2] == SECURITY_URI) {
		/* the account of another server now */
		int64_t ssid = model_get_int(
			o->env.model, PATH3(OBJECT_SECURITY, p.id[1], SECURITY_SHORT_SERVER_ID), 0);

		if (ssid >= SSID_MIN && ssid <= SSID_MAX)
			forget_server(o, (uint16_t)ssid);
	}
}

void observe_changed(struct observe *o, struct path p, enum model_change what)
{
	const struct object_def *def = model_object(o->env.model, p.id[0]);

	follow_account(o, p, what);
	if (o->all.n == 0)
		return;
	for (uint8_t depth = 0; depth <= p.depth; depth++)
		note_all_at(o, path_parent(p, depth), p, what);
	/* an instance that came or went takes its resources along */
	for (size_t i = 0; what != MODEL_WRITTEN && def && i < def->n_resources; i++)
		note_all_at(o, path_child(p, def->resources[i].id), p, what);
	/* the Server object says what counts where nothing is attached */
	if (what == MODEL_WRITTEN && p.id[0] == OBJECT_SERVER &&
		(p.id[2] == SERVER_DEFAULT_MIN_PERIOD || p.id[2] == SERVER_DEFAULT_MAX_PERIOD))
		reschedule_all_at(o,
			(uint16_t)model_get_int(o->env.model,
				PATH3(OBJECT_SERVER, p.id[1], SERVER_SHORT_SERVER_ID), 0),
			PATH0());
}

/* --- what servers ask ---------------------------------------------------------------------------
 */

static void look_after(const struct observe *o, struct observation *ob, struct path p)
{
	ob->can_refresh |= model_can_refresh(o->env.model, p);
	ob->is_polled |= model_needs_look(o->env.model, p);
}

static void begin(struct observe *o, struct observation *ob)
{
	ob->sequence = 1;
	ob->notified = ob->evaluated = now(o);
	ob->confirmed = (uint32_t)(ob->notified / USEC_PER_SEC);
	for (size_t i = 0; i < ob->n_members; i++)
		look_after(o, ob, ob->member[i].path);
}

static int add(struct observe *o, const struct observe_wish *wish, struct observation **ret)
{
	struct attrs *own = NULL;
	int r;

	if (o->all.n >= o->env.observations_max)
		return -ENOSPC;
	if (wish->own) {
		own = malloc(sizeof *own);
		if (!own)
			return -ENOMEM;
		*own = *wish->own;
	}
	r = observations_add(
		&o->all, wish->short_server_id, wish->token, wish->paths, wish->n_paths, ret);
	if (r < 0)
		free(own);
	else
		(*ret)->own = own;
	return r;
}

int reporting_add(struct observe *o, const struct observe_wish *wish, struct observation **ret)
{
	struct observation *ob;
	struct audience *a;
	int r;

	if (wish->token.len > OBSERVATION_TOKEN_MAX || wish->n_paths == 0 ||
		wish->n_paths > COLLECT_PATHS_MAX)
		return -EINVAL;
	r = audience_get(o, wish->short_server_id, &a);
	if (r < 0)
		return r;
	observe_cancel(o, wish->short_server_id, wish->token);
	r = add(o, wish, &ob);
	if (r < 0)
		return r;
	ob->accept = (int16_t)wish->accept;
	ob->is_composite = wish->is_composite;
	a->version = wish->version;
	if (a->n_observations++ == 0)
		a->is_online = true;
	begin(o, ob);
	r = condition_track_now(o, ob);
	if (r < 0) {
		reporting_remove(o, ob);
		return r;
	}
	reporting_schedule(o, ob);
	*ret = ob;
	return 0;
}

int observe_add(struct observe *o, const struct observe_wish *wish, uint32_t *ret_sequence)
{
	struct observation *ob;
	struct observe_info info;
	size_t cursor;
	int r = reporting_add(o, wish, &ob);

	if (r < 0)
		return r;
	cursor = ob->heap_at;
	observe_next(o, &cursor, &info);
	o->env.added(o->env.data, &info);
	*ret_sequence = ob->sequence;
	return 0;
}

void reporting_remove(struct observe *o, struct observation *ob)
{
	struct audience *a = audience_find(o, ob->short_server_id);

	leave_list(o, ob);
	notification_forget(o, a, ob);
	a->n_observations--;
	observations_remove(&o->all, ob);
}

bool observe_cancel(struct observe *o, uint16_t short_server_id, struct span token)
{
	struct observation *ob = observations_find(&o->all, short_server_id, token);

	if (ob)
		reporting_remove(o, ob);
	return ob;
}

void observe_attributes_changed(struct observe *o, uint16_t short_server_id, struct path p)
{
	reschedule_all_at(o, short_server_id, p);
	o->env.touched(o->env.data);
}

/* --- what the daemon learns ---------------------------------------------------------------------
 */

void observe_concluded(struct observe *o, uint16_t short_server_id, struct span token,
	enum observe_outcome outcome)
{
	struct audience *a = audience_find(o, short_server_id);
	struct observation *ob = observations_find(&o->all, short_server_id, token);

	if (!a)
		return;
	if (outcome != OBSERVE_REJECTED || (a->on_way && (!ob || a->on_way->of == ob)))
		notification_concluded(o, a, outcome);
	if (outcome == OBSERVE_REJECTED && ob)
		reporting_remove(o, ob);
	arm(o, now(o));
}

void observe_online(struct observe *o, uint16_t short_server_id, bool is_online)
{
	struct audience *a = audience_find(o, short_server_id);

	if (!a)
		return;
	a->is_online = is_online;
	if (is_online)
		a->is_told = false;
	if (is_online && a->n_observations > 0)
		arm(o, now(o));
}

void observe_void(struct observe *o, uint16_t short_server_id)
{
	struct audience *a = audience_find(o, short_server_id);

	if (!a)
		return;
	notification_forget(o, a, NULL);
	a->on_way = stored_free(a->on_way);
	while (take(&a->ready))
		;
	/* the heap closes its gaps from its end */
	while (a->n_observations > 0)
		for (size_t i = o->all.n; i-- > 0;)
			if (i < o->all.n && o->all.heap[i]->short_server_id == short_server_id)
				reporting_remove(o, o->all.heap[i]);
}

/* --- what there is ------------------------------------------------------------------------------
 */

struct attributes *observe_attributes(struct observe *o)
{
	return o->attributes;
}

size_t observe_count(const struct observe *o)
{
	return o->all.n;
}

size_t observe_count_of(const struct observe *o, uint16_t short_server_id)
{
	const struct audience *a = audience_find(o, short_server_id);

	return a ? a->n_observations : 0;
}

uint64_t observe_count_dropped(const struct observe *o)
{
	return o->n_dropped;
}

bool observe_next(const struct observe *o, size_t *cursor, struct observe_info *ret)
{
	const struct observation *ob = *cursor < o->all.n ? o->all.heap[*cursor] : NULL;
	const struct audience *a;

	if (!ob)
		return false;
	++*cursor;
	*ret = (struct observe_info){.short_server_id = ob->short_server_id,
		.n_paths = ob->n_members,
		.attrs = condition_attrs(o, ob),
		.notified = clock_realtime(o->env.clock) - (now(o) - ob->notified),
		.of = ob};
	a = audience_find(o, ob->short_server_id);
	for (const struct stored *s = a->stored; s; s = s->next)
		ret->n_stored += s->of == ob;
	return true;
}

struct path observe_info_path(const struct observe_info *info, size_t i)
{
	const struct observation *ob = info->of;

	return ob->member[i].path;
}

/* --- life ---------------------------------------------------------------------------------------
 */

int observe_new(const struct observe_env *env, struct observe **ret)
{
	struct observe *o = calloc(1, sizeof *o);
	int r;

	if (!o)
		return -ENOMEM;
	o->env = *env;
	o->armed = USEC_NEVER;
	r = attributes_new(&o->attributes);
	if (r < 0) {
		free(o);
		return r;
	}
	*ret = o;
	return 0;
}

struct observe *observe_free(struct observe *o)
{
	if (!o)
		return NULL;
	for (size_t i = 0; i < o->n_audiences; i++)
		audience_free(o, o->audiences[i]);
	free(o->audiences);
	observations_done(&o->all);
	attributes_free(o->attributes);
	free(o);
	return NULL;
}

void observe_free_p(struct observe **o)
{
	*o = observe_free(*o);
}
