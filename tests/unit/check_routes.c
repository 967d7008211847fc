#include "daemon/routes.h"

#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_loop.h"
#include "runner.h"

static uint64_t now = 5000 * USEC_PER_SEC;
static unsigned changes;

static uint64_t tell_now(void *data)
{
	(void)data;
	return now;
}

static const struct clock test_clock = {.now = tell_now};

static void on_changed(void *data)
{
	ck_assert_ptr_eq(data, &changes);
	changes++;
}

/* The loopback interface of the test's own network namespace. */
static void set_link(bool up)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = up ? IFF_UP : 0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

static bool has_namespace(void)
{
	return unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

static struct routes *begin(void)
{
	struct routes *r;

	ck_assert(has_namespace());
	changes = 0;
	ck_assert_int_eq(routes_new(fake_loop(), &test_clock, on_changed, &changes, &r), 0);
	return r;
}

static void end(struct routes *r)
{
	routes_free_p(&r);
	ck_assert_uint_eq(fake_loop_sources(), 0);
}

START_TEST(routes_are_silent_while_nothing_changes)
{
	struct routes *r = begin();

	ck_assert(!fake_loop_is_ready());
	ck_assert_uint_eq(fake_loop_armed(), USEC_NEVER);
	end(r);
}
END_TEST

START_TEST(routes_tell_of_a_link_that_came_up_a_second_later)
{
	struct routes *r = begin();

	set_link(true);
	ck_assert(fake_loop_turn(5000));
	ck_assert_uint_eq(changes, 0);
	ck_assert_uint_eq(fake_loop_armed(), now + USEC_PER_SEC);
	fake_loop_due();
	ck_assert_uint_eq(changes, 1);
	end(r);
}
END_TEST

START_TEST(routes_collect_many_changes_into_one_call)
{
	struct routes *r = begin();

	for (int i = 0; i < 20; i++) {
		set_link(i % 2 == 0);
		while (fake_loop_turn(0))
			;
		now += USEC_PER_SEC / 100;
	}
	ck_assert_uint_eq(fake_loop_armings(), 1);
	fake_loop_due();
	ck_assert_uint_eq(changes, 1);
	ck_assert_uint_eq(fake_loop_armed(), USEC_NEVER);
	end(r);
}
END_TEST

START_TEST(routes_survive_more_messages_than_the_socket_holds)
{
	struct routes *r = begin();

	for (int i = 0; i < 3000; i++)
		set_link(i % 2 == 0);
	ck_assert(fake_loop_turn(5000));
	ck_assert(!fake_loop_is_ready());
	fake_loop_due();
	ck_assert_uint_eq(changes, 1);
	end(r);
}
END_TEST

START_TEST(routes_tell_again_of_a_later_change)
{
	struct routes *r = begin();

	for (unsigned i = 0; i < 3; i++) {
		set_link(i % 2 == 0);
		ck_assert(fake_loop_turn(5000));
		fake_loop_due();
		ck_assert_uint_eq(changes, i + 1);
	}
	end(r);
}
END_TEST

/* A sandbox may refuse the network namespace that each test has for itself. */
static bool can_change_links(void)
{
	pid_t child = fork();
	int status = 1;

	if (child == 0)
		_exit(has_namespace() ? 0 : 1);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

Suite *suite(void)
{
	Suite *s = suite_create("routes");
	TCase *t = tcase_create("routes");

	if (can_change_links()) {
		tcase_add_test(t, routes_are_silent_while_nothing_changes);
		tcase_add_test(t, routes_tell_of_a_link_that_came_up_a_second_later);
		tcase_add_test(t, routes_collect_many_changes_into_one_call);
		tcase_add_test(t, routes_survive_more_messages_than_the_socket_holds);
		tcase_add_test(t, routes_tell_again_of_a_later_change);
	} else {
		printf("# no network namespace can be made here: not tested\n");
	}
	suite_add_tcase(s, t);
	return s;
}
