#include "model/model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "runner.h"
#include "sample.h"

static struct sample data;
static struct model *m;

static void setup(void)
{
	data = (struct sample){0};
	m = sample_model(&data);
}

static void teardown(void)
{
	m = model_free(m);
}

START_TEST(model_knows_its_objects_in_order)
{
	static const uint16_t expected[] = {SAMPLE, SAMPLE_SINGLE, SAMPLE_HIDDEN};
	uint32_t cursor = 0;
	uint16_t oid;

	for (size_t i = 0; i < 3; i++) {
		ck_assert(model_next_object(m, &cursor, &oid));
		ck_assert_uint_eq(oid, expected[i]);
	}
	ck_assert(!model_next_object(m, &cursor, &oid));
	ck_assert_ptr_eq(model_object(m, SAMPLE), &object_sample);
	ck_assert_ptr_null(model_object(m, SAMPLE - 1));
	ck_assert_int_eq(model_add_object(m, &object_sample, NULL), -EEXIST);
}
END_TEST

START_TEST(model_walks_instances_in_order_while_they_change)
{
	uint32_t cursor = 0;
	uint16_t iid, seen[8];
	size_t n = 0;

	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 65534), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 3), ORIGIN_NONE), 0);
	while (model_next_instance(m, SAMPLE, &cursor, &iid)) {
		seen[n++] = iid;
		ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, iid)), 0);
	}
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(seen[0], 0);
	ck_assert_uint_eq(seen[1], 3);
	ck_assert_uint_eq(seen[2], 65534);
}
END_TEST

START_TEST(model_keeps_devices_apart)
{
	struct path behind = PATH2(SAMPLE, 1);
	uint32_t cursor = 0;
	uint16_t iid;

	behind.device = 7;
	ck_assert_int_eq(model_create(m, behind, ORIGIN_NONE), 0);
	ck_assert(!model_exists(m, PATH2(SAMPLE, 1)));
	ck_assert(model_exists(m, behind));
	ck_assert_int_eq(model_set(m, path_child(behind, SAMPLE_INT), &VALUE_INT(7)), 0);
	ck_assert_int_eq(model_get_int(m, path_child(behind, SAMPLE_INT), 0), 7);
	ck_assert_int_eq(model_get_int(m, PATH3(SAMPLE, 1, SAMPLE_INT), 0), 0);
	ck_assert(model_next_instance(m, SAMPLE, &cursor, &iid));
	ck_assert(!model_next_instance(m, SAMPLE, &cursor, &iid));
}
END_TEST

START_TEST(model_create_refuses_what_cannot_be)
{
	ck_assert_int_eq(model_create(m, PATH2(1, 0), ORIGIN_NONE), -ENOENT);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 0), ORIGIN_NONE), -EEXIST);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 65535), ORIGIN_NONE), -EDOM);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE_SINGLE, 1), ORIGIN_NONE), -ENOSPC);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE_SINGLE, 0), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE_SINGLE, 0), ORIGIN_NONE), -EEXIST);
}
END_TEST

/* 0 is there; within a transaction, which must not make it slow */
START_TEST(model_takes_as_many_instances_as_there_are_ids)
{
	uint16_t iid;

	ck_assert_int_eq(model_begin(m), 0);
	for (uint16_t i = 1; i < MODEL_INSTANCES_MAX; i++) {
		ck_assert_int_eq(model_free_instance_id(m, SAMPLE, &iid), 0);
		ck_assert_uint_eq(iid, i);
		ck_assert_int_eq(model_create(m, PATH2(SAMPLE, i), ORIGIN_NONE), 0);
	}
	model_commit(m);
	ck_assert_int_eq(model_free_instance_id(m, SAMPLE, &iid), -ENOSPC);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, ID_NONE), ORIGIN_NONE), -EDOM);
	ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, 40000)), 0);
	ck_assert_int_eq(model_free_instance_id(m, SAMPLE, &iid), 0);
	ck_assert_uint_eq(iid, 40000);
}
END_TEST

START_TEST(model_limits_the_instances_of_an_object_that_says_so)
{
	static const struct object_def few = {
		.id = 40000, .name = "Few", .is_multiple = true, .max_instances = 3};
	uint16_t iid;

	ck_assert_int_eq(model_add_object(m, &few, NULL), 0);
	ck_assert_uint_eq(model_instances_max(&few), 3);
	ck_assert_uint_eq(model_instances_max(&object_sample_single), 1);
	for (uint16_t i = 0; i < 3; i++)
		ck_assert_int_eq(model_create(m, PATH2(40000, 5 * i), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_create(m, PATH2(40000, 1), ORIGIN_NONE), -ENOSPC);
	ck_assert_int_eq(model_free_instance_id(m, 40000, &iid), -ENOSPC);
}
END_TEST

START_TEST(model_object_is_removed_with_its_instances)
{
	uint32_t cursor = 0;
	uint16_t oid;

	ck_assert_int_eq(model_begin(m), 0);
	ck_assert_int_eq(model_remove_object(m, SAMPLE), -EBUSY);
	model_rollback(m);
	ck_assert_int_eq(model_remove_object(m, SAMPLE), 0);
	ck_assert(!model_exists(m, PATH1(SAMPLE)) && !model_exists(m, PATH2(SAMPLE, 0)));
	ck_assert_int_eq(model_remove_object(m, SAMPLE), -ENOENT);
	while (model_next_object(m, &cursor, &oid))
		ck_assert_uint_ne(oid, SAMPLE);
}
END_TEST

START_TEST(model_limits_resource_instances)
{
	for (uint16_t i = 0; i < MODEL_RESOURCE_INSTANCES_MAX; i++)
		ck_assert_int_eq(model_set(m, PATH4(SAMPLE, 0, SAMPLE_INTS, i), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_set(m, PATH4(SAMPLE, 0, SAMPLE_INTS, 9999), &VALUE_INT(1)), -ENOSPC);
	ck_assert_int_eq(model_set(m, PATH4(SAMPLE, 0, SAMPLE_INTS, 5), &VALUE_INT(2)), 0);
}
END_TEST

START_TEST(model_gives_the_lowest_free_instance_id)
{
	uint16_t iid = 77;

	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 1), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 3), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_free_instance_id(m, SAMPLE, &iid), 0);
	ck_assert_uint_eq(iid, 2);
	ck_assert_int_eq(model_free_instance_id(m, SAMPLE_SINGLE, &iid), 0);
	ck_assert_uint_eq(iid, 0);
	ck_assert_int_eq(model_create(m, PATH2(SAMPLE_SINGLE, 0), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_free_instance_id(m, SAMPLE_SINGLE, &iid), -ENOSPC);
	ck_assert_int_eq(model_free_instance_id(m, 1, &iid), -ENOENT);
}
END_TEST

START_TEST(model_gives_back_what_was_set)
{
	const struct value values[] = {
		[SAMPLE_TEXT] = VALUE_TEXT("text"),
		[SAMPLE_INT] = VALUE_INT(-5),
		[SAMPLE_UNSIGNED] = VALUE_UINT(UINT64_MAX),
		[SAMPLE_FLOAT] = {.type = VALUE_FLOAT, .f = 0.1},
		[SAMPLE_BOOL] = VALUE_BOOL(true),
		[SAMPLE_BYTES] = VALUE_BYTES(test_hex("00 FF 00")),
		[SAMPLE_TIME] = {.type = VALUE_TIME, .i = INT64_MIN},
		[SAMPLE_LINK] = {.type = VALUE_OBJLNK, .link = {3, 65535}},
		[SAMPLE_CORELNK] = {.type = VALUE_CORELNK, .bytes = test_hex("3C 2F 3E")},
	};
	struct value got;

	for (uint16_t rid = 0; rid < sizeof values / sizeof *values; rid++) {
		struct path p = PATH3(SAMPLE, 0, rid);

		ck_assert(!model_exists(m, p));
		ck_assert_int_eq(model_get(m, p, &got), -ENOENT);
		ck_assert_int_eq(model_set(m, p, &values[rid]), 0);
		ck_assert(model_exists(m, p));
		ck_assert_int_eq(model_get(m, p, &got), 0);
		ck_assert(value_is_equal(&got, &values[rid]));
	}
}
END_TEST

START_TEST(model_set_refuses_what_the_definition_forbids)
{
	char *before = model_dump(m);

	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 1, SAMPLE_INT), &VALUE_INT(1)), -ENOENT);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, 14), &VALUE_INT(1)), -ENOENT);
	ck_assert_int_eq(model_set(m, PATH2(SAMPLE, 0), &VALUE_INT(1)), -ENOENT);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_BOOL(true)), -EDOM);
	ck_assert_int_eq(model_set(m, PATH4(SAMPLE, 0, SAMPLE_INT, 0), &VALUE_INT(1)), -EDOM);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_INTS), &VALUE_INT(1)), -EDOM);
	ck_assert_int_eq(model_set(m, PATH4(SAMPLE, 0, SAMPLE_INTS, 65535), &VALUE_INT(1)), -EDOM);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(101)), -ERANGE);
	ck_assert_int_eq(model_set_empty(m, PATH3(SAMPLE, 0, SAMPLE_INT)), -EDOM);
	ck_assert_int_eq(model_set_empty(m, PATH3(SAMPLE, 0, 14)), -ENOENT);

	char *after = model_dump(m);

	ck_assert_str_eq(after, before);
	free(before);
	free(after);
}
END_TEST

START_TEST(model_fits_asks_the_definition_alone)
{
	ck_assert_int_eq(model_fits(m, PATH3(SAMPLE, 99, SAMPLE_INT), &VALUE_INT(100)), 0);
	ck_assert_int_eq(model_fits(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(101)), -ERANGE);
	ck_assert_int_eq(model_fits(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_BOOL(true)), -EDOM);
	ck_assert_int_eq(model_fits(m, PATH3(SAMPLE, 0, 14), &VALUE_INT(1)), -ENOENT);
	ck_assert_int_eq(model_fits(m, PATH2(SAMPLE, 0), &VALUE_INT(1)), -ENOENT);
	ck_assert(!model_exists(m, PATH3(SAMPLE, 0, SAMPLE_INT)));
}
END_TEST

START_TEST(model_tells_an_empty_set_from_none)
{
	struct path set = PATH3(SAMPLE, 0, SAMPLE_INTS);
	uint32_t cursor = 0;
	uint16_t riid;

	ck_assert(!model_exists(m, set));
	ck_assert_int_eq(model_set(m, path_child(set, 4), &VALUE_INT(4)), 0);
	ck_assert(model_exists(m, path_child(set, 4)));
	ck_assert_int_eq(model_delete(m, path_child(set, 3)), -ENOENT);
	ck_assert_int_eq(model_delete(m, path_child(set, 4)), 0);
	ck_assert(model_exists(m, set));
	ck_assert(!model_exists(m, path_child(set, 4)));
	ck_assert(!model_exists(m, path_child(set, 65535)));
	ck_assert(!model_next_resource_instance(m, set, &cursor, &riid));
	ck_assert_int_eq(model_delete(m, set), 0);
	ck_assert(!model_exists(m, set));
}
END_TEST

START_TEST(model_delete_refuses_what_is_not_there)
{
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_INT), &VALUE_INT(1)), 0);
	ck_assert_int_eq(model_delete(m, PATH1(SAMPLE)), -ENOENT);
	ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, 1)), -ENOENT);
	ck_assert_int_eq(model_delete(m, PATH3(SAMPLE, 0, SAMPLE_TEXT)), -ENOENT);
	ck_assert_int_eq(model_delete(m, PATH4(SAMPLE, 0, SAMPLE_INT, 0)), -ENOENT);
	ck_assert_int_eq(model_delete(m, PATH3(SAMPLE, 0, SAMPLE_INT)), 0);
	ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, 0)), 0);
	ck_assert_int_eq(model_delete(m, PATH2(SAMPLE, 0)), -ENOENT);
}
END_TEST

START_TEST(model_conveniences_invent_only_what_they_are_told)
{
	ck_assert_int_eq(model_get_int(m, PATH3(SAMPLE, 0, SAMPLE_INT), 42), 42);
	ck_assert(model_get_bool(m, PATH3(SAMPLE, 0, SAMPLE_BOOL), true));
	ck_assert_uint_eq(model_get_bytes(m, PATH3(SAMPLE, 0, SAMPLE_TEXT)).len, 0);
	ck_assert_int_eq(
		model_set(m, PATH3(SAMPLE, 0, SAMPLE_UNSIGNED), &VALUE_UINT(UINT64_MAX)), 0);
	ck_assert_int_eq(model_get_int(m, PATH3(SAMPLE, 0, SAMPLE_UNSIGNED), 0), INT64_MAX);
	ck_assert_int_eq(model_set(m, PATH3(SAMPLE, 0, SAMPLE_TEXT), &VALUE_TEXT("a")), 0);
	ck_assert_int_eq(model_get_int(m, PATH3(SAMPLE, 0, SAMPLE_TEXT), 42), 42);
	ck_assert(model_get_bool(m, PATH3(SAMPLE, 0, SAMPLE_TEXT), true));
}
END_TEST

static void count(void *counter, struct path p, enum model_change what)
{
	(void)p;
	(void)what;
	++*(unsigned *)counter;
}

START_TEST(model_tells_changes_at_once_and_equal_values_not)
{
	unsigned n = 0;
	struct path p = PATH3(SAMPLE, 0, SAMPLE_INT);

	model_on_change(m, count, &n);
	ck_assert_int_eq(model_set(m, p, &VALUE_INT(1)), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(model_set(m, p, &VALUE_INT(1)), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(model_set_empty(m, PATH3(SAMPLE, 0, SAMPLE_INTS)), 0);
	ck_assert_int_eq(model_set_empty(m, PATH3(SAMPLE, 0, SAMPLE_INTS)), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(model_delete(m, p), 0);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(model_set_origin(m, PATH2(SAMPLE, 0), ORIGIN_CARD), 0);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(model_origin(m, PATH2(SAMPLE, 0)), ORIGIN_CARD);
	ck_assert_int_eq(model_set_origin(m, PATH2(SAMPLE, 9), ORIGIN_CARD), -ENOENT);
}
END_TEST

START_TEST(model_asks_the_hooks_of_the_object)
{
	struct path p = PATH3(SAMPLE, 0, SAMPLE_RUN);

	data.check = -EDOM;
	ck_assert_int_eq(model_check(m, p, &VALUE_INT(1)), -EDOM);
	ck_assert(path_is_equal(data.checked, p));
	data.execute = -EINVAL;
	ck_assert_int_eq(model_execute(m, 123, p, span_of_text("1")), -EINVAL);
	ck_assert_uint_eq(data.ssid, 123);
	ck_assert_str_eq(data.args, "1");
	model_refresh(m, PATH1(SAMPLE_SINGLE));
	ck_assert_uint_eq(data.n_refreshes, 0);
	model_refresh(m, p);
	model_refresh(m, PATH0());
	ck_assert_uint_eq(data.n_refreshes, 2);
	ck_assert(!model_can_refresh(m, PATH1(SAMPLE_SINGLE)));
	ck_assert(!model_needs_look(m, PATH1(SAMPLE_SINGLE)));
	ck_assert(model_can_refresh(m, p) && model_can_refresh(m, PATH0()));
	ck_assert(model_needs_look(m, p) && model_needs_look(m, PATH0()));
}
END_TEST

START_TEST(model_without_hooks_checks_nothing_and_executes_nothing)
{
	ck_assert_int_eq(model_check(m, PATH3(SAMPLE_SINGLE, 0, 0), &VALUE_INT(1)), 0);
	ck_assert_int_eq(
		model_execute(m, 1, PATH3(SAMPLE_SINGLE, 0, 0), (struct span){0}), -EOPNOTSUPP);
	ck_assert_int_eq(model_execute(m, 1, PATH3(1, 0, 0), (struct span){0}), -EOPNOTSUPP);
}
END_TEST

/* One operation of each kind. */
static int operation(int kind)
{
	switch (kind) {
	case 0:
		return model_create(m, PATH2(SAMPLE, 2), ORIGIN_NONE);
	case 1:
		return model_set(m, PATH3(SAMPLE, 0, SAMPLE_TEXT), &VALUE_TEXT("new"));
	case 2:
		return model_set(m, PATH4(SAMPLE, 0, SAMPLE_INTS, 1), &VALUE_INT(1));
	case 3:
		return model_set_empty(m, PATH3(SAMPLE, 0, SAMPLE_TEXTS));
	default:
		return model_delete(m, PATH2(SAMPLE, 1));
	}
}

START_TEST(model_is_unchanged_by_each_failing_allocation)
{
	bool failed = true;

	for (unsigned n = 1; failed; n++) {
		teardown();
		setup();
		ck_assert_int_eq(model_create(m, PATH2(SAMPLE, 1), ORIGIN_NONE), 0);

		char *before = model_dump(m);

		alloc_fail_at(n);

		int r = operation(_i);

		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);

		char *after = model_dump(m);

		ck_assert_int_eq(strcmp(after, before) == 0, failed);
		free(before);
		free(after);
	}
}
END_TEST

START_TEST(model_is_made_whole_or_not_at_all)
{
	bool failed = true;

	for (unsigned n = 1; failed; n++) {
		struct model *fresh = NULL;

		alloc_fail_at(n);

		int r = model_new(&fresh);

		if (r == 0)
			r = model_add_object(fresh, &object_sample, NULL);
		failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
		ck_assert_int_eq(fresh && model_object(fresh, SAMPLE), !failed);
		model_free_p(&fresh);
		ck_assert_ptr_null(fresh);
	}
}
END_TEST

/*
 * The model against the simplest thing that could work: a table of all cells of four instances.
 * Random operations, some of them in transactions that are rolled back.
 */
enum { IIDS = 4, RIIDS = 4, STEPS = 5000 };

struct reference {
	bool exists[IIDS];
	int64_t text[IIDS];	     /* -1: absent */
	int64_t number[IIDS][RIIDS]; /* -1: absent */
	bool has_set[IIDS];
};

static uint64_t state;

static unsigned below(unsigned n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(state >> 33) % n;
}

static bool any_number(const struct reference *ref, unsigned i)
{
	for (unsigned k = 0; k < RIIDS; k++)
		if (ref->number[i][k] >= 0)
			return true;
	return false;
}

static void clear(struct reference *ref, unsigned i)
{
	ref->text[i] = -1;
	ref->has_set[i] = false;
	for (unsigned k = 0; k < RIIDS; k++)
		ref->number[i][k] = -1;
}

static void random_create_or_delete(struct reference *ref, unsigned i)
{
	int r;

	if (below(2)) {
		r = model_create(m, PATH2(SAMPLE, i), ORIGIN_NONE);
		ck_assert_int_eq(r, ref->exists[i] ? -EEXIST : 0);
		ref->exists[i] = true;
	} else {
		r = model_delete(m, PATH2(SAMPLE, i));
		ck_assert_int_eq(r, ref->exists[i] ? 0 : -ENOENT);
		ref->exists[i] = false;
		clear(ref, i);
	}
}

static void random_set(struct reference *ref, unsigned i)
{
	unsigned k = below(RIIDS), v = below(100);
	char text[16];
	int expected = ref->exists[i] ? 0 : -ENOENT;

	snprintf(text, sizeof text, "%u", v);
	if (below(3) == 0) {
		ck_assert_int_eq(
			model_set(m, PATH3(SAMPLE, i, SAMPLE_TEXT), &VALUE_TEXT(text)), expected);
		ref->text[i] = ref->exists[i] ? (int64_t)v : -1;
		return;
	}
	ck_assert_int_eq(model_set(m, PATH4(SAMPLE, i, SAMPLE_INTS, k), &VALUE_INT(v)), expected);
	if (ref->exists[i]) {
		ref->number[i][k] = v;
		ref->has_set[i] = true;
	}
}

static void random_remove(struct reference *ref, unsigned i)
{
	unsigned k = below(RIIDS);
	struct path set = PATH3(SAMPLE, i, SAMPLE_INTS);

	switch (below(4)) {
	case 0:
		ck_assert_int_eq(model_delete(m, PATH3(SAMPLE, i, SAMPLE_TEXT)),
			ref->text[i] >= 0 ? 0 : -ENOENT);
		ref->text[i] = -1;
		break;
	case 1:
		ck_assert_int_eq(model_delete(m, set), ref->has_set[i] ? 0 : -ENOENT);
		ref->has_set[i] = false;
		memset(ref->number[i], 0xFF, sizeof ref->number[i]);
		break;
	case 2:
		ck_assert_int_eq(model_set_empty(m, set), ref->exists[i] ? 0 : -ENOENT);
		ref->has_set[i] = ref->exists[i];
		memset(ref->number[i], 0xFF, sizeof ref->number[i]);
		break;
	default:
		ck_assert_int_eq(model_delete(m, path_child(set, (uint16_t)k)),
			ref->number[i][k] >= 0 ? 0 : -ENOENT);
		ref->number[i][k] = -1;
		break;
	}
}

/* 64 an instance, 32 a value or the mark of an empty set, and what a text has of its own. */
static size_t octets_of(const struct reference *ref)
{
	size_t sum = 0;

	for (unsigned i = 0; i < IIDS; i++) {
		sum += ref->exists[i] ? 64 : 0;
		sum += ref->text[i] < 0 ? 0u : 32u + (ref->text[i] < 10 ? 1u : 2u);
		for (unsigned k = 0; k < RIIDS; k++)
			sum += ref->number[i][k] >= 0 ? 32 : 0;
		sum += ref->has_set[i] && !any_number(ref, i) ? 32 : 0;
	}
	return sum;
}

static void compare(const struct reference *ref)
{
	ck_assert_uint_eq(model_octets(m), octets_of(ref));
	for (unsigned i = 0; i < IIDS; i++) {
		struct path text = PATH3(SAMPLE, i, SAMPLE_TEXT);
		struct path set = PATH3(SAMPLE, i, SAMPLE_INTS);
		uint32_t cursor = 0;
		uint16_t riid;
		unsigned n = 0;
		char expected[24] = "";

		if (ref->text[i] >= 0)
			snprintf(expected, sizeof expected, "%d", (int)ref->text[i]);
		ck_assert_int_eq(model_exists(m, PATH2(SAMPLE, i)), ref->exists[i]);
		ck_assert_int_eq(model_exists(m, text), ref->text[i] >= 0);
		ck_assert(span_is_text(model_get_bytes(m, text), expected));
		ck_assert_int_eq(model_exists(m, set), ref->has_set[i]);
		for (unsigned k = 0; k < RIIDS; k++)
			ck_assert_int_eq(model_get_int(m, path_child(set, (uint16_t)k), -1),
				ref->number[i][k]);
		while (model_next_resource_instance(m, set, &cursor, &riid))
			n++;
		ck_assert_int_eq(n > 0, any_number(ref, i));
	}
}

START_TEST(model_behaves_like_a_plain_table)
{
	struct reference ref = {.exists = {true}}, saved = {0};

	for (unsigned i = 0; i < IIDS; i++)
		clear(&ref, i);
	state = 42;
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned i = below(IIDS);

		switch (below(8)) {
		case 0:
			random_create_or_delete(&ref, i);
			break;
		case 1:
			random_remove(&ref, i);
			break;
		case 2:
			if (model_begin(m) == 0) {
				saved = ref;
			} else if (below(2)) {
				model_commit(m);
			} else {
				model_rollback(m);
				ref = saved;
			}
			break;
		default:
			random_set(&ref, i);
			break;
		}
		compare(&ref);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("model");
	TCase *t = tcase_create("model");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, model_knows_its_objects_in_order);
	tcase_add_test(t, model_walks_instances_in_order_while_they_change);
	tcase_add_test(t, model_keeps_devices_apart);
	tcase_add_test(t, model_create_refuses_what_cannot_be);
	tcase_add_test(t, model_takes_as_many_instances_as_there_are_ids);
	tcase_add_test(t, model_limits_the_instances_of_an_object_that_says_so);
	tcase_add_test(t, model_object_is_removed_with_its_instances);
	tcase_add_test(t, model_limits_resource_instances);
	tcase_add_test(t, model_gives_the_lowest_free_instance_id);
	tcase_add_test(t, model_gives_back_what_was_set);
	tcase_add_test(t, model_set_refuses_what_the_definition_forbids);
	tcase_add_test(t, model_fits_asks_the_definition_alone);
	tcase_add_test(t, model_tells_an_empty_set_from_none);
	tcase_add_test(t, model_is_made_whole_or_not_at_all);
	tcase_add_test(t, model_delete_refuses_what_is_not_there);
	tcase_add_test(t, model_conveniences_invent_only_what_they_are_told);
	tcase_add_test(t, model_tells_changes_at_once_and_equal_values_not);
	tcase_add_test(t, model_asks_the_hooks_of_the_object);
	tcase_add_test(t, model_without_hooks_checks_nothing_and_executes_nothing);
	tcase_add_loop_test(t, model_is_unchanged_by_each_failing_allocation, 0, 5);
	tcase_add_test(t, model_behaves_like_a_plain_table);
	suite_add_tcase(s, t);
	return s;
}
