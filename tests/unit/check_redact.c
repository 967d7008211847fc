#include "ctl/redact.h"

#include "base/cleanup.h"
#include "runner.h"

#define KEY "3f9a07c4d2551be86e01f7ab94cc1023"

static const struct {
	const char *in, *out;
} cases[] = {
	{"nothing to hide\n", "nothing to hide\n"},
	{"a dev-1 b dev-1", "a [identity] b [identity]"},
	{"id 42", "id 42"},
	{"key " KEY " end", "key [hidden] end"},
	{"key=" KEY KEY ".", "key=[hidden]."},
	{"3f9a07c4d2551be86e01f7ab94cc102", "3f9a07c4d2551be86e01f7ab94cc102"},
	{"sha256:3f9a07c4d2551be8", "sha256:3f9a07c4d2551be8"},
	{"sha256:" KEY KEY, "sha256:" KEY KEY},
	{"\"hex:3f9a07\"", "\"hex:[hidden]\""},
	{"\"base64:P5oHxNJVG+huAferlMwQIw==\";", "\"base64:[hidden]\";"},
	{"hex:", "hex:"},
	{"", ""},
};

START_TEST(redact_hides_identities_and_what_could_be_a_key)
{
	static const char conf[] = "  psk_identity = \"dev-1\"; # a.conf:1\n"
				   "  psk_identity = \"42\";\n";
	_cleanup_(buf_done) struct buf out = {0};
	struct writer w = writer_to(&out);
	struct redact r = {0};

	redact_take_identities(&r, span_of_text(conf));
	ck_assert_uint_eq(r.n, 1);
	redact_write(&r, span_of_text(cases[_i].in), &w);
	ck_assert_int_eq(w.err, 0);
	ck_assert_msg(span_is_text(buf_span(&out), cases[_i].out), "%.*s", (int)out.len,
		(const char *)out.data);
}
END_TEST

START_TEST(redact_takes_no_more_identities_than_it_has_room_for)
{
	_cleanup_(buf_done) struct buf conf = {0};
	struct redact r = {0};

	for (int i = 0; i < 2 * REDACT_WORDS_MAX; i++)
		ck_assert_int_eq(buf_append_text(&conf, "psk_identity = \"abc\"\n"), 0);
	redact_take_identities(&r, buf_span(&conf));
	ck_assert_uint_eq(r.n, REDACT_WORDS_MAX);
	redact_take_identities(&r, span_of_text("psk_identity = \"cut"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("redact");
	TCase *t = tcase_create("redact");

	tcase_add_loop_test(t, redact_hides_identities_and_what_could_be_a_key, 0,
		sizeof cases / sizeof *cases);
	tcase_add_test(t, redact_takes_no_more_identities_than_it_has_room_for);
	suite_add_tcase(s, t);
	return s;
}
