#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc.h"
#include "runner.h"
#include "state.h"

static struct state state;
static struct store *store;

static void setup(void)
{
	state_setup(&state);
}

static void teardown(void)
{
	store = store_free(store);
	state_teardown(&state);
}

START_TEST(a_directory_is_made_for_the_owner_alone)
{
	char path[96];
	struct stat st;
	int pid;

	snprintf(path, sizeof path, "%s/new", state.path);
	ck_assert_int_eq(store_open(path, &store, &pid), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	store = store_free(store);
	ck_assert_int_eq(unlinkat(state.fd, "new/lock", 0), 0);
}
END_TEST

START_TEST(a_directory_without_parent_is_no_store)
{
	char path[96];
	int pid;

	snprintf(path, sizeof path, "%s/no/such", state.path);
	ck_assert_int_eq(store_open(path, &store, &pid), -ENOENT);
	ck_assert_ptr_null(store);
	state_write(&state, "file", span_of_text(""));
	snprintf(path, sizeof path, "%s/file", state.path);
	ck_assert_int_eq(store_open(path, &store, &pid), -ENOTDIR);
	ck_assert_ptr_null(store);
}
END_TEST

START_TEST(a_second_store_is_refused_and_told_the_pid_of_the_first)
{
	struct store *second = NULL;
	int pid = 0;

	ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
	ck_assert_int_eq(store_open(state.path, &second, &pid), -EWOULDBLOCK);
	ck_assert_ptr_null(second);
	ck_assert_int_eq(pid, getpid());
	store = store_free(store);
	ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
}
END_TEST

START_TEST(a_daemon_that_died_leaves_no_lock)
{
	struct store *other;
	int pid, status;
	pid_t child = fork();

	if (child == 0)
		_exit(store_open(state.path, &other, &pid) == 0 ? 0 : 1);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
}
END_TEST

START_TEST(a_lock_file_with_nonsense_tells_no_pid)
{
	struct store *second = NULL;
	int pid = 0;

	ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
	state_write(&state, "lock", span_of_text("nonsense"));
	ck_assert_int_eq(store_open(state.path, &second, &pid), -EWOULDBLOCK);
	ck_assert_int_eq(pid, 0);
	state_write(&state, "lock", span_of_text("99999999999"));
	ck_assert_int_eq(store_open(state.path, &second, &pid), -EWOULDBLOCK);
	ck_assert_int_eq(pid, 0);
}
END_TEST

/* A full or broken disk must not keep the daemon from its accounts. */
START_TEST(a_disk_without_room_for_the_pid_is_no_obstacle)
{
	int pid;

	ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
	store = store_free(store);
	/* the lock file is there; its content cannot be written */
	crash_at(3, CRASH_EIO);

	int r = store_open(state.path, &store, &pid);

	crash_off();
	/* mkdir and the opening that may create were the first two changes, the truncation failed
	 */
	ck_assert_int_eq(r, 0);
}
END_TEST

/* Exit status 0: all is as it should be. */
static int use_read_only(void)
{
	struct store_registration list[1];
	struct store *s = NULL;
	size_t n = 0;
	int pid;

	/* root may write everywhere */
	if (geteuid() == 0 && setuid(65534) < 0)
		return 2;
	if (store_open(state.path, &s, &pid) != -EACCES || !s)
		return 3;
	if (store_take_registrations(s, list, 1, &n) != 0 || n != 1)
		return 4;
	if (store_save_registrations(s, list, 1) != -EACCES)
		return 5;
	store_free(s);
	return 0;
}

START_TEST(a_directory_that_cannot_be_written_can_be_read)
{
	struct store_registration one = {.short_server_id = 1};
	int status, pid;
	pid_t child;

	ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
	ck_assert_int_eq(store_save_registrations(store, &one, 1), 0);
	store = store_free(store);
	ck_assert_int_eq(unlinkat(state.fd, "lock", 0), 0);
	ck_assert_int_eq(fchmodat(state.fd, "registrations.cbor", 0644, 0), 0);
	ck_assert_int_eq(chmod(state.path, 0555), 0);
	child = fork();
	if (child == 0)
		_exit(use_read_only());
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(chmod(state.path, 0700), 0);
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(without_memory_there_is_no_store)
{
	int pid;

	alloc_fail_at(1);

	int r = store_open(state.path, &store, &pid);

	alloc_fail_off();
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_ptr_null(store);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("store");
	TCase *t = tcase_create("store");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_directory_is_made_for_the_owner_alone);
	tcase_add_test(t, a_directory_without_parent_is_no_store);
	tcase_add_test(t, a_second_store_is_refused_and_told_the_pid_of_the_first);
	tcase_add_test(t, a_daemon_that_died_leaves_no_lock);
	tcase_add_test(t, a_lock_file_with_nonsense_tells_no_pid);
	tcase_add_test(t, a_disk_without_room_for_the_pid_is_no_obstacle);
	tcase_add_test(t, a_directory_that_cannot_be_written_can_be_read);
	tcase_add_test(t, without_memory_there_is_no_store);
	suite_add_tcase(s, t);
	return s;
}
