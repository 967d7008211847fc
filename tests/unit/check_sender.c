#include "daemon/sender.h"

#include <errno.h>
#include <stdlib.h>

#include "runner.h"

/* A server that answers when the test says so. */
static struct {
	struct sender *s;
	int error; /* of post */
	unsigned n_posts, n_told;
	char last[8]; /* what was posted */
	enum sender_event told;
	tp_done_fn done;
	void *data;
} x;

static int post(void *data, int format, struct span payload, tp_done_fn done, void *done_data)
{
	(void)data;
	ck_assert_int_eq(format, FORMAT_SENML_CBOR);
	if (x.error < 0)
		return x.error;
	ck_assert_ptr_null(x.done); /* one at a time */
	ck_assert_uint_lt(payload.len, sizeof x.last);
	memcpy(x.last, payload.data, payload.len);
	x.last[payload.len] = '\0';
	x.n_posts++;
	x.done = done;
	x.data = done_data;
	return 0;
}

static void told(void *data, enum sender_event event, const struct tp_result *result)
{
	(void)data;
	ck_assert((result != NULL) == (event != SENDER_LOST));
	x.told = event;
	x.n_told++;
}

static void setup(void)
{
	const struct sender_env env = {.post = post, .told = told};

	memset(&x, 0, sizeof x);
	ck_assert_int_eq(sender_new(&env, &x.s), 0);
}

static void teardown(void)
{
	sender_free(x.s);
}

static void add(const char *text)
{
	struct buf payload = {0};

	ck_assert_int_eq(buf_append_text(&payload, text), 0);
	ck_assert_int_eq(sender_add(x.s, FORMAT_SENML_CBOR, &payload), 0);
	ck_assert_ptr_null(payload.data);
}

/* code 0: no answer */
static void answer(uint8_t code)
{
	struct response response = {.code = code};
	const struct tp_result result = {.reason = code ? REASON_NONE : REASON_REG_TIMEOUT,
		.response = code ? &response : NULL,
		.detail = ""};
	tp_done_fn done = x.done;

	ck_assert_ptr_nonnull(done);
	x.done = NULL;
	done(x.data, &result);
}

START_TEST(sender_sends_one_after_the_other)
{
	add("a");
	add("b");
	ck_assert_uint_eq(x.n_posts, 0);
	sender_ready(x.s);
	sender_ready(x.s);
	ck_assert_uint_eq(x.n_posts, 1);
	ck_assert_str_eq(x.last, "a");
	answer(MSG_CHANGED);
	ck_assert_int_eq(x.told, SENDER_TAKEN);
	ck_assert_str_eq(x.last, "b");
	answer(MSG_CHANGED);
	ck_assert_uint_eq(x.n_posts, 2);
	ck_assert_uint_eq(sender_waiting(x.s), 0);
}
END_TEST

START_TEST(sender_drops_what_is_refused)
{
	static const uint8_t codes[] = {MSG_BAD_REQUEST, MSG_NOT_FOUND, MSG_NOT_ALLOWED};

	for (size_t i = 0; i < sizeof codes; i++) {
		add("a");
		sender_ready(x.s);
		answer(codes[i]);
		ck_assert_int_eq(x.told, SENDER_REFUSED);
		ck_assert_uint_eq(sender_waiting(x.s), 0);
	}
}
END_TEST

START_TEST(sender_keeps_what_was_not_answered_for_the_next_time)
{
	static const uint8_t codes[] = {0, MSG_INTERNAL, MSG_UNAVAILABLE};

	add("a");
	add("b");
	for (size_t i = 0; i < sizeof codes; i++) {
		sender_ready(x.s);
		ck_assert_str_eq(x.last, "a");
		answer(codes[i]);
		ck_assert_int_eq(x.told, SENDER_KEPT);
		ck_assert_uint_eq(x.n_posts, i + 1);
		ck_assert_uint_eq(sender_waiting(x.s), 2);
	}
}
END_TEST

START_TEST(sender_sends_again_what_was_on_its_way_when_the_session_closed)
{
	add("a");
	sender_ready(x.s);
	x.done = NULL; /* the session forgot it */
	sender_closed(x.s);
	sender_ready(x.s);
	ck_assert_uint_eq(x.n_posts, 2);
	ck_assert_str_eq(x.last, "a");
}
END_TEST

START_TEST(sender_drops_the_oldest_when_too_many_wait)
{
	char text[3] = "a";

	add("x");
	sender_ready(x.s);
	for (unsigned i = 0; i < SENDER_WAITING_MAX; i++, text[0]++)
		add(text);
	ck_assert_int_eq(x.told, SENDER_LOST);
	ck_assert_uint_eq(x.n_told, 1);
	ck_assert_uint_eq(sender_waiting(x.s), SENDER_WAITING_MAX);
	/* the answer belongs to the one that is gone */
	answer(MSG_CHANGED);
	ck_assert_uint_eq(sender_waiting(x.s), SENDER_WAITING_MAX);
	ck_assert_str_eq(x.last, "a");
}
END_TEST

START_TEST(sender_limits_the_octets_that_wait)
{
	struct buf big = {.max = SENDER_OCTETS_MAX + 1};
	uint8_t *room;

	add("x");
	ck_assert_int_eq(buf_reserve(&big, SENDER_OCTETS_MAX + 1, &room), 0);
	memset(room, 0, SENDER_OCTETS_MAX + 1);
	big.len = SENDER_OCTETS_MAX + 1;
	ck_assert_int_eq(sender_add(x.s, FORMAT_SENML_CBOR, &big), -EMSGSIZE);
	ck_assert_uint_eq(sender_waiting(x.s), 1);
	big.len = SENDER_OCTETS_MAX;
	ck_assert_int_eq(sender_add(x.s, FORMAT_SENML_CBOR, &big), 0);
	ck_assert_uint_eq(sender_waiting(x.s), 1);
	ck_assert_int_eq(x.told, SENDER_LOST);
	buf_done(&big);
}
END_TEST

START_TEST(sender_that_is_cleared_ignores_the_answer_of_before)
{
	add("a");
	sender_ready(x.s);
	sender_clear(x.s);
	ck_assert_uint_eq(sender_waiting(x.s), 0);
	add("b");
	sender_ready(x.s);
	ck_assert_str_eq(x.last, "a");
	answer(MSG_CHANGED);
	ck_assert_str_eq(x.last, "b");
	ck_assert_uint_eq(sender_waiting(x.s), 1);
}
END_TEST

START_TEST(sender_keeps_what_cannot_be_sent)
{
	add("a");
	x.error = -ENOMEM;
	sender_ready(x.s);
	ck_assert_uint_eq(sender_waiting(x.s), 1);
	x.error = 0;
	sender_ready(x.s);
	ck_assert_str_eq(x.last, "a");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sender");
	TCase *t = tcase_create("sender");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, sender_sends_one_after_the_other);
	tcase_add_test(t, sender_drops_what_is_refused);
	tcase_add_test(t, sender_keeps_what_was_not_answered_for_the_next_time);
	tcase_add_test(t, sender_sends_again_what_was_on_its_way_when_the_session_closed);
	tcase_add_test(t, sender_drops_the_oldest_when_too_many_wait);
	tcase_add_test(t, sender_limits_the_octets_that_wait);
	tcase_add_test(t, sender_that_is_cleared_ignores_the_answer_of_before);
	tcase_add_test(t, sender_keeps_what_cannot_be_sent);
	suite_add_tcase(s, t);
	return s;
}
