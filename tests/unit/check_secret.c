#include "base/secret.h"

#include <errno.h>

#include "alloc.h"
#include "runner.h"

/* free() of this program looks into the watched block just before it goes. */
void __real_free(void *p);
void __wrap_free(void *p);

static const uint8_t *watched;
static size_t watched_len;
static bool was_zero;

static void watch_free(const uint8_t *data, size_t len)
{
	watched = data;
	watched_len = len;
}

static bool watched_was_zero(void)
{
	return !watched && was_zero;
}

void __wrap_free(void *p)
{
	if (p && p == watched) {
		was_zero = true;
		for (size_t i = 0; i < watched_len; i++)
			was_zero = was_zero && watched[i] == 0;
		watched = NULL;
	}
	__real_free(p);
}

START_TEST(secret_is_a_copy)
{
	struct secret s = {0};
	uint8_t key[] = {1, 2, 3};

	ck_assert_int_eq(secret_set(&s, span_of(key, sizeof key)), 0);
	key[0] = 9;
	ck_assert(span_is_equal(secret_span(&s), test_hex("01 02 03")));
	secret_done(&s);
}
END_TEST

START_TEST(secret_set_replaces)
{
	struct secret s = {0};

	ck_assert_int_eq(secret_set(&s, span_of_text("first")), 0);
	ck_assert_int_eq(secret_set(&s, span_of_text("second")), 0);
	ck_assert(span_is_text(secret_span(&s), "second"));
	secret_done(&s);
}
END_TEST

START_TEST(secret_may_be_set_from_itself)
{
	struct secret s = {0};

	ck_assert_int_eq(secret_set(&s, span_of_text("abcdef")), 0);
	ck_assert_int_eq(secret_set(&s, span_of(s.data + 2, 3)), 0);
	ck_assert(span_is_text(secret_span(&s), "cde"));
	secret_done(&s);
}
END_TEST

START_TEST(secret_without_memory_keeps_the_old_one)
{
	struct secret s = {0};

	ck_assert_int_eq(secret_set(&s, span_of_text("old")), 0);
	alloc_fail_at(1);

	int r = secret_set(&s, span_of_text("new"));

	alloc_fail_off();
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert(span_is_text(secret_span(&s), "old"));
	secret_done(&s);
}
END_TEST

START_TEST(secret_of_no_octets_is_fine)
{
	struct secret s = {0};

	ck_assert_int_eq(secret_set(&s, (struct span){0}), 0);
	ck_assert_uint_eq(s.len, 0);
	secret_done(&s);
	secret_done(&s);
	ck_assert_ptr_null(s.data);
}
END_TEST

START_TEST(secret_is_wiped_before_it_is_freed)
{
	struct secret s = {0};

	ck_assert_int_eq(secret_set(&s, span_of_text("0123456789abcdef")), 0);
	watch_free(s.data, s.len);
	secret_done(&s);
	ck_assert(watched_was_zero());
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("secret");
	TCase *t = tcase_create("secret");

	tcase_add_test(t, secret_is_a_copy);
	tcase_add_test(t, secret_set_replaces);
	tcase_add_test(t, secret_may_be_set_from_itself);
	tcase_add_test(t, secret_without_memory_keeps_the_old_one);
	tcase_add_test(t, secret_of_no_octets_is_fine);
	tcase_add_test(t, secret_is_wiped_before_it_is_freed);
	suite_add_tcase(s, t);
	return s;
}
