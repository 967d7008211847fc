/*
 * What provision refuses before it writes; what it writes is tests/integration/test_provision.py.
 */
#include "program.h"
#include "runner.h"

#define KEY "3f9a07c4d2551be86e01f7ab94cc1023\n"

static struct {
	struct program program;
	int code;
	const char *says;
} cases[] = {
	{{.words = {"provision", "--root", "/nonexistent", "--psk-identity", "a",
		  "--psk-key-stdin"},
		 .input = KEY},
		2, "usage: lwm2mctl provision"},
	{{.words = {"provision", "--root", "/nonexistent", "--bootstrap", "coaps://bs.example.net",
		  "--psk-key-stdin"},
		 .input = KEY},
		2, "usage: lwm2mctl provision"},
	{{.words = {"provision", "--root", "/nonexistent", "--bootstrap", "coaps://bs.example.net",
		  "--psk-identity", "a"},
		 .input = KEY},
		2, "usage: lwm2mctl provision"},
	{{.words = {"provision", "--root", "/nonexistent", "--server", "coaps://a",
		  "--psk-identity", "a", "--psk-key-stdin"},
		 .input = KEY},
		2, "usage: lwm2mctl provision"},
	{{.words = {"provision", "--root", "/nonexistent", "--server", "coaps://a", "--short-id",
		  "0", "--psk-identity", "a", "--psk-key-stdin"},
		 .input = KEY},
		2, "no Short Server ID"},
	{{.words = {"provision", "--root", "/nonexistent", "--bootstrap", "coaps://bs.example.net",
		  "--server", "coaps://a", "--psk-identity", "a", "--psk-key-stdin"},
		 .input = KEY},
		2, "usage: lwm2mctl provision"},
	{{.words = {"provision", "--root", "/nonexistent", "--bootstrap", "coap://bs.example.net",
		  "--psk-identity", "a", "--psk-key-stdin"},
		 .input = KEY},
		9, "needs coaps://"},
	{{.words = {"provision", "--root", "/nonexistent", "--bootstrap", "http://bs",
		  "--psk-identity", "a", "--psk-key-stdin"},
		 .input = KEY},
		9, "is no URI of a server"},
	{{.words = {"provision", "--root", "/nonexistent", "--bootstrap", "coaps://bs.example.net",
		  "--psk-identity", "a\"b", "--psk-key-stdin"},
		 .input = KEY},
		9, "cannot be configured"},
	{{.words = {"provision", "--root", "/nonexistent", "--bootstrap", "coaps://bs.example.net",
		  "--endpoint", "a\nb", "--psk-identity", "auto", "--psk-key-stdin"},
		 .input = KEY},
		9, "cannot be configured"},
	{{.words = {"provision", "--root", "/nonexistent", "--bootstrap", "coaps://bs.example.net",
		  "--psk-identity", "a", "--psk-key-stdin"},
		 .input = "secret"},
		9, "the key is refused: it is not hexadecimal"},
	{{.words = {"provision", "--root", "/nonexistent", "--bootstrap", "coaps://bs.example.net",
		  "--psk-identity", "a", "--psk-key-stdin"},
		 .input = ""},
		9, "the key is refused: there is none"},
};

START_TEST(provision_refuses_what_cannot_become_an_account)
{
	program_expect(&cases[_i].program, cases[_i].code, cases[_i].says, NULL);
	ck_assert_ptr_null(strstr(cases[_i].program.said, "3f9a"));
	ck_assert_ptr_null(strstr(cases[_i].program.said, "secret"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("verb_provision");
	TCase *t = tcase_create("verb_provision");

	tcase_add_loop_test(t, provision_refuses_what_cannot_become_an_account, 0,
		sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
