#include "ctl/unixsock.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "runner.h"

static int listen_at(struct unixsock *u, const char *path, int *ret_fd)
{
	ck_assert_int_eq(unixsock_open(u, path), 0);
	return unixsock_listen(u, 0640, 4, ret_fd);
}

START_TEST(unixsock_has_the_mode_that_is_wanted)
{
	const char *path = ctl_path();
	struct unixsock u;
	struct stat st;
	int fd, other;

	ck_assert_int_eq(listen_at(&u, path, &fd), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert(S_ISSOCK(st.st_mode));
	ck_assert_uint_eq(st.st_mode & 0777, 0640);
	ck_assert_int_eq(unixsock_connect(&u, &other), 0);
	close(other);
	close(fd);
	unixsock_unlink(&u);
	ck_assert_int_eq(access(path, F_OK), -1);
	unixsock_done(&u);
	ctl_clean();
}
END_TEST

START_TEST(unixsock_replaces_a_stale_socket_but_not_a_live_one)
{
	const char *path = ctl_path();
	struct unixsock u, again;
	int fd, second;

	ck_assert_int_eq(listen_at(&u, path, &fd), 0);
	ck_assert_int_eq(listen_at(&again, path, &second), -EADDRINUSE);
	unixsock_done(&again);
	close(fd); /* as after a crash: the name stays */
	ck_assert_int_eq(unixsock_connect(&u, &second), -ECONNREFUSED);
	ck_assert_int_eq(listen_at(&again, path, &second), 0);
	close(second);
	unixsock_done(&again);
	unixsock_done(&u);
	ctl_clean();
}
END_TEST

START_TEST(unixsock_takes_paths_longer_than_the_kernel_does)
{
	char path[400];
	struct unixsock u;
	int fd, other, len = snprintf(path, sizeof path, "%s", ctl_path());

	/* the same directory, said at length */
	len -= (int)strlen("/status.sock");
	while (len < 200)
		len += snprintf(path + len, sizeof path - (size_t)len, "/.");
	snprintf(path + len, sizeof path - (size_t)len, "/status.sock");

	ck_assert_int_eq(listen_at(&u, path, &fd), 0);
	ck_assert_int_eq(unixsock_connect(&u, &other), 0);
	close(other);
	close(fd);
	unixsock_done(&u);
	ctl_clean();
}
END_TEST

START_TEST(unixsock_says_what_is_wrong_with_a_path)
{
	char path[200];
	struct unixsock u;
	int fd;

	ck_assert_int_eq(unixsock_open(&u, "/no/such/directory/status.sock"), -ENOENT);
	unixsock_done(&u);
	snprintf(path, sizeof path, "/tmp/%0120d", 1);
	ck_assert_int_eq(unixsock_open(&u, path), -ENAMETOOLONG);
	unixsock_done(&u);
	ck_assert_int_eq(unixsock_open(&u, ctl_path()), 0);
	ck_assert_int_eq(unixsock_connect(&u, &fd), -ENOENT);
	unixsock_done(&u);
	ctl_clean();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("unixsock");
	TCase *t = tcase_create("unixsock");

	tcase_add_test(t, unixsock_has_the_mode_that_is_wanted);
	tcase_add_test(t, unixsock_replaces_a_stale_socket_but_not_a_live_one);
	tcase_add_test(t, unixsock_takes_paths_longer_than_the_kernel_does);
	tcase_add_test(t, unixsock_says_what_is_wrong_with_a_path);
	suite_add_tcase(s, t);
	return s;
}
