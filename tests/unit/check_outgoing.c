#include "exchange/outgoing.h"

#include <errno.h>

#include "alloc.h"
#include "exchange.h"
#include "exchange/body.h"
#include "runner.h"

enum { LIMIT = 8192 };

/* What left: the last message, its payload, and how many there were. */
static struct {
	unsigned count;
	int error;    /* given back by send() */
	size_t limit; /* of a payload */
	struct packet last;
	uint8_t payload[2048];
	uint8_t path[8];
} wire;

/* What came of the requests. */
static struct {
	unsigned count;
	int error;
	uint8_t code;
	size_t len;
	bool is_right; /* the payload is test_body(len) */
	size_t n_location;
} result;

static struct outgoing *o;

static void random_bytes(void *data, uint8_t *ret, size_t len)
{
	static uint8_t next;

	(void)data;
	memset(ret, ++next, len);
}

static int on_send(void *data, const struct packet *p)
{
	(void)data;
	if (wire.limit && p->content.payload.len > wire.limit)
		return -EMSGSIZE;
	wire.count++;
	wire.last = *p;
	if (p->content.payload.len)
		memcpy(wire.payload, p->content.payload.data, p->content.payload.len);
	wire.last.content.payload = span_of(wire.payload, p->content.payload.len);
	return wire.error;
}

static void on_done(void *data, int error, const struct response *response)
{
	(void)data;
	result.count++;
	result.error = error;
	if (error) {
		ck_assert_ptr_null(response);
		return;
	}
	result.code = response->code;
	result.len = response->payload.len;
	result.is_right = span_is_equal(buf_span(&response->payload), test_body(result.len));
	result.n_location = response->n_location;
}

static void setup(void)
{
	struct outgoing_config config = {.clock = &test_clock,
		.body_max = LIMIT,
		.szx = BLOCK_SZX_MAX,
		.timeout = 93 * USEC_PER_SEC,
		.random = random_bytes,
		.send = on_send};

	memset(&wire, 0, sizeof wire);
	memset(&result, 0, sizeof result);
	ck_assert_int_eq(outgoing_new(&config, &o), 0);
}

static void teardown(void)
{
	o = outgoing_free(o);
}

static void post(struct span payload)
{
	struct request request = request_of(MSG_POST);

	request_add_segment(&request, span_of_text("rd"));
	request_add_query(&request, span_of_text("ep=a"));
	request.content_format = FORMAT_LINK;
	request.payload = payload;
	ck_assert_int_eq(outgoing_add(o, &request, on_done, NULL), 0);
	outgoing_flush(o);
}

/* An answer to the message that left last. */
static struct packet reply(uint8_t code)
{
	struct packet p = packet_of(PACKET_ACK, code);

	p.token = wire.last.token;
	return p;
}

static void receive(struct packet p)
{
	ck_assert(outgoing_receive(o, &p));
}

START_TEST(outgoing_completes_with_the_response_once)
{
	post(test_body(10));
	ck_assert_uint_eq(wire.count, 1);
	ck_assert_uint_eq(wire.last.token.len, 8);
	ck_assert(!wire.last.block1.is_set && wire.last.type == PACKET_CON);
	ck_assert(span_is_equal(wire.last.content.payload, test_body(10)));

	struct packet p = reply(MSG_CREATED);

	request_add_segment(&p.content, span_of_text("rd"));
	request_add_segment(&p.content, span_of_text("5a"));
	receive(p);
	ck_assert_uint_eq(result.count, 0); /* not before it is asked for */
	ck_assert(outgoing_has_results(o) && !outgoing_is_busy(o));
	ck_assert(!outgoing_receive(o, &p));
	outgoing_deliver(o);
	outgoing_deliver(o);
	ck_assert_uint_eq(result.count, 1);
	ck_assert_int_eq(result.error, 0);
	ck_assert_uint_eq(result.code, MSG_CREATED);
	ck_assert_uint_eq(result.n_location, 2);
}
END_TEST

START_TEST(outgoing_sends_in_one_message_what_the_peer_has_room_for)
{
	outgoing_set_room(o, 2000);
	post(test_body(2000));
	ck_assert(!wire.last.block1.is_set);
	ck_assert_uint_eq(wire.last.content.payload.len, 2000);
	receive(reply(MSG_CREATED));
	post(test_body(2001));
	ck_assert(wire.last.block1.is_set);
	ck_assert_uint_eq(wire.last.content.payload.len, 1024);
}
END_TEST

/* RFC 7959 section 2.9.3: 4.13 with a Block1 option as hint */
START_TEST(outgoing_takes_to_blocks_when_a_peer_with_room_asks_for_them)
{
	outgoing_set_room(o, 5000);
	post(test_body(2000));

	struct packet p = reply(MSG_TOO_LARGE);

	p.block1 = (struct block){.is_set = true, .szx = 6};
	receive(p);
	ck_assert(wire.last.block1.is_set && wire.last.block1.num == 0);
	ck_assert_uint_eq(wire.last.content.payload.len, 1024);
}
END_TEST

START_TEST(outgoing_does_not_know_a_strange_token)
{
	post(test_body(10));

	struct packet p = reply(MSG_CREATED);

	p.token.data[3] ^= 1;
	ck_assert(!outgoing_receive(o, &p));
	p.token.len = 0;
	ck_assert(!outgoing_receive(o, &p));
	outgoing_deliver(o);
	ck_assert_uint_eq(result.count, 0);
}
END_TEST

START_TEST(outgoing_gives_up_at_its_deadline)
{
	post(test_body(10));
	ck_assert_uint_eq(outgoing_due(o), test_now + 93 * USEC_PER_SEC);
	test_now += 93 * USEC_PER_SEC - 1;
	outgoing_expire(o);
	ck_assert(outgoing_is_busy(o));
	test_now++;
	outgoing_expire(o);

	struct packet late = reply(MSG_CREATED);

	ck_assert(!outgoing_receive(o, &late));
	outgoing_deliver(o);
	ck_assert_uint_eq(result.count, 1);
	ck_assert_int_eq(result.error, -ETIMEDOUT);
	ck_assert_uint_eq(outgoing_due(o), USEC_NEVER);
}
END_TEST

START_TEST(outgoing_fails_what_could_not_be_sent_or_was_rejected)
{
	wire.error = -EIO;
	post(test_body(10));
	outgoing_deliver(o);
	ck_assert_int_eq(result.error, -EIO);

	wire.error = 0;
	post(test_body(10));
	outgoing_fail(o, wire.last.token, -ECONNRESET);
	outgoing_fail(o, wire.last.token, -EIO);
	outgoing_deliver(o);
	ck_assert_uint_eq(result.count, 2);
	ck_assert_int_eq(result.error, -ECONNRESET);

	post(test_body(10));
	post(test_body(10));
	outgoing_fail_all(o, -ENETUNREACH);
	outgoing_deliver(o);
	ck_assert_uint_eq(result.count, 4);

	struct request request = request_of(MSG_GET);

	post(test_body(10));
	ck_assert_int_eq(outgoing_add(o, &request, on_done, NULL), 0);
	outgoing_fail_sent(o, -ENETUNREACH);
	outgoing_deliver(o);
	ck_assert_uint_eq(result.count, 5);
	ck_assert(outgoing_is_busy(o));
	ck_assert_int_eq(result.error, -ENETUNREACH);
}
END_TEST

START_TEST(outgoing_sends_a_large_body_in_blocks)
{
	uint8_t got[2500];
	size_t n = 0;

	post(test_body(2500));
	ck_assert_int_eq(wire.last.size1, 2500);
	for (uint32_t num = 0; num < 3; num++) {
		ck_assert(wire.last.block1.is_set && wire.last.block1.num == num);
		ck_assert_int_eq(wire.last.block1.more, num < 2);
		ck_assert_int_eq(wire.last.content.content_format, FORMAT_LINK);
		ck_assert_uint_eq(wire.last.content.n_queries, 1);
		memcpy(got + n, wire.payload, wire.last.content.payload.len);
		n += wire.last.content.payload.len;

		struct packet p = reply(num < 2 ? MSG_CONTINUE : MSG_CREATED);

		p.block1 = wire.last.block1;
		receive(p);
	}
	ck_assert(span_is_equal(span_of(got, n), test_body(2500)));
	outgoing_deliver(o);
	ck_assert_uint_eq(result.code, MSG_CREATED);
	ck_assert_uint_eq(wire.count, 3);
}
END_TEST

START_TEST(outgoing_gives_each_block_a_token_and_a_deadline_of_its_own)
{
	post(test_body(2500));

	struct packet p = reply(MSG_CONTINUE);

	p.block1 = wire.last.block1;
	test_now += 60 * USEC_PER_SEC;
	receive(p);
	ck_assert(!token_is_equal(p.token, wire.last.token));
	ck_assert_uint_eq(outgoing_due(o), test_now + 93 * USEC_PER_SEC);
	ck_assert(!outgoing_receive(o, &p));
}
END_TEST

START_TEST(outgoing_follows_the_peer_to_smaller_blocks)
{
	post(test_body(2500));

	struct packet p = reply(MSG_CONTINUE);

	p.block1 = block_of(0, true, 4);
	receive(p);
	ck_assert(wire.last.block1.szx == 4 && wire.last.block1.num == 4);
	ck_assert(span_is_equal(wire.last.content.payload, span_slice(test_body(2500), 1024, 256)));
}
END_TEST

START_TEST(outgoing_starts_over_with_the_size_that_4_13_names)
{
	post(test_body(1000));
	ck_assert(!wire.last.block1.is_set);

	struct packet p = reply(MSG_TOO_LARGE);

	p.block1 = block_of(0, false, 2);
	receive(p);
	ck_assert(wire.last.block1.is_set && wire.last.block1.num == 0 && wire.last.block1.more);
	ck_assert_uint_eq(wire.last.content.payload.len, 64);
	/* a second time with the same size is the answer */
	p = reply(MSG_TOO_LARGE);
	p.block1 = block_of(0, true, 2);
	receive(p);
	outgoing_deliver(o);
	ck_assert_uint_eq(result.code, MSG_TOO_LARGE);
}
END_TEST

START_TEST(outgoing_goes_on_when_the_peer_acts_on_each_block)
{
	post(test_body(1500));

	struct packet p = reply(MSG_CHANGED);

	p.block1 = block_of(0, false, 6);
	receive(p);
	ck_assert_uint_eq(wire.last.block1.num, 1);
	p = reply(MSG_CHANGED);
	p.block1 = block_of(1, false, 6);
	receive(p);
	outgoing_deliver(o);
	ck_assert_uint_eq(result.code, MSG_CHANGED);
}
END_TEST

START_TEST(outgoing_takes_an_early_error_as_the_response)
{
	post(test_body(2500));
	receive(reply(MSG_BAD_REQUEST));
	outgoing_deliver(o);
	ck_assert_uint_eq(result.code, MSG_BAD_REQUEST);
	ck_assert_uint_eq(wire.count, 1);
}
END_TEST

START_TEST(outgoing_rejects_a_continue_that_does_not_fit)
{
	post(test_body(10));
	receive(reply(MSG_CONTINUE));
	outgoing_deliver(o);
	ck_assert_int_eq(result.error, -EBADMSG);

	post(test_body(2500));

	struct packet p = reply(MSG_CONTINUE);

	p.block1 = block_of(1, true, 6);
	receive(p);
	outgoing_deliver(o);
	ck_assert_int_eq(result.error, -EBADMSG);
}
END_TEST

static struct packet content_block(uint32_t num, size_t total, const char *etag)
{
	struct packet p = reply(MSG_CONTENT);

	p.block2 = block_at(total, (size_t)num * 1024, 6);
	p.content.payload = span_slice(test_body(total), (size_t)num * 1024, 1024);
	p.etag = span_of_text(etag);
	return p;
}

START_TEST(outgoing_collects_a_response_of_blocks)
{
	post(test_body(10));
	receive(content_block(0, 3000, "e"));
	ck_assert(wire.last.block2.is_set && wire.last.block2.num == 1 && !wire.last.block2.more);
	ck_assert_uint_eq(wire.last.content.payload.len, 0);
	ck_assert_uint_eq(wire.last.content.n_queries, 1);
	receive(content_block(1, 3000, "e"));
	receive(content_block(2, 3000, "e"));
	outgoing_deliver(o);
	ck_assert_int_eq(result.error, 0);
	ck_assert_uint_eq(result.len, 3000);
	ck_assert(result.is_right);
}
END_TEST

START_TEST(outgoing_rejects_blocks_of_another_etag_or_place)
{
	post(test_body(10));
	receive(content_block(0, 3000, "e"));
	receive(content_block(1, 3000, "f"));
	outgoing_deliver(o);
	ck_assert_int_eq(result.error, -EBADMSG);

	post(test_body(10));
	receive(content_block(0, 3000, "e"));
	receive(content_block(2, 3000, "e"));
	outgoing_deliver(o);
	ck_assert_int_eq(result.error, -EBADMSG);

	post(test_body(10));
	receive(content_block(1, 3000, "e"));
	outgoing_deliver(o);
	ck_assert_int_eq(result.error, -EBADMSG);
	ck_assert_uint_eq(result.count, 3);
}
END_TEST

START_TEST(outgoing_rejects_a_response_beyond_the_limit)
{
	post(test_body(10));
	for (uint32_t num = 0; num < 8; num++)
		receive(content_block(num, LIMIT + 1, "e"));
	ck_assert(outgoing_is_busy(o));
	receive(content_block(8, LIMIT + 1, "e"));
	outgoing_deliver(o);
	ck_assert_int_eq(result.error, -EMSGSIZE);
}
END_TEST

START_TEST(outgoing_takes_an_error_in_the_middle_as_the_response)
{
	post(test_body(10));
	receive(content_block(0, 3000, "e"));
	receive(reply(MSG_INCOMPLETE));
	outgoing_deliver(o);
	ck_assert_int_eq(result.error, 0);
	ck_assert_uint_eq(result.code, MSG_INCOMPLETE);
	ck_assert_uint_eq(result.len, 0);
}
END_TEST

START_TEST(outgoing_starts_over_at_another_peer)
{
	post(test_body(2500));

	struct packet p = reply(MSG_CONTINUE);

	p.block1 = wire.last.block1;
	receive(p);
	ck_assert_uint_eq(wire.last.block1.num, 1);
	outgoing_restart(o);
	ck_assert(!outgoing_receive(o, &p));
	outgoing_flush(o);
	ck_assert_uint_eq(wire.last.block1.num, 0);

	wire.error = -EAGAIN;
	outgoing_restart(o);
	outgoing_flush(o);
	ck_assert(outgoing_is_busy(o) && !outgoing_has_results(o));
	wire.error = 0;
	outgoing_forget(o);
	ck_assert(!outgoing_is_busy(o));
}
END_TEST

START_TEST(outgoing_makes_blocks_smaller_until_they_fit_the_message)
{
	wire.limit = 300;
	post(test_body(1000));
	ck_assert(wire.last.block1.is_set && wire.last.block1.szx == 4 && wire.last.block1.more);
	ck_assert_uint_eq(wire.last.content.payload.len, 256);

	wire.limit = 10;
	post(test_body(1000));
	outgoing_deliver(o);
	ck_assert_int_eq(result.error, -EMSGSIZE);
}
END_TEST

static void free_all(void *data, int error, const struct response *response)
{
	(void)data, (void)error, (void)response;
	result.count++;
	o = outgoing_free(o);
}

START_TEST(outgoing_may_be_freed_by_a_completion)
{
	struct request request = request_of(MSG_GET);

	ck_assert_int_eq(outgoing_add(o, &request, free_all, NULL), 0);
	ck_assert_int_eq(outgoing_add(o, &request, on_done, NULL), 0);
	outgoing_fail_all(o, -EIO);
	outgoing_deliver(o);
	ck_assert_ptr_null(o);
	ck_assert_uint_eq(result.count, 1);
}
END_TEST

START_TEST(outgoing_survives_each_failed_allocation)
{
	struct request request = request_of(MSG_POST);
	bool failed = true;

	request.payload = test_body(10);
	for (unsigned n = 1; failed; n++) {
		alloc_fail_at(n);

		int r = outgoing_add(o, &request, on_done, NULL);

		if (r == 0) {
			struct packet p;

			outgoing_flush(o);
			p = content_block(0, 500, "e");
			request_add_segment(&p.content, span_of_text("rd"));
			outgoing_receive(o, &p);
		}
		failed = alloc_failed();
		alloc_fail_off();
		outgoing_deliver(o);
		ck_assert_int_eq(r ? r : result.error, failed ? -ENOMEM : 0);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("outgoing");
	TCase *t = tcase_create("outgoing");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, outgoing_completes_with_the_response_once);
	tcase_add_test(t, outgoing_sends_in_one_message_what_the_peer_has_room_for);
	tcase_add_test(t, outgoing_takes_to_blocks_when_a_peer_with_room_asks_for_them);
	tcase_add_test(t, outgoing_does_not_know_a_strange_token);
	tcase_add_test(t, outgoing_gives_up_at_its_deadline);
	tcase_add_test(t, outgoing_fails_what_could_not_be_sent_or_was_rejected);
	tcase_add_test(t, outgoing_sends_a_large_body_in_blocks);
	tcase_add_test(t, outgoing_gives_each_block_a_token_and_a_deadline_of_its_own);
	tcase_add_test(t, outgoing_follows_the_peer_to_smaller_blocks);
	tcase_add_test(t, outgoing_starts_over_with_the_size_that_4_13_names);
	tcase_add_test(t, outgoing_goes_on_when_the_peer_acts_on_each_block);
	tcase_add_test(t, outgoing_takes_an_early_error_as_the_response);
	tcase_add_test(t, outgoing_rejects_a_continue_that_does_not_fit);
	tcase_add_test(t, outgoing_collects_a_response_of_blocks);
	tcase_add_test(t, outgoing_rejects_blocks_of_another_etag_or_place);
	tcase_add_test(t, outgoing_rejects_a_response_beyond_the_limit);
	tcase_add_test(t, outgoing_takes_an_error_in_the_middle_as_the_response);
	tcase_add_test(t, outgoing_starts_over_at_another_peer);
	tcase_add_test(t, outgoing_makes_blocks_smaller_until_they_fit_the_message);
	tcase_add_test(t, outgoing_may_be_freed_by_a_completion);
	tcase_add_test(t, outgoing_survives_each_failed_allocation);
	suite_add_tcase(s, t);
	return s;
}
