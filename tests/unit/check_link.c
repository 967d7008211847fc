#include "codec/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "records.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What a link should be: "name", "name=token" or "name=\"text\"". */
struct expected {
	const char *target;
	const char *attrs[4];
};

struct vector {
	const char *name;
	const struct expected *links;
	size_t n_links;
};

/* clang-format off */
static const struct expected single[] = {{"/sensors", {"ct=40"}}};
static const struct expected five[] = {
	{"/sensors", {"ct=40", "title=\"Sensor Index\""}},
	{"/sensors/temp", {"rt=\"temperature-c\"", "if=\"sensor\""}},
	{"/sensors/light", {"rt=\"light-lux\"", "if=\"sensor\""}},
	{"http://www.example.com/sensors/t123", {"anchor=\"/sensors/temp\"", "rel=\"describedby\""}},
	{"/t", {"anchor=\"/sensors/temp\"", "rel=\"alternate\""}},
};
static const struct expected firmware[] = {{"/firmware/v2.1", {"rt=\"firmware\"", "sz=262144"}}};
static const struct expected registration[] = {
	{"/", {"rt=\"oma.lwm2m\"", "ct=\"60 110 112\""}},
	{"/1/0", {0}}, {"/3/0", {0}}, {"/4/0", {0}}, {"/5", {0}}, {"/16", {0}},
};
static const struct expected discover[] = {
	{"/", {"lwm2m=1.1"}},
	{"/0/0", {"ssid=101", "uri=\"coaps://s1.example.com\""}},
	{"/0/1", {0}}, {"/1/0", {"ssid=101"}}, {"/3/0", {0}}, {"/4", {0}}, {"/5", {0}},
};
static const struct expected device[] = {
	{"/3/0/7", {"dim=2", "pmin=10", "pmax=60", "gt=50"}}, /* and lt=42.2 */
	{"/3/0/7/0", {0}}, {"/3/0/7/1", {"lt=45"}},
};

static const struct vector vectors[] = {
	{"link/rfc6690_single", single, COUNT(single)},
	{"link/rfc6690_list", five, COUNT(five)},
	{"link/rfc6690_firmware", firmware, COUNT(firmware)},
	{"link/register", registration, COUNT(registration)},
	{"link/bootstrap_discover", discover, COUNT(discover)},
	{"link/discover_device", device, COUNT(device)},
};

static const char *const malformed[] = {
	",</3>", "</3>,", "</3>,,</4>", "</3> ,</4>", "</3>, </4>", "</3>;", "</3>;;a", "</3>;=1",
	"</3>;a=", "</3>;a=;b", "</3>;a=\"", "</3>;a=\"b", "</3>;a=\"b\\\"", "</3>;a=\"b\"c",
	"</3>;a=\"b\\", "</3", "<", "3", "lwm2m=\"1.0\",</0/0>", "</3>x", "</3></4>", "<</3>>",
	"</a b>", "</3>;a b", "</3>;a=b c", "</3>;a=\"\t\"", "</3>;a=\"\x7F\"", "</3>;a=\"\xFF\"",
	"</3>;a=\"\\\x01\"", "</3>;\"a\"", "</\">", "</3>;a=b\\", "</\xC3\xA9>",
};
/* clang-format on */

static bool attr_is(const struct link_attr *a, const char *text)
{
	struct span expected = span_of_text(text), value = expected;
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : expected.len;

	if (!span_is_equal(a->name, span_of(text, len)) || a->has_value != (equals != NULL))
		return false;
	if (!equals)
		return a->value.len == 0 && !a->is_quoted;

	value = span_of(equals + 1, expected.len - len - 1);
	if (a->is_quoted != (value.data[0] == '"'))
		return false;
	if (a->is_quoted)
		value = span_of(value.data + 1, value.len - 2);
	return span_is_equal(a->value, value);
}

START_TEST(link_reads_the_golden_vectors)
{
	const struct vector *v = &vectors[_i];
	struct reader r = reader_of(test_golden(v->name));
	struct link got;

	for (size_t i = 0; i < v->n_links; i++) {
		ck_assert_int_eq(link_next(&r, &got), 1);
		ck_assert(span_is_text(got.target, v->links[i].target));
		for (size_t k = 0; k < COUNT(v->links[i].attrs) && v->links[i].attrs[k]; k++) {
			ck_assert_uint_lt(k, got.n_attrs);
			ck_assert(attr_is(&got.attr[k], v->links[i].attrs[k]));
		}
	}
	ck_assert_int_eq(link_next(&r, &got), 0);
	ck_assert_int_eq(link_next(&r, &got), 0);
}
END_TEST

/* Writes a link that was read; ASCII only, so that a span can become a text. */
static void copy_link(struct writer *w, size_t start, const struct link *link)
{
	char name[64], value[64];

	snprintf(name, sizeof name, "%.*s", (int)link->target.len, (const char *)link->target.data);
	link_write_target(w, start, name);
	for (size_t i = 0; i < link->n_attrs; i++) {
		const struct link_attr *a = &link->attr[i];

		snprintf(name, sizeof name, "%.*s", (int)a->name.len, (const char *)a->name.data);
		if (a->is_quoted) {
			link_write_quoted(w, name, a->value);
			continue;
		}
		snprintf(value, sizeof value, "%.*s", (int)a->value.len,
			a->value.len ? (const char *)a->value.data : "");
		link_write_attr(w, name, a->has_value ? value : NULL);
	}
}

START_TEST(link_writes_the_golden_vectors)
{
	struct span in = test_golden(vectors[_i].name);
	struct reader r = reader_of(in);
	struct buf out = {0};
	struct link got;

	ck_assert_int_eq(buf_append_text(&out, "kept"), 0);

	struct writer w = writer_to(&out);

	while (link_next(&r, &got) > 0)
		copy_link(&w, 4, &got);
	ck_assert_int_eq(w.err, 0);
	ck_assert(span_is_equal(span_of(out.data + 4, out.len - 4), in));
	buf_done(&out);
}
END_TEST

START_TEST(link_refuses_what_is_malformed_and_stays_refused)
{
	struct buf exact = {0};

	ck_assert_int_eq(buf_append_text(&exact, malformed[_i]), 0);

	struct reader r = reader_of(buf_span(&exact));
	struct link got;
	int result;

	while ((result = link_next(&r, &got)) > 0)
		;
	ck_assert_int_eq(result, -EBADMSG);
	ck_assert_int_eq(link_next(&r, &got), -EBADMSG);
	buf_done(&exact);
}
END_TEST

START_TEST(link_keeps_commas_semicolons_and_escapes_inside_quotes)
{
	struct reader r = reader_of(span_of_text("</3>;a=\"1,2;<3>\\\"\\\\\";b,</4>;c=x"));
	struct link got;

	ck_assert_int_eq(link_next(&r, &got), 1);
	ck_assert_uint_eq(got.n_attrs, 2);
	ck_assert(span_is_text(got.attr[0].value, "1,2;<3>\\\"\\\\"));
	ck_assert(got.attr[0].is_quoted && got.attr[0].has_value);
	ck_assert(attr_is(&got.attr[1], "b"));
	ck_assert_int_eq(link_next(&r, &got), 1);
	ck_assert(attr_is(&got.attr[0], "c=x"));
	ck_assert_int_eq(link_next(&r, &got), 0);
}
END_TEST

START_TEST(link_may_have_an_empty_quoted_value_and_an_empty_target)
{
	struct reader r = reader_of(span_of_text("<>;a=\"\""));
	struct link got;

	ck_assert_int_eq(link_next(&r, &got), 1);
	ck_assert_uint_eq(got.target.len, 0);
	ck_assert(got.attr[0].has_value && got.attr[0].is_quoted);
	ck_assert_uint_eq(got.attr[0].value.len, 0);
	ck_assert_int_eq(link_next(&r, &got), 0);
}
END_TEST

START_TEST(link_list_of_nothing_has_no_link)
{
	struct reader r = reader_of((struct span){0});
	struct link got;

	ck_assert_int_eq(link_next(&r, &got), 0);
}
END_TEST

START_TEST(link_holds_its_maximum_of_attributes)
{
	struct buf list = {0};
	struct link got;

	ck_assert_int_eq(buf_append_text(&list, "</3>"), 0);
	for (unsigned i = 0; i < LINK_ATTRS_MAX; i++)
		ck_assert_int_eq(buf_append_text(&list, ";a"), 0);

	struct reader r = reader_of(buf_span(&list));

	ck_assert_int_eq(link_next(&r, &got), 1);
	ck_assert_uint_eq(got.n_attrs, LINK_ATTRS_MAX);
	ck_assert_int_eq(buf_append_text(&list, ";a"), 0);
	r = reader_of(buf_span(&list));
	ck_assert_int_eq(link_next(&r, &got), -E2BIG);
	buf_done(&list);
}
END_TEST

START_TEST(link_writes_an_attribute_without_a_value)
{
	struct buf out = {0};
	struct writer w = writer_to(&out);

	link_write_target(&w, 0, "/3");
	link_write_attr(&w, "obs", NULL);
	link_write_attr(&w, "ver", "1.1");
	ck_assert_int_eq(w.err, 0);
	ck_assert(span_is_text(buf_span(&out), "</3>;obs;ver=1.1"));
	buf_done(&out);
}
END_TEST

START_TEST(link_refuses_to_quote_control_characters)
{
	struct buf out = {0};
	struct writer w = writer_to(&out);

	link_write_quoted(&w, "uri", span_of_text("a\nb"));
	ck_assert_int_eq(w.err, -EDOM);
	buf_done(&out);
}
END_TEST

START_TEST(link_reads_what_it_quotes)
{
	uint64_t state = 29;
	uint8_t bytes[40];

	for (unsigned round = 0; round < 2000; round++) {
		struct value v = random_value(&state, VALUE_STRING, bytes, sizeof bytes);
		struct buf out = {0}, plain = {0};
		struct writer w = writer_to(&out);
		struct link got;

		link_write_target(&w, 0, "/3/0");
		link_write_quoted(&w, "uri", v.bytes);
		ck_assert_int_eq(w.err, 0);

		struct reader r = reader_of(buf_span(&out));

		ck_assert_int_eq(link_next(&r, &got), 1);
		for (size_t i = 0; i < got.attr[0].value.len; i++) {
			i += got.attr[0].value.data[i] == '\\';
			ck_assert_int_eq(buf_append_byte(&plain, got.attr[0].value.data[i]), 0);
		}
		ck_assert(span_is_equal(buf_span(&plain), v.bytes));
		ck_assert_int_eq(link_next(&r, &got), 0);
		buf_done(&out);
		buf_done(&plain);
	}
}
END_TEST

START_TEST(link_cut_short_is_malformed_or_reads_a_beginning)
{
	struct span whole = test_golden(vectors[_i].name);

	for (size_t cut = 1; cut < whole.len; cut++) {
		uint8_t *copy = malloc(cut);

		memcpy(copy, whole.data, cut);

		struct reader r = reader_of(span_of(copy, cut));
		struct link got;
		size_t n = 0;
		int result;

		while ((result = link_next(&r, &got)) > 0) {
			ck_assert_uint_lt(n, vectors[_i].n_links);
			ck_assert(span_is_text(got.target, vectors[_i].links[n].target));
			n++;
		}
		/* never right with an open < or ", and never with a separator at the end */
		if (memchr("<,;=", copy[cut - 1], 4))
			ck_assert_int_eq(result, -EBADMSG);
		ck_assert(result == 0 || result == -EBADMSG);
		free(copy);
	}
}
END_TEST

START_TEST(link_writers_survive_each_failing_allocation)
{
	bool failed = true;
	unsigned n;

	for (n = 1; failed; n++) {
		struct buf out = {0};
		struct writer w = writer_to(&out);

		alloc_fail_at(n);
		link_write_target(&w, 0, "/0/0");
		link_write_attr(&w, "ssid", "101");
		link_write_quoted(&w, "uri",
			span_of_text("coaps://a.long.name.that.needs.more.room.example.com:12345"));
		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(w.err, failed ? -ENOMEM : 0);
		buf_done(&out);
	}
	ck_assert_uint_ge(n, 4);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("link");
	TCase *t = tcase_create("link");

	tcase_add_loop_test(t, link_reads_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_loop_test(t, link_writes_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_loop_test(
		t, link_refuses_what_is_malformed_and_stays_refused, 0, COUNT(malformed));
	tcase_add_test(t, link_keeps_commas_semicolons_and_escapes_inside_quotes);
	tcase_add_test(t, link_may_have_an_empty_quoted_value_and_an_empty_target);
	tcase_add_test(t, link_list_of_nothing_has_no_link);
	tcase_add_test(t, link_holds_its_maximum_of_attributes);
	tcase_add_test(t, link_writes_an_attribute_without_a_value);
	tcase_add_test(t, link_refuses_to_quote_control_characters);
	tcase_add_test(t, link_reads_what_it_quotes);
	tcase_add_loop_test(t, link_cut_short_is_malformed_or_reads_a_beginning, 0, COUNT(vectors));
	tcase_add_test(t, link_writers_survive_each_failing_allocation);
	suite_add_tcase(s, t);
	return s;
}
