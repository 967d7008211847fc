#include "keys/scp03.h"

#include <errno.h>

#include "base/reader.h"
#include "runner.h"

/* A recorded session, taken apart. */
struct session {
	struct scp03_keys keys;
	struct span challenge, answer, authenticate;
	struct span command, response;
	struct span case1, case2, case3, case4;
};

static const struct {
	const char *name;
	size_t key_len;
} recorded[] = {{"scp03/aes128", 16}, {"scp03/aes192", 24}, {"scp03/aes256", 32}};

static struct session load(int i)
{
	struct reader r = reader_of(test_golden(recorded[i].name));
	struct session s = {.keys.enc = rd_take(&r, recorded[i].key_len),
		.keys.mac = rd_take(&r, recorded[i].key_len),
		.challenge = rd_take(&r, 8),
		.answer = rd_take(&r, 32),
		.authenticate = rd_take(&r, 16),
		.command = rd_take(&r, 24),
		.response = rd_take(&r, 40),
		.case1 = rd_take(&r, 8),
		.case2 = rd_take(&r, 8),
		.case3 = rd_take(&r, 24),
		.case4 = rd_take(&r, 24)};

	ck_assert_int_eq(r.err, 0);
	ck_assert_uint_eq(rd_left(&r), 0);
	return s;
}

static struct scp03 *start(const struct session *s)
{
	struct scp03 *scp;

	ck_assert_int_eq(scp03_new(&s->keys, s->challenge, s->answer, &scp), 0);
	return scp;
}

static void assert_wraps(
	struct scp03 *scp, const char *header, const char *data, struct span expected)
{
	struct buf out = {0};

	ck_assert_int_eq(scp03_wrap(scp, test_hex(header).data, test_hex(data), &out), 0);
	ck_assert_msg(span_is_equal(buf_span(&out), expected), "%s", header);
	buf_done(&out);
}

START_TEST(scp03_repeats_the_recorded_sessions)
{
	struct session s = load(_i);
	struct scp03 *scp = start(&s);
	struct buf out = {0};

	ck_assert_int_eq(scp03_authenticate(scp, 0x84, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), s.authenticate));
	assert_wraps(scp, "84 E2 91 00", "BF3E035C015A", s.command);

	buf_truncate(&out, 0);
	ck_assert_int_eq(scp03_unwrap(scp, s.response, 0x9000, &out), 0);
	ck_assert(span_is_equal(
		buf_span(&out), test_hex("BF3E125A1089882119900000000000000000000005")));

	assert_wraps(scp, "84 F2 20 02", "", s.case1);
	assert_wraps(scp, "84 CA 00 66", "", s.case2);
	assert_wraps(scp, "84 F2 20 02", "4F0212345C054F9F70C5", s.case3);
	assert_wraps(scp, "84 F2 80 02", "4F00", s.case4);
	buf_done(&out);
	scp03_free(scp);
}
END_TEST

/* Challenges, cryptograms and MACs of 16 octets. */
START_TEST(scp03_speaks_mode_s16)
{
	struct reader r = reader_of(test_golden("scp03/s16"));
	struct scp03_keys keys = {.enc = rd_take(&r, 16), .mac = rd_take(&r, 16)};
	struct span challenge = rd_take(&r, 16), answer = rd_take(&r, 48);
	struct span authenticate = rd_take(&r, 32), command = rd_take(&r, 32);
	struct span response = rd_take(&r, 48);
	struct buf out = {0};
	struct scp03 *scp;

	ck_assert_int_eq(scp03_new(&keys, span_of(challenge.data, 8), answer, &scp), -EPROTO);
	ck_assert_int_eq(scp03_new(&keys, span_of(challenge.data, 15), answer, &scp), -EINVAL);
	ck_assert_int_eq(scp03_new(&keys, answer, answer, &scp), -EINVAL);
	ck_assert_int_eq(scp03_new(&keys, challenge, answer, &scp), 0);
	ck_assert_int_eq(scp03_authenticate(scp, 0x84, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), authenticate));
	assert_wraps(scp, "84 E2 91 00", "BF3E035C015A", command);
	buf_truncate(&out, 0);
	ck_assert_int_eq(scp03_unwrap(scp, span_of(response.data, 40), 0x9000, &out), -EBADMSG);
	ck_assert_int_eq(scp03_unwrap(scp, response, 0x9000, &out), 0);
	ck_assert(span_is_equal(
		buf_span(&out), test_hex("BF3E125A1089882119900000000000000000000005")));
	ck_assert_uint_eq(scp03_data_max(scp), 223);
	buf_done(&out);
	scp03_free(scp);
}
END_TEST

START_TEST(scp03_leaves_the_channel_out_of_the_mac)
{
	struct session s = load(0);
	struct scp03 *scp = start(&s);
	struct buf out = {0};

	ck_assert_int_eq(scp03_authenticate(scp, 0x87, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), s.authenticate));
	assert_wraps(scp, "86 E2 91 00", "BF3E035C015A", s.command);
	buf_done(&out);
	scp03_free(scp);
}
END_TEST

START_TEST(scp03_knows_a_card_with_other_keys)
{
	struct session s = load(_i);
	struct span other = span_of(s.keys.mac.data, s.keys.mac.len);
	struct scp03 *scp;

	s.keys.mac = s.keys.enc;
	ck_assert_int_eq(scp03_new(&s.keys, s.challenge, s.answer, &scp), -EKEYREJECTED);
	s.keys.mac = other;
	ck_assert_int_eq(
		scp03_new(&s.keys, span_of(s.answer.data, 8), s.answer, &scp), -EKEYREJECTED);
}
END_TEST

START_TEST(scp03_refuses_other_protocols_and_keys)
{
	static const char *const bad[] = {
		"",
		"00000000000000000000 30 02 70 3B1ACA81E821F219 081CDC01C26B372D 000003", /* SCP02
											   */
		"00000000000000000000 30 03 71 3B1ACA81E821F219 081CDC01C26B372D 000003", /* S16 */
		"00000000000000000000 30 03 70 3B1ACA81E821F219 081CDC01C26B37",
		"00000000000000000000 30 03 70 3B1ACA81E821F219 081CDC01C26B372D 0000",
	};
	struct session s = load(0);
	struct scp03 *scp;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(scp03_new(&s.keys, s.challenge, test_hex(bad[i]), &scp) == -EPROTO,
			"%s", bad[i]);
	/* without the sequence counter it is fine */
	ck_assert_int_eq(scp03_new(&s.keys, s.challenge, span_of(s.answer.data, 29), &scp), 0);
	scp03_free(scp);
	s.keys.enc.len = 15;
	ck_assert_int_eq(scp03_new(&s.keys, s.challenge, s.answer, &scp), -EINVAL);
	s.keys.mac.len = 15;
	ck_assert_int_eq(scp03_new(&s.keys, s.challenge, s.answer, &scp), -EINVAL);
}
END_TEST

START_TEST(scp03_refuses_every_flipped_octet_of_an_answer)
{
	struct session s = load(0);
	struct scp03 *scp = start(&s);
	struct buf out = {0}, answer = {0};

	ck_assert_int_eq(scp03_authenticate(scp, 0x84, &out), 0);
	assert_wraps(scp, "84 E2 91 00", "BF3E035C015A", s.command);
	buf_truncate(&out, 0);
	ck_assert_int_eq(buf_append(&answer, s.response), 0);
	for (size_t i = 0; i < answer.len; i++) {
		answer.data[i] ^= 0x01;
		ck_assert_int_eq(scp03_unwrap(scp, buf_span(&answer), 0x9000, &out), -EBADMSG);
		answer.data[i] ^= 0x01;
	}
	ck_assert_int_eq(scp03_unwrap(scp, buf_span(&answer), 0x6282, &out), -EBADMSG);
	ck_assert_int_eq(scp03_unwrap(scp, span_of(answer.data, 39), 0x9000, &out), -EBADMSG);
	ck_assert_uint_eq(out.len, 0);
	ck_assert_int_eq(scp03_unwrap(scp, buf_span(&answer), 0x9000, &out), 0);
	buf_done(&out);
	buf_done(&answer);
	scp03_free(scp);
}
END_TEST

START_TEST(scp03_wants_a_mac_where_something_was_done)
{
	struct session s = load(0);
	struct scp03 *scp = start(&s);
	struct buf out = {0};

	ck_assert_int_eq(scp03_unwrap(scp, span_of(NULL, 0), 0x9000, &out), -EBADMSG);
	ck_assert_int_eq(scp03_unwrap(scp, span_of(NULL, 0), 0x9110, &out), -EBADMSG);
	ck_assert_int_eq(scp03_unwrap(scp, span_of(NULL, 0), 0x6282, &out), -EBADMSG);
	ck_assert_int_eq(scp03_unwrap(scp, span_of(NULL, 0), 0x6A82, &out), 0);
	scp03_free(scp);
}
END_TEST

START_TEST(scp03_keeps_a_command_within_a_short_apdu)
{
	struct session s = load(0);
	struct scp03 *scp = start(&s);
	uint8_t data[240] = {0};
	const uint8_t header[] = {0x84, 0xD6, 0, 0};
	struct buf out = {0};

	ck_assert_uint_eq(scp03_data_max(scp), 239);
	ck_assert_int_eq(scp03_wrap(scp, header, span_of(data, 239), &out), 0);
	ck_assert_uint_eq(out.len, 248);
	ck_assert_int_eq(scp03_wrap(scp, header, span_of(data, 240), &out), -EMSGSIZE);
	buf_done(&out);
	scp03_free(scp);
}
END_TEST

START_TEST(scp03_asks_for_a_new_challenge_each_time)
{
	uint8_t a[SCP03_S8], b[SCP03_S8];

	ck_assert_int_eq(scp03_challenge(a, sizeof a), 0);
	ck_assert_int_eq(scp03_challenge(b, sizeof b), 0);
	ck_assert(memcmp(a, b, sizeof a) != 0);
	ck_assert_ptr_null(scp03_free(NULL));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("scp03");
	TCase *t = tcase_create("scp03");
	int n = sizeof recorded / sizeof *recorded;

	tcase_add_loop_test(t, scp03_repeats_the_recorded_sessions, 0, n);
	tcase_add_test(t, scp03_speaks_mode_s16);
	tcase_add_test(t, scp03_leaves_the_channel_out_of_the_mac);
	tcase_add_loop_test(t, scp03_knows_a_card_with_other_keys, 0, n);
	tcase_add_test(t, scp03_refuses_other_protocols_and_keys);
	tcase_add_test(t, scp03_refuses_every_flipped_octet_of_an_answer);
	tcase_add_test(t, scp03_wants_a_mac_where_something_was_done);
	tcase_add_test(t, scp03_keeps_a_command_within_a_short_apdu);
	tcase_add_test(t, scp03_asks_for_a_new_challenge_each_time);
	suite_add_tcase(s, t);
	return s;
}
