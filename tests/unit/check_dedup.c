#include "exchange/dedup.h"

#include "exchange.h"
#include "runner.h"

START_TEST(dedup_finds_the_same_request_only)
{
	struct dedup d = {0};
	struct packet p = test_request(MSG_POST, 7, "a"), other = p;

	ck_assert_ptr_null(dedup_find(&d, &p, test_now));

	struct answer *a = dedup_reserve(&d, &p, test_now);

	answer_reset(a, MSG_CHANGED);
	ck_assert_ptr_eq(dedup_find(&d, &p, test_now), a);
	other.mid = 8;
	ck_assert_ptr_null(dedup_find(&d, &other, test_now));
	other = p;
	other.token = token_of(span_of_text("kot"));
	ck_assert_ptr_null(dedup_find(&d, &other, test_now));
	other = p;
	other.code = MSG_PUT;
	ck_assert_ptr_null(dedup_find(&d, &other, test_now));
	dedup_done(&d);
}
END_TEST

static void remember(struct dedup *d, const struct packet *p, uint64_t now)
{
	struct answer *a = dedup_reserve(d, p, now);

	ck_assert_ptr_nonnull(a);
	answer_reset(a, MSG_CHANGED);
}

/* It was not executed, so its repetition is the first one that counts. */
START_TEST(dedup_does_not_find_what_was_ignored)
{
	struct dedup d = {0};
	struct packet p = test_request(MSG_POST, 7, "3");

	ck_assert_ptr_nonnull(dedup_reserve(&d, &p, test_now));
	ck_assert_ptr_null(dedup_find(&d, &p, test_now));
	dedup_done(&d);
}
END_TEST

START_TEST(dedup_forgets_after_exchange_lifetime)
{
	struct dedup d = {0};
	struct packet p = test_request(MSG_POST, 7, "a");
	uint64_t end = test_now + 247 * USEC_PER_SEC;

	remember(&d, &p, test_now);
	dedup_expire(&d, end - 1);
	ck_assert_ptr_nonnull(dedup_find(&d, &p, end - 1));
	dedup_expire(&d, end);
	ck_assert_ptr_null(dedup_find(&d, &p, end - 1));
}
END_TEST

START_TEST(dedup_lets_the_one_used_longest_ago_make_room)
{
	struct dedup d = {0};
	struct packet p = test_request(MSG_POST, 0, "a");

	for (uint16_t mid = 0; mid < DEDUP_MAX; mid++) {
		p.mid = mid;
		remember(&d, &p, test_now + mid);
	}
	p.mid = 0;
	ck_assert_ptr_nonnull(dedup_find(&d, &p, test_now + 100));
	p.mid = 1000;
	remember(&d, &p, test_now + 101);
	p.mid = 0;
	ck_assert_ptr_nonnull(dedup_find(&d, &p, test_now + 102));
	p.mid = 1;
	ck_assert_ptr_null(dedup_find(&d, &p, test_now + 102));
	dedup_done(&d);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("dedup");
	TCase *t = tcase_create("dedup");

	tcase_add_test(t, dedup_finds_the_same_request_only);
	tcase_add_test(t, dedup_does_not_find_what_was_ignored);
	tcase_add_test(t, dedup_forgets_after_exchange_lifetime);
	tcase_add_test(t, dedup_lets_the_one_used_longest_ago_make_room);
	suite_add_tcase(s, t);
	return s;
}
