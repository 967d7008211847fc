#include "codec/attr.h"

#include <errno.h>

#include "base/buf.h"
#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static int parse(const char *query, struct attrs *a, uint16_t *unset)
{
	return attr_parse(span_of_text(query), LWM2M_1_2, a, unset);
}

/* Queries with '&' between; all must be fine. */
static struct attrs parsed(struct span in, uint8_t separator, uint16_t *unset)
{
	struct attrs a = {0};

	while (in.len > 0) {
		const uint8_t *end = memchr(in.data, separator, in.len);
		size_t len = end ? (size_t)(end - in.data) : in.len;

		ck_assert_int_eq(attr_parse(span_of(in.data, len), LWM2M_1_2, &a, unset), 0);
		len += end ? 1 : 0;
		in = span_of(in.data + len, in.len - len);
	}
	return a;
}

static struct attrs attrs_of(const char *text)
{
	uint16_t unset = 0;

	return parsed(span_of_text(text), '&', &unset);
}

static void ck_assert_written(const struct attrs *a, const char *text)
{
	struct buf out = {0};
	struct writer w = writer_to(&out);

	attr_write(a, &w);
	ck_assert_int_eq(w.err, 0);
	ck_assert_msg(span_is_text(buf_span(&out), text), "%.*s", (int)out.len, (char *)out.data);
	buf_done(&out);
}

START_TEST(attr_reads_and_writes_the_golden_discover)
{
	struct span line = test_golden("attr/discover_resource");
	const char *start = ";pmin=10;pmax=60;gt=50;lt=42.2";
	size_t len = strlen(start);
	uint16_t unset = 0;

	ck_assert_mem_eq(line.data + line.len - len, start, len);

	struct attrs a = parsed(span_of(line.data + line.len - len + 1, len - 1), ';', &unset);

	ck_assert_uint_eq(a.pmin, 10);
	ck_assert_double_eq(a.lt, 42.2);
	ck_assert_written(&a, start);
}
END_TEST

START_TEST(attr_reads_the_golden_queries)
{
	uint16_t unset = 0;
	struct attrs a = parsed(test_golden("attr/write_period"), '&', &unset);

	ck_assert_uint_eq(a.set, ATTR_BIT(ATTR_PMIN) | ATTR_BIT(ATTR_PMAX));
	ck_assert_uint_eq(a.pmax, 60);
	a = parsed(test_golden("attr/thresholds"), '&', &unset);
	ck_assert_uint_eq(a.set, ATTR_THRESHOLDS);
	ck_assert(a.lt == 20 && a.gt == 85 && a.st == 10 && attr_is_consistent(&a));
	ck_assert_uint_eq(unset, 0);
	a = parsed(test_golden("attr/unset"), '&', &unset);
	ck_assert_uint_eq(a.set, 0);
	ck_assert_uint_eq(unset, ATTR_BIT(ATTR_PMIN));
}
END_TEST

/* clang-format off */
static const char *const malformed[] = {
	"", "=", "=1", "pmin=", "pmin=-1", "pmin=+1", "pmin= 1", "pmin=1 ", "pmin=1.5", "pmin=x",
	"pmin=4294967296", "PMIN=1", "pmi=1", "pminn=1", "dim=1", "ver=1.1", "ssid=1",
	"gt=", "gt=-", "gt=1e5", "gt=.5", "gt=5.", "gt=-.5", "gt=1.2.3", "gt=inf", "gt=nan", "gt=+1",
	"gt=--1", "gt=0x10", "gt=1,5", "gt=1234567890123456789012345",
	"edge=2", "edge=", "edge=01", "con=true", "con=-0", "hqmax=-1",
};
/* clang-format on */

START_TEST(attr_refuses_other_forms_and_leaves_the_outputs)
{
	struct attrs a = {0};
	uint16_t unset = 0;

	ck_assert_int_eq(parse(malformed[_i], &a, &unset), -EINVAL);
	ck_assert(a.set == 0 && unset == 0);
}
END_TEST

START_TEST(attr_refuses_to_be_named_twice)
{
	struct attrs a = {0};
	uint16_t unset = 0;

	ck_assert_int_eq(parse("pmin=1", &a, &unset), 0);
	ck_assert_int_eq(parse("pmin=2", &a, &unset), -EINVAL);
	ck_assert_int_eq(parse("pmin", &a, &unset), -EINVAL);
	ck_assert_int_eq(parse("pmax", &a, &unset), 0);
	ck_assert_int_eq(parse("pmax=1", &a, &unset), -EINVAL);
	ck_assert_uint_eq(a.pmin, 1);
}
END_TEST

START_TEST(attr_is_known_from_its_enabler_version_on)
{
	static const struct {
		const char *query;
		enum lwm2m_version since;
	} known[] = {{"pmin=1", LWM2M_1_0}, {"pmax=1", LWM2M_1_0}, {"gt=1", LWM2M_1_0},
		{"lt=1", LWM2M_1_0}, {"st=1", LWM2M_1_0}, {"epmin=1", LWM2M_1_1},
		{"epmax=1", LWM2M_1_1}, {"edge=1", LWM2M_1_2}, {"con=1", LWM2M_1_2},
		{"hqmax=1", LWM2M_1_2}};

	for (size_t i = 0; i < COUNT(known); i++)
		for (int v = LWM2M_1_0; v <= LWM2M_1_2; v++) {
			struct attrs a = {0};
			uint16_t unset = 0;
			int r = attr_parse(
				span_of_text(known[i].query), (enum lwm2m_version)v, &a, &unset);

			ck_assert_int_eq(r, v >= (int)known[i].since ? 0 : -EINVAL);
		}
}
END_TEST

START_TEST(attr_floats_are_exact_and_without_exponent)
{
	static const char *const texts[] = {";gt=-40.5", ";gt=0.000000000000000001", ";gt=0.1",
		";gt=123456789012345", ";gt=-0.30000000000000004", ";lt=100000000000000000000"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct attrs a = attrs_of(texts[i] + 1);

		ck_assert_written(&a, texts[i]);
	}
}
END_TEST

START_TEST(attr_all_are_written_in_order)
{
	struct attrs a =
		attrs_of("hqmax=3&con=1&edge=0&epmax=9&epmin=8&st=0.5&lt=1&gt=7&pmax=6&pmin=5");

	ck_assert_written(
		&a, ";pmin=5;pmax=6;gt=7;lt=1;st=0.5;epmin=8;epmax=9;edge=0;con=1;hqmax=3");
}
END_TEST

/* TS core 5.1.2: the rules among attributes count only if all that they speak of are set. */
START_TEST(attr_consistency_is_that_of_the_standard)
{
	static const struct {
		const char *text;
		bool is_consistent;
	} sets[] = {{"lt=1&gt=2", true}, {"lt=2&gt=2", false}, {"lt=3&gt=2", false},
		{"lt=1&gt=5&st=1.5", true}, {"lt=1&gt=5&st=2", false}, {"gt=5&st=20", true},
		{"st=-1", false}, {"epmin=1&epmax=2", true}, {"epmin=2&epmax=2", false},
		{"pmin=60&pmax=10", true}, {"lt=9", true}};

	for (size_t i = 0; i < COUNT(sets); i++) {
		struct attrs a = attrs_of(sets[i].text);

		ck_assert_msg(attr_is_consistent(&a) == sets[i].is_consistent, "%s", sets[i].text);
	}
}
END_TEST

START_TEST(attr_each_is_inherited_on_its_own)
{
	struct attrs a = attrs_of("pmin=5"), above = attrs_of("pmin=1&pmax=2&gt=3&con=1");

	attr_inherit(&a, &above);
	ck_assert_written(&a, ";pmin=5;pmax=2;gt=3;con=1");
}
END_TEST

START_TEST(attr_apply_sets_and_unsets)
{
	struct attrs a = attrs_of("pmin=5&gt=3"), change = attrs_of("pmax=7&pmin=6");

	attr_apply(&a, &change, ATTR_BIT(ATTR_GT) | ATTR_BIT(ATTR_ST));
	ck_assert_written(&a, ";pmin=6;pmax=7");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("attr");
	TCase *t = tcase_create("attr");

	tcase_add_test(t, attr_reads_and_writes_the_golden_discover);
	tcase_add_test(t, attr_reads_the_golden_queries);
	tcase_add_loop_test(
		t, attr_refuses_other_forms_and_leaves_the_outputs, 0, COUNT(malformed));
	tcase_add_test(t, attr_refuses_to_be_named_twice);
	tcase_add_test(t, attr_is_known_from_its_enabler_version_on);
	tcase_add_test(t, attr_floats_are_exact_and_without_exponent);
	tcase_add_test(t, attr_all_are_written_in_order);
	tcase_add_test(t, attr_consistency_is_that_of_the_standard);
	tcase_add_test(t, attr_each_is_inherited_on_its_own);
	tcase_add_test(t, attr_apply_sets_and_unsets);
	suite_add_tcase(s, t);
	return s;
}
