#include "dm/send.h"

#include <errno.h>

#include "dm.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct dm d;

static void set(struct path p, struct value v)
{
	ck_assert_int_eq(model_set(d.m, p, &v), 0);
}

static void setup(void)
{
	dm_setup(&d);
	set(PATH3(SAMPLE, 0, SAMPLE_INT), VALUE_INT(5));
	set(PATH3(SAMPLE, 0, SAMPLE_SECRET), VALUE_TEXT("secret"));
	set(PATH3(1, 0, SERVER_MUTE_SEND), VALUE_BOOL(false));
}

static void teardown(void)
{
	dm_teardown(&d);
}

/* 0, and the payload is this; or the error. */
static int make(struct path *paths, size_t n, int64_t time, const char *hex)
{
	struct buf out = {0};
	int format = FORMAT_NONE;
	int r = send_make(d.m, &d.peer, 0, paths, n, time, &out, &format);

	if (r == 0) {
		ck_assert_int_eq(format, FORMAT_SENML_CBOR);
		struct span expected = test_hex(hex);

		ck_assert_uint_eq(out.len, expected.len);
		ck_assert_mem_eq(out.data, expected.data, expected.len);
	}
	buf_done(&out);
	return r;
}

/* ETS 1.1-int-306, 311 */
START_TEST(send_reports_what_is_there_and_readable)
{
	struct path paths[] = {PATH3(SAMPLE, 0, SAMPLE_INT), PATH3(SAMPLE, 0, SAMPLE_SECRET),
		PATH3(SAMPLE, 0, SAMPLE_RUN), PATH3(SAMPLE, 7, SAMPLE_INT), PATH1(4711),
		PATH3(0, 0, 0), PATH4(3, 0, 11, 0)};

	ck_assert_int_eq(make(paths, COUNT(paths), 1367491215000,
				 "82 A3 21 69 2F332F302F31312F30 22 1A 5182428F 02 00"
				 "A2 21 6A 2F33303030302F302F31 02 05"),
		0);
	ck_assert_uint_gt(d.sample.n_refreshes, 0);
}
END_TEST

START_TEST(send_without_a_time_tells_none)
{
	struct path paths[] = {PATH3(SAMPLE, 0, SAMPLE_INT)};

	ck_assert_int_eq(make(paths, 1, 0, "81 A2 21 6A 2F33303030302F302F31 02 05"), 0);
}
END_TEST

/* ETS 1.1-int-307 */
START_TEST(send_is_muted_by_1_23_true_or_absent)
{
	struct path paths[] = {PATH3(SAMPLE, 0, SAMPLE_INT)};

	ck_assert(!send_is_muted(d.m, 0));
	set(PATH3(1, 0, SERVER_MUTE_SEND), VALUE_BOOL(true));
	ck_assert_int_eq(make(paths, 1, 0, ""), -EPERM);
	ck_assert(send_is_muted(d.m, 0));
	ck_assert_int_eq(model_delete(d.m, PATH3(1, 0, SERVER_MUTE_SEND)), 0);
	ck_assert_int_eq(make(paths, 1, 0, ""), -EPERM);
	ck_assert(send_is_muted(d.m, 0));
}
END_TEST

START_TEST(send_is_not_for_lwm2m_1_0)
{
	struct path paths[] = {PATH3(SAMPLE, 0, SAMPLE_INT)};

	d.peer.version = LWM2M_1_0;
	ck_assert_int_eq(make(paths, 1, 0, ""), -EOPNOTSUPP);
}
END_TEST

START_TEST(send_of_nothing_is_refused)
{
	struct path absent[] = {PATH3(SAMPLE, 7, SAMPLE_INT)};
	struct path empty[] = {PATH1(SAMPLE_SINGLE)};
	struct path hidden[] = {PATH1(0)};

	ck_assert_int_eq(make(absent, 1, 0, ""), -ENODATA);
	ck_assert_int_eq(make(empty, 1, 0, ""), -ENODATA);
	ck_assert_int_eq(make(hidden, 1, 0, ""), -EACCES);
}
END_TEST

START_TEST(send_leaves_out_what_the_server_may_not_read)
{
	struct path paths[] = {PATH1(SAMPLE)};

	dm_add_second_server(&d);
	ck_assert_int_eq(model_create(d.m, PATH2(2, 0), ORIGIN_BOOTSTRAP), 0);
	set(PATH3(2, 0, ACCESS_OBJECT_ID), VALUE_INT(SAMPLE));
	set(PATH3(2, 0, ACCESS_INSTANCE_ID), VALUE_INT(0));
	set(PATH3(2, 0, ACCESS_OWNER), VALUE_INT(456));
	set(PATH4(2, 0, ACCESS_ACL, 123), VALUE_INT(1));
	ck_assert_int_eq(model_create(d.m, PATH2(SAMPLE, 1), ORIGIN_NONE), 0);
	set(PATH3(SAMPLE, 1, SAMPLE_INT), VALUE_INT(6));
	ck_assert_int_eq(make(paths, 1, 0, "81 A2 21 6A 2F33303030302F302F31 02 05"), 0);
	set(PATH4(2, 0, ACCESS_ACL, 123), VALUE_INT(2));
	ck_assert_int_eq(make(paths, 1, 0, ""), -EACCES);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("send");
	TCase *t = tcase_create("send");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, send_reports_what_is_there_and_readable);
	tcase_add_test(t, send_without_a_time_tells_none);
	tcase_add_test(t, send_is_muted_by_1_23_true_or_absent);
	tcase_add_test(t, send_is_not_for_lwm2m_1_0);
	tcase_add_test(t, send_of_nothing_is_refused);
	tcase_add_test(t, send_leaves_out_what_the_server_may_not_read);
	suite_add_tcase(s, t);
	return s;
}
