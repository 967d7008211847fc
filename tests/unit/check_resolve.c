#include "transport/resolve.h"

#include <errno.h>

#include "base/clock.h"
#include "runner.h"
#include "testloop.h"

static struct resolver *r;

struct asker {
	unsigned answers;
	struct resolve_result result;
};

static void on_answer(void *data, const struct resolve_result *result)
{
	struct asker *a = data;

	a->answers++;
	a->result = *result;
}

static struct lookup *ask(const char *name, int family, struct asker *a)
{
	struct lookup *l = NULL;

	ck_assert_int_eq(resolver_start(r, span_of_text(name), 5683, family, on_answer, a, &l), 0);
	return l;
}

static void setup(void)
{
	ck_assert_int_eq(resolver_new(&test_loop, &r), 0);
}

static void teardown(void)
{
	r = resolver_free(r);
	test_loop_for(0);
}

START_TEST(literal_is_answered_from_the_loop_not_from_the_call)
{
	struct asker a = {0};

	ask("192.0.2.1", AF_UNSPEC, &a);
	ck_assert_uint_eq(a.answers, 0);
	ck_assert(test_loop_until(&a.answers, 1, 1000));
	ck_assert_int_eq(a.result.reason, REASON_NONE);
	ck_assert_uint_eq(a.result.n_addresses, 1);
	ck_assert_uint_eq(address_port(&a.result.address[0]), 5683);
}
END_TEST

START_TEST(family_that_is_not_wanted_is_left_out)
{
	struct asker a = {0};

	ask("192.0.2.1", AF_INET6, &a);
	ck_assert(test_loop_until(&a.answers, 1, 1000));
	ck_assert_int_eq(a.result.reason, REASON_DNS_NO_FAMILY);
	ask("localhost", AF_INET, &a);
	ck_assert(test_loop_until(&a.answers, 2, 5000));
	ck_assert_int_eq(a.result.reason, REASON_NONE);
	for (size_t i = 0; i < a.result.n_addresses; i++)
		ck_assert_int_eq(a.result.address[i].any.sa_family, AF_INET);
}
END_TEST

START_TEST(all_who_wait_for_one_name_are_answered)
{
	struct asker a[20] = {0};

	for (size_t i = 0; i < 20; i++)
		ask("localhost", AF_UNSPEC, &a[i]);
	for (size_t i = 0; i < 20; i++)
		ck_assert(test_loop_until(&a[i].answers, 1, 5000));
}
END_TEST

START_TEST(more_names_than_threads_are_answered_in_turn)
{
	static const char *const names[] = {"localhost", "LOCALHOST", "Localhost", "lOcalhost",
		"loCalhost", "locAlhost", "locaLhost", "localHost", "localhOst", "localhoSt",
		"localhosT", "LOcalhost"};
	struct asker a[12] = {0};

	for (size_t i = 0; i < 12; i++)
		ask(names[i], AF_UNSPEC, &a[i]);
	for (size_t i = 0; i < 12; i++)
		ck_assert(test_loop_until(&a[i].answers, 1, 5000));
}
END_TEST

START_TEST(cancelled_look_up_is_never_answered)
{
	struct asker a = {0}, b = {0};

	lookup_cancel(ask("localhost", AF_UNSPEC, &a));
	lookup_cancel(ask("192.0.2.1", AF_UNSPEC, &a));
	ask("localhost", AF_UNSPEC, &b);
	ck_assert(test_loop_until(&b.answers, 1, 5000));
	test_loop_for(20);
	ck_assert_uint_eq(a.answers, 0);
}
END_TEST

START_TEST(resolver_ends_while_names_are_on_their_way)
{
	struct asker a = {0};

	ask("localhost", AF_UNSPEC, &a);
	ask("no-such-name.invalid", AF_UNSPEC, &a);
	r = resolver_free(r);
	test_loop_for(50);
	ck_assert_uint_eq(a.answers, 0);
}
END_TEST

START_TEST(names_that_cannot_be_are_refused)
{
	struct lookup *l;
	struct asker a;

	ck_assert_int_eq(
		resolver_start(r, span_of_text(""), 1, AF_UNSPEC, on_answer, &a, &l), -EINVAL);
	ck_assert_int_eq(
		resolver_start(r, span_of("a\0b", 3), 1, AF_UNSPEC, on_answer, &a, &l), -EINVAL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("resolve");
	TCase *t = tcase_create("resolve");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, literal_is_answered_from_the_loop_not_from_the_call);
	tcase_add_test(t, family_that_is_not_wanted_is_left_out);
	tcase_add_test(t, all_who_wait_for_one_name_are_answered);
	tcase_add_test(t, more_names_than_threads_are_answered_in_turn);
	tcase_add_test(t, cancelled_look_up_is_never_answered);
	tcase_add_test(t, resolver_ends_while_names_are_on_their_way);
	tcase_add_test(t, names_that_cannot_be_are_refused);
	suite_add_tcase(s, t);
	return s;
}
