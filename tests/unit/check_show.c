#include "card/helper/show.h"

#include <errno.h>
#include <stdlib.h>

#include "runner.h"

static char *text;
static size_t len;

static int show(const struct card_outcome *outcome)
{
	FILE *out = open_memstream(&text, &len);
	int r = show_outcome(outcome, out);

	fclose(out);
	return r;
}

static void done(void)
{
	free(text);
	text = NULL;
}

static struct card_outcome with_content(struct span content)
{
	struct card_outcome o = {.file = 0x6432};

	ck_assert_int_eq(buf_append(&o.content, content), 0);
	octets_set(&o.iccid, test_hex("98940000000000000010"));
	return o;
}

START_TEST(show_decodes_the_accounts)
{
	struct card_outcome o = with_content(test_golden("card/two_objects"));

	ck_assert_int_eq(show(&o), 0);
	ck_assert(strstr(text, "ICCID    89490000000000000001\n"));
	ck_assert(strstr(text, "\"coaps://eu.iot.avsystem.cloud:5684\""));
	ck_assert(strstr(text, "\"example-psk-identity\""));
	ck_assert(strstr(text, "86400"));
	ck_assert(strstr(text, "in clear"));
	outcome_done(&o);
}
END_TEST

START_TEST(show_never_prints_a_key)
{
	struct card_outcome o = with_content(test_golden("card/two_objects"));

	ck_assert_int_eq(show(&o), 0);
	ck_assert(!strstr(text, "3x@mpl3"));
	ck_assert(!strstr(text, "337840"));
	ck_assert(strstr(text, "/0/1/5     Secret Key                       sha256:"));
	outcome_done(&o);
}
END_TEST

START_TEST(show_lets_no_card_steer_the_terminal)
{
	struct card_outcome o =
		with_content(test_hex("0001 0010 0000 00 000B 08 00 08 C8 00 05 1B 5B 32 4A 41"));

	ck_assert_int_eq(show(&o), 0);
	ck_assert(strstr(text, "\\x1b[2JA"));
	ck_assert(!strchr(text, 0x1B));
	outcome_done(&o);
}
END_TEST

START_TEST(show_says_that_tlv_is_broken)
{
	struct card_outcome o = with_content(test_hex("0001 0006 0001 00 0001 C8"));

	ck_assert_int_eq(show(&o), -EBADMSG);
	ck_assert(strstr(text, "TLV is broken"));
	outcome_done(&o);
}
END_TEST

START_TEST(show_says_why_nothing_was_read)
{
	struct card_outcome o = {0};

	outcome_end(&o, CARD_CLASS_LOCKED, REASON_CARD_PIN_REQUIRED, "PIN 01 is needed");
	ck_assert_int_eq(show(&o), 0);
	ck_assert_str_eq(text, "locked: PIN 01 is needed [card.pin-required]\n");
}
END_TEST

START_TEST(show_lists_readers)
{
	struct pcsc_reader list[] = {{.name = "A"}, {.name = "B", .has_card = true},
		{.name = "C\x1b", .has_card = true, .is_mute = true}};
	FILE *out = open_memstream(&text, &len);

	octets_set(&list[1].atr, test_hex("3B00"));
	show_readers(list, 3, out);
	fclose(out);
	ck_assert_str_eq(text, "\"A\"  empty\n\"B\"  card, ATR 3B00\n"
			       "\"C\\x1b\"  a card that does not answer\n");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("show");
	TCase *t = tcase_create("show");

	tcase_add_checked_fixture(t, NULL, done);
	tcase_add_test(t, show_decodes_the_accounts);
	tcase_add_test(t, show_never_prints_a_key);
	tcase_add_test(t, show_lets_no_card_steer_the_terminal);
	tcase_add_test(t, show_says_that_tlv_is_broken);
	tcase_add_test(t, show_says_why_nothing_was_read);
	tcase_add_test(t, show_lists_readers);
	suite_add_tcase(s, t);
	return s;
}
