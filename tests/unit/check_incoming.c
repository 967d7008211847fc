#include "exchange/incoming.h"

#include "alloc.h"
#include "exchange.h"
#include "exchange/dedup.h"
#include "runner.h"

enum { LIMIT = 8192 };

/* The application of these tests: counts, notes the last body, answers as told. */
static struct {
	unsigned calls;
	uint8_t code;
	size_t respond; /* octets of payload */
	uint8_t body[LIMIT];
	size_t body_len;
} app;

static struct incoming *in;

static void on_request(void *data, const struct request *request, struct response *ret)
{
	(void)data;
	app.calls++;
	app.body_len = request->payload.len;
	if (request->payload.len)
		memcpy(app.body, request->payload.data, request->payload.len);
	ret->code = app.code;
	if (app.respond && response_set_payload(ret, FORMAT_LINK, test_body(app.respond)) < 0)
		ret->code = MSG_INTERNAL;
}

static void setup(void)
{
	struct incoming_config config = {.clock = &test_clock,
		.body_max = LIMIT,
		.szx = BLOCK_SZX_MAX,
		.request = on_request};

	memset(&app, 0, sizeof app);
	app.code = MSG_CHANGED;
	ck_assert_int_eq(incoming_new(&config, &in), 0);
}

static void teardown(void)
{
	in = incoming_free(in);
}

static uint16_t mid;

static struct packet put(uint32_t num, bool more, uint8_t szx, struct span payload)
{
	struct packet p = test_request(MSG_PUT, ++mid, "0");

	p.block1 = block_of(num, more, szx);
	p.content.payload = payload;
	return p;
}

static struct packet get(uint32_t num, uint8_t szx)
{
	struct packet p = test_request(MSG_GET, ++mid, "3");

	p.block2 = block_of(num, false, szx);
	return p;
}

START_TEST(incoming_executes_a_repeated_request_once)
{
	struct packet p = test_request(MSG_POST, 1, "3");

	app.respond = 5;
	ck_assert_uint_eq(incoming_serve(in, &p)->code, MSG_CHANGED);
	for (int i = 0; i < 3; i++) {
		const struct answer *a = incoming_serve(in, &p);

		ck_assert_uint_eq(a->code, MSG_CHANGED);
		ck_assert(span_is_equal(body_span(&a->payload), test_body(5)));
	}
	ck_assert_uint_eq(app.calls, 1);
	test_now += EXCHANGE_LIFETIME_SEC * USEC_PER_SEC;
	incoming_serve(in, &p);
	ck_assert_uint_eq(app.calls, 2);
	incoming_reset(in);
	incoming_serve(in, &p);
	ck_assert_uint_eq(app.calls, 3);
}
END_TEST

START_TEST(incoming_takes_no_request_over_tcp_for_a_repetition)
{
	struct incoming_config config = {.clock = &test_clock,
		.body_max = LIMIT,
		.szx = 6,
		.is_reliable = true,
		.request = on_request};
	struct packet p = test_request(MSG_POST, 0, "3");
	struct incoming *stream;

	ck_assert_int_eq(incoming_new(&config, &stream), 0);
	app.respond = 5;
	for (unsigned i = 1; i <= 3; i++) {
		const struct answer *a = incoming_serve(stream, &p);

		ck_assert_uint_eq(a->code, MSG_CHANGED);
		ck_assert(span_is_equal(body_span(&a->payload), test_body(5)));
		ck_assert_uint_eq(app.calls, i);
	}
	incoming_free(stream);
}
END_TEST

START_TEST(incoming_answers_in_one_message_what_the_peer_has_room_for)
{
	struct packet p = test_request(MSG_GET, 1001, "3");

	incoming_set_room(in, 2000);
	app.respond = 2000;

	const struct answer *a = incoming_serve(in, &p);

	ck_assert(!a->block2.is_set);
	ck_assert_uint_eq(a->payload.len, 2000);
	app.respond = 2001;
	p.mid = 1002;
	a = incoming_serve(in, &p);
	ck_assert(a->block2.is_set && a->block2.more);
	ck_assert_uint_eq(a->payload.len, 1024);
	/* a peer that asks for blocks gets them */
	app.respond = 2000;
	p = get(0, 4);
	a = incoming_serve(in, &p);
	ck_assert(a->block2.is_set && a->block2.szx == 4);
}
END_TEST

START_TEST(incoming_executes_the_repetition_of_an_ignored_request)
{
	struct packet p = test_request(MSG_POST, 1, "3");

	app.code = MSG_NO_RESPONSE;
	ck_assert_uint_eq(incoming_serve(in, &p)->code, MSG_NO_RESPONSE);
	app.code = MSG_CHANGED;
	ck_assert_uint_eq(incoming_serve(in, &p)->code, MSG_CHANGED);
	ck_assert_uint_eq(incoming_serve(in, &p)->code, MSG_CHANGED);
	ck_assert_uint_eq(app.calls, 2);
}
END_TEST

START_TEST(incoming_hands_on_a_body_of_blocks_as_one_request)
{
	struct packet p = put(0, true, 6, test_body(1024));
	const struct answer *a = incoming_serve(in, &p);

	ck_assert_uint_eq(a->code, MSG_CONTINUE);
	ck_assert(a->block1.is_set && a->block1.more && a->block1.num == 0 && a->block1.szx == 6);
	ck_assert_uint_eq(app.calls, 0);
	p = put(1, false, 6, span_slice(test_body(1500), 1024, 1024));
	a = incoming_serve(in, &p);
	ck_assert_uint_eq(a->code, MSG_CHANGED);
	ck_assert(a->block1.is_set && !a->block1.more && a->block1.num == 1);
	ck_assert_uint_eq(app.calls, 1);
	ck_assert(span_is_equal(span_of(app.body, app.body_len), test_body(1500)));
}
END_TEST

START_TEST(incoming_answers_a_repeated_block_without_adding_it)
{
	struct packet first = put(0, true, 0, test_body(16)), last = put(1, false, 0, test_body(3));

	ck_assert_uint_eq(incoming_serve(in, &first)->code, MSG_CONTINUE);
	ck_assert_uint_eq(incoming_serve(in, &first)->code, MSG_CONTINUE);
	ck_assert_uint_eq(incoming_serve(in, &last)->code, MSG_CHANGED);
	ck_assert_uint_eq(incoming_serve(in, &first)->code, MSG_CONTINUE);
	ck_assert_uint_eq(incoming_serve(in, &last)->code, MSG_CHANGED);
	ck_assert_uint_eq(app.calls, 1);
	ck_assert_uint_eq(app.body_len, 19);
}
END_TEST

START_TEST(incoming_says_its_limit_when_a_body_is_too_large)
{
	struct packet p = put(0, true, 6, test_body(1024));

	p.size1 = LIMIT + 1;

	const struct answer *a = incoming_serve(in, &p);

	ck_assert_uint_eq(a->code, MSG_TOO_LARGE);
	ck_assert_int_eq(a->size1, LIMIT);
	p = test_request(MSG_PUT, ++mid, "0");
	p.content.payload = test_body(LIMIT + 1);
	a = incoming_serve(in, &p);
	ck_assert_uint_eq(a->code, MSG_TOO_LARGE);
	ck_assert_int_eq(a->size1, LIMIT);
	ck_assert_uint_eq(app.calls, 0);
}
END_TEST

START_TEST(incoming_gives_answers_up_to_the_same_limit)
{
	struct packet p = get(0, BLOCK_SZX_MAX);

	app.respond = LIMIT;
	app.code = MSG_CONTENT;
	ck_assert_uint_eq(incoming_serve(in, &p)->code, MSG_CONTENT);
	app.respond = LIMIT + 1;
	p = get(0, BLOCK_SZX_MAX);
	ck_assert_uint_eq(incoming_serve(in, &p)->code, MSG_INTERNAL);
}
END_TEST

START_TEST(incoming_answers_a_bad_option_with_its_code)
{
	struct packet p = test_request(MSG_PUT, ++mid, "0");

	p.reject = MSG_BAD_OPTION;
	ck_assert_uint_eq(incoming_serve(in, &p)->code, MSG_BAD_OPTION);
	ck_assert_uint_eq(app.calls, 0);
}
END_TEST

START_TEST(incoming_serves_later_blocks_without_executing_again)
{
	struct packet p = test_request(MSG_GET, ++mid, "3");

	app.code = MSG_CONTENT;
	app.respond = 3000;

	const struct answer *a = incoming_serve(in, &p);

	ck_assert(a->block2.is_set && a->block2.more);
	p = get(1, 6);
	a = incoming_serve(in, &p);
	ck_assert_uint_eq(a->code, MSG_CONTENT);
	ck_assert(a->block2.more && a->block2.num == 1);
	p = get(2, 6);
	a = incoming_serve(in, &p);
	ck_assert(!a->block2.more);
	ck_assert(span_is_equal(body_span(&a->payload), span_slice(test_body(3000), 2048, 1024)));
	ck_assert_uint_eq(app.calls, 1);
}
END_TEST

START_TEST(incoming_makes_a_single_block_of_a_get_anew)
{
	struct packet p = get(2, 6);

	app.code = MSG_CONTENT;
	app.respond = 3000;

	const struct answer *a = incoming_serve(in, &p);

	ck_assert_uint_eq(a->code, MSG_CONTENT);
	ck_assert(a->block2.num == 2 && !a->block2.more && a->payload.len == 952);
	p = get(3, 6);
	ck_assert_uint_eq(incoming_serve(in, &p)->code, MSG_BAD_REQUEST);
}
END_TEST

START_TEST(incoming_never_executes_a_post_for_a_later_block)
{
	struct packet p = get(1, 6);

	p.code = p.content.method = MSG_POST;
	ck_assert_uint_eq(incoming_serve(in, &p)->code, MSG_INCOMPLETE);
	ck_assert_uint_eq(app.calls, 0);
}
END_TEST

START_TEST(incoming_forgets_everything_in_time)
{
	struct packet p = put(0, true, 0, test_body(16)), q = test_request(MSG_GET, ++mid, "3");

	ck_assert_uint_eq(incoming_due(in), USEC_NEVER);
	app.respond = 3000;
	incoming_serve(in, &p);
	incoming_serve(in, &q);
	for (int i = 0; incoming_due(in) != USEC_NEVER; i++) {
		ck_assert_int_lt(i, 10);
		test_now = incoming_due(in);
		incoming_expire(in);
	}
}
END_TEST

START_TEST(incoming_answers_5_00_without_memory)
{
	bool failed = true;

	app.respond = 3000;
	for (unsigned n = 1; failed; n++) {
		struct packet p = put(0, false, 6, test_body(100));

		alloc_fail_at(n);

		uint8_t code = incoming_serve(in, &p)->code;

		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_uint_eq(code, failed ? MSG_INTERNAL : MSG_CHANGED);
		ck_assert_uint_eq(
			incoming_serve(in, &p)->code, failed && n == 1 ? MSG_CHANGED : code);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("incoming");
	TCase *t = tcase_create("incoming");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, incoming_executes_a_repeated_request_once);
	tcase_add_test(t, incoming_takes_no_request_over_tcp_for_a_repetition);
	tcase_add_test(t, incoming_answers_in_one_message_what_the_peer_has_room_for);
	tcase_add_test(t, incoming_executes_the_repetition_of_an_ignored_request);
	tcase_add_test(t, incoming_hands_on_a_body_of_blocks_as_one_request);
	tcase_add_test(t, incoming_answers_a_repeated_block_without_adding_it);
	tcase_add_test(t, incoming_says_its_limit_when_a_body_is_too_large);
	tcase_add_test(t, incoming_gives_answers_up_to_the_same_limit);
	tcase_add_test(t, incoming_answers_a_bad_option_with_its_code);
	tcase_add_test(t, incoming_serves_later_blocks_without_executing_again);
	tcase_add_test(t, incoming_makes_a_single_block_of_a_get_anew);
	tcase_add_test(t, incoming_never_executes_a_post_for_a_later_block);
	tcase_add_test(t, incoming_forgets_everything_in_time);
	tcase_add_test(t, incoming_answers_5_00_without_memory);
	suite_add_tcase(s, t);
	return s;
}
