#include "keys/hash.h"

#include "base/cleanup.h"
#include "runner.h"

/* FIPS 180-4 examples: SHA-256 of "abc" and of nothing */
START_TEST(hash_of_abc_is_the_published_one)
{
	uint8_t digest[HASH_LEN];

	ck_assert_int_eq(hash_sha256(span_of_text("abc"), digest), 0);
	ck_assert(span_is_equal(
		span_of(digest, sizeof digest), test_hex("ba7816bf 8f01cfea 414140de 5dae2223 "
							 "b00361a3 96177a9c b410ff61 f20015ad")));
	ck_assert_int_eq(hash_sha256((struct span){0}, digest), 0);
	ck_assert(span_is_equal(
		span_of(digest, sizeof digest), test_hex("e3b0c442 98fc1c14 9afbf4c8 996fb924 "
							 "27ae41e4 649b934c a495991b 7852b855")));
}
END_TEST

START_TEST(hash_fields_keep_their_borders)
{
	uint8_t one[HASH_LEN], other[HASH_LEN];
	_cleanup_(hash_free_p) struct hash *a = NULL, *b = NULL;

	ck_assert_int_eq(hash_new(&a), 0);
	ck_assert_int_eq(hash_new(&b), 0);
	hash_add_field(a, span_of_text("ab"));
	hash_add_field(a, span_of_text("c"));
	hash_add_field(b, span_of_text("a"));
	hash_add_field(b, span_of_text("bc"));
	ck_assert_int_eq(hash_finish(a, one), 0);
	ck_assert_int_eq(hash_finish(b, other), 0);
	ck_assert_int_ne(memcmp(one, other, HASH_LEN), 0);
}
END_TEST

START_TEST(hash_added_in_parts_is_the_hash_of_the_whole)
{
	uint8_t one[HASH_LEN], other[HASH_LEN];
	_cleanup_(hash_free_p) struct hash *a = NULL;

	ck_assert_int_eq(hash_new(&a), 0);
	hash_add(a, span_of_text("a"));
	hash_add(a, (struct span){0});
	hash_add(a, span_of_text("bc"));
	ck_assert_int_eq(hash_finish(a, one), 0);
	ck_assert_int_eq(hash_sha256(span_of_text("abc"), other), 0);
	ck_assert_mem_eq(one, other, HASH_LEN);
}
END_TEST

START_TEST(fingerprint_shows_eight_octets)
{
	char text[FINGERPRINT_TEXT_MAX];

	ck_assert_int_eq(fingerprint_format(span_of_text("abc"), text), 0);
	ck_assert_str_eq(text, "sha256:ba7816bf8f01cfea");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("hash");
	TCase *t = tcase_create("hash");

	tcase_add_test(t, hash_of_abc_is_the_published_one);
	tcase_add_test(t, hash_fields_keep_their_borders);
	tcase_add_test(t, hash_added_in_parts_is_the_hash_of_the_whole);
	tcase_add_test(t, fingerprint_shows_eight_octets);
	suite_add_tcase(s, t);
	return s;
}
