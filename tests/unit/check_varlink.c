#include "ctl/varlink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl.h"
#include "ctl/framing.h"
#include "runner.h"
#include "testloop.h"

static void echo(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct json_writer *w = varlink_reply(call);

	++*(unsigned *)data;
	json_write_key(w, "text");
	json_write_value(w, json_member(parameters, "text"));
	varlink_end(call);
}

/* A reply of as many octets as asked for. */
static void flood(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct json_writer *w = varlink_reply(call);
	int64_t n = 0;

	++*(unsigned *)data;
	ck_assert_int_eq(json_int(json_member(parameters, "n"), &n), 0);
	json_write_key(w, "text");

	char *text = malloc((size_t)n);

	memset(text, 'x', (size_t)n);
	json_write_text(w, span_of(text, (size_t)n));
	free(text);
	varlink_end(call);
}

static void follow(void *data, struct varlink_call *call, const struct json *parameters)
{
	(void)data;
	(void)parameters;
	varlink_stream(call, 7, NULL);
	varlink_reply(call);
	varlink_end(call);
}

static void steer(void *data, struct varlink_call *call, const struct json *parameters)
{
	(void)data;
	(void)parameters;
	varlink_reply(call);
	varlink_end(call);
}

/* clang-format off */
static const struct varlink_method methods[] = {
	{"Echo",   .parameters = {{"text", VARLINK_TEXT, false}, {"list", VARLINK_TEXTS, true},
		{"flag", VARLINK_BOOL, true}}, .answer = echo},
	{"Flood",  .parameters = {{"n", VARLINK_INT, false}}, .answer = flood},
	{"Follow", .is_stream = true, .answer = follow},
	{"Steer",  .is_steering = true, .answer = steer},
};
/* clang-format on */

static const struct varlink_interface interface = {
	.name = "org.test",
	.description = "interface org.test\n",
	.methods = methods,
	.n_methods = sizeof methods / sizeof *methods,
};

static unsigned calls;
static struct varlink_settings settings;
static struct varlink *server;

static void setup(void)
{
	calls = 0;
	settings = (struct varlink_settings){.path = ctl_path(),
		.mode = 0666,
		.vendor = "v",
		.product = "p",
		.version = "1",
		.url = "u",
		.interface = &interface,
		.data = &calls};
	ck_assert_int_eq(varlink_new(&test_loop, &test_loop_clock, &settings, &server), 0);
}

static void teardown(void)
{
	varlink_free(server);
	test_loop_for(0);
	ctl_clean();
}

#define ECHO(text) "{\"method\":\"org.test.Echo\",\"parameters\":{\"text\":\"" text "\"}}"
#define ECHOED(text) "{\"parameters\":{\"text\":\"" text "\"}}"

START_TEST(varlink_answers_calls_in_their_order)
{
	int fd = ctl_connect(settings.path);
	static const char both[] = ECHO("a") "\0" ECHO("b");

	ck_assert_str_eq(ctl_ask(fd, ECHO("x\\n\\u00e9")), ECHOED("x\\n\xc3\xa9"));
	ck_assert(ctl_send(fd, span_of(both, sizeof both)));
	ck_assert_str_eq(ctl_hear(fd), ECHOED("a"));
	ck_assert_str_eq(ctl_hear(fd), ECHOED("b"));
	close(fd);
}
END_TEST

START_TEST(varlink_describes_itself)
{
	int fd = ctl_connect(settings.path);

	ck_assert_str_eq(ctl_ask(fd, "{\"method\":\"org.varlink.service.GetInfo\"}"),
		"{\"parameters\":{\"vendor\":\"v\",\"product\":\"p\",\"version\":\"1\",\"url\":"
		"\"u\","
		"\"interfaces\":[\"org.varlink.service\",\"org.test\"]}}");
	ck_assert_str_eq(ctl_ask(fd, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
				     "\"parameters\":{\"interface\":\"org.test\"}}"),
		"{\"parameters\":{\"description\":\"interface org.test\\n\"}}");
	ck_assert_ptr_nonnull(
		strstr(ctl_ask(fd, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
				   "\"parameters\":{\"interface\":\"org.varlink.service\"}}"),
			"method GetInfo()"));
	ck_assert_str_eq(ctl_ask(fd, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
				     "\"parameters\":{\"interface\":\"x\"}}"),
		"{\"error\":\"org.varlink.service.InterfaceNotFound\","
		"\"parameters\":{\"interface\":\"x\"}}");
	close(fd);
}
END_TEST

static const struct {
	const char *call, *error;
} wrong[] = {
	{"{\"method\":\"org.test.None\"}",
		"MethodNotFound\",\"parameters\":{\"method\":\"org.test.None\"}}"},
	{"{\"method\":\"org.other.Echo\"}",
		"InterfaceNotFound\",\"parameters\":{\"interface\":\"org.other\"}}"},
	{"{\"method\":\"Echo\"}", "MethodNotFound\",\"parameters\":{\"method\":\"Echo\"}}"},
	{"{\"method\":\"org.test.Echo\"}",
		"InvalidParameter\",\"parameters\":{\"parameter\":\"text\"}}"},
	{"{\"method\":\"org.test.Echo\",\"parameters\":{\"text\":null}}",
		"InvalidParameter\",\"parameters\":{\"parameter\":\"text\"}}"},
	{"{\"method\":\"org.test.Echo\",\"parameters\":{\"text\":1}}",
		"InvalidParameter\",\"parameters\":{\"parameter\":\"text\"}}"},
	{"{\"method\":\"org.test.Echo\",\"parameters\":{\"text\":\"\",\"more\":1}}",
		"InvalidParameter\",\"parameters\":{\"parameter\":\"more\"}}"},
	{"{\"method\":\"org.test.Echo\",\"parameters\":{\"text\":\"\",\"list\":[1]}}",
		"InvalidParameter\",\"parameters\":{\"parameter\":\"list\"}}"},
	{"{\"method\":\"org.test.Echo\",\"parameters\":{\"text\":\"\",\"flag\":\"\"}}",
		"InvalidParameter\",\"parameters\":{\"parameter\":\"flag\"}}"},
	{"{\"method\":\"org.test.Echo\",\"parameters\":[]}",
		"InvalidParameter\",\"parameters\":{\"parameter\":\"parameters\"}}"},
	{"{\"method\":\"org.test.Follow\"}", "ExpectedMore\",\"parameters\":{}}"},
	{"{\"method\":\"org.test.Echo\",\"upgrade\":true}",
		"MethodNotImplemented\",\"parameters\":{\"method\":\"org.test.Echo\"}}"},
};

START_TEST(varlink_names_what_is_wrong_with_a_call)
{
	int fd = ctl_connect(settings.path);
	const char *heard = ctl_ask(fd, wrong[_i].call);
	static const char start[] = "{\"error\":\"org.varlink.service.";

	ck_assert_ptr_nonnull(heard);
	ck_assert_msg(strncmp(heard, start, sizeof start - 1) == 0, "%s", heard);
	ck_assert_str_eq(heard + sizeof start - 1, wrong[_i].error);
	ck_assert_str_eq(ctl_ask(fd, ECHO("still here")), ECHOED("still here"));
	close(fd);
}
END_TEST

static const char *const garbage[] = {"", "garbage", "[]", "1", "{}", "{\"method\":1}",
	"{\"method\":\"org.test.Echo\",\"more\":1}",
	"{\"method\":\"org.test.Echo\",\"oneway\":\"\"}", "{\"method\":\"a\",\"method\":\"b\"}",
	"GET / HTTP/1.1\r\n\r\n", "\xff\xfe\x80", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["};

START_TEST(varlink_ends_a_connection_that_sends_garbage)
{
	int fd = ctl_connect(settings.path), other = ctl_connect(settings.path);

	ctl_say(fd, garbage[_i]);
	ck_assert_str_eq(ctl_hear(fd), "");
	ck_assert_str_eq(ctl_ask(other, ECHO("ok")), ECHOED("ok"));
	ck_assert_uint_eq(varlink_connections(server), 1);
	close(fd);
	close(other);
}
END_TEST

START_TEST(varlink_obeys_oneway)
{
	int fd = ctl_connect(settings.path);

	ctl_say(fd,
		"{\"method\":\"org.test.Echo\",\"parameters\":{\"text\":\"a\"},\"oneway\":true}");
	ck_assert_str_eq(ctl_ask(fd, ECHO("b")), ECHOED("b"));
	ck_assert_uint_eq(calls, 2);
	close(fd);
}
END_TEST

START_TEST(varlink_takes_a_mebibyte_and_not_one_octet_more)
{
	int fd = ctl_connect(settings.path), other = ctl_connect(settings.path);
	static const char head[] =
		"{\"method\":\"org.test.Flood\",\"parameters\":{\"n\":1},\"x\":\"";
	char *text = malloc(FRAMING_MAX + 2);

	memset(text, 'y', FRAMING_MAX + 1);
	memcpy(text, head, sizeof head - 1);
	memcpy(text + FRAMING_MAX - 2, "\"}", 3);
	ck_assert(ctl_send(fd, span_of(text, FRAMING_MAX + 1)));
	ck_assert_str_eq(ctl_hear(fd), ECHOED("x"));

	memcpy(text + FRAMING_MAX - 2, "yyyy", 4);
	(void)ctl_send(fd, span_of(text, FRAMING_MAX + 2));
	ck_assert_str_eq(ctl_hear(fd), "");
	ck_assert_str_eq(ctl_ask(other, ECHO("ok")), ECHOED("ok"));
	free(text);
	close(fd);
	close(other);
}
END_TEST

/* Calls without end, and nobody reads the replies. */
START_TEST(varlink_peer_that_never_reads_delays_nobody_and_costs_one_reply)
{
	static const char call[] = "{\"method\":\"org.test.Flood\",\"parameters\":{\"n\":200000}}";
	int fd = ctl_connect(settings.path), other = ctl_connect(settings.path);
	int sent = 0;

	while (sent < 100000 && ctl_send(fd, span_of(call, sizeof call)))
		sent++;
	ck_assert_int_lt(sent, 100000);
	ck_assert_uint_lt(calls, 20);

	uint64_t start = clock_now(&clock_system);

	ck_assert_str_eq(ctl_ask(other, ECHO("ok")), ECHOED("ok"));

	uint64_t took = clock_now(&clock_system) - start;

	ck_assert_msg(took < 500 * USEC_PER_MSEC, "%u ms", (unsigned)(took / USEC_PER_MSEC));
	close(fd);
	ck_assert_str_eq(ctl_ask(other, ECHO("ok")), ECHOED("ok"));
	ck_assert_uint_eq(varlink_connections(server), 1);
	close(other);
}
END_TEST

START_TEST(varlink_reply_beyond_the_limit_becomes_an_error)
{
	int fd = ctl_connect(settings.path);

	ck_assert_ptr_nonnull(strstr(
		ctl_ask(fd, "{\"method\":\"org.test.Flood\",\"parameters\":{\"n\":5000000}}"),
		"\"error\":\"org.lwm2md.Manage.Limit\""));
	close(fd);
}
END_TEST

START_TEST(varlink_closes_idle_connections_but_not_streams)
{
	int idle = ctl_connect(settings.path), half = ctl_connect(settings.path);
	int stream = ctl_connect(settings.path);

	ck_assert(ctl_send(half, span_of("{\"meth", 6)));
	ck_assert_str_eq(ctl_ask(stream, "{\"method\":\"org.test.Follow\",\"more\":true}"),
		"{\"parameters\":{},\"continues\":true}");
	test_loop_jump((VARLINK_IDLE_SEC - 10) * USEC_PER_SEC);
	test_loop_for(1);
	ck_assert_uint_eq(varlink_connections(server), 3);
	test_loop_jump(100 * USEC_PER_SEC);
	ck_assert_str_eq(ctl_hear(idle), "");
	ck_assert_str_eq(ctl_hear(half), "");
	ck_assert_uint_eq(varlink_connections(server), 1);
	close(idle);
	close(half);
	close(stream);
}
END_TEST

START_TEST(varlink_answers_a_peer_that_has_finished_speaking)
{
	int fd = ctl_connect(settings.path);

	ctl_say(fd, ECHO("last"));
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	ck_assert_str_eq(ctl_hear(fd), ECHOED("last"));
	ck_assert_str_eq(ctl_hear(fd), "");
	close(fd);
}
END_TEST

static bool write_number(void *data, void *user, uint64_t lost, struct json_writer *w)
{
	char padding[1000];

	memset(padding, 'p', sizeof padding);
	(void)user;
	json_write_key(w, "n");
	json_write_int(w, *(int *)data);
	if (lost > 0) {
		json_write_key(w, "lost");
		json_write_unsigned(w, lost);
	}
	json_write_key(w, "padding");
	json_write_text(w, span_of(padding, sizeof padding));
	return true;
}

START_TEST(varlink_stream_says_how_many_events_a_slow_peer_lost)
{
	int fd = ctl_connect(settings.path), seen = 0, lost = 0, last = -1;
	const char *heard;

	ctl_ask(fd, "{\"method\":\"org.test.Follow\",\"more\":true}");
	ck_assert(varlink_has_stream(server, 7));
	ck_assert(!varlink_has_stream(server, 8));
	for (int i = 0; i < 2000; i++)
		varlink_publish(server, 7, write_number, &i);

	while ((heard = ctl_hear(fd)) && *heard) {
		struct json *j;
		int64_t n, gap = 0;

		ck_assert_int_eq(json_parse(span_of_text(heard), &j), 0);

		const struct json *p = json_member(j, "parameters");

		ck_assert_int_eq(json_int(json_member(p, "n"), &n), 0);
		if (json_member(p, "lost"))
			ck_assert_int_eq(json_int(json_member(p, "lost"), &gap), 0);
		ck_assert_int_eq(n, last + 1 + gap);
		last = (int)n;
		lost += (int)gap;
		seen++;
		json_free(j);
	}
	ck_assert_int_eq(seen + lost, last + 1);
	ck_assert_int_gt(seen, 40);
	ck_assert_int_lt(last, 1999);

	/* there is room again: the next one tells the gap */
	int next = 2000;
	char wanted[40];

	varlink_publish(server, 7, write_number, &next);
	heard = ctl_hear(fd);
	ck_assert_ptr_nonnull(heard);
	snprintf(wanted, sizeof wanted, "\"n\":2000,\"lost\":%d,", next - last - 1);
	ck_assert_msg(strstr(heard, wanted), "%.60s", heard);
	close(fd);
	test_loop_for(1);
	ck_assert(!varlink_has_stream(server, 7));
}
END_TEST

START_TEST(varlink_limits_connections)
{
	int fd[VARLINK_CONNECTIONS + 10];
	int open = 0;

	for (size_t i = 0; i < sizeof fd / sizeof *fd; i++)
		fd[i] = ctl_connect(settings.path);
	ck_assert_uint_eq(varlink_connections(server),
		geteuid() == 0 ? VARLINK_CONNECTIONS : VARLINK_CONNECTIONS_PER_UID);
	for (size_t i = 0; i < sizeof fd / sizeof *fd; i++) {
		char c;

		open += recv(fd[i], &c, 1, MSG_DONTWAIT) < 0;
	}
	ck_assert_uint_eq(varlink_connections(server), (size_t)open);
	for (size_t i = 0; i < sizeof fd / sizeof *fd; i++)
		close(fd[i]);
	fd[0] = ctl_connect(settings.path);
	ck_assert_str_eq(ctl_ask(fd[0], ECHO("ok")), ECHOED("ok"));
	close(fd[0]);
}
END_TEST

START_TEST(varlink_thousand_connections_are_survived)
{
	int other = ctl_connect(settings.path);

	for (int i = 0; i < 1000; i++)
		close(ctl_connect(settings.path));
	ck_assert_str_eq(ctl_ask(other, ECHO("ok")), ECHOED("ok"));
	ck_assert_uint_eq(varlink_connections(server), 1);
	close(other);
}
END_TEST

START_TEST(varlink_steering_is_refused_to_others)
{
	if (geteuid() != 0)
		return; /* cannot be somebody else */

	int fd = ctl_connect(settings.path);

	ck_assert_str_eq(ctl_ask(fd, "{\"method\":\"org.test.Steer\"}"), "{\"parameters\":{}}");
	close(fd);

	char directory[64];

	snprintf(directory, sizeof directory, "%s", settings.path);
	*strrchr(directory, '/') = '\0';
	ck_assert_int_eq(chown(directory, 65534, (gid_t)-1), 0);
	fd = ctl_connect_as(settings.path, 65534);
	ck_assert_str_eq(ctl_ask(fd, "{\"method\":\"org.test.Steer\"}"),
		"{\"error\":\"org.varlink.service.PermissionDenied\",\"parameters\":{}}");
	ck_assert_str_eq(ctl_ask(fd, ECHO("ok")), ECHOED("ok"));
	close(fd);
}
END_TEST

START_TEST(varlink_waits_when_descriptors_run_out)
{
	struct rlimit limit;

	int first = ctl_connect(settings.path);

	getrlimit(RLIMIT_NOFILE, &limit);

	int high = dup(first), fd = ctl_connect(settings.path);
	const struct rlimit few = {(rlim_t)high + 1, limit.rlim_max};

	close(high);
	close(fd);
	test_loop_for(5);
	fd = socket(AF_UNIX, SOCK_STREAM, 0); /* takes the last one */
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	close(fd);
	fd = ctl_connect(settings.path);
	test_loop_for(20);
	ck_assert_uint_eq(varlink_connections(server), 1);
	setrlimit(RLIMIT_NOFILE, &limit);
	test_loop_jump(2 * USEC_PER_SEC);
	ck_assert_str_eq(ctl_ask(fd, ECHO("late")), ECHOED("late"));
	close(fd);
	close(first);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("varlink");
	TCase *t = tcase_create("varlink");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, varlink_answers_calls_in_their_order);
	tcase_add_test(t, varlink_describes_itself);
	tcase_add_loop_test(
		t, varlink_names_what_is_wrong_with_a_call, 0, sizeof wrong / sizeof *wrong);
	tcase_add_loop_test(t, varlink_ends_a_connection_that_sends_garbage, 0,
		sizeof garbage / sizeof *garbage);
	tcase_add_test(t, varlink_obeys_oneway);
	tcase_add_test(t, varlink_takes_a_mebibyte_and_not_one_octet_more);
	tcase_add_test(t, varlink_peer_that_never_reads_delays_nobody_and_costs_one_reply);
	tcase_add_test(t, varlink_reply_beyond_the_limit_becomes_an_error);
	tcase_add_test(t, varlink_closes_idle_connections_but_not_streams);
	tcase_add_test(t, varlink_answers_a_peer_that_has_finished_speaking);
	tcase_add_test(t, varlink_stream_says_how_many_events_a_slow_peer_lost);
	tcase_add_test(t, varlink_limits_connections);
	tcase_add_test(t, varlink_thousand_connections_are_survived);
	tcase_add_test(t, varlink_steering_is_refused_to_others);
	tcase_add_test(t, varlink_waits_when_descriptors_run_out);
	suite_add_tcase(s, t);
	return s;
}
