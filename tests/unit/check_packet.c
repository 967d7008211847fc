#include "exchange/packet.h"

#include "exchange.h"
#include "runner.h"

static bool same_key(const struct packet *a, const struct packet *b, unsigned parts)
{
	struct buf ka = {0}, kb = {0};

	ck_assert_int_eq(packet_key(a, parts, &ka), 0);
	ck_assert_int_eq(packet_key(b, parts, &kb), 0);

	bool same = span_is_equal(buf_span(&ka), buf_span(&kb));

	buf_done(&ka);
	buf_done(&kb);
	return same;
}

START_TEST(key_tells_paths_apart_that_join_to_the_same_text)
{
	struct packet a = test_request(MSG_PUT, 1, "ab"), b = test_request(MSG_PUT, 2, "a");
	struct packet c = test_request(MSG_PUT, 3, "ab");

	ck_assert_int_eq(request_add_segment(&a.content, span_of_text("c")), 0);
	ck_assert_int_eq(request_add_segment(&b.content, span_of_text("bc")), 0);
	ck_assert_int_eq(request_add_query(&c.content, span_of_text("c")), 0);
	ck_assert(!same_key(&a, &b, 0));
	ck_assert(!same_key(&a, &c, 0));
	ck_assert(same_key(&a, &a, 0));
}
END_TEST

START_TEST(key_holds_only_the_parts_asked_for)
{
	struct packet a = test_request(MSG_PUT, 1, "a"), b = a;

	b.content.content_format = FORMAT_TLV;
	b.content.accept = FORMAT_TEXT;
	b.request_tag = span_of_text("1");
	b.mid = 7;
	ck_assert(same_key(&a, &b, 0));
	ck_assert(!same_key(&a, &b, KEY_CONTENT_FORMAT));
	ck_assert(!same_key(&a, &b, KEY_ACCEPT));
	ck_assert(!same_key(&a, &b, KEY_REQUEST_TAG));
	b.code = MSG_POST;
	ck_assert(!same_key(&a, &b, 0));
}
END_TEST

START_TEST(token_has_eight_octets_at_most)
{
	struct token t = token_of(span_of_text("0123456789"));

	ck_assert_uint_eq(t.len, 8);
	ck_assert(!token_is_equal(t, token_of(span_of_text("0123456"))));
	ck_assert(token_is_equal(token_of(span_of(NULL, 0)), (struct token){0}));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("packet");
	TCase *t = tcase_create("packet");

	tcase_add_test(t, key_tells_paths_apart_that_join_to_the_same_text);
	tcase_add_test(t, key_holds_only_the_parts_asked_for);
	tcase_add_test(t, token_has_eight_octets_at_most);
	suite_add_tcase(s, t);
	return s;
}
