#include "ctl/client.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl.h"
#include "ctl/unixsock.h"
#include "runner.h"

static struct unixsock socket_here;
static struct client *client;
static int listener, server;
static const char *path;

static void setup(void)
{
	path = ctl_path();
	ck_assert_int_eq(unixsock_open(&socket_here, path), 0);
	ck_assert_int_eq(unixsock_listen(&socket_here, 0600, 4, &listener), 0);
	ck_assert_int_eq(client_open(path, usec_after(clock_now(&clock_system), 1), &client), 0);
	server = accept(listener, NULL, NULL);
	ck_assert_int_ge(server, 0);
}

static void teardown(void)
{
	client_free(client);
	close(server);
	close(listener);
	unixsock_done(&socket_here);
	ctl_clean();
}

static void answer(const char *bytes, size_t len)
{
	ck_assert_int_eq(send(server, bytes, len, 0), (ssize_t)len);
}

START_TEST(client_sends_one_call)
{
	static const char wanted[] = "{\"method\":\"org.lwm2md.Manage.Read\",\"parameters\":{"
				     "\"path\":\"/3\"},\"more\":true}";
	char got[200];

	ck_assert_int_eq(client_call(client, "Read", "{\"path\":\"/3\"}", true), 0);
	ck_assert_int_eq(recv(server, got, sizeof got, 0), sizeof wanted);
	ck_assert_str_eq(got, wanted);
}
END_TEST

START_TEST(client_hears_replies_until_the_end)
{
	static const char replies[] = "{\"a\":1}\0{\"a\":2}";
	struct json *j;
	int64_t a;

	answer(replies, sizeof replies);
	shutdown(server, SHUT_WR);
	for (int i = 1; i <= 2; i++) {
		ck_assert_int_eq(client_next(client, &j), 1);
		ck_assert_int_eq(json_int(json_member(j, "a"), &a), 0);
		ck_assert_int_eq(a, i);
		json_free(j);
	}
	ck_assert_int_eq(client_next(client, &j), 0);
}
END_TEST

START_TEST(client_refuses_what_is_no_reply)
{
	struct json *j = NULL;

	answer("[]", 3);
	ck_assert_int_eq(client_next(client, &j), -EBADMSG);
	answer("garbage", 8);
	ck_assert_int_eq(client_next(client, &j), -EBADMSG);
	ck_assert_ptr_null(j);
}
END_TEST

START_TEST(client_gives_up_at_its_deadline)
{
	struct client *hasty;
	struct json *j;

	ck_assert_int_eq(client_open(path, clock_now(&clock_system), &hasty), 0);
	ck_assert_int_eq(client_next(hasty, &j), -ETIMEDOUT);
	client_free(hasty);
}
END_TEST

START_TEST(client_says_why_there_is_no_connection)
{
	struct client *c;

	close(listener);
	ck_assert_int_eq(client_open(path, USEC_NEVER, &c), -ECONNREFUSED);
	ck_assert_int_eq(client_open("/no/such/socket", USEC_NEVER, &c), -ENOENT);
	listener = dup(server);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("client");
	TCase *t = tcase_create("client");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, client_sends_one_call);
	tcase_add_test(t, client_hears_replies_until_the_end);
	tcase_add_test(t, client_refuses_what_is_no_reply);
	tcase_add_test(t, client_gives_up_at_its_deadline);
	tcase_add_test(t, client_says_why_there_is_no_connection);
	suite_add_tcase(s, t);
	return s;
}
