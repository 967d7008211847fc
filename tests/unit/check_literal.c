#include "conf/literal.h"

#include <errno.h>

#include "runner.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static const struct {
	const char *text;
	struct value value; /* type NONE: refused */
	enum value_type type;
} rows[] = {
	{"-7", VALUE_INT(-7), VALUE_INTEGER},
	{"7.0", {0}, VALUE_INTEGER},
	{"18446744073709551615", VALUE_UINT(UINT64_MAX), VALUE_UNSIGNED},
	{"-1", {0}, VALUE_UNSIGNED},
	{"1.5e3", {.type = VALUE_FLOAT, .f = 1500}, VALUE_FLOAT},
	{"nan", {0}, VALUE_FLOAT},
	{"true", VALUE_BOOL(true), VALUE_BOOLEAN},
	{"1", {0}, VALUE_BOOLEAN},
	{"1700000000", {.type = VALUE_TIME, .i = 1700000000}, VALUE_TIME},
	{"3:0", {.type = VALUE_OBJLNK, .link = {3, 0}}, VALUE_OBJLNK},
	{"65535:65535", {.type = VALUE_OBJLNK, .link = {65535, 65535}}, VALUE_OBJLNK},
	{"3", {0}, VALUE_OBJLNK},
	{"3:x", {0}, VALUE_OBJLNK},
	{"0102", {0}, VALUE_OPAQUE},
	{"hex:01", {.type = VALUE_OPAQUE, .bytes = {(const uint8_t *)"\x01", 1}}, VALUE_OPAQUE},
	{"base64:AQ==", {.type = VALUE_OPAQUE, .bytes = {(const uint8_t *)"\x01", 1}},
		VALUE_OPAQUE},
	{"hex:0", {0}, VALUE_OPAQUE},
	{"warm", {.type = VALUE_STRING, .bytes = {(const uint8_t *)"warm", 4}}, VALUE_STRING},
	{"\xff", {0}, VALUE_STRING},
	{"</3/0>", {.type = VALUE_CORELNK, .bytes = {(const uint8_t *)"</3/0>", 6}}, VALUE_CORELNK},
	{"", {0}, VALUE_NONE},
	{"", {0}, VALUE_INTEGER},
};

START_TEST(literal_is_read_as_its_type)
{
	struct buf room = {0};
	struct value v;
	int r = literal_parse(span_of_text(rows[_i].text), rows[_i].type, &room, &v);

	if (rows[_i].value.type == VALUE_NONE) {
		ck_assert_int_eq(r, -EINVAL);
	} else {
		ck_assert_int_eq(r, 0);
		ck_assert(value_is_equal(&v, &rows[_i].value));
	}
	buf_done(&room);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("literal");
	TCase *t = tcase_create("literal");

	tcase_add_loop_test(t, literal_is_read_as_its_type, 0, COUNT(rows));
	suite_add_tcase(s, t);
	return s;
}
