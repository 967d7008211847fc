#include <stdio.h>
#include <stdlib.h>

#include "dm.h"

static struct dm d;

static void set(struct path p, int64_t v)
{
	ck_assert_int_eq(model_set(d.m, p, &VALUE_INT(v)), 0);
}

static void setup(void)
{
	dm_setup(&d);
	set(PATH3(SAMPLE, 0, SAMPLE_INT), 1);
	set(PATH4(SAMPLE, 0, SAMPLE_INTS, 3), 4);
	set(PATH3(SAMPLE, 0, SAMPLE_SENSOR), 7);
	ck_assert_int_eq(model_set(d.m, PATH3(SAMPLE, 0, SAMPLE_SECRET), &VALUE_TEXT("secret")), 0);
}

static void teardown(void)
{
	dm_teardown(&d);
}

/* Server 123 has these rights on /30000/0 and none elsewhere. */
static void allow(int64_t rights)
{
	dm_add_second_server(&d);
	ck_assert_int_eq(model_create(d.m, PATH2(2, 0), ORIGIN_BOOTSTRAP), 0);
	set(PATH3(2, 0, ACCESS_OBJECT_ID), SAMPLE);
	set(PATH3(2, 0, ACCESS_INSTANCE_ID), 0);
	set(PATH3(2, 0, ACCESS_OWNER), 456);
	set(PATH4(2, 0, ACCESS_ACL, 123), rights);
}

static void expect(const char *line, const char *payload, unsigned code)
{
	char *before = model_dump(d.m);
	unsigned got = dm_ask(&d, line, payload);
	char *after = model_dump(d.m);

	ck_assert_msg(got == code, "%s %s: %u, not %u", line, payload, got, code);
	if (code >= 400)
		ck_assert_str_eq(after, before);
	free(before);
	free(after);
}

static enum value_type type_of(void *data, struct path resource, bool *ret_multiple)
{
	const struct resource_def *def = model_resource(d.m, resource);

	(void)data;
	ck_assert_ptr_nonnull(def);
	*ret_multiple = def->is_multiple;
	return def->type;
}

struct names {
	char text[2048];
	size_t len;
};

static int on_record(void *data, const struct record *record)
{
	struct names *names = data;
	char path[PATH_TEXT_MAX];

	path_format(record->path, path);
	names->len += (size_t)snprintf(names->text + names->len, sizeof names->text - names->len,
		"%s%s", names->len ? " " : "", path);
	return 0;
}

/* What the last answer names, "/3/0/0 /3/0/1". */
static void expect_paths(const char *paths)
{
	struct names names = {.len = 0};
	const struct payload_sink sink = {
		.data = &names, .type_of = type_of, .on_record = on_record};

	ck_assert(d.response.has_content_format);
	ck_assert_int_eq(payload_decode(d.response.content_format, PATH0(),
				 buf_span(&d.response.payload), &sink),
		0);
	ck_assert_str_eq(names.text, paths);
}

static void expect_read(const char *payload, const char *paths)
{
	expect("FETCH / cf=110", payload, 205);
	ck_assert_int_eq(d.response.content_format, FORMAT_SENML_CBOR);
	expect_paths(paths);
}

/* ETS 1.1-int-280, 281 */
START_TEST(read_composite_shows_what_is_there_and_readable)
{
	expect_read("[{\"n\":\"/30000/0/1\"},{\"n\":\"/3/0/0\"},{\"n\":\"/3/0/4\"},"
		    "{\"n\":\"/30000/0/12\"},{\"n\":\"/30000/0/10\"}]",
		"/3/0/0 /30000/0/1 /30000/0/10/3");
}
END_TEST

/* ETS 1.1-int-236 */
START_TEST(read_composite_leaves_out_what_is_missing)
{
	expect_read("[{\"bn\":\"/30000/\",\"n\":\"0/1\"},{\"n\":\"9\"},{\"n\":\"0/2\"},"
		    "{\"n\":\"0/99\"},{\"bn\":\"/4711\"}]",
		"/30000/0/1");
	expect_read("[{\"n\":\"/4711\"}]", "");
	expect("FETCH / cf=110 accept=110", "[{\"n\":\"/4711\"}]", 205);
	dm_assert_payload(&d, "[]");
}
END_TEST

/* ETS 1.1-int-235 */
START_TEST(read_composite_of_the_root_never_shows_hidden_objects)
{
	expect("FETCH / cf=110", "[{\"n\":\"/\"}]", 205);
	expect_paths("/1/0/0 /1/0/1 /1/0/6 /1/0/7 /3/0/0 /3/0/1 /3/0/2 /3/0/3 /3/0/11/0 "
		     "/3/0/13 /3/0/14 /3/0/16 /30000/0/1 /30000/0/10/3 /30000/0/13");
	expect("FETCH / cf=110", "[{\"n\":\"/0\"}]", 401);
	expect("FETCH / cf=110", "[{\"n\":\"/0/1/5\"},{\"n\":\"/21/0\"},{\"n\":\"/23\"}]", 401);
	expect_read("[{\"n\":\"/0/1/5\"},{\"n\":\"/30000/0/1\"}]", "/30000/0/1");
}
END_TEST

START_TEST(read_composite_shows_only_what_the_server_may_read)
{
	allow(1);
	expect_read("[{\"n\":\"/3/0/0\"},{\"n\":\"/30000/0/1\"}]", "/30000/0/1");
	expect("FETCH / cf=110", "[{\"n\":\"/3/0/0\"},{\"n\":\"/1\"}]", 401);
	expect_read("[{\"n\":\"/\"}]", "/30000/0/1 /30000/0/10/3 /30000/0/13");
}
END_TEST

START_TEST(read_composite_answers_in_the_format_that_is_asked_for)
{
	const char *payload = "[{\"n\":\"/30000/0/1\"}]";

	expect("FETCH / cf=110 accept=110", payload, 205);
	dm_assert_payload(&d, "[{\"bn\":\"/30000/0/1\",\"v\":1}]");
	expect("FETCH / cf=110 accept=112", payload, 205);
	expect("FETCH / cf=110 accept=11542", payload, 406);
	expect("FETCH / cf=110 accept=0", payload, 406);
	expect("FETCH / cf=110 accept=65000", payload, 406);
}
END_TEST

START_TEST(read_composite_in_another_form_is_refused)
{
	const char *payload = "[{\"n\":\"/3/0/0\"}]";

	expect("FETCH /", payload, 400);
	expect("FETCH / cf=0", payload, 415);
	expect("FETCH / cf=11542", payload, 415);
	expect("FETCH / cf=320", payload, 415);
	expect("FETCH / cf=110", "[{\"n\":\"/3/0/0\"", 400);
	expect("FETCH / cf=110", "[{\"n\":\"/3/0/0\",\"v\":1}]", 400);
	expect("FETCH / cf=110", "[{\"n\":\"/3/0/0/0/0\"}]", 400);
	expect("FETCH /?pmin=1 cf=110", payload, 400);
	expect("FETCH /3/0 cf=110", payload, 405);
	d.peer.version = LWM2M_1_0;
	expect("FETCH / cf=110", payload, 405);
}
END_TEST

START_TEST(read_composite_takes_so_many_paths)
{
	static char payload[8192];
	size_t len = 0;

	for (unsigned i = 0; i <= 128; i++)
		len += (size_t)snprintf(payload + len, sizeof payload - len, "%s{\"n\":\"/3/%u\"}",
			i ? "," : "[", i);
	snprintf(payload + len, sizeof payload - len, "]");
	expect("FETCH / cf=110", payload, 413);
}
END_TEST

/* ETS 1.1-int-257 */
START_TEST(write_composite_writes_to_several_objects)
{
	expect("iPATCH / cf=110",
		"[{\"n\":\"/1/0/2\",\"v\":101},{\"n\":\"/1/0/6\",\"vb\":false},"
		"{\"n\":\"/30000/0/1\",\"v\":9},{\"n\":\"/30000/0/10/7\",\"v\":5}]",
		204);
	ck_assert_int_eq(model_get_int(d.m, PATH3(1, 0, 2), -1), 101);
	ck_assert(!model_get_bool(d.m, PATH3(1, 0, 6), true));
	ck_assert_int_eq(model_get_int(d.m, PATH3(SAMPLE, 0, SAMPLE_INT), -1), 9);
	/* as Partial Update does: it adds to a set */
	ck_assert_int_eq(model_get_int(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 3), -1), 4);
	ck_assert_int_eq(model_get_int(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 7), -1), 5);
}
END_TEST

static const struct {
	const char *payload;
	unsigned code;
} refused[] = {
	{"{\"n\":\"/3/0/0\",\"vs\":\"x\"}", 405},
	{"{\"n\":\"/3/0/4\",\"v\":1}", 405},
	{"{\"n\":\"/30000/0/13\",\"v\":1}", 405},
	{"{\"n\":\"/30000/1/1\",\"v\":1}", 404},
	{"{\"n\":\"/30000/0/99\",\"v\":1}", 404},
	{"{\"n\":\"/4711/0/1\",\"v\":1}", 404},
	{"{\"n\":\"/0/1/0\",\"vs\":\"coap://x\"}", 401},
	{"{\"n\":\"/21/0/0\",\"vd\":\"AA\"}", 401},
	{"{\"n\":\"/30000/0/1\",\"v\":101}", 400},
	{"{\"n\":\"/30000/0/4\",\"vs\":\"x\"}", 400},
	{"{\"n\":\"/1/0/1\",\"v\":-1}", 400},
	{"{\"n\":\"/30000/0/7\",\"vlo\":\"4711:0\"}", 400},
	{"{\"n\":\"/30000/0\",\"v\":1}", 400},
	{"{\"n\":\"/30000/0/1\",", 400},
};

START_TEST(write_composite_is_all_or_nothing)
{
	char payload[256];

	snprintf(payload, sizeof payload, "[{\"n\":\"/1/0/2\",\"v\":101},%s]", refused[_i].payload);
	expect("iPATCH / cf=110", payload, refused[_i].code);
}
END_TEST

START_TEST(write_composite_needs_the_right_on_each_instance)
{
	allow(2);
	expect("iPATCH / cf=110", "[{\"n\":\"/30000/0/1\",\"v\":2}]", 204);
	expect("iPATCH / cf=110", "[{\"n\":\"/30000/0/1\",\"v\":3},{\"n\":\"/1/0/2\",\"v\":1}]",
		401);
	ck_assert_int_eq(model_set(d.m, PATH4(2, 0, ACCESS_ACL, 123), &VALUE_INT(29)), 0);
	expect("iPATCH / cf=110", "[{\"n\":\"/30000/0/1\",\"v\":4}]", 401);
}
END_TEST

/* LwM2M 1.2: null takes a resource instance away */
START_TEST(write_composite_of_null_deletes_a_resource_instance)
{
	const char *payload = "[{\"n\":\"/30000/0/10/3\",\"v\":null}]";

	expect("iPATCH / cf=320", payload, 415);
	d.peer.version = LWM2M_1_2;
	expect("iPATCH / cf=320", payload, 204);
	ck_assert(!model_exists(d.m, PATH4(SAMPLE, 0, SAMPLE_INTS, 3)));
	expect("iPATCH / cf=320", payload, 404);
	expect("iPATCH / cf=320", "[{\"n\":\"/30000/0/1\",\"v\":null}]", 400);
	expect("iPATCH / cf=110", payload, 400);
}
END_TEST

START_TEST(write_composite_in_another_form_is_refused)
{
	const char *payload = "[{\"n\":\"/30000/0/1\",\"v\":2}]";

	expect("iPATCH /", payload, 400);
	expect("iPATCH / cf=0", payload, 415);
	expect("iPATCH / cf=11542", payload, 415);
	expect("iPATCH /?pmin=1 cf=110", payload, 400);
	expect("iPATCH /30000/0 cf=110", payload, 405);
	expect("iPATCH / cf=110", "[]", 400);
	d.peer.version = LWM2M_1_0;
	expect("iPATCH / cf=110", payload, 405);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("op_composite");
	TCase *t = tcase_create("op_composite");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, read_composite_shows_what_is_there_and_readable);
	tcase_add_test(t, read_composite_leaves_out_what_is_missing);
	tcase_add_test(t, read_composite_of_the_root_never_shows_hidden_objects);
	tcase_add_test(t, read_composite_shows_only_what_the_server_may_read);
	tcase_add_test(t, read_composite_answers_in_the_format_that_is_asked_for);
	tcase_add_test(t, read_composite_in_another_form_is_refused);
	tcase_add_test(t, read_composite_takes_so_many_paths);
	tcase_add_test(t, write_composite_writes_to_several_objects);
	tcase_add_loop_test(
		t, write_composite_is_all_or_nothing, 0, sizeof refused / sizeof *refused);
	tcase_add_test(t, write_composite_needs_the_right_on_each_instance);
	tcase_add_test(t, write_composite_of_null_deletes_a_resource_instance);
	tcase_add_test(t, write_composite_in_another_form_is_refused);
	suite_add_tcase(s, t);
	return s;
}
