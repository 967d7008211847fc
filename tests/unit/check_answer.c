#include "exchange/answer.h"

#include "runner.h"

START_TEST(answer_packet_shows_what_the_answer_holds)
{
	struct answer a = {0};

	answer_reset(&a, MSG_CREATED);
	a.content_format = FORMAT_TEXT;
	a.block1 = (struct block){.is_set = true, .num = 2};
	a.etag[0] = 9;
	a.etag_len = 1;
	a.size1 = 5;
	ck_assert_int_eq(body_append(&a.payload, span_of_text("hello"), 10), 0);
	ck_assert_int_eq(body_append(&a.location[0], span_of_text("rd"), 10), 0);
	a.n_location = 1;

	struct packet p = answer_packet(&a);

	ck_assert_uint_eq(p.code, MSG_CREATED);
	ck_assert_int_eq(p.content.content_format, FORMAT_TEXT);
	ck_assert(span_is_text(p.content.payload, "hello"));
	ck_assert(p.content.n_segments == 1 && span_is_text(p.content.segment[0], "rd"));
	ck_assert(p.block1.is_set && p.block1.num == 2 && !p.block2.is_set);
	ck_assert_uint_eq(p.etag.len, 1);
	ck_assert(p.size1 == 5 && p.size2 == SIZE_ABSENT);
	answer_reset(&a, 0);
	ck_assert(a.n_location == 0 && a.payload.len == 0 && a.content_format == FORMAT_NONE);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("answer");
	TCase *t = tcase_create("answer");

	tcase_add_test(t, answer_packet_shows_what_the_answer_holds);
	suite_add_tcase(s, t);
	return s;
}
