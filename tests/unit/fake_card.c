#include "fake_card.h"

#include <errno.h>
#include <stdlib.h>

#include "codec/ids.h"
#include "codec/tlv.h"
#include "daemon/card_watch.h"
#include "runner.h"
#include "world.h"

struct card_run {
	struct card_run_env env;
	struct loop_source *timer;
	bool is_running;
};

static struct {
	enum card_class class;
	enum reason reason;
	struct span content;
	uint8_t last_digit;
	uint64_t takes;
	bool is_killed, is_pin_wrong;
	unsigned n_visits;
	struct card_wish wish;
	void (*changed)(void *data);
	void *watcher;
} fake;

void fake_card_begin(void)
{
	memset(&fake, 0, sizeof fake);
	fake_card_is(CARD_CLASS_ABSENT, REASON_CARD_ABSENT);
}

void fake_card_is(enum card_class class, enum reason reason)
{
	fake.class = class;
	fake.reason = reason;
	fake.is_pin_wrong = reason == REASON_CARD_PIN_WRONG;
}

void fake_card_has(struct span content, uint8_t last_digit)
{
	fake_card_is(CARD_CLASS_READ, REASON_NONE);
	fake.content = content;
	fake.last_digit = last_digit;
}

void fake_card_takes(double seconds, bool is_killed)
{
	fake.takes = (uint64_t)(seconds * (double)USEC_PER_SEC);
	fake.is_killed = is_killed;
}

bool fake_card_is_watched(void)
{
	return fake.changed != NULL;
}

void fake_card_news(void)
{
	ck_assert_ptr_nonnull(fake.changed);
	fake.changed(fake.watcher);
}

unsigned fake_card_visits(void)
{
	return fake.n_visits;
}

const struct card_wish *fake_card_wish(void)
{
	return &fake.wish;
}

/* --- instead of card_run.c -------------------------------------------------------------------- */

static void on_timer(void *data)
{
	struct card_run *r = data;
	struct card_outcome outcome = {.file = 0x6432, .is_pin_wrong = fake.is_pin_wrong};

	r->is_running = false;
	octets_set(&outcome.iccid, test_hex("98940000000000000010"));
	outcome.iccid.data[9] = fake.last_digit;
	if (fake.class == CARD_CLASS_READ)
		ck_assert_int_eq(buf_append(&outcome.content, fake.content), 0);
	else
		outcome_end(&outcome, fake.class, fake.reason, "so it is");
	r->env.done(r->env.data, &outcome, fake.is_killed);
	outcome_done(&outcome);
}

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
	r->env.loop->free_source(r->timer);
	free(r);
	return NULL;
}

int card_run_start(struct card_run *r, const struct card_wish *wish)
{
	if (r->is_running)
		return -EBUSY;
	fake.n_visits++;
	fake.wish = *wish;
	r->is_running = true;
	return r->env.loop->arm(r->timer, world_now() + fake.takes, 1);
}

bool card_run_is_running(const struct card_run *r)
{
	return r->is_running;
}

bool card_run_has_service(void)
{
	return true;
}

/* --- instead of card_watch.c ------------------------------------------------------------------ */

struct card_watch {
	char unused;
};

int card_watch_new(const struct loop *loop, const struct clock *clock, void (*changed)(void *data),
	void *data, struct card_watch **ret)
{
	(void)loop, (void)clock;
	fake.changed = changed;
	fake.watcher = data;
	*ret = malloc(sizeof **ret);
	return *ret ? 0 : -ENOMEM;
}

struct card_watch *card_watch_free(struct card_watch *w)
{
	if (w)
		fake.changed = NULL;
	free(w);
	return NULL;
}

/* --- contents --------------------------------------------------------------------------------- */

static void put(struct writer *w, uint16_t id, struct value v)
{
	struct buf bytes = {0};
	struct writer value = writer_to(&bytes);

	tlv_from_value(&v, &value);
	tlv_write(w, TLV_RESOURCE, id, buf_span(&bytes));
	buf_done(&bytes);
}

static void put_object(struct writer *w, uint16_t object, struct buf *resources)
{
	struct buf instance = {0};
	struct writer to = writer_to(&instance);

	tlv_write(&to, TLV_INSTANCE, 1, buf_span(resources));
	wr_be(w, object, 2);
	wr_u8(w, 0);
	wr_be(w, instance.len, 2);
	wr_bytes(w, buf_span(&instance));
	buf_done(&instance);
	buf_done(resources);
}

/* Belongs to the runner. */
static struct span finish(struct buf *objects, unsigned n)
{
	struct buf text = {0}, file = {0};
	struct writer w = writer_to(&file), hex = writer_to(&text);

	wr_be(&w, n, 2);
	wr_be(&w, objects->len, 2);
	wr_bytes(&w, buf_span(objects));
	for (size_t i = 0; i < file.len; i++)
		wr_printf(&hex, "%02X", file.data[i]);
	wr_u8(&hex, 0);

	struct span got = test_hex((const char *)text.data);

	buf_done(objects);
	buf_done(&file);
	buf_done(&text);
	return got;
}

static void put_security(struct writer *w, uint16_t ssid, const char *uri)
{
	struct buf resources = {0};
	struct writer to = writer_to(&resources);

	put(&to, SECURITY_URI, VALUE_TEXT(uri));
	put(&to, SECURITY_BOOTSTRAP_SERVER, VALUE_BOOL(ssid == 0));
	put(&to, SECURITY_MODE, VALUE_INT(MODE_NOSEC));
	if (ssid)
		put(&to, SECURITY_SHORT_SERVER_ID, VALUE_INT(ssid));
	put_object(w, OBJECT_SECURITY, &resources);
}

struct span fake_card_account(uint16_t ssid, const char *uri)
{
	struct buf objects = {0}, resources = {0};
	struct writer w = writer_to(&objects), to = writer_to(&resources);

	put_security(&w, ssid, uri);
	put(&to, SERVER_SHORT_SERVER_ID, VALUE_INT(ssid));
	put(&to, SERVER_LIFETIME, VALUE_INT(3600));
	put(&to, SERVER_NOTIFICATION_STORING, VALUE_BOOL(true));
	put(&to, SERVER_BINDING, VALUE_TEXT("U"));
	put_object(&w, OBJECT_SERVER, &resources);
	return finish(&objects, 2);
}

struct span fake_card_bootstrap(const char *uri)
{
	struct buf objects = {0};
	struct writer w = writer_to(&objects);

	put_security(&w, 0, uri);
	return finish(&objects, 1);
}
