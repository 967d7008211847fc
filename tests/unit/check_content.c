#include "card/content.h"

#include <errno.h>

#include "runner.h"

START_TEST(content_hands_out_its_objects_in_order)
{
	struct span file = test_golden("card/two_objects");
	struct content_object o;
	struct card_fault fault;
	size_t cursor = 0;

	ck_assert_uint_eq(file.len, 126);
	ck_assert_int_eq(content_check(file, &fault), 0);
	ck_assert(content_next(file, &cursor, &o));
	ck_assert_uint_eq(o.id, 0);
	ck_assert(!o.has_version);
	ck_assert_uint_eq(o.tlv.len, 94);
	ck_assert(content_next(file, &cursor, &o));
	ck_assert_uint_eq(o.id, 1);
	ck_assert_uint_eq(o.tlv.len, 18);
	ck_assert(!content_next(file, &cursor, &o));
}
END_TEST

START_TEST(content_ignores_padding_behind_the_objects)
{
	struct span file = test_golden("card/padded");
	struct card_fault fault;
	struct content_object o;
	size_t cursor = 0;

	ck_assert_uint_eq(content_length(file.data), file.len - 2);
	ck_assert_int_eq(content_check(file, &fault), 0);
	ck_assert(content_next(file, &cursor, &o));
	ck_assert_uint_eq(o.tlv.len, 49);
	ck_assert(!content_next(file, &cursor, &o));
}
END_TEST

START_TEST(content_knows_versions_of_two_octets)
{
	struct span file = test_hex("00 01 00 07 00 05 02 05 00 01 AA");
	struct card_fault fault;
	struct content_object o;
	size_t cursor = 0;

	ck_assert_int_eq(content_check(file, &fault), 0);
	ck_assert(content_next(file, &cursor, &o));
	ck_assert(o.has_version);
	ck_assert_uint_eq(o.major, 2);
	ck_assert_uint_eq(o.minor, 5);
	ck_assert_uint_eq(o.tlv.len, 1);
}
END_TEST

START_TEST(content_without_objects_is_content)
{
	struct card_fault fault;
	struct content_object o;
	size_t cursor = 0;
	struct span file = test_hex("00 00 00 00");

	ck_assert_int_eq(content_check(file, &fault), 0);
	ck_assert(!content_next(file, &cursor, &o));
}
END_TEST

START_TEST(content_refuses_counts_and_lengths_that_do_not_match)
{
	static const struct {
		const char *hex;
		size_t offset;
	} bad[] = {
		{"", 0}, {"00 01 00", 3}, {"FF FF FF FF", 2},	  /* an empty file of a card */
		{"00 01 00 05 00 00 00 00", 2},			  /* shorter than it says */
		{"00 01 00 05 00 00 00 00 01", 4},		  /* object beyond the length */
		{"00 01 00 04 00 00 00 00 00", 4},		  /* header cut by the length */
		{"00 02 00 05 00 00 00 00 00", 9},		  /* one too few */
		{"00 01 00 0A 00 00 00 00 00 00 01 00 00 00", 9}, /* one too many */
		{"00 00 00 01 AA", 4}, {"00 01 00 05 FF FF 00 00 00", 4}, /* reserved id */
		{"C8 00 16 63 6F 61 70", 2}, /* resources without header, as one carrier had it */
	};
	struct card_fault fault;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_msg(
			content_check(test_hex(bad[i].hex), &fault) == -EBADMSG, "%s", bad[i].hex);
		ck_assert_uint_eq(fault.offset, bad[i].offset);
		ck_assert_ptr_nonnull(fault.expected);
	}
}
END_TEST

START_TEST(content_is_refused_at_every_cut)
{
	struct span file = test_golden("card/two_objects");
	struct card_fault fault;

	for (size_t len = 0; len < file.len; len++)
		ck_assert_int_eq(content_check(span_of(file.data, len), &fault), -EBADMSG);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("content");
	TCase *t = tcase_create("content");

	tcase_add_test(t, content_hands_out_its_objects_in_order);
	tcase_add_test(t, content_ignores_padding_behind_the_objects);
	tcase_add_test(t, content_knows_versions_of_two_octets);
	tcase_add_test(t, content_without_objects_is_content);
	tcase_add_test(t, content_refuses_counts_and_lengths_that_do_not_match);
	tcase_add_test(t, content_is_refused_at_every_cut);
	suite_add_tcase(s, t);
	return s;
}
