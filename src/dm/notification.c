/*
 * Notifications: made from the values of the moment when they are sent, or stored with the time
 * while their server cannot be reached. (TS core 6.4.2; RFC 7641 section 4)
 */
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "dm/collect.h"
#include "dm/dispatch.h"
#include "dm/reporting.h"
#include "dm/response.h"
#include "model/account.h"

/* RFC 7641 section 4.5: at least once in 24 hours a client that is gone is noticed */
enum { CONFIRMED_SEC = 24 * 3600 };

/* below it a notification is one message, and nobody asks for more of it */
enum { WHOLE_MAX = 512 };

struct stored *stored_free(struct stored *s)
{
	if (!s)
		return NULL;
	buf_done(&s->payload);
	free(s);
	return NULL;
}

/* --- what is reported ---------------------------------------------------------------------------
 */

static int collect(
	struct observe *o, const struct audience *a, struct observation *ob, struct collection *c)
{
	struct dm_peer peer = {
		.short_server_id = a->short_server_id, .version = a->version, .observe = o};
	struct path paths[COLLECT_PATHS_MAX];
	const struct model *m = o->env.model;

	if (!ob->is_composite)
		return collect_path(m, &peer, ob->member[0].path, c);
	for (size_t i = 0; i < ob->n_members; i++)
		paths[i] = ob->member[i].path;
	return collect_paths(m, &peer, paths, ob->n_members, c);
}

static int encode(const struct observe *o, const struct audience *a, const struct observation *ob,
	const struct collection *c, struct response *ret)
{
	struct path base = ob->is_composite ? PATH0() : ob->member[0].path;
	int format = ob->accept;

	if (format == FORMAT_NONE)
		format = collect_format(o->env.model, a->version, base);

	int r = payload_encode(format, base, collection_records(c), c->n, &ret->payload);

	if (r == -ENOTSUP || r == -EDOM)
		return -ENOMEDIUM;
	if (r < 0)
		return r;
	ret->code = MSG_CONTENT;
	ret->content_format = format;
	ret->has_content_format = ret->has_observe = true;
	return 0;
}

/* SenML says when a value was measured (TS core 7.4, RFC 8428 section 4.5.3). */
static void add_time(const struct observe *o, struct collection *c)
{
	struct record *records = c->many ? c->many : c->few;
	int64_t now = (int64_t)(clock_realtime(o->env.clock) / USEC_PER_MSEC);

	for (size_t i = 0; i < c->n; i++)
		records[i].time = now;
}

/*
 * The response of a Read of this moment. 0: a value, or the error that ends the observation;
 * -EACCES: the server may not know (TS core 8.2: nothing is sent); -ENOMEM.
 */
static int build(
	struct observe *o, const struct audience *a, struct observation *ob, struct response *ret)
{
	_cleanup_(collection_done) struct collection c;
	int r;

	collection_init(&c);
	r = collect(o, a, ob, &c);
	if (r == 0 && !a->is_online)
		add_time(o, &c);
	if (r == 0)
		r = encode(o, a, ob, &c, ret);
	if (r == 0)
		r = condition_track(o, ob, collection_records(&c), c.n);
	if (r == 0 || r == -EACCES || r == -ENOMEM)
		return r;
	buf_truncate(&ret->payload, 0);
	ret->has_content_format = ret->has_observe = false;
	ret->code = response_code_of(r);
	return 0;
}

/* --- what is sent -------------------------------------------------------------------------------
 */

struct as_asked {
	struct request request;
	char text[PATH_DEPTH_MAX][8];
};

/* As the server asked for the observation: so it will ask for later blocks. */
static const struct request *as_asked(
	const struct observation *ob, size_t payload_len, struct as_asked *ret)
{
	struct path p = ob->member[0].path;

	ret->request = request_of(ob->is_composite ? MSG_FETCH : MSG_GET);
	ret->request.accept = ob->accept;
	if (payload_len <= WHOLE_MAX || ob->is_composite)
		return &ret->request;
	for (uint8_t i = 0; i < p.depth; i++) {
		snprintf(ret->text[i], sizeof ret->text[i], "%u", p.id[i]);
		request_add_segment(&ret->request, span_of_text(ret->text[i]));
	}
	return &ret->request;
}

static int stored_new(struct observation *ob, const struct response *response, struct stored **ret)
{
	struct stored *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->of = ob;
	s->code = response->code;
	s->content_format = response->has_content_format ? response->content_format : FORMAT_NONE;

	s->payload.max = response->payload.len;

	int r = buf_set(&s->payload, buf_span(&response->payload));

	if (r < 0) {
		stored_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

static void reported(struct observe *o, struct observation *ob)
{
	ob->notified = ob->evaluated = clock_now(o->env.clock);
	ob->is_changed = ob->is_change_tracked = ob->is_pending = false;
}

static void go_offline(struct observe *o, struct audience *a)
{
	a->is_online = false;
	if (a->is_told)
		return;
	a->is_told = true;
	o->env.unreachable(o->env.data, a->short_server_id);
}

static int send(struct observe *o, struct audience *a, struct observation *ob,
	struct response *response, bool is_confirmable)
{
	uint32_t sequence = (ob->sequence + 1) & 0xffffff;
	struct as_asked request;
	struct observe_notice notice = {.short_server_id = a->short_server_id,
		.token = observation_token(ob),
		.sequence = sequence,
		.is_confirmable = is_confirmable,
		.request = as_asked(ob, response->payload.len, &request),
		.response = response};

	response->observe = sequence;

	int r = o->env.send(o->env.data, &notice);

	if (r == 0) {
		ob->sequence = sequence;
		if (is_confirmable)
			ob->confirmed = (uint32_t)(clock_now(o->env.clock) / USEC_PER_SEC);
	}
	return r;
}

static bool wants_confirmation(
	const struct observe *o, const struct observation *ob, const struct attrs *attrs)
{
	uint32_t now = (uint32_t)(clock_now(o->env.clock) / USEC_PER_SEC);

	if ((attrs->set & ATTR_BIT(ATTR_CON)) && attrs->con)
		return true;
	return now - ob->confirmed >= CONFIRMED_SEC;
}

/* --- what is stored -----------------------------------------------------------------------------
 */

static void dropped(struct observe *o, const struct audience *a)
{
	o->n_dropped++;
	o->env.dropped(o->env.data, a->short_server_id, 1);
}

static void unlink_stored(struct observe *o, struct audience *a, struct stored **at)
{
	struct stored *s = *at;

	*at = s->next;
	if (a->last_stored == s)
		a->last_stored = NULL;
	for (struct stored *last = a->stored; !a->last_stored && last; last = last->next)
		if (!last->next)
			a->last_stored = last;
	a->n_stored--;
	o->n_stored--;
	o->octets_stored -= s->payload.len;
}

static void drop_oldest(struct observe *o, struct audience *a, const struct observation *of)
{
	for (struct stored **at = &a->stored; *at; at = &(*at)->next) {
		struct stored *s = *at;

		if (of && s->of != of)
			continue;
		unlink_stored(o, a, at);
		stored_free(s);
		dropped(o, a);
		return;
	}
}

void stored_append(struct observe *o, struct audience *a, struct stored *s)
{
	if (a->last_stored)
		a->last_stored->next = s;
	else
		a->stored = s;
	a->last_stored = s;
	a->n_stored++;
	o->n_stored++;
	o->octets_stored += s->payload.len;
}

static void stored_prepend(struct observe *o, struct audience *a, struct stored *s)
{
	s->next = a->stored;
	a->stored = s;
	if (!a->last_stored)
		a->last_stored = s;
	a->n_stored++;
	o->n_stored++;
	o->octets_stored += s->payload.len;
}

/* 1/x/6: true by default */
static bool is_storing(const struct observe *o, const struct audience *a)
{
	uint16_t iid = account_server_instance(o->env.model, a->short_server_id);

	return iid != ID_NONE &&
	       model_get_bool(
		       o->env.model, PATH3(OBJECT_SERVER, iid, SERVER_NOTIFICATION_STORING), true);
}

/*
 * How many of an observation are kept. hqmax says it where it is set; where the server has set it
 * for some of its observations it wants none of the others kept (TS core 1.2, 7.3).
 */
static size_t queue_max(const struct observe *o, const struct audience *a,
	const struct observation *ob, const struct attrs *attrs)
{
	if (!is_storing(o, a))
		return 0;
	if (attrs->set & ATTR_BIT(ATTR_HQMAX))
		return attrs->hqmax;
	if (!ob->own && attributes_concern(
				o->attributes, a->short_server_id, PATH0(), ATTR_BIT(ATTR_HQMAX)))
		return 0;
	return SIZE_MAX;
}

static size_t count_stored(const struct audience *a, const struct observation *ob)
{
	size_t n = 0;

	for (const struct stored *s = a->stored; s; s = s->next)
		n += s->of == ob;
	return n;
}

static bool is_full(const struct observe *o, size_t octets)
{
	return o->n_stored >= o->env.stored_max || octets > WAITING_OCTETS_MAX ||
	       o->octets_stored > WAITING_OCTETS_MAX - octets;
}

/* Room for one more of this observation; false: there can be none. */
static bool make_room(struct observe *o, struct audience *a, const struct observation *ob,
	size_t max, size_t octets)
{
	if (max == 0 || o->env.stored_max == 0)
		return false;
	if (max < SIZE_MAX && count_stored(a, ob) >= max)
		drop_oldest(o, a, ob);
	while (octets <= WAITING_OCTETS_MAX && is_full(o, octets) && a->n_stored > 0)
		drop_oldest(o, a, NULL);
	if (!is_full(o, octets))
		return true;
	dropped(o, a);
	return false;
}

static enum notification_result store(
	struct observe *o, struct audience *a, struct observation *ob, const struct attrs *attrs)
{
	_cleanup_(response_done) struct response response = {.payload.max = o->env.payload_max};
	size_t max = queue_max(o, a, ob, attrs);
	struct stored *s;

	if (max > 0 && build(o, a, ob, &response) == 0 &&
		make_room(o, a, ob, max, response.payload.len)) {
		if (stored_new(ob, &response, &s) == 0)
			stored_append(o, a, s);
		else
			dropped(o, a);
	}
	reported(o, ob);
	return NOTIFICATION_DONE;
}

/* --- the ways of a notification -----------------------------------------------------------------
 */

static enum notification_result send_now(struct observe *o, struct audience *a,
	struct observation *ob, const struct attrs *attrs, struct response *response)
{
	bool is_last = !response->has_observe;
	bool is_confirmable = is_last || wants_confirmation(o, ob, attrs);
	struct stored *s = NULL;

	if (is_confirmable && a->on_way)
		return NOTIFICATION_WAITS;
	if (is_confirmable && stored_new(ob, response, &s) < 0) {
		reported(o, ob);
		return NOTIFICATION_DONE;
	}

	int r = send(o, a, ob, response, is_confirmable);

	if (r < 0)
		s = stored_free(s);
	if (r == -EBUSY)
		return NOTIFICATION_WAITS;
	if (r == -ENOTCONN) {
		go_offline(o, a);
		return store(o, a, ob, attrs);
	}
	a->on_way = s ? s : a->on_way;
	reported(o, ob);
	if (!is_last)
		return NOTIFICATION_DONE;
	reporting_remove(o, ob);
	return NOTIFICATION_ENDED;
}

enum notification_result notification_send(
	struct observe *o, struct audience *a, struct observation *ob)
{
	_cleanup_(response_done) struct response response = {.payload.max = o->env.payload_max};
	struct attrs attrs = condition_attrs(o, ob);

	if (!a->is_online)
		return store(o, a, ob, &attrs);
	/* what is older goes first */
	if (a->stored || (a->on_way && wants_confirmation(o, ob, &attrs)))
		return NOTIFICATION_WAITS;
	if (build(o, a, ob, &response) < 0) {
		reported(o, ob);
		return NOTIFICATION_DONE;
	}
	return send_now(o, a, ob, &attrs, &response);
}

bool notification_replay(struct observe *o, struct audience *a)
{
	_cleanup_(response_done) struct response response = {0};
	struct stored *s = a->stored;
	int r;

	if (!s || !a->is_online || a->on_way)
		return false;
	response.payload.max = s->payload.len;
	response.code = s->code;
	response.has_observe = msg_code_is_success(s->code);
	response.has_content_format = s->content_format != FORMAT_NONE;
	response.content_format = s->content_format;
	r = buf_set(&response.payload, buf_span(&s->payload));
	if (r == 0)
		r = send(o, a, s->of, &response, true);
	if (r == -EBUSY)
		return false;
	if (r == -ENOTCONN) {
		go_offline(o, a);
		return false;
	}
	unlink_stored(o, a, &a->stored);
	s->next = NULL;
	if (r == 0) {
		a->on_way = s;
		return true;
	}
	stored_free(s);
	dropped(o, a);
	return true;
}

void notification_concluded(struct observe *o, struct audience *a, enum observe_outcome outcome)
{
	struct stored *s = TAKE_PTR(a->on_way);

	if (outcome == OBSERVE_LOST) {
		go_offline(o, a);
		if (s && s->of && is_storing(o, a) && !is_full(o, s->payload.len)) {
			stored_prepend(o, a, s);
			return;
		}
		if (s)
			dropped(o, a);
	}
	stored_free(s);
}

void notification_forget(struct observe *o, struct audience *a, const struct observation *ob)
{
	for (struct stored **at = &a->stored; *at;) {
		struct stored *s = *at;

		if (ob && s->of != ob) {
			at = &s->next;
			continue;
		}
		unlink_stored(o, a, at);
		stored_free(s);
	}
	/* its end is still to come */
	if (a->on_way && (!ob || a->on_way->of == ob))
		a->on_way->of = NULL;
}
