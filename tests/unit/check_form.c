#include "conf/form.h"

#include <errno.h>

#include "runner.h"

START_TEST(form_accepts_what_fits_and_names_what_does_not)
{
	static const struct {
		enum option_type type;
		const char *text;
		const char *code; /* NULL: it fits */
	} rows[] = {
		{OPTION_TEXT, "any text: \xc3\xa4", NULL},
		{OPTION_TEXT, "", NULL},
		{OPTION_TEXT, "two\nlines", "bad-value"},
		{OPTION_HOST, "dm.example.net", NULL},
		{OPTION_HOST, "a b", "bad-value"},
		{OPTION_HOST, "", "bad-value"},
		{OPTION_PATH, "/a", NULL},
		{OPTION_PATH, "a", "bad-value"},
		{OPTION_PATHS, "", "bad-value"},
		{OPTION_OBJECT_PATH, "/3303/0/5700", NULL},
		{OPTION_OBJECT_PATH, "/", "bad-value"},
		{OPTION_OBJECT_PATHS, "/3303/x", "bad-value"},
		{OPTION_BINDING, "UT", NULL},
		{OPTION_BINDING, "UU", "bad-value"},
		{OPTION_BINDING, "UQ", "bad-value"},
		{OPTION_BINDING, "", "bad-value"},
		{OPTION_URI, "coaps://[2001:db8::1]:5684", NULL},
		{OPTION_URI, "coap+tcp://a.example", NULL},
		{OPTION_URI, "mqtt://a.example", "bad-uri"},
		{OPTION_ADDRESSES, "[::]:5684", NULL},
		{OPTION_ADDRESSES, "127.0.0.1:0", NULL},
		{OPTION_ADDRESSES, "[fe80::1%eth0]:5684", NULL},
		{OPTION_ADDRESSES, "", "bad-value"},
		{OPTION_ADDRESSES, ":5684", "bad-value"},
		{OPTION_ADDRESSES, "[]:5684", "bad-value"},
		{OPTION_ADDRESSES, "[:5684", "bad-value"},
		{OPTION_ADDRESSES, "::1:5684", "bad-value"},
		{OPTION_ADDRESSES, "[::1]", "bad-value"},
		{OPTION_ADDRESSES, "[::1]:65536", "bad-value"},
		{OPTION_ADDRESSES, "localhost:5684", "bad-value"},
		{OPTION_ADDRESSES, "[1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:0:1:2:3:4:5:6:7]:1",
			"bad-value"},
		{OPTION_USER_NAME, "root", NULL},
		{OPTION_USER_NAME, "no-such-user", "group-missing"},
		{OPTION_GROUP_NAME, "root", NULL},
		{OPTION_GROUP_NAME, "no-such-group", "group-missing"},
	};
	struct option o = {.section = "x", .name = "x", .type = rows[_i].type};
	struct fault fault = {0};
	int r = form_check(&o, "", rows[_i].text, &fault);

	ck_assert_int_eq(r, rows[_i].code ? -EINVAL : 0);
	if (rows[_i].code) {
		ck_assert_str_eq(fault.code, rows[_i].code);
		ck_assert_str_ne(fault.message, "");
	}
}
END_TEST

START_TEST(form_limits_the_length_in_octets)
{
	struct option o = {.section = "x", .name = "x", .type = OPTION_TEXT, .max = 4};
	struct fault fault;
	char text[258];

	ck_assert_int_eq(form_check(&o, "", "abcd", &fault), 0);
	ck_assert_int_eq(form_check(&o, "", "abc\xc3\xa4", &fault), -EINVAL);
	o.max = 0;
	memset(text, 'a', sizeof text);
	text[256] = '\0';
	ck_assert_int_eq(form_check(&o, "", text, &fault), -EINVAL);
	text[255] = '\0';
	ck_assert_int_eq(form_check(&o, "", text, &fault), 0);
}
END_TEST

START_TEST(form_tells_queue_mode_from_the_binding)
{
	struct option o = {.section = "x", .name = "binding", .type = OPTION_BINDING};
	struct fault fault;

	ck_assert_int_eq(form_check(&o, "", "UQ", &fault), -EINVAL);
	ck_assert_str_eq(fault.hint, "queue mode is the key queue_mode");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("form");
	TCase *t = tcase_create("form");

	tcase_add_loop_test(t, form_accepts_what_fits_and_names_what_does_not, 0, 35);
	tcase_add_test(t, form_limits_the_length_in_octets);
	tcase_add_test(t, form_tells_queue_mode_from_the_binding);
	suite_add_tcase(s, t);
	return s;
}
