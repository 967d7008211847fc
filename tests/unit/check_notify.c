#include "daemon/notify.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/parse.h"
#include "runner.h"

static int manager;
static char got[512];

/* A service manager with a socket that the kernel names (autobind). */
static void setup(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t len = sizeof address;
	char name[120];

	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(manager, 0);
	ck_assert_int_eq(
		bind(manager, (const struct sockaddr *)&address, sizeof address.sun_family), 0);
	ck_assert_int_eq(getsockname(manager, (struct sockaddr *)&address, &len), 0);
	snprintf(name, sizeof name, "@%.*s",
		(int)(len - offsetof(struct sockaddr_un, sun_path) - 1), address.sun_path + 1);
	setenv("NOTIFY_SOCKET", name, 1);
}

static void teardown(void)
{
	close(manager);
}

static const char *next(void)
{
	ssize_t n = recv(manager, got, sizeof got - 1, MSG_DONTWAIT);

	ck_assert_int_gt(n, 0);
	got[n] = '\0';
	return got;
}

START_TEST(notify_says_ready_and_stopping)
{
	notify_ready();
	ck_assert_str_eq(next(), "READY=1");
	notify_stopping();
	ck_assert_str_eq(next(), "STOPPING=1");
}
END_TEST

START_TEST(notify_reloading_carries_the_monotonic_time)
{
	static const char begin[] = "RELOADING=1\nMONOTONIC_USEC=";
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	uint64_t before = (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000, usec;

	notify_reloading();
	ck_assert_ptr_eq(strstr(next(), begin), got);
	ck_assert_int_eq(parse_u64(span_of_text(got + strlen(begin)), &usec), 0);
	ck_assert_uint_ge(usec, before);
	ck_assert_uint_lt(usec, before + 60 * UINT64_C(1000000));
}
END_TEST

START_TEST(notify_status_is_one_line)
{
	notify_status("registered with %d of %d servers", 1, 2);
	ck_assert_str_eq(next(), "STATUS=registered with 1 of 2 servers");
	notify_status("%s", "bad\nREADY=1");
	ck_assert_str_eq(next(), "STATUS=bad?READY=1");
}
END_TEST

START_TEST(notify_errno_is_a_number)
{
	notify_errno(ENOSPC);
	ck_assert_str_eq(next(), "ERRNO=28");
}
END_TEST

START_TEST(notify_without_service_manager_does_nothing)
{
	unsetenv("NOTIFY_SOCKET");
	notify_ready();
	notify_reloading();
	notify_status("nobody listens");
	notify_stopping();
	ck_assert_int_lt(recv(manager, got, sizeof got, MSG_DONTWAIT), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("notify");
	TCase *t = tcase_create("notify");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, notify_says_ready_and_stopping);
	tcase_add_test(t, notify_reloading_carries_the_monotonic_time);
	tcase_add_test(t, notify_status_is_one_line);
	tcase_add_test(t, notify_errno_is_a_number);
	tcase_add_test(t, notify_without_service_manager_does_nothing);
	suite_add_tcase(s, t);
	return s;
}
