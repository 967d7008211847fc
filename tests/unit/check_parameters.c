#include "ctl/parameters.h"

#include "runner.h"

static const struct varlink_method method = {
	"M", .parameters = {{"text", VARLINK_TEXT, false}, {"n", VARLINK_INT, true},
		     {"list", VARLINK_TEXTS, true}, {"objects", VARLINK_OBJECTS, true}}};

static const struct {
	const char *given, *wrong;
} cases[] = {
	{"{\"text\":\"a\"}", NULL},
	{"{\"text\":\"a\",\"n\":-1,\"list\":[\"a\"],\"objects\":[{}]}", NULL},
	{"{\"text\":\"a\",\"n\":null}", NULL},
	{"{}", "text"},
	{"{\"text\":null}", "text"},
	{"{\"text\":1}", "text"},
	{"{\"text\":\"a\",\"n\":1.5}", "n"},
	{"{\"text\":\"a\",\"list\":\"a\"}", "list"},
	{"{\"text\":\"a\",\"list\":[1]}", "list"},
	{"{\"text\":\"a\",\"objects\":[\"a\"]}", "objects"},
	{"{\"text\":\"a\",\"objects\":{}}", "objects"},
	{"{\"text\":\"a\",\"x\":1}", "x"},
	{"[]", "parameters"},
};

START_TEST(parameters_name_the_first_that_is_wrong_or_missing)
{
	struct json *given;

	ck_assert_int_eq(json_parse(span_of_text(cases[_i].given), &given), 0);

	const char *wrong = parameters_find_wrong(&method, given);

	if (cases[_i].wrong)
		ck_assert_str_eq(wrong, cases[_i].wrong);
	else
		ck_assert_ptr_null(wrong);
	json_free(given);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("parameters");
	TCase *t = tcase_create("parameters");

	tcase_add_loop_test(t, parameters_name_the_first_that_is_wrong_or_missing, 0,
		sizeof cases / sizeof *cases);
	suite_add_tcase(s, t);
	return s;
}
