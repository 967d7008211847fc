#include "model/instance.h"

#include <errno.h>

#include "alloc.h"
#include "runner.h"

static struct instance *instance_with_values(void)
{
	struct instance *i;

	ck_assert_int_eq(instance_new(INSTANCE_KEY(0, 7), ORIGIN_CARD, &i), 0);
	ck_assert_int_eq(instance_put(i, CELL_KEY(3, 0), &VALUE_INT(30)), 0);
	ck_assert_int_eq(instance_put(i, CELL_KEY(1, 0), &VALUE_TEXT("one")), 0);
	ck_assert_int_eq(instance_put(i, CELL_KEY(2, 5), &VALUE_INT(25)), 0);
	ck_assert_int_eq(instance_put(i, CELL_KEY(2, 1), &VALUE_INT(21)), 0);
	ck_assert_int_eq(instance_put(i, CELL_KEY(65534, 65534), &VALUE_INT(99)), 0);
	return i;
}

static int64_t int_at(const struct instance *i, uint32_t key)
{
	const struct cell *c = instance_find(i, key);

	return c ? c->value.i : -1;
}

START_TEST(instance_keeps_cells_in_order)
{
	struct instance *i = instance_with_values();

	ck_assert_uint_eq(i->n, 5);
	for (uint32_t c = 1; c < i->n; c++)
		ck_assert_uint_lt(i->cells[c - 1].key, i->cells[c].key);
	ck_assert_int_eq(int_at(i, CELL_KEY(2, 1)), 21);
	ck_assert_int_eq(int_at(i, CELL_KEY(2, 5)), 25);
	ck_assert_int_eq(int_at(i, CELL_KEY(65534, 65534)), 99);
	ck_assert_ptr_null(instance_find(i, CELL_KEY(2, 2)));
	instance_free(i);
}
END_TEST

START_TEST(instance_owns_its_bytes)
{
	char text[] = "before";
	struct instance *i;

	ck_assert_int_eq(instance_new(0, ORIGIN_NONE, &i), 0);
	ck_assert_int_eq(instance_put(i, CELL_KEY(0, 0), &VALUE_TEXT(text)), 0);
	text[0] = 'X';
	ck_assert(span_is_text(instance_find(i, 0)->value.bytes, "before"));
	/* from the cell into itself */
	ck_assert_int_eq(instance_put(i, 0, &instance_find(i, 0)->value), 0);
	ck_assert(span_is_text(instance_find(i, 0)->value.bytes, "before"));
	instance_free(i);
}
END_TEST

START_TEST(instance_replaces_the_mark_of_an_empty_set_by_the_first_value)
{
	struct instance *i = instance_with_values();
	uint32_t at;

	ck_assert_int_eq(instance_put_empty_set(i, 2), 0);
	ck_assert_uint_eq(instance_run(i, 2, &at), 1);
	ck_assert_int_eq(i->cells[at].value.type, VALUE_NONE);
	ck_assert_int_eq(instance_put(i, CELL_KEY(2, 3), &VALUE_INT(23)), 0);
	ck_assert_uint_eq(instance_run(i, 2, &at), 1);
	ck_assert_int_eq(int_at(i, CELL_KEY(2, 3)), 23);
	instance_free(i);
}
END_TEST

START_TEST(instance_that_loses_the_last_of_many_keeps_an_empty_set)
{
	struct instance *i = instance_with_values();
	uint32_t at;

	instance_remove_of_multiple(i, CELL_KEY(2, 1));
	ck_assert_uint_eq(instance_run(i, 2, &at), 1);
	ck_assert_int_eq(int_at(i, CELL_KEY(2, 5)), 25);
	instance_remove_of_multiple(i, CELL_KEY(2, 5));
	ck_assert_uint_eq(instance_run(i, 2, &at), 1);
	ck_assert_ptr_nonnull(instance_find(i, CELL_KEY(2, CELL_EMPTY_SET)));
	instance_remove_resource(i, 2);
	ck_assert_uint_eq(instance_run(i, 2, &at), 0);
	ck_assert_uint_eq(i->n, 3);
	instance_free(i);
}
END_TEST

START_TEST(instance_clone_is_equal_and_apart)
{
	struct instance *a = instance_with_values(), *b;

	ck_assert_int_eq(instance_clone(a, &b), 0);
	ck_assert_uint_eq(b->key, a->key);
	ck_assert_int_eq(b->origin, ORIGIN_CARD);
	for (uint16_t rid = 0; rid < 5; rid++)
		ck_assert(instance_has_equal(a, b, rid));
	ck_assert_int_eq(instance_put(b, CELL_KEY(2, 5), &VALUE_INT(0)), 0);
	ck_assert(!instance_has_equal(a, b, 2));
	ck_assert_int_eq(int_at(a, CELL_KEY(2, 5)), 25);
	ck_assert(!instance_has_equal(a, NULL, 1));
	ck_assert(instance_has_equal(a, NULL, 4));
	instance_free(a);
	instance_free(b);
}
END_TEST

START_TEST(instance_survives_each_failing_allocation)
{
	bool failed = true;

	for (unsigned n = 1; failed; n++) {
		struct instance *i, *copy = NULL;
		int r;

		ck_assert_int_eq(instance_new(0, ORIGIN_NONE, &i), 0);
		for (uint16_t c = 0; c < 4; c++) /* the next one grows the array */
			ck_assert_int_eq(instance_put(i, CELL_KEY(c, 0), &VALUE_TEXT("text")), 0);
		alloc_fail_at(n);
		r = instance_put(i, CELL_KEY(1, 1), &VALUE_TEXT("new"));
		if (r == 0)
			r = instance_clone(i, &copy);
		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
		ck_assert_uint_eq(i->n, failed && n <= 2 ? 4 : 5);
		instance_free(i);
		instance_free(copy);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("instance");
	TCase *t = tcase_create("instance");

	tcase_add_test(t, instance_keeps_cells_in_order);
	tcase_add_test(t, instance_owns_its_bytes);
	tcase_add_test(t, instance_replaces_the_mark_of_an_empty_set_by_the_first_value);
	tcase_add_test(t, instance_that_loses_the_last_of_many_keeps_an_empty_set);
	tcase_add_test(t, instance_clone_is_equal_and_apart);
	tcase_add_test(t, instance_survives_each_failing_allocation);
	suite_add_tcase(s, t);
	return s;
}
