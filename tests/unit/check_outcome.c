#include "card/outcome.h"

#include <errno.h>

#include "runner.h"

START_TEST(outcome_says_file_octet_and_what_was_expected)
{
	struct card_outcome r = {0};
	struct card_fault fault = {.offset = 17, .expected = "a path"};

	ck_assert_int_eq(outcome_fault(&r, 0x6430, &fault), -ECANCELED);
	ck_assert_int_eq(r.class, CARD_CLASS_INVALID);
	ck_assert_str_eq(r.detail, "file 6430, octet 17: expected a path");
	ck_assert_uint_eq(r.file, 0x6430);
}
END_TEST

START_TEST(outcome_tells_absent_wrong_locked_and_passing_trouble_apart)
{
	static const struct {
		uint16_t status;
		enum card_class class;
	} cases[] = {
		{0x6A82, CARD_CLASS_NO_DATA},
		{0x6283, CARD_CLASS_NO_DATA},
		{0x6984, CARD_CLASS_NO_DATA},
		{0x6281, CARD_CLASS_INVALID},
		{0x6981, CARD_CLASS_INVALID},
		{0x6986, CARD_CLASS_INVALID},
		{0x6882, CARD_CLASS_LOCKED},
		{0x6987, CARD_CLASS_LOCKED},
		{0x6988, CARD_CLASS_LOCKED},
		{0x6F00, CARD_CLASS_TRANSIENT},
		{0x6400, CARD_CLASS_TRANSIENT},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct card_outcome r = {0};

		ck_assert_int_eq(outcome_status(&r, CARD_FILE_ODF, cases[i].status), -ECANCELED);
		ck_assert_msg(r.class == cases[i].class, "%04X", cases[i].status);
		ck_assert_uint_eq(r.status, cases[i].status);
		ck_assert(strstr(r.detail, "EF(ODF) 5031"));
	}
}
END_TEST

START_TEST(outcome_prints_the_iccid_as_it_stands_on_the_card)
{
	struct card_octets o = {0};
	char text[2 * CARD_OCTETS_MAX + 1];

	octets_set(&o, test_hex("98 94 00 00 00 00 00 00 00 10"));
	iccid_format(&o, text);
	ck_assert_str_eq(text, "89490000000000000001");
	octets_set(&o, test_hex("98 94 F1"));
	iccid_format(&o, text);
	ck_assert_str_eq(text, "89491");
	o.len = 0;
	iccid_format(&o, text);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(outcome_cuts_what_is_longer_than_any_identifier)
{
	uint8_t many[64] = {0};
	struct card_octets o = {0};

	octets_set(&o, span_of(many, sizeof many));
	ck_assert_uint_eq(o.len, CARD_OCTETS_MAX);
	for (int i = 0; i < CARD_CLASS_COUNT; i++)
		ck_assert(*card_class_name((enum card_class)i));
	ck_assert_str_eq(card_class_name(CARD_CLASS_COUNT), "");
}
END_TEST

START_TEST(outcome_is_empty_when_it_is_done)
{
	struct card_outcome r = {.class = CARD_CLASS_LOCKED};

	ck_assert_int_eq(buf_append_text(&r.content, "secret"), 0);
	outcome_done(&r);
	ck_assert_int_eq(r.class, CARD_CLASS_READ);
	ck_assert_ptr_null(r.content.data);
	outcome_done(&r);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("outcome");
	TCase *t = tcase_create("outcome");

	tcase_add_test(t, outcome_says_file_octet_and_what_was_expected);
	tcase_add_test(t, outcome_tells_absent_wrong_locked_and_passing_trouble_apart);
	tcase_add_test(t, outcome_prints_the_iccid_as_it_stands_on_the_card);
	tcase_add_test(t, outcome_cuts_what_is_longer_than_any_identifier);
	tcase_add_test(t, outcome_is_empty_when_it_is_done);
	suite_add_tcase(s, t);
	return s;
}
