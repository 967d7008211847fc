#include "card/helper/once.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "card/frame.h"
#include "fake_winscard.h"
#include "mini_card.h"
#include "runner.h"

static struct mini_card card;
static struct card_outcome outcome;

static void begin(void)
{
	fake_winscard_start();
	mini_card_start(&card);
	fake.card = &card.port;
}

START_TEST(once_reads_a_card_through_the_service)
{
	struct card_wish wish = {.reader = span_of_text("Full*")};

	once_read(&wish, NULL, &outcome);
	ck_assert_msg(outcome.class == CARD_CLASS_READ, "%s", outcome.detail);
	ck_assert_uint_eq(outcome.content.len, 126);
	ck_assert_uint_eq(fake.n_contexts, 0);
	ck_assert_uint_eq(fake.n_connected, 0);
	outcome_done(&outcome);
}
END_TEST

START_TEST(once_says_why_not)
{
	struct card_wish wish = {.reader = span_of_text("Other")};
	char name[300];

	once_read(&wish, NULL, &outcome);
	ck_assert_int_eq(outcome.reason, REASON_CARD_NO_READER);
	memset(name, 'x', sizeof name);
	wish.reader = span_of(name, sizeof name);
	once_read(&wish, NULL, &outcome);
	ck_assert_int_eq(outcome.class, CARD_CLASS_TRANSIENT);
	wish = (struct card_wish){.command = {span_of_text("/nonexistent/modem")}, .n_command = 1};
	once_read(&wish, NULL, &outcome);
	ck_assert_int_eq(outcome.class, CARD_CLASS_NO_SERVICE);
}
END_TEST

/* Files instead of pipes: the whole dialogue fits. */
static int file_with(struct span bytes)
{
	int fd = memfd_create("check_once", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	if (bytes.len)
		ck_assert_int_eq(write(fd, bytes.data, bytes.len), (ssize_t)bytes.len);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static struct span content_of(int fd, uint8_t *room, size_t size)
{
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);

	ssize_t n = read(fd, room, size);

	ck_assert_int_ge(n, 0);
	return span_of(room, (size_t)n);
}

START_TEST(once_answers_a_wish_with_signs_of_life_and_an_outcome)
{
	static uint8_t room[64 * 1024];
	struct card_wish wish = {0};
	struct buf frame = {0};

	ck_assert_int_eq(frame_put_wish(&wish, &frame), 0);

	int in = file_with(buf_span(&frame)), out = file_with(span_of(NULL, 0));

	ck_assert_int_eq(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
	ck_assert_int_eq(once_serve(in, STDOUT_FILENO), EXIT_SUCCESS);

	struct span said = content_of(out, room, sizeof room);
	size_t signs = 0;

	while (signs < said.len && said.data[signs] == FRAME_SIGN_OF_LIFE)
		signs++;
	ck_assert_uint_ge(signs, card.n_commands);
	ck_assert_int_eq(
		frame_take_outcome(span_of(said.data + signs, said.len - signs), &outcome), 0);
	ck_assert_int_eq(outcome.class, CARD_CLASS_READ);
	outcome_done(&outcome);
	buf_done(&frame);
	close(in);
	close(out);
}
END_TEST

START_TEST(once_does_nothing_for_a_wish_that_is_none)
{
	int in = file_with(span_of("nonsense", 8)), out = file_with(span_of(NULL, 0));

	ck_assert_int_eq(once_serve(in, out), EXIT_FAILURE);
	ck_assert_uint_eq(card.n_commands, 0);
	close(in);
	close(out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("once");
	TCase *t = tcase_create("once");

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_test(t, once_reads_a_card_through_the_service);
	tcase_add_test(t, once_says_why_not);
	tcase_add_test(t, once_answers_a_wish_with_signs_of_life_and_an_outcome);
	tcase_add_test(t, once_does_nothing_for_a_wish_that_is_none);
	suite_add_tcase(s, t);
	return s;
}
