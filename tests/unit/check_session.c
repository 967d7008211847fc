#include "bootstrap/session.h"

#include <errno.h>
#include <stdio.h>

#include "alloc.h"
#include "bs.h"

static struct bs b;
static struct buf before;

static void setup(void)
{
	bs_setup(&b);
	before = client_model_dump(b.m);
	bs_begin(&b, LWM2M_1_1);
}

static void teardown(void)
{
	buf_done(&before);
	bs_teardown(&b);
}

static void assert_old_state(void)
{
	struct buf now = client_model_dump(b.m);

	ck_assert_str_eq((char *)now.data, (char *)before.data);
	buf_done(&now);
}

static void put_second_server(void)
{
	ck_assert_uint_eq(bs_put_security(&b, 2, 102), 204);
	ck_assert_uint_eq(bs_put_server(&b, 5, 102), 204);
}

START_TEST(a_session_is_one_transaction_and_there_is_one_at_a_time)
{
	struct bs_hooks hooks = {0};
	struct bs_session *other = NULL;

	ck_assert(model_in_transaction(b.m));
	ck_assert_int_eq(bs_session_new(b.m, &b.support, &hooks, LWM2M_1_1, &other), -EBUSY);
	ck_assert_ptr_null(other);
}
END_TEST

START_TEST(a_session_that_ends_without_finish_leaves_no_trace)
{
	put_second_server();
	ck_assert_uint_eq(bs_delete(&b, "/"), 202);
	ck_assert_uint_eq(bs_put_bootstrap(&b, 0, "coaps://other.example"), 204);
	b.s = bs_session_free(b.s);
	assert_old_state();
	ck_assert_uint_eq(b.n_persists, 0);
	ck_assert_uint_eq(b.n_changes, 0);
}
END_TEST

START_TEST(finish_persists_and_then_commits)
{
	put_second_server();
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert_int_eq(b.result, BS_FINISHED);
	ck_assert_uint_eq(b.n_persists, 1);
	ck_assert(b.was_changed);
	ck_assert(!model_in_transaction(b.m));
	b.s = bs_session_free(b.s);
	ck_assert(bs_exists(&b, "/1/5/0"));
	ck_assert_uint_gt(b.n_changes, 0);
	ck_assert_int_eq(model_origin(b.m, PATH2(0, 2)), ORIGIN_BOOTSTRAP);
	ck_assert_int_eq(model_origin(b.m, PATH2(1, 5)), ORIGIN_BOOTSTRAP);
	/* what was not written keeps its origin here */
	ck_assert_int_eq(model_origin(b.m, PATH2(0, 0)), ORIGIN_FACTORY);
}
END_TEST

START_TEST(finish_that_cannot_be_stored_is_answered_5_00_and_rolled_back)
{
	b.persist = -ENOSPC;
	put_second_server();
	ck_assert_uint_eq(bs_finish(&b), 500);
	ck_assert_int_eq(b.result, BS_FAILED);
	assert_old_state();
	/* it is over: nothing of it can be revived */
	b.persist = 0;
	ck_assert_uint_eq(bs_finish(&b), 500);
	ck_assert_int_eq(b.result, BS_IGNORED);
	ck_assert_uint_eq(bs_put_server(&b, 7, 103), 400);
	ck_assert_int_eq(b.result, BS_IGNORED);
	assert_old_state();
}
END_TEST

/* scenario 13 */
START_TEST(finish_4_06_then_a_correcting_write_and_finish_2_04)
{
	ck_assert_uint_eq(bs_put_security(&b, 2, 102), 204);
	ck_assert_uint_eq(bs_finish(&b), 406);
	ck_assert_int_eq(b.result, BS_INCONSISTENT);
	ck_assert_uint_eq(b.n_persists, 0);
	ck_assert(model_in_transaction(b.m));
	ck_assert_str_eq(bs_session_problems(b.s), "/0/2: no /1 instance with Short Server ID 102");
	bs_assert_payload(&b, "/0/2: no /1 instance with Short Server ID 102");
	ck_assert(!b.response.has_content_format);

	ck_assert_uint_eq(bs_put_server(&b, 5, 102), 204);
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert_int_eq(b.result, BS_FINISHED);
	ck_assert_str_eq(bs_session_problems(b.s), "");
}
END_TEST

START_TEST(an_inconsistent_session_that_ends_leaves_no_trace)
{
	ck_assert_uint_eq(bs_delete(&b, "/0"), 202);
	ck_assert_uint_eq(bs_finish(&b), 406);
	b.s = bs_session_free(b.s);
	assert_old_state();
}
END_TEST

START_TEST(finish_without_a_write_keeps_what_is_consistent)
{
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert_int_eq(b.result, BS_FINISHED);
	b.s = bs_session_free(b.s);
	assert_old_state();
	ck_assert(!b.was_changed);
}
END_TEST

START_TEST(finish_again_is_answered_2_04_and_does_nothing)
{
	put_second_server();
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert_int_eq(b.result, BS_IGNORED);
	ck_assert_uint_eq(b.n_persists, 1);
	/* but the session is over for everything else */
	ck_assert_uint_eq(bs_delete(&b, "/1/5"), 400);
	ck_assert(bs_exists(&b, "/1/5"));
}
END_TEST

/* section 2.1: our own request, sent back to us, must not finish anything */
START_TEST(a_post_to_bs_with_a_query_is_never_a_finish)
{
	put_second_server();
	ck_assert_uint_eq(
		bs_ask(&b, "POST /bs?ep=me", FORMAT_NONE, FORMAT_NONE, span_of(NULL, 0)), 400);
	ck_assert_int_eq(b.result, BS_IGNORED);
	ck_assert_uint_eq(
		bs_ask(&b, "POST /bs", FORMAT_TEXT, FORMAT_NONE, span_of_text("payload")), 400);
	ck_assert_int_eq(b.result, BS_IGNORED);
	ck_assert_uint_eq(b.n_persists, 0);
	ck_assert(model_in_transaction(b.m));
}
END_TEST

START_TEST(other_methods_and_paths_are_answered_and_do_not_count)
{
	static const struct {
		const char *line;
		unsigned code;
	} cases[] = {{"POST /1/0/8", 405}, {"POST /1", 405}, {"FETCH /1", 405}, {"GET /rd", 400},
		{"DELETE /bs", 400}, {"PUT /bs", 400}, {"GET /bs", 400}, {"POST /bs/x", 400},
		{"PUT /1/0/0/0/0", 400}, {"DELETE /01", 400}, {"GET /65535", 400}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_msg(bs_ask(&b, cases[i].line, FORMAT_NONE, FORMAT_NONE,
				      span_of(NULL, 0)) == cases[i].code,
			"%s", cases[i].line);
		ck_assert_int_eq(b.result, BS_IGNORED);
	}
}
END_TEST

START_TEST(write_delete_discover_and_read_count_as_operations)
{
	ck_assert_uint_eq(bs_get(&b, "/", FORMAT_LINK), 205);
	ck_assert_int_eq(b.result, BS_OPERATION);
	ck_assert_uint_eq(bs_get(&b, "/1", FORMAT_TLV), 205);
	ck_assert_int_eq(b.result, BS_OPERATION);
	ck_assert_uint_eq(bs_delete(&b, "/1"), 202);
	ck_assert_int_eq(b.result, BS_OPERATION);
	ck_assert_uint_eq(bs_put_text(&b, "/1/0/1", "60"), 204);
	ck_assert_int_eq(b.result, BS_OPERATION);
	/* refused ones too: the server is there */
	ck_assert_uint_eq(bs_put_text(&b, "/1/0/1", "sixty"), 400);
	ck_assert_int_eq(b.result, BS_OPERATION);
}
END_TEST

START_TEST(a_request_is_an_operation_by_method_and_path)
{
	static const struct {
		enum msg_method method;
		const char *segment;
		bool is;
	} cases[] = {{MSG_GET, NULL, true}, {MSG_PUT, "0", true}, {MSG_DELETE, "3", true},
		{MSG_POST, "bs", false}, {MSG_POST, "1", false}, {MSG_GET, "rd", false},
		{MSG_FETCH, NULL, false}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request r = request_of(cases[i].method);

		if (cases[i].segment)
			request_add_segment(&r, span_of_text(cases[i].segment));
		ck_assert_int_eq(bs_request_is_operation(&r), cases[i].is);
	}
}
END_TEST

START_TEST(last_bootstrapped_is_set_in_the_server_instances_that_were_written)
{
	put_second_server();
	ck_assert_uint_eq(bs_put_text(&b, "/1/5/1", "77"), 204);
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert_int_eq(bs_int(&b, 1, 5, SERVER_LAST_BOOTSTRAPPED), BS_NOW);
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LAST_BOOTSTRAPPED), -1);
}
END_TEST

START_TEST(last_bootstrapped_is_set_for_the_last_of_many_writes)
{
	for (int i = 0; i < 600; i++)
		ck_assert_uint_eq(bs_put_text(&b, "/1/0/1", i & 1 ? "60" : "61"), 204);
	put_second_server();
	ck_assert_uint_eq(bs_finish(&b), 204);
	ck_assert_int_eq(bs_int(&b, 1, 5, SERVER_LAST_BOOTSTRAPPED), BS_NOW);
	ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LAST_BOOTSTRAPPED), BS_NOW);
}
END_TEST

START_TEST(a_long_list_of_problems_is_sent_back_in_whole_lines)
{
	char path[32];

	for (unsigned i = 0; i < 40; i++) {
		snprintf(path, sizeof path, "/1/%u/1", 10 + i);
		ck_assert_uint_eq(bs_put_text(&b, path, "60"), 204);
	}
	ck_assert_uint_eq(bs_finish(&b), 406);
	ck_assert_uint_le(b.response.payload.len, 512);
	ck_assert_uint_gt(b.response.payload.len, 256);
	ck_assert_int_eq(strncmp(bs_session_problems(b.s), (char *)b.response.payload.data,
				 b.response.payload.len),
		0);
	ck_assert_int_eq(bs_session_problems(b.s)[b.response.payload.len], '\n');
	ck_assert_uint_gt(strlen(bs_session_problems(b.s)), 2000);
}
END_TEST

/* A whole bootstrap; the code of Finish. Allocates nothing itself. */
static unsigned play(struct span security, struct span server)
{
	bs_delete(&b, "/");
	bs_get(&b, "/", FORMAT_LINK);
	bs_ask(&b, "PUT /0/1", FORMAT_TLV, FORMAT_NONE, security);
	bs_ask(&b, "PUT /1/0", FORMAT_TLV, FORMAT_NONE, server);
	bs_get(&b, "/1", FORMAT_TLV);
	return bs_finish(&b);
}

START_TEST(without_memory_a_session_ends_committed_or_without_trace)
{
	struct span security = test_hex("c8 00 13 636f6170733a2f2f6f6e652e6578616d706c65 c1 01 00 "
					"c1 02 00 c2 03 6964 c2 05 6b79 c1 0a 65");
	struct span server = test_hex("c1 00 65 c2 01 012c c1 06 01 c1 07 55");
	bool has_failed = true;

	for (unsigned n = 1; has_failed; n++) {
		bs_teardown(&b);
		bs_setup(&b);
		bs_begin(&b, LWM2M_1_1);
		alloc_fail_at(n);

		unsigned code = play(security, server);

		has_failed = alloc_failed();
		alloc_fail_off();

		bool is_finished = b.result == BS_FINISHED;

		b.s = bs_session_free(b.s);
		ck_assert(!has_failed ? is_finished : true);
		ck_assert_int_eq(is_finished, code == 204);
		ck_assert_uint_eq(b.n_persists, is_finished);
		if (!is_finished) {
			assert_old_state();
			continue;
		}
		ck_assert_int_eq(bs_int(&b, 1, 0, SERVER_LIFETIME), 300);
		ck_assert(!bs_exists(&b, "/1/0/5"));
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("session");
	TCase *t = tcase_create("session");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_session_is_one_transaction_and_there_is_one_at_a_time);
	tcase_add_test(t, a_session_that_ends_without_finish_leaves_no_trace);
	tcase_add_test(t, finish_persists_and_then_commits);
	tcase_add_test(t, finish_that_cannot_be_stored_is_answered_5_00_and_rolled_back);
	tcase_add_test(t, finish_4_06_then_a_correcting_write_and_finish_2_04);
	tcase_add_test(t, an_inconsistent_session_that_ends_leaves_no_trace);
	tcase_add_test(t, finish_without_a_write_keeps_what_is_consistent);
	tcase_add_test(t, finish_again_is_answered_2_04_and_does_nothing);
	tcase_add_test(t, a_post_to_bs_with_a_query_is_never_a_finish);
	tcase_add_test(t, other_methods_and_paths_are_answered_and_do_not_count);
	tcase_add_test(t, write_delete_discover_and_read_count_as_operations);
	tcase_add_test(t, a_request_is_an_operation_by_method_and_path);
	tcase_add_test(t, last_bootstrapped_is_set_in_the_server_instances_that_were_written);
	tcase_add_test(t, last_bootstrapped_is_set_for_the_last_of_many_writes);
	tcase_add_test(t, a_long_list_of_problems_is_sent_back_in_whole_lines);
	tcase_add_test(t, without_memory_a_session_ends_committed_or_without_trace);
	suite_add_tcase(s, t);
	return s;
}
