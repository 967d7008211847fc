#include "base/encoding.h"

#include <errno.h>

#include "alloc.h"
#include "runner.h"

/* RFC 4648 section 10 */
static const struct {
	const char *plain, *base64, *hex;
} vectors[] = {
	{"", "", ""},
	{"f", "Zg==", "66"},
	{"fo", "Zm8=", "666f"},
	{"foo", "Zm9v", "666f6f"},
	{"foob", "Zm9vYg==", "666f6f62"},
	{"fooba", "Zm9vYmE=", "666f6f6261"},
	{"foobar", "Zm9vYmFy", "666f6f626172"},
};

enum { VECTORS = sizeof vectors / sizeof *vectors };

START_TEST(hex_encodes_and_decodes_the_vectors_of_rfc_4648)
{
	for (int i = 0; i < VECTORS; i++) {
		struct buf text = {0}, bytes = {0};
		struct writer w = writer_to(&text);

		hex_encode(span_of_text(vectors[i].plain), &w);
		ck_assert(span_is_text(buf_span(&text), vectors[i].hex));
		ck_assert_int_eq(hex_decode(buf_span(&text), &bytes), 0);
		ck_assert(span_is_text(buf_span(&bytes), vectors[i].plain));
		buf_done(&text);
		buf_done(&bytes);
	}
}
END_TEST

START_TEST(hex_takes_upper_and_lower_case)
{
	struct buf bytes = {0};

	ck_assert_int_eq(hex_decode(span_of_text("aAfF09"), &bytes), 0);
	ck_assert(span_is_equal(buf_span(&bytes), test_hex("aa ff 09")));
	buf_done(&bytes);
}
END_TEST

START_TEST(hex_refuses_anything_else)
{
	static const char *const bad[] = {"0", "0g", "g0", "0 1 ", "0x12", "\x01\x02", "@@", "``"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf bytes = {0};

		ck_assert_int_eq(hex_decode(span_of_text(bad[i]), &bytes), -EBADMSG);
		buf_done(&bytes);
	}
}
END_TEST

START_TEST(hex_that_fails_appends_nothing)
{
	struct buf bytes = {0};

	ck_assert_int_eq(buf_append_text(&bytes, "before"), 0);
	ck_assert_int_eq(hex_decode(span_of_text("0102zz"), &bytes), -EBADMSG);
	ck_assert(span_is_text(buf_span(&bytes), "before"));
	buf_done(&bytes);
}
END_TEST

START_TEST(base64_encodes_and_decodes_the_vectors_of_rfc_4648)
{
	for (int i = 0; i < VECTORS; i++) {
		struct buf text = {0}, bytes = {0};
		struct writer w = writer_to(&text);

		base64_encode(span_of_text(vectors[i].plain), &w);
		ck_assert(span_is_text(buf_span(&text), vectors[i].base64));
		ck_assert_int_eq(base64_decode(buf_span(&text), &bytes), 0);
		ck_assert(span_is_text(buf_span(&bytes), vectors[i].plain));
		buf_done(&text);
		buf_done(&bytes);
	}
}
END_TEST

START_TEST(base64_encodes_every_octet_so_that_it_comes_back)
{
	struct buf text = {0}, bytes = {0};
	struct writer w = writer_to(&text);
	uint8_t all[256];

	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	base64_encode(span_of(all, sizeof all), &w);
	ck_assert_int_eq(base64_decode(buf_span(&text), &bytes), 0);
	ck_assert(span_is_equal(buf_span(&bytes), span_of(all, sizeof all)));
	buf_done(&text);
	buf_done(&bytes);
}
END_TEST

START_TEST(base64_takes_the_url_alphabet_and_no_padding)
{
	struct buf bytes = {0};

	ck_assert_int_eq(base64_decode(span_of_text("-_-_Zg"), &bytes), 0);
	ck_assert(span_is_equal(buf_span(&bytes), test_hex("fb ff bf 66")));
	buf_done(&bytes);
}
END_TEST

START_TEST(base64url_has_its_own_alphabet_and_no_padding)
{
	static const struct {
		const char *hex, *text;
	} rows[] = {{"", ""}, {"14fb9c03d97e", "FPucA9l-"}, {"14fb9c03d9", "FPucA9k"},
		{"14fb9c03", "FPucAw"}, {"ffff", "__8"}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf text = {0};
		struct writer w = writer_to(&text);

		base64url_encode(test_hex(rows[i].hex), &w);
		ck_assert(span_is_text(buf_span(&text), rows[i].text));
		buf_done(&text);
	}
}
END_TEST

START_TEST(base64_refuses_anything_else)
{
	static const char *const bad[] = {"Z", "Zm9vY", "Zg=", "Zg===", "Zm8==", "Zm9v=", "=",
		"==", "====", "Zg==Zg==", "Zm 8", "Zm8\n", "Zm9*", "Zh==", "Zm9="};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf bytes = {0};

		ck_assert_msg(
			base64_decode(span_of_text(bad[i]), &bytes) == -EBADMSG, "%s", bad[i]);
		ck_assert_uint_eq(bytes.len, 0);
		buf_done(&bytes);
	}
}
END_TEST

START_TEST(decoding_survives_every_failing_allocation)
{
	bool failed = true;

	for (unsigned n = 1; failed; n++) {
		struct buf bytes = {0};

		alloc_fail_at(n);

		int hex = hex_decode(span_of_text("00112233"), &bytes);
		int base64 = base64_decode(span_of_text("Zm9vYmFy"), &bytes);

		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(hex < 0 ? hex : base64, failed ? -ENOMEM : 0);
		buf_done(&bytes);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("encoding");
	TCase *t = tcase_create("encoding");

	tcase_add_test(t, hex_encodes_and_decodes_the_vectors_of_rfc_4648);
	tcase_add_test(t, hex_takes_upper_and_lower_case);
	tcase_add_test(t, hex_refuses_anything_else);
	tcase_add_test(t, hex_that_fails_appends_nothing);
	tcase_add_test(t, base64_encodes_and_decodes_the_vectors_of_rfc_4648);
	tcase_add_test(t, base64_encodes_every_octet_so_that_it_comes_back);
	tcase_add_test(t, base64_takes_the_url_alphabet_and_no_padding);
	tcase_add_test(t, base64url_has_its_own_alphabet_and_no_padding);
	tcase_add_test(t, base64_refuses_anything_else);
	tcase_add_test(t, decoding_survives_every_failing_allocation);
	suite_add_tcase(s, t);
	return s;
}
