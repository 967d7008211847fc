#include "daemon/card_watch.h"

#include "helper_script.h"
#include "runner.h"
#include "testloop.h"

static struct card_watch *watch;
static unsigned n_changed;

static void on_changed(void *data)
{
	(void)data;
	n_changed++;
}

static void start(void)
{
	ck_assert_int_eq(card_watch_new(&test_loop, &test_loop_clock, on_changed, NULL, &watch), 0);
}

static void done(void)
{
	watch = card_watch_free(watch);
	helper_script_remove();
}

START_TEST(watch_passes_changes_on)
{
	helper_script("[ $1 = watch ] && printf '!'; exec sleep 600", span_of(NULL, 0));
	start();
	ck_assert(test_loop_until(&n_changed, 1, 5000));
}
END_TEST

START_TEST(watch_is_started_again_when_it_ends)
{
	helper_script("printf '!'", span_of(NULL, 0));
	start();
	for (unsigned n = 1; n <= 3; n++) {
		ck_assert(test_loop_until(&n_changed, n, 5000));
		test_loop_for(100);
		ck_assert_uint_eq(n_changed, n);
		test_loop_jump((CARD_WATCH_RETRY_SEC + 2) * USEC_PER_SEC);
	}
}
END_TEST

START_TEST(watch_that_cannot_be_started_is_tried_again_ever_more_rarely)
{
	helper_script_none();
	start();
	test_loop_jump((CARD_WATCH_RETRY_SEC + 2) * USEC_PER_SEC);
	test_loop_for(50);
	helper_script("printf '!'; exec sleep 600", span_of(NULL, 0));
	test_loop_jump((CARD_WATCH_RETRY_SEC + 2) * USEC_PER_SEC);
	test_loop_for(100);
	ck_assert_uint_eq(n_changed, 0);
	test_loop_jump(CARD_WATCH_RETRY_SEC * USEC_PER_SEC);
	ck_assert(test_loop_until(&n_changed, 1, 5000));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("card_watch");
	TCase *t = tcase_create("card_watch");

	tcase_add_checked_fixture(t, NULL, done);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, watch_passes_changes_on);
	tcase_add_test(t, watch_is_started_again_when_it_ends);
	tcase_add_test(t, watch_that_cannot_be_started_is_tried_again_ever_more_rarely);
	suite_add_tcase(s, t);
	return s;
}
