#include "exchange/slices.h"

#include <errno.h>

#include "exchange.h"
#include "runner.h"

static struct slices s;
static struct answer a;

static int answer(struct packet p, size_t len)
{
	struct body body = {0};

	ck_assert_int_eq(body_append(&body, test_body(len), SIZE_MAX), 0);
	answer_reset(&a, MSG_CONTENT);
	a.content_format = FORMAT_LINK;

	int r = slices_answer(&s, &p, 6, test_now, &body, &a);

	body_done(&body);
	return r;
}

static int next(struct packet p, uint32_t num, uint8_t szx)
{
	p.block2 = block_of(num, false, szx);
	answer_reset(&a, 0);
	return slices_next(&s, &p, 6, test_now, &a);
}

static void teardown(void)
{
	slices_done(&s);
	answer_reset(&a, 0);
}

START_TEST(slices_leave_a_short_response_alone)
{
	ck_assert_int_eq(answer(test_request(MSG_GET, 1, "3"), 1024), 0);
	ck_assert(!a.block2.is_set && a.etag_len == 0);
	ck_assert_uint_eq(a.payload.len, 1024);
}
END_TEST

START_TEST(slices_cut_a_large_response_and_serve_the_rest)
{
	struct packet p = test_request(MSG_GET, 1, "3");
	uint8_t etag[ETAG_MAX];

	ck_assert_int_eq(answer(p, 2500), 0);
	ck_assert(a.block2.is_set && a.block2.more && a.block2.num == 0 && a.block2.szx == 6);
	ck_assert_int_eq(a.size2, 2500);
	ck_assert_uint_eq(a.etag_len, ETAG_MAX);
	memcpy(etag, a.etag, sizeof etag);
	ck_assert(span_is_equal(body_span(&a.payload), span_slice(test_body(2500), 0, 1024)));

	ck_assert_int_eq(next(p, 1, 6), 0);
	ck_assert(a.block2.more && a.code == MSG_CONTENT && a.content_format == FORMAT_LINK);
	ck_assert_mem_eq(a.etag, etag, sizeof etag);
	ck_assert_int_eq(next(p, 2, 6), 0);
	ck_assert(!a.block2.more);
	ck_assert(span_is_equal(body_span(&a.payload), span_slice(test_body(2500), 2048, 1024)));
	/* the last block was taken: nothing is kept */
	ck_assert_uint_eq(slices_due(&s), USEC_NEVER);
	ck_assert_int_eq(next(p, 2, 6), -ENOENT);
}
END_TEST

START_TEST(slices_respect_a_smaller_size)
{
	struct packet p = test_request(MSG_GET, 1, "3");

	p.block2 = block_of(0, false, 2);
	ck_assert_int_eq(answer(p, 100), 0);
	ck_assert(a.block2.more && a.block2.szx == 2 && a.payload.len == 64);
	ck_assert_int_eq(next(p, 4, 0), 0);
	ck_assert(a.block2.more && a.block2.num == 4 && a.payload.len == 16);
	ck_assert_int_eq(next(p, 3, 1), 0);
	ck_assert(!a.block2.more && a.payload.len == 4);
}
END_TEST

START_TEST(slices_answer_a_size_larger_than_ours_in_ours)
{
	struct packet p = test_request(MSG_GET, 1, "3");
	struct body body = {0};

	ck_assert_int_eq(body_append(&body, test_body(3000), SIZE_MAX), 0);
	answer_reset(&a, MSG_CONTENT);
	p.block2 = block_of(1, false, 6);
	ck_assert_int_eq(slices_answer(&s, &p, 4, test_now, &body, &a), 0);
	ck_assert(a.block2.szx == 4 && a.block2.num == 4 && a.block2.more);
	ck_assert(span_is_equal(body_span(&a.payload), span_slice(test_body(3000), 1024, 256)));
	body_done(&body);
}
END_TEST

START_TEST(slices_reject_a_block_behind_the_end)
{
	struct packet p = test_request(MSG_GET, 1, "3");

	ck_assert_int_eq(answer(p, 2048), 0);
	ck_assert_int_eq(next(p, 2, 6), -ERANGE);
}
END_TEST

START_TEST(slices_keep_two_bodies_for_a_while)
{
	struct packet p = test_request(MSG_GET, 1, "3"), q = test_request(MSG_GET, 1, "4");
	struct packet r = test_request(MSG_GET, 1, "5");

	ck_assert_int_eq(answer(p, 4000), 0);
	test_now++;
	ck_assert_int_eq(answer(q, 4000), 0);
	ck_assert_int_eq(next(p, 1, 6), 0);
	test_now++;
	ck_assert_int_eq(next(q, 1, 6), 0);
	ck_assert_int_eq(answer(r, 4000), 0);
	ck_assert_int_eq(next(p, 2, 6), -ENOENT);
	ck_assert_int_eq(next(q, 2, 6), 0);
	test_now += SLICES_KEPT_SEC * USEC_PER_SEC;
	ck_assert_int_eq(next(q, 3, 6), -ENOENT);
}
END_TEST

START_TEST(slices_of_the_same_content_have_the_same_etag)
{
	struct packet p = test_request(MSG_GET, 1, "3");
	uint8_t etag[ETAG_MAX];

	ck_assert_int_eq(answer(p, 2000), 0);
	memcpy(etag, a.etag, sizeof etag);
	ck_assert_int_eq(answer(p, 2000), 0);
	ck_assert_mem_eq(a.etag, etag, sizeof etag);
	ck_assert_int_eq(answer(p, 2001), 0);
	ck_assert_mem_ne(a.etag, etag, sizeof etag);
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("slices");
	TCase *t = tcase_create("slices");

	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, slices_leave_a_short_response_alone);
	tcase_add_test(t, slices_cut_a_large_response_and_serve_the_rest);
	tcase_add_test(t, slices_respect_a_smaller_size);
	tcase_add_test(t, slices_answer_a_size_larger_than_ours_in_ours);
	tcase_add_test(t, slices_reject_a_block_behind_the_end);
	tcase_add_test(t, slices_keep_two_bodies_for_a_while);
	tcase_add_test(t, slices_of_the_same_content_have_the_same_etag);
	suite_add_tcase(su, t);
	return su;
}
