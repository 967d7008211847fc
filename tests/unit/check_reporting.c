#include <errno.h>

#include "base/cleanup.h"
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

START_TEST(body_comes_back_as_it_was)
{
	_cleanup_(buf_done) struct buf got = {0};

	ck_assert_int_eq(store_save_body(store, STORE_ATTRIBUTES, span_of_text("attributes")), 0);
	ck_assert_int_eq(store_read_body(store, STORE_ATTRIBUTES, &got), 0);
	ck_assert(span_is_text(buf_span(&got), "attributes"));
	ck_assert(state_has(&state, "attributes.cbor"));
}
END_TEST

START_TEST(observations_are_good_for_one_start)
{
	_cleanup_(buf_done) struct buf got = {0};

	ck_assert_int_eq(
		store_save_body(store, STORE_OBSERVATIONS, span_of_text("observations")), 0);
	ck_assert_int_eq(store_take_body(store, STORE_OBSERVATIONS, &got), 0);
	ck_assert(span_is_text(buf_span(&got), "observations"));
	ck_assert_int_eq(store_take_body(store, STORE_OBSERVATIONS, &got), -ENOENT);
}
END_TEST

START_TEST(empty_body_leaves_no_file)
{
	ck_assert_int_eq(store_save_body(store, STORE_ATTRIBUTES, span_of_text("x")), 0);
	ck_assert_int_eq(store_save_body(store, STORE_ATTRIBUTES, (struct span){0}), 0);
	ck_assert(!state_has(&state, "attributes.cbor"));
	ck_assert_int_eq(store_save_body(store, STORE_ATTRIBUTES, (struct span){0}), 0);
}
END_TEST

START_TEST(damage_is_put_aside)
{
	_cleanup_(buf_done) struct buf got = {0};

	state_write(&state, "observations.cbor", span_of_text("garbage"));
	ck_assert_int_eq(store_take_body(store, STORE_OBSERVATIONS, &got), -EBADMSG);
	ck_assert(state_has(&state, "observations.cbor.corrupt"));
}
END_TEST

START_TEST(refused_body_is_put_aside)
{
	ck_assert_int_eq(store_save_body(store, STORE_ATTRIBUTES, span_of_text("x")), 0);
	store_refuse_body(store, STORE_ATTRIBUTES);
	ck_assert(state_has(&state, "attributes.cbor.corrupt"));
	ck_assert(!state_has(&state, "attributes.cbor"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("reporting");
	TCase *t = tcase_create("reporting");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, body_comes_back_as_it_was);
	tcase_add_test(t, observations_are_good_for_one_start);
	tcase_add_test(t, empty_body_leaves_no_file);
	tcase_add_test(t, damage_is_put_aside);
	tcase_add_test(t, refused_body_is_put_aside);
	suite_add_tcase(s, t);
	return s;
}
