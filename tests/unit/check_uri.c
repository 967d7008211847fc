#include "codec/uri.h"

#include <errno.h>
#include <stdlib.h>

#include "runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct vector {
	const char *name; /* a golden vector, or the URI itself */
	enum uri_scheme scheme;
	const char *host;
	uint16_t port;
	char family; /* '4', '6' or 'n'ame */
	const char *segments[5];
};

/* clang-format off */
static const struct vector vectors[] = {
	{"uri/rfc7252_plain", URI_COAP, "example.com", 5683, 'n', {"~sensors", "temp.xml"}},
	{"uri/rfc7252_upper_case", URI_COAP, "EXAMPLE.com", 5683, 'n', {"%7Esensors", "temp.xml"}},
	{"uri/rfc7252_empty_port", URI_COAP, "EXAMPLE.com", 5683, 'n', {"%7esensors", "temp.xml"}},
	{"uri/rfc7252_ipv6", URI_COAP, "2001:db8::2:1", 5683, '6', {0}},
	{"uri/rfc7252_punycode", URI_COAP, "xn--18j4d.example", 5683, 'n',
		{"%E3%81%93%E3%82%93%E3%81%AB%E3%81%A1%E3%81%AF"}},
	{"uri/rfc7252_encoded_slash", URI_COAP, "198.51.100.1", 61616, '4', {"", "%2F", ""}},
	{"uri/rfc8323_tcp", URI_COAPS_TCP, "example.org", 5684, 'n', {"sensors", "temp.xml"}},
};

static const struct vector accepted[] = {
	{"coap://h", URI_COAP, "h", 5683, 'n', {0}},
	{"coaps://h", URI_COAPS, "h", 5684, 'n', {0}},
	{"coap+tcp://h", URI_COAP_TCP, "h", 5683, 'n', {0}},
	{"coaps+tcp://h/", URI_COAPS_TCP, "h", 5684, 'n', {0}},
	{"CoApS://h:1", URI_COAPS, "h", 1, 'n', {0}},
	{"coap://h:65535/a", URI_COAP, "h", 65535, 'n', {"a"}},
	{"coaps://[::1]", URI_COAPS, "::1", 5684, '6', {0}},
	{"coaps://[::1]:7/a/b", URI_COAPS, "::1", 7, '6', {"a", "b"}},
	{"coap://[::ffff:192.0.2.1]:5683", URI_COAP, "::ffff:192.0.2.1", 5683, '6', {0}},
	{"coap://192.0.2.1", URI_COAP, "192.0.2.1", 5683, '4', {0}},
	{"coap://host_1.example.", URI_COAP, "host_1.example.", 5683, 'n', {0}},
	{"coap://1host", URI_COAP, "1host", 5683, 'n', {0}},
	{"coap://1.2.3.4.example", URI_COAP, "1.2.3.4.example", 5683, 'n', {0}},
	{"coap://h/a@b:c;d=e,f!$&'()*+~", URI_COAP, "h", 5683, 'n', {"a@b:c;d=e,f!$&'()*+~"}},
	{"coap://h/...", URI_COAP, "h", 5683, 'n', {"..."}},
	{"coap://h/a/", URI_COAP, "h", 5683, 'n', {"a"}},
	{"coap://h/1/2/3/4/5/6/7/8/9/10/11", URI_COAP, "h", 5683, 'n', {"1", "2", "3", "4", "5"}},
};

struct refusal {
	const char *uri;
	int result;
};

static const struct refusal refusals[] = {
	/* not one of the four schemes */
	{"", -EINVAL}, {"h", -EINVAL}, {"//h", -EINVAL}, {"://h", -EINVAL}, {"coap:h", -EINVAL},
	{"coap:/h", -EINVAL}, {"coap:", -EINVAL}, {"h:5683", -EINVAL}, {"[::1]://h", -EINVAL},
	{"http://h", -EPROTONOSUPPORT}, {"coapx://h", -EPROTONOSUPPORT},
	{"coap+ws://h", -EPROTONOSUPPORT}, {" coap://h", -EPROTONOSUPPORT},
	/* user part, query, fragment */
	{"coap://user@h", -EINVAL}, {"coap://user:pw@h", -EINVAL}, {"coap://u@[::1]", -EINVAL},
	{"coap://@h", -EINVAL}, {"coap://h?q", -EINVAL}, {"coap://h/a?q=1", -EINVAL},
	{"coap://h?", -EINVAL}, {"coap://h#f", -EINVAL}, {"coap://h/a#", -EINVAL},
	/* host */
	{"coap://", -EINVAL}, {"coap:///a", -EINVAL}, {"coap://:5683", -EINVAL},
	{"coap://[]", -EINVAL}, {"coap://[", -EINVAL}, {"coap://[::1", -EINVAL},
	{"coap://::1", -EINVAL}, {"coap://[::1]x", -EINVAL}, {"coap://[::1]5683", -EINVAL},
	{"coap://[::1%25eth0]", -EINVAL}, {"coap://[192.0.2.1]", -EINVAL},
	{"coap://[v1.x]", -EINVAL}, {"coap://[::g]", -EINVAL}, {"coap://h]", -EINVAL},
	{"coap://192.0.2.256", -EINVAL}, {"coap://1.2.3", -EINVAL}, {"coap://5683", -EINVAL},
	{"coap://192.0.2.1.", -EINVAL}, {"coap://a..b", -EINVAL}, {"coap://.a", -EINVAL},
	{"coap://.", -EINVAL}, {"coap://a b", -EINVAL}, {"coap://a%41", -EINVAL},
	{"coap://\xC3\xA9", -EINVAL}, {"coap://a,b", -EINVAL}, {"coap://h\t", -EINVAL},
	/* port */
	{"coap://h:0", -EINVAL}, {"coap://h:65536", -EINVAL}, {"coap://h:-1", -EINVAL},
	{"coap://h:x", -EINVAL}, {"coap://h:1:2", -EINVAL}, {"coap://h: 1", -EINVAL},
	{"coap://h:99999999999999999999", -EINVAL},
	/* path */
	{"coap://h/a b", -EINVAL}, {"coap://h/%", -EINVAL}, {"coap://h/%4", -EINVAL},
	{"coap://h/%4g", -EINVAL}, {"coap://h/%00", -EINVAL}, {"coap://h/%FF", -EINVAL},
	{"coap://h/\"", -EINVAL}, {"coap://h/a[1]", -EINVAL}, {"coap://h/\xC3\xA9", -EINVAL},
	{"coap://h/.", -EINVAL}, {"coap://h/a/../b", -EINVAL}, {"coap://h/%2e%2E", -EINVAL},
	{"coap://h/1/2/3/4/5/6/7/8/9/10/11/12", -E2BIG},
};
/* clang-format on */

static void assert_is(struct span text, const struct vector *v)
{
	const char *why = "untouched";
	struct uri got;

	ck_assert_int_eq(uri_parse(text, &got, &why), 0);
	ck_assert_str_eq(why, "untouched");
	ck_assert_int_eq(got.scheme, v->scheme);
	ck_assert(span_is_text(got.host, v->host));
	ck_assert_uint_eq(got.port, v->port);
	ck_assert_int_eq(got.is_ipv4_literal, v->family == '4');
	ck_assert_int_eq(got.is_ipv6_literal, v->family == '6');
	for (size_t i = 0; i < COUNT(v->segments) && (i < got.n_segments || v->segments[i]); i++) {
		ck_assert_uint_lt(i, got.n_segments);
		ck_assert_ptr_nonnull(v->segments[i]);
		ck_assert(span_is_text(got.segment[i], v->segments[i]));
	}
}

/* On the heap without a NUL behind it. */
static struct span exact(const char *text)
{
	size_t len = strlen(text);
	uint8_t *copy = malloc(len ? len : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	return span_of(copy, len);
}

START_TEST(uri_reads_the_golden_vectors)
{
	assert_is(test_golden(vectors[_i].name), &vectors[_i]);
}
END_TEST

START_TEST(uri_accepts)
{
	struct span text = exact(accepted[_i].name);

	assert_is(text, &accepted[_i]);
	free((void *)text.data);
}
END_TEST

START_TEST(uri_refuses_and_says_why)
{
	struct uri got = {.port = 99};
	struct span text = exact(refusals[_i].uri);
	const char *why = NULL;

	ck_assert_int_eq(uri_parse(text, &got, &why), refusals[_i].result);
	ck_assert_ptr_nonnull(why);
	ck_assert_uint_eq(got.port, 99);
	ck_assert_int_eq(uri_parse(text, &got, NULL), refusals[_i].result);
	free((void *)text.data);
}
END_TEST

START_TEST(uri_has_at_most_255_octets)
{
	char text[260] = "coap://h/";
	struct uri got;

	memset(text + 9, 'a', sizeof text - 9);
	ck_assert_int_eq(uri_parse(span_of(text, 255), &got, NULL), 0);
	ck_assert_uint_eq(got.segment[0].len, 246);
	ck_assert_int_eq(uri_parse(span_of(text, 256), &got, NULL), -E2BIG);
}
END_TEST

START_TEST(uri_label_has_at_most_63_octets)
{
	char text[260] = "coap://";
	struct uri got;

	memset(text + 7, 'a', 64);
	ck_assert_int_eq(uri_parse(span_of(text, 7 + 63), &got, NULL), 0);
	ck_assert_int_eq(uri_parse(span_of(text, 7 + 64), &got, NULL), -EINVAL);
}
END_TEST

START_TEST(uri_with_a_nul_is_refused_everywhere)
{
	static const char text[] = "coap://host:56/a";
	char copy[sizeof text];
	struct uri got;

	for (size_t i = 0; i < sizeof text - 1; i++) {
		memcpy(copy, text, sizeof copy);
		copy[i] = '\0';
		ck_assert_int_lt(uri_parse(span_of(copy, sizeof text - 1), &got, NULL), 0);
	}
}
END_TEST

START_TEST(uri_cut_short_is_refused_or_another_uri)
{
	struct span whole = span_of_text("coaps+tcp://[2001:db8::1]:5699/a/%41b");
	struct uri got;

	for (size_t cut = 0; cut <= whole.len; cut++) {
		int r = uri_parse(span_of(whole.data, cut), &got, NULL);

		if (cut < strlen("coaps+tcp://[2001:db8::1]"))
			ck_assert_int_lt(r, 0);
		else /* "%" and "%4" are no encoded octet */
			ck_assert_int_eq(r, cut == 34 || cut == 35 ? -EINVAL : 0);
	}
}
END_TEST

START_TEST(uri_scheme_says_security_and_stream)
{
	struct uri u = {.scheme = URI_COAPS_TCP};

	ck_assert(uri_is_secure(&u) && uri_is_tcp(&u));
	u.scheme = URI_COAPS;
	ck_assert(uri_is_secure(&u) && !uri_is_tcp(&u));
	u.scheme = URI_COAP_TCP;
	ck_assert(!uri_is_secure(&u) && uri_is_tcp(&u));
	u.scheme = URI_COAP;
	ck_assert(!uri_is_secure(&u) && !uri_is_tcp(&u));
	ck_assert_str_eq(uri_scheme_name(URI_COAPS_TCP), "coaps+tcp");
	ck_assert_str_eq(uri_scheme_name(URI_COAP), "coap");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("uri");
	TCase *t = tcase_create("uri");

	tcase_add_loop_test(t, uri_reads_the_golden_vectors, 0, COUNT(vectors));
	tcase_add_loop_test(t, uri_accepts, 0, COUNT(accepted));
	tcase_add_loop_test(t, uri_refuses_and_says_why, 0, COUNT(refusals));
	tcase_add_test(t, uri_has_at_most_255_octets);
	tcase_add_test(t, uri_label_has_at_most_63_octets);
	tcase_add_test(t, uri_with_a_nul_is_refused_everywhere);
	tcase_add_test(t, uri_cut_short_is_refused_or_another_uri);
	tcase_add_test(t, uri_scheme_says_security_and_stream);
	suite_add_tcase(s, t);
	return s;
}
