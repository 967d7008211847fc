#include <errno.h>

#include "runner.h"
#include "state.h"
#include "store/store.h"

static struct state state;
static struct store *store;

static void setup(void)
{
	int pid;

	state_setup(&state);
	ck_assert_int_eq(store_open(state.path, &store, &pid), 0);
}

static void teardown(void)
{
	store = store_free(store);
	state_teardown(&state);
}

static const struct store_card sample = {.is_applied = true,
	.id = {0x98, 0x94, 1},
	.id_len = 10,
	.content_hash = {1, 2, [31] = 3},
	.has_refused_pin = true,
	.refused_pin = {4, [31] = 5}};

START_TEST(card_identity_comes_back_as_it_was)
{
	struct store_card got;

	ck_assert_int_eq(store_read_card(store, &got), -ENOENT);
	ck_assert_int_eq(store_save_card(store, &sample), 0);
	ck_assert_int_eq(store_read_card(store, &got), 0);
	ck_assert(got.is_applied && got.has_refused_pin);
	ck_assert_uint_eq(got.id_len, 10);
	ck_assert_mem_eq(got.id, sample.id, 10);
	ck_assert_mem_eq(got.content_hash, sample.content_hash, 32);
	ck_assert_mem_eq(got.refused_pin, sample.refused_pin, 32);
}
END_TEST

START_TEST(card_identity_of_nothing_leaves_no_file)
{
	struct store_card got;

	ck_assert_int_eq(store_save_card(store, &sample), 0);
	ck_assert_int_eq(store_save_card(store, &(const struct store_card){0}), 0);
	ck_assert_int_eq(store_read_card(store, &got), -ENOENT);
}
END_TEST

START_TEST(card_identity_that_is_damaged_is_put_aside)
{
	struct store_card got = {.id_len = 1}, bad = sample;

	bad.id_len = STORE_CARD_ID_MAX;
	ck_assert_int_eq(store_save_card(store, &bad), 0);
	ck_assert_int_eq(store_read_card(store, &got), 0);
	ck_assert_uint_eq(got.id_len, STORE_CARD_ID_MAX);
	state_write(&state, "card.cbor", span_of("nonsense", 8));
	ck_assert_int_eq(store_read_card(store, &got), -EBADMSG);
	ck_assert_int_eq(store_read_card(store, &got), -ENOENT);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("card_identity");
	TCase *t = tcase_create("card_identity");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, card_identity_comes_back_as_it_was);
	tcase_add_test(t, card_identity_of_nothing_leaves_no_file);
	tcase_add_test(t, card_identity_that_is_damaged_is_put_aside);
	suite_add_tcase(s, t);
	return s;
}
