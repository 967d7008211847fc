#include "bs.h"

static struct bs b;

static void setup(void)
{
	bs_setup(&b);
	bs_begin(&b, LWM2M_1_1);
}

static void teardown(void)
{
	bs_teardown(&b);
}

/* An access control instance with two entries; SSID 0 is the default, ID_NONE: no entry. */
static void guard(uint16_t i, uint16_t object, uint16_t instance, uint16_t owner,
	const struct bs_value *entries, size_t n)
{
	bs_set(&b, PATH3(2, i, ACCESS_OBJECT_ID), VALUE_INT(object));
	bs_set(&b, PATH3(2, i, ACCESS_INSTANCE_ID), VALUE_INT(instance));
	bs_set(&b, PATH3(2, i, ACCESS_OWNER), VALUE_INT(owner));
	for (size_t k = 0; k < n; k++)
		bs_set(&b, PATH4(2, i, ACCESS_ACL, entries[k].instance), entries[k].value);
}

#define GUARD(i, object, instance, owner, ...)                                                     \
	guard((i), (object), (instance), (owner), (const struct bs_value[]){__VA_ARGS__},          \
		sizeof((const struct bs_value[]){__VA_ARGS__}) / sizeof(struct bs_value))
#define ENTRY(ssid, rights)                                                                        \
	{                                                                                          \
		ACCESS_ACL, (ssid), VALUE_INT(rights)                                              \
	}

START_TEST(delete_of_everything_leaves_the_bootstrap_account_and_the_device)
{
	bs_set(&b, PATH3(0, 0, SECURITY_OSCORE),
		(struct value){.type = VALUE_OBJLNK, .link = {OBJECT_OSCORE, 1}});
	bs_set(&b, PATH3(21, 1, 0), VALUE_TEXT("of the bootstrap server"));
	bs_set(&b, PATH3(21, 2, 0), VALUE_TEXT("of a server"));
	ck_assert_uint_eq(bs_delete(&b, "/"), 202);
	ck_assert(bs_exists(&b, "/0/0"));
	ck_assert(bs_exists(&b, "/21/1"));
	ck_assert(bs_exists(&b, "/3/0/0"));
	ck_assert(!bs_exists(&b, "/0/1"));
	ck_assert(!bs_exists(&b, "/1/0"));
	ck_assert(!bs_exists(&b, "/21/2"));
}
END_TEST

START_TEST(delete_of_an_object_leaves_what_is_excluded)
{
	ck_assert_uint_eq(bs_delete(&b, "/0"), 202);
	ck_assert(bs_exists(&b, "/0/0"));
	ck_assert(!bs_exists(&b, "/0/1"));
	ck_assert_uint_eq(bs_delete(&b, "/3"), 202);
	ck_assert(bs_exists(&b, "/3/0"));
	ck_assert_uint_eq(bs_delete(&b, "/1"), 202);
	ck_assert(!bs_exists(&b, "/1/0"));
}
END_TEST

START_TEST(delete_of_the_bootstrap_account_is_refused)
{
	ck_assert_uint_eq(bs_delete(&b, "/0/0"), 400);
	ck_assert(bs_exists(&b, "/0/0/5"));
	ck_assert_uint_eq(bs_delete(&b, "/3/0"), 400);
	ck_assert(bs_exists(&b, "/3/0"));
}
END_TEST

START_TEST(delete_of_what_is_not_there_is_2_02)
{
	ck_assert_uint_eq(bs_delete(&b, "/0/9"), 202);
	ck_assert_uint_eq(bs_delete(&b, "/0/9"), 202);
	ck_assert_uint_eq(bs_delete(&b, "/5"), 202);
	ck_assert_uint_eq(bs_delete(&b, "/5/0"), 202);
	ck_assert_uint_eq(bs_delete(&b, "/3/4"), 202);
}
END_TEST

START_TEST(delete_of_a_resource_is_4_00)
{
	ck_assert_uint_eq(bs_delete(&b, "/1/0/5"), 400);
	ck_assert_uint_eq(bs_delete(&b, "/0/1/16/0"), 400);
	ck_assert(bs_exists(&b, "/1/0/5"));
}
END_TEST

START_TEST(a_second_bootstrap_account_can_be_deleted_again)
{
	ck_assert_uint_eq(bs_put_bootstrap(&b, 4, "coaps://new.example"), 204);
	ck_assert_uint_eq(bs_finish(&b), 406);
	ck_assert_uint_eq(bs_delete(&b, "/0/0"), 400);
	ck_assert_uint_eq(bs_delete(&b, "/0/4"), 202);
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert(bs_exists(&b, "/0/0"));
}
END_TEST

START_TEST(an_account_that_moved_to_another_instance_is_the_protected_one)
{
	ck_assert_uint_eq(bs_put_bootstrap(&b, 4, "coaps://new.example"), 204);
	ck_assert_uint_eq(bs_put_security(&b, 0, 102), 204);
	ck_assert_uint_eq(bs_delete(&b, "/0/4"), 400);
	ck_assert_uint_eq(bs_delete(&b, "/0/0"), 202);
	ck_assert_uint_eq(bs_finish(&b), 204);
}
END_TEST

/* section 4.3, unbootstrapping (1) */
START_TEST(a_deleted_server_takes_its_server_instance_with_it)
{
	ck_assert_uint_eq(bs_put_security(&b, 2, 102), 204);
	ck_assert_uint_eq(bs_put_server(&b, 5, 102), 204);
	ck_assert_uint_eq(bs_delete(&b, "/0/1"), 202);
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert(!bs_exists(&b, "/1/0"));
	ck_assert(bs_exists(&b, "/1/5"));
}
END_TEST

START_TEST(a_server_that_is_deleted_and_written_again_keeps_its_server_instance)
{
	ck_assert_uint_eq(bs_delete(&b, "/0"), 202);
	ck_assert_uint_eq(bs_put_security(&b, 3, 101), 204);
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_SHORT_SERVER_ID), 101);
}
END_TEST

START_TEST(what_was_written_for_a_server_stays_until_its_account_is_repaired)
{
	ck_assert_uint_eq(bs_delete(&b, "/0"), 202);
	ck_assert_uint_eq(bs_put_server(&b, 0, 101), 204);
	ck_assert_uint_eq(bs_finish(&b), 406);
	ck_assert(bs_exists(&b, "/1/0"));
	ck_assert_uint_eq(bs_put_security(&b, 1, 101), 204);
	ck_assert_uint_eq(bs_finish(&b), 204);
}
END_TEST

/* Two servers, and what is guarded for the first of them. */
static void setup_access(void)
{
	bs_setup(&b);
	bs_set(&b, PATH3(0, 2, SECURITY_URI), VALUE_TEXT("coaps://two.example"));
	bs_set(&b, PATH3(0, 2, SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(false));
	bs_set(&b, PATH3(0, 2, SECURITY_MODE), VALUE_INT(MODE_PSK));
	bs_set(&b, PATH3(0, 2, SECURITY_PUBLIC_KEY_OR_IDENTITY), VALUE_BYTES(span_of_text("i")));
	bs_set(&b, PATH3(0, 2, SECURITY_SECRET_KEY), VALUE_BYTES(span_of_text("k")));
	bs_set(&b, PATH3(0, 2, SECURITY_SHORT_SERVER_ID), VALUE_INT(102));
	bs_set(&b, PATH3(1, 2, SERVER_SHORT_SERVER_ID), VALUE_INT(102));
	bs_set(&b, PATH3(1, 2, SERVER_LIFETIME), VALUE_INT(60));
	bs_set(&b, PATH3(1, 2, SERVER_NOTIFICATION_STORING), VALUE_BOOL(true));
	bs_set(&b, PATH3(1, 2, SERVER_BINDING), VALUE_TEXT("U"));
	GUARD(0, 1, 0, 101, ENTRY(101, 15));
	GUARD(1, 1, 2, 102, ENTRY(102, 15));
}

static void finish_without_server_1(void)
{
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_delete(&b, "/0/1"), 202);
	ck_assert_uint_eq(bs_finish(&b), 204);
}

/* (2) */
START_TEST(what_only_the_deleted_server_could_access_goes)
{
	GUARD(2, 21, 4, 101, ENTRY(101, 15));
	bs_set(&b, PATH3(21, 4, 0), VALUE_TEXT("x"));
	finish_without_server_1();
	ck_assert(!bs_exists(&b, "/21/4"));
	ck_assert(!bs_exists(&b, "/2/2"));
	ck_assert(!bs_exists(&b, "/2/0"));
	ck_assert(bs_exists(&b, "/2/1"));
}
END_TEST

/* (3) */
START_TEST(what_it_shared_loses_its_entry_and_passes_to_another)
{
	GUARD(2, 3, 0, 101, ENTRY(101, 15), ENTRY(102, 1));
	GUARD(3, 21, 4, 102, ENTRY(101, 15), ENTRY(102, 1));
	bs_set(&b, PATH3(21, 4, 0), VALUE_TEXT("x"));
	finish_without_server_1();
	ck_assert(!bs_exists(&b, "/2/2/2/101"));
	ck_assert_int_eq(bs_int(&b, 2, 2, ACCESS_OWNER), 102);
	ck_assert(!bs_exists(&b, "/2/3/2/101"));
	ck_assert_int_eq(bs_int(&b, 2, 3, ACCESS_OWNER), 102);
	ck_assert(bs_exists(&b, "/21/4"));
}
END_TEST

START_TEST(ownership_passes_to_the_most_write_and_delete_rights)
{
	bs_set(&b, PATH3(0, 3, SECURITY_SHORT_SERVER_ID), VALUE_INT(103));
	bs_set(&b, PATH3(0, 3, SECURITY_URI), VALUE_TEXT("coaps://three.example"));
	bs_set(&b, PATH3(0, 3, SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(false));
	GUARD(2, 3, 0, 101, ENTRY(101, 15), ENTRY(102, 5), ENTRY(103, 10));
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_delete(&b, "/0/1"), 202);
	ck_assert_uint_eq(bs_finish(&b), 406); /* the third server is a torso */
	ck_assert_int_eq(bs_int(&b, 2, 2, ACCESS_OWNER), 103);
}
END_TEST

START_TEST(ownership_passes_to_a_server_with_the_default_right)
{
	GUARD(2, 3, 0, 101, ENTRY(0, 1));
	finish_without_server_1();
	ck_assert_int_eq(bs_int(&b, 2, 2, ACCESS_OWNER), 102);
}
END_TEST

START_TEST(an_entry_without_any_right_is_no_access)
{
	GUARD(2, 21, 4, 101, ENTRY(102, 0));
	bs_set(&b, PATH3(21, 4, 0), VALUE_TEXT("x"));
	finish_without_server_1();
	ck_assert(!bs_exists(&b, "/2/2"));
	ck_assert(!bs_exists(&b, "/21/4"));
}
END_TEST

START_TEST(the_device_stays_whoever_owned_it)
{
	GUARD(2, 3, 0, 101, ENTRY(101, 15));
	bs_begin(&b, LWM2M_1_1);
	ck_assert_uint_eq(bs_delete(&b, "/0/1"), 202);
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert(bs_exists(&b, "/3/0/0"));
	ck_assert(!bs_exists(&b, "/2/2"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("bs_delete");
	TCase *t = tcase_create("bs_delete"), *access = tcase_create("access");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, delete_of_everything_leaves_the_bootstrap_account_and_the_device);
	tcase_add_test(t, delete_of_an_object_leaves_what_is_excluded);
	tcase_add_test(t, delete_of_the_bootstrap_account_is_refused);
	tcase_add_test(t, delete_of_what_is_not_there_is_2_02);
	tcase_add_test(t, delete_of_a_resource_is_4_00);
	tcase_add_test(t, a_second_bootstrap_account_can_be_deleted_again);
	tcase_add_test(t, an_account_that_moved_to_another_instance_is_the_protected_one);
	tcase_add_test(t, a_deleted_server_takes_its_server_instance_with_it);
	tcase_add_test(t, a_server_that_is_deleted_and_written_again_keeps_its_server_instance);
	tcase_add_test(t, what_was_written_for_a_server_stays_until_its_account_is_repaired);
	suite_add_tcase(s, t);

	tcase_add_checked_fixture(access, setup_access, teardown);
	tcase_add_test(access, what_only_the_deleted_server_could_access_goes);
	tcase_add_test(access, what_it_shared_loses_its_entry_and_passes_to_another);
	tcase_add_test(access, ownership_passes_to_the_most_write_and_delete_rights);
	tcase_add_test(access, ownership_passes_to_a_server_with_the_default_right);
	tcase_add_test(access, an_entry_without_any_right_is_no_access);
	tcase_add_test(access, the_device_stays_whoever_owned_it);
	suite_add_tcase(s, access);
	return s;
}
