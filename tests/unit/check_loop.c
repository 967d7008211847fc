#include "daemon/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "runner.h"

static struct dloop *loop;
static unsigned calls;
static uint64_t called_at;

static uint64_t now(void)
{
	return clock_now(&clock_system);
}

static void setup(void)
{
	calls = 0;
	ck_assert_int_eq(dloop_new(&loop), 0);
}

static void teardown(void)
{
	dloop_free_p(&loop);
}

static void count(void *data)
{
	(void)data;
	calls++;
}

static void count_and_exit(void *data)
{
	count(data);
	called_at = now();
	dloop_exit(loop, 7);
}

static struct loop_source *new_timer(void (*due)(void *data), void *data)
{
	const struct loop *l = dloop_loop(loop);
	struct loop_source *s;

	ck_assert_int_eq(l->timer(l->impl, due, data, &s), 0);
	return s;
}

static void arm(struct loop_source *s, uint64_t at)
{
	ck_assert_int_eq(dloop_loop(loop)->arm(s, at, 1), 0);
}

static void drop(struct loop_source *s)
{
	dloop_loop(loop)->free_source(s);
}

START_TEST(loop_returns_the_code_of_its_end)
{
	ck_assert_int_eq(dloop_defer(loop, count_and_exit, NULL), 0);
	ck_assert_int_eq(dloop_run(loop), 7);
	ck_assert_uint_eq(calls, 1);
}
END_TEST

START_TEST(loop_timer_is_due_once_and_never_early)
{
	struct loop_source *s = new_timer(count_and_exit, NULL);
	uint64_t at = now() + 10 * USEC_PER_MSEC;

	arm(s, at);
	ck_assert_int_eq(dloop_run(loop), 7);
	ck_assert_uint_eq(calls, 1);
	ck_assert_uint_ge(called_at, at);
	drop(s);
}
END_TEST

START_TEST(loop_timer_is_unarmed_until_armed_and_after_disarming)
{
	struct loop_source *idle = new_timer(count, NULL), *disarmed = new_timer(count, NULL);
	struct loop_source *last = new_timer(count_and_exit, NULL);

	arm(disarmed, 1);
	arm(disarmed, USEC_NEVER);
	arm(last, now() + 5 * USEC_PER_MSEC);
	dloop_run(loop);
	ck_assert_uint_eq(calls, 1);
	drop(idle);
	drop(disarmed);
	drop(last);
}
END_TEST

static struct loop_source *self;

static void arm_again_until_the_third(void *data)
{
	(void)data;
	if (++calls == 3)
		dloop_exit(loop, 0);
	else
		arm(self, now());
}

START_TEST(loop_timer_may_be_armed_again_by_its_callback)
{
	self = new_timer(arm_again_until_the_third, NULL);
	arm(self, 1);
	ck_assert_int_eq(dloop_run(loop), 0);
	ck_assert_uint_eq(calls, 3);
	drop(self);
}
END_TEST

static void free_self_and_exit(void *data)
{
	drop(self);
	count_and_exit(data);
}

START_TEST(loop_source_may_be_freed_by_its_callback)
{
	self = new_timer(free_self_and_exit, NULL);
	arm(self, 1);
	ck_assert_int_eq(dloop_run(loop), 7);
	drop(NULL);
}
END_TEST

static int ends[2];

static void read_one(void *data, uint32_t events)
{
	char c;

	ck_assert_ptr_eq(data, ends);
	ck_assert_uint_eq(events & EPOLLIN, EPOLLIN);
	ck_assert_int_eq((int)read(ends[0], &c, 1), 1);
	calls++;
	if (c == 'x')
		dloop_exit(loop, 3);
}

START_TEST(loop_tells_of_each_readable_descriptor)
{
	const struct loop *l = dloop_loop(loop);
	struct loop_source *s;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	ck_assert_int_eq(l->watch(l->impl, ends[0], EPOLLIN, read_one, ends, &s), 0);
	ck_assert_int_eq((int)write(ends[1], "abx", 3), 3);
	ck_assert_int_eq(dloop_run(loop), 3);
	ck_assert_uint_eq(calls, 3);
	drop(s);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(loop_refuses_a_closed_descriptor)
{
	const struct loop *l = dloop_loop(loop);
	struct loop_source *s = NULL;

	ck_assert_int_lt(l->watch(l->impl, 1000, EPOLLIN, read_one, ends, &s), 0);
	ck_assert_ptr_null(s);
}
END_TEST

static int got_signal;

static void on_signal(void *data, int signo)
{
	ck_assert_ptr_eq(data, &got_signal);
	got_signal = signo;
	dloop_exit(loop, 0);
}

START_TEST(loop_signals_arrive_in_the_loop)
{
	ck_assert_int_eq(dloop_signal(loop, SIGUSR1, on_signal, &got_signal), 0);
	ck_assert_int_eq(dloop_signal(loop, SIGHUP, on_signal, &got_signal), 0);
	raise(SIGHUP);
	ck_assert_int_eq(got_signal, 0);
	ck_assert_int_eq(dloop_run(loop), 0);
	ck_assert_int_eq(got_signal, SIGHUP);
}
END_TEST

START_TEST(loop_signal_twice_is_refused)
{
	ck_assert_int_eq(dloop_signal(loop, SIGUSR1, on_signal, &got_signal), 0);
	ck_assert_int_lt(dloop_signal(loop, SIGUSR1, on_signal, &got_signal), 0);
}
END_TEST

START_TEST(loop_same_call_deferred_twice_is_one)
{
	int a, b;

	for (int i = 0; i < 3; i++) {
		dloop_defer(loop, count, &a);
		dloop_defer(loop, count, &b);
	}
	dloop_defer(loop, count_and_exit, NULL);
	dloop_run(loop);
	ck_assert_uint_eq(calls, 3);
}
END_TEST

static void defer_again_until_the_third(void *data)
{
	if (++calls == 3)
		dloop_exit(loop, 0);
	else
		ck_assert_int_eq(dloop_defer(loop, defer_again_until_the_third, data), 0);
}

START_TEST(loop_deferred_call_may_defer_itself)
{
	dloop_defer(loop, defer_again_until_the_third, NULL);
	ck_assert_int_eq(dloop_run(loop), 0);
	ck_assert_uint_eq(calls, 3);
}
END_TEST

static void forget_it(void *data)
{
	dloop_forget(loop, data);
}

START_TEST(loop_forgets_the_calls_of_what_goes_away)
{
	int gone, other;

	dloop_defer(loop, count, &other);
	dloop_defer(loop, forget_it, &gone);
	dloop_defer(loop, count, &gone);
	dloop_defer(loop, count_and_exit, NULL);
	dloop_run(loop);
	ck_assert_uint_eq(calls, 2);
}
END_TEST

START_TEST(loop_defers_256_calls_and_says_when_there_are_more)
{
	static char many[257];

	for (int i = 0; i < 256; i++)
		ck_assert_int_eq(dloop_defer(loop, count, &many[i]), 0);
	ck_assert_int_eq(dloop_defer(loop, count_and_exit, &many[256]), -ENOBUFS);
	dloop_forget(loop, &many[255]);

	struct loop_source *s = new_timer(count_and_exit, NULL);

	arm(s, now() + 5 * USEC_PER_MSEC);
	dloop_run(loop);
	ck_assert_uint_eq(calls, 256);
	drop(s);
}
END_TEST

START_TEST(loop_without_a_service_manager_has_no_watchdog)
{
	unsetenv("WATCHDOG_USEC");
	ck_assert_int_eq(dloop_watchdog(loop), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("loop");
	TCase *t = tcase_create("loop");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, loop_returns_the_code_of_its_end);
	tcase_add_test(t, loop_timer_is_due_once_and_never_early);
	tcase_add_test(t, loop_timer_is_unarmed_until_armed_and_after_disarming);
	tcase_add_test(t, loop_timer_may_be_armed_again_by_its_callback);
	tcase_add_test(t, loop_source_may_be_freed_by_its_callback);
	tcase_add_test(t, loop_tells_of_each_readable_descriptor);
	tcase_add_test(t, loop_refuses_a_closed_descriptor);
	tcase_add_test(t, loop_signals_arrive_in_the_loop);
	tcase_add_test(t, loop_signal_twice_is_refused);
	tcase_add_test(t, loop_same_call_deferred_twice_is_one);
	tcase_add_test(t, loop_deferred_call_may_defer_itself);
	tcase_add_test(t, loop_forgets_the_calls_of_what_goes_away);
	tcase_add_test(t, loop_defers_256_calls_and_says_when_there_are_more);
	tcase_add_test(t, loop_without_a_service_manager_has_no_watchdog);
	suite_add_tcase(s, t);
	return s;
}
