#include "card/helper/pcsc.h"

#include <errno.h>
#include <winscard.h>

#include "fake_winscard.h"
#include "runner.h"

static struct card_outcome outcome;
static unsigned n_signs;

static void alive(void)
{
	n_signs++;
}

static void begin(void)
{
	fake_winscard_start();
	outcome_done(&outcome);
	n_signs = 0;
}

static int connect_to(const char *pattern, struct pcsc **ret)
{
	*ret = NULL;

	int r = pcsc_new(&outcome, alive, ret);

	return r < 0 ? r : pcsc_connect(*ret, pattern, &outcome);
}

static void assert_fails(const char *pattern, enum card_class class, enum reason reason)
{
	struct pcsc *p;

	ck_assert_int_eq(connect_to(pattern, &p), -ECANCELED);
	ck_assert_msg(outcome.class == class, "%s", outcome.detail);
	ck_assert_str_eq(reason_id(outcome.reason), reason_id(reason));
	ck_assert(outcome.detail[0]);
	pcsc_free(p);
	ck_assert_uint_eq(fake.n_contexts, 0);
	ck_assert_uint_eq(fake.n_connected, 0);
}

START_TEST(pcsc_takes_the_first_reader_with_a_card)
{
	struct pcsc *p;

	ck_assert_int_eq(connect_to("", &p), 0);
	ck_assert_str_eq(fake.connected_to, "Full 00");
	ck_assert_str_eq(outcome.reader, "Full 00");
	ck_assert_uint_eq(outcome.atr.len, 2);
	ck_assert(!pcsc_port(p)->is_t0);
	ck_assert_uint_ge(n_signs, 4);
	pcsc_free(p);
	ck_assert_uint_eq(fake.n_contexts, 0);
	ck_assert_uint_eq(fake.n_connected, 0);
}
END_TEST

START_TEST(pcsc_takes_only_readers_whose_name_matches)
{
	struct pcsc *p;

	assert_fails("Empty*", CARD_CLASS_ABSENT, REASON_CARD_ABSENT);
	ck_assert_str_eq(outcome.reader, "Empty 00");
	assert_fails("Other*", CARD_CLASS_NO_SERVICE, REASON_CARD_NO_READER);
	fake.states[0] = SCARD_STATE_PRESENT;
	fake.protocol = SCARD_PROTOCOL_T0;
	ck_assert_int_eq(connect_to("F*", &p), 0);
	ck_assert_str_eq(fake.connected_to, "Full 00");
	ck_assert(pcsc_port(p)->is_t0);
	pcsc_free(p);
}
END_TEST

START_TEST(pcsc_tells_no_service_no_permission_no_reader_and_no_card_apart)
{
	static const struct {
		LONG error;
		enum card_class class;
		enum reason reason;
	} cases[] = {
		{SCARD_E_NO_SERVICE, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE},
		{SCARD_F_COMM_ERROR, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE},
		{SCARD_W_SECURITY_VIOLATION, CARD_CLASS_NO_SERVICE, REASON_CARD_DENIED},
		{SCARD_E_NO_READERS_AVAILABLE, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_READER},
		{SCARD_E_NO_SMARTCARD, CARD_CLASS_ABSENT, REASON_CARD_ABSENT},
		{SCARD_W_REMOVED_CARD, CARD_CLASS_ABSENT, REASON_CARD_ABSENT},
		{SCARD_W_UNRESPONSIVE_CARD, CARD_CLASS_TRANSIENT, REASON_CARD_MUTE},
		{SCARD_E_PROTO_MISMATCH, CARD_CLASS_TRANSIENT, REASON_CARD_MUTE},
		{SCARD_E_SHARING_VIOLATION, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE},
		{SCARD_E_NOT_TRANSACTED, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		LONG *const steps[] = {&fake.establish, &fake.list, &fake.status_change,
			&fake.connect, &fake.begin};

		for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
			begin();
			*steps[k] = cases[i].error;
			assert_fails("", cases[i].class, cases[i].reason);
		}
	}
}
END_TEST

START_TEST(pcsc_tells_a_mute_card)
{
	fake.states[1] |= SCARD_STATE_MUTE;
	assert_fails("", CARD_CLASS_TRANSIENT, REASON_CARD_MUTE);
	ck_assert_uint_eq(fake.n_transactions, 0);
}
END_TEST

START_TEST(pcsc_goes_on_with_a_card_that_was_just_reset)
{
	struct pcsc *p;

	fake.begin = SCARD_W_RESET_CARD;
	ck_assert_int_eq(connect_to("", &p), 0);
	ck_assert_uint_eq(fake.n_reconnects, 1);
	pcsc_free(p);
}
END_TEST

START_TEST(pcsc_port_tells_what_became_of_a_command)
{
	static const struct {
		LONG error;
		int expected;
	} cases[] = {
		{SCARD_S_SUCCESS, 0},
		{SCARD_W_REMOVED_CARD, -ENOMEDIUM},
		{SCARD_E_NO_SMARTCARD, -ENOMEDIUM},
		{SCARD_W_RESET_CARD, -ECONNRESET},
		{SCARD_F_COMM_ERROR, -ENOLINK},
		{SCARD_E_NO_SERVICE, -ENOLINK},
		{SCARD_E_NOT_TRANSACTED, -EIO},
		{SCARD_E_INSUFFICIENT_BUFFER, -EIO},
	};
	const struct card_port *port;
	struct pcsc *p;

	ck_assert_int_eq(connect_to("", &p), 0);
	port = pcsc_port(p);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf answer = {0};

		fake.transmit = cases[i].error;
		n_signs = 0;
		ck_assert_int_eq(port->transmit(port->data, test_hex("00A40000"), &answer),
			cases[i].expected);
		ck_assert_uint_eq(n_signs, 1);
		ck_assert_uint_eq(answer.len, 0);
		buf_done(&answer);
	}
	ck_assert_int_eq(port->restart(port->data), 0);
	fake.reconnect = SCARD_W_REMOVED_CARD;
	ck_assert_int_eq(port->restart(port->data), -ENOMEDIUM);
	pcsc_free(p);
}
END_TEST

START_TEST(pcsc_lists_readers_and_what_is_in_them)
{
	struct pcsc_reader list[PCSC_READERS_MAX];
	struct pcsc *p = NULL;

	ck_assert_int_eq(pcsc_new(&outcome, NULL, &p), 0);
	ck_assert_int_eq(pcsc_list(p, &outcome, list, PCSC_READERS_MAX), 2);
	ck_assert_str_eq(list[0].name, "Empty 00");
	ck_assert(!list[0].has_card && list[1].has_card && !list[1].is_mute);
	ck_assert_uint_eq(list[1].atr.len, 2);
	ck_assert_int_eq(pcsc_list(p, &outcome, list, 1), 1);
	fake.list = SCARD_E_NO_READERS_AVAILABLE;
	ck_assert_int_eq(pcsc_list(p, &outcome, list, PCSC_READERS_MAX), -ECANCELED);
	pcsc_free(p);
}
END_TEST

START_TEST(pcsc_waits_for_changes_and_notices_that_the_service_went)
{
	struct pcsc *p = NULL;

	fake.waits[0] = SCARD_S_SUCCESS;
	fake.waits[1] = SCARD_E_TIMEOUT;
	fake.waits[2] = SCARD_F_COMM_ERROR;
	ck_assert_int_eq(pcsc_new(&outcome, NULL, &p), 0);
	ck_assert_int_eq(pcsc_wait(p, 1000), 0);
	ck_assert_int_eq(pcsc_wait(p, 1000), -ETIMEDOUT);
	ck_assert_int_eq(pcsc_wait(p, 1000), -ENOLINK);
	/* without a reader it waits for the first */
	fake.list = SCARD_E_NO_READERS_AVAILABLE;
	ck_assert_int_eq(pcsc_wait(p, 1000), -ETIMEDOUT);
	fake.list = SCARD_E_NO_SERVICE;
	pcsc_free(p);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("pcsc");
	TCase *t = tcase_create("pcsc");

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_test(t, pcsc_takes_the_first_reader_with_a_card);
	tcase_add_test(t, pcsc_takes_only_readers_whose_name_matches);
	tcase_add_test(t, pcsc_tells_no_service_no_permission_no_reader_and_no_card_apart);
	tcase_add_test(t, pcsc_tells_a_mute_card);
	tcase_add_test(t, pcsc_goes_on_with_a_card_that_was_just_reset);
	tcase_add_test(t, pcsc_port_tells_what_became_of_a_command);
	tcase_add_test(t, pcsc_lists_readers_and_what_is_in_them);
	tcase_add_test(t, pcsc_waits_for_changes_and_notices_that_the_service_went);
	suite_add_tcase(s, t);
	return s;
}
