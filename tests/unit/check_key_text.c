#include "ctl/key_text.h"

#include <errno.h>

#include "runner.h"

#define RANDOM "3f9a07c4d2551be86e01f7ab94cc1023"

static const struct {
	const char *text, *octets; /* NULL: refused */
	const char *why;
} cases[] = {
	{RANDOM, RANDOM, NULL},
	{" " RANDOM "\r\n", RANDOM, NULL},
	{"3F9A07C4D2551BE86E01F7AB94CC1023", RANDOM, NULL},
	{"base64:P5oHxNJVG+huAferlMwQIw==\n", RANDOM, NULL},
	{RANDOM RANDOM RANDOM RANDOM, RANDOM RANDOM RANDOM RANDOM, NULL},
	{"", NULL, "there is none"},
	{"\n", NULL, "there is none"},
	{"secret password", NULL, "not hexadecimal"},
	{"3f9a07c4d2551be86e01f7ab94cc102", NULL, "not hexadecimal"},
	{"base64:?", NULL, "not hexadecimal"},
	{"3f9a07c4d2551be86e01f7ab94cc10", NULL, "fewer than 16"},
	{RANDOM RANDOM RANDOM RANDOM "00", NULL, "more than 64"},
	{"00000000000000000000000000000000", NULL, "a pattern"},
	{"000102030405060708090a0b0c0d0e0f", NULL, "a pattern"},
	{"f0e0d0c0b0a090807060504030201000", NULL, "a pattern"},
	{"deadbeefdeadbeefdeadbeefdeadbeef", NULL, "a pattern"},
};

START_TEST(key_text_takes_random_keys_and_says_what_is_wrong_with_others)
{
	struct secret key = {0};
	const char *why = NULL;
	int r = key_text_parse(span_of_text(cases[_i].text), &key, &why);

	if (cases[_i].octets) {
		ck_assert_int_eq(r, 0);
		ck_assert(span_is_equal(secret_span(&key), test_hex(cases[_i].octets)));
	} else {
		ck_assert_int_eq(r, -EINVAL);
		ck_assert_msg(strstr(why, cases[_i].why), "%s", why);
		ck_assert_uint_eq(key.len, 0);
	}
	secret_done(&key);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("key_text");
	TCase *t = tcase_create("key_text");

	tcase_add_loop_test(t, key_text_takes_random_keys_and_says_what_is_wrong_with_others, 0,
		sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
