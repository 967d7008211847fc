#include "codec/opaque.h"

#include <errno.h>

#include "alloc.h"
#include "records.h"
#include "runner.h"

static struct recorder recorder;

static const struct path resource = PATH3(OBJECT_SINGLE, 0, VALUE_OPAQUE);
static const struct path instance = PATH4(OBJECT_MULTIPLE, 0, VALUE_OPAQUE, 7);

START_TEST(opaque_is_the_bytes_and_nothing_else)
{
	struct span octets = test_golden("opaque/all_octets");
	struct record record = {resource, VALUE_BYTES(octets), 0};
	struct buf out = {0};

	ck_assert_uint_eq(octets.len, 256);
	recorder_start(&recorder);
	ck_assert_int_eq(opaque_decode(resource, octets, &recorder.sink), 0);
	ck_assert(records_are_equal(recorder.records, recorder.n_records, &record, 1));
	ck_assert_int_eq(opaque_encode(resource, &record, 1, &out), 0);
	ck_assert(span_is_equal(buf_span(&out), octets));
	buf_done(&out);
}
END_TEST

START_TEST(opaque_may_be_empty_or_an_instance)
{
	struct record record = {instance, VALUE_BYTES(((struct span){0})), 0};
	struct buf out = {0};

	recorder_start(&recorder);
	ck_assert_int_eq(opaque_decode(instance, (struct span){0}, &recorder.sink), 0);
	ck_assert(records_are_equal(recorder.records, recorder.n_records, &record, 1));
	ck_assert_int_eq(opaque_encode(instance, &record, 1, &out), 0);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
}
END_TEST

START_TEST(opaque_decodes_only_one_opaque_value)
{
	struct span in = test_hex("01 02");

	recorder_start(&recorder);
	ck_assert_int_eq(opaque_decode(path_parent(resource, 2), in, &recorder.sink), -ENOTSUP);
	ck_assert_int_eq(opaque_decode(path_parent(instance, 3), in, &recorder.sink), -ENOTSUP);
	ck_assert_int_eq(opaque_decode(PATH3(3, 0, 0), in, &recorder.sink), -ENOTSUP);
	ck_assert_int_eq(opaque_decode(path_child(resource, 0), in, &recorder.sink), -EDOM);
	ck_assert_uint_eq(recorder.n_records, 0);
}
END_TEST

START_TEST(opaque_skips_an_unknown_resource)
{
	recorder_start(&recorder);
	ck_assert_int_eq(opaque_decode(PATH3(3, 0, 99), test_hex("01"), &recorder.sink), 0);
	ck_assert_uint_eq(recorder.n_records, 0);
}
END_TEST

START_TEST(opaque_encodes_only_one_opaque_value)
{
	struct record records[] = {{resource, VALUE_TEXT("text"), 0},
		{PATH3(OBJECT_SINGLE, 0, 99), VALUE_BYTES(span_of_text("x")), 0}};
	struct buf out = {0};

	ck_assert_int_eq(opaque_encode(resource, records, 1, &out), -ENOTSUP);
	ck_assert_int_eq(opaque_encode(resource, records + 1, 1, &out), -ENOTSUP);
	ck_assert_int_eq(opaque_encode(PATH2(OBJECT_SINGLE, 0), records, 2, &out), -ENOTSUP);
	ck_assert_int_eq(opaque_encode(resource, NULL, 0, &out), -ENOTSUP);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
}
END_TEST

START_TEST(opaque_survives_a_failing_allocation)
{
	struct record record = {resource, VALUE_BYTES(span_of_text("bytes")), 0};
	struct buf out = {0};

	alloc_fail_at(1);

	int r = opaque_encode(resource, &record, 1, &out);

	alloc_fail_off();
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("opaque");
	TCase *t = tcase_create("opaque");

	tcase_add_test(t, opaque_is_the_bytes_and_nothing_else);
	tcase_add_test(t, opaque_may_be_empty_or_an_instance);
	tcase_add_test(t, opaque_decodes_only_one_opaque_value);
	tcase_add_test(t, opaque_skips_an_unknown_resource);
	tcase_add_test(t, opaque_encodes_only_one_opaque_value);
	tcase_add_test(t, opaque_survives_a_failing_allocation);
	suite_add_tcase(s, t);
	return s;
}
