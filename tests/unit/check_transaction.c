#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "base/buf.h"
#include "runner.h"
#include "sample.h"

/* Writes down what the model tells, as "W /30000/0/1 C /30000/1 ". */
struct listener {
	char heard[512];
};

static void on_change(void *data, struct path p, enum model_change what)
{
	struct listener *l = data;
	char text[PATH_TEXT_MAX];
	size_t len = strlen(l->heard);

	path_format(p, text);
	snprintf(l->heard + len, sizeof l->heard - len, "%c %s ", "WCD"[what], text);
}

static struct model *model_with_values(struct sample *data)
{
	struct model *m = sample_model(data);

	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_TEXT), &VALUE_TEXT("old")), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_set(m, PATH4(SAMPLE, 0, SAMPLE_INTS, 2), &VALUE_INT(2)), 0);
	ck_assert_int_eq(model_set_empty(m, PATH3(SAMPLE, 0, SAMPLE_TEXTS)), 0);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 5), ORIGIN_CARD), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 5, SAMPLE_TEXT), &VALUE_TEXT("five")), 0);
	return m;
}

/* Something of everything. 0 or the first failure. */
static int change_much(struct model *m)
{
	const struct value text = VALUE_TEXT("new");
	int r;

	if ((r = model_set(m, PATH3(SAMPLE, 0, SAMPLE_TEXT), &text)) < 0 ||
		(r = model_delete(m, PATH3(SAMPLE, 0, SAMPLE_INT))) < 0 ||
		(r = model_delete(m, PATH4(SAMPLE, 0, SAMPLE_INTS, 2))) < 0 ||
		(r = model_set(m, PATH4(SAMPLE, 0, SAMPLE_TEXTS, 3), &text)) < 0 ||
		(r = model_set_origin(m, PATH2(SAMPLE, 0), ORIGIN_SERVER)) < 0 ||
		(r = model_delete(m, PATH2(SAMPLE, 5))) < 0 ||
		(r = model_create(m, PATH2(SAMPLE, 5), ORIGIN_BOOTSTRAP)) < 0 ||
		(r = model_set(m, PATH3(SAMPLE, 5, SAMPLE_INT), &VALUE_INT(50))) < 0 ||
		(r = model_create(m, PATH2(SAMPLE, 6), ORIGIN_BOOTSTRAP)) < 0 ||
		(r = model_set(m, PATH3(SAMPLE, 6, SAMPLE_TEXT), &text)) < 0 ||
		(r = model_create(m, PATH2(SAMPLE, 7), ORIGIN_NONE)) < 0 ||
		(r = model_delete(m, PATH2(SAMPLE, 7))) < 0 ||
		(r = model_create(m, PATH2(SAMPLE_SINGLE, 0), ORIGIN_NONE)) < 0)
		return r;
	return 0;
}

START_TEST(transaction_rollback_restores_everything)
{
	struct sample data = {0};
	struct model *m = model_with_values(&data);
	char *before = model_dump(m);

	ck_assert_int_eq(model_begin(m), 0);
	ck_assert(model_in_transaction(m));
	ck_assert_int_eq(change_much(m), 0);
	model_rollback(m);
	ck_assert(!model_in_transaction(m));

	char *after = model_dump(m);

	ck_assert_str_eq(after, before);
	free(before);
	free(after);
	model_free(m);
}
END_TEST

START_TEST(transaction_commit_keeps_everything)
{
	struct sample data = {0};
	struct model *a = model_with_values(&data), *b = model_with_values(&data);

	ck_assert_int_eq(change_much(a), 0);
	ck_assert_int_eq(model_begin(b), 0);
	ck_assert_int_eq(change_much(b), 0);
	model_commit(b);
	ck_assert(!model_in_transaction(b));

	char *at_once = model_dump(a), *committed = model_dump(b);

	ck_assert_str_eq(committed, at_once);
	free(at_once);
	free(committed);
	model_free(a);
	model_free(b);
}
END_TEST

START_TEST(transaction_is_one_at_a_time)
{
	struct sample data = {0};
	struct model *m = sample_model(&data);

	ck_assert_int_eq(model_begin(m), 0);
	ck_assert_int_eq(model_begin(m), -EBUSY);
	model_commit(m);
	ck_assert_int_eq(model_begin(m), 0);
	model_free(m); /* with an open transaction */
}
END_TEST

START_TEST(transaction_tells_at_commit_and_each_change_once)
{
	struct sample data = {0};
	struct model *m = model_with_values(&data);
	struct listener l = {0};

	model_on_change(m, on_change, &l);
	ck_assert_int_eq(model_begin(m), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(2)), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(3)), 0);
	ck_assert_int_eq(model_set(m, PATH4(SAMPLE, 0, SAMPLE_INTS, 0), &VALUE_INT(3)), 0);
	ck_assert_int_eq(model_set(m, PATH4(SAMPLE, 0, SAMPLE_INTS, 1), &VALUE_INT(3)), 0);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 9), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 9, SAMPLE_INT), &VALUE_INT(2)), 0);
	ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, 5)), 0);
	ck_assert_str_eq(l.heard, "");
	model_commit(m);
	ck_assert_str_eq(l.heard, "W /30000/0/1 W /30000/0/10 C /30000/9 D /30000/5 ");
	model_free(m);
}
END_TEST

START_TEST(transaction_tells_nothing_of_what_came_back)
{
	struct sample data = {0};
	struct model *m = model_with_values(&data);
	struct listener l = {0};

	model_on_change(m, on_change, &l);
	ck_assert_int_eq(model_begin(m), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(2)), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 9), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, 9)), 0);
	ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, 5)), 0);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 5), ORIGIN_CARD), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 5, SAMPLE_TEXT), &VALUE_TEXT("five")), 0);
	model_commit(m);
	ck_assert_str_eq(l.heard, "");
	model_free(m);
}
END_TEST

START_TEST(transaction_tells_what_an_instance_lost_when_made_anew)
{
	struct sample data = {0};
	struct model *m = model_with_values(&data);
	struct listener l = {0};

	model_on_change(m, on_change, &l);
	ck_assert_int_eq(model_begin(m), 0);
	ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, 0)), 0);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 0), ORIGIN_CARD), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_BOOL), &VALUE_BOOL(true)), 0);
	model_commit(m);
	ck_assert_str_eq(l.heard, "W /30000/0/0 W /30000/0/4 W /30000/0/10 W /30000/0/11 ");
	model_free(m);
}
END_TEST

START_TEST(transaction_rollback_tells_nothing)
{
	struct sample data = {0};
	struct model *m = model_with_values(&data);
	struct listener l = {0};

	model_on_change(m, on_change, &l);
	ck_assert_int_eq(model_begin(m), 0);
	ck_assert_int_eq(change_much(m), 0);
	model_rollback(m);
	ck_assert_str_eq(l.heard, "");
	model_free(m);
}
END_TEST

/* Answers the first change with changes of its own, a transaction among them. */
static void meddle(void *data, struct path p, enum model_change what)
{
	struct model *m = data;

	(void)p;
	(void)what;
	if (!model_exists(m, PATH2(SAMPLE, 0)))
		return;
	ck_assert_int_eq(model_begin(m), 0);
	ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, 0)), 0);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 8), ORIGIN_NONE), 0);
	model_commit(m);
}

START_TEST(transaction_listener_may_change_the_model)
{
	struct sample data = {0};
	struct model *m = model_with_values(&data);

	model_on_change(m, meddle, m);
	ck_assert_int_eq(model_begin(m), 0);
	ck_assert_int_eq(change_much(m), 0);
	model_commit(m);
	ck_assert(!model_exists(m, PATH2(SAMPLE, 0)));
	ck_assert(model_exists(m, PATH2(SAMPLE, 8)));
	model_free(m);
}
END_TEST

START_TEST(transaction_survives_each_failing_allocation)
{
	struct sample data = {0};
	bool failed = true;

	for (unsigned n = 1; failed; n++) {
		struct model *m = model_with_values(&data);
		char *before = model_dump(m);

		ck_assert_int_eq(model_begin(m), 0);
		alloc_fail_at(n);

		int r = change_much(m);

		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
		alloc_fail_at(1); /* a rollback needs no memory */
		model_rollback(m);

		unsigned n_allocations = alloc_count();

		alloc_fail_off();
		ck_assert_uint_eq(n_allocations, 0);

		char *after = model_dump(m);

		ck_assert_str_eq(after, before);
		free(before);
		free(after);
		model_free(m);
	}
}
END_TEST

START_TEST(transaction_has_outgrown_the_limit_only_if_it_grew)
{
	struct sample data = {0};
	struct model *m = model_with_values(&data);

	model_set_octets_max(m, model_octets(m) - 1);
	ck_assert(!model_has_outgrown(m));
	ck_assert_int_eq(model_begin(m), 0);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_TEXT), &VALUE_TEXT("less")), 0);
	ck_assert(model_has_outgrown(m));
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_TEXT), &VALUE_TEXT("new")), 0);
	ck_assert(!model_has_outgrown(m));
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 9), ORIGIN_SERVER), 0);
	ck_assert(model_has_outgrown(m));
	ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, 5)), 0);
	ck_assert(!model_has_outgrown(m));
	model_rollback(m);
	model_free(m);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("transaction");
	TCase *t = tcase_create("transaction");

	tcase_add_test(t, transaction_rollback_restores_everything);
	tcase_add_test(t, transaction_commit_keeps_everything);
	tcase_add_test(t, transaction_is_one_at_a_time);
	tcase_add_test(t, transaction_has_outgrown_the_limit_only_if_it_grew);
	tcase_add_test(t, transaction_tells_at_commit_and_each_change_once);
	tcase_add_test(t, transaction_tells_nothing_of_what_came_back);
	tcase_add_test(t, transaction_tells_what_an_instance_lost_when_made_anew);
	tcase_add_test(t, transaction_rollback_tells_nothing);
	tcase_add_test(t, transaction_listener_may_change_the_model);
	tcase_add_test(t, transaction_survives_each_failing_allocation);
	suite_add_tcase(s, t);
	return s;
}
