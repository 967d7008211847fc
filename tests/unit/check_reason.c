#include "base/reason.h"

#include <string.h>

#include "runner.h"

static bool is_id(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz");

	return n > 0 && id[n] == '.' &&
	       id[n + 1 + strspn(id + n + 1, "abcdefghijklmnopqrstuvwxyz-")] == '\0' &&
	       id[n + 1] != '\0';
}

START_TEST(reason_none_has_empty_texts)
{
	ck_assert_str_eq(reason_id(REASON_NONE), "");
	ck_assert_str_eq(reason_text(REASON_NONE), "");
	ck_assert_str_eq(reason_hint(REASON_NONE), "");
}
END_TEST

START_TEST(reason_beyond_the_table_reads_as_none)
{
	ck_assert_str_eq(reason_id(REASON_COUNT), "");
	ck_assert_str_eq(reason_hint((enum reason)4711), "");
}
END_TEST

START_TEST(every_reason_has_an_id_of_group_and_word)
{
	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++)
		ck_assert_msg(is_id(reason_id(i)), "%s", reason_id(i));
}
END_TEST

START_TEST(every_reason_id_is_there_once)
{
	for (unsigned i = 0; i < REASON_COUNT; i++)
		for (unsigned k = 0; k < i; k++)
			ck_assert_str_ne(reason_id(i), reason_id(k));
}
END_TEST

START_TEST(every_reason_has_text_and_hint_of_one_line)
{
	for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++) {
		ck_assert_msg(*reason_text(i) && !strchr(reason_text(i), '\n'), "%s", reason_id(i));
		ck_assert_msg(*reason_hint(i) && !strchr(reason_hint(i), '\n'), "%s", reason_id(i));
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("reason");
	TCase *t = tcase_create("reason");

	tcase_add_test(t, reason_none_has_empty_texts);
	tcase_add_test(t, reason_beyond_the_table_reads_as_none);
	tcase_add_test(t, every_reason_has_an_id_of_group_and_word);
	tcase_add_test(t, every_reason_id_is_there_once);
	tcase_add_test(t, every_reason_has_text_and_hint_of_one_line);
	suite_add_tcase(s, t);
	return s;
}
