#include "exchange/reassembly.h"

#include "exchange.h"
#include "runner.h"

static struct reassembly r;
static struct body whole;

static uint8_t add(struct packet p, uint32_t num, bool more, uint8_t szx, struct span payload)
{
	p.block1 = block_of(num, more, szx);
	p.content.payload = payload;
	return reassembly_add(&r, &p, 4096, test_now, &whole);
}

static void teardown(void)
{
	reassembly_done(&r);
	body_done(&whole);
}

START_TEST(reassembly_puts_blocks_together_without_size1)
{
	struct packet p = test_request(MSG_PUT, 1, "0");
	struct span body = test_body(300);

	ck_assert_uint_eq(add(p, 0, true, 3, span_slice(body, 0, 128)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 1, true, 3, span_slice(body, 128, 128)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 2, false, 3, span_slice(body, 256, 128)), 0);
	ck_assert(span_is_equal(body_span(&whole), body));
	ck_assert_uint_eq(reassembly_due(&r), USEC_NEVER);
}
END_TEST

START_TEST(reassembly_takes_an_empty_last_block)
{
	struct packet p = test_request(MSG_PUT, 1, "0");

	ck_assert_uint_eq(add(p, 0, true, 2, test_body(64)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 1, false, 2, span_of(NULL, 0)), 0);
	ck_assert_uint_eq(whole.len, 64);
}
END_TEST

START_TEST(reassembly_takes_a_body_of_one_block)
{
	ck_assert_uint_eq(add(test_request(MSG_PUT, 1, "0"), 0, false, 6, test_body(5)), 0);
	ck_assert_uint_eq(whole.len, 5);
}
END_TEST

START_TEST(reassembly_rejects_blocks_of_the_wrong_length)
{
	struct packet p = test_request(MSG_PUT, 1, "0");

	ck_assert_uint_eq(add(p, 0, true, 2, span_of(NULL, 0)), MSG_BAD_REQUEST);
	ck_assert_uint_eq(add(p, 0, true, 2, test_body(63)), MSG_BAD_REQUEST);
	ck_assert_uint_eq(add(p, 0, false, 2, test_body(65)), MSG_BAD_REQUEST);
	ck_assert_uint_eq(add(p, 1, false, 2, test_body(1)), MSG_INCOMPLETE);
}
END_TEST

START_TEST(reassembly_answers_gaps_and_disorder_with_4_08)
{
	struct packet p = test_request(MSG_PUT, 1, "0");

	ck_assert_uint_eq(add(p, 1, true, 2, test_body(64)), MSG_INCOMPLETE);
	ck_assert_uint_eq(add(p, 0, true, 2, test_body(64)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 2, true, 2, test_body(64)), MSG_INCOMPLETE);
	/* what was there is gone: the peer starts over */
	ck_assert_uint_eq(add(p, 1, true, 2, test_body(64)), MSG_INCOMPLETE);
}
END_TEST

START_TEST(reassembly_starts_over_with_block_0)
{
	struct packet p = test_request(MSG_PUT, 1, "0");

	ck_assert_uint_eq(add(p, 0, true, 2, test_body(64)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 1, true, 2, test_body(64)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 0, true, 2, test_body(64)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 1, false, 2, test_body(1)), 0);
	ck_assert_uint_eq(whole.len, 65);
}
END_TEST

START_TEST(reassembly_follows_a_size_that_shrinks)
{
	struct packet p = test_request(MSG_PUT, 1, "0");
	struct span body = test_body(200);

	ck_assert_uint_eq(add(p, 0, true, 3, span_slice(body, 0, 128)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 4, true, 1, span_slice(body, 128, 32)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 5, true, 1, span_slice(body, 160, 32)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 6, false, 1, span_slice(body, 192, 32)), 0);
	ck_assert(span_is_equal(body_span(&whole), body));
}
END_TEST

START_TEST(reassembly_answers_a_body_beyond_the_limit_with_4_13)
{
	struct packet p = test_request(MSG_PUT, 1, "0");

	p.size1 = 4097;
	ck_assert_uint_eq(add(p, 0, true, 6, test_body(1024)), MSG_TOO_LARGE);
	p.size1 = SIZE_ABSENT;
	for (uint32_t num = 0; num < 4; num++)
		ck_assert_uint_eq(add(p, num, true, 6, test_body(1024)), MSG_CONTINUE);
	ck_assert_uint_eq(add(p, 4, false, 6, test_body(1)), MSG_TOO_LARGE);
	ck_assert_uint_eq(reassembly_due(&r), USEC_NEVER);
}
END_TEST

START_TEST(reassembly_keeps_transfers_apart_by_path_format_and_request_tag)
{
	struct packet a = test_request(MSG_PUT, 1, "0"), b = test_request(MSG_PUT, 1, "1");
	struct packet c = a, d = a;

	c.content.content_format = FORMAT_TLV;
	d.request_tag = span_of_text("x");
	ck_assert_uint_eq(add(a, 0, true, 0, test_body(16)), MSG_CONTINUE);
	ck_assert_uint_eq(add(b, 0, true, 0, test_body(16)), MSG_CONTINUE);
	ck_assert_uint_eq(add(c, 0, true, 0, test_body(16)), MSG_CONTINUE);
	ck_assert_uint_eq(add(d, 1, true, 0, test_body(16)), MSG_INCOMPLETE);
	ck_assert_uint_eq(add(d, 0, true, 0, test_body(16)), MSG_CONTINUE);
	ck_assert_uint_eq(add(b, 1, false, 0, test_body(1)), 0);
	body_done(&whole);
	ck_assert_uint_eq(add(d, 1, false, 0, test_body(2)), 0);
	ck_assert_uint_eq(whole.len, 18);
}
END_TEST

START_TEST(reassembly_gives_the_silent_one_up_for_a_fifth_transfer)
{
	static const char *const name[] = {"0", "1", "2", "3", "4"};

	for (int i = 0; i < 5; i++) {
		ck_assert_uint_eq(add(test_request(MSG_PUT, 1, name[i]), 0, true, 0, test_body(16)),
			MSG_CONTINUE);
		test_now++;
	}
	ck_assert_uint_eq(
		add(test_request(MSG_PUT, 1, "0"), 1, false, 0, test_body(1)), MSG_INCOMPLETE);
	ck_assert_uint_eq(add(test_request(MSG_PUT, 1, "1"), 1, false, 0, test_body(1)), 0);
}
END_TEST

START_TEST(reassembly_forgets_a_transfer_that_fell_silent)
{
	struct packet p = test_request(MSG_PUT, 1, "0");

	ck_assert_uint_eq(add(p, 0, true, 0, test_body(16)), MSG_CONTINUE);
	ck_assert_uint_eq(reassembly_due(&r), test_now + 247 * USEC_PER_SEC);
	test_now += 247 * USEC_PER_SEC;
	ck_assert_uint_eq(add(p, 1, false, 0, test_body(1)), MSG_INCOMPLETE);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("reassembly");
	TCase *t = tcase_create("reassembly");

	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, reassembly_puts_blocks_together_without_size1);
	tcase_add_test(t, reassembly_takes_an_empty_last_block);
	tcase_add_test(t, reassembly_takes_a_body_of_one_block);
	tcase_add_test(t, reassembly_rejects_blocks_of_the_wrong_length);
	tcase_add_test(t, reassembly_answers_gaps_and_disorder_with_4_08);
	tcase_add_test(t, reassembly_starts_over_with_block_0);
	tcase_add_test(t, reassembly_follows_a_size_that_shrinks);
	tcase_add_test(t, reassembly_answers_a_body_beyond_the_limit_with_4_13);
	tcase_add_test(t, reassembly_keeps_transfers_apart_by_path_format_and_request_tag);
	tcase_add_test(t, reassembly_gives_the_silent_one_up_for_a_fifth_transfer);
	tcase_add_test(t, reassembly_forgets_a_transfer_that_fell_silent);
	suite_add_tcase(s, t);
	return s;
}
