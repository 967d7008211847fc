#include "observer.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"

static uint64_t test_now(void *data)
{
	return ((struct observer *)data)->now;
}

static uint64_t test_realtime(void *data)
{
	const struct observer *t = data;

	return t->realtime + t->now;
}

static struct clock test_clock = {.now = test_now, .realtime = test_realtime};

enum { START_SEC = 1000 };

static unsigned second(const struct observer *t)
{
	return (unsigned)(t->now / USEC_PER_SEC - START_SEC);
}

static int test_send(void *data, const struct observe_notice *n)
{
	struct observer *t = data;
	struct sent *s = &t->sent[t->n_sent % OBSERVER_SENT_MAX];
	const struct response *r = n->response;

	if (t->send_result < 0)
		return t->send_result;
	*s = (struct sent){.sec = second(t),
		.short_server_id = n->short_server_id,
		.sequence = n->sequence,
		.is_confirmable = n->is_confirmable,
		.has_observe = r->has_observe,
		.code = (r->code >> 5) * 100u + (r->code & 31u),
		.format = r->has_content_format ? r->content_format : FORMAT_NONE,
		.payload_len = r->payload.len};
	snprintf(s->token, sizeof s->token, "%.*s", (int)n->token.len, (const char *)n->token.data);
	if (r->payload.len)
		memcpy(s->payload, r->payload.data,
			r->payload.len < sizeof s->payload ? r->payload.len
							   : sizeof s->payload - 1);
	t->n_sent++;
	return 0;
}

static void test_arm(void *data, uint64_t at)
{
	((struct observer *)data)->armed = at;
}

static void test_unreachable(void *data, uint16_t short_server_id)
{
	struct observer *t = data;

	t->n_unreachable++;
	t->unreachable = short_server_id;
}

static void test_added(void *data, const struct observe_info *info)
{
	(void)info;
	((struct observer *)data)->n_added++;
}

static void test_dropped(void *data, uint16_t short_server_id, size_t n)
{
	(void)short_server_id;
	((struct observer *)data)->n_dropped += (unsigned)n;
}

static void test_touched(void *data)
{
	((struct observer *)data)->n_touched++;
}

static void test_changed(void *data, struct path p, enum model_change what)
{
	struct observer *t = data;

	observe_changed(t->o, p, what);
}

static void make(struct observer *t)
{
	struct observe_env env = {.model = t->d.m,
		.clock = &test_clock,
		.observations_max = 20000,
		.stored_max = 8,
		.payload_max = 4 * 1024 * 1024,
		.data = t,
		.send = test_send,
		.arm = test_arm,
		.unreachable = test_unreachable,
		.added = test_added,
		.dropped = test_dropped,
		.touched = test_touched};

	t->armed = USEC_NEVER;
	ck_assert_int_eq(observe_new(&env, &t->o), 0);
	t->d.peer.observe = t->o;
	model_on_change(t->d.m, test_changed, t);
}

void observer_setup(struct observer *t)
{
	*t = (struct observer){.now = START_SEC * USEC_PER_SEC,
		.realtime = UINT64_C(1700000000) * USEC_PER_SEC - START_SEC * USEC_PER_SEC,
		.is_conclusive = true};
	test_clock.data = t;
	dm_setup(&t->d);
	t->d.peer.version = LWM2M_1_2;
	make(t);
	observer_set_int(t, SAMPLE_INT, 1);
	observer_set_bool(t, SAMPLE_BOOL, false);
	observer_set_float(t, SAMPLE_FLOAT, 1.5);
}

void observer_teardown(struct observer *t)
{
	model_on_change(t->d.m, NULL, NULL);
	t->o = observe_free(t->o);
	dm_teardown(&t->d);
}

void observer_restart(struct observer *t, uint64_t off_sec)
{
	_cleanup_(buf_done) struct buf state = {0}, attributes = {0};
	static const uint16_t servers[] = {123, 456};

	ck_assert_int_eq(observe_save(t->o, servers, 2, &state), 0);
	ck_assert_int_eq(attributes_save(observe_attributes(t->o), &attributes), 0);
	t->o = observe_free(t->o);
	t->now += off_sec * USEC_PER_SEC;
	make(t);
	ck_assert_int_eq(attributes_load(observe_attributes(t->o), buf_span(&attributes)), 0);
	ck_assert_int_eq(observe_load(t->o, buf_span(&state), servers, 2), 0);
}

static void conclude(struct observer *t, size_t from)
{
	for (size_t i = from; i < t->n_sent; i++) {
		struct sent *s = &t->sent[i % OBSERVER_SENT_MAX];

		if (s->is_confirmable && t->is_conclusive)
			observe_concluded(t->o, s->short_server_id, span_of_text(s->token),
				OBSERVE_ACKNOWLEDGED);
	}
}

void observer_run(struct observer *t, uint64_t sec)
{
	uint64_t end = t->now + sec * USEC_PER_SEC;
	unsigned idle = 0;

	while (t->armed <= end) {
		size_t before = t->n_sent;
		uint64_t at = t->armed;

		/* a step that finds nothing to do and comes again at once would be a busy loop */
		idle = at <= t->now ? idle + 1 : 0;
		ck_assert_uint_lt(idle, 20000);
		t->now = at > t->now ? at : t->now;
		t->armed = USEC_NEVER;
		observe_step(t->o);
		conclude(t, before);
	}
	t->now = end;
}

static void set(struct observer *t, uint16_t rid, struct value v)
{
	ck_assert_int_eq(model_set(t->d.m, PATH3(SAMPLE, 0, rid), &v), 0);
}

void observer_set_int(struct observer *t, uint16_t rid, int64_t v)
{
	set(t, rid, VALUE_INT(v));
}

void observer_set_float(struct observer *t, uint16_t rid, double v)
{
	set(t, rid, (struct value){.type = VALUE_FLOAT, .f = v});
}

void observer_set_bool(struct observer *t, uint16_t rid, bool v)
{
	set(t, rid, VALUE_BOOL(v));
}

void observer_expect(struct observer *t, const char *token, unsigned sec, const char *payload)
{
	ck_assert_msg(t->n_checked < t->n_sent, "no notification for %s at %u", token, sec);

	const struct sent *s = &t->sent[t->n_checked++ % OBSERVER_SENT_MAX];

	ck_assert_str_eq(s->token, token);
	ck_assert_uint_eq(s->sec, sec);
	if (payload)
		ck_assert_str_eq(s->payload, payload);
}

void observer_expect_none(struct observer *t)
{
	const struct sent *s = &t->sent[t->n_checked % OBSERVER_SENT_MAX];

	ck_assert_msg(t->n_checked == t->n_sent, "notification for %s at %u: %u %s", s->token,
		s->sec, s->code, s->payload);
}

const struct sent *observer_last(const struct observer *t)
{
	ck_assert_uint_gt(t->n_sent, 0);
	return &t->sent[(t->n_sent - 1) % OBSERVER_SENT_MAX];
}
