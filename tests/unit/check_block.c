#include "exchange/block.h"

#include <errno.h>

#include "runner.h"

/* clang-format off */
static const struct {
	const char *value;
	struct block block;
} blocks[] = {
	/* RFC 7959: number, more, exponent of the size, in 0 to 3 octets */
	{"", {.is_set = true, .num = 0, .szx = 0}},
	{"0e", {.is_set = true, .more = true, .num = 0, .szx = 6}},
	{"12", {.is_set = true, .num = 1, .szx = 2}},
	{"04d2", {.is_set = true, .num = 77, .szx = 2}},
	{"ffffe6", {.is_set = true, .num = 0xffffe, .szx = 6}},
};
/* clang-format on */

START_TEST(block_value_is_read_and_written_as_in_the_rfc)
{
	struct span value = test_hex(blocks[_i].value);
	struct block want = blocks[_i].block, got;
	uint8_t out[BLOCK_VALUE_MAX];

	ck_assert_int_eq(block_decode(value, &got), 0);
	ck_assert(got.is_set && got.more == want.more && got.szx == want.szx);
	ck_assert_uint_eq(got.num, want.num);

	size_t len = block_encode(want, out);

	ck_assert(span_is_equal(span_of(out, len), value));
}
END_TEST

START_TEST(block_rejects_reserved_size_and_long_values)
{
	struct block got = {.num = 7};

	ck_assert_int_eq(block_decode(test_hex("17"), &got), -EBADMSG);
	ck_assert_int_eq(block_decode(test_hex("00000012"), &got), -EBADMSG);
	ck_assert_uint_eq(got.num, 7);
}
END_TEST

START_TEST(block_at_says_whether_more_follow)
{
	struct block full = block_at(2048, 1024, 6), first = block_at(2049, 1024, 6);
	struct block none = block_at(0, 0, 6);

	ck_assert(!full.more && full.num == 1);
	ck_assert(first.more && first.num == 1);
	ck_assert(!none.more && none.num == 0 && none.is_set);
	ck_assert_uint_eq(block_offset(block_at(4096, 512, 2)), 512);
	ck_assert_uint_eq(block_size(0), 16);
	ck_assert_uint_eq(block_size(6), 1024);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("block");
	TCase *t = tcase_create("block");

	tcase_add_loop_test(t, block_value_is_read_and_written_as_in_the_rfc, 0,
		(int)(sizeof blocks / sizeof *blocks));
	tcase_add_test(t, block_rejects_reserved_size_and_long_values);
	tcase_add_test(t, block_at_says_whether_more_follow);
	suite_add_tcase(s, t);
	return s;
}
