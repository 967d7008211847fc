#include "store/file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "runner.h"
#include "state.h"

static struct state state;
static struct buf body;

static void setup(void)
{
	state_setup(&state);
}

static void teardown(void)
{
	buf_done(&body);
	state_teardown(&state);
}

static int replace(void *data)
{
	return file_replace(state.fd, "f.cbor", span_of_text(data));
}

/* What is read: 0 and the text, or the error. */
static void expect(int r, const char *text)
{
	buf_done(&body);
	ck_assert_int_eq(file_read(state.fd, "f.cbor", &body), r);
	if (r == 0)
		ck_assert(span_is_text(buf_span(&body), text));
}

START_TEST(a_file_is_read_as_it_was_written)
{
	struct stat st;

	ck_assert_int_eq(replace("one"), 0);
	expect(0, "one");
	ck_assert_int_eq(replace(""), 0);
	expect(0, "");
	ck_assert_int_eq(fstatat(state.fd, "f.cbor", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert(!state_has(&state, "f.cbor.new"));
}
END_TEST

START_TEST(a_missing_file_is_enoent)
{
	expect(-ENOENT, NULL);
}
END_TEST

START_TEST(a_removed_file_is_gone_and_may_be_missing)
{
	ck_assert_int_eq(replace("one"), 0);
	ck_assert_int_eq(file_remove(state.fd, "f.cbor"), 0);
	expect(-ENOENT, NULL);
	ck_assert_int_eq(file_remove(state.fd, "f.cbor"), 0);
}
END_TEST

START_TEST(every_changed_octet_and_every_cut_is_found)
{
	uint8_t good[256], bad[256];
	struct span file;

	ck_assert_int_eq(replace("a body of some length"), 0);
	file = state_file(&state, "f.cbor");
	ck_assert_uint_lt(file.len, sizeof good);
	memcpy(good, file.data, file.len);

	for (size_t i = 0; i < 2 * file.len; i++) {
		size_t len = i < file.len ? file.len : i - file.len;

		memcpy(bad, good, file.len);
		if (i < file.len)
			bad[i] ^= 0x20;
		state_write(&state, "f.cbor", span_of(bad, len));
		expect(-EBADMSG, NULL);
		ck_assert(!state_has(&state, "f.cbor"));
		ck_assert(span_is_equal(state_file(&state, "f.cbor.corrupt"), span_of(bad, len)));
		ck_assert_int_eq(unlinkat(state.fd, "f.cbor.corrupt", 0), 0);
	}
}
END_TEST

START_TEST(a_file_of_another_version_is_put_aside)
{
	uint8_t bytes[256];
	struct span file;

	ck_assert_int_eq(replace("body"), 0);
	file = state_file(&state, "f.cbor");
	memcpy(bytes, file.data, file.len);
	bytes[7]++;
	state_write(&state, "f.cbor", span_of(bytes, file.len));
	expect(-EBADMSG, NULL);
	ck_assert(state_has(&state, "f.cbor.corrupt"));
}
END_TEST

START_TEST(files_put_aside_are_all_kept_up_to_nine)
{
	char text[8], name[32];

	for (int i = 1; i <= 11; i++) {
		snprintf(text, sizeof text, "bad %d", i);
		state_write(&state, "f.cbor", span_of_text(text));
		expect(-EBADMSG, NULL);
	}
	ck_assert(span_is_text(state_file(&state, "f.cbor.corrupt"), "bad 1"));
	for (int i = 2; i <= 8; i++) {
		snprintf(text, sizeof text, "bad %d", i);
		snprintf(name, sizeof name, "f.cbor.corrupt-%d", i);
		ck_assert(span_is_text(state_file(&state, name), text));
	}
	/* the last one is the one that is replaced */
	ck_assert(span_is_text(state_file(&state, "f.cbor.corrupt-9"), "bad 11"));
}
END_TEST

START_TEST(what_is_no_file_is_put_aside)
{
	ck_assert_int_eq(symlinkat("/etc/passwd", state.fd, "f.cbor"), 0);
	expect(-EBADMSG, NULL);
	ck_assert(!state_has(&state, "f.cbor"));
	ck_assert_int_eq(mkdirat(state.fd, "f.cbor", 0700), 0);
	expect(-EBADMSG, NULL);
	ck_assert_int_eq(mkfifoat(state.fd, "f.cbor", 0600), 0);
	expect(-EBADMSG, NULL);
	ck_assert_int_eq(replace("one"), 0);
	expect(0, "one");
}
END_TEST

START_TEST(a_temporary_file_that_was_left_is_no_obstacle)
{
	state_write(&state, "f.cbor.new", span_of_text("half of somethi"));
	ck_assert_int_eq(replace("one"), 0);
	expect(0, "one");
}
END_TEST

/* The order that a power cut cannot break: data, its name, the name's directory. */
START_TEST(a_file_is_synced_before_it_is_renamed_and_the_directory_after)
{
	crash_off();
	ck_assert_int_eq(replace("one"), 0);
	ck_assert_str_eq(crash_log(), "openat write write write fsync renameat fsync");
}
END_TEST

/* After the n-th change for every n: the old content or the new, never something else. */
static void crash_everywhere(enum crash_mode mode, const char *old)
{
	bool has_old = false, has_new = false;
	int r = 1;

	for (unsigned n = 1; r == 1; n++) {
		if (old)
			ck_assert_int_eq(replace((void *)(uintptr_t)old), 0);
		else
			ck_assert_int_eq(file_remove(state.fd, "f.cbor"), 0);
		r = state_run(replace, "the new content", n, mode);
		buf_done(&body);

		int e = file_read(state.fd, "f.cbor", &body);
		bool is_new = e == 0 && span_is_text(buf_span(&body), "the new content");
		bool is_old = old ? e == 0 && span_is_text(buf_span(&body), old) : e == -ENOENT;

		ck_assert_msg(is_new || is_old, "change %u: %d", n, e);
		ck_assert_msg(r == 1 || is_new, "told as done but it is not there");
		has_new |= is_new;
		has_old |= is_old;
		ck_assert_uint_lt(n, 50);
	}
	ck_assert_int_eq(r, 0);
	ck_assert(has_old && has_new);
}

START_TEST(a_kill_at_any_point_leaves_the_old_or_the_new_file)
{
	crash_everywhere(CRASH_KILL, "the old content, longer than the other");
	crash_everywhere(CRASH_KILL, NULL);
}
END_TEST

START_TEST(a_power_cut_at_any_point_leaves_the_old_or_the_new_file)
{
	crash_everywhere(CRASH_POWER, "the old content, longer than the other");
	crash_everywhere(CRASH_POWER, NULL);
}
END_TEST

static void fail_everywhere(enum crash_mode mode, int error)
{
	crash_off();
	ck_assert_int_eq(replace("old"), 0);

	unsigned count = crash_count();

	for (unsigned n = 1; n <= count; n++) {
		ck_assert_int_eq(replace("old"), 0);
		ck_assert_int_eq(state_run(replace, "new", n, mode), error);
		if (mode == CRASH_ENOSPC)
			ck_assert(!state_has(&state, "f.cbor.new"));
		/* the last step is the directory's: the new file is there, maybe not for long */
		expect(0, n < count ? "old" : "new");
	}
}

START_TEST(a_full_disk_at_any_point_leaves_the_old_file)
{
	fail_everywhere(CRASH_ENOSPC, -ENOSPC);
}
END_TEST

START_TEST(a_broken_disk_at_any_point_leaves_the_old_file)
{
	fail_everywhere(CRASH_EIO, -EIO);
}
END_TEST

START_TEST(without_memory_nothing_is_read_and_nothing_put_aside)
{
	ck_assert_int_eq(replace("one"), 0);
	alloc_fail_at(1);

	int r = file_read(state.fd, "f.cbor", &body);

	alloc_fail_off();
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert(state_has(&state, "f.cbor"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("file");
	TCase *t = tcase_create("file");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, a_file_is_read_as_it_was_written);
	tcase_add_test(t, a_missing_file_is_enoent);
	tcase_add_test(t, a_removed_file_is_gone_and_may_be_missing);
	tcase_add_test(t, every_changed_octet_and_every_cut_is_found);
	tcase_add_test(t, a_file_of_another_version_is_put_aside);
	tcase_add_test(t, files_put_aside_are_all_kept_up_to_nine);
	tcase_add_test(t, what_is_no_file_is_put_aside);
	tcase_add_test(t, a_temporary_file_that_was_left_is_no_obstacle);
	tcase_add_test(t, a_file_is_synced_before_it_is_renamed_and_the_directory_after);
	tcase_add_test(t, a_kill_at_any_point_leaves_the_old_or_the_new_file);
	tcase_add_test(t, a_power_cut_at_any_point_leaves_the_old_or_the_new_file);
	tcase_add_test(t, a_full_disk_at_any_point_leaves_the_old_file);
	tcase_add_test(t, a_broken_disk_at_any_point_leaves_the_old_file);
	tcase_add_test(t, without_memory_nothing_is_read_and_nothing_put_aside);
	suite_add_tcase(s, t);
	return s;
}
