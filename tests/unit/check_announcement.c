/*
 * What Register and Update tell: queries in their order, the object list, and only changes.
 * (TS core 6.2.1, 6.2.2)
 */
#include "daemon/announcement.h"

#include <errno.h>
#include <stdio.h>

#include "alloc.h"
#include "client_model.h"
#include "runner.h"

static struct model *m;
static struct announcement told;
static struct announced by;

static void setup(void)
{
	m = client_model_new();
	told = (struct announcement){0};
	by = (struct announced){.model = m, .endpoint = "dev", .version = LWM2M_1_2};
	client_model_set(m, PATH3(1, 0, SERVER_LIFETIME), VALUE_INT(600));
}

static void teardown(void)
{
	announcement_done(&told);
	model_free(m);
}

typedef int announce_fn(struct announcement *, const struct announced *, struct announcement_room *,
	struct request *);

/* The queries as text, "list" behind them if the object list is told. */
static const char *queries_of(announce_fn *announce)
{
	static char text[400];
	struct announcement_room room = {0};
	struct request request = request_of(MSG_POST);
	size_t n = 0;

	ck_assert_int_eq(announce(&told, &by, &room, &request), 0);
	text[0] = 0;
	for (size_t i = 0; i < request.n_queries; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", n ? "&" : "",
			(int)request.query[i].len, (const char *)request.query[i].data);
	if (request.payload.len > 0) {
		ck_assert_int_eq(request.content_format, FORMAT_LINK);
		snprintf(text + n, sizeof text - n, " list");
	}
	announcement_room_done(&room);
	return text;
}

START_TEST(register_tells_everything)
{
	ck_assert_str_eq(queries_of(announcement_register), "ep=dev&lt=600&lwm2m=1.2 list");
	ck_assert_int_eq(announcement_is_list_current(&told, &by), 1);
}
END_TEST

START_TEST(queue_mode_is_a_letter_in_1_0_and_a_parameter_later)
{
	by.has_queue_mode = true;
	ck_assert_str_eq(queries_of(announcement_register), "ep=dev&lt=600&lwm2m=1.2&Q list");
	by.version = LWM2M_1_0;
	ck_assert_str_eq(queries_of(announcement_register), "ep=dev&lt=600&lwm2m=1.0&b=UQ list");
	client_model_set(m, PATH3(1, 0, SERVER_BINDING), VALUE_TEXT("UQ"));
	ck_assert_str_eq(queries_of(announcement_register), "ep=dev&lt=600&lwm2m=1.0&b=UQ list");
	/* the letter of 1.0 is none of later versions */
	by.version = LWM2M_1_1;
	ck_assert_str_eq(queries_of(announcement_register), "ep=dev&lt=600&lwm2m=1.1&Q list");
}
END_TEST

START_TEST(tcp_is_told_where_1_x_7_says_nothing_of_it)
{
	by.is_tcp = true;
	client_model_set(m, PATH3(1, 0, SERVER_BINDING), VALUE_TEXT("U"));
	ck_assert_str_eq(queries_of(announcement_register), "ep=dev&lt=600&lwm2m=1.2&b=T list");
	client_model_set(m, PATH3(1, 0, SERVER_BINDING), VALUE_TEXT("UT"));
	ck_assert_str_eq(queries_of(announcement_register), "ep=dev&lt=600&lwm2m=1.2&b=UT list");
}
END_TEST

START_TEST(update_tells_only_what_changed)
{
	queries_of(announcement_register);
	ck_assert_str_eq(queries_of(announcement_update), "");
	client_model_set(m, PATH3(1, 0, SERVER_LIFETIME), VALUE_INT(60));
	ck_assert_str_eq(queries_of(announcement_update), "lt=60");
	client_model_set(m, PATH3(1, 0, SERVER_BINDING), VALUE_TEXT("UT"));
	ck_assert_str_eq(queries_of(announcement_update), "b=UT");
	ck_assert_str_eq(queries_of(announcement_update), "");
}
END_TEST

START_TEST(update_tells_a_list_that_changed)
{
	queries_of(announcement_register);
	client_model_set(m, PATH3(1, 1, SERVER_SHORT_SERVER_ID), VALUE_INT(102));
	ck_assert_int_eq(announcement_is_list_current(&told, &by), 0);
	ck_assert_str_eq(queries_of(announcement_update), " list");
	ck_assert_int_eq(announcement_is_list_current(&told, &by), 1);
}
END_TEST

START_TEST(no_memory_is_an_error_and_leaks_nothing)
{
	for (unsigned n = 1; n < 1000; n++) {
		struct announcement fresh = {0};
		struct announcement_room room = {0};
		struct request request = request_of(MSG_POST);

		alloc_fail_at(n);

		int r = announcement_register(&fresh, &by, &room, &request);

		alloc_fail_off();
		announcement_room_done(&room);
		announcement_done(&fresh);
		if (r == 0)
			return;
		ck_assert_int_eq(r, -ENOMEM);
	}
	ck_abort_msg("it never succeeds");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("announcement");
	TCase *t = tcase_create("announcement");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, register_tells_everything);
	tcase_add_test(t, queue_mode_is_a_letter_in_1_0_and_a_parameter_later);
	tcase_add_test(t, tcp_is_told_where_1_x_7_says_nothing_of_it);
	tcase_add_test(t, update_tells_only_what_changed);
	tcase_add_test(t, update_tells_a_list_that_changed);
	tcase_add_test(t, no_memory_is_an_error_and_leaks_nothing);
	suite_add_tcase(s, t);
	return s;
}
