#include "objects/connectivity.h"

#include <stdio.h>

#include "registry.h"
#include "runner.h"

static struct model *m;
static unsigned n_updates, n_changes;

static void on_update(void *data)
{
	ck_assert_ptr_eq(data, &n_updates);
	n_updates++;
}

static void on_change(void *data, struct path p, enum model_change what)
{
	(void)data;
	(void)p;
	(void)what;
	n_changes++;
}

static struct connectivity_actions actions = {.data = &n_updates, .update = on_update};

static const struct connectivity_facts wired = {.bearer = BEARER_ETHERNET,
	.available = {BEARER_ETHERNET, BEARER_WLAN},
	.n_available = 2,
	.address = {"192.0.2.7", "2001:db8::7"},
	.n_addresses = 2,
	.router = {"192.0.2.1"},
	.n_routers = 1};

static void setup(void)
{
	n_updates = n_changes = 0;
	ck_assert_int_eq(model_new(&m), 0);
	ck_assert_int_eq(model_add_object(m, &object_connectivity, &actions), 0);
}

static void teardown(void)
{
	m = model_free(m);
}

START_TEST(connectivity_shows_the_facts)
{
	ck_assert_int_eq(connectivity_fill(m, &wired), 0);
	ck_assert_int_eq(model_get_int(m, PATH3(4, 0, 0), -1), 41);
	ck_assert_int_eq(model_get_int(m, PATH4(4, 0, 1, 1), -1), 21);
	ck_assert_int_eq(model_get_int(m, PATH3(4, 0, 2), -1), 0);
	ck_assert(span_is_text(model_get_bytes(m, PATH4(4, 0, 4, 1)), "2001:db8::7"));
	ck_assert(span_is_text(model_get_bytes(m, PATH4(4, 0, 5, 0)), "192.0.2.1"));
	ck_assert(!model_exists(m, PATH3(4, 0, 8)));
}
END_TEST

START_TEST(connectivity_changes_only_what_differs)
{
	struct connectivity_facts other = wired;

	ck_assert_int_eq(connectivity_fill(m, &wired), 0);
	model_on_change(m, on_change, NULL);
	ck_assert_int_eq(connectivity_fill(m, &wired), 0);
	ck_assert_uint_eq(n_changes, 0);
	other.n_addresses = 1;
	other.n_routers = 0;
	ck_assert_int_eq(connectivity_fill(m, &other), 0);
	ck_assert(!model_exists(m, PATH4(4, 0, 4, 1)));
	ck_assert(model_exists(m, PATH3(4, 0, 5)) && !model_exists(m, PATH4(4, 0, 5, 0)));
	ck_assert_uint_eq(n_changes, 2);
}
END_TEST

START_TEST(connectivity_asks_for_facts_when_it_is_read)
{
	ck_assert_int_eq(connectivity_fill(m, &wired), 0);
	model_refresh(m, PATH3(4, 0, 4));
	ck_assert_uint_eq(n_updates, 1);
	ck_assert_int_eq(model_begin(m), 0);
	model_refresh(m, PATH1(4));
	ck_assert_uint_eq(n_updates, 1);
	model_rollback(m);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("connectivity");
	TCase *t = tcase_create("connectivity");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, connectivity_shows_the_facts);
	tcase_add_test(t, connectivity_changes_only_what_differs);
	tcase_add_test(t, connectivity_asks_for_facts_when_it_is_read);
	suite_add_tcase(s, t);
	suite_add_tcase(s, registry_case(&object_connectivity));
	return s;
}
