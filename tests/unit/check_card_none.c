/*
 * The card source of a system without card service.
 */
#include "daemon/card_source.h"

#include <errno.h>
#include <string.h>

#include "runner.h"
#include "world.h"

static struct card_source source;
static unsigned answers;
static struct card_answer answer;

static void on_answer(void *to, const struct card_answer *a)
{
	ck_assert_ptr_eq(to, &answers);
	answers++;
	answer = *a;
}

static void setup(void)
{
	world_begin(1);
	answers = 0;
}

static void teardown(void)
{
	world_end();
}

static void make(bool is_off)
{
	ck_assert_int_eq(card_none_new(&world_loop, is_off, &source), 0);
}

START_TEST(it_answers_once_from_the_loop_that_there_is_no_card_service)
{
	make(false);
	ck_assert_int_eq(source.read(source.data, NULL, on_answer, &answers), 0);
	ck_assert_uint_eq(answers, 0);
	world_run(1);
	ck_assert_uint_eq(answers, 1);
	ck_assert(!answer.is_configured);
	ck_assert_int_eq(answer.reason, REASON_CARD_NO_SERVICE);
	ck_assert_str_eq(answer.detail, "no card service");
	source.free(source.data);
}
END_TEST

START_TEST(switched_off_it_says_so)
{
	make(true);
	source.read(source.data, NULL, on_answer, &answers);
	world_run(1);
	ck_assert_int_eq(answer.reason, REASON_CARD_OFF);
	source.free(source.data);
}
END_TEST

START_TEST(it_can_be_asked_again_in_each_round)
{
	make(false);
	for (unsigned i = 1; i <= 3; i++) {
		source.read(source.data, NULL, on_answer, &answers);
		world_run(1);
		ck_assert_uint_eq(answers, i);
	}
	source.free(source.data);
}
END_TEST

START_TEST(a_cancelled_reading_is_not_answered)
{
	make(false);
	source.read(source.data, NULL, on_answer, &answers);
	source.cancel(source.data);
	world_run(10);
	ck_assert_uint_eq(answers, 0);
	source.free(source.data);
}
END_TEST

START_TEST(freed_during_a_reading_it_does_not_answer)
{
	make(false);
	source.read(source.data, NULL, on_answer, &answers);
	source.free(source.data);
	world_run(10);
	ck_assert_uint_eq(answers, 0);
}
END_TEST

START_TEST(another_answer_cannot_be_expected)
{
	make(false);
	ck_assert(!source.can_change(source.data));
	source.free(source.data);
}
END_TEST

START_TEST(without_memory_there_is_no_source)
{
	world_fail_source(1);
	ck_assert_int_eq(card_none_new(&world_loop, false, &source), -ENOMEM);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("card_none");
	TCase *c = tcase_create("all");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, it_answers_once_from_the_loop_that_there_is_no_card_service);
	tcase_add_test(c, switched_off_it_says_so);
	tcase_add_test(c, it_can_be_asked_again_in_each_round);
	tcase_add_test(c, a_cancelled_reading_is_not_answered);
	tcase_add_test(c, freed_during_a_reading_it_does_not_answer);
	tcase_add_test(c, another_answer_cannot_be_expected);
	tcase_add_test(c, without_memory_there_is_no_source);
	suite_add_tcase(s, c);
	return s;
}
