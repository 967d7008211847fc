#include "daemon/denial.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "runner.h"

static char told[200];
static unsigned n_told;

static void sink(void *data, const struct log_record *record)
{
	(void)data;
	ck_assert_int_eq(record->fields.id, LOG_ID_ACCESS_DENIED);
	ck_assert_int_eq(record->fields.server, 102);
	snprintf(told, sizeof told, "%s | %s", record->fields.path, record->message);
	n_told++;
}

START_TEST(denial_is_told_at_once_and_then_once_a_minute_with_the_count)
{
	const struct request request = {
		.segment = {span_of_text("1"), span_of_text("0"), span_of_text("1")},
		.n_segments = 3};
	struct denial d = {0};

	n_told = 0;
	log_to(sink, NULL, LOG_DEBUG);
	for (unsigned i = 0; i < 1000; i++)
		denial_note(&d, usec_after(1, i / 100), 102, &request);
	ck_assert_uint_eq(n_told, 1);
	ck_assert_str_eq(
		told, "/1/0/1 | 1 request(s) without the right refused, the last for /1/0/1");
	denial_note(&d, usec_after(1, DENIAL_PACE_SEC), 102, &request);
	ck_assert_uint_eq(n_told, 2);
	ck_assert_ptr_nonnull(strstr(told, "1000 request(s)"));
}
END_TEST

START_TEST(denial_shows_no_octet_that_could_steer_a_terminal)
{
	char long_one[300];
	struct denial d = {0};

	memset(long_one, 'x', sizeof long_one);

	const struct request request = {
		.segment = {span_of_text("a\n\x1b["), span_of(long_one, sizeof long_one)},
		.n_segments = 2};

	log_to(sink, NULL, LOG_DEBUG);
	denial_note(&d, 1, 102, &request);
	ck_assert_int_eq(strncmp(told, "/a??[/xxx", 9), 0);
	ck_assert_uint_lt(strcspn(told, " "), 48);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("denial");
	TCase *t = tcase_create("denial");

	tcase_add_test(t, denial_is_told_at_once_and_then_once_a_minute_with_the_count);
	tcase_add_test(t, denial_shows_no_octet_that_could_steer_a_terminal);
	suite_add_tcase(s, t);
	return s;
}
