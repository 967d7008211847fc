#include "card/pkcs15.h"

#include <errno.h>

#include "runner.h"

static struct card_path path(const char *hex)
{
	struct span octets = test_hex(hex);
	struct card_path p = {.len = octets.len};

	if (octets.len)
		memcpy(p.octets, octets.data, octets.len);
	return p;
}

static void assert_path(const struct card_path *got, const char *hex)
{
	struct card_path expected = path(hex);

	ck_assert_msg(card_path_is_equal(got, &expected), "not %s", hex);
}

static int find(const char *hex, struct pkcs15_object *ret)
{
	struct card_fault fault = {0};
	int r = pkcs15_find_object(test_hex(hex), ret, &fault);

	ck_assert(r >= 0 || fault.expected);
	return r;
}

START_TEST(dir_names_the_application_and_its_path)
{
	struct reader r = reader_of(test_golden("card/dir_record"));
	struct pkcs15_application app;
	struct card_fault fault;

	ck_assert_int_eq(pkcs15_next_application(&r, &app, &fault), 1);
	ck_assert(span_is_equal(span_of(app.aid, app.aid_len), pkcs15_aid()));
	assert_path(&app.path, "3F00 7F50");
	ck_assert_int_eq(pkcs15_next_application(&r, &app, &fault), 0);
}
END_TEST

START_TEST(dir_passes_over_other_applications)
{
	struct reader r = reader_of(test_hex("61 09 4F 07 A0000000871002 61 02 50 00"
					     "61 0F 4F 0D A000000063504B43532D3135 01 FF"));
	struct pkcs15_application app;
	struct card_fault fault;

	ck_assert_int_eq(pkcs15_next_application(&r, &app, &fault), 1);
	ck_assert_uint_eq(app.aid_len, 13);
	ck_assert_uint_eq(app.path.len, 0);
}
END_TEST

START_TEST(dir_tells_where_it_is_broken)
{
	struct reader r = reader_of(test_hex("61 02 50 00 61 7F 4F"));
	struct pkcs15_application app;
	struct card_fault fault;

	ck_assert_int_eq(pkcs15_next_application(&r, &app, &fault), -EBADMSG);
	ck_assert_uint_eq(fault.offset, 4);
}
END_TEST

START_TEST(odf_lists_its_directories_in_order)
{
	struct reader r = reader_of(test_hex("A0 06 30 04 04 02 4401 A7 06 30 04 04 02 4407"
					     "A7 06 30 04 04 02 6430 00 00"));
	struct card_fault fault;
	struct card_path p;

	ck_assert_int_eq(pkcs15_next_directory(&r, &p, &fault), 1);
	assert_path(&p, "4407");
	ck_assert_int_eq(pkcs15_next_directory(&r, &p, &fault), 1);
	assert_path(&p, "6430");
	ck_assert_int_eq(pkcs15_next_directory(&r, &p, &fault), 0);
}
END_TEST

START_TEST(odf_of_the_field_is_read)
{
	struct reader r = reader_of(test_golden("card/odf_field"));
	struct card_fault fault;
	struct card_path p;

	ck_assert_int_eq(pkcs15_next_directory(&r, &p, &fault), 1);
	assert_path(&p, "4407");
	ck_assert_int_eq(pkcs15_next_directory(&r, &p, &fault), 0);
}
END_TEST

START_TEST(odf_refuses_damage)
{
	static const char *const bad[] = {
		"A7 84 FF FF FF FF 30",		 /* length of 4 GiB */
		"A7 80 30 04 04 02 64 30 00 00", /* indefinite */
		"A7 06 30 05 04 02 64 30",	 /* child beyond its parent */
		"A7 05 30 03 04 01 64",		 /* path of one octet */
		"A7 07 30 05 04 03 64 30 00",	 /* odd */
		"A7 04 30 02 04 00",		 /* empty path */
		"A7 16 30 14 04 12 000102030405060708090A0B0C0D0E0F1011", /* 18 octets */
		"A7 02 30 00",						  /* no path */
		"A7 09 30 07 04 02 64 30 02 01 00",			  /* index without length */
	};
	struct card_path p;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct reader r = reader_of(test_hex(bad[i]));
		struct card_fault fault = {0};

		ck_assert_msg(pkcs15_next_directory(&r, &p, &fault) == -EBADMSG, "%s", bad[i]);
		ck_assert_ptr_nonnull(fault.expected);
	}
}
END_TEST

START_TEST(dodf_is_found_in_every_form_of_the_field)
{
	static const char *const names[] = {
		"card/dodf_right", "card/dodf_field", "card/dodf_opaque"};
	struct pkcs15_object o;
	struct card_fault fault;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		ck_assert_msg(
			pkcs15_find_object(test_golden(names[i]), &o, &fault) == 1, "%s", names[i]);
		assert_path(&o.path, "6432");
		ck_assert(!o.is_private && !o.has_range);
	}
	/* without class attributes: invalid, harmless */
	ck_assert_int_eq(find("A1 23 30 11 0C0F4C774D324D20426F6F747374726170"
			      "A1 0E 30 0C 06 04 672B0901 30 04 04 02 6432",
				 &o),
		1);
	assert_path(&o.path, "6432");
}
END_TEST

START_TEST(dodf_passes_over_other_objects)
{
	struct pkcs15_object o;

	ck_assert_int_eq(find("30 0F 30 03 0C 01 78 30 00 A1 06 30 04 04 02 4409"
			      "A1 14 30 00 30 00 A1 0E 30 0C 06 04 672B0701 30 04 04 02 4410"
			      "A1 12 30 00 A1 0E 30 0C 06 04 672B0901 30 04 04 02 6432",
				 &o),
		1);
	assert_path(&o.path, "6432");
	ck_assert_int_eq(find("A1 12 30 00 A1 0E 30 0C 06 04 672B0902 30 04 04 02 6432", &o), 0);
	ck_assert_int_eq(find("FF FF FF", &o), 0);
	ck_assert_int_eq(find("", &o), 0);
	ck_assert_int_eq(find("A1 02 30 00", &o), 0);
}
END_TEST

START_TEST(dodf_takes_the_first_of_several)
{
	struct pkcs15_object o;

	ck_assert_int_eq(find("A1 12 30 00 A1 0E 30 0C 06 04 672B0901 30 04 04 02 6432"
			      "A1 12 30 00 A1 0E 30 0C 06 04 672B0901 30 04 04 02 6433",
				 &o),
		1);
	assert_path(&o.path, "6432");
}
END_TEST

START_TEST(dodf_knows_the_private_flag_and_the_range)
{
	struct pkcs15_object o;

	ck_assert_int_eq(find("A1 1D 30 04 03 02 07 80"
			      "A1 15 30 13 06 04 672B0901 30 0B 04 02 6432 02 01 10 80 02 0105",
				 &o),
		1);
	ck_assert(o.is_private);
	ck_assert(o.has_range);
	ck_assert_uint_eq(o.index, 0x10);
	ck_assert_uint_eq(o.length, 0x105);
}
END_TEST

START_TEST(dodf_refuses_damage_at_its_place)
{
	struct pkcs15_object o;
	struct card_fault fault;
	struct span right = test_golden("card/dodf_right");

	for (size_t len = 1; len < right.len; len++)
		ck_assert_int_eq(
			pkcs15_find_object(span_of(right.data, len), &o, &fault), -EBADMSG);
	ck_assert_int_eq(find("A1 14 30 00 A1 10 30 0E 06 04 672B0901 30 06 04 02 6432 02 00", &o),
		-EBADMSG);
	ck_assert_int_eq(pkcs15_find_object(test_hex("FE 00 A1 80 00"), &o, &fault), -EBADMSG);
	ck_assert_uint_eq(fault.offset, 2);
}
END_TEST

START_TEST(dodf_looks_at_no_more_than_64_entries)
{
	uint8_t entries[65 * 2 + 20] = {0};
	struct span right = test_hex("A1 12 30 00 A1 0E 30 0C 06 04 672B0901 30 04 04 02 6432");
	struct pkcs15_object o;
	struct card_fault fault;

	for (size_t i = 0; i < 64; i++)
		entries[2 * i] = 0x05;
	memcpy(entries + 128, right.data, right.len);
	ck_assert_int_eq(pkcs15_find_object(span_of(entries, 128 + right.len), &o, &fault), 0);
	ck_assert_int_eq(pkcs15_find_object(span_of(entries + 2, 126 + right.len), &o, &fault), 1);
}
END_TEST

START_TEST(path_of_each_form_is_one_that_select_takes)
{
	static const struct {
		const char *stored, *selected;
	} forms[] = {
		{"6430", "7FFF 6430"},
		{"3F00 7F50 6430", "7F50 6430"},
		{"3F00 7FFF 6430", "7FFF 6430"},
		{"7FFF 6430", "7FFF 6430"},
		{"5F10 6430", "7FFF 5F10 6430"},
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct card_path stored = path(forms[i].stored), selected;

		ck_assert_int_eq(card_path_from_mf(&stored, &selected), 0);
		assert_path(&selected, forms[i].selected);
		ck_assert_uint_eq(card_path_file(&stored), 0x6430);
	}

	struct card_path p = path("3F00"), out;

	ck_assert_int_eq(card_path_from_mf(&p, &out), -EINVAL);
	p = path("0102 0304 0506 0708 090A 0B0C 0D0E 0F10");
	ck_assert_int_eq(card_path_from_mf(&p, &out), -EINVAL);
}
END_TEST

START_TEST(path_is_in_the_application_or_not)
{
	static const struct {
		const char *file, *application;
		bool is_in;
	} cases[] = {
		{"6430", "", true},
		{"7FFF 6430", "", true},
		{"3F00 7FFF 6430", "", true},
		{"3F00 7F50 6430", "3F00 7F50", true},
		{"3F00 7F51 6430", "3F00 7F50", false},
		{"3F00 7F50 6430", "", false},
		{"5F10 6430", "", false},
		{"3F00", "", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct card_path file = path(cases[i].file), app = path(cases[i].application);

		ck_assert_msg(card_path_is_in_application(&file, &app) == cases[i].is_in, "%s",
			cases[i].file);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("pkcs15");
	TCase *t = tcase_create("pkcs15");

	tcase_add_test(t, dir_names_the_application_and_its_path);
	tcase_add_test(t, dir_passes_over_other_applications);
	tcase_add_test(t, dir_tells_where_it_is_broken);
	tcase_add_test(t, odf_lists_its_directories_in_order);
	tcase_add_test(t, odf_of_the_field_is_read);
	tcase_add_test(t, odf_refuses_damage);
	tcase_add_test(t, dodf_is_found_in_every_form_of_the_field);
	tcase_add_test(t, dodf_passes_over_other_objects);
	tcase_add_test(t, dodf_takes_the_first_of_several);
	tcase_add_test(t, dodf_knows_the_private_flag_and_the_range);
	tcase_add_test(t, dodf_refuses_damage_at_its_place);
	tcase_add_test(t, dodf_looks_at_no_more_than_64_entries);
	tcase_add_test(t, path_of_each_form_is_one_that_select_takes);
	tcase_add_test(t, path_is_in_the_application_or_not);
	suite_add_tcase(s, t);
	return s;
}
