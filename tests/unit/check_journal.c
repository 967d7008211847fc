#include "daemon/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/message.h"
#include "runner.h"

static char text[8192];

/* Standard error into a file that has no name; -1 ends it and reads what came into text. */
static FILE *captured;
static int saved;

static void capture(void)
{
	captured = tmpfile();
	ck_assert_ptr_nonnull(captured);
	saved = dup(STDERR_FILENO);
	dup2(fileno(captured), STDERR_FILENO);
}

static const char *capture_end(void)
{
	rewind(captured);

	size_t n = fread(text, 1, sizeof text - 1, captured);

	text[n] = '\0';
	dup2(saved, STDERR_FILENO);
	close(saved);
	fclose(captured);
	return text;
}

static bool has_field(const struct journal_entry *e, const char *expected)
{
	for (size_t i = 0; i < e->n_fields; i++)
		if (e->field[i].iov_len == strlen(expected) &&
			memcmp(e->field[i].iov_base, expected, e->field[i].iov_len) == 0)
			return true;
	return false;
}

/* "HH:MM:SS " in front */
static const char *behind_the_time(const char *line)
{
	static const char form[] = "dd:dd:dd ";

	for (const char *f = form; *f; f++, line++)
		ck_assert(*f == 'd' ? *line >= '0' && *line <= '9' : *line == *f);
	return line;
}

START_TEST(journal_entry_has_every_field_of_the_record)
{
	const struct log_record record = {.level = LOG_WARNING,
		.message = "it did not answer",
		.fields = {.id = LOG_ID_REGISTER_FAILED,
			.reason = REASON_DTLS_TIMEOUT,
			.server = 101,
			.uri = "coaps://dm.example.net:5684",
			.path = "/1/0/1",
			.stage = "register",
			.code = MSG_UNAVAILABLE,
			.next_sec = 120,
			.error = ETIMEDOUT}};
	static const char *const expected[] = {"MESSAGE=it did not answer", "PRIORITY=4",
		"MESSAGE_ID=12694199ad7f41648550cce355b3e960", "LWM2M_EVENT=register-failed",
		"LWM2M_REASON=dtls.timeout", "LWM2M_SERVER=101",
		"LWM2M_URI=coaps://dm.example.net:5684", "LWM2M_PATH=/1/0/1",
		"LWM2M_STAGE=register", "LWM2M_CODE=5.03", "LWM2M_NEXT_SEC=120", "ERRNO=110",
		"LWM2M_ENDPOINT=urn:dev:os:32473-1"};
	struct journal_entry e;

	journal_name("urn:dev:os:32473-1");
	journal_entry_of(&record, &e);
	journal_name("");
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		ck_assert_msg(has_field(&e, expected[i]), "%s", expected[i]);
	ck_assert_uint_eq(e.n_fields, sizeof expected / sizeof *expected);
}
END_TEST

START_TEST(journal_entry_leaves_absent_fields_out)
{
	const struct log_record record = {
		.level = LOG_INFO, .message = "hello", .fields = {.server = LOG_SERVER_NONE}};
	struct journal_entry e;

	journal_entry_of(&record, &e);
	ck_assert_uint_eq(e.n_fields, 2);
	ck_assert(has_field(&e, "MESSAGE=hello"));
	ck_assert(has_field(&e, "PRIORITY=6"));
}
END_TEST

START_TEST(journal_entry_names_the_bootstrap_server)
{
	const struct log_record record = {
		.message = "m", .fields = {.server = LOG_SERVER_BOOTSTRAP}};
	struct journal_entry e;

	journal_entry_of(&record, &e);
	ck_assert(has_field(&e, "LWM2M_SERVER=bootstrap"));
}
END_TEST

START_TEST(journal_priorities_are_those_of_syslog)
{
	static const char *const expected[] = {
		"PRIORITY=3", "PRIORITY=4", "PRIORITY=5", "PRIORITY=6", "PRIORITY=7"};
	const struct log_record record = {.level = (enum log_level)_i, .message = "m"};
	struct journal_entry e;

	journal_entry_of(&record, &e);
	ck_assert(has_field(&e, expected[_i]));
}
END_TEST

START_TEST(journal_entry_cuts_what_is_too_long)
{
	char uri[3000];
	struct log_record record = {.message = "m", .fields = {.server = 7, .uri = uri}};
	struct journal_entry e;

	memset(uri, 'u', sizeof uri - 1);
	uri[sizeof uri - 1] = '\0';
	journal_entry_of(&record, &e);
	ck_assert(has_field(&e, "LWM2M_SERVER=7"));
	for (size_t i = 0; i < e.n_fields; i++)
		ck_assert_uint_lt(e.field[i].iov_len, sizeof e.text);
}
END_TEST

START_TEST(journal_stderr_line_has_event_server_and_reason)
{
	capture();
	journal_open(JOURNAL_STDERR, LOG_INFO);
	LOG_EV(LOG_WARNING,
		({.id = LOG_ID_REGISTER_FAILED, .server = 101, .reason = REASON_REG_TIMEOUT}),
		"attempt %d failed", 2);
	ck_assert_str_eq(behind_the_time(capture_end()),
		"warning register-failed 101: attempt 2 failed [reg.timeout]\n");
}
END_TEST

START_TEST(journal_stderr_line_has_dashes_for_what_is_absent)
{
	capture();
	journal_open(JOURNAL_STDERR, LOG_DEBUG);
	LOG(LOG_DEBUG, "%s", "just text");
	ck_assert_str_eq(behind_the_time(capture_end()), "debug - -: just text\n");
}
END_TEST

START_TEST(journal_stderr_line_names_the_bootstrap_server)
{
	capture();
	journal_open(JOURNAL_STDERR, LOG_INFO);
	LOG_EV(LOG_NOTICE, ({.id = LOG_ID_BOOTSTRAP_FINISHED, .server = LOG_SERVER_BOOTSTRAP}),
		"done");
	ck_assert_str_eq(
		behind_the_time(capture_end()), "notice bootstrap-finished bootstrap: done\n");
}
END_TEST

START_TEST(journal_level_hides_what_is_less)
{
	capture();
	journal_open(JOURNAL_STDERR, LOG_WARNING);
	LOG(LOG_NOTICE, "hidden");
	LOG(LOG_ERROR, "shown");
	ck_assert_str_eq(behind_the_time(capture_end()), "error - -: shown\n");
}
END_TEST

START_TEST(journal_line_breaks_of_others_make_no_lines)
{
	capture();
	journal_open(JOURNAL_STDERR, LOG_INFO);
	LOG(LOG_INFO, "%s", "one\n12:00:00 error - -: forged");
	ck_assert_str_eq(
		behind_the_time(capture_end()), "info - -: one?12:00:00 error - -: forged\n");
}
END_TEST

static void set_stream(uint64_t device, uint64_t inode)
{
	char value[64];

	snprintf(value, sizeof value, "%" PRIu64 ":%" PRIu64, device, inode);
	setenv("JOURNAL_STREAM", value, 1);
}

START_TEST(journal_stream_is_standard_error_if_device_and_inode_match)
{
	struct stat st;
	bool is_same, is_other_inode, is_other_device;

	capture();
	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	set_stream(st.st_dev, st.st_ino);
	is_same = journal_has_stderr();
	set_stream(st.st_dev, st.st_ino + 1);
	is_other_inode = journal_has_stderr();
	set_stream(st.st_dev + 1, st.st_ino);
	is_other_device = journal_has_stderr();
	capture_end();
	ck_assert(is_same);
	ck_assert(!is_other_inode);
	ck_assert(!is_other_device);
}
END_TEST

START_TEST(journal_stream_that_is_no_pair_of_numbers_is_none)
{
	static const char *const bad[] = {"", ":", "1", "1:", ":1", "a:b", "1:2:3", " 1:2"};

	setenv("JOURNAL_STREAM", bad[_i], 1);
	ck_assert(!journal_has_stderr());
	unsetenv("JOURNAL_STREAM");
	ck_assert(!journal_has_stderr());
}
END_TEST

START_TEST(journal_auto_takes_standard_error_outside_a_service)
{
	unsetenv("JOURNAL_STREAM");
	capture();
	journal_open(JOURNAL_AUTO, LOG_INFO);
	LOG(LOG_INFO, "on a terminal");
	ck_assert_str_eq(behind_the_time(capture_end()), "info - -: on a terminal\n");
}
END_TEST

START_TEST(journal_target_words)
{
	ck_assert_int_eq(journal_target_parse("auto"), JOURNAL_AUTO);
	ck_assert_int_eq(journal_target_parse("journal"), JOURNAL_NATIVE);
	ck_assert_int_eq(journal_target_parse("stderr"), JOURNAL_STDERR);
	ck_assert_int_eq(journal_target_parse("syslog"), -EINVAL);
	ck_assert_int_eq(journal_target_parse(""), -EINVAL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("journal");
	TCase *t = tcase_create("journal");

	tcase_add_test(t, journal_entry_has_every_field_of_the_record);
	tcase_add_test(t, journal_entry_leaves_absent_fields_out);
	tcase_add_test(t, journal_entry_names_the_bootstrap_server);
	tcase_add_loop_test(t, journal_priorities_are_those_of_syslog, 0, 5);
	tcase_add_test(t, journal_entry_cuts_what_is_too_long);
	tcase_add_test(t, journal_stderr_line_has_event_server_and_reason);
	tcase_add_test(t, journal_stderr_line_has_dashes_for_what_is_absent);
	tcase_add_test(t, journal_stderr_line_names_the_bootstrap_server);
	tcase_add_test(t, journal_level_hides_what_is_less);
	tcase_add_test(t, journal_line_breaks_of_others_make_no_lines);
	tcase_add_test(t, journal_stream_is_standard_error_if_device_and_inode_match);
	tcase_add_loop_test(t, journal_stream_that_is_no_pair_of_numbers_is_none, 0, 8);
	tcase_add_test(t, journal_auto_takes_standard_error_outside_a_service);
	tcase_add_test(t, journal_target_words);
	suite_add_tcase(s, t);
	return s;
}
