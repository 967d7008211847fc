#include "daemon/timeline.h"

#include <stdio.h>
#include <string.h>

#include "runner.h"

static struct timeline *line;
static uint64_t now;
static unsigned logged;
static struct log_record last;
static char last_message[512];

static uint64_t tell_now(void *data)
{
	(void)data;
	return now;
}

static uint64_t tell_realtime(void *data)
{
	(void)data;
	return now + 1000;
}

static const struct clock test_clock = {.now = tell_now, .realtime = tell_realtime};

static void sink(void *data, const struct log_record *record)
{
	(void)data;
	logged++;
	last = *record;
	snprintf(last_message, sizeof last_message, "%s", record->message);
}

static void setup(void)
{
	now = 100 * USEC_PER_SEC;
	logged = 0;
	log_to(sink, NULL, LOG_DEBUG);
	ck_assert_int_eq(timeline_new(&test_clock, &line), 0);
}

static void teardown(void)
{
	timeline_free_p(&line);
}

static void add(enum step_result result, int32_t server, enum reason reason)
{
	timeline_add(line,
		&(const struct step_fields){.stage = STAGE_REGISTER,
			.result = result,
			.server = server,
			.reason = reason,
			.level = result == STEP_FAILED ? LOG_WARNING : LOG_INFO},
		"server %d: %s", (int)server, step_result_name(result));
}

static void fail_with(enum reason reason)
{
	add(STEP_FAILED, 101, reason);
}

static size_t count(void)
{
	struct step s;
	uint64_t cursor = 0;
	size_t n = 0;

	while (timeline_next(line, &cursor, &s))
		n++;
	return n;
}

static struct step newest(void)
{
	struct step s = {0};
	uint64_t cursor = 0;

	while (timeline_next(line, &cursor, &s))
		;
	return s;
}

START_TEST(timeline_keeps_and_logs_a_step_once)
{
	timeline_add(line,
		&(const struct step_fields){.stage = STAGE_CLIENT_BOOTSTRAP,
			.result = STEP_FAILED,
			.server = LOG_SERVER_BOOTSTRAP,
			.reason = REASON_BS_REFUSED,
			.level = LOG_WARNING,
			.id = LOG_ID_BOOTSTRAP_FAILED,
			.uri = "coaps://bs.example.net",
			.code = 0x80,
			.next_sec = 5},
		"refused by %s", "bs");

	struct step s = newest();

	ck_assert_uint_eq(s.seq, 1);
	ck_assert_uint_eq(s.since, now);
	ck_assert_uint_eq(s.when, now + 1000);
	ck_assert_str_eq(stage_name(s.stage), "client-bootstrap");
	ck_assert_str_eq(step_result_name(s.result), "failed");
	ck_assert_str_eq(reason_id(s.reason), "bs.refused");
	ck_assert_str_eq(s.detail, "refused by bs");
	ck_assert_int_eq(s.server, LOG_SERVER_BOOTSTRAP);
	ck_assert_uint_eq(s.repeats, 0);

	ck_assert_uint_eq(logged, 1);
	ck_assert_int_eq((int)last.level, LOG_WARNING);
	ck_assert_str_eq(last_message, "refused by bs");
	ck_assert_int_eq((int)last.fields.id, LOG_ID_BOOTSTRAP_FAILED);
	ck_assert_int_eq((int)last.fields.reason, REASON_BS_REFUSED);
	ck_assert_int_eq(last.fields.server, LOG_SERVER_BOOTSTRAP);
	ck_assert_str_eq(last.fields.uri, "coaps://bs.example.net");
	ck_assert_str_eq(last.fields.stage, "client-bootstrap");
	ck_assert_uint_eq(last.fields.code, 0x80);
	ck_assert_uint_eq(last.fields.next_sec, 5);
}
END_TEST

START_TEST(timeline_is_walked_oldest_first_and_goes_on_from_its_cursor)
{
	struct step s;
	uint64_t cursor = 0;

	add(STEP_RUNNING, 1, REASON_NONE);
	add(STEP_RUNNING, 2, REASON_NONE);
	ck_assert(timeline_next(line, &cursor, &s));
	ck_assert_int_eq(s.server, 1);
	ck_assert(timeline_next(line, &cursor, &s));
	ck_assert_int_eq(s.server, 2);
	ck_assert(!timeline_next(line, &cursor, &s));
	add(STEP_OK, 1, REASON_NONE);
	ck_assert(timeline_next(line, &cursor, &s));
	ck_assert_int_eq((int)s.result, STEP_OK);
	ck_assert(!timeline_next(line, &cursor, &s));
}
END_TEST

START_TEST(timeline_logs_the_same_failure_at_once_after_1_min_10_min_and_hourly)
{
	static const unsigned at[] = {0, 60, 660, 4260, 7860, 11460};
	unsigned next = 0;
	uint64_t begin = now;

	for (unsigned sec = 0; sec < 12000; sec += 20) {
		now = begin + sec * USEC_PER_SEC;
		fail_with(REASON_REG_TIMEOUT);
		if (next < sizeof at / sizeof *at && sec >= at[next])
			next++;
		ck_assert_uint_eq(logged, next);
	}
	ck_assert_uint_eq(next, sizeof at / sizeof *at);
	ck_assert_uint_eq(count(), 1);
	ck_assert_uint_eq(newest().repeats, 599);
}
END_TEST

START_TEST(timeline_says_how_often_it_was_since_the_last_message)
{
	fail_with(REASON_REG_TIMEOUT);
	for (int i = 0; i < 5; i++) {
		now += 10 * USEC_PER_SEC;
		fail_with(REASON_REG_TIMEOUT);
	}
	ck_assert_str_eq(last_message, "server 101: failed");
	now += 10 * USEC_PER_SEC;
	fail_with(REASON_REG_TIMEOUT);
	ck_assert_uint_eq(logged, 2);
	ck_assert_str_eq(last_message, "server 101: failed (6 times more since the last message)");
}
END_TEST

START_TEST(timeline_another_reason_or_server_is_logged_at_once)
{
	fail_with(REASON_REG_TIMEOUT);
	fail_with(REASON_DNS_TIMEOUT);
	add(STEP_FAILED, 102, REASON_REG_TIMEOUT);
	ck_assert_uint_eq(logged, 3);
	ck_assert_uint_eq(count(), 3);
}
END_TEST

START_TEST(timeline_a_failure_after_a_success_is_news)
{
	fail_with(REASON_REG_TIMEOUT);
	fail_with(REASON_REG_TIMEOUT);
	add(STEP_OK, 102, REASON_NONE);
	fail_with(REASON_REG_TIMEOUT);
	ck_assert_uint_eq(logged, 2);
	add(STEP_OK, 101, REASON_NONE);
	fail_with(REASON_REG_TIMEOUT);
	ck_assert_uint_eq(logged, 4);
	ck_assert_uint_eq(newest().repeats, 0);
	/* the line tells the whole story: failed, up (102), up, failed */
	ck_assert_uint_eq(count(), 4);
}
END_TEST

START_TEST(timeline_repeats_move_to_the_end_with_a_new_number)
{
	fail_with(REASON_REG_TIMEOUT);
	add(STEP_RUNNING, 7, REASON_NONE);
	now += USEC_PER_SEC;
	fail_with(REASON_REG_TIMEOUT);
	ck_assert_uint_eq(count(), 2);
	ck_assert_int_eq(newest().server, 101);
	ck_assert_uint_eq(newest().seq, 3);
	ck_assert_uint_eq(newest().since, now);
}
END_TEST

START_TEST(timeline_holds_128_steps_and_forgets_the_oldest)
{
	struct step s;
	uint64_t cursor = 0;

	for (int32_t i = 1; i <= 2 * TIMELINE_STEPS + 1; i++)
		add(STEP_OK, i, REASON_NONE);
	ck_assert_uint_eq(count(), TIMELINE_STEPS);
	ck_assert(timeline_next(line, &cursor, &s));
	ck_assert_int_eq(s.server, TIMELINE_STEPS + 2);
	ck_assert_int_eq(newest().server, 2 * TIMELINE_STEPS + 1);
}
END_TEST

START_TEST(timeline_cuts_a_long_text_between_characters)
{
	char text[STEP_DETAIL_MAX + 20];

	/* two octets each, an odd number of them fits */
	for (size_t i = 0; i + 1 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	text[sizeof text - 1] = '\0';
	timeline_add(line, &(const struct step_fields){.server = 1}, "%s", text);
	ck_assert_uint_eq(strlen(newest().detail), STEP_DETAIL_MAX - 2);
	timeline_add(line, &(const struct step_fields){.server = 2}, "a%s", text);
	ck_assert_uint_eq(strlen(newest().detail), STEP_DETAIL_MAX - 1);
}
END_TEST

START_TEST(timeline_names_are_those_of_the_status_socket)
{
	static const char *const stages[] = {"smartcard", "factory", "register", "wait",
		"server-bootstrap", "client-bootstrap", "?"};
	static const char *const results[] = {"running", "ok", "skipped", "failed", "pending", "?"};

	for (int i = 0; i < 7; i++)
		ck_assert_str_eq(stage_name((enum stage)i), stages[i]);
	for (int i = 0; i < 6; i++)
		ck_assert_str_eq(step_result_name((enum step_result)i), results[i]);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("timeline");
	TCase *t = tcase_create("timeline");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, timeline_keeps_and_logs_a_step_once);
	tcase_add_test(t, timeline_is_walked_oldest_first_and_goes_on_from_its_cursor);
	tcase_add_test(t, timeline_logs_the_same_failure_at_once_after_1_min_10_min_and_hourly);
	tcase_add_test(t, timeline_says_how_often_it_was_since_the_last_message);
	tcase_add_test(t, timeline_another_reason_or_server_is_logged_at_once);
	tcase_add_test(t, timeline_a_failure_after_a_success_is_news);
	tcase_add_test(t, timeline_repeats_move_to_the_end_with_a_new_number);
	tcase_add_test(t, timeline_holds_128_steps_and_forgets_the_oldest);
	tcase_add_test(t, timeline_cuts_a_long_text_between_characters);
	tcase_add_test(t, timeline_names_are_those_of_the_status_socket);
	suite_add_tcase(s, t);
	return s;
}
