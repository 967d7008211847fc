#include "store/store.h"

#include <errno.h>
#include <unistd.h>

#include "alloc.h"
#include "runner.h"
#include "state.h"

static struct state state;
static struct store *store;
static struct store_registration taken[STORE_REGISTRATIONS_MAX];
static size_t n_taken;

static const struct store_registration two[2] = {
	{.short_server_id = 101,
		.version = LWM2M_1_2,
		.local_port = 40000,
		.expires = 1700000000,
		.location = "/rd/5a3f",
		.account_hash = {1, 2, 3}},
	{.short_server_id = 65534,
		.version = LWM2M_1_0,
		.expires = -1,
		.location = "/a/b",
		.account_hash = {[31] = 255}},
};

/* The first with a session. */
static struct store_registration list[2];

static void setup(void)
{
	int pid;

	memcpy(list, two, sizeof list);
	ck_assert_int_eq(secret_set(&list[0].session, span_of_text("a session")), 0);

	state_setup(&state);
	ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
	n_taken = 0;
}

static void teardown(void)
{
	store_registrations_done(list, 2);
	store_registrations_done(taken, n_taken);
	store = store_free(store);
	state_teardown(&state);
}

static int take(void)
{
	store_registrations_done(taken, n_taken);
	n_taken = 0;
	return store_take_registrations(store, taken, STORE_REGISTRATIONS_MAX, &n_taken);
}

static bool is_equal(const struct store_registration *a, const struct store_registration *b)
{
	return a->short_server_id == b->short_server_id && a->version == b->version &&
	       a->local_port == b->local_port && a->expires == b->expires &&
	       strcmp(a->location, b->location) == 0 &&
	       memcmp(a->account_hash, b->account_hash, sizeof a->account_hash) == 0 &&
	       span_is_equal(secret_span(&a->session), secret_span(&b->session));
}

START_TEST(registrations_come_back_as_they_were_and_once)
{
	ck_assert_int_eq(store_save_registrations(store, list, 2), 0);
	ck_assert_int_eq(take(), 0);
	ck_assert_uint_eq(n_taken, 2);
	ck_assert(is_equal(&taken[0], &list[0]));
	ck_assert(is_equal(&taken[1], &list[1]));
	ck_assert_int_eq(take(), -ENOENT);
}
END_TEST

START_TEST(no_registration_leaves_no_file)
{
	ck_assert_int_eq(store_save_registrations(store, list, 2), 0);
	ck_assert_int_eq(store_save_registrations(store, two, 0), 0);
	ck_assert_int_eq(take(), -ENOENT);
}
END_TEST

START_TEST(as_many_as_there_can_be_fit)
{
	struct store_registration many[STORE_REGISTRATIONS_MAX] = {0};

	for (uint16_t i = 0; i < STORE_REGISTRATIONS_MAX; i++) {
		many[i] = two[0];
		many[i].short_server_id = (uint16_t)(i + 1);
		memset(many[i].location, 'x', sizeof many[i].location - 1);
	}
	ck_assert_int_eq(store_save_registrations(store, many, STORE_REGISTRATIONS_MAX), 0);
	ck_assert_int_eq(take(), 0);
	ck_assert_uint_eq(n_taken, STORE_REGISTRATIONS_MAX);
	ck_assert(is_equal(&taken[63], &many[63]));
}
END_TEST

START_TEST(more_than_asked_for_are_damage)
{
	ck_assert_int_eq(store_save_registrations(store, list, 2), 0);
	ck_assert_int_eq(store_take_registrations(store, taken, 1, &n_taken), -EBADMSG);
	ck_assert(state_has(&state, "registrations.cbor.corrupt"));
}
END_TEST

START_TEST(damage_is_put_aside)
{
	state_write(&state, "registrations.cbor", span_of_text("garbage"));
	ck_assert_int_eq(take(), -EBADMSG);
	ck_assert_int_eq(take(), -ENOENT);
	ck_assert(span_is_text(state_file(&state, "registrations.cbor.corrupt"), "garbage"));
}
END_TEST

static int save_one(void *data)
{
	(void)data;
	return store_save_registrations(store, &list[1], 1);
}

static int take_all(void *data)
{
	(void)data;
	return take();
}

START_TEST(a_crash_while_saving_leaves_the_old_or_the_new_list)
{
	int r = 1;

	for (unsigned n = 1; r == 1; n++) {
		ck_assert_int_eq(store_save_registrations(store, list, 2), 0);
		r = state_run(save_one, NULL, n, CRASH_POWER);
		ck_assert_int_eq(take(), 0);
		ck_assert(n_taken == 2 ? is_equal(&taken[1], &list[1])
				       : n_taken == 1 && is_equal(&taken[0], &list[1]));
		ck_assert(r == 1 || n_taken == 1);
	}
	ck_assert_int_eq(r, 0);
}
END_TEST

START_TEST(a_crash_while_taking_leaves_the_list_or_none)
{
	int r = 1;

	for (unsigned n = 1; r == 1; n++) {
		ck_assert_int_eq(store_save_registrations(store, list, 2), 0);
		r = state_run(take_all, NULL, n, CRASH_KILL);

		int e = take();

		ck_assert(e == -ENOENT || (e == 0 && n_taken == 2));
		ck_assert(r == 1 || e == -ENOENT);
	}
	ck_assert_int_eq(r, 0);
}
END_TEST

START_TEST(without_memory_a_list_is_not_lost)
{
	bool has_failed = true;

	for (unsigned n = 1; has_failed; n++) {
		ck_assert_int_eq(store_save_registrations(store, list, 2), 0);
		alloc_fail_at(n);

		int r = take();

		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
		if (has_failed)
			ck_assert_int_eq(take(), 0);
		ck_assert_uint_eq(n_taken, 2);
	}
	has_failed = true;
	for (unsigned n = 1; has_failed; n++) {
		alloc_fail_at(n);

		int r = store_save_registrations(store, list, 2);

		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("registrations");
	TCase *t = tcase_create("registrations");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, registrations_come_back_as_they_were_and_once);
	tcase_add_test(t, no_registration_leaves_no_file);
	tcase_add_test(t, as_many_as_there_can_be_fit);
	tcase_add_test(t, more_than_asked_for_are_damage);
	tcase_add_test(t, damage_is_put_aside);
	tcase_add_test(t, a_crash_while_saving_leaves_the_old_or_the_new_list);
	tcase_add_test(t, a_crash_while_taking_leaves_the_list_or_none);
	tcase_add_test(t, without_memory_a_list_is_not_lost);
	suite_add_tcase(s, t);
	return s;
}
