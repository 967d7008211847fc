#include "card/apdu.h"

#include <errno.h>

#include "runner.h"
#include "script_port.h"

#define PLAY(t0, ...)                                                                              \
	static const struct script_step steps_[] = {__VA_ARGS__};                                  \
	struct script_port script;                                                                 \
	struct card_channel channel = {.port = &script.port, .number = 1};                         \
	struct buf answer = {0};                                                                   \
	uint16_t status = 0;                                                                       \
	script_port_start(&script, t0, steps_, sizeof steps_ / sizeof *steps_)

static const struct apdu read_5 = {.ins = 0xB0, .p1 = 0x01, .p2 = 0x02, .le = 5};

static struct apdu select_file(void)
{
	return (struct apdu){.ins = 0xA4, .p1 = 0x08, .p2 = 0x04, .data = test_hex("2F00")};
}

static void over(const struct script_port *script, struct buf *answer)
{
	script_port_assert_over(script);
	buf_done(answer);
}

START_TEST(apdu_of_t0_carries_no_le_after_data_and_fetches_the_answer)
{
	PLAY(true, {.command = "01 A4 08 04 02 2F00", .answer = "61 03"},
		{.command = "01 C0 00 00 03", .answer = "AABBCC 9000"});
	struct apdu a = select_file();

	ck_assert_int_eq(apdu_send(&channel, &a, &answer, &status), 0);
	ck_assert_uint_eq(status, STATUS_OK);
	ck_assert(span_is_equal(buf_span(&answer), test_hex("AABBCC")));
	over(&script, &answer);
}
END_TEST

START_TEST(apdu_of_t1_carries_le_after_data)
{
	PLAY(false, {.command = "01 A4 08 04 02 2F00 00", .answer = "AABB 9000"});
	struct apdu a = select_file();

	ck_assert_int_eq(apdu_send(&channel, &a, &answer, &status), 0);
	ck_assert_uint_eq(answer.len, 2);
	over(&script, &answer);
}
END_TEST

START_TEST(apdu_without_data_and_answer_has_a_fifth_octet_on_t0_alone)
{
	static const struct script_step t1[] = {{.command = "01 20 00 01", .answer = "63C3"}};
	static const struct script_step t0[] = {{.command = "01 20 00 01 00", .answer = "63C3"}};

	for (int i = 0; i < 2; i++) {
		struct script_port script;
		struct card_channel channel = {.port = &script.port, .number = 1};
		struct apdu a = {.ins = 0x20, .p2 = 0x01, .le = APDU_NO_LE};
		struct buf answer = {0};
		uint16_t status = 0;

		script_port_start(&script, i == 0, i == 0 ? t0 : t1, 1);
		ck_assert_int_eq(apdu_send(&channel, &a, &answer, &status), 0);
		ck_assert_uint_eq(status, 0x63C3);
		over(&script, &answer);
	}
}
END_TEST

START_TEST(apdu_is_repeated_with_the_length_that_the_card_names)
{
	PLAY(true, {.command = "01 B0 01 02 05", .answer = "6C 03"},
		{.command = "01 B0 01 02 03", .answer = "010203 9000"});

	ck_assert_int_eq(apdu_send(&channel, &read_5, &answer, &status), 0);
	ck_assert_uint_eq(answer.len, 3);
	over(&script, &answer);
}
END_TEST

START_TEST(apdu_collects_an_answer_in_pieces)
{
	PLAY(true, {.command = "01 A4 08 04 02 2F00", .answer = "61 00"},
		{.command = "01 C0 00 00 00", .answer = "0102 61 01"},
		{.command = "01 C0 00 00 01", .answer = "03 9000"});
	struct apdu a = select_file();

	ck_assert_int_eq(apdu_send(&channel, &a, &answer, &status), 0);
	ck_assert_uint_eq(answer.len, 3);
	over(&script, &answer);
}
END_TEST

START_TEST(apdu_takes_a_waiting_proactive_command_for_success)
{
	PLAY(false, {.command = "01 B0 01 02 05", .answer = "0102030405 910F"},
		{.command = "01 B0 01 02 05", .answer = "0102030405 9200"});

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(apdu_send(&channel, &read_5, &answer, &status), 0);
		ck_assert_uint_eq(status, STATUS_OK);
	}
	over(&script, &answer);
}
END_TEST

static int same_again(void *data, struct span command, struct buf *answer)
{
	(void)command;
	return buf_append(answer, *(const struct span *)data);
}

START_TEST(apdu_ends_a_card_that_goes_round_in_circles)
{
	struct span more = test_hex("61 10"), other = test_hex("6C 10");
	struct card_port port = {.data = &more, .transmit = same_again, .is_t0 = true};
	struct card_channel channel = {.port = &port};
	struct buf answer = {0};
	uint16_t status;

	ck_assert_int_eq(apdu_send(&channel, &read_5, &answer, &status), -EPROTO);
	ck_assert_uint_eq(channel.n_commands, APDU_PROCEDURE_ROUNDS);
	port.data = &other;
	ck_assert_int_eq(apdu_send(&channel, &read_5, &answer, &status), -EPROTO);
}
END_TEST

START_TEST(apdu_counts_the_commands_of_a_visit)
{
	struct span fine = test_hex("9000");
	struct card_port port = {.data = &fine, .transmit = same_again};
	struct card_channel channel = {.port = &port, .n_commands = APDU_COMMANDS_MAX - 1};
	struct buf answer = {0};
	uint16_t status;

	ck_assert_int_eq(apdu_send(&channel, &read_5, &answer, &status), 0);
	ck_assert_int_eq(apdu_send(&channel, &read_5, &answer, &status), -EPROTO);
}
END_TEST

START_TEST(apdu_refuses_half_and_endless_answers)
{
	uint8_t octets[APDU_ANSWER_MAX + 1] = {0};
	struct span answers[] = {
		span_of(octets, 0), span_of(octets, 1), span_of(octets, sizeof octets)};
	static const int errors[] = {-EIO, -EIO, -EPROTO};
	struct buf answer = {0};
	uint16_t status;

	for (size_t i = 0; i < 3; i++) {
		struct card_port port = {.data = &answers[i], .transmit = same_again};
		struct card_channel channel = {.port = &port};

		ck_assert_int_eq(apdu_send(&channel, &read_5, &answer, &status), errors[i]);
		ck_assert_uint_eq(answer.len, 0);
	}
}
END_TEST

START_TEST(apdu_passes_on_what_the_port_says)
{
	PLAY(false, {.command = "01 B0 01 02 05", .error = -ECONNRESET});

	ck_assert_int_eq(apdu_send(&channel, &read_5, &answer, &status), -ECONNRESET);
	over(&script, &answer);
}
END_TEST

START_TEST(apdu_knows_both_forms_of_the_class)
{
	PLAY(false, {.command = "00 B0 01 02 05", .answer = "9000"},
		{.command = "03 B0 01 02 05", .answer = "9000"},
		{.command = "40 B0 01 02 05", .answer = "9000"},
		{.command = "4F B0 01 02 05", .answer = "9000"},
		{.command = "82 50 00 00 05", .answer = "9000"});
	static const uint8_t numbers[] = {0, 3, 4, 19};
	const struct apdu update = {.class = 0x80, .ins = 0x50, .le = 5};

	for (size_t i = 0; i < sizeof numbers; i++) {
		channel.number = numbers[i];
		ck_assert_int_eq(apdu_send(&channel, &read_5, &answer, &status), 0);
	}
	channel.number = 2;
	ck_assert_int_eq(apdu_send(&channel, &update, &answer, &status), 0);
	over(&script, &answer);
}
END_TEST

/* The session of tests/golden/scp03/aes128, up to its first command. */
static struct scp03 *session(void)
{
	struct span all = test_golden("scp03/aes128");
	const struct scp03_keys keys = {span_of(all.data, 16), span_of(all.data + 16, 16)};
	struct buf out = {0};
	struct scp03 *s;

	ck_assert_int_eq(
		scp03_new(&keys, span_of(all.data + 32, 8), span_of(all.data + 40, 32), &s), 0);
	ck_assert_int_eq(scp03_authenticate(s, 0x84, &out), 0);
	buf_done(&out);
	return s;
}

START_TEST(apdu_is_protected_both_ways)
{
	PLAY(false,
		{.command = "84 E2 91 00 18 267A85DFE4A98FCA6FB0527E0DFECCE4914E40401433C87F 00",
			.answer = "F3BA2B1013AA6224F5E1C138D71805C569E5439B47576260B75FC021B25097CB"
				  "2E68F8A0144975B9 9000"});
	struct apdu a = {.class = 0x80, .ins = 0xE2, .p1 = 0x91, .data = test_hex("BF3E035C015A")};

	channel.number = 0;
	channel.scp = session();
	ck_assert_int_eq(apdu_send(&channel, &a, &answer, &status), 0);
	ck_assert(span_is_equal(
		buf_span(&answer), test_hex("BF3E125A1089882119900000000000000000000005")));
	scp03_free(channel.scp);
	over(&script, &answer);
}
END_TEST

START_TEST(apdu_of_a_broken_secure_channel_is_an_error)
{
	PLAY(true,
		{.command = "85 E2 91 00 18 267A85DFE4A98FCA6FB0527E0DFECCE4914E40401433C87F",
			.answer = "6103"},
		{.command = "01 C0 00 00 03", .answer = "AABBCC 9000"});
	struct apdu a = {.class = 0x80, .ins = 0xE2, .p1 = 0x91, .data = test_hex("BF3E035C015A")};

	channel.scp = session();
	ck_assert_int_eq(apdu_send(&channel, &a, &answer, &status), -EBADE);
	ck_assert_uint_eq(answer.len, 0);
	scp03_free(channel.scp);
	over(&script, &answer);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("apdu");
	TCase *t = tcase_create("apdu");

	tcase_add_test(t, apdu_of_t0_carries_no_le_after_data_and_fetches_the_answer);
	tcase_add_test(t, apdu_of_t1_carries_le_after_data);
	tcase_add_test(t, apdu_without_data_and_answer_has_a_fifth_octet_on_t0_alone);
	tcase_add_test(t, apdu_is_repeated_with_the_length_that_the_card_names);
	tcase_add_test(t, apdu_collects_an_answer_in_pieces);
	tcase_add_test(t, apdu_takes_a_waiting_proactive_command_for_success);
	tcase_add_test(t, apdu_ends_a_card_that_goes_round_in_circles);
	tcase_add_test(t, apdu_counts_the_commands_of_a_visit);
	tcase_add_test(t, apdu_refuses_half_and_endless_answers);
	tcase_add_test(t, apdu_passes_on_what_the_port_says);
	tcase_add_test(t, apdu_knows_both_forms_of_the_class);
	tcase_add_test(t, apdu_is_protected_both_ways);
	tcase_add_test(t, apdu_of_a_broken_secure_channel_is_an_error);
	suite_add_tcase(s, t);
	return s;
}
