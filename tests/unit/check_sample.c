#include "daemon/sample.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_fixture.h"
#include "runner.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static const struct {
	struct conf_resource r;
	const char *text;
	struct value value; /* NONE: refused */
} rows[] = {
	{{.type = VALUE_FLOAT, .scale = 1}, " 21.5\n", {.type = VALUE_FLOAT, .f = 21.5}},
	{{.type = VALUE_FLOAT, .scale = 0.001, .is_scaled = true}, "21537\n",
		{.type = VALUE_FLOAT, .f = 21.537}},
	{{.type = VALUE_FLOAT, .scale = 2.5, .offset = -1, .is_scaled = true}, "4",
		{.type = VALUE_FLOAT, .f = 9}},
	{{.type = VALUE_INTEGER, .scale = 0.1, .is_scaled = true}, "215", VALUE_INT(22)},
	{{.type = VALUE_INTEGER, .scale = 1e18, .is_scaled = true}, "215", {0}},
	{{.type = VALUE_UNSIGNED, .scale = -1, .is_scaled = true}, "1", {0}},
	{{.type = VALUE_INTEGER, .scale = 1}, "21.5", {0}},
	{{.type = VALUE_INTEGER, .scale = 1}, "", {0}},
	{{.type = VALUE_BOOLEAN, .scale = 1}, "1\n", VALUE_BOOL(true)},
	{{.type = VALUE_BOOLEAN, .scale = 1}, "false\n", VALUE_BOOL(false)},
	{{.type = VALUE_BOOLEAN, .scale = 1}, "on\n", {0}},
	{{.type = VALUE_STRING, .scale = 1, .match = (char *)"^MODEL=\"(.*)\"$"},
		"A=1\nMODEL=\"GW 2\"\nB=2\n",
		{.type = VALUE_STRING, .bytes = {(const uint8_t *)"GW 2", 4}}},
	{{.type = VALUE_STRING, .scale = 1, .match = (char *)"x(y)"}, "xz", {0}},
	{{.type = VALUE_STRING, .scale = 1, .match = (char *)"x(y)?"}, "xz", {0}},
	{{.type = VALUE_OPAQUE, .scale = 1}, " a\n",
		{.type = VALUE_OPAQUE, .bytes = {(const uint8_t *)" a\n", 3}}},
};

START_TEST(sample_becomes_a_value)
{
	char why[SAMPLE_WHY_MAX] = "";
	struct buf text = {0}, room = {0};
	struct value v;

	ck_assert_int_eq(buf_append_text(&text, rows[_i].text), 0);

	int r = sample_parse(&rows[_i].r, &text, &room, &v, why);

	if (rows[_i].value.type == VALUE_NONE) {
		ck_assert_int_eq(r, -EINVAL);
		ck_assert_str_ne(why, "");
	} else {
		ck_assert_int_eq(r, 0);
		ck_assert(value_is_equal(&v, &rows[_i].value));
	}
	buf_done(&text);
	buf_done(&room);
}
END_TEST

static int read_of(const char *name, struct buf *ret, char why[SAMPLE_WHY_MAX])
{
	char path[160];

	snprintf(path, sizeof path, "%s%s", fixture_root(), name);
	return sample_read(path, ret, why);
}

START_TEST(sample_is_read_from_ordinary_files_up_to_64_kib)
{
	static uint8_t large[SAMPLE_MAX + 1];
	char why[SAMPLE_WHY_MAX], path[160];
	struct buf text = {0};

	fixture_write("/a", "12\n", 0644);
	ck_assert_int_eq(read_of("/a", &text, why), 0);
	ck_assert(span_is_text(buf_span(&text), "12\n"));
	fixture_write_bytes("/large", span_of(large, SAMPLE_MAX), 0644);
	ck_assert_int_eq(read_of("/large", &text, why), 0);
	ck_assert_uint_eq(text.len, SAMPLE_MAX);
	fixture_write_bytes("/larger", span_of(large, SAMPLE_MAX + 1), 0644);
	ck_assert_int_eq(read_of("/larger", &text, why), -EFBIG);
	ck_assert_int_eq(read_of("/none", &text, why), -ENOENT);
	ck_assert_ptr_nonnull(strstr(why, "/none: No such file"));
	ck_assert_int_eq(read_of("/", &text, why), -EINVAL);
	snprintf(path, sizeof path, "%s/fifo", fixture_root());
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(read_of("/fifo", &text, why), -EINVAL);
	buf_done(&text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sample");
	TCase *t = tcase_create("sample");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_loop_test(t, sample_becomes_a_value, 0, COUNT(rows));
	tcase_add_test(t, sample_is_read_from_ordinary_files_up_to_64_kib);
	suite_add_tcase(s, t);
	return s;
}
