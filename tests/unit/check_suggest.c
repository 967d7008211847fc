#include "base/suggest.h"

#include "runner.h"

START_TEST(suggest_counts_insertions_deletions_changes_and_swaps)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} rows[] = {{"", "", 0}, {"uri", "uri", 0}, {"", "abc", 3}, {"abc", "", 3},
		{"uri", "url", 1}, {"uri", "uir", 1}, {"lifetime", "lifetim", 1},
		{"lifetime", "lief-time", 2}, {"client_holdoff_time", "client_hold_off_time", 1},
		{"abcd", "badc", 2}, {"ca", "abc", 3}, {"kitten", "sitting", 3}};

	ck_assert_uint_eq(suggest_distance(rows[_i].a, rows[_i].b), rows[_i].distance);
	ck_assert_uint_eq(suggest_distance(rows[_i].b, rows[_i].a), rows[_i].distance);
}
END_TEST

START_TEST(suggest_takes_words_of_up_to_its_maximum)
{
	char word[SUGGEST_WORD_MAX + 2];

	memset(word, 'a', sizeof word);
	word[SUGGEST_WORD_MAX + 1] = '\0';
	ck_assert_uint_gt(suggest_distance(word, word), 99);
	word[SUGGEST_WORD_MAX] = '\0';
	ck_assert_uint_eq(suggest_distance(word, word), 0);
}
END_TEST

START_TEST(suggest_keeps_the_nearest_within_two_letters)
{
	struct suggest s = {.word = "lifetmie"};

	suggest_offer(&s, "binding");
	ck_assert_ptr_null(s.best);
	suggest_offer(&s, "lifetimes");
	ck_assert_str_eq(s.best, "lifetimes");
	suggest_offer(&s, "lifetime");
	suggest_offer(&s, "lifetmXXX");
	ck_assert_str_eq(s.best, "lifetime");
}
END_TEST

START_TEST(suggest_allows_short_words_one_letter_only)
{
	struct suggest s = {.word = "sni"};

	suggest_offer(&s, "pin");
	ck_assert_ptr_null(s.best);
	suggest_offer(&s, "sin");
	ck_assert_str_eq(s.best, "sin");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("suggest");
	TCase *t = tcase_create("suggest");

	tcase_add_loop_test(t, suggest_counts_insertions_deletions_changes_and_swaps, 0, 12);
	tcase_add_test(t, suggest_takes_words_of_up_to_its_maximum);
	tcase_add_test(t, suggest_keeps_the_nearest_within_two_letters);
	tcase_add_test(t, suggest_allows_short_words_one_letter_only);
	suite_add_tcase(s, t);
	return s;
}
