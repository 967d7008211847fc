#include "store/store.h"

#include <errno.h>
#include <unistd.h>

#include "alloc.h"
#include "bs.h"
#include "keys/hash.h"
#include "state.h"
#include "store/file.h"

static struct state state;
static struct store *store;
static struct bs b;

static const struct store_accounts bootstrapped = {
	.origin = ORIGIN_BOOTSTRAP, .account_deadline = 1700000005, .factory_hash = {7, 8, 9}};

static void setup(void)
{
	int pid;

	state_setup(&state);
	ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
	bs_setup(&b);
}

static void teardown(void)
{
	bs_teardown(&b);
	store = store_free(store);
	state_teardown(&state);
}

/* A client that a bootstrap server has configured, with a value of each kind. */
static void make_bootstrapped(void)
{
	bs_set(&b, PATH4(0, 1, SECURITY_CIPHERSUITE, 0), VALUE_UINT(0xC0A8));
	bs_set(&b, PATH4(0, 1, SECURITY_CIPHERSUITE, 7), VALUE_UINT(0xC0AE));
	bs_set(&b, PATH3(0, 1, SECURITY_OSCORE),
		(struct value){.type = VALUE_OBJLNK, .link = {21, 65534}});
	bs_set(&b, PATH3(1, 0, SERVER_LAST_BOOTSTRAPPED),
		(struct value){.type = VALUE_TIME, .i = -5});
	bs_set(&b, PATH3(2, 3, ACCESS_OBJECT_ID), VALUE_INT(1));
	bs_set(&b, PATH3(2, 3, ACCESS_INSTANCE_ID), VALUE_INT(0));
	bs_set(&b, PATH3(2, 3, ACCESS_OWNER), VALUE_INT(101));
	ck_assert_int_eq(model_set_empty(b.m, PATH3(2, 3, ACCESS_ACL)), 0);
	ck_assert_int_eq(model_set_origin(b.m, PATH2(0, 0), ORIGIN_CARD), 0);
	ck_assert_int_eq(model_set_origin(b.m, PATH2(0, 1), ORIGIN_BOOTSTRAP), 0);
	ck_assert_int_eq(model_set_origin(b.m, PATH2(1, 0), ORIGIN_BOOTSTRAP), 0);
	ck_assert_int_eq(model_set_origin(b.m, PATH2(2, 3), ORIGIN_SERVER), 0);
}

static void drop_accounts(void)
{
	for (uint16_t object = 0; object <= 2; object++) {
		uint32_t cursor = 0;
		uint16_t id;

		while (model_next_instance(b.m, object, &cursor, &id))
			ck_assert_int_eq(model_delete(b.m, PATH2(object, id)), 0);
	}
}

/* What is in the file, into the model. */
static int restore(struct store_accounts *ret)
{
	struct store_image *image = NULL;
	int r = store_read_accounts(store, &image, ret);

	if (r == 0)
		r = store_apply_accounts(image, b.m);
	store_image_free(image);
	return r;
}

static void assert_model(const struct buf *expected)
{
	struct buf now = client_model_dump(b.m);

	ck_assert_str_eq((char *)now.data, (char *)expected->data);
	buf_done(&now);
}

START_TEST(accounts_come_back_with_their_values_and_origins)
{
	struct store_accounts meta;

	make_bootstrapped();

	struct buf before = client_model_dump(b.m);

	ck_assert_int_eq(store_save_accounts(store, b.m, &bootstrapped), 0);
	drop_accounts();
	ck_assert_int_eq(restore(&meta), 0);
	assert_model(&before);
	ck_assert_int_eq(meta.origin, ORIGIN_BOOTSTRAP);
	ck_assert_int_eq(meta.account_deadline, 1700000005);
	ck_assert(!meta.is_account_purged);
	ck_assert_mem_eq(meta.factory_hash, bootstrapped.factory_hash, 32);
	buf_done(&before);
}
END_TEST

START_TEST(configured_accounts_are_not_stored)
{
	struct store_accounts meta;

	ck_assert_int_eq(store_save_accounts(store, b.m, &bootstrapped), 0);
	drop_accounts();
	ck_assert_int_eq(restore(&meta), 0);
	ck_assert(!bs_exists(&b, "/0/0"));
	ck_assert(!bs_exists(&b, "/1/0"));
}
END_TEST

/* doc/decisions.md */
START_TEST(what_servers_wrote_to_configured_accounts_is_laid_over_them)
{
	struct store_accounts meta = {.origin = ORIGIN_FACTORY, .is_account_purged = true};

	bs_set(&b, PATH3(1, 0, SERVER_LIFETIME), VALUE_INT(4321));
	ck_assert_int_eq(model_delete(b.m, PATH3(1, 0, SERVER_DISABLE_TIMEOUT)), 0);
	ck_assert_int_eq(store_save_accounts(store, b.m, &meta), 0);
	bs_teardown(&b);
	bs_setup(&b);
	meta = (struct store_accounts){0};
	ck_assert_int_eq(restore(&meta), 0);
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LIFETIME), 4321);
	ck_assert(!bs_exists(&b, "/1/0/5"));
	ck_assert_int_eq(model_origin(b.m, PATH2(1, 0)), ORIGIN_FACTORY);
	ck_assert(bs_exists(&b, "/0/1/5")); /* keys are the configuration's */
	ck_assert_int_eq(meta.origin, ORIGIN_FACTORY);
	ck_assert(meta.is_account_purged);
}
END_TEST

START_TEST(keys_of_configured_accounts_are_not_written_to_disk)
{
	struct store_accounts meta = {.origin = ORIGIN_FACTORY};
	struct span file;

	ck_assert_int_eq(store_save_accounts(store, b.m, &meta), 0);
	file = state_file(&state, "accounts.cbor");
	ck_assert_uint_gt(file.len, 40);
	ck_assert_ptr_null(memmem(file.data, file.len, "sixteen octets..", 16));
	ck_assert_int_eq(store_save_accounts(store, b.m, &bootstrapped), 0);
	file = state_file(&state, "accounts.cbor");
	ck_assert_ptr_null(memmem(file.data, file.len, "sixteen octets..", 16));
}
END_TEST

START_TEST(nothing_stored_is_enoent)
{
	struct store_accounts meta;

	ck_assert_int_eq(restore(&meta), -ENOENT);
}
END_TEST

START_TEST(damage_is_put_aside_and_the_model_untouched)
{
	struct buf before = client_model_dump(b.m);
	struct store_accounts meta;

	make_bootstrapped();
	ck_assert_int_eq(store_save_accounts(store, b.m, &bootstrapped), 0);
	bs_teardown(&b);
	bs_setup(&b);
	state_write(
		&state, "accounts.cbor", span_of(state_file(&state, "accounts.cbor").data, 100));
	ck_assert_int_eq(restore(&meta), -EBADMSG);
	assert_model(&before);
	ck_assert(!state_has(&state, "accounts.cbor"));
	ck_assert_uint_eq(state_file(&state, "accounts.cbor.corrupt").len, 100);
	buf_done(&before);
}
END_TEST

/* Sealed bodies that no version of this program writes: [origin, deadline, purged, hash, n, …]. */
START_TEST(a_body_of_another_form_is_damage)
{
#define META "03 00 f4 5820 0000000000000000000000000000000000000000000000000000000000000000 "
	static const char *const bodies[] = {
		"",
		"03",
		META,					    /* no count */
		META "01",				    /* no instance */
		META "01 00 01 03 01",			    /* no value */
		META "01 00 01 03 01 83 00 19ffff 01",	    /* three items */
		META "01 00 01 03 01 84 02 19ffff 02 40",   /* an integer that is bytes */
		META "01 00 01 03 01 84 00 19ffff 01 41ff", /* no UTF-8 */
		META "01 00 01 03 01 84 02 19ffff 02 09",   /* outside of the range */
		META "01 00 01 03 01 84 02 00 02 01",	    /* an instance of a single resource */
		META "01 00 01 03 01 84 01 19ffff 05 40",   /* a boolean that is bytes */
		META "01 00 01 03 01 84 02 19ffff 0a 01",   /* no such type */
		META "01 00 19ffff 03 00",		    /* no such instance id */
		META "01 00 01 05 00",			    /* no such origin */
		META "01 1a00010000 01 03 00",		    /* no such object id */
		META "00 00",				    /* something behind the end */
		"05 00 f4 5820 0000000000000000000000000000000000000000000000000000000000000000 00",
		"03 00 f4 5801 00 00",
		"03 f4 f4 40 00",
	};
	struct buf before = client_model_dump(b.m);

	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct store_accounts meta;

		ck_assert_int_eq(file_replace(state.fd, "accounts.cbor", test_hex(bodies[i])), 0);
		ck_assert_msg(restore(&meta) == -EBADMSG, "body %zu", i);
		assert_model(&before);
		ck_assert(!state_has(&state, "accounts.cbor"));
	}
	buf_done(&before);
}
END_TEST

START_TEST(what_the_model_does_not_know_is_left_out)
{
	struct store_accounts meta;

	/* object 9000; of /1/5 the resources 99 and 1 */
	ck_assert_int_eq(file_replace(state.fd, "accounts.cbor",
				 test_hex(META "02 192328 00 03 01 84 00 19ffff 02 05 "
					       "01 05 03 02 84 1863 19ffff 02 05 "
					       "84 01 19ffff 02 05")),
		0);
	ck_assert_int_eq(restore(&meta), 0);
	ck_assert_int_eq(bs_int(&b, 1, 5, SERVER_LIFETIME), 5);
	ck_assert(!bs_exists(&b, "/1/5/99"));
}
END_TEST

static int save(void *data)
{
	return store_save_accounts(store, b.m, data);
}

static void crash_everywhere(enum crash_mode mode)
{
	struct store_accounts old = {.origin = ORIGIN_FACTORY}, fresh = bootstrapped;
	struct buf models[2];
	bool has[2] = {false, false};
	int r = 1;

	/* the two states: lifetime 111 of a configured account, or bootstrapped */
	for (unsigned n = 1; r == 1; n++) {
		struct store_accounts meta = {0};

		drop_accounts();
		bs_teardown(&b);
		bs_setup(&b);
		bs_set(&b, PATH3(1, 0, SERVER_LIFETIME), VALUE_INT(111));
		ck_assert_int_eq(save(&old), 0);
		models[0] = client_model_dump(b.m);
		bs_set(&b, PATH3(1, 0, SERVER_LIFETIME), VALUE_INT(222));
		make_bootstrapped();
		models[1] = client_model_dump(b.m);
		r = state_run(save, &fresh, n, mode);

		bs_teardown(&b);
		bs_setup(&b);
		ck_assert_int_eq(store_free(store) == NULL, 1);

		int pid;

		ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
		ck_assert_int_eq(restore(&meta), 0);

		bool is_new = meta.origin == ORIGIN_BOOTSTRAP;

		if (is_new) {
			drop_accounts();
			ck_assert_int_eq(restore(&meta), 0);
		}
		assert_model(&models[is_new]);
		has[is_new] = true;
		ck_assert(r == 1 || is_new);
		buf_done(&models[0]);
		buf_done(&models[1]);
	}
	ck_assert_int_eq(r, 0);
	ck_assert(has[0] && has[1]);
}

START_TEST(a_kill_while_saving_leaves_the_old_or_the_new_accounts)
{
	crash_everywhere(CRASH_KILL);
}
END_TEST

START_TEST(a_power_cut_while_saving_leaves_the_old_or_the_new_accounts)
{
	crash_everywhere(CRASH_POWER);
}
END_TEST

START_TEST(a_full_disk_is_told_and_the_old_accounts_stay)
{
	struct store_accounts old = {.origin = ORIGIN_FACTORY}, fresh = bootstrapped, meta;

	ck_assert_int_eq(save(&old), 0);
	make_bootstrapped();
	ck_assert_int_eq(state_run(save, &fresh, 3, CRASH_ENOSPC), -ENOSPC);
	ck_assert_int_eq(restore(&meta), 0);
	ck_assert_int_eq(meta.origin, ORIGIN_FACTORY);
}
END_TEST

START_TEST(without_memory_the_file_and_the_model_stay_whole)
{
	bool has_failed = true;

	make_bootstrapped();
	ck_assert_int_eq(store_save_accounts(store, b.m, &bootstrapped), 0);

	struct buf before = client_model_dump(b.m);

	for (unsigned n = 1; has_failed; n++) {
		alloc_fail_at(n);

		int r = store_save_accounts(store, b.m, &bootstrapped);

		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
	}
	for (unsigned n = 1; n == 1 || has_failed; n++) {
		struct store_accounts meta;

		alloc_fail_at(n);

		int r = restore(&meta);

		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
		ck_assert(!model_in_transaction(b.m));
		assert_model(&before);
	}
	ck_assert(!state_has(&state, "accounts.cbor.corrupt"));
	buf_done(&before);
}
END_TEST

START_TEST(an_open_transaction_is_not_touched)
{
	struct store_accounts meta;

	ck_assert_int_eq(store_save_accounts(store, b.m, &bootstrapped), 0);
	ck_assert_int_eq(model_begin(b.m), 0);
	ck_assert_int_eq(restore(&meta), -EBUSY);
	ck_assert(model_in_transaction(b.m));
	model_rollback(b.m);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("image");
	TCase *t = tcase_create("image");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, accounts_come_back_with_their_values_and_origins);
	tcase_add_test(t, configured_accounts_are_not_stored);
	tcase_add_test(t, what_servers_wrote_to_configured_accounts_is_laid_over_them);
	tcase_add_test(t, keys_of_configured_accounts_are_not_written_to_disk);
	tcase_add_test(t, nothing_stored_is_enoent);
	tcase_add_test(t, damage_is_put_aside_and_the_model_untouched);
	tcase_add_test(t, a_body_of_another_form_is_damage);
	tcase_add_test(t, what_the_model_does_not_know_is_left_out);
	tcase_add_test(t, a_kill_while_saving_leaves_the_old_or_the_new_accounts);
	tcase_add_test(t, a_power_cut_while_saving_leaves_the_old_or_the_new_accounts);
	tcase_add_test(t, a_full_disk_is_told_and_the_old_accounts_stay);
	tcase_add_test(t, without_memory_the_file_and_the_model_stay_whole);
	tcase_add_test(t, an_open_transaction_is_not_touched);
	suite_add_tcase(s, t);
	return s;
}
