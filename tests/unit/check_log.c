#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "runner.h"

struct heard {
	int n;
	enum log_level level;
	char message[600];
	struct log_fields fields;
};

static void hear(void *data, const struct log_record *record)
{
	struct heard *heard = data;

	heard->n++;
	heard->level = record->level;
	heard->fields = record->fields;
	snprintf(heard->message, sizeof heard->message, "%s", record->message);
}

START_TEST(log_without_a_sink_goes_nowhere)
{
	log_to(NULL, NULL, LOG_DEBUG);
	LOG(LOG_ERROR, "nobody hears %s", "this");
}
END_TEST

START_TEST(log_gives_the_sink_level_and_message)
{
	struct heard heard = {0};

	log_to(hear, &heard, LOG_INFO);
	LOG(LOG_WARNING, "%d servers", 3);
	ck_assert_int_eq(heard.n, 1);
	ck_assert_int_eq(heard.level, LOG_WARNING);
	ck_assert_str_eq(heard.message, "3 servers");
	ck_assert_int_eq(heard.fields.server, LOG_SERVER_NONE);
	ck_assert_int_eq(heard.fields.id, LOG_ID_NONE);
}
END_TEST

START_TEST(log_gives_the_sink_the_fields)
{
	struct heard heard = {0};

	log_to(hear, &heard, LOG_INFO);
	LOG_EV(LOG_NOTICE, ({.id = LOG_ID_REGISTERED, .server = 101, .uri = "coap://h"}), "up");
	ck_assert_int_eq(heard.fields.id, LOG_ID_REGISTERED);
	ck_assert_int_eq(heard.fields.server, 101);
	ck_assert_str_eq(heard.fields.uri, "coap://h");
	ck_assert_int_eq(heard.fields.reason, REASON_NONE);
}
END_TEST

START_TEST(log_drops_what_is_above_the_level)
{
	struct heard heard = {0};

	log_to(hear, &heard, LOG_NOTICE);
	LOG(LOG_INFO, "dropped");
	LOG(LOG_NOTICE, "kept");
	ck_assert_int_eq(heard.n, 1);
	ck_assert_str_eq(heard.message, "kept");
	ck_assert_int_eq(log_level(), LOG_NOTICE);
}
END_TEST

START_TEST(log_message_of_a_peer_makes_no_lines_of_its_own)
{
	struct heard heard = {0};

	log_to(hear, &heard, LOG_INFO);
	LOG(LOG_INFO, "%s", "a\nMESSAGE_ID=1\r\t\033[2J\177");
	ck_assert_str_eq(heard.message, "a?MESSAGE_ID=1???[2J?");
}
END_TEST

START_TEST(log_message_that_is_too_long_is_cut)
{
	struct heard heard = {0};

	log_to(hear, &heard, LOG_INFO);
	LOG(LOG_INFO, "%2000d", 1);
	ck_assert_uint_eq(strlen(heard.message), 511);
}
END_TEST

START_TEST(log_message_is_cut_between_characters)
{
	struct heard heard = {0};

	log_to(hear, &heard, LOG_INFO);
	LOG(LOG_INFO, "%510s\u20ac", "");
	ck_assert(text_is_utf8(span_of_text(heard.message)));
	ck_assert_uint_eq(strlen(heard.message), 510);
}
END_TEST

START_TEST(log_levels_are_named_as_the_configuration_names_them)
{
	ck_assert_int_eq(log_level_parse("error"), LOG_ERROR);
	ck_assert_int_eq(log_level_parse("warning"), LOG_WARNING);
	ck_assert_int_eq(log_level_parse("notice"), LOG_NOTICE);
	ck_assert_int_eq(log_level_parse("info"), LOG_INFO);
	ck_assert_int_eq(log_level_parse("debug"), LOG_DEBUG);
	ck_assert_int_eq(log_level_parse("loud"), -EINVAL);
	ck_assert_int_eq(log_level_parse(""), -EINVAL);
}
END_TEST

START_TEST(every_event_has_a_name_and_a_message_id_of_128_bits)
{
	for (unsigned i = LOG_ID_NONE + 1; i < LOG_ID_COUNT; i++) {
		ck_assert_str_ne(log_id_name(i), "");
		ck_assert_uint_eq(strlen(log_id_message_id(i)), 32);
		ck_assert_uint_eq(strspn(log_id_message_id(i), "0123456789abcdef"), 32);
	}
}
END_TEST

START_TEST(every_event_name_and_message_id_is_there_once)
{
	for (unsigned i = 0; i < LOG_ID_COUNT; i++)
		for (unsigned k = 0; k < i; k++) {
			ck_assert_str_ne(log_id_name(i), log_id_name(k));
			ck_assert_str_ne(log_id_message_id(i), log_id_message_id(k));
		}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("log");
	TCase *t = tcase_create("log");

	tcase_add_test(t, log_without_a_sink_goes_nowhere);
	tcase_add_test(t, log_gives_the_sink_level_and_message);
	tcase_add_test(t, log_gives_the_sink_the_fields);
	tcase_add_test(t, log_drops_what_is_above_the_level);
	tcase_add_test(t, log_message_of_a_peer_makes_no_lines_of_its_own);
	tcase_add_test(t, log_message_that_is_too_long_is_cut);
	tcase_add_test(t, log_message_is_cut_between_characters);
	tcase_add_test(t, log_levels_are_named_as_the_configuration_names_them);
	tcase_add_test(t, every_event_has_a_name_and_a_message_id_of_128_bits);
	tcase_add_test(t, every_event_name_and_message_id_is_there_once);
	suite_add_tcase(s, t);
	return s;
}
